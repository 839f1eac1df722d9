"""4-connected regions of equal values: union-find over rows, in bands that threads scan and one thread joins.

Ids of a band that begins with row ``start`` count up from ``start * W``, so bands share one `parent` and never meet in it.
A parent is never above its child: a root is the id of its region's first pixel, row by row.
"""

import heapq

import numpy as np

from .run import kernel, part


@part
def find(parent, i):
    """Return the root of `i`, and halve the way to it."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@part
def unite(parent, i, j):
    """Make two sets one."""
    i, j = find(parent, i), find(parent, j)
    if i < j:
        parent[j] = i
    else:
        parent[i] = j


@kernel
def scan(values, start, stop, ids, parent):
    """Give the pixels of rows `start` to `stop` ids, unite those that belong together, and return the first id not given."""
    width = values.shape[1]
    free = start * width
    for y in range(start, stop):
        for x in range(width):
            value = values[y, x]
            left = x > 0 and values[y, x - 1] == value
            if y > start and values[y - 1, x] == value:
                ids[y, x] = ids[y - 1, x]
                if left and values[y - 1, x - 1] != value:  # else the three have met in the row above
                    unite(parent, ids[y, x - 1], ids[y, x])
            elif left:
                ids[y, x] = ids[y, x - 1]
            else:
                ids[y, x] = free
                parent[free] = free
                free += 1
    return free


@kernel
def join(values, row, ids, parent):
    """Unite what belongs together across the upper edge of a row."""
    for x in range(values.shape[1]):
        if values[row, x] == values[row - 1, x]:
            unite(parent, ids[row, x], ids[row - 1, x])


@kernel
def number(parent, start, stop, n):
    """Replace the parents of ids `start` to `stop` by their regions' numbers, which go on from `n`; return the next number."""
    for i in range(start, stop):
        if parent[i] == i:
            parent[i] = n
            n += 1
        else:
            parent[i] = parent[parent[i]]  # above, hence a number already
    return n


@kernel
def renumber(ids, numbers, start, stop):
    """Replace the ids of rows `start` to `stop` by their numbers."""
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            ids[y, x] = numbers[ids[y, x]]


@kernel
def describe(values, ids, colors, areas):
    """Write each region's value, and its number of pixels into `areas`, which begins with zeros."""
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            colors[ids[y, x]] = values[y, x]
            areas[ids[y, x]] += 1


@kernel
def borders(ids, start, stop, pairs):
    """Write the pairs of regions, less << 32 | greater, across the edges right of and below the pixels of rows `start` to `stop`.

    Returns how many: one each time that the pair changes along the way, so a pair may come more than once. `pairs` has room for two
    per pixel.
    """
    height, width = ids.shape
    n = 0
    for y in range(start, stop):
        last = -1
        for x in range(width - 1):
            if ids[y, x] != ids[y, x + 1]:
                pair = min(ids[y, x], ids[y, x + 1]) << 32 | max(ids[y, x], ids[y, x + 1])
                if pair != last:
                    pairs[n] = last = pair
                    n += 1
        last = -1
        for x in range(width if y + 1 < height else 0):
            if ids[y, x] != ids[y + 1, x]:
                pair = min(ids[y, x], ids[y + 1, x]) << 32 | max(ids[y, x], ids[y + 1, x])
                if pair != last:
                    pairs[n] = last = pair
                    n += 1
    return n


@kernel
def widths(ids, sides, out):
    """Write, for each region, the side of the largest square of pixels in it; `out` and `sides`, (2, W), begin with zeros."""
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            region = ids[y, x]
            side = 1
            if x > 0 and y > 0 and region == ids[y, x - 1] == ids[y - 1, x] == ids[y - 1, x - 1]:
                side += min(sides[y % 2, x - 1], sides[(y + 1) % 2, x], sides[(y + 1) % 2, x - 1])
            sides[y % 2, x] = side
            out[region] = max(out[region], side)


@part
def _absorb(parent, after, last, areas, i, j):
    """Make two groups of regions one: a chain of members, begun by the root, that `after` links and `last` ends."""
    if j < i:
        i, j = j, i
    parent[j] = i
    after[last[i]] = j
    last[i] = last[j]
    areas[i] += areas[j]
    return i


@kernel
def merge(colors, areas, narrow, offsets, neighbors, coordinates, min_area):
    """Merge regions below `min_area`, smallest first, and those marked as narrow; write what colour each region then has.

    One takes the colour of its neighbours that is nearest to its own, and becomes one region with all neighbours of that colour.
    A narrow one that has grown meanwhile stays: it may be narrow no more. The neighbours of region i are
    ``neighbors[offsets[i]:offsets[i + 1]]``; `areas` is overwritten.
    """
    n = len(colors)
    parent, after, last = np.empty(n, np.int32), np.full(n, -1, np.int32), np.empty(n, np.int32)
    queue = [np.int64(0) for _ in range(0)]
    for i in range(n):
        parent[i] = last[i] = i
        if areas[i] < min_area or narrow[i]:
            queue.append(areas[i] << 32 | i)
    heapq.heapify(queue)
    while queue:
        entry = heapq.heappop(queue)
        i = entry & 0xFFFFFFFF
        if parent[i] != i or areas[i] != entry >> 32:
            continue  # it has become part of another, or grown
        nearest, least = -1, np.inf
        member = i
        while member >= 0:
            for at in range(offsets[member], offsets[member + 1]):
                other = find(parent, neighbors[at])
                color = colors[other]
                if other != i and color != nearest:
                    distance = 0.0
                    for c in range(3):
                        distance += (coordinates[color, c] - coordinates[colors[i], c]) ** 2
                    if distance < least or (distance == least and color < nearest):
                        nearest, least = color, distance
            member = after[member]
        if nearest < 0:
            break  # it is all there is
        root, member, end = i, i, last[i]
        while True:
            for at in range(offsets[member], offsets[member + 1]):
                other = find(parent, neighbors[at])
                if other != root and colors[other] == nearest:
                    root = _absorb(parent, after, last, areas, root, other)
            if member == end:
                break
            member = after[member]
        colors[root] = nearest
        if areas[root] < min_area:
            heapq.heappush(queue, areas[root] << 32 | root)
    for i in range(n):
        colors[i] = colors[find(parent, i)]
