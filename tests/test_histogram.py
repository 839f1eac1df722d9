"""The weighted histogram: against np.unique, and tiles that add up."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import noise, photo

from img2num_nb import ColorHistogram, ImageError
from img2num_nb.color import SPACES, to_grid

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))
IMAGES = st.one_of(
    arrays(np.uint8, SHAPES),
    arrays(np.uint8, SHAPES, elements=st.sampled_from([0, 1, 15, 16, 254, 255])),  # many equal colours
)


def equal(a, b):
    return np.array_equal(a.colors, b.colors) and np.array_equal(a.counts, b.counts) and a.bits == b.bits


def check_against_unique(image):
    histogram = ColorHistogram.from_image(image)
    colors, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    assert np.array_equal(histogram.colors, colors) and histogram.colors.dtype == np.uint8
    assert np.array_equal(histogram.counts, counts) and histogram.counts.dtype == np.int64
    assert histogram.n_pixels == image.shape[0] * image.shape[1] and len(histogram) == len(colors)


@given(IMAGES)
def test_a_histogram_is_what_numpy_unique_says(image):
    check_against_unique(image)


@pytest.mark.parametrize(
    "image",
    [
        photo(step=1),
        noise(700, 701),
        noise(300, 300, levels=3),
        np.full((400, 400, 3), 77, np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        noise(1, 999),
        noise(999, 1),
        np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2),
    ],
    ids=["photo", "noise", "few colours", "one colour", "1x1", "one row", "one column", "greys"],
)
def test_larger_and_odd_images_are_counted_as_numpy_unique_does(image):
    check_against_unique(image)


@given(IMAGES, st.data())
def test_tiles_added_in_any_order_give_the_histogram_of_the_whole(image, data):
    height, width = image.shape[:2]
    row, column = data.draw(st.integers(0, height)), data.draw(st.integers(0, width))
    tiles = [
        part for band in np.split(image, [row]) for part in np.split(band, [column], axis=1) if part.size
    ]
    shuffled = data.draw(st.permutations(tiles))
    assert equal(reduce(add, map(ColorHistogram.from_image, shuffled)), ColorHistogram.from_image(image))


def test_the_sum_of_two_histograms_leaves_both_alone():
    a, b = ColorHistogram.from_image(noise(9, 9, 2)), ColorHistogram.from_image(noise(9, 9, 2, seed=1))
    before = a.colors.copy(), a.counts.copy()
    assert (a + b).n_pixels == a.n_pixels + b.n_pixels
    assert np.array_equal(a.colors, before[0]) and np.array_equal(a.counts, before[1])


@pytest.mark.parametrize("bits", [4, 5, 6, 7])
@pytest.mark.parametrize(
    "image",
    [
        photo(),
        noise(50, 60, 20),
        np.full((300, 400, 3), 255, np.uint8),
        np.tile(np.uint8([[[255] * 3, [0] * 3]]), (300, 200, 1)),
    ],
    ids=["photo", "few colours", "white", "white and black"],
)
def test_a_coarse_histogram_holds_each_cells_mean_colour(image, bits):
    pixels = image.reshape(-1, 3).astype(np.int64)
    cells, index, counts = np.unique(pixels >> (8 - bits), axis=0, return_inverse=True, return_counts=True)
    sums = np.zeros(cells.shape, np.int64)
    np.add.at(sums, index, pixels)
    histogram = ColorHistogram.from_image(image, bits)
    assert np.array_equal(histogram.counts, counts) and histogram.bits == bits
    assert np.array_equal(histogram.colors, (2 * sums + counts[:, None]) // (2 * counts[:, None]))


def test_coordinates_are_those_of_the_colours_in_every_space():
    histogram = ColorHistogram.from_image(photo())
    for space in SPACES:
        assert np.array_equal(histogram.coords(space), to_grid(histogram.colors, space))


def test_drafts_are_not_added():
    exact, draft = ColorHistogram.from_image(photo()), ColorHistogram.from_image(photo(), bits=5)
    with pytest.raises(ImageError, match=r"only exact histograms \(bits=8\) can be added, got bits=8 and 5"):
        exact + draft


@pytest.mark.parametrize("bits", [3, 9, 5.0, True])
def test_bits_out_of_range_are_refused(bits):
    with pytest.raises(ValueError, match="bits must be an integer from 4 to 8, got"):
        ColorHistogram.from_image(photo(), bits)


def test_what_is_no_image_is_refused():
    with pytest.raises(ImageError, match="float64"):
        ColorHistogram.from_image(np.zeros((4, 4, 3)))


def test_more_pixels_than_the_counters_hold_are_refused():
    black = np.broadcast_to(np.uint8(0), (50_000, 50_000, 3))  # one byte
    with pytest.raises(ImageError, match="fewer than 2_147_483_648 pixels, got 2_500_000_000"):
        ColorHistogram.from_image(black)
