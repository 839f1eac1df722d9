"""Weighted k-means of points with whole-number coordinates: cells of points, and one exact Lloyd pass over them.

The points are grouped in the cells of a coarse grid, cells in blocks, each with its tight bounding box and its sums. In a pass, most
centres are ruled out for a whole box at once by the test of Kanungo et al. [1]_; a box left with one centre adds its sums without
a look at its points, and the points of the others are compared with the few centres left. The result is exactly that of comparing
every point with every centre: coordinates, centres, squared distances and sums are whole numbers below 2**53 held in float64.

.. [1] T. Kanungo et al., "An efficient k-means clustering algorithm: analysis and implementation", IEEE Transactions on Pattern
   Analysis and Machine Intelligence 24(7), 2002, doi:10.1109/TPAMI.2002.1017616
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .run import inline, kernel


@intrinsic
def _int_bits(typingctx, value):
    """Reinterpret a float64 >= 0 as int64: the order is the same, and minima of integers vectorize."""
    return types.int64(types.float64), lambda ctx, b, sig, args: b.bitcast(args[0], ir.IntType(64))


@kernel
def bounds(coords):
    """Return the least and the greatest coordinates."""
    x, y, z = coords[0, 0], coords[0, 1], coords[0, 2]
    u, v, w = x, y, z
    for i in range(len(coords)):
        x, y, z = min(x, coords[i, 0]), min(y, coords[i, 1]), min(z, coords[i, 2])
        u, v, w = max(u, coords[i, 0]), max(v, coords[i, 1]), max(w, coords[i, 2])
    return np.array([x, y, z]), np.array([u, v, w])


@kernel
def cell_of(coords, start, stop, low, size, dims, cells):
    """Write the grid cell of each point, numbered so that the 4 x 4 x 4 cells of a block follow each other; `dims` counts blocks."""
    for i in range(start, stop):
        x = np.int64((coords[i, 0] - low[0]) / size)
        y = np.int64((coords[i, 1] - low[1]) / size)
        z = np.int64((coords[i, 2] - low[2]) / size)
        block = ((x >> 2) * dims[1] + (y >> 2)) * dims[2] + (z >> 2)
        cells[i] = block << 6 | (x & 3) << 4 | (y & 3) << 2 | (z & 3)


@kernel
def sort_by_cell(cells, n_cells):
    """Counting sort: the order of points by cell, and where each cell in use begins."""
    sizes = np.zeros(n_cells + 1, np.int64)
    for i in range(len(cells)):
        sizes[cells[i] + 1] += 1
    used = 0
    for c in range(n_cells):
        if sizes[c + 1]:
            used += 1
        sizes[c + 1] += sizes[c]
    offsets = np.empty(used + 1, np.int64)
    out = 0
    for c in range(n_cells):
        if sizes[c + 1] > sizes[c]:
            offsets[out] = sizes[c]
            out += 1
    offsets[used] = len(cells)
    order = np.empty(len(cells), np.int32)
    for i in range(len(cells)):
        order[sizes[cells[i]]] = i
        sizes[cells[i]] += 1
    return order, offsets


@kernel
def gather_cells(coords, counts, order, offsets, start, stop, points, low, high, sums):
    """Write the points of each cell side by side (x, y, z, count), its box, and its sums (x, y, z, count)."""
    for c in range(start, stop):
        lx, ly, lz, hx, hy, hz = np.inf, np.inf, np.inf, -np.inf, -np.inf, -np.inf
        sx, sy, sz, total = 0.0, 0.0, 0.0, 0.0
        for i in range(offsets[c], offsets[c + 1]):
            j = order[i]
            x, y, z, weight = coords[j, 0], coords[j, 1], coords[j, 2], np.float64(counts[j])
            points[i, 0], points[i, 1], points[i, 2], points[i, 3] = x, y, z, weight
            lx, ly, lz = min(lx, x), min(ly, y), min(lz, z)
            hx, hy, hz = max(hx, x), max(hy, y), max(hz, z)
            sx, sy, sz, total = sx + weight * x, sy + weight * y, sz + weight * z, total + weight
        low[c, 0], low[c, 1], low[c, 2] = lx, ly, lz
        high[c, 0], high[c, 1], high[c, 2] = hx, hy, hz
        sums[c, 0], sums[c, 1], sums[c, 2], sums[c, 3] = sx, sy, sz, total


@kernel
def gather_blocks(offsets, low, high, sums, block_low, block_high, block_sums):
    """Write the box and the sums of each block of cells."""
    for b in range(len(offsets) - 1):
        for d in range(3):
            block_low[b, d] = low[offsets[b] : offsets[b + 1], d].min()
            block_high[b, d] = high[offsets[b] : offsets[b + 1], d].max()
        for d in range(4):
            block_sums[b, d] = sums[offsets[b] : offsets[b + 1], d].sum()


@inline
def _candidates(low, high, centers, n_centers, score, chosen):
    """Write the places of the centres that are nearest to some part of a box, ascending, into `chosen`; return how many.

    `centers`, ``(3, n)``, is planar, and the loops are short and free of branches, so that they run on vectors. `score` is scratch.
    """
    mx, my, mz = 0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), 0.5 * (low[2] + high[2])
    for j in range(n_centers):
        dx, dy, dz = centers[0, j] - mx, centers[1, j] - my, centers[2, j] - mz
        score[j] = _int_bits(dx * dx + dy * dy + dz * dz)
    near = score[0]
    for j in range(1, n_centers):
        near = min(near, score[j])
    best = 0
    while score[best] != near:
        best += 1
    # If `best` wins at the corner of the box farthest along the way to another centre, it wins everywhere in the box.
    bx, by, bz = centers[0, best], centers[1, best], centers[2, best]
    lx, ly, lz = low[0], low[1], low[2]
    hx, hy, hz = high[0], high[1], high[2]
    for j in range(n_centers):
        zx, zy, zz = centers[0, j], centers[1, j], centers[2, j]
        vx = hx if zx > bx else lx
        vy = hy if zy > by else ly
        vz = hz if zz > bz else lz
        ours = (zx - vx) * (zx - vx) + (zy - vy) * (zy - vy) + (zz - vz) * (zz - vz)
        its = (bx - vx) * (bx - vx) + (by - vy) * (by - vy) + (bz - vz) * (bz - vz)
        score[j] = ours <= its
    kept = 0
    for j in range(n_centers):
        chosen[kept] = j
        kept += score[j]
    return kept


@inline
def _take(centers, chosen, n, near):
    """Copy the chosen centres side by side."""
    for i in range(n):
        j = chosen[i]
        near[0, i], near[1, i], near[2, i] = centers[0, j], centers[1, j], centers[2, j]


@inline
def _nearest(x, y, z, near, n):
    """Return the place in `near` of the nearest centre (of equals, the first) and its squared distance."""
    best = 0
    least = np.inf
    for i in range(n):
        dx, dy, dz = near[0, i] - x, near[1, i] - y, near[2, i] - z
        d = dx * dx + dy * dy + dz * dz
        best = i if d < least else best
        least = min(d, least)
    return best, least


@inline
def _add(total, j, x, y, z, weight):
    total[j, 0] += x
    total[j, 1] += y
    total[j, 2] += z
    total[j, 3] += weight


@inline
def _share_between_two(points, start, stop, near, sums, first, second, total):
    """Add a cell's points to the sums of two centres: those beyond the plane half-way to the second, and the rest."""
    ax, ay, az = near[0, 1] - near[0, 0], near[1, 1] - near[1, 0], near[2, 1] - near[2, 0]
    bx, by, bz = near[0, 1] + near[0, 0], near[1, 1] + near[1, 0], near[2, 1] + near[2, 0]
    half_way = 0.5 * (ax * bx + ay * by + az * bz)
    x, y, z, weight = 0.0, 0.0, 0.0, 0.0
    for i in range(start, stop):
        beyond = ax * points[i, 0] + ay * points[i, 1] + az * points[i, 2] > half_way
        w = points[i, 3] if beyond else 0.0
        x += w * points[i, 0]
        y += w * points[i, 1]
        z += w * points[i, 2]
        weight += w
    _add(total, second, x, y, z, weight)
    _add(total, first, sums[0] - x, sums[1] - y, sums[2] - z, sums[3] - weight)


@kernel
def lloyd_pass(blocks, cells, points, centers, start, stop):
    """Assign the points of blocks `start` to `stop` to their nearest centres; return each centre's sums: x, y, z, count.

    `blocks` and `cells` are tuples: offsets into the next level, low, high, sums.
    """
    block_offsets, block_low, block_high, block_sums = blocks
    offsets, low, high, sums = cells
    k = len(centers)
    planar = centers.T.copy()
    score = np.empty(k, np.int64)
    far, close = np.empty(k + 1, np.int64), np.empty(k + 1, np.int64)
    around, near = np.empty((3, k)), np.empty((3, k))
    total = np.zeros((k, 4))
    for b in range(start, stop):
        m = _candidates(block_low[b], block_high[b], planar, k, score, far)
        if m == 1:
            _add(total, far[0], block_sums[b, 0], block_sums[b, 1], block_sums[b, 2], block_sums[b, 3])
            continue
        _take(planar, far, m, around)
        for c in range(block_offsets[b], block_offsets[b + 1]):
            n = _candidates(low[c], high[c], around, m, score, close)
            first, last = offsets[c], offsets[c + 1]
            if n == 1:
                _add(total, far[close[0]], sums[c, 0], sums[c, 1], sums[c, 2], sums[c, 3])
                continue
            _take(around, close, n, near)
            if n == 2:  # half of the cells that are left, and no need to add point by point
                _share_between_two(points, first, last, near, sums[c], far[close[0]], far[close[1]], total)
                continue
            for i in range(first, last):
                x, y, z, weight = points[i, 0], points[i, 1], points[i, 2], points[i, 3]
                j = far[close[_nearest(x, y, z, near, n)[0]]]
                _add(total, j, weight * x, weight * y, weight * z, weight)
    return total


@kernel
def assign(blocks, cells, points, order, centers, start, stop, labels, distances):
    """Write each point's nearest centre, and its squared distance to it, at the point's original place."""
    block_offsets, block_low, block_high, _ = blocks
    offsets, low, high, _ = cells
    k = len(centers)
    planar = centers.T.copy()
    score = np.empty(k, np.int64)
    far, close = np.empty(k + 1, np.int64), np.empty(k + 1, np.int64)
    around, near = np.empty((3, k)), np.empty((3, k))
    for b in range(start, stop):
        m = _candidates(block_low[b], block_high[b], planar, k, score, far)
        _take(planar, far, m, around)
        for c in range(block_offsets[b], block_offsets[b + 1]):
            n = _candidates(low[c], high[c], around, m, score, close)
            _take(around, close, n, near)
            for i in range(offsets[c], offsets[c + 1]):
                best, least = _nearest(points[i, 0], points[i, 1], points[i, 2], near, n)
                labels[order[i]] = far[close[best]]
                distances[order[i]] = least
