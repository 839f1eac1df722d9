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
    add_weighted,
    least,
    load,
    lowest_bit,
    not_above,
    pick,
    splat,
    squared_distance,
    store,
    total,
    where_equal,
    where_less,
)
from .run import kernel, part

UNREACHABLE = 1e12  # a coordinate beyond all colours
FEW = 4  # centres near an octant that its points are compared with directly
GOES_ON, DONE, EMPTY = 0, 1, 2  # how a step ends: a centre may have no points
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
    """Write the grid cell of each point: blocks of 4 x 4 x 4 follow each other, in these octants of 2 x 2 x 2; `dims` counts blocks."""
    # for whole numbers (a + 0.5) times 1 / size rounds down to a // size, and takes less time
    once = 1.0 / size
    lx, ly, lz = low[0] - 0.5, low[1] - 0.5, low[2] - 0.5
    for i in range(len(coords)):
        x = np.int64((coords[i, 0] - lx) * once)
        y = np.int64((coords[i, 1] - ly) * once)
        z = np.int64((coords[i, 2] - lz) * once)
        block = ((x >> 2) * dims[1] + (y >> 2)) * dims[2] + (z >> 2)
        octant = (x & 2) << 4 | (y & 2) << 3 | (z & 2) << 2
        cells[i] = block << 6 | octant | (x & 1) << 2 | (y & 1) << 1 | (z & 1)


@kernel
def sort_by_cell(cells, ends, numbers, offsets, octants, blocks, order):
    """Counting sort of points by their cells, ``(n,)`` uint32; return how much is in use of what follows `numbers`.

    Parameters
    ----------
    ends, numbers : (c,) ndarray of uint32
        Room for each cell of the grid; `ends` all 0.
    offsets : (c + 1,) ndarray of int64
        Where each cell in use begins in `order`, and where the last ends.
    octants : (c / 8 + 1,) ndarray of int64
        Where each octant in use begins among those cells, and where the last ends.
    blocks : (c / 64 + 1,) ndarray of int64
        Where each block in use begins among those octants, and where the last ends.
    order : (m,) ndarray of uint32
        The points by cell; each cell is filled up to a multiple of 8 by its first point again.
    """
    for i in range(len(cells)):
        ends[cells[i]] += np.uint32(1)
    used, n_octants, n_blocks, room, octant = 0, 0, 0, 0, -8
    for c in range(len(ends)):
        size = np.int64(ends[c])
        if size:
            if c >> 3 != octant:
                if c >> 6 != octant >> 3:
                    blocks[n_blocks] = n_octants
                    n_blocks += 1
                octant = c >> 3
                octants[n_octants] = used
                n_octants += 1
            offsets[used], numbers[used] = room, c
            used += 1
            ends[c] = room
            room += (size + WIDTH - 1) // WIDTH * WIDTH
    offsets[used], octants[n_octants], blocks[n_blocks] = room, used, n_octants
    for i in range(len(cells)):
        c = cells[i]
        order[ends[c]] = i
        ends[c] += np.uint32(1)
    for c in range(used):
        for i in range(U(ends[numbers[c]]), U(offsets[c + 1])):
            order[i] = order[offsets[c]]
    return used + 1, n_octants + 1, n_blocks + 1, room


@kernel
def gather_cells(coords, counts, keys, dims, order, offsets, points, boxes, places):
    """Write the points of each cell side by side, its box and sums (see `gather_boxes`), and its place on the grid.

    `points` is ``(4, m)``: x, y, z, count. A point that is there again counts 0 times.
    """
    px, py, pz, weights = points[0], points[1], points[2], points[3]
    parts = np.empty(4 * WIDTH)
    zero = splat(0.0)
    for i in range(0, 4 * WIDTH, WIDTH):
        store(parts, i, zero)
    for c in range(len(boxes)):
        start, stop = U(offsets[c]), U(offsets[c + 1])
        first = order[start]
        for i in range(start, stop):
            j = order[i]
            px[i], py[i], pz[i] = coords[j, 0], coords[j, 1], coords[j, 2]
            weights[i] = 0.0 if j == first and i > start else np.float64(counts[j])
        lx, ly, lz = load(px, start), load(py, start), load(pz, start)
        hx, hy, hz = lx, ly, lz
        for i in range(start, stop, U(WIDTH)):
            x, y, z = load(px, i), load(py, i), load(pz, i)
            lx, ly, lz = where_less(x, lx, x, lx), where_less(y, ly, y, ly), where_less(z, lz, z, lz)
            hx, hy, hz = where_less(hx, x, x, hx), where_less(hy, y, y, hy), where_less(hz, z, z, hz)
            add_weighted(parts, 0, load(weights, i), x, y, z)
        boxes[c, 0], boxes[c, 1], boxes[c, 2] = least(lx), least(ly), least(lz)
        boxes[c, 3], boxes[c, 4], boxes[c, 5] = -least(zero - hx), -least(zero - hy), -least(zero - hz)
        for d in range(4):
            boxes[c, 6 + d] = total(load(parts, WIDTH * d))
            store(parts, WIDTH * d, zero)
        key = np.int64(keys[first])
        block = key >> 6
        places[c, 0] = block // (dims[1] * dims[2]) << 2 | (key >> 4 & 2) | (key >> 2 & 1)
        places[c, 1] = block // dims[2] % dims[1] << 2 | (key >> 3 & 2) | (key >> 1 & 1)
        places[c, 2] = block % dims[2] << 2 | (key >> 2 & 2) | (key & 1)


@kernel
def gather_boxes(offsets, parts, boxes):
    """Write boxes of boxes, ``(n, 10)``: the least x, y, z of their points, the greatest, and the sums of x, y, z and of counts."""
    for b in range(len(boxes)):
        first, last = U(offsets[b]), U(offsets[b + 1])
        for d in range(10):
            x = parts[first, d]
            for c in range(first + U(1), last):
                y = parts[c, d]
                x = x + y if d >= 6 else (min(x, y) if d < 3 else max(x, y))
            boxes[b, d] = x


@part
def _take(centers, ids, chosen, n, near, near_ids):
    """Copy the chosen centres (rows x, y, z) and their numbers side by side, filled up to a multiple of 8."""
    for i in range(n):
        j = chosen[i]
        near[0, i], near[1, i], near[2, i], near_ids[i] = centers[0, j], centers[1, j], centers[2, j], ids[j]
    while n % WIDTH:
        near[0, n], near[1, n], near[2, n] = UNREACHABLE, UNREACHABLE, UNREACHABLE
        n += 1


@part
def _candidates(box, centers, n_centers, chosen):
    """Write the places of the centres that are nearest to some part of a box, ascending, into `chosen`; return how many."""
    cx, cy, cz = centers[0], centers[1], centers[2]
    lx, ly, lz = splat(box[0]), splat(box[1]), splat(box[2])
    hx, hy, hz = splat(box[3]), splat(box[4]), splat(box[5])
    half = splat(0.5)
    mx, my, mz = half * (lx + hx), half * (ly + hy), half * (lz + hz)
    shortest, where = splat(np.inf), splat(0.0)
    for j in range(0, n_centers, WIDTH):
        d = squared_distance(load(cx, j), load(cy, j), load(cz, j), mx, my, mz)
        where = where_less(d, shortest, splat(np.float64(j)), where)
        shortest = where_less(d, shortest, d, shortest)
    lane = lowest_bit(not_above(shortest, splat(least(shortest))))
    best = np.int64(pick(where, lane)) + lane
    # If `best` wins at the corner of the box farthest along the way to another centre, it wins everywhere in the box.
    bx, by, bz = splat(cx[best]), splat(cy[best]), splat(cz[best])
    kept = 0
    for j in range(0, n_centers, WIDTH):
        zx, zy, zz = load(cx, j), load(cy, j), load(cz, j)
        vx, vy, vz = where_less(bx, zx, hx, lx), where_less(by, zy, hy, ly), where_less(bz, zz, hz, lz)
        bits = not_above(squared_distance(zx, zy, zz, vx, vy, vz), squared_distance(bx, by, bz, vx, vy, vz))
        while bits:
            chosen[kept] = j + lowest_bit(bits)
            kept += 1
            bits &= bits - 1
    return kept


@part
def _nearest(x, y, z, near, n):
    """Return, for eight points, the place of the nearest centre (of equals, the first) and its squared distance."""
    nx, ny, nz = near[0], near[1], near[2]
    label, shortest = splat(0.0), splat(np.inf)
    for j in range(n):
        d = squared_distance(splat(nx[j]), splat(ny[j]), splat(nz[j]), x, y, z)
        label = where_less(d, shortest, splat(np.float64(j)), label)
        shortest = where_less(d, shortest, d, shortest)
    return label, shortest


@part
def _add(totals, j, box):
    """Add all points of a box to a centre's totals."""
    for d in range(4):
        totals[j, d] += box[6 + d]


@part
def _share(points, start, stop, box, near, ids, n, parts, totals):
    """Add points `start` to `stop`, those of a box, to the totals of the nearest of n centres; `parts` is 0, and left so."""
    px, py, pz, weights = points[0], points[1], points[2], points[3]
    zero = splat(0.0)
    for i in range(start, stop, WIDTH):
        x, y, z, weight = load(px, i), load(py, i), load(pz, i), load(weights, i)
        label, _ = _nearest(x, y, z, near, n)
        for j in range(1, n):
            w = where_equal(label, splat(np.float64(j)), weight, zero)
            add_weighted(parts, 4 * WIDTH * j, w, x, y, z)
    for d in range(4):  # what the others do not take is the first one's
        rest = box[6 + d]
        for j in range(1, n):
            at = WIDTH * (4 * j + d)
            part = total(load(parts, at))
            store(parts, at, zero)
            totals[ids[j], d] += part
            rest -= part
        totals[ids[0], d] += rest


@part
def _planar(centers, planar, ids):
    """Write centres as rows of x, y and z, filled up to a multiple of 8 with centres too far to be nearest, and their numbers."""
    for j in range(planar.shape[1]):
        ids[j] = j
        for d in range(3):
            planar[d, j] = centers[j, d] if j < len(centers) else UNREACHABLE


@part
def _step(totals, centers, before, limit, momentum, last):
    """Move the centres to their means, and on by `momentum` times their last way; return how that ended."""
    left = 0.0
    for j in range(len(centers)):
        if totals[j, 3] == 0.0:
            return EMPTY
    for j in range(len(centers)):
        for d in range(3):
            totals[j, d] = np.floor(totals[j, d] / totals[j, 3] + 0.5)
            left += (totals[j, d] - centers[j, d]) ** 2
    plain = last or left <= 2.0 * limit  # nearly there: momentum would only lead past it
    for j in range(len(centers)):
        turn = 0.0  # negative where the centre turns back
        for d in range(3):
            turn += momentum * (totals[j, d] - before[j, d]) * (totals[j, d] - centers[j, d])
        for d in range(3):
            mean = totals[j, d]
            on = 0.0 if plain or turn < 0.0 else momentum * (mean - before[j, d])
            before[j, d], centers[j, d] = mean, mean + np.float64(np.int64(on))
    return DONE if left <= limit else GOES_ON


@kernel
def step(totals, centers, before, limit, momentum, last):
    """Do as `_step`."""
    return _step(totals, centers, before, limit, momentum, last)


@kernel
def lloyd(offsets, boxes, points, centers, before, totals, start, stop, passes, left, limit, momentum):
    """Make so many Lloyd passes, with a step after each, unless a step does not go on; return how many, and how the last ended.

    A pass writes each centre's sums, of the points of blocks `start` to `stop` that it is nearest to: x, y, z, count. The last one of
    the `left` over all calls ends at plain means. With 0 `passes` there is one, and no step.
    """
    of_blocks, of_octants, of_cells = offsets
    blocks, octants, cells = boxes
    k = len(centers)
    room = (k + WIDTH - 1) // WIDTH * WIDTH
    planar, ids, chosen = np.empty((12, room)), np.empty((4, room), np.int64), np.empty(k, np.int64)
    every, around, near, close = planar[:3], planar[3:6], planar[6:9], planar[9:]
    parts = np.empty(4 * WIDTH * room)  # sums in lanes, of the centres near some points
    for i in range(len(parts)):
        parts[i] = 0.0
    n_iter, end = 0, GOES_ON
    while end == GOES_ON:
        _planar(centers, every, ids[0])
        for j in range(k):
            for d in range(4):
                totals[j, d] = 0.0
        for b in range(start, stop):
            m = _candidates(blocks[b], every, k, chosen)
            if m == 1:
                _add(totals, chosen[0], blocks[b])
                continue
            _take(every, ids[0], chosen, m, around, ids[1])
            for o in range(of_blocks[b], of_blocks[b + 1]):
                n = _candidates(octants[o], around, m, chosen)
                if n == 1:
                    _add(totals, ids[1, chosen[0]], octants[o])
                    continue
                _take(around, ids[1], chosen, n, near, ids[2])
                first, last = of_octants[o], of_octants[o + 1]
                if n <= FEW:
                    _share(
                        points, of_cells[first], of_cells[last], octants[o], near, ids[2], n, parts, totals
                    )
                    continue
                for c in range(first, last):
                    q = _candidates(cells[c], near, n, chosen)
                    if q == 1:
                        _add(totals, ids[2, chosen[0]], cells[c])
                        continue
                    _take(near, ids[2], chosen, q, close, ids[3])
                    _share(points, of_cells[c], of_cells[c + 1], cells[c], close, ids[3], q, parts, totals)
        if n_iter == passes:
            break
        n_iter += 1
        end = _step(totals, centers, before, limit, momentum, n_iter == left)
        if n_iter == passes:
            break
    return n_iter, end


@kernel
def assign(offsets, boxes, points, order, centers, start, stop, labels, pixels):
    """Write the nearest centre of the points of blocks `start` to `stop` at their original places, and add up each centre's pixels.

    Returns the sum of squared distance times count: its multiples of 2**20, and the rest. Both stay whole in int64.
    """
    of_blocks, of_octants, of_cells = offsets
    blocks, octants, _ = boxes
    px, py, pz, weights = points[0], points[1], points[2], points[3]
    k = len(centers)
    room = (k + WIDTH - 1) // WIDTH * WIDTH
    planar, ids, chosen = np.empty((9, room)), np.empty((3, room), np.int64), np.empty(k, np.int64)
    every, around, near = planar[:3], planar[3:6], planar[6:]
    _planar(centers, every, ids[0])
    which, how_far = np.empty(WIDTH), np.empty(WIDTH)
    most, rest = np.int64(0), np.int64(0)
    for b in range(start, stop):
        m = _candidates(blocks[b], every, k, chosen)
        _take(every, ids[0], chosen, m, around, ids[1])
        for o in range(of_blocks[b], of_blocks[b + 1]):
            n = _candidates(octants[o], around, m, chosen)
            _take(around, ids[1], chosen, n, near, ids[2])
            for i in range(of_cells[of_octants[o]], of_cells[of_octants[o + 1]], WIDTH):
                label, distance = _nearest(load(px, i), load(py, i), load(pz, i), near, n)
                store(which, 0, label)
                store(how_far, 0, distance)
                # a point that is there again has the same centre, and counts 0 times
                for lane in range(WIDTH):
                    j = ids[2, U(which[lane])]
                    labels[order[U(i + lane)]] = j
                    count = np.int64(weights[U(i + lane)])
                    whole = np.int64(how_far[lane])
                    pixels[j] += count
                    most += (whole >> 20) * count
                    rest += (whole & 0xFFFFF) * count
    return most, rest
