"""Points grouped in the cells of a grid: the structure that makes exact k-means cheap (see `_kernels/lloyd.py`)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ._kernels import lloyd as kernels
from ._kernels.run import chunked, n_threads

DIVISIONS = 32  # cells along the longest side of the points' bounding box
WORTH_THREADS = 20_000  # points from which on handing work to threads pays


@dataclass(frozen=True, eq=False)
class Cells:
    """Weighted points in cells, and cells in blocks of 4 x 4 x 4.

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
    cells, blocks : tuple of ndarray
        Of each cell (block): where its points (cells) begin; the least and the greatest coordinates of its points; their sums of
        count times x, y, z and of counts, which are exact.
    bins : (c, 3) ndarray of uint8
        Place of each cell on the grid.
    """

    coords: np.ndarray
    counts: np.ndarray
    lanes: np.ndarray
    order: np.ndarray
    cells: tuple
    blocks: tuple
    bins: np.ndarray

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
        grid = int(dims.prod()) * 64
        offsets, starts = np.empty(grid + 1, np.int64), np.empty(grid // 64 + 1, np.int64)
        order = np.empty(n + 7 * min(n, grid), np.uint32)  # what is not written to costs no memory
        ends, numbers = np.zeros(grid, np.uint32), np.empty(grid, np.uint32)
        used = kernels.sort_by_cell(key, ends, numbers, offsets, starts, order)
        offsets, starts, order = (array[:m] for array, m in zip((offsets, starts, order), used, strict=True))
        c = len(offsets) - 1
        lanes = np.empty((4, len(order)))
        cells = (offsets, np.empty((c, 3)), np.empty((c, 3)), np.empty((c, 4)))
        bins = np.empty((c, 3), np.uint8)
        chunk = c if n < WORTH_THREADS else None
        chunked(
            lambda a, b: kernels.gather_cells(
                coords,
                counts,
                key,
                dims,
                order,
                offsets[a : b + 1],
                lanes,
                *(of_cells[a:b] for of_cells in (*cells[1:], bins)),
            ),
            c,
            chunk,
        )
        b = len(starts) - 1
        blocks = (starts, np.empty((b, 3)), np.empty((b, 3)), np.empty((b, 4)))
        kernels.gather_blocks(starts, *cells[1:], *blocks[1:])
        return cls(coords, counts, lanes, order, cells, blocks, bins)

    @cached_property
    def points(self):
        """The points and their counts in their own order, ``(n, 4)`` float64."""
        return np.column_stack([self.coords, self.counts])

    def means(self):
        """Return the cells as ``(c, 4)`` points: mean x, y, z on the grid, and count."""
        means = self.cells[3].copy()
        means[:, :3] = np.floor(means[:, :3] / means[:, 3:] + 0.5)
        return means

    def _spread(self, job, cancel):
        n = len(self.blocks[1])
        chunk = n if len(self.coords) < WORTH_THREADS else max(1, n // (4 * n_threads()))
        return chunked(job, n, chunk, cancel=cancel)

    def lloyd_pass(self, centers, cancel=None):
        """Return the ``(k, 4)`` sums of the points nearest to each whole-number centre: x, y, z, count; exact."""

        def job(start, stop):
            totals = np.zeros((len(centers), 4))
            kernels.lloyd_pass(self.blocks, self.cells, self.lanes, centers, start, stop, totals)
            return totals

        return sum(self._spread(job, cancel))

    def assign(self, centers, cancel=None):
        """Return each point's nearest centre (of equals, the first) and its squared distance, in the points' original order."""
        labels = np.empty(len(self.coords), np.uint8 if len(centers) <= 256 else np.uint16)
        distances = np.empty(len(self.coords))
        job = lambda a, b: kernels.assign(  # noqa: E731
            self.blocks, self.cells, self.lanes, self.order, centers, a, b, labels, distances
        )
        self._spread(job, cancel)
        return labels, distances
