"""Regions and merging: against scikit-image's labels and a slow, literal version of the rule."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.color import rgb2lab
from skimage.measure import label

import img2num_nb as nb
from img2num_nb._kernels import run
from img2num_nb.shapes.regions import label_regions

PALETTE = np.array([[0, 0, 0], [90, 60, 20], [128, 128, 128], [200, 30, 40], [250, 250, 250]], np.uint8)
MAPS = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 4)
)


def quantized(color_labels):
    return SimpleNamespace(labels=np.asarray(color_labels, np.uint8), palette=PALETTE)


def oracle(color_labels):
    """scikit-image's regions, numbered from 0 by their first pixels."""
    return label(color_labels.astype(np.int64), background=-1, connectivity=1) - 1


def noise(height, width, n_colors, seed=0):
    return np.random.default_rng(seed).integers(0, n_colors, (height, width), np.uint8)


# --- regions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_colors", [1, 2, 3, 5])
def test_regions_are_those_of_scikit_image(n_colors):
    color_labels = noise(300, 170, n_colors)
    np.testing.assert_array_equal(nb.regions(quantized(color_labels)).labels, oracle(color_labels))


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_regions_are_the_same_for_any_number_of_threads(n_threads, monkeypatch):
    color_labels = noise(700, 31, 2)
    monkeypatch.setattr(run, "_n_threads", n_threads)
    np.testing.assert_array_equal(label_regions(color_labels)[0], oracle(color_labels))


def test_areas_and_colors_are_those_of_the_pixels():
    color_labels = noise(50, 60, 3)
    found = nb.regions(quantized(color_labels))
    np.testing.assert_array_equal(found.areas, np.bincount(oracle(color_labels).ravel()))
    np.testing.assert_array_equal(found.color_labels, color_labels)
    np.testing.assert_array_equal(found.image, PALETTE[color_labels])


@given(MAPS)
def test_neighbors_are_the_pairs_across_the_edges_of_pixels(color_labels):
    found = nb.regions(quantized(color_labels))
    labels = oracle(color_labels)
    edges = [*zip(labels[:, :-1].ravel(), labels[:, 1:].ravel(), strict=True)]
    edges += zip(labels[:-1].ravel(), labels[1:].ravel(), strict=True)
    assert [*map(tuple, found.neighbors.tolist())] == sorted(
        {(min(e), max(e)) for e in edges if e[0] != e[1]}
    )


@given(MAPS)
def test_a_width_is_the_side_of_the_largest_square_inside(color_labels):
    found = nb.regions(quantized(color_labels))
    for region, width in enumerate(found.widths):
        mask = found.labels == region
        assert has_square(mask, width) and not has_square(mask, width + 1)


def has_square(mask, side):
    """Return whether a square of `side` x `side` pixels lies in a mask."""
    fits = side <= min(mask.shape)
    return bool(fits and np.lib.stride_tricks.sliding_window_view(mask, (side, side)).all((2, 3)).any())


def test_regions_of_regions_are_the_same_object():
    found = nb.regions(quantized(noise(9, 9, 2)))
    assert nb.regions(found) is found


def test_what_is_no_quantization_is_refused():
    with pytest.raises(TypeError, match=r"got ndarray: call quantize\(image, k\) first"):
        nb.regions(np.zeros((4, 4, 3), np.uint8))


# --- merging ---------------------------------------------------------------------------------------------------


def merged_slowly(color_labels, min_area):
    """The rule, word by word: look for all regions anew after each step."""
    out = color_labels.copy()
    lab = rgb2lab(PALETTE)
    while True:
        labels = oracle(out)
        areas = np.bincount(labels.ravel())
        if len(areas) == 1 or areas.min() >= min_area:
            return out
        mask = labels == areas.argmin()
        near = np.zeros_like(mask)
        near[1:] |= mask[:-1]
        near[:-1] |= mask[1:]
        near[:, 1:] |= mask[:, :-1]
        near[:, :-1] |= mask[:, 1:]
        others = np.unique(out[near & ~mask])
        distances = ((lab[others] - lab[out[mask][0]]) ** 2).sum(axis=1)
        out[mask] = others[distances.argmin()]


@given(MAPS, st.integers(1, 9))
def test_merging_follows_its_rule(color_labels, min_area):
    min_area = min(min_area, color_labels.size)
    merged = nb.merge_regions(quantized(color_labels), min_area=min_area)
    np.testing.assert_array_equal(merged.color_labels, merged_slowly(color_labels, min_area))


@given(MAPS, st.integers(1, 9), st.integers(1, 4))
def test_merging_leaves_nothing_too_small_adds_no_color_and_has_no_more_to_do(color_labels, area, width):
    limits = {"min_area": min(area, color_labels.size), "min_width": min(width, *color_labels.shape)}
    merged = nb.merge_regions(quantized(color_labels), **limits)
    if merged.n_regions > 1:
        assert merged.areas.min() >= limits["min_area"]
        assert merged.widths.min() >= limits["min_width"]
    assert set(np.unique(merged.color_labels)) <= set(np.unique(color_labels))
    assert merged.areas.sum() == color_labels.size
    np.testing.assert_array_equal(merged.labels, oracle(merged.color_labels))
    assert nb.merge_regions(merged, **limits) is merged


def test_a_photograph_has_no_region_below_the_limit():
    quantization = nb.quantize(nb.sample_image("coffee"), 16)
    merged = nb.merge_regions(quantization, min_area=40, min_width=4)
    assert merged.n_regions > 1
    assert merged.areas.min() >= 40 and merged.widths.min() >= 4


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"min_area": 0}, "min_area must be an integer from 1 to 63, got 0"),
        ({"min_area": 64}, "min_area must be an integer from 1 to 63, got 64"),
        ({"min_width": 8}, "min_width must be an integer from 1 to 7, got 8"),
        ({"min_area": 2.5}, "min_area must be an integer from 1 to 63, got 2.5"),
    ],
)
def test_a_limit_beyond_the_image_is_an_error(limits, message):
    with pytest.raises(ValueError, match=message):
        nb.merge_regions(quantized(noise(7, 9, 3)), **limits)
