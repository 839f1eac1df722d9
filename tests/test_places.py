"""Places of labels: scipy's distance transform, poles of known shapes, and labels that neither leave the page nor cover one another."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.ndimage import distance_transform_edt

import img2num_nb as nb
from img2num_nb.shapes.places import border_distances, label_places

MAPS = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 2)
)


def found(color_labels):
    return nb.regions(
        SimpleNamespace(labels=color_labels.astype(np.uint8), palette=np.zeros((9, 3), np.uint8))
    )


def oracle(labels):
    """scipy's distance of every pixel to the edges of pixels that are borders, drawn on a grid of half pixels; squared."""
    height, width = labels.shape
    inside = np.ones((2 * height + 1, 2 * width + 1), bool)
    framed = np.pad(labels, 1, constant_values=-1)
    for y, x in np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1]):
        inside[2 * y, 2 * x : 2 * x + 3] = False
    for y, x in np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1]):
        inside[2 * y : 2 * y + 3, 2 * x] = False
    return np.round(distance_transform_edt(inside)[1::2, 1::2] ** 2).astype(np.int64)


@given(MAPS, st.integers(1, 4), st.integers(1, 4))
def test_distances_to_borders_are_those_of_scipy(color_labels, tall, wide):
    regions = found(np.kron(color_labels, np.ones((tall, wide), np.uint8)))
    np.testing.assert_array_equal(border_distances(regions), oracle(regions.labels))


@given(MAPS, st.integers(1, 4))
def test_a_pole_is_the_pixel_farthest_from_its_border(color_labels, scale):
    regions = found(np.kron(color_labels, np.ones((scale, scale), np.uint8)))
    places, distances = label_places(regions), oracle(regions.labels)
    x, y = (places.poles - 0.5).astype(int).T
    np.testing.assert_array_equal(regions.labels[y, x], np.arange(regions.n_regions))
    most = np.zeros(regions.n_regions)
    np.maximum.at(most, regions.labels, distances)
    np.testing.assert_allclose(4 * places.radii**2, most)


def test_of_equally_deep_places_the_one_nearest_to_the_middle_is_taken():
    regions = found(np.pad(np.ones((5, 41)), 2))
    assert label_places(regions).poles[1].tolist() == [22.5, 4.5]


def boxes(places, aspects):
    half = np.stack([places.heights * aspects / 2, places.heights / 2], axis=1)
    return places.labels - half, places.labels + half


@pytest.mark.parametrize("smallest", [3.0, 6.0])
def test_labels_stay_on_the_page_within_their_regions_or_beside_and_apart(smallest):
    merged = nb.merge_regions(nb.quantize(nb.sample_image("coffee"), 8), min_area=60, min_width=4)
    aspects = np.where(np.arange(merged.n_regions) < 9, 0.9, 1.8)
    places = label_places(merged, aspects, smallest=smallest, largest=12)
    low, high = boxes(places, aspects)
    height, width = merged.labels.shape
    assert low.min() >= 0 and (high <= [width, height]).all()
    for region in np.flatnonzero(places.inside):
        (left, top), (right, bottom) = low[region], high[region]
        box = merged.labels[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
        assert (box == region).all()
    outside = ~places.inside
    assert outside.any() and (places.labels[outside] != places.poles[outside]).any(axis=1).all()
    apart = ((low[:, None] >= high[None] - 1e-9) | (high[:, None] <= low[None] + 1e-9)).any(axis=2)
    assert (apart | np.eye(len(low), dtype=bool)).all()


def test_a_label_is_as_high_as_fits_within_its_circle():
    places = label_places(found(np.zeros((40, 100))), 1.0, smallest=1, largest=100)
    assert places.heights[0] == pytest.approx(2 * places.radii[0] / np.sqrt(2))


def test_a_wide_label_fits_where_its_circle_does_not():
    places = label_places(found(np.pad(np.ones((6, 30)), 3)), 4.0, smallest=5, largest=5)
    assert places.inside[1]
