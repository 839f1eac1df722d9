"""Where colours lie: the axes of a colour space, the gamut's edges, and the colours of a picture as weighted points."""

from dataclasses import dataclass

import numpy as np

from .. import color
from ..errors import check_choice
from ..histogram import ColorHistogram, color_codes

MAX_POINTS = 40_000  #: as many points as a page turns without stutter
EDGE_POINTS = 17  # on each edge of the gamut, which other spaces bend

# Which channel goes to the right, which into the depth and which upwards: light is up wherever there is a channel for it.
_PLACES = {
    "srgb": (0, 2, 1),
    "linear": (0, 2, 1),
    "lab": (1, 2, 0),
    "oklab": (1, 2, 0),
    "hsv": (0, 1, 2),
    "ycbcr": (1, 2, 0),
}
_CONE = (("S V cos H", -1, 1), ("S V sin H", -1, 1), ("V", 0, 1))  # hue is an angle: its colours fill a cone


def axes(color_space):
    """Return name, least and greatest value of the three coordinates of `place` in a colour space: right, depth, up."""
    check_choice("color_space", color_space, color.SPACES)
    channels = _CONE if color_space == "hsv" else color.SPACES[color_space].channels
    return [channels[i] for i in _PLACES[color_space]]


def place(coords, color_space):
    """Return where grid coordinates (see `color.to_grid`) are drawn: ``(N, 3)`` float64, in the units and order of `axes`."""
    return coords[:, _PLACES[color_space]] / color.SPACES[color_space].steps


def unplace(places, color_space):
    """Return the nearest grid coordinates of ``(N, 3)`` places within the box of `axes`; those outside come to its wall."""
    low, high = np.array([(low, high) for _, low, high in axes(color_space)], np.float64).T
    coords = np.empty((len(places), 3))
    coords[:, _PLACES[color_space]] = np.clip(places, low, high) * color.SPACES[color_space].steps
    return np.floor(coords + 0.5)


def gamut_edges(color_space):
    """Return the twelve edges of the sRGB cube as they lie in a colour space.

    Returns
    -------
    places : (12, 17, 3) ndarray of float64
        See `place`.
    colors : (12, 17, 3) ndarray of uint8
        Their sRGB colours.
    """
    along = np.round(np.linspace(0, 255, EDGE_POINTS)).astype(np.uint8)
    colors = np.zeros((12, EDGE_POINTS, 3), np.uint8)
    for edge in range(12):
        axis, others = edge // 4, edge % 4
        colors[edge, :, axis] = along
        colors[edge, :, (axis + 1) % 3] = 255 * (others & 1)
        colors[edge, :, (axis + 2) % 3] = 255 * (others >> 1)
    places = place(color.to_grid(colors.reshape(-1, 3), color_space), color_space)
    return places.reshape(colors.shape), colors


@dataclass(frozen=True, eq=False)
class Cloud:
    """The colours of an image as few enough points to draw.

    Attributes
    ----------
    histogram : ColorHistogram
        One point a colour; of an image with more than `MAX_POINTS` colours, one a group of neighbouring colours, at their mean.
    n_distinct : int
        Distinct colours of the image.
    """

    histogram: ColorHistogram
    n_distinct: int

    @property
    def text(self):
        """One line for the reader."""
        n, distinct = len(self.histogram), f"{self.n_distinct:,} distinct colours"
        return distinct if n == self.n_distinct else f"{distinct}, drawn as {n:,} groups of neighbours"


def cloud(histogram):
    """Return the `Cloud` of an exact histogram: all its colours or, where these are too many, means of groups of them."""
    n_distinct = len(histogram)
    if n_distinct <= MAX_POINTS:
        return Cloud(histogram, n_distinct)
    for bits in (7, 6, 5, 4):
        codes = (histogram.colors >> (8 - bits)).astype(np.int64) @ [1 << 2 * bits, 1 << bits, 1]
        groups, group = np.unique(codes, return_inverse=True)
        if len(groups) <= MAX_POINTS:
            break
    counts = np.bincount(group, histogram.counts)
    sums = [np.bincount(group, histogram.counts * histogram.colors[:, c]) for c in range(3)]
    means = np.floor(np.stack(sums, axis=1) / counts[:, None] + 0.5).astype(np.uint8)
    order = np.lexsort(means.T[::-1])
    return Cloud(ColorHistogram(means[order], counts[order].astype(np.int64), bits), n_distinct)


def color_index(image, histogram):
    """Return the place of each pixel's colour in an exact histogram of its image: ``(H, W)`` int64."""
    return np.searchsorted(color_codes(histogram.colors), color_codes(image))
