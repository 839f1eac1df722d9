"""Weighted k-means of points with whole-number coordinates: cells of points, and one exact Lloyd pass over them.

The points are grouped in the cells of a coarse grid, cells in blocks, each with its tight bounding box and its sums. In a pass, most
centres are ruled out for a whole box at once by the test of Kanungo et al. [1]_; a box left with one centre adds its sums without
a look at its points, and the points of the others are compared with the few centres left. The result is exactly that of comparing
every point with every centre: coordinates, centres, squared distances and sums are whole numbers below 2**53 held in float64.

.. [1] T. Kanungo et al., "An efficient k-means clustering algorithm: analysis and implementation", IEEE Transactions on Pattern
   Analysis and Machine Intelligence 24(7), 2002, doi:10.1109/TPAMI.2002.1017616
"""

import numpy as np

from .lanes import (
    WIDTH,
    least,
    load,
    lowest_bit,
    not_above,
    pick,
    splat,
    store,
    total,
    where_equal,
    where_less,
)
from .run import kernel, part

FAR = 1e12  # a coordinate beyond all colours
U = np.uintp  # an index that cannot be negative needs no test


@kernel
def bounds(coords, box):
    """Write the least and the greatest coordinates into `box`, ``(2, 3)``."""
    x, y, z = coords[0, 0], coords[0, 1], coords[0, 2]
    u, v, w = x, y, z
    for i in range(len(coords)):
        x, y, z = min(x, coords[i, 0]), min(y, coords[i, 1]), min(z, coords[i, 2])
        u, v, w = max(u, coords[i, 0]), max(v, coords[i, 1]), max(w, coords[i, 2])
    box[0, 0], box[0, 1], box[0, 2] = x, y, z
    box[1, 0], box[1, 1], box[1, 2] = u, v, w


@kernel
def cell_of(coords, low, size, dims, cells):
    """Write the grid cell of each point, numbered so that the 4 x 4 x 4 cells of a block follow each other; `dims` counts blocks."""
    # for whole numbers (a + 0.5) times 1 / size rounds down to a // size, and takes less time
    once = 1.0 / size
    lx, ly, lz = low[0] - 0.5, low[1] - 0.5, low[2] - 0.5
    for i in range(len(coords)):
        x = np.int64((coords[i, 0] - lx) * once)
        y = np.int64((coords[i, 1] - ly) * once)
        z = np.int64((coords[i, 2] - lz) * once)
        block = ((x >> 2) * dims[1] + (y >> 2)) * dims[2] + (z >> 2)
        cells[i] = block << 6 | (x & 3) << 4 | (y & 3) << 2 | (z & 3)


@kernel
def sort_by_cell(cells, ends, numbers, offsets, blocks, order):
    """Counting sort of points by their cells, ``(n,)`` uint32; return how much of `offsets`, `blocks` and `order` is in use.

    Parameters
    ----------
    ends, numbers : (c,) ndarray of uint32
        Room for each cell of the grid; `ends` all 0.
    offsets : (c + 1,) ndarray of int64
        Where each cell in use begins in `order`, and where the last ends.
    blocks : (c / 64 + 1,) ndarray of int64
        Where each block in use begins among those cells, and where the last ends.
    order : (m,) ndarray of uint32
        The points by cell; each cell is filled up to a multiple of 8 by its first point again.
    """
    for i in range(len(cells)):
        ends[cells[i]] += np.uint32(1)
    used, in_use, room, block = 0, 0, 0, -1
    for c in range(len(ends)):
        size = np.int64(ends[c])
        if size:
            if c >> 6 != block:
                block = c >> 6
                blocks[in_use] = used
                in_use += 1
            offsets[used], numbers[used] = room, c
            used += 1
            ends[c] = room
            room += (size + WIDTH - 1) // WIDTH * WIDTH
    offsets[used], blocks[in_use] = room, used
    for i in range(len(cells)):
        c = cells[i]
        order[ends[c]] = i
        ends[c] += np.uint32(1)
    for c in range(used):
        for i in range(U(ends[numbers[c]]), U(offsets[c + 1])):
            order[i] = order[offsets[c]]
    return used + 1, in_use + 1, room


@kernel
def gather_cells(coords, counts, keys, dims, order, offsets, points, low, high, sums, bins):
    """Write the points of each cell side by side, its box, its sums (x, y, z, count), and its place on the grid.

    `points` is ``(4, m)``: x, y, z, count. A point that is there again counts 0 times.
    """
    px, py, pz, weights = points[0], points[1], points[2], points[3]
    for c in range(len(low)):
        first = order[offsets[c]]
        x, y, z, weight = coords[first, 0], coords[first, 1], coords[first, 2], np.float64(counts[first])
        lx, ly, lz, hx, hy, hz = x, y, z, x, y, z
        sx, sy, sz, all_ = 0.0, 0.0, 0.0, 0.0
        for i in range(U(offsets[c]), U(offsets[c + 1])):
            j = order[i]
            if i > U(offsets[c]):
                x, y, z = coords[j, 0], coords[j, 1], coords[j, 2]
                weight = 0.0 if j == first else np.float64(counts[j])
            px[i], py[i], pz[i], weights[i] = x, y, z, weight
            lx, ly, lz = min(lx, x), min(ly, y), min(lz, z)
            hx, hy, hz = max(hx, x), max(hy, y), max(hz, z)
            sx, sy, sz, all_ = sx + weight * x, sy + weight * y, sz + weight * z, all_ + weight
        low[c, 0], low[c, 1], low[c, 2] = lx, ly, lz
        high[c, 0], high[c, 1], high[c, 2] = hx, hy, hz
        sums[c, 0], sums[c, 1], sums[c, 2], sums[c, 3] = sx, sy, sz, all_
        key = np.int64(keys[first])
        block = key >> 6
        bins[c, 0] = block // (dims[1] * dims[2]) << 2 | (key >> 4 & 3)
        bins[c, 1] = block // dims[2] % dims[1] << 2 | (key >> 2 & 3)
        bins[c, 2] = block % dims[2] << 2 | (key & 3)


@kernel
def gather_blocks(offsets, low, high, sums, block_low, block_high, block_sums):
    """Write the box and the sums of each block of cells."""
    for b in range(len(block_low)):
        first = U(offsets[b])
        for d in range(3):
            x, u = low[first, d], high[first, d]
            for c in range(first, U(offsets[b + 1])):
                x, u = min(x, low[c, d]), max(u, high[c, d])
            block_low[b, d], block_high[b, d] = x, u
        for d in range(4):
            x = 0.0
            for c in range(first, U(offsets[b + 1])):
                x += sums[c, d]
            block_sums[b, d] = x


@part
def _planar(centers, rows):
    """Write centres as rows of x, y and z, filled up to a multiple of 8 with centres too far to be nearest."""
    for d in range(3):
        for j in range(rows.shape[1]):
            rows[d, j] = centers[j, d] if j < len(centers) else FAR


@part
def _take(x, y, z, chosen, n, near_x, near_y, near_z):
    """Copy the chosen centres side by side, and fill up to a multiple of 8."""
    for i in range(n):
        j = chosen[i]
        near_x[i], near_y[i], near_z[i] = x[j], y[j], z[j]
    while n % WIDTH:
        near_x[n], near_y[n], near_z[n] = FAR, FAR, FAR
        n += 1


@part
def _candidates(low, high, cx, cy, cz, n_centers, chosen):
    """Write the places of the centres that are nearest to some part of a box, ascending, into `chosen`; return how many."""
    mx, my, mz = (
        splat(0.5 * (low[0] + high[0])),
        splat(0.5 * (low[1] + high[1])),
        splat(0.5 * (low[2] + high[2])),
    )
    shortest, where = splat(np.inf), splat(0.0)
    for j in range(0, n_centers, WIDTH):
        dx, dy, dz = load(cx, j) - mx, load(cy, j) - my, load(cz, j) - mz
        d = dx * dx + dy * dy + dz * dz
        where = where_less(d, shortest, splat(np.float64(j)), where)
        shortest = where_less(d, shortest, d, shortest)
    near = splat(least(shortest))
    lane = lowest_bit(not_above(shortest, near))
    best = np.int64(pick(where, lane)) + lane
    # If `best` wins at the corner of the box farthest along the way to another centre, it wins everywhere in the box.
    bx, by, bz = splat(cx[best]), splat(cy[best]), splat(cz[best])
    lx, ly, lz = splat(low[0]), splat(low[1]), splat(low[2])
    hx, hy, hz = splat(high[0]), splat(high[1]), splat(high[2])
    kept = 0
    for j in range(0, n_centers, WIDTH):
        zx, zy, zz = load(cx, j), load(cy, j), load(cz, j)
        vx, vy, vz = where_less(bx, zx, hx, lx), where_less(by, zy, hy, ly), where_less(bz, zz, hz, lz)
        ax, ay, az = zx - vx, zy - vy, zz - vz
        ex, ey, ez = bx - vx, by - vy, bz - vz
        bits = not_above(ax * ax + ay * ay + az * az, ex * ex + ey * ey + ez * ez)
        while bits:
            chosen[kept] = j + lowest_bit(bits)
            kept += 1
            bits &= bits - 1
    return kept


@part
def _nearest(x, y, z, near_x, near_y, near_z, n):
    """Return, for eight points, the place of the nearest centre (of equals, the first) and its squared distance."""
    label, shortest = splat(0.0), splat(np.inf)
    for j in range(n):
        dx, dy, dz = splat(near_x[j]) - x, splat(near_y[j]) - y, splat(near_z[j]) - z
        d = dx * dx + dy * dy + dz * dz
        label = where_less(d, shortest, splat(np.float64(j)), label)
        shortest = where_less(d, shortest, d, shortest)
    return label, shortest


@part
def _add(totals, j, sums):
    for d in range(4):
        totals[j, d] += sums[d]


@kernel
def lloyd_pass(blocks, cells, points, centers, start, stop, totals):
    """Assign the points of blocks `start` to `stop` to their nearest centres; return each centre's sums: x, y, z, count.

    `blocks` and `cells` are tuples: offsets into the next level, low, high, sums.
    """
    block_offsets, block_low, block_high, block_sums = blocks
    offsets, low, high, sums = cells
    px, py, pz, weights = points[0], points[1], points[2], points[3]
    k = len(centers)
    room = (k + WIDTH - 1) // WIDTH * WIDTH
    planar = np.empty((9, room))
    _planar(centers, planar[:3])
    cx, cy, cz, around_x, around_y, around_z = (
        planar[0],
        planar[1],
        planar[2],
        planar[3],
        planar[4],
        planar[5],
    )
    near_x, near_y, near_z = planar[6], planar[7], planar[8]
    far, close = np.empty(k, np.int64), np.empty(k, np.int64)
    parts = np.empty(4 * WIDTH * len(cx))  # sums in lanes, of the centres near a cell
    for i in range(len(parts)):
        parts[i] = 0.0
    rest = np.empty(4)
    zero = splat(0.0)
    for b in range(start, stop):
        m = _candidates(block_low[b], block_high[b], cx, cy, cz, k, far)
        if m == 1:
            _add(totals, far[0], block_sums[b])
            continue
        _take(cx, cy, cz, far, m, around_x, around_y, around_z)
        for c in range(block_offsets[b], block_offsets[b + 1]):
            n = _candidates(low[c], high[c], around_x, around_y, around_z, m, close)
            if n == 1:
                _add(totals, far[close[0]], sums[c])
                continue
            _take(around_x, around_y, around_z, close, n, near_x, near_y, near_z)
            for i in range(offsets[c], offsets[c + 1], WIDTH):
                x, y, z, weight = load(px, i), load(py, i), load(pz, i), load(weights, i)
                label, _ = _nearest(x, y, z, near_x, near_y, near_z, n)
                for j in range(1, n):
                    w = where_equal(label, splat(np.float64(j)), weight, zero)
                    at = 4 * WIDTH * j
                    store(parts, at, load(parts, at) + w * x)
                    store(parts, at + WIDTH, load(parts, at + WIDTH) + w * y)
                    store(parts, at + 2 * WIDTH, load(parts, at + 2 * WIDTH) + w * z)
                    store(parts, at + 3 * WIDTH, load(parts, at + 3 * WIDTH) + w)
            for d in range(4):  # what the others do not take is the first one's
                rest[d] = sums[c, d]
                for j in range(1, n):
                    at = WIDTH * (4 * j + d)
                    part = total(load(parts, at))
                    store(parts, at, zero)
                    totals[far[close[j]], d] += part
                    rest[d] -= part
            _add(totals, far[close[0]], rest)


@kernel
def assign(blocks, cells, points, order, centers, start, stop, labels, distances):
    """Write each point's nearest centre, and its squared distance to it, at the point's original place."""
    block_offsets, block_low, block_high, _ = blocks
    offsets, low, high, _ = cells
    px, py, pz = points[0], points[1], points[2]
    k = len(centers)
    room = (k + WIDTH - 1) // WIDTH * WIDTH
    planar = np.empty((9, room))
    _planar(centers, planar[:3])
    cx, cy, cz, around_x, around_y, around_z = (
        planar[0],
        planar[1],
        planar[2],
        planar[3],
        planar[4],
        planar[5],
    )
    near_x, near_y, near_z = planar[6], planar[7], planar[8]
    far, close = np.empty(k, np.int64), np.empty(k, np.int64)
    which, how_far = np.empty(WIDTH), np.empty(WIDTH)
    for b in range(start, stop):
        m = _candidates(block_low[b], block_high[b], cx, cy, cz, k, far)
        _take(cx, cy, cz, far, m, around_x, around_y, around_z)
        for c in range(block_offsets[b], block_offsets[b + 1]):
            n = _candidates(low[c], high[c], around_x, around_y, around_z, m, close)
            _take(around_x, around_y, around_z, close, n, near_x, near_y, near_z)
            for i in range(offsets[c], offsets[c + 1], WIDTH):
                label, shortest = _nearest(load(px, i), load(py, i), load(pz, i), near_x, near_y, near_z, n)
                store(which, 0, label)
                store(how_far, 0, shortest)
                for lane in range(WIDTH):  # a point that is there again has the same centre
                    j = order[U(i + lane)]
                    labels[j] = far[close[U(which[lane])]]
                    distances[j] = how_far[lane]
