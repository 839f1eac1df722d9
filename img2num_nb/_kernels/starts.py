"""First centres for k-means, and Wu's cuts: loops over weighted points, ``(n, 4)``: x, y, z, weight."""

import numpy as np

from .run import inline, kernel, part

U = np.uintp  # an index that cannot be negative needs no test


@inline
def _squared(points, i, x, y, z):
    dx, dy, dz = points[i, 0] - x, points[i, 1] - y, points[i, 2] - z
    return dx * dx + dy * dy + dz * dz


@kernel
def farthest(points, x, y, z, distance):
    """Lower the points' squared distances to their nearest centre by a new one; return the first place of the greatest."""
    for i in range(len(points)):
        distance[i] = min(distance[i], _squared(points, i, x, y, z))
    return np.argmax(distance)


LANES = 16


@kernel
def plus_plus(points, centers, uniform, planar, distances, sums):
    """Greedy k-means++: each centre is the best of some points drawn by weight times squared distance.

    The points stand in a table of 16 rows, whose columns are summed first: that runs on vectors, and a draw looks for its column, then
    for its row. Sums have an order of their own, and float32 is plenty for a draw.

    Parameters
    ----------
    points : (n, 4) ndarray of float64
    centers : (k, 3) ndarray of float64
        Written.
    uniform : (k, trials) ndarray of float64
        The random numbers of 0..1 that draw.
    planar : (4, 16 * columns) ndarray of float32
        Room for x, y, z and weight of the points; all 0, so that there is no weight behind the last point.
    distances : (3, 16 * columns) ndarray of float32
        Room for the distances to the nearest centre, to that of a trial, and of the best trial.
    sums : (3, columns) ndarray of float32
        Room for their sums.
    """
    n = len(points)
    px, py, pz, weight = planar[0], planar[1], planar[2], planar[3]
    for i in range(n):
        px[i], py[i], pz[i], weight[i] = points[i, 0], points[i, 1], points[i, 2], points[i, 3]
    now, trial, best = 0, 1, 2
    columns = sums.shape[1]
    for i in range(distances.shape[1]):
        distances[now, i] = np.float32(1e30)
    for c in range(columns):
        sums[now, c] = np.float32(0.0)
        for lane in range(LANES):
            sums[now, c] += weight[lane * columns + c]
    for j in range(len(centers)):
        total = _total(sums[now])
        least = np.inf
        for t in range(uniform.shape[1] if j > 0 else 1):
            at = _draw(uniform[j, t] * total, sums[now], weight, distances[now], j == 0, n)
            x, y, z = px[at], py[at], pz[at]
            column = sums[trial]
            for c in range(columns):
                column[c] = np.float32(0.0)
            for first in range(0, distances.shape[1], columns):
                before, after = distances[now, first:], distances[trial, first:]
                qx, qy, qz, w = px[first:], py[first:], pz[first:], weight[first:]
                for c in range(columns):
                    dx, dy, dz = qx[c] - x, qy[c] - y, qz[c] - z
                    d = dx * dx + dy * dy + dz * dz
                    d = d if d < before[c] else before[c]
                    after[c] = d
                    column[c] += w[c] * d
            cost = _total(column)
            if cost < least:
                least = cost
                best, trial = trial, best
                for d in range(3):
                    centers[j, d] = points[at, d]
        now, best = best, now


@part
def _total(sums):
    """Return a sum in float64, four numbers at a time."""
    n = len(sums) // 4 * 4
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for i in range(0, n, 4):
        a += np.float64(sums[i])
        b += np.float64(sums[i + 1])
        c += np.float64(sums[i + 2])
        d += np.float64(sums[i + 3])
    for i in range(n, len(sums)):
        a += np.float64(sums[i])
    return (a + b) + (c + d)


@part
def _draw(target, sums, weight, distance, first, n):
    """Return the point at which the running sum of weight times distance (at first: of weight) passes `target`."""
    columns = len(sums)
    column = 0
    while column < columns - 1 and target >= sums[column]:
        target -= sums[column]
        column += 1
    last = column
    for at in range(column, len(weight), columns):
        if at < n:
            last = at
            share = np.float64(weight[at]) * (1.0 if first else np.float64(distance[at]))
            if share > 0.0 and target < share:
                return at
            target -= share
    return last


@kernel
def wu(points, bins, n_bins, k):
    """Cut the points' box k - 1 times, always the box of greatest squared error, where that error falls most [Wu 1992].

    `bins`, ``(n, 3)``, places the points on a grid whose planes are the cuts tried. Returns the boxes' sums, ``(n_boxes, 4)``.
    """
    n = len(points)
    order = np.arange(n).astype(np.uint32)
    spare = np.empty(n, np.uint32)
    first = np.zeros(k + 1, np.int64)
    last = np.zeros(k + 1, np.int64)
    error = np.zeros(k)
    sums = np.zeros((k, 4))
    slabs = np.empty((3, n_bins, 4))
    last[0] = n
    n_boxes = 1
    box = 0
    fresh = 0  # the other half of the last cut
    while True:
        for which in (box, fresh):
            square = 0.0
            sums[which] = 0.0
            for m in range(U(first[which]), U(last[which])):
                i = order[m]
                w = points[i, 3]
                for d in range(3):
                    sums[which, d] += w * points[i, d]
                sums[which, 3] += w
                square += w * _squared(points, i, 0.0, 0.0, 0.0)
            s = sums[which]
            error[which] = square - (s[0] * s[0] + s[1] * s[1] + s[2] * s[2]) / s[3]
            if last[which] - first[which] <= 1:
                error[which] = 0.0
        if n_boxes == k:
            return sums
        while True:
            box = np.argmax(error[:n_boxes])
            if error[box] <= 0.0:
                return sums[:n_boxes]
            axis, cut = _best_cut(points, bins, order, first[box], last[box], sums[box], slabs)
            if axis >= 0:
                break
            error[box] = 0.0  # all its points share one cell
        low, high = first[box], 0
        for m in range(U(low), U(last[box])):
            i = order[m]
            if bins[i, axis] <= cut:
                order[U(low)] = i
                low += 1
            else:
                spare[U(high)] = i
                high += 1
        order[low : low + high] = spare[:high]
        fresh = n_boxes
        first[fresh], last[fresh] = low, last[box]
        last[box] = low
        n_boxes += 1


@part
def _best_cut(points, bins, order, first, last, total, slabs):
    """Return the axis and the bin after which to cut, so that the parts' squared error is least; axis -1 if there is no cut."""
    slabs[:] = 0.0
    for m in range(U(first), U(last)):
        i = order[m]
        w = points[i, 3]
        x, y, z = w * points[i, 0], w * points[i, 1], w * points[i, 2]
        for axis in range(3):
            b = bins[i, axis]
            slabs[axis, b, 0] += x
            slabs[axis, b, 1] += y
            slabs[axis, b, 2] += z
            slabs[axis, b, 3] += w
    most = -1.0
    best_axis = -1
    best_cut = -1
    for axis in range(3):
        x, y, z, w = 0.0, 0.0, 0.0, 0.0
        for b in range(slabs.shape[1]):
            if slabs[axis, b, 3] == 0.0:
                continue
            x, y, z, w = (
                x + slabs[axis, b, 0],
                y + slabs[axis, b, 1],
                z + slabs[axis, b, 2],
                w + slabs[axis, b, 3],
            )
            if w >= total[3]:
                break
            u, v, q = total[0] - x, total[1] - y, total[2] - z
            gain = (x * x + y * y + z * z) / w + (u * u + v * v + q * q) / (total[3] - w)
            if gain > most:
                most, best_axis, best_cut = gain, axis, b
    return best_axis, best_cut


@kernel
def usefulness(points, centers):
    """Return, for each centre, its points' squared error, and by how much that would grow without the centre."""
    k = len(centers)
    error = np.zeros(k)
    missed = np.zeros(k)
    planar = centers.T.copy()
    distance = np.empty(k)
    for i in range(len(points)):
        for j in range(k):
            dx, dy, dz = planar[0, j] - points[i, 0], planar[1, j] - points[i, 1], planar[2, j] - points[i, 2]
            distance[j] = dx * dx + dy * dy + dz * dz
        best, first, second = 0, np.inf, np.inf
        for j in range(k):
            if distance[j] < first:
                best, first, second = j, distance[j], first
            elif distance[j] < second:
                second = distance[j]
        error[best] += points[i, 3] * first
        missed[best] += points[i, 3] * (second - first)
    return error, missed
