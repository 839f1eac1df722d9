"""Cuts of a box of weighted points, ``(n, 4)``: x, y, z, weight (see also `starts.wu`)."""

import numpy as np

from .run import kernel, part

SLABS = 256  # places along a box's side where the median cut may lie


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
def _median_cut(points, total, axis, slabs):
    """Return where the cut at the median along an axis lies, the sums below it, and the squared error that it takes away.

    The cut is the edge of one of 256 slabs that comes nearest to the half of the weight; some points lie on each side. If all points
    have one coordinate, the edge is -inf.
    """
    low, high = np.inf, -np.inf
    for i in range(len(points)):
        low, high = min(low, points[i, axis]), max(high, points[i, axis])
    below = np.zeros(4)
    if low == high:
        return -np.inf, below, 0.0
    width = np.floor((high - low) / SLABS) + 1.0
    # for whole numbers (x - low + 0.5) times 1 / width rounds down to (x - low) // width, and takes less time
    once, start = 1.0 / width, low - 0.5
    slabs[:] = 0.0
    for i in range(len(points)):
        x, y, z, w = points[i, 0], points[i, 1], points[i, 2], points[i, 3]
        slab = slabs[np.int64((points[i, axis] - start) * once)]
        slab[0] += w * x
        slab[1] += w * y
        slab[2] += w * z
        slab[3] += w
    top = np.int64((high - start) * once)
    n = 0
    while n == 0 or (n < top and below[3] + 0.5 * slabs[n, 3] <= 0.5 * total[3]):
        for d in range(4):
            below[d] += slabs[n, d]
        n += 1
    above = total[3] - below[3]
    gain = 0.0
    for d in range(3):
        apart = below[d] / below[3] - (total[d] - below[d]) / above
        gain += apart * apart
    return low + n * width, below, gain * (below[3] * above / total[3])


@kernel
def median_plane(points, total, axis, ahead):
    """Return where the cut of some points at their median along an axis lies, and the squared error that it takes away.

    And, if it is to look `ahead`, what the best such cut of each half takes away next. If all points have one coordinate, edge and
    error are -inf.
    """
    slabs = np.empty((SLABS, 4))
    edge, below, gain = _median_cut(points, total, axis, slabs)
    further = 0.0
    if edge == -np.inf:
        return edge, -np.inf, further
    if not ahead:
        return edge, gain, further
    half = np.empty_like(points)
    for low in (True, False):
        n = 0
        for i in range(len(points)):
            if (points[i, axis] < edge) == low:
                for d in range(4):
                    half[n, d] = points[i, d]
                n += 1
        sums = below if low else total - below
        most = 0.0
        for next_axis in range(3):
            most = max(most, _median_cut(half[:n], sums, next_axis, slabs)[2])
        further += most
    return edge, gain, further


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
