import re

import numpy as np
import pytest
from PIL import Image

import img2num_nb as nb
from img2num_nb.settings import Filter, Settings


@pytest.fixture
def image():
    return nb.preview(nb.sample_image("coffee"), 100).image


def test_numbers_are_the_medians_and_ranges_over_seeds(image):
    row = nb.compare(image, {"k": 5, "options": {"n_init": 1}}, n=3).table.iloc[0]
    errors = sorted(
        nb.metrics(image, nb.quantize(image, 5, seed=s, n_init=1), ["mse"])["mse"] for s in range(3)
    )
    assert [row["mse_low"], row["mse"], row["mse_high"]] == errors
    assert 0 < row["seconds_low"] <= row["seconds"] <= row["seconds_high"]


def test_the_filter_runs_before_and_errors_are_against_the_original(image):
    variant = Settings(Filter(1, 30), k=4)
    found = nb.compare(image, variant, n=1)
    np.testing.assert_array_equal(found.quantizations[0].labels, variant.quantize(image).labels)
    assert found.table["mse"][0] == nb.metrics(image, variant.quantize(image))["mse"]


def test_differences_that_overlap_with_the_best_are_noise_and_others_not(image):
    found = nb.compare(image, {"k": 4}, {"k": 5, "seed": 7}, {"k": 5, "seed": 8}, n=3).table
    best, low = found["mse"].idxmin(), found["mse_low"]
    assert found["mse_noise"].tolist() == (low <= found["mse_high"][best]).tolist()
    assert not found["mse_noise"][0]
    assert found["mse_noise"][1:].all()


def test_one_run_knows_nothing_of_noise(image):
    found = nb.compare(image, {"k": 4}, {"k": 5}, n=1)
    assert found.table[["seconds_noise", "delta_e_mean_noise", "mse_noise"]].isna().all(axis=None)
    assert "≈" not in found.figure.get_suptitle()


def test_labels_say_what_differs_or_what_the_caller_says(image):
    assert nb.compare(image, {"k": 2}, {"k": 3}, n=1).table["label"].tolist() == ["k=2", "k=3"]
    assert nb.compare(image, {"few": {"k": 2}, "more": Settings(k=3)}, n=1).table["label"].tolist() == [
        "few",
        "more",
    ]


def test_what_a_thumbnail_costs_is_compared_like_anything_else(image):
    found = nb.compare(image, {"k": 2}, {"k": 2, "fit_on": 4}, n=1).table
    assert found["label"].tolist() == ["fit_on=0", "fit_on=4"]


def test_the_same_settings_twice_stay_two(image):
    assert nb.compare(image, {"k": 2}, {"k": 2}, n=1).table["label"].is_unique


def test_the_figure_shows_every_picture_with_its_palette(image):
    found = nb.compare(image, {"k": 2}, {"k": 3}, n=1)
    panels = [ax for ax in found.figure.axes if ax.get_images()]
    assert [ax.get_title(loc="left").split("\n")[0] for ax in panels[:3]] == ["original", "k=2", "k=3"]
    strips = [ax.get_images()[0].get_array() for ax in panels[3:]]
    assert [len(np.unique(strip.reshape(-1, 3), axis=0)) for strip in strips] == [2, 3]
    shares = np.diff(
        np.flatnonzero(np.r_[True, (np.diff(strips[0][0].astype(int), axis=0) != 0).any(axis=1), True])
    )
    np.testing.assert_allclose(shares / 400, found.quantizations[0].counts / image[..., 0].size, atol=0.005)


def test_it_is_a_picture_in_a_notebook(image, tmp_path):
    (tmp_path / "a.png").write_bytes(nb.compare(image, {"k": 2}, n=1)._repr_png_())
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 1000


@pytest.mark.parametrize(
    ("settings", "n", "message"),
    [
        ([], 1, "needs at least one settings"),
        ([{"k": 0}], 1, "k must be"),
        ([{"k": 2}], 0, "n must be"),
        ([{"kk": 2}], 1, "'k'"),
    ],
)
def test_wrong_calls_are_said(image, settings, n, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        nb.compare(image, *settings, n=n)
