"""Cuts of a box of weighted points, ``(n, 4)``: x, y, z, weight; in two, and in eight (see also `starts.wu`)."""

import numpy as np

from .run import inline, kernel, part

SLABS = 256  # places along a box's side where the median cut may lie


@inline
def _sum_up(points, order, first, last, total):
    """Write the sums of some points to `total`: x, y, z, weight."""
    x, y, z, weight = 0.0, 0.0, 0.0, 0.0
    for m in range(first, last):
        i = order[m]
        w = points[i, 3]
        x, y, z, weight = x + w * points[i, 0], y + w * points[i, 1], z + w * points[i, 2], weight + w
    total[0], total[1], total[2], total[3] = x, y, z, weight


@kernel
def spread(points):
    """Return the sums of some points (x, y, z, weight), and the squared deviations from their mean along each axis."""
    sums, squares = np.zeros(4), np.zeros(3)
    for i in range(len(points)):
        w = points[i, 3]
        for d in range(3):
            sums[d] += w * points[i, d]
        sums[3] += w
    for i in range(len(points)):
        for d in range(3):
            offset = points[i, d] - sums[d] / sums[3]
            squares[d] += points[i, 3] * offset * offset
    return sums, squares


@part
def _median(points, axis, weight, slab):
    """Return the coordinate below which about half of some points' weight lies along an axis; some points lie on each side.

    It is an edge of one of 256 slabs, the one nearest to the half; -inf if the points have one coordinate.
    """
    low, high = np.inf, -np.inf
    for i in range(len(points)):
        low, high = min(low, points[i, axis]), max(high, points[i, axis])
    if low == high:
        return -np.inf
    width = np.floor((high - low) / SLABS) + 1.0
    slab[:] = 0.0
    for i in range(len(points)):
        slab[np.int64((points[i, axis] - low) / width)] += points[i, 3]
    below, n = slab[0], 1  # neither the first slab nor the top one is empty
    top = np.int64((high - low) / width)
    while n < top and below + 0.5 * slab[n] <= 0.5 * weight:
        below += slab[n]
        n += 1
    return low + n * width


@kernel
def median_plane(points, total):
    """Return axis and coordinate of the cut at a median that takes most of some points' squared error away."""
    most, best_axis, edge = -1.0, 0, 0.0
    slab, half = np.empty(SLABS), np.empty(4)
    for axis in range(3):
        median = _median(points, axis, total[3], slab)
        if median == -np.inf:
            continue
        half[:] = 0.0
        for i in range(len(points)):
            w = points[i, 3] if points[i, axis] < median else 0.0
            half[0] += w * points[i, 0]
            half[1] += w * points[i, 1]
            half[2] += w * points[i, 2]
            half[3] += w
        gain = 0.0
        for d in range(3):
            rest = total[d] - half[d]
            gain += half[d] * half[d] / half[3] + rest * rest / (total[3] - half[3])
        if gain > most:
            most, best_axis, edge = gain, axis, median
    return best_axis, edge


@kernel
def side(points, normal, limit, beyond):
    """Note which points have a . p > limit; return how many that changes, and the sums of those beyond: x, y, z, weight."""
    ax, ay, az = normal[0], normal[1], normal[2]
    changed = 0
    x, y, z, weight = 0.0, 0.0, 0.0, 0.0
    for i in range(len(points)):
        px, py, pz = points[i, 0], points[i, 1], points[i, 2]
        now = ax * px + ay * py + az * pz > limit
        changed += now != beyond[i]
        beyond[i] = now
        w = points[i, 3] if now else 0.0
        x, y, z, weight = x + w * px, y + w * py, z + w * pz, weight + w
    return changed, np.array([x, y, z, weight])


@kernel
def part_at(points, beyond, spare):
    """Move the points that are `beyond` behind the others; return where they begin. Both keep their order."""
    low, high = 0, 0
    for i in range(len(points)):
        to, at = (spare, high) if beyond[i] else (points, low)
        for d in range(4):
            to[at, d] = points[i, d]
        high += beyond[i]
        low += not beyond[i]
    points[low:] = spare[:high]
    return low


@kernel
def octree(points, paths, k):
    """Open the octree's heaviest node into its octants until there are k leaves; return the leaves' sums, ``(n_leaves, 4)``.

    `paths`, ``(n, 3)`` uint8, places the points in the root cube; the highest bits choose the octant of the root. Where a node has more
    octants than leaves are left, its lightest octants stay together.
    """
    n = len(points)
    order, spare = np.arange(n), np.empty(n, np.int64)
    first, last, depth = np.zeros(k, np.int64), np.zeros(k, np.int64), np.zeros(k, np.int64)
    weight, sums = np.zeros(k), np.zeros((k, 4))
    octant = np.empty(n, np.uint8)
    heavy, sizes, starts = np.empty(8), np.empty(8, np.int64), np.empty(8, np.int64)
    last[0] = n
    weight[0] = points[:, 3].sum()
    n_leaves = 1
    while n_leaves < k:
        node = np.argmax(weight[:n_leaves])
        if weight[node] == 0.0:  # every leaf is a cell of the finest level
            break
        a, b = first[node], last[node]
        heavy[:] = 0.0
        while True:  # descend to where the points part
            shift = np.uint8(7 - depth[node])
            depth[node] += 1
            for m in range(a, b):
                p = paths[order[m]]
                octant[m] = (p[0] >> shift & 1) << 2 | (p[1] >> shift & 1) << 1 | (p[2] >> shift & 1)
                heavy[octant[m]] += points[order[m], 3]
            if (heavy > 0.0).sum() > 1 or depth[node] == 8:
                break
            heavy[:] = 0.0
        ranked = np.argsort(-heavy, kind="mergesort")
        n_parts = min((heavy > 0.0).sum(), k - n_leaves + 1)
        if n_parts == 1:
            weight[node] = 0.0
            continue
        part = np.full(8, n_parts - 1)
        for r in range(n_parts - 1):
            part[ranked[r]] = r
        sizes[:] = 0
        for m in range(a, b):
            sizes[part[octant[m]]] += 1
        starts[0] = a
        for r in range(1, n_parts):
            starts[r] = starts[r - 1] + sizes[r - 1]
        for r in range(n_parts):
            leaf = node if r == 0 else n_leaves + r - 1
            first[leaf], last[leaf] = starts[r], starts[r] + sizes[r]
            depth[leaf] = depth[node]
            weight[leaf] = heavy[ranked[r]] if depth[node] < 8 else 0.0
        for m in range(a, b):
            spare[starts[part[octant[m]]]] = order[m]
            starts[part[octant[m]]] += 1
        order[a:b] = spare[a:b]
        n_leaves += n_parts - 1
    for leaf in range(n_leaves):
        _sum_up(points, order, first[leaf], last[leaf], sums[leaf])
    return sums[:n_leaves]
