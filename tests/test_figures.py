"""Figures of the lessons: what stands in them is what was given, and all can be read from afar."""

import io
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

import img2num_nb as nb
from img2num_nb import figures
from img2num_nb.figures._pixels import shares

SHAPES = nb.sample_image("shapes")
FLAG = np.array([[(0, 0, 0), (255, 255, 255), (255, 0, 0)]], np.uint8).repeat(60, axis=0).repeat(20, axis=1)
GREYS = np.arange(12).reshape(4, 3) * 20
EVERY = {
    "pictures": lambda: figures.pictures({"before": SHAPES, "after": nb.quantize(SHAPES, 4)}),
    "swatches": lambda: figures.swatches({"C1 · near": (220, 183, 152), "C2 · far": (242, 211, 178)}, "Two"),
    "curves": lambda: figures.curves(
        [4, 8, 16], {"a": [3, 2, 1], "b": [3, 2, 1.01]}, "T", "k", "y", xlog=True
    ),
    "bars": lambda: figures.bars({"one": 0.1, "two": 12}, "Bars", "seconds", log=True),
    "dots": lambda: figures.dots({"one": [1, 2], "two": [3]}, "Dots", "error"),
    "race": lambda: figures.race(
        {"kmeans": (1, 2), "wu": (1, 2), "octree": (1.01, 2)}, "Race", "ms", "error"
    ),
    "clouds": lambda: figures.clouds({"step": (GREYS[:, :2], GREYS, GREYS[:, :2].reshape(2, 2, 2))}),
    "numbers": lambda: figures.numbers({"kernel": GREYS / 240}),
    "heat": lambda: figures.heat({"a": np.eye(40), "b": np.ones((40, 40))}, "ΔE"),
}


def drawn(figure):
    """Return a figure as the pixels that a notebook shows, and the text for those who cannot see them."""
    data, metadata = figure._repr_png_()
    return np.array(Image.open(io.BytesIO(data)).convert("RGB")), metadata["alt"]


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_every_text_has_14_points_or_more(make):
    figure = make()
    figure.draw_without_rendering()
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert sizes and min(sizes) >= 14


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_a_figure_fits_a_projector_and_says_what_it_shows(make):
    pixels, alt = drawn(make())
    assert pixels.shape[1] <= 960
    assert pixels.shape[0] <= 620
    assert alt


@pytest.mark.parametrize("name", ["curves", "bars", "dots", "race", "clouds"])
def test_every_axis_has_its_unit(name):
    (axes, *_) = EVERY[name]().axes
    assert axes.get_xlabel()
    assert axes.get_ylabel() or name in ("bars", "dots")


def test_a_picture_is_drawn_pixel_by_pixel_and_no_colour_is_added():
    pixels, _ = drawn(figures.pictures({"": FLAG}))
    inside = np.all(pixels == (255, 0, 0), axis=2).sum()
    scale = 440 // FLAG.shape[1]
    assert inside == pytest.approx(60 * 20 * scale**2, rel=0.02)  # the frame covers its outermost pixels
    colorful = pixels[np.ptp(pixels.astype(int), axis=2) > 50]
    assert np.unique(colorful, axis=0).tolist() == [[255, 0, 0]]


def test_a_picture_too_large_is_thinned_and_not_averaged():
    checkerboard = (
        (np.indices((600, 1200)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    )
    pixels, _ = drawn(figures.pictures({"": checkerboard}))
    middle = pixels[100:-20, 100:-100]
    assert set(np.unique(middle)) <= {0, 255}


def test_the_palette_below_a_picture_has_each_colours_share():
    result = nb.quantize(FLAG, 3)
    row = shares(result, 300)[0]
    colors, counts = np.unique(row, axis=0, return_counts=True)
    assert np.array_equal(np.unique(result.palette, axis=0), colors)
    assert counts.tolist() == [100, 100, 100]


def test_names_at_the_ends_of_lines_do_not_lie_on_each_other():
    figure = figures.curves([0, 1], {"one": [0, 5], "two": [3, 5], "three": [5, 5]}, "T", "x", "y")
    figure.draw_without_rendering()
    boxes = sorted(text.get_window_extent().intervaly.tolist() for text in figure.axes[0].texts)
    assert all(low[1] <= high[0] + 1 for low, high in pairwise(boxes))


def test_names_in_a_race_lie_neither_on_each_other_nor_on_marks_nor_outside():
    names = ["kmeans", "wu", "median-cut", "sklearn-minibatch", "octree", "bee-colony"]
    crowd = {name: (10 + i, 4 + i / 100) for i, name in enumerate(names)}
    figure = figures.race(crowd | {"popularity": (1, 9), "opencv": (300, 5)}, "T", "ms", "error")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    marks = axes.transData.transform([line.get_xydata()[0] for line in axes.lines])
    assert not any(box.padded(6).contains(*mark) for box in boxes for mark in marks)
    assert all(axes.bbox.count_contains(box.corners()) == 4 for box in boxes)


def test_heat_maps_share_one_scale_and_average_over_squares():
    figure = figures.heat({"a": np.full((8, 8), 2.0), "b": np.arange(64.0).reshape(8, 8)}, "ΔE", block=4)
    first, second = (axes.images[0] for axes in figure.axes[:2])
    assert first.get_clim() == second.get_clim()
    assert second.get_array()[0, 0] == np.arange(64.0).reshape(8, 8)[:4, :4].mean()


def test_a_figure_is_shown_once_and_pyplot_does_not_keep_it():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    EVERY["bars"]()
    assert plt.get_fignums() == before
