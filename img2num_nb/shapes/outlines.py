"""Outlines: the borders between regions as curves that neighbours share, so that there is neither gap nor overlap."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._kernels import outlines as kernels
from .._typing import Indexed
from ..errors import check_number
from ..vocabulary import SHEET
from .regions import Regions, regions

STRAIGHT = 0.75  # share of the tolerance that goes into straight lines; the rest rounds their corners
FINEST = 0.5  # pixels: the least tolerance at which the stairs of a slanted line become a line
NARROW = 4  # tolerances: a narrower region could lose too much of its area


@dataclass(frozen=True, eq=False)
class Outlines:
    """The borders of regions as arcs, each from one junction of borders to the next, or around.

    Coordinates are in pixels from the upper left corner of the image, x to the right and y down. An arc is a line of nodes. A node
    that is not an end is rounded by a quadratic Bezier curve with the node as its control point, which begins and ends at the part
    ``rounding`` of half the line before and after it.

    Attributes
    ----------
    nodes : (n, 2) ndarray of float64
        x and y of the nodes of all arcs, one arc after the other. A closed arc has its first node again at its end.
    rounding : (n,) ndarray of float64
        0 (a corner) to 1.
    offsets : (n_arcs + 1,) ndarray of int64
        Arc a has the nodes ``offsets[a]`` to ``offsets[a + 1]``.
    sides : (n_arcs, 2) ndarray of int32
        Regions left and right of each arc as one goes along it; -1: outside the image.
    closed : (n_arcs,) ndarray of bool
        Whether an arc has no junction.
    after : (2 * n_arcs,) ndarray of int64
        Around the region on the left: the half-arc that follows each. Half-arc 2 a is arc a, 2 a + 1 the same arc backwards.
    regions : Regions
        What they are the outlines of.
    tolerance : float
        Largest distance in pixels between an outline and the edges of the pixels that it follows.
    """

    nodes: np.ndarray
    rounding: np.ndarray
    offsets: np.ndarray
    sides: np.ndarray
    closed: np.ndarray
    after: np.ndarray
    regions: Regions
    tolerance: float

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.closed)

    @cached_property
    def rings(self) -> list[list[list[int]]]:
        """Per region its rings, the outer one and those around holes, each a list of half-arcs that have the region on their left."""
        out = [[] for _ in range(self.regions.n_regions)]
        left = self.sides.reshape(-1).tolist()
        after, seen = self.after.tolist(), [region < 0 for region in left]
        for first, region in enumerate(left):
            ring, half = [], first
            while not seen[half]:
                seen[half] = True
                ring.append(half)
                half = after[half]
            if ring:
                out[region].append(ring)
        return out

    def flatten(self, steps: int = 4) -> list[np.ndarray]:
        """Return each arc as a line of points, ``(n, 2)`` float64, its curves cut into `steps` straight pieces."""
        t = np.linspace(0, 1, steps + 1)[:, None]
        weights = (1 - t) ** 2, 2 * t * (1 - t), t**2
        before, after = self.curves
        points = [w * part[:, None] for w, part in zip(weights, (before, self.nodes, after), strict=True)]
        bent = sum(points)
        rounded = self.rounding > 0
        out = []
        for arc in range(self.n_arcs):
            start, stop = self.offsets[arc], self.offsets[arc + 1]
            parts = [bent[i] if rounded[i] else self.nodes[i : i + 1] for i in range(start, stop)]
            if self.closed[arc]:  # the seam is rounded once, at the end
                parts[0] = parts[-1][-1:]
            out.append(np.concatenate(parts))
        return out

    @cached_property
    def curves(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the curve around each node begins and where it ends, ``(n, 2)`` float64 each; for an end of an arc the node itself."""
        before, after = np.roll(self.nodes, 1, axis=0), np.roll(self.nodes, -1, axis=0)
        firsts, lasts = self.offsets[:-1], self.offsets[1:] - 1
        before[firsts], after[lasts] = self.nodes[lasts - 1], self.nodes[firsts + 1]  # for closed ones
        half = self.rounding[:, None] / 2
        return self.nodes + half * (before - self.nodes), self.nodes + half * (after - self.nodes)


def outlines(quantization: Indexed, *, tolerance: float = SHEET["tolerance"].default) -> Outlines:
    """Return the borders of the regions of a quantized image, smoothed, each traced once and shared by its two neighbours.

    Borders are cut into arcs at junctions, where three or four of them meet, and at the corners of the image. These points stay fixed.
    Between them an arc becomes as few straight lines as a greedy search finds, whose corners are then rounded. Every arc has the
    squares of one pixel around the corners that it follows for its own, and claims free ones where it leaves them. So no two arcs
    cross or touch, and none crosses itself.

    Parameters
    ----------
    quantization : Quantization or Regions
    tolerance : float
        Largest distance, in pixels, between an outline and the edges of the pixels that it follows: 0.5 to 2, or 0 for those edges
        themselves. Up to 0.5, the centre of every pixel stays in its region. Above, the outlines of regions narrower than four
        times the tolerance keep to 0.5.

    Returns
    -------
    Outlines

    Raises
    ------
    ValueError
        For a tolerance out of range.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> drawn = nb.outlines(nb.quantize(nb.sample_image("shapes"), k=8))
    >>> len(drawn.rings) == drawn.regions.n_regions
    True
    """
    found = regions(quantization)
    if tolerance != 0:
        tolerance = check_number(
            "tolerance", tolerance, FINEST, SHEET["tolerance"].high, unit="pixels (or 0: the edges of pixels)"
        )
    owner, xs, ys, offsets, sides, after = _trace(found.labels)
    firsts = offsets[:-1]
    closed = owner[ys[firsts], xs[firsts]] >= 0  # a loop; an arc from a junction back to it is none
    if tolerance == 0:
        nodes, node_offsets = _turns(xs, ys, offsets)
        rounding = np.zeros(len(nodes))
    else:
        tolerances = _tolerances(found, sides, tolerance)
        nodes, node_offsets, rounding = _smooth(owner, xs, ys, offsets, closed, tolerances)
    return Outlines(nodes, rounding, node_offsets, sides, closed, after, found, float(tolerance))


def _trace(labels):
    """Return owner, corners (xs, ys), offsets, sides and after, as `kernels.trace` writes them."""
    height, width = labels.shape
    framed = np.full((height + 2, width + 2), -1, np.int32)
    framed[1:-1, 1:-1] = labels
    owner = np.empty((height + 1, width + 1), np.int32)
    n_junctions, ends, n_edges = kernels.junctions(framed, owner)
    most = ends // 2 + n_edges // 4 + 1  # arcs: a loop has four edges and more
    xs, ys = np.empty((2, n_edges + most), np.int32)
    leaving = np.full((n_junctions, 4), -1, np.int64)
    offsets, sides, after = (
        np.empty(most + 1, np.int64),
        np.empty((most, 2), np.int32),
        np.empty(2 * most, np.int64),
    )
    n, n_corners = kernels.trace(framed, owner, leaving, xs, ys, offsets, sides, after)
    return owner, xs[:n_corners], ys[:n_corners], offsets[: n + 1], sides[:n], after[: 2 * n]


def _tolerances(found, sides, tolerance):
    """Return each arc's tolerance: less along narrow regions, none along the edge of the page."""
    widths = np.append(found.widths, 1 << 30)[sides].min(axis=1)  # -1, outside, is the last
    out = np.where(widths < NARROW * tolerance, FINEST, tolerance)
    out[(sides < 0).any(axis=1)] = 0.0
    return out


def _smooth(owner, xs, ys, offsets, closed, tolerances):
    """Return nodes, their offsets and rounding."""
    room = len(xs) + len(closed)
    nodes, places = np.empty((room, 2)), np.empty(room, np.int64)
    node_offsets = np.empty(len(closed) + 1, np.int64)
    limits = np.maximum(STRAIGHT * tolerances, 1e-6)
    n = kernels.straighten(owner, xs, ys, offsets, closed, limits, nodes, places, node_offsets)
    rounding = np.empty(n)
    limits = (1 - STRAIGHT) * tolerances
    kernels.rounding(owner, offsets, closed, limits, nodes, places, node_offsets, rounding)
    return nodes[:n].copy(), node_offsets, rounding


def _turns(xs, ys, offsets):
    """Return the corners where arcs turn, with their ends, and their offsets."""
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    keep = np.ones(len(points), bool)
    keep[1:-1] = np.any(points[2:] - points[1:-1] != points[1:-1] - points[:-2], axis=1)
    keep[offsets[:-1]] = keep[offsets[1:] - 1] = True
    return points[keep], np.concatenate([[0], np.cumsum(keep)])[offsets]
