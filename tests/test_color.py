"""Colour spaces: against scikit-image, colorsys and published values; on the grid; there and back without loss."""

import colorsys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import SPACE_NAMES
from skimage import color as sk

from img2num_nb import convert_color
from img2num_nb.color import LIGHT, SPACES, from_grid, to_grid
from img2num_nb.filters import THRESHOLDS

LEVELS = np.append(np.arange(0, 256, 8), 255).astype(np.uint8)
LATTICE = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS, indexing="ij"), axis=-1).reshape(
    -1, 3
)  # 33^3, with corners
GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
RANDOM = np.random.default_rng(0).integers(0, 256, (40_000, 3)).astype(np.uint8)


# --- outside truths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "space, oracle, tolerance",
    [
        ("lab", sk.rgb2lab, 2**-10),
        ("ycbcr", sk.rgb2ycbcr, 2**-10),
        ("hsv", lambda rgb: sk.rgb2hsv(rgb) * [360, 1, 1], 2**-10),
        ("linear", lambda rgb: sk.rgb2xyz(rgb) @ np.linalg.inv(sk.colorconv.xyz_from_rgb).T, 2**-18),
    ],
)
def test_a_space_agrees_with_scikit_image_to_a_step_of_the_grid(space, oracle, tolerance):
    assert np.abs(convert_color(LATTICE, "srgb", space) - oracle(LATTICE / 255)).max() <= tolerance


@pytest.mark.parametrize("space, back", [("lab", sk.lab2rgb), ("ycbcr", sk.ycbcr2rgb)])
def test_the_way_back_agrees_with_scikit_image(space, back):
    values = convert_color(LATTICE, "srgb", space)
    ours = np.clip(convert_color(values, space, "srgb"), 0, 255)  # scikit-image clips
    assert np.abs(ours - 255 * back(values)).max() < 0.01


@pytest.mark.parametrize(
    "xyz, oklab",
    [
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1, 0, 0), (0.450, 1.236, -0.019)),
        ((0, 1, 0), (0.922, -0.671, 0.263)),
        ((0, 0, 1), (0.153, -1.415, -0.449)),
    ],
)
def test_oklab_has_the_values_of_its_authors_table(xyz, oklab):
    linear = np.linalg.solve(sk.colorconv.xyz_from_rgb, xyz)
    assert convert_color(linear, "linear", "oklab") == pytest.approx(oklab, abs=1e-3)


@pytest.mark.parametrize(
    "rgb, oklab",
    [  # CSS Color Module Level 4, sample conversions
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
        ((255, 255, 255), (1, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_oklab_of_the_primaries_is_as_published(rgb, oklab):
    assert convert_color(rgb, "srgb", "oklab") == pytest.approx(oklab, abs=1e-5)


def test_the_hsv_cone_is_that_of_colorsys():
    h, s, v = np.array([colorsys.rgb_to_hsv(*rgb) for rgb in RANDOM[:2000] / 255]).T
    cone = np.stack([s * v * np.cos(2 * np.pi * h), s * v * np.sin(2 * np.pi * h), v], axis=1)
    assert np.abs(to_grid(RANDOM[:2000], "hsv") / SPACES["hsv"].steps - cone).max() <= 2**-18


def test_hues_of_359_and_1_degree_are_neighbours():
    colors = np.array([[255, 0, 4], [255, 4, 0]], np.uint8)
    hue = convert_color(colors, "srgb", "hsv")[:, 0]
    assert hue == pytest.approx([359.06, 0.94], abs=0.01)
    away = np.linalg.norm(np.diff(to_grid(colors, "hsv"), axis=0)) / SPACES["hsv"].steps
    assert away == pytest.approx(2 * np.sin(np.radians(hue[1])), abs=1e-4)  # the chord of 1.9 degrees


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_space_has_the_documented_range_and_no_wider(space):
    values = convert_color(LATTICE, "srgb", space)
    low, high = np.array([limits for _, *limits in SPACES[space].channels], float).T
    full = np.where(low == 0, 360, high) if space == "hsv" else high  # the greatest hue lies just below 360
    assert (values >= low).all() and (values <= full).all()
    slack = 0.01 * (high - low)
    assert (values.min(axis=0) <= low + slack).all() and (values.max(axis=0) >= high - slack).all()


# --- the grid ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_grid_coordinates_are_whole_numbers_below_2_to_the_18th(space):
    coords = to_grid(LATTICE, space)
    assert coords.dtype == np.float64 and np.array_equal(coords, np.round(coords))
    assert np.abs(coords).max() <= 2**18


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_converted_colours_lie_on_the_grid(space):
    values = convert_color(RANDOM, "srgb", space)
    steps = np.array([1 << 10, 1 << 18, 1 << 18]) if space == "hsv" else SPACES[space].steps
    assert np.array_equal(values * steps, np.round(values * steps))


@pytest.mark.parametrize("space", [name for name in SPACE_NAMES if name != "hsv"])
def test_grid_coordinates_are_steps_of_the_converted_colours(space):
    values = convert_color(LATTICE, "srgb", space)
    assert np.abs(to_grid(LATTICE, space) - values * SPACES[space].steps).max() <= 1


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_colours_coordinates_do_not_depend_on_its_place_among_others(space):
    assert np.array_equal(to_grid(RANDOM[::-1], space), to_grid(RANDOM, space)[::-1])
    assert np.array_equal(to_grid(RANDOM[:3], space), to_grid(RANDOM, space)[:3])


# --- there and back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", SPACE_NAMES)
@pytest.mark.parametrize("colors", [GREYS, RANDOM, LATTICE], ids=["greys", "random", "lattice"])
def test_every_uint8_colour_comes_back_exactly(space, colors):
    assert np.array_equal(from_grid(to_grid(colors, space), space), colors)
    back = convert_color(convert_color(colors, "srgb", space), space, "srgb")
    assert np.array_equal(np.round(back), colors)


@given(
    st.lists(st.floats(0, 255), min_size=3, max_size=3),
    st.sampled_from(SPACE_NAMES),
    st.sampled_from(SPACE_NAMES),
)
def test_a_colour_survives_the_way_through_any_two_spaces(color, first, second):
    there = convert_color(convert_color(color, "srgb", first), first, second)
    assert convert_color(there, second, "srgb") == pytest.approx(color, abs=0.05)


@pytest.mark.parametrize("space", [name for name in SPACE_NAMES if name != "hsv"])
def test_colours_outside_the_gamut_are_converted_not_clipped(space):
    out = convert_color(convert_color([300, -20, 128], "srgb", space), space, "srgb")
    assert out == pytest.approx([300, -20, 128], abs=0.05)


def test_from_grid_clips_to_the_gamut():
    coords = np.array([[120, 0, 0], [-5, 0, 0]]) * SPACES["lab"].steps
    assert from_grid(coords, "lab").tolist() == [[255, 255, 255], [0, 0, 0]]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 5, 3)])
def test_colours_of_any_shape_keep_it(shape):
    colors = np.full(shape, 128)
    out = convert_color(colors, "srgb", "lab")
    assert out.shape == shape and out.dtype == np.float64
    assert np.array_equal(out, np.broadcast_to(convert_color([128, 128, 128], "srgb", "lab"), shape))


# --- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, words",
    [
        (
            ([1, 2, 3], "srgb", "okalb"),
            r"target must be one of 'srgb', .* got 'okalb'; did you mean 'oklab'\?",
        ),
        (([1, 2, 3], 0, "lab"), r"source must be one of .*, got 0"),
        (([1, 2], "srgb", "lab"), r"a last axis of 3 channels, got shape \(2,\)"),
        ((5, "srgb", "lab"), r"a last axis of 3 channels, got shape \(\)"),
        (([1, 2, np.nan], "srgb", "lab"), "must be finite numbers, got NaN or infinity: remove them"),
        (([1, 2, np.inf], "lab", "srgb"), "must be finite numbers"),
    ],
)
def test_what_cannot_be_converted_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        convert_color(*arguments)


@pytest.mark.parametrize(
    ("found", "halves"), [(LIGHT, range(0, 511, 2)), (THRESHOLDS[1:-1], range(1, 511, 2))]
)
def test_the_light_of_levels_and_between_them_is_beyond_the_reach_of_a_last_bit(found, halves):
    for light, half in zip(found, halves, strict=True):
        value = Decimal(half) / 510
        low = value <= Decimal("0.04045")
        exact = (
            value / Decimal("12.92")
            if low
            else ((value + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
        )
        assert abs(Decimal(light * 2**38) - exact * 2**38) < Decimal("0.5") - exact * 2**38 * 64 / 2**53
