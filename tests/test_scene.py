"""Where colours are drawn."""

import itertools

import numpy as np
import pytest

from img2num_nb import ColorHistogram, color, convert_color
from img2num_nb.lessons import scene

RANDOM = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)


@pytest.mark.parametrize("space", color.SPACES)
def test_places_and_grid_coordinates_are_the_same(space):
    coords = color.to_grid(RANDOM, space)
    assert np.array_equal(scene.unplace(scene.place(coords, space), space), coords)


@pytest.mark.parametrize("space", color.SPACES)
def test_places_lie_within_the_axes(space):
    low, high = np.array([axis[1:] for axis in scene.axes(space)]).T
    places = scene.place(color.to_grid(RANDOM, space), space)
    assert (places >= low - 0.1).all() and (places <= high + 0.1).all()


def test_places_have_the_units_of_the_axes():
    lab = dict(
        zip(
            [name for name, *_ in scene.axes("lab")],
            scene.place(color.to_grid(RANDOM, "lab"), "lab").T,
            strict=True,
        )
    )
    expected = convert_color(RANDOM, "srgb", "lab")
    assert np.allclose(np.stack([lab[name] for name in ("L*", "a*", "b*")], axis=1), expected, atol=2**-10)


def test_a_place_outside_comes_to_the_wall():
    assert scene.unplace(np.array([[300.0, -5, 100]]), "srgb").tolist() == [[255 * 1024, 100 * 1024, 0]]


def test_the_gamuts_edges_join_the_eight_corners_of_the_cube():
    _, colors = scene.gamut_edges("oklab")
    ends = [tuple(c) for c in colors[:, [0, -1]].reshape(-1, 3).tolist()]
    assert {corner: ends.count(corner) for corner in ends} == dict.fromkeys(
        itertools.product((0, 255), repeat=3), 3
    )


def test_few_colours_are_drawn_as_they_are():
    histogram = ColorHistogram.from_image(RANDOM[None])
    assert scene.cloud(histogram).histogram is histogram


def test_many_colours_are_drawn_as_groups_that_keep_pixels_and_mean(monkeypatch):
    monkeypatch.setattr(scene, "MAX_POINTS", 300)
    histogram = ColorHistogram.from_image(RANDOM.reshape(20, 25, 3) // 3)
    cloud = scene.cloud(histogram)
    groups = cloud.histogram
    assert len(groups) <= 300 and groups.n_pixels == 500
    assert np.allclose(
        np.average(groups.colors, axis=0, weights=groups.counts), RANDOM.mean(axis=0) // 1 / 3, atol=1
    )
    assert cloud.text == f"{len(histogram)} distinct colours, drawn as {len(groups)} groups of neighbours"


def test_every_pixel_finds_its_colour():
    image = RANDOM.reshape(20, 25, 3)
    histogram = ColorHistogram.from_image(image)
    assert np.array_equal(histogram.colors[scene.color_index(image, histogram)], image)
