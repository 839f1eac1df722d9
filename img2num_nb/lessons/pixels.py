"""A few pixels and a few centres: every distance of k-means' first step, small enough to check by hand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import ImageError, check_integer

MAX_SIDE = 8
MAX_CENTERS = 8
#: A 4 x 4 picture in browns and its three centres: the pixel at the top left is (216, 175, 145).
PIXELS = np.uint8(
    [
        [[216, 175, 145], [224, 188, 158], [240, 209, 176], [245, 216, 184]],
        [[208, 170, 138], [221, 181, 150], [238, 205, 171], [243, 213, 180]],
        [[181, 150, 118], [190, 158, 125], [227, 192, 160], [236, 203, 170]],
        [[162, 137, 104], [170, 143, 110], [178, 152, 119], [205, 168, 136]],
    ]
)
CENTERS = np.uint8([[220, 183, 152], [242, 211, 178], [173, 146, 112]])


@dataclass(frozen=True, eq=False)
class PixelTable:
    """Pixels, centres, and the distances between them.

    Parameters
    ----------
    pixels : (rows, columns, 3) ndarray of uint8
        At most 8 x 8.
    centers : (k, 3) ndarray of uint8
        At most 8.
    """

    pixels: np.ndarray
    centers: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "pixels", _levels("pixels", self.pixels, 3, MAX_SIDE))
        object.__setattr__(self, "centers", _levels("centers", self.centers, 2, MAX_CENTERS))

    @property
    def vectors(self):
        """The pixels as a list of colours, row after row: ``(rows * columns, 3)`` uint8."""
        return self.pixels.reshape(-1, 3)

    @cached_property
    def distances(self):
        """Distance of each pixel (rows) from each centre (columns), in sRGB levels: ``(n, k)`` float64."""
        difference = self.vectors[:, None].astype(np.int64) - self.centers
        return np.sqrt((difference**2).sum(axis=2))

    @property
    def labels(self):
        """The nearest centre of each pixel, of equals the first: ``(rows, columns)``."""
        return self.distances.argmin(axis=1).reshape(self.pixels.shape[:2])

    @property
    def counts(self):
        """Pixels of each centre, ``(k,)``."""
        return np.bincount(self.labels.ravel(), minlength=len(self.centers))

    @property
    def image(self):
        """The picture in the centres' colours, ``(rows, columns, 3)`` uint8."""
        return self.centers[self.labels]

    @property
    def inertia(self):
        """Sum of the squared distances to the nearest centre."""
        return float((self.distances.min(axis=1) ** 2).sum())

    def with_pixel(self, row, column, rgb):
        """Return the table with another colour for a pixel."""
        rows, columns = self.pixels.shape[:2]
        pixels = self.pixels.copy()
        pixels[check_integer("row", row, 0, rows - 1), check_integer("column", column, 0, columns - 1)] = (
            _rgb(rgb)
        )
        return PixelTable(pixels, self.centers)

    def with_center(self, i, rgb):
        """Return the table with another colour for centre `i`; the number after the last makes a new one."""
        i = check_integer("the number of the centre", i, 0, min(len(self.centers), MAX_CENTERS - 1))
        return PixelTable(self.pixels, np.vstack([self.centers[:i], _rgb(rgb)[None], self.centers[i + 1 :]]))

    def without_center(self, i):
        """Return the table without centre `i`."""
        i = check_integer("the number of the centre", i, 0, len(self.centers) - 1)
        if len(self.centers) == 1:
            raise ValueError("the last centre cannot be removed: every pixel needs one")
        return PixelTable(self.pixels, np.delete(self.centers, i, axis=0))

    def moved(self):
        """Return the table with each centre at the mean of its pixels, rounded; one without pixels stays."""
        centers, labels = self.centers.copy(), self.labels.ravel()
        for i in np.unique(labels):
            centers[i] = np.floor(self.vectors[labels == i].mean(axis=0) + 0.5)
        return PixelTable(self.pixels, centers)

    def resized(self, rows, columns):
        """Return the table with the picture cut, or made larger by repeating it."""
        rows, columns = (
            check_integer(name, n, 1, MAX_SIDE) for name, n in (("rows", rows), ("columns", columns))
        )
        y, x = np.arange(rows) % self.pixels.shape[0], np.arange(columns) % self.pixels.shape[1]
        return PixelTable(self.pixels[np.ix_(y, x)], self.centers)


def _levels(name, values, ndim, most):
    array = np.asarray(values)
    fits = (
        array.ndim == ndim
        and array.shape[-1] == 3
        and min(array.shape) >= 1
        and max(array.shape[:-1]) <= most
    )
    if not fits or array.dtype.kind not in "ui" or array.min() < 0 or array.max() > 255:
        shape = (
            f"(rows, columns, 3), at most {most} x {most}" if ndim == 3 else f"(k, 3), at most {most} colours"
        )
        raise ImageError(
            f"{name} must be whole numbers 0 to 255 of shape {shape}, got shape {array.shape}, dtype {array.dtype}"
            + (f", values {array.min()} to {array.max()}" if array.dtype.kind in "ui" and array.size else "")
        )
    return array.astype(np.uint8)


def _rgb(rgb):
    return np.uint8(
        [check_integer("each of R, G, B", int(v) if isinstance(v, np.integer) else v, 0, 255) for v in rgb]
    )
