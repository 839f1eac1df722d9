"""The bilateral filter at one pixel: against the filter itself, and against published figures."""

import math

import numpy as np
import pytest

from img2num_nb import bilateral_filter, convert_color, sample_image
from img2num_nb.lessons.microscope import gauss, kernel_at, sigma_factor

IMAGE = sample_image("coffee")[100:160, 200:290]


@pytest.mark.parametrize("space", ["lab", "srgb"])
def test_the_result_is_the_filters_own(space):
    filtered = bilateral_filter(IMAGE, sigma_spatial=2, sigma_range=15, color_space=space)
    corners = [(0, 0), (89, 0), (0, 59), (89, 59)]
    inside = np.random.default_rng(0).integers(0, (90, 60), (40, 2)).tolist()
    for x, y in corners + inside:
        kernel = kernel_at(IMAGE, x, y, sigma_spatial=2, sigma_range=15, color_space=space)
        assert np.array_equal(kernel.result, filtered[y, x])


def test_the_weights_follow_the_formula():
    kernel = kernel_at(IMAGE, 40, 30, sigma_spatial=1.5, sigma_range=20)
    lab = convert_color(kernel.window, "srgb", "lab")
    d2 = np.add.outer(np.arange(-5, 6) ** 2, np.arange(-5, 6) ** 2)
    c2 = ((lab - lab[5, 5]) ** 2).sum(axis=2)
    assert kernel.radius == 5  # ceil(3 sigma_spatial)
    assert np.allclose(kernel.product, np.exp(-d2 / (2 * 1.5**2)) * np.exp(-c2 / (2 * 20**2)))
    assert kernel.effective == pytest.approx(kernel.product.sum())


def test_beyond_the_border_the_outermost_pixels_repeat():
    window = kernel_at(IMAGE, 0, 0, sigma_spatial=1).window
    assert np.array_equal(window, np.pad(IMAGE, ((3, 0), (3, 0), (0, 0)), mode="edge")[:7, :7])


def test_two_similar_reds_are_smoothed_together_for_img2nums_sigma():
    reds = np.uint8([[[213, 13, 67], [195, 17, 87]]])
    kernel = kernel_at(reds, 0, 0, sigma_spatial=1, sigma_range=20, color_space="srgb")
    distance, weight = kernel.contrast["srgb"][3, 4], kernel.range[3, 4]
    assert distance == pytest.approx(math.sqrt(18**2 + 4**2 + 20**2))
    assert weight == pytest.approx(math.exp(-(18**2 + 4**2 + 20**2) / (2 * 20**2)))


def test_with_a_sigma_of_zero_nothing_changes():
    for sigmas in ({"sigma_spatial": 0}, {"sigma_range": 0}):
        assert np.array_equal(kernel_at(IMAGE, 5, 5, **sigmas).result, IMAGE[5, 5])
    assert gauss([0, 1], 0).tolist() == [1, 0]


def test_the_sigma_factor_is_the_ratio_of_distances_over_all_pairs_of_pixels():
    pixels = IMAGE[::6, ::6].reshape(-1, 3)
    mean = {}
    for space in ("srgb", "lab"):
        at = convert_color(pixels, "srgb", space)
        mean[space] = ((at[:, None] - at) ** 2).sum(axis=2).mean()
    assert sigma_factor(IMAGE[::6, ::6]) == pytest.approx(math.sqrt(mean["srgb"] / mean["lab"]), rel=1e-4)


def test_black_and_white_are_100_lab_units_and_255_root_3_levels_apart():
    assert sigma_factor(np.uint8([[[0] * 3, [255] * 3]])) == pytest.approx(2.55 * math.sqrt(3), rel=1e-4)
    assert math.isnan(sigma_factor(np.zeros((2, 2, 3), np.uint8)))


def test_a_photographs_factor_is_near_img2nums_418():
    assert 3 < sigma_factor(sample_image("china")) < 5


def test_a_pixel_outside_is_refused():
    with pytest.raises(ValueError, match="x must be an integer from 0 to 89, got 90"):
        kernel_at(IMAGE, 90, 0)
