"""Points grouped in the cells of a grid: the structure that makes exact k-means cheap (see `_kernels/lloyd.py`)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ._kernels import lloyd as kernels
from ._kernels.run import chunked, n_threads, stop_if

DIVISIONS = 32  # cells along the longest side of the points' bounding box
PASSES = 4  # over few points, between two looks whether to cancel
WORTH_THREADS = 20_000  # points from which on handing work to threads pays


@dataclass(frozen=True, eq=False)
class Cells:
    """Weighted points in cells, cells in octants of 2 x 2 x 2, and these in blocks of 2 x 2 x 2.

    Attributes
    ----------
    coords : (n, 3) ndarray of float64
        The points, whole numbers, in their own order.
    counts : (n,) ndarray
        Weight of each.
    lanes : (4, m) ndarray of float64
        x, y, z and count of the points in the order of the cells; each cell is filled up to a multiple of 8 by its first point, which
        counts 0 times there.
    order : (m,) ndarray of uint32
        Which point that is.
    offsets : tuple of ndarray
        Where each block begins among the octants, each octant among the cells, and each cell among the points.
    boxes : tuple of ndarray
        Of each block, octant and cell, ``(n, 10)``: the least and the greatest coordinates of its points, and their sums of count times
        x, y, z and of counts, which are exact.
    places : (c, 3) ndarray of uint8
        Place of each cell on the grid.
    """

    coords: np.ndarray
    counts: np.ndarray
    lanes: np.ndarray
    order: np.ndarray
    offsets: tuple
    boxes: tuple
    places: np.ndarray

    @classmethod
    def group(cls, coords, counts, divisions=DIVISIONS):
        """Group ``(n, 3)`` whole-number points, with their counts, by cubes of a grid laid over their bounding box."""
        coords, counts = np.ascontiguousarray(coords), counts.astype(np.int64, copy=False)
        n = len(coords)
        box = np.empty((2, 3))
        kernels.bounds(coords, box)
        low, high = box
        size = max(1.0, np.floor((high - low).max() / divisions) + 1)
        dims = ((high - low) // (4 * size)).astype(np.int64) + 1
        key = np.empty(n, np.uint32)
        chunk = n if n < WORTH_THREADS else None
        chunked(lambda a, b: kernels.cell_of(coords[a:b], low, size, dims, key[a:b]), n, chunk)
        # what is not written to costs no memory
        grid = int(dims.prod()) * 64
        offsets = [np.empty(grid // m + 1, np.int64) for m in (1, 8, 64)]
        order = np.empty(n + 7 * min(n, grid), np.uint32)
        ends, numbers = np.zeros(grid, np.uint32), np.empty(grid, np.uint32)
        used = kernels.sort_by_cell(key, ends, numbers, *offsets, order)
        *offsets, order = (array[:m] for array, m in zip((*offsets, order), used, strict=True))
        cells, octants, blocks = (np.empty((len(offset) - 1, 10)) for offset in offsets)
        lanes, places = np.empty((4, len(order))), np.empty((len(cells), 3), np.uint8)

        def gather(a, b):
            offset = offsets[0][a : b + 1]
            kernels.gather_cells(coords, counts, key, dims, order, offset, lanes, cells[a:b], places[a:b])

        chunked(gather, len(cells), len(cells) if n < WORTH_THREADS else None)
        kernels.gather_boxes(offsets[1], cells, octants)
        kernels.gather_boxes(offsets[2], octants, blocks)
        return cls(coords, counts, lanes, order, tuple(offsets[::-1]), (blocks, octants, cells), places)

    @cached_property
    def points(self):
        """The points and their counts in their own order, ``(n, 4)`` float64."""
        return np.column_stack([self.coords, self.counts])

    @cached_property
    def _by_place(self):
        """The cells by block, then by x, y, z."""
        x, y, z = self.places.T.astype(np.uint32)
        return np.argsort(
            (((x >> 2) << 12 | (y >> 2) << 6 | z >> 2) << 6) | (x & 3) << 4 | (y & 3) << 2 | z & 3
        )

    @property
    def bins(self):
        """Place of each of the `means` on the grid, ``(c, 3)`` uint8."""
        return self.places[self._by_place]

    def means(self):
        """Return the cells, by block, then by place, as ``(c, 4)`` points: mean x, y, z on the grid, and count."""
        means = self.boxes[2][self._by_place, 6:]
        means[:, :3] = np.floor(means[:, :3] / means[:, 3:] + 0.5)
        return means

    def _spread(self, job, cancel=None):
        n = len(self.boxes[0])
        chunk = n if len(self.coords) < WORTH_THREADS else max(1, n // (4 * n_threads()))
        return chunked(job, n, chunk, cancel=cancel)

    @property
    def _tree(self):
        return self.offsets, self.boxes, self.lanes

    def lloyd_pass(self, centers, cancel=None):
        """Return the ``(k, 4)`` sums of the points nearest to each whole-number centre: x, y, z, count; exact."""

        def job(start, stop):
            totals = np.empty((len(centers), 4))
            kernels.lloyd(*self._tree, centers, centers, totals, start, stop, 0, 0, 0.0, 0.0)
            return totals

        return sum(self._spread(job, cancel))

    def lloyd(self, centers, limit, max_iter, momentum, cancel=None):
        """Iterate Lloyd's two steps (see `palettes.kmeans.lloyd`) until they end or a centre has no points.

        Returns
        -------
        centers : (k, 3) ndarray
        n_iter : int
        end : int
            `kernels.GOES_ON` after `max_iter` passes, `kernels.DONE`, or `kernels.EMPTY`.
        totals : (k, 4) ndarray
            In the latter case: of the points nearest to each centre, x, y, z, count.
        """
        centers, before, totals = centers.copy(), centers.copy(), np.empty((len(centers), 4))
        n_iter, end, small = 0, kernels.GOES_ON, len(self.coords) < WORTH_THREADS
        while n_iter < max_iter and end == kernels.GOES_ON:
            left = max_iter - n_iter
            if small:  # some passes in one call, at once
                stop_if(cancel, f"at {n_iter} passes")
                given = (*self._tree, centers, before, totals, 0, len(self.boxes[0]))
                passes, end = kernels.lloyd(*given, min(PASSES, left), left, limit, momentum)
                n_iter += passes
            else:
                totals = self.lloyd_pass(centers, cancel)
                end = kernels.step(totals, centers, before, limit, momentum, left == 1)
                n_iter += 1
        return centers, n_iter, end, totals

    def distances(self, labels, centers):
        """Return each point's squared distance to the centre of its label, in the points' original order; exact."""
        return ((self.coords - centers[labels]) ** 2).sum(axis=1)

    def assign(self, centers, cancel=None):
        """Find each point's nearest centre, of equals the first.

        Returns
        -------
        labels : (n,) ndarray of uint8, or of uint16 above 256 centres
            In the points' original order.
        counts : (k,) ndarray of int64
            Sum of the counts of each centre's points.
        error : int
            Sum of squared distance times count; exact.
        """
        labels = np.empty(len(self.coords), np.uint8 if len(centers) <= 256 else np.uint16)

        def job(start, stop):
            pixels = np.zeros(len(centers), np.int64)
            return pixels, *kernels.assign(*self._tree, self.order, centers, start, stop, labels, pixels)

        pixels, high, low = zip(*self._spread(job, cancel), strict=True)
        return labels, sum(pixels), (sum(map(int, high)) << 20) + sum(map(int, low))
