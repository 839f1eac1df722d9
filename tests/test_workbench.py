"""What the explorer computes and says, without any widget."""

from dataclasses import replace

import numpy as np
import pytest

import img2num_nb as nb
from img2num_nb.errors import Cancelled
from img2num_nb.settings import Filter
from img2num_nb.widgets.explorer import words
from img2num_nb.widgets.explorer.source import read
from img2num_nb.widgets.explorer.workbench import (
    DRAFT_PIXELS,
    DRAFT_WORK,
    KEPT,
    STEPS,
    Workbench,
    draft_filter,
)


@pytest.fixture(scope="module")
def image():
    return nb.sample_image("shapes")[100:220, 100:260].copy()


@pytest.mark.parametrize("method", ["kmeans", "sklearn-kmeans", "wu"])
def test_the_full_result_is_that_of_quantize_on_the_filtered_image(image, method):
    settings = nb.Settings(Filter(2, 20), "oklab", method, 7, seed=3)
    mine, _ = Workbench(image).full(settings)
    smooth = nb.bilateral_filter(image, sigma_spatial=2, sigma_range=20)
    theirs = nb.quantize(smooth, 7, method=method, color_space="oklab", seed=3)
    np.testing.assert_array_equal(mine.palette, theirs.palette)
    np.testing.assert_array_equal(mine.labels, theirs.labels)


def test_filter_and_histogram_are_computed_once_for_all_k(image):
    bench, calls = Workbench(image), []
    for k in 4, 8:
        bench.full(nb.Settings(Filter(2, 20), k=k), progress=calls.append)
        seen = len(calls)
    assert seen == len(calls) > 0
    first, second = (bench.full(nb.Settings(Filter(2, 20), k=k))[1] for k in (4, 8))
    assert {stage: first[stage] for stage in ("filter", "histogram")}.items() <= second.items()


def test_no_more_filtered_images_are_kept_than_said(image):
    bench = Workbench(image)
    for sigma in range(1, KEPT + 3):
        bench.full(nb.Settings(Filter(0.1 * sigma, 20), k=4))
    assert len(bench._full) == KEPT


def test_a_draft_of_a_small_image_of_few_colours_is_the_result_itself(image):
    few = nb.quantize(image, 50).image
    settings = nb.Settings(method="sklearn-kmeans", k=8)
    bench = Workbench(few)
    np.testing.assert_array_equal(bench.draft(settings).labels, bench.full(settings)[0].labels)


@pytest.mark.parametrize("dither", ["floyd-steinberg,0.75", "bayer", "blue-noise"])
def test_a_draft_is_dithered_and_keeps_locked_colours(dither):
    large = np.tile(nb.sample_image("astronaut"), (3, 3, 1))
    settings = nb.Settings.from_dict({"k": 8, "dither": dither, "locked": "#00ff00"})
    draft, plain = (Workbench(large).draft(s) for s in (settings, replace(settings, dither=None)))
    assert draft.settings["dither"] == settings.dither.method
    assert [0, 255, 0] in draft.palette.tolist()
    assert (draft.labels != plain.labels).mean() > 0.05


def test_a_draft_of_a_large_image_is_small_and_of_the_same_method():
    large = np.tile(nb.sample_image("shapes"), (4, 4, 1))
    draft = Workbench(large).draft(nb.Settings(method="octree", k=8))
    assert draft.labels.size <= DRAFT_PIXELS < large[..., 0].size
    assert draft.settings["method"] == "octree"
    assert draft.n_colors <= 8


@pytest.mark.parametrize("sigma", [0.0, 1.0, 5.0, 16.0, 300.0])
def test_a_drafts_filter_has_a_limit_to_its_work_and_leaves_a_flat_image_alone(sigma):
    flat = np.full((700, 900, 3), (200, 100, 50), np.uint8)
    small = draft_filter(flat, Filter(sigma, 50))
    step = 700 / small.shape[0]
    window = 2 * min(np.ceil(3 * sigma / step), 50) + 1
    assert (small == flat[0, 0]).all()
    assert small[..., 0].size * window**2 <= DRAFT_WORK
    assert small[..., 0].size <= DRAFT_PIXELS


def test_the_drafts_filter_is_the_filter_itself_where_nothing_is_left_out(image):
    chosen = Filter(1.5, 30, "srgb")
    expected = nb.bilateral_filter(image, sigma_spatial=1.5, sigma_range=30, color_space="srgb")
    np.testing.assert_array_equal(draft_filter(image, chosen), expected)


def test_a_cancelled_filter_leaves_nothing_half_done(image):
    bench, settings = Workbench(image), nb.Settings(Filter(3, 50), k=4)
    with pytest.raises(Cancelled):
        bench.full(settings, cancel=lambda: True)
    assert bench.full(settings)[0].n_colors == 4


def test_all_measures_together_are_those_of_metrics(image):
    bench, quantization = Workbench(image), nb.quantize(image, 6)
    values = {}
    for names in STEPS:
        values |= bench.measure(quantization, names)
    assert values.items() <= nb.metrics(image, quantization).items()
    assert set(words.MEASURES) <= set(values)
    assert bench.original_bytes() == nb.metrics(image, quantization)["png_bytes_original"]


def test_the_bytes_of_the_original_are_those_of_its_file_or_upload(tmp_path, image):
    path = nb.save_png(tmp_path / "a.png", image)
    for given in str(path), path.read_bytes():
        pixels, source = read(given)
        assert Workbench(pixels, source.file_bytes).original_bytes() == path.stat().st_size


def test_every_choice_of_the_library_is_offered_with_a_name_and_a_line():
    offered = words.choices()
    assert list(offered["methods"]) == list(nb.METHODS)
    assert set(offered["spaces"]) == {"srgb", "linear", "lab", "oklab", "hsv", "ycbcr"}
    for name, line, _ in [*offered["methods"].values(), *((*s, 0) for s in offered["spaces"].values())]:
        assert name
        assert line.endswith(".")


def test_every_option_of_a_method_is_offered_with_the_choices_that_it_takes():
    options = {option["name"]: option for option in words.method_options("kmeans")}
    assert set(options) == {*nb.METHODS["kmeans"].options, "max_iter", "fit_on", "chroma_weight"}
    assert set(options["init"]["choices"]) >= {"k-means++", "random", "maximin"}
    assert options["n_init"]["default"] == "automatic"


def test_fewer_colours_than_asked_are_said():
    two = np.zeros((4, 4, 3), np.uint8)
    two[:2] = 255
    assert words.colors_line(nb.quantize(two, 16)) == "2 of 16 colours: the picture has no more"
    some = nb.quantize(nb.sample_image("shapes"), 64, method="uniform")
    assert words.colors_line(some) == f"{some.n_colors} of 64 colours: the method found no more"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (47_120, "47.1 kB"), (3_240_000, "3.2 MB"), (250_000_000, "250 MB")],
)
def test_sizes_read_well(value, text):
    assert words.size_text(value) == text


def test_numbers_that_are_none_are_said_in_words():
    assert words.measure_text("psnr", float("inf")) == "lossless"
    assert words.measure_text("ssim", float("nan")) == "too small"


def test_the_best_measure_is_marked_only_when_one_is_better_than_all_others():
    a = {"mse": 10.0, "psnr": 30.0, "ssim": 0.9}
    b = {"mse": 20.0, "psnr": 27.0, "ssim": 0.9}
    assert words.best_measures([a, b]) == [["mse", "psnr"], []]
    assert words.best_measures([a]) == [[]]
    assert words.best_measures([a, {}]) == [[], []]


def test_an_image_without_a_path_says_so_in_the_texts(image):
    _, source = read(image)
    assert source.python(nb.Settings()).startswith("# needs image.png, which was given without its path\n")
    assert source.command(nb.Settings()).endswith("  # needs image.png")


def test_what_is_special_about_an_image_is_noted_not_warned(tmp_path):
    from PIL import Image

    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "nothing.png")
    _, source = read(tmp_path / "nothing.png")
    assert "fully transparent" in source.notes[0]
    assert source.name == "nothing.png"
