"""Cuts of a box of weighted points, ``(n, 4)``: x, y, z, weight; median, in two by 2-means, and in eight (see also `starts.wu`)."""

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


@inline
def _part(order, spare, beyond, first, last):
    """Move the points that are `beyond` (by place in `order`) behind the others; return where they begin. Both keep their order."""
    low, high = first, 0
    for m in range(first, last):
        if beyond[m]:
            spare[high] = order[m]
            high += 1
        else:
            order[low] = order[m]
            low += 1
    order[low : low + high] = spare[:high]
    return low


@inline
def _spread(points, order, first, last, sums, squares):
    """Write the sums of some points, and the squared deviations from their mean along each axis."""
    _sum_up(points, order, first, last, sums)
    squares[:] = 0.0
    for m in range(first, last):
        for d in range(3):
            offset = points[order[m], d] - sums[d] / sums[3]
            squares[d] += points[order[m], 3] * offset * offset


@part
def _median(points, order, first, last, axis, weight, slab):
    """Return the coordinate below which about half of some points' weight lies along an axis; some points lie on each side.

    It is an edge of one of 256 slabs, the one nearest to the half; -inf if the points have one coordinate.
    """
    low, high = np.inf, -np.inf
    for m in range(first, last):
        low, high = min(low, points[order[m], axis]), max(high, points[order[m], axis])
    if low == high:
        return -np.inf
    width = np.floor((high - low) / SLABS) + 1.0
    slab[:] = 0.0
    for m in range(first, last):
        slab[np.int64((points[order[m], axis] - low) / width)] += points[order[m], 3]
    below, n = slab[0], 1  # neither the first slab nor the top one is empty
    top = np.int64((high - low) / width)
    while n < top and below + 0.5 * slab[n] <= 0.5 * weight:
        below += slab[n]
        n += 1
    return low + n * width


@kernel
def median_cut(points, k):
    """Cut the box of most weight times deviation at its median, across the axis where the error falls most, until there are k boxes.

    Returns the boxes' sums, ``(n_boxes, 4)``.
    """
    n = len(points)
    order, spare, beyond = np.arange(n), np.empty(n, np.int64), np.empty(n, np.bool_)
    first, last = np.zeros(k, np.int64), np.zeros(k, np.int64)
    sums, squares = np.zeros((k, 4)), np.zeros((k, 3))
    size = np.zeros(k)
    slab, half = np.empty(SLABS), np.empty(4)
    last[0] = n
    n_boxes = 1
    box, fresh = 0, 0  # the two halves of the last cut
    while True:
        for which in (box, fresh):
            _spread(points, order, first[which], last[which], sums[which], squares[which])
            size[which] = np.sqrt(sums[which, 3] * squares[which].max())  # weight times standard deviation
        box = np.argmax(size[:n_boxes])
        if n_boxes == k or size[box] == 0.0:
            return sums[:n_boxes]
        most, best_axis, edge = -1.0, 0, 0.0
        for axis in range(3):
            median = _median(points, order, first[box], last[box], axis, sums[box, 3], slab)
            if median == -np.inf:
                continue
            half[:] = 0.0
            for m in range(first[box], last[box]):
                w = points[order[m], 3] if points[order[m], axis] < median else 0.0
                half[0] += w * points[order[m], 0]
                half[1] += w * points[order[m], 1]
                half[2] += w * points[order[m], 2]
                half[3] += w
            gain = 0.0
            for d in range(3):
                rest = sums[box, d] - half[d]
                gain += half[d] * half[d] / half[3] + rest * rest / (sums[box, 3] - half[3])
            if gain > most:
                most, best_axis, edge = gain, axis, median
        for m in range(first[box], last[box]):
            beyond[m] = points[order[m], best_axis] >= edge
        fresh = n_boxes
        first[fresh], last[fresh] = _part(order, spare, beyond, first[box], last[box]), last[box]
        last[box] = first[fresh]
        n_boxes += 1


@kernel
def bisect(points, k, max_iter):
    """Part the cluster of greatest squared error in two by 2-means, until there are k clusters.

    2-means begins with the two sides of the mean along the axis of greatest variance. Returns the clusters' sums, ``(n_clusters, 4)``,
    the most passes that a parting took, and whether all of them ended by themselves.
    """
    n = len(points)
    order, spare, beyond = np.arange(n), np.empty(n, np.int64), np.zeros(n, np.bool_)
    first, last = np.zeros(k, np.int64), np.zeros(k, np.int64)
    sums, squares = np.zeros((k, 4)), np.zeros((k, 3))
    error = np.zeros(k)
    half = np.empty(4)
    last[0] = n
    n_clusters = 1
    passes, converged = 0, True
    cluster, fresh = 0, 0
    while True:
        for which in (cluster, fresh):
            _spread(points, order, first[which], last[which], sums[which], squares[which])
            error[which] = squares[which].sum() if last[which] - first[which] > 1 else 0.0
        if n_clusters == k:
            break
        cluster = np.argmax(error[:n_clusters])
        if error[cluster] <= 0.0:
            break
        total = sums[cluster]
        axis = np.argmax(squares[cluster])
        # a plane: points with a . p > limit are beyond it
        ax, ay, az = 1.0 * (axis == 0), 1.0 * (axis == 1), 1.0 * (axis == 2)
        limit = total[axis] / total[3]
        for n_passes in range(max_iter + 1):
            changed = 0
            for m in range(first[cluster], last[cluster]):
                i = order[m]
                now = ax * points[i, 0] + ay * points[i, 1] + az * points[i, 2] > limit
                changed += now != beyond[m]
                beyond[m] = now
            if n_passes and changed == 0:
                break
            half[:] = 0.0
            for m in range(first[cluster], last[cluster]):
                i = order[m]
                w = points[i, 3] if beyond[m] else 0.0
                half[0] += w * points[i, 0]
                half[1] += w * points[i, 1]
                half[2] += w * points[i, 2]
                half[3] += w
            rest = total - half
            ux, uy, uz = half[0] / half[3], half[1] / half[3], half[2] / half[3]
            vx, vy, vz = rest[0] / rest[3], rest[1] / rest[3], rest[2] / rest[3]
            ax, ay, az = ux - vx, uy - vy, uz - vz
            limit = 0.5 * (ax * (ux + vx) + ay * (uy + vy) + az * (uz + vz))
            passes = max(passes, n_passes)
        else:
            converged = False
        middle = _part(order, spare, beyond, first[cluster], last[cluster])
        fresh = n_clusters
        first[fresh], last[fresh], last[cluster] = middle, last[cluster], middle
        n_clusters += 1
    return sums[:n_clusters], passes, converged


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
