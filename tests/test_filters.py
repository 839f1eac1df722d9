"""The bilateral filter: against its formula written out in float64, at every edge an image and a window can have."""

import math

import numpy as np
import pytest
from oracles import noise, photo
from skimage.color import lab2xyz, rgb2lab, xyz2rgb

from img2num_nb import ImageError, bilateral_filter
from img2num_nb.errors import Cancelled
from img2num_nb.filters import block_side, margin, window_radius


def oracle(image, sigma_spatial, sigma_range, color_space):
    """The formula, in float64: square window of radius ceil(3 sigma), at most 50; outermost pixels repeated."""
    values = rgb2lab(image) if color_space == "lab" else image.astype(np.float64)
    radius = min(math.ceil(3 * sigma_spatial), 50)
    height, width = image.shape[:2]
    padded = np.pad(values, ((radius, radius), (radius, radius), (0, 0)), mode="edge")
    total, weights = np.zeros_like(values), np.zeros((height, width, 1))
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            other = padded[radius + dy : radius + dy + height, radius + dx : radius + dx + width]
            squares = ((other - values) ** 2).sum(axis=2, keepdims=True)
            weight = np.exp(-(dx * dx + dy * dy) / (2 * sigma_spatial**2) - squares / (2 * sigma_range**2))
            total += weight * other
            weights += weight
    mean = total / weights
    return np.round(255 * np.clip(xyz2rgb(lab2xyz(mean)), 0, 1) if color_space == "lab" else mean)


def off_by(image, sigma_spatial, sigma_range, color_space):
    """The largest difference from the oracle, in levels."""
    out = bilateral_filter(
        image, sigma_spatial=sigma_spatial, sigma_range=sigma_range, color_space=color_space
    )
    assert out.shape == image.shape and out.dtype == np.uint8
    return np.abs(out - oracle(image, sigma_spatial, sigma_range, color_space)).max()


SPACES = pytest.mark.parametrize("color_space", ["lab", "srgb"])


@SPACES
@pytest.mark.parametrize(
    "sigmas", [(0.1, 50), (0.8, 5), (1, 1e-3), (2.4, 20), (3, 50), (3, 1e6), (5, 100)], ids=str
)
def test_a_photograph_is_filtered_to_the_formula(sigmas, color_space):
    assert off_by(photo(step=8), *sigmas, color_space) <= 1


@SPACES
@pytest.mark.parametrize("sigma", [17, 60, 1000])
def test_the_window_ends_at_50_pixels(sigma, color_space):
    assert off_by(photo(step=32), sigma, 40, color_space) <= 1


@SPACES
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 3), (5, 70)])
def test_an_image_smaller_than_the_window_has_no_border_artefacts(shape, color_space):
    assert off_by(noise(*shape), 3, 60, color_space) <= 1


@SPACES
@pytest.mark.parametrize("shape, sigma", [((70, 1090), 1), ((3, 640), 17), ((131, 12), 2)], ids=str)
def test_no_seam_shows_where_tiles_meet(shape, sigma, color_space):
    assert off_by(noise(*shape), sigma, 80, color_space) <= 1


@SPACES
def test_tiles_change_nothing(color_space):
    image = np.tile(noise(60, 700), (2, 1, 1))
    whole = bilateral_filter(image, sigma_spatial=1, color_space=color_space)
    part = bilateral_filter(image[7:90, 200:600], sigma_spatial=1, color_space=color_space)
    assert np.array_equal(whole[10:87, 203:597], part[3:-3, 3:-3])


@SPACES
@pytest.mark.parametrize("sigma_spatial, sigma_range", [(3, 50), (0.1, 1e-3), (20, 300)])
def test_an_image_of_one_colour_stays_as_it_is(sigma_spatial, sigma_range, color_space):
    for color in [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 0, 255), (13, 67, 213)]:
        image = np.full((20, 30, 3), color, np.uint8)
        out = bilateral_filter(
            image, sigma_spatial=sigma_spatial, sigma_range=sigma_range, color_space=color_space
        )
        assert np.array_equal(out, image)


@SPACES
@pytest.mark.parametrize(
    "sigmas",
    [(0, 50), (3, 0), (0, 0), (1e-3, 50), (1e-30, 50), (5e-324, 50), (3, 1e-30), (3, 5e-324)],
    ids=str,
)
def test_a_sigma_of_zero_or_next_to_it_changes_nothing(sigmas, color_space):
    image = noise(12, 13)
    out = bilateral_filter(image, sigma_spatial=sigmas[0], sigma_range=sigmas[1], color_space=color_space)
    assert np.array_equal(out, image) and not np.shares_memory(out, image)


def test_the_two_reds_of_img2nums_documentation_have_the_weight_that_its_formula_gives():
    a, b = np.array([213, 13, 67]), np.array([195, 17, 87])
    weight = math.exp(-740 / (2 * 20**2))  # (18, 4, 20) apart, that is 740 squared; sigma_range 20
    assert weight == pytest.approx(0.3965, abs=1e-4)
    # a flat window of 101 columns around the first of two pixels: 51 columns of it, 50 of the other
    expected = (51 * a + 50 * weight * b) / (51 + 50 * weight)
    out = bilateral_filter(
        np.array([[a, b]], np.uint8), sigma_spatial=1000, sigma_range=20, color_space="srgb"
    )
    assert out[0, 0].tolist() == np.round(expected).tolist() == [208, 14, 73]


@pytest.mark.parametrize(
    "sigma, radius", [(0.1, 1), (0.34, 2), (1, 3), (3, 9), (10, 30), (16.6, 50), (17, 50), (1000, 50)]
)
def test_the_window_is_as_large_as_img2nums(sigma, radius):
    assert window_radius(sigma) == radius


def test_the_input_may_be_read_only_and_in_any_order_and_is_not_modified():
    image = photo(step=8)
    expected = bilateral_filter(image)
    before = image.copy()
    image.flags.writeable = False
    for same in (image, np.asfortranarray(image), image[::-1][::-1], np.repeat(image, 2, axis=1)[:, ::2]):
        assert np.array_equal(bilateral_filter(same), expected)
    assert np.array_equal(image, before)


def test_progress_grows_to_one():
    seen = []
    bilateral_filter(noise(300, 50), progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1


def test_a_cancelled_filter_stops_and_the_next_call_works():
    asked = []

    def cancel():
        asked.append(None)
        return len(asked) > 1

    with pytest.raises(Cancelled, match=r"cancelled at \d+ of 63 steps"):
        bilateral_filter(noise(4000, 537), sigma_spatial=17, cancel=cancel)
    assert len(asked) == 2
    assert off_by(noise(9, 9), 1, 50, "srgb") <= 1


def test_an_interrupt_is_not_swallowed_and_the_next_call_works():
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bilateral_filter(noise(300, 30), progress=interrupt)
    assert off_by(noise(9, 9), 1, 50, "srgb") <= 1


@pytest.mark.parametrize(
    "options, words",
    [
        ({"sigma_spatial": -1}, r"sigma_spatial must be a finite number from 0 to 1000 pixels, got -1"),
        ({"sigma_spatial": 1001}, r"sigma_spatial must be .* got 1001"),
        ({"sigma_spatial": math.nan}, "sigma_spatial must be a finite number .* got nan"),
        ({"sigma_range": math.inf}, "sigma_range must be a finite number .* got inf"),
        ({"sigma_range": "50"}, "sigma_range must be a finite number .* got '50'"),
        ({"sigma_range": True}, "sigma_range must be a finite number .* got True"),
        (
            {"color_space": "Lab"},
            r"color_space must be one of 'lab', 'srgb', got 'Lab'; did you mean 'lab'\?",
        ),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(options, words):
    with pytest.raises(ValueError, match=words):
        bilateral_filter(noise(4, 4), **options)


def test_what_is_no_image_is_refused():
    with pytest.raises(ImageError, match="float64"):
        bilateral_filter(np.zeros((4, 4, 3)))


# Approximate


@SPACES
def test_the_approximation_is_within_40_db_of_the_formula(color_space):
    image = photo()[:96, :128].copy()
    out = bilateral_filter(image, sigma_spatial=16, color_space=color_space, approximate=True)
    off = out - oracle(image, 16, 50, color_space)
    assert 10 * math.log10(255**2 / (off**2).mean()) >= 40


@SPACES
@pytest.mark.parametrize("shape", [(1, 1), (3, 70), (70, 3), (66, 35)])
def test_an_approximation_leaves_one_colour_as_it_is(shape, color_space):
    image = np.full((*shape, 3), (13, 130, 213), np.uint8)
    for sigma in (8, 13, 1000):
        out = bilateral_filter(image, sigma_spatial=sigma, color_space=color_space, approximate=True)
        assert np.array_equal(out, image)


def test_an_approximation_keeps_an_edge_within_blocks():
    image = np.zeros((41, 41, 3), np.uint8)
    image[:, 21:] = 255
    out = bilateral_filter(image, sigma_spatial=16, sigma_range=20, color_space="srgb", approximate=True)
    assert np.array_equal(out, image)


def test_below_a_sigma_of_8_the_approximation_is_exact():
    image = photo(step=8)
    a, b = (bilateral_filter(image, sigma_spatial=7.9, approximate=on) for on in (True, False))
    assert np.array_equal(a, b) and [block_side(s) for s in (7.9, 8, 12, 16, 1000)] == [1, 2, 3, 4, 4]


@pytest.mark.parametrize("sigma", [8, 12.5, 17])
def test_an_approximation_needs_no_more_than_its_margin(sigma):
    image = noise(310, 320)
    around, multiple = margin(sigma, approximate=True)
    top = (140 - around) // multiple * multiple
    part = np.ascontiguousarray(image[top : 170 + around])
    options = {"sigma_spatial": sigma, "color_space": "srgb", "approximate": True}
    whole, alone = bilateral_filter(image, **options), bilateral_filter(part, **options)
    assert np.array_equal(alone[140 - top : 170 - top], whole[140:170])
