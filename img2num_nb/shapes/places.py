"""Places for labels: in each region the point farthest from its border, or room nearby and a leader line."""

from dataclasses import dataclass

import numpy as np

from .._kernels import places as kernels
from .._kernels.run import chunked
from .regions import Regions, regions

LONGEST_LEADER = 24  # half heights of a label, before borders may run through it


@dataclass(frozen=True, eq=False)
class Places:
    """A place for each region's label, in pixels from the upper left corner of the image.

    Attributes
    ----------
    poles : (n_regions, 2) ndarray of float64
        x and y of the pixel centre that is farthest from the border of its region: its pole of inaccessibility.
    radii : (n_regions,) ndarray of float64
        Distance of the pole to the border, in pixels.
    heights : (n_regions,) ndarray of float64
        Height of each label, in pixels.
    labels : (n_regions, 2) ndarray of float64
        x and y of the middle of the label: the pole, another place in the region, or one beside it for a leader line from the pole.
    inside : (n_regions,) ndarray of bool
        Whether the label is within its region.
    """

    poles: np.ndarray
    radii: np.ndarray
    heights: np.ndarray
    labels: np.ndarray
    inside: np.ndarray


def border_distances(found: Regions) -> np.ndarray:
    """Return each pixel's distance to the border of its region, squared and in half pixels, ``(H, W)`` int64; exact."""
    height, width = found.labels.shape
    out = np.empty((height, width), np.int64)
    chunked(lambda a, b: kernels.columns(found.labels, a, b, out), width, max(64, width // 4))

    def rows(start, stop):
        room = np.empty(width + 1, np.int64), np.empty(width + 1, np.int64), np.empty(width + 1)
        kernels.rows(found.labels, start, stop, *room, out)

    chunked(rows, height, max(16, height // 16))
    return out


def label_places(quantization, aspects=1.0, *, smallest=0.0, largest=0.0, clearance=0.0) -> Places:
    """Return a place and a height for the label of each region.

    A label is as high as fits within the largest circle around its region's pole, at most `largest`. Where not even the `smallest` fits
    there, it goes elsewhere into the region, if its box fits, else to the nearest place that is clear of borders and labels or, where
    there is none, of labels alone.

    Parameters
    ----------
    quantization : Quantization or Regions
    aspects : float or (n_regions,) array_like
        Width of each label divided by its height.
    smallest, largest : float
        Limits of the height, in pixels.
    clearance : float
        Least distance of a label to the border, in pixels.

    Returns
    -------
    Places

    Notes
    -----
    The pole of inaccessibility by an exact distance transform [1]_ of all regions at once: to the pixel, where searches in polygons
    are iterative.

    References
    ----------
    .. [1] P. F. Felzenszwalb, D. P. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012,
       doi:10.4086/toc.2012.v008a019
    """
    found = regions(quantization)
    distances = border_distances(found)
    n = found.n_regions
    middles = np.zeros((n, 2))
    kernels.sums(found.labels, middles)
    middles /= found.areas[:, None]
    best, xs, ys = np.zeros((3, n), np.int64)
    kernels.poles(found.labels, distances, middles, best, np.full(n, np.inf), xs, ys)
    radii = np.sqrt(best) / 2

    diagonals = np.hypot(np.broadcast_to(aspects, n), 1.0)
    fitting = 2 * (radii - clearance) / diagonals
    heights = np.clip(fitting, smallest, largest)
    inside = fitting >= smallest
    half_widths, half_heights = heights * aspects / 2, heights / 2

    height, width = found.labels.shape
    upright, level = np.empty((2, height + 1, width + 1), np.int32)
    kernels.count_edges(found.labels, upright, level)
    at_x, at_y = xs.copy(), ys.copy()
    boxes = half_widths + clearance, half_heights + clearance
    kernels.fit_boxes(
        found.labels, distances, upright, level, *boxes, inside, np.zeros_like(best), at_x, at_y
    )

    labels = np.empty((n, 2), np.int64)
    cell = max(1, int(smallest / 2))
    taken = np.zeros((-(-height // cell), -(-width // cell)), np.uint8)
    sizes = half_widths, half_heights, float(clearance)
    kernels.place(taken, cell, upright, level, at_x, at_y, *sizes, inside, LONGEST_LEADER, labels)
    return Places(np.stack([xs, ys], axis=1) + 0.5, radii, heights, labels + 0.5, inside)
