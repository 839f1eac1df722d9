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
