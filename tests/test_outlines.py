"""Outlines: shapely finds no crossing, no gap and no overlap, and measures how far they leave the edges of pixels."""

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.ndimage import gaussian_filter

import img2num_nb as nb

NOISE = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(0, 3)
)
TOLERANCES = st.sampled_from([0, 0.5, 0.8, 1.0, 2.0])


def quantized(color_labels):
    return SimpleNamespace(labels=color_labels.astype(np.uint8), palette=np.zeros((9, 3), np.uint8))


def hills(height, width, seed=0, sigma=3):
    """A map of 5 values with smooth borders, islands and junctions."""
    field = gaussian_filter(np.random.default_rng(seed).normal(size=(height, width)), sigma)
    return np.digitize(field / field.std(), [-1, -0.3, 0.3, 1])


def ring_area(drawn, lines, ring):
    """Area inside a ring of half-arcs; negative around a hole."""
    points = [lines[half >> 1][:: -1 if half & 1 else 1][:-1] for half in ring]
    x, y = np.concatenate(points).T
    return float((y * np.roll(x, -1) - x * np.roll(y, -1)).sum() / 2)


def region_areas(drawn):
    lines = drawn.flatten()
    return np.array([sum(ring_area(drawn, lines, ring) for ring in rings) for rings in drawn.rings])


def check(color_labels, tolerance):
    """Assert what every outline promises."""
    drawn = nb.outlines(quantized(color_labels), tolerance=tolerance)
    lines = np.array([shapely.LineString(points) for points in drawn.flatten()])
    assert shapely.is_simple(lines).all()  # none crosses itself
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    one, other = one[one < other], other[one < other]
    assert not (drawn.closed[one] | drawn.closed[other]).any()
    meeting, pair = shapely.get_coordinates(shapely.intersection(lines[one], lines[other]), return_index=True)
    for arc in one[pair], other[pair]:  # two meet at ends alone, which are junctions
        ends = drawn.nodes[np.stack([drawn.offsets[arc], drawn.offsets[arc + 1] - 1])]
        assert (ends == meeting).all(axis=2).any(axis=0).all()
    areas = region_areas(drawn)
    assert areas.min() > 0  # none is lost
    assert areas.sum() == pytest.approx(color_labels.size)  # neither gap nor overlap
    edges = [shapely.LineString(points) for points in nb.outlines(drawn.regions, tolerance=0).flatten()]
    assert (shapely.hausdorff_distance(lines, edges, densify=0.2) <= tolerance + 1e-9).all()
    return drawn


@settings(max_examples=50)
@given(NOISE, TOLERANCES, st.integers(1, 3))
def test_outlines_of_noise_neither_cross_nor_leave_their_tolerance(color_labels, tolerance, scale):
    check(np.kron(color_labels, np.ones((scale, scale), np.uint8)), tolerance)


@pytest.mark.parametrize("tolerance", [0, 0.5, 1, 2])
def test_outlines_of_hills_neither_cross_nor_leave_their_tolerance(tolerance):
    check(hills(90, 110), tolerance)


def test_at_tolerance_0_outlines_are_the_edges_of_pixels():
    drawn = nb.outlines(quantized(hills(40, 50)), tolerance=0)
    np.testing.assert_array_equal(region_areas(drawn), drawn.regions.areas)
    np.testing.assert_array_equal(drawn.nodes, np.round(drawn.nodes))


def test_at_half_a_pixel_the_center_of_every_pixel_stays_in_its_region():
    drawn = nb.outlines(quantized(hills(60, 50, sigma=1)), tolerance=0.5)
    lines = drawn.flatten()
    inside = np.zeros(drawn.regions.labels.shape, np.int64) - 1
    x, y = np.meshgrid(np.arange(50) + 0.5, np.arange(60) + 0.5)
    for region, rings in enumerate(drawn.rings):
        shape = shapely.Polygon()
        for ring in rings:  # even-odd
            points = [lines[half >> 1][:: -1 if half & 1 else 1][:-1] for half in ring]
            shape = shape.symmetric_difference(shapely.make_valid(shapely.Polygon(np.concatenate(points))))
        inside[shapely.contains_xy(shape, x, y)] = region
    np.testing.assert_array_equal(inside, drawn.regions.labels)


def test_a_slanted_straight_border_becomes_one_line():
    y, x = np.mgrid[:60, :80]
    drawn = nb.outlines(quantized(3 * y > x + 20), tolerance=1)
    (arc,) = np.flatnonzero((drawn.sides >= 0).all(axis=1))
    assert drawn.offsets[arc + 1] - drawn.offsets[arc] <= 4


def test_a_disc_keeps_its_area_within_two_percent():
    y, x = np.mgrid[:101, :101] - 50
    disc = x**2 + y**2 <= 40**2
    drawn = nb.outlines(quantized(disc), tolerance=1)
    assert region_areas(drawn)[1] == pytest.approx(np.pi * 40**2, rel=0.02)


def test_each_border_is_traced_once_and_has_its_regions_on_its_sides():
    drawn = nb.outlines(quantized(hills(70, 60)), tolerance=0)
    length = sum(shapely.LineString(points).length for points in drawn.flatten())
    labels = np.pad(drawn.regions.labels, 1, constant_values=-1)
    assert length == (labels[1:] != labels[:-1]).sum() + (labels[:, 1:] != labels[:, :-1]).sum()
    pairs = np.unique(np.sort(drawn.sides[(drawn.sides >= 0).all(axis=1)], axis=1), axis=0)
    np.testing.assert_array_equal(pairs, drawn.regions.neighbors)


def test_smoothing_saves_nodes():
    color_labels = hills(200, 200, sigma=6)
    counts = [len(nb.outlines(quantized(color_labels), tolerance=t).nodes) for t in (0, 0.5, 1, 2)]
    assert counts == sorted(counts, reverse=True) and counts[2] < counts[0] / 2


@pytest.mark.parametrize("tolerance", [0.3, 2.5, -1, float("nan")])
def test_a_tolerance_out_of_range_is_an_error(tolerance):
    with pytest.raises(ValueError, match=r"tolerance must be a finite number from 0\.5 to 2 pixels"):
        nb.outlines(quantized(np.zeros((3, 3))), tolerance=tolerance)
