"""The pixel grid: a picture of a few pixels, its numbers, and the distance of each from each centre."""

import traitlets as t

from ...hex_colors import to_hex
from ...lessons.pixels import CENTERS, MAX_CENTERS, MAX_SIDE, PIXELS, PixelTable
from .lesson import Lesson, front_end


class PixelGrid(Lesson):
    """Edit a few pixels and a few centres, and watch the distances.

    Parameters
    ----------
    pixels : (rows, columns, 3) array of 0..255, optional
        1 x 1 to 8 x 8; by default a picture of 4 x 4.
    centers : (k, 3) array of 0..255, optional
        1 to 8 colours; by default three browns.

    Attributes
    ----------
    table : lessons.pixels.PixelTable
        The pixels, the centres, and all that follows from them: `distances`, `labels`, `image`, `inertia`.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> grid = nb.PixelGrid([[[255, 255, 255], [10, 0, 0]]], centers=[[0, 0, 0], [255, 255, 255]])
    >>> grid.table.labels.ravel().tolist()
    [1, 0]
    """

    _esm, _css = front_end("grid")
    VERBS = ("set_pixel", "set_center", "add_center", "remove_center", "move", "resize", "reset")

    _state = t.Dict().tag(sync=True)
    _limits = t.List([MAX_SIDE, MAX_CENTERS]).tag(sync=True)

    def __init__(self, pixels=None, centers=None):
        self._first = PixelTable(
            PIXELS if pixels is None else pixels, CENTERS if centers is None else centers
        )
        super().__init__()
        self._show(self._first)

    def set_pixel(self, row, column, rgb):
        """Give a pixel another colour."""
        self._show(self.table.with_pixel(row, column, rgb))

    def set_center(self, i, rgb):
        """Give centre `i`, from 0, another colour."""
        self._show(self.table.with_center(i, rgb))

    def add_center(self, rgb=None):
        """Add a centre: a colour, or else the pixel that is farthest from every centre."""
        table = self.table
        far = table.vectors[table.distances.min(axis=1).argmax()]
        self._show(table.with_center(len(table.centers), far if rgb is None else rgb))

    def remove_center(self, i=None):
        """Remove centre `i`, or else the last."""
        self._show(self.table.without_center(len(self.table.centers) - 1 if i is None else i))

    def move(self):
        """Move each centre to the mean of its pixels."""
        self._show(self.table.moved())

    def resize(self, rows, columns):
        """Cut the picture, or make it larger by repeating it."""
        self._show(self.table.resized(rows, columns))

    def reset(self):
        """Return to the pixels and centres that it began with."""
        self._show(self._first)

    def figure(self):
        """Return the same as a matplotlib figure: pixels with their numbers, distances, and the picture in the centres' colours."""
        from ...lessons.stills import pixels_figure

        return pixels_figure(self.table)

    def _standalone(self):
        return "grid", self._sent() | {"first": _state(self._first)}

    def _standalone_title(self):
        return "Pixel grid"

    def _show(self, table):
        self.table = table
        self._state = _state(table)


def _state(table):
    """Return all that the page shows of a table."""
    return {
        "shape": list(table.pixels.shape[:2]),
        "pixels": table.vectors.tolist(),
        "centers": table.centers.tolist(),
        "colors": to_hex(table.centers),
        "distances": table.distances.tolist(),
        "labels": table.labels.ravel().tolist(),
        "inertia": table.inertia,
        "moved": (table.moved().centers == table.centers).all().item(),
    }
