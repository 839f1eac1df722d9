"""The number of colours for a difference or a size of file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import noise, photo

from img2num_nb import ColorHistogram, choose_k, metrics, quantize
from img2num_nb.choose import find_knee, smallest_k
from img2num_nb.errors import Cancelled, ImageError

IMAGE = photo("coffee", 6)


def delta_e(k, **settings):
    return metrics(IMAGE, quantize(IMAGE, k, **settings), ["delta_e_mean"])["delta_e_mean"]


def png_bytes(k, **settings):
    return metrics(IMAGE, quantize(IMAGE, k, **settings), ["png_bytes"])["png_bytes"]


@given(st.integers(1, 300), st.integers(1, 300))
def test_the_search_finds_where_a_thing_begins_to_hold(greatest, begin):
    asked = []

    def holds(k):
        asked.append(k)
        return k >= begin

    assert smallest_k(holds, 1, greatest) == (begin if begin <= greatest else None)
    assert max(asked) <= greatest and len(asked) <= 2 * np.log2(greatest) + 3


@pytest.mark.parametrize("limit", [12, 6, 3])
@pytest.mark.parametrize(
    "settings",
    [{}, {"color_space": "srgb", "method": "wu"}, {"seed": 3, "dither": "bayer"}, {"effort": "draft"}],
)
def test_the_fewest_colours_keep_the_difference_and_one_less_does_not(limit, settings):
    choice = choose_k(IMAGE, max_delta_e=limit, **settings)
    assert delta_e(choice.k, **settings) <= limit < delta_e(choice.k - 1, **settings)
    again = quantize(IMAGE, choice.k, **settings)
    assert np.array_equal(again.labels, choice.quantization.labels)
    assert np.array_equal(again.palette, choice.quantization.palette)


@pytest.mark.parametrize("limit", [300, 2000, 4000])
def test_the_most_colours_keep_the_size_and_one_more_does_not(limit):
    choice = choose_k(IMAGE, max_png_bytes=limit)
    assert png_bytes(choice.k) <= limit < png_bytes(choice.k + 1)


def test_locked_colours_count_among_the_fewest_and_beside_all():
    choice = choose_k(IMAGE, max_delta_e=8, locked=["#ffffff", "#000000"])
    assert delta_e(choice.k, locked=["#ffffff", "#000000"]) <= 8 and choice.k >= 2
    two = np.array([[[250, 0, 0], [0, 250, 0]]], np.uint8)
    assert choose_k(two, max_delta_e=0, locked=["#123456"]).k == 3


def test_the_difference_of_a_smoothed_image_can_be_that_from_its_original():
    smooth = np.repeat(np.repeat(IMAGE[::2, ::2], 2, 0), 2, 1)[: IMAGE.shape[0], : IMAGE.shape[1]]
    choice = choose_k(smooth, max_delta_e=9, original=IMAGE)
    assert metrics(IMAGE, choice.quantization)["delta_e_mean"] <= 9
    assert metrics(IMAGE, quantize(smooth, choice.k - 1))["delta_e_mean"] > 9


def test_what_was_tried_is_told():
    choice = choose_k(IMAGE, max_delta_e=5)
    assert list(choice.tried) == sorted(choice.tried) and {1, 2, choice.k - 1, choice.k} <= set(choice.tried)
    k = choice.k
    rms = (quantize(IMAGE, k).inertia / IMAGE[..., 0].size) ** 0.5
    assert choice.tried[k] == {"rms": rms, "delta_e_mean": delta_e(k)}
    assert choice.knee in choice.tried


def test_both_limits_hold_together_or_not_at_all():
    few = choose_k(IMAGE, max_delta_e=6).k
    assert choose_k(IMAGE, max_delta_e=6, max_png_bytes=png_bytes(few)).k == few
    with pytest.raises(
        ValueError,
        match=rf"a PNG of k = {few} has \d+ bytes, more than 500: .* a larger difference",
    ):
        choose_k(IMAGE, max_delta_e=6, max_png_bytes=500)


def test_a_lossless_result_is_enough():
    image = noise(6, 6, 2, seed=1)
    n = len(np.unique(image.reshape(-1, 3), axis=0))
    choice = choose_k(image, max_delta_e=0, max_k=65536)
    assert choice.k == n and choice.quantization.inertia == 0
    assert choose_k(image, max_png_bytes=10**6).k == n


def test_a_histogram_saves_the_counting():
    given = choose_k(IMAGE, max_delta_e=8, histogram=ColorHistogram.from_image(IMAGE))
    assert given.k == choose_k(IMAGE, max_delta_e=8).k


@pytest.mark.parametrize(
    "limits, words",
    [
        ({}, "give max_delta_e, max_s_delta_e or max_png_bytes"),
        ({"max_delta_e": -1}, "max_delta_e must be a finite number of at least 0, got -1"),
        ({"max_png_bytes": 0.5}, "max_png_bytes must be an integer from 1"),
        ({"max_delta_e": 1, "max_k": 0}, "max_k must be an integer from 1 to 65536, got 0"),
        (
            {"max_delta_e": 1, "max_k": 4},
            r"no k tried up to 4 has a mean delta E of at most 1: at 4 it is .*or more colours$",
        ),
        (
            {"max_png_bytes": 20},
            r"a PNG of k = 1 has \d+ bytes, more than 20: allow more bytes$",
        ),
        ({"max_delta_e": 1, "method": "k-mean"}, "did you mean 'kmeans'"),
        ({"max_delta_e": 1, "original": 255 - IMAGE, "max_k": 65536}, "for these are all colours$"),
        ({"max_delta_e": 1, "original": IMAGE[1:]}, r"original must have the shape of the image, .* got"),
        ({"max_delta_e": 1, "init": [[0, 0, 0]]}, "init must be a name here"),
        ({"max_delta_e": 1, "k": 4}, "k is what choose_k finds, got k=4"),
        ({"max_delta_e": 1, "max_k": 1, "locked": ["#000", "#fff"]}, "max_k must be an integer from 2"),
    ],
)
def test_what_cannot_be_found_is_said(limits, words):
    with pytest.raises(ValueError, match=words):
        choose_k(IMAGE, **limits)


def test_a_search_can_be_called_back():
    with pytest.raises(Cancelled):
        choose_k(IMAGE, max_delta_e=1, cancel=lambda: True)


def test_the_knee_is_where_the_curve_bends():
    ks = [1, 2, 3, 4, 5, 6, 7, 8]
    assert find_knee(ks, [100, 60, 25, 10, 8, 6, 4, 2]) == 4
    assert find_knee(ks, [8, 7, 6, 5, 4, 3, 2, 1]) in ks
    assert find_knee([1, 2], [3, 1]) is None and find_knee([1, 2, 3], [1, 1, 1]) is None


def test_the_fewest_colours_for_what_eyes_see_are_fewer_with_dithering():
    plain, dithered = (choose_k(IMAGE, max_s_delta_e=5, dither=name) for name in ("none", "floyd-steinberg"))
    assert dithered.k < plain.k
    for choice in plain, dithered:
        assert metrics(IMAGE, choice.quantization, ["s_delta_e_mean"]) == {
            "s_delta_e_mean": choice.tried[choice.k]["s_delta_e_mean"]
        }
        assert choice.tried[choice.k]["s_delta_e_mean"] <= 5 < choice.tried[choice.k - 1]["s_delta_e_mean"]
    with pytest.raises(ImageError, match="has a mean S-CIELAB delta E of at most 1"):
        choose_k(IMAGE, max_s_delta_e=1, max_k=4)
