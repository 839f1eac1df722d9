"""Colours of one's own: a palette that is given, colours that are locked; and a design on a thumbnail."""

import numpy as np
import pytest
from oracles import SPACE_NAMES, noise, photo

from img2num_nb import METHODS, ColorHistogram, quantize, save_palette
from img2num_nb.color import SPACES, to_grid
from img2num_nb.errors import ImageError
from img2num_nb.hex_colors import named_palette

IMAGE = photo(step=4)


def colors_of(q):
    return {tuple(c) for c in q.palette.tolist()}


# --- a palette of one's own -------------------------------------------------------------------------------


def test_a_fixed_palette_is_used_as_it_is_by_code_by_numbers_by_name_and_by_file(tmp_path):
    codes = ["#000000", "#e69f00", "56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"]
    expected = quantize(IMAGE, method="fixed", palette=codes)
    assert colors_of(expected) <= {tuple(c) for c in named_palette("okabe-ito").tolist()}
    path = save_palette(tmp_path / "mine.gpl", codes)
    for palette in ("okabe-ito", named_palette("okabe-ito"), named_palette("okabe-ito").tolist(), str(path)):
        q = quantize(IMAGE, method="fixed", palette=palette)
        assert np.array_equal(q.palette, expected.palette) and np.array_equal(q.labels, expected.labels)


@pytest.mark.parametrize(
    "name, size, some",
    [
        ("web-safe", 216, (0x33, 0x66, 0x99)),
        ("ega", 64, (0x55, 0xAA, 0xFF)),
        ("cga", 16, (0xAA, 0x55, 0x00)),
        ("pico-8", 16, (0xFF, 0x00, 0x4D)),
        ("rgb", 8, (255, 0, 255)),
        ("grey-4", 4, (85, 85, 85)),
        ("gray-256", 256, (7, 7, 7)),
    ],
)
def test_palettes_by_name(name, size, some):
    colors = {tuple(c) for c in named_palette(name).tolist()}
    assert len(colors) == size and some in colors


def test_of_too_many_colours_those_go_that_are_missed_least():
    image = np.zeros((20, 20, 3), np.uint8)
    image[:10], image[10:, :4], image[0, 0] = (200, 40, 40), (40, 200, 40), (250, 250, 60)
    palette = [[200, 40, 40], [40, 200, 40], [0, 0, 0], [250, 250, 60], [9, 9, 200], [1, 2, 3]]
    q = quantize(image, 3, method="fixed", palette=palette)
    assert colors_of(q) == {(200, 40, 40), (40, 200, 40), (0, 0, 0)}


def test_an_image_of_few_colours_gets_the_fixed_ones_too():
    image = np.full((3, 3, 3), 250, np.uint8)
    q = quantize(image, method="fixed", palette="grey-2")
    assert q.palette.tolist() == [[255, 255, 255]] and q.n_colors == 1 and q.inertia > 0


@pytest.mark.parametrize(
    "palette, error, words",
    [
        ("webs", ValueError, "the path of a palette file, or a name: .* did you mean 'web-safe'"),
        ("grey-N", ValueError, "number of greys from 2 to 256"),
        ("nowhere.gpl", ImageError, "cannot read the palette 'nowhere.gpl'"),
        ([], ValueError, "palette must be a list of codes .*, got none"),
        (["#12345"], ValueError, "got '#12345'"),
        ([[1, 2]], ValueError, r"got \[1, 2\] as number 1"),
        ([[0, 0, 0], [1, 2, 256]], ValueError, r"got \[1, 2, 256\] as number 2"),
        ([[0.5, 0, 0]], ValueError, "R, G, B from 0 to 255"),
        (7, ValueError, "palette must be a list of codes .*, got 7"),
    ],
)  # fmt: skip
def test_what_is_no_palette_is_refused(palette, error, words):
    with pytest.raises(error, match=words):
        quantize(IMAGE, method="fixed", palette=palette)


# --- colours held, and a design on a thumbnail ------------------------------------------------------------


def with_locked(image, k, locked, color_space):
    """The least error found by Lloyd's algorithm with some centres held, from several starts; in units of the space."""
    histogram = ColorHistogram.from_image(image)
    held, cells = to_grid(np.array(locked, np.uint8), color_space), histogram.cells(color_space)
    least = np.inf
    for seed in range(3):
        free = to_grid(
            quantize(image, k - len(held), color_space=color_space, seed=seed).palette, color_space
        )
        for _ in range(200):
            sums = cells.lloyd_pass(np.vstack([held, free]))[len(held) :]
            some = sums[:, 3] > 0
            free[some] = np.floor(sums[some, :3] / sums[some, 3:] + 0.5)
        distances = cells.assign(np.vstack([held, free]))[1]
        least = min(least, float(distances @ histogram.counts))
    return least / SPACES[color_space].steps ** 2


@pytest.mark.parametrize("space", ["srgb", "lab", "hsv"])
def test_the_rest_is_designed_around_locked_colours_as_well_as_by_holding_them(space):
    locked = [[255, 0, 0], [255, 255, 255], [32, 64, 192]]
    q = quantize(IMAGE, 12, color_space=space, locked=locked)
    assert q.n_colors == 12 and all(c in q.palette.tolist() for c in locked)
    assert q.inertia <= 1.03 * with_locked(IMAGE, 12, locked, space)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_designs_around_locked_colours(method):
    q = quantize(IMAGE, 6, method=method, locked=["#00ff00", "#f0f", "#00ff00"])
    assert {(0, 255, 0), (255, 0, 255)} <= colors_of(q) and q.n_colors <= 6
    assert q.settings["locked"] == ["#00ff00", "#ff00ff"]


def test_a_locked_colour_stays_without_pixels_and_the_rest_stays_whole():
    image = noise(5, 5, 2, seed=1)
    q = quantize(image, 9, locked=["#808080"])
    assert q.n_colors == 9 and q.inertia == 0 and np.array_equal(q.image, image)
    assert q.counts[q.palette.tolist().index([128, 128, 128])] == 0


def test_all_colours_may_be_locked():
    q = quantize(IMAGE, 2, locked=["#000", "#fff"])
    assert q.palette.tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize(
    "locked, words",
    [
        (["#000", "#fff", "#f00"], "locked must be at most k = 2 colours, got 3"),
        (["red"], "got 'red'"),
        ("#ff0000", "locked must be a list of codes .*, got the text '#ff0000'"),
    ],
)
def test_what_cannot_be_locked_is_refused(locked, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, 2, locked=locked)


def test_first_centres_are_those_beside_the_locked_ones():
    init = [[0, 0, 0], [200, 200, 200]]
    assert quantize(IMAGE, 3, locked=["#f00"], init=init).n_colors == 3
    with pytest.raises(ValueError, match="init must be 2 sRGB colours"):
        quantize(IMAGE, 3, locked=["#f00"], init=[*init, [1, 1, 1]])


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_design_on_a_thumbnail_costs_little_and_maps_every_pixel(space):
    image = photo(step=1)
    full, quick = (quantize(image, 16, color_space=space, fit_on=side) for side in (None, 128))
    assert quick.labels.shape == image.shape[:2] and quick.settings["fit_on"] == 128
    assert full.inertia < quick.inertia < 1.15 * full.inertia


def test_a_thumbnail_as_large_as_the_image_changes_nothing():
    full, *others = (quantize(IMAGE, 16, fit_on=side) for side in (None, 0, 1000))
    for same in others:
        assert np.array_equal(full.palette, same.palette) and np.array_equal(full.labels, same.labels)


@pytest.mark.parametrize("side", [0.5, -3, "small"])
def test_a_thumbnail_has_a_side(side):
    with pytest.raises(ValueError, match="fit_on must be an integer from 0"):
        quantize(IMAGE, fit_on=side)
