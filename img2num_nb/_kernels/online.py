"""Centres that learn from one sample after the other: MacQueen's k-means and a self-organizing map."""

import numpy as np

from .run import inline, kernel


@inline
def _distances(planar, x, y, z, out):
    """Write the squared distance of a point from each centre, ``planar`` (3, k)."""
    for j in range(len(out)):
        dx, dy, dz = planar[0, j] - x, planar[1, j] - y, planar[2, j] - z
        out[j] = dx * dx + dy * dy + dz * dz


@inline
def _place_of_least(values):
    """Return the place of the least value (of equals, the first): the minimum first, then a search, which is quicker than np.argmin."""
    least = values[0]
    for j in range(1, len(values)):
        least = min(least, values[j])
    j = 0
    while values[j] != least:
        j += 1
    return j


@kernel
def macqueen(coords, order, planar, taken):
    """Pull, for each sample in `order`, its nearest centre towards it by 1 / sqrt(samples that the centre has taken)."""
    distance = np.empty(planar.shape[1])
    for s in range(len(order)):
        x, y, z = coords[order[s], 0], coords[order[s], 1], coords[order[s], 2]
        _distances(planar, x, y, z, distance)
        j = _place_of_least(distance)
        taken[j] += 1
        rate = 1.0 / np.sqrt(np.float64(taken[j]))
        planar[0, j] += rate * (x - planar[0, j])
        planar[1, j] += rate * (y - planar[1, j])
        planar[2, j] += rate * (z - planar[2, j])


@kernel
def self_organize(coords, order, planar, steps, rate, radius, keep):
    """Train a chain of neurons: the nearest and its neighbours in the chain move towards each sample, ever less and ever fewer.

    After each of `steps` equal shares of the samples, rate and radius are multiplied by `keep`.
    """
    k = planar.shape[1]
    distance = np.empty(k)
    for step in range(steps):
        reach = np.int64(radius)
        for s in range(step * len(order) // steps, (step + 1) * len(order) // steps):
            x, y, z = coords[order[s], 0], coords[order[s], 1], coords[order[s], 2]
            _distances(planar, x, y, z, distance)
            winner = _place_of_least(distance)
            for j in range(max(0, winner - reach), min(k, winner + reach + 1)):
                away = np.float64(j - winner)
                pull = rate * (1.0 - away * away / ((reach + 1.0) * (reach + 1.0)))
                planar[0, j] += pull * (x - planar[0, j])
                planar[1, j] += pull * (y - planar[1, j])
                planar[2, j] += pull * (z - planar[2, j])
        rate *= keep
        radius *= keep
