"""A few pixels and centres, by hand."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from img2num_nb.errors import ImageError
from img2num_nb.lessons.pixels import CENTERS, PIXELS, PixelTable
from img2num_nb.lessons.stills import pixels_figure

TABLE = PixelTable(PIXELS, CENTERS)


def test_the_worked_example_of_the_tutorial():
    # colour (216, 175, 145); centres (220, 183, 152), (242, 211, 178), (173, 146, 112): 4² + 8² + 7² = 129, and so on
    assert TABLE.vectors[0].tolist() == [216, 175, 145]
    assert np.allclose(TABLE.distances[0] ** 2, [129, 26**2 + 36**2 + 33**2, 43**2 + 29**2 + 33**2])
    assert TABLE.labels[0, 0] == 0


def test_distances_are_scikit_learns():
    assert np.allclose(TABLE.distances, pairwise_distances(PIXELS.reshape(-1, 3).astype(float), CENTERS))


def test_the_picture_has_the_nearest_centres_colours():
    assert np.array_equal(TABLE.image[3, 0], CENTERS[2]) and TABLE.counts.sum() == 16
    assert TABLE.inertia == pytest.approx((TABLE.distances.min(axis=1) ** 2).sum())


def test_moving_the_centres_lowers_the_inertia_until_it_rests():
    table, inertia = TABLE, []
    for _ in range(10):
        inertia.append(table.inertia)
        table = table.moved()
    assert inertia == sorted(inertia, reverse=True) and inertia[-1] == inertia[-2] < inertia[0]


def test_an_edit_makes_a_new_table_and_leaves_the_old_one():
    edited = (
        TABLE.with_pixel(1, 2, (1, 2, 3))
        .with_center(0, (9, 9, 9))
        .with_center(3, (0, 0, 0))
        .without_center(1)
    )
    assert edited.pixels[1, 2].tolist() == [1, 2, 3] and edited.centers.tolist() == [
        [9] * 3,
        [173, 146, 112],
        [0] * 3,
    ]
    assert np.array_equal(TABLE.pixels, PIXELS) and np.array_equal(TABLE.centers, CENTERS)


def test_a_larger_picture_repeats_and_a_smaller_one_is_cut():
    large, small = TABLE.resized(8, 5), TABLE.resized(2, 3)
    assert np.array_equal(large.pixels[4:, :4], PIXELS) and np.array_equal(small.pixels, PIXELS[:2, :3])


def test_what_is_no_picture_is_refused():
    with pytest.raises(
        ImageError, match=r"pixels must be whole numbers 0 to 255 .* at most 8 x 8, got shape \(9, 9, 3\)"
    ):
        PixelTable(np.zeros((9, 9, 3), np.uint8), CENTERS)
    with pytest.raises(ImageError, match=r"got shape .*, values 0 to 300"):
        PixelTable([[[0, 300, 0]]], CENTERS)
    with pytest.raises(ValueError, match="row must be an integer from 0 to 3, got 4"):
        TABLE.with_pixel(4, 0, (0, 0, 0))
    with pytest.raises(ValueError, match="each of R, G, B must be an integer from 0 to 255, got 256"):
        TABLE.with_center(0, (0, 256, 0))
    with pytest.raises(ValueError, match="the last centre cannot be removed"):
        PixelTable(PIXELS, CENTERS[:1]).without_center(0)


@pytest.mark.parametrize("k", [1, 3, 5, 8])
def test_on_paper_no_number_touches_another(k):
    figure = pixels_figure(PixelTable(PIXELS, PIXELS.reshape(-1, 3)[:k]))
    figure.draw_without_rendering()
    (table,) = figure.axes[1].tables
    boxes = [cell.get_text().get_window_extent() for cell in table.get_celld().values()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(figure.bbox.x1 >= axes._left_title.get_window_extent().x1 for axes in figure.axes)
