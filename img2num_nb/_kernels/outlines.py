"""Borders of regions: traced along the edges of pixels as arcs from junction to junction, then straightened and rounded.

Corners of pixels have whole coordinates, (0, 0) is the page's upper left one. Directions are 0 right, 1 down, 2 left, 3 up.
`ids` has a frame of -1 around the page, so the four pixels at the corner (x, y) are ``ids[y : y + 2, x : x + 2]``.

No two outlines cross, since each has squares of its own, of side 1 around corners. ``owner[y, x]`` is `FREE` where no border
passes, ``-2 - j`` at junction j, else the place, among the corners traced, of the one whose outline passes.
"""

import math

from .run import inline, kernel, part

FREE = -1
MARGIN = 1e-9  # a square that is touched counts as passed


@inline
def _edges(ids, x, y):
    """Return the border's edges at a corner, a bit per direction."""
    a, b, c, d = ids[y, x], ids[y, x + 1], ids[y + 1, x], ids[y + 1, x + 1]
    return (b != d) | (c != d) << 1 | (a != c) << 2 | (a != b) << 3


@kernel
def junctions(ids, owner):
    """Fill `owner` with junctions, where three or four edges meet or the page has a corner.

    Returns the number of junctions, of their edges, and of all edges.
    """
    bottom, right = owner.shape[0] - 1, owner.shape[1] - 1
    n, ends, total = 0, 0, 0
    for y in range(bottom + 1):
        for x in range(right + 1):
            edges = _edges(ids, x, y)
            degree = (edges & 1) + (edges >> 1 & 1) + (edges >> 2 & 1) + (edges >> 3 & 1)
            total += degree
            owner[y, x] = FREE
            if degree > 2 or ((x == 0 or x == right) and (y == 0 or y == bottom)):
                owner[y, x] = -2 - n
                n += 1
                ends += degree
    return n, ends, total // 2


@part
def _follow(ids, owner, x, y, direction, xs, ys, n):
    """Write the corners of the arc that leaves (x, y); return the place after the last, and the direction of the last edge."""
    xs[n], ys[n] = x, y
    n += 1
    while True:
        x += (direction == 0) - (direction == 2)
        y += (direction == 1) - (direction == 3)
        xs[n], ys[n] = x, y
        if owner[y, x] != FREE:  # a junction, or where a loop began
            return n + 1, direction
        owner[y, x] = n
        n += 1
        edges = _edges(ids, x, y) & ~(1 << (direction ^ 2))
        for onward in range(4):
            if edges >> onward & 1:
                direction = onward


@part
def _sides(ids, x, y, direction):
    """Return the regions left and right of the edge that leaves a corner."""
    if direction == 0:
        return ids[y, x + 1], ids[y + 1, x + 1]
    if direction == 1:
        return ids[y + 1, x + 1], ids[y + 1, x]
    if direction == 2:
        return ids[y + 1, x], ids[y, x]
    return ids[y, x], ids[y, x + 1]


@kernel
def trace(ids, owner, leaving, xs, ys, offsets, sides, after):
    """Write all arcs: their corners, the regions left and right, and what follows; return how many, and the number of corners.

    Arc a has the corners ``offsets[a]`` to ``offsets[a + 1]``. Half-arc 2 a runs along it, 2 a + 1 back; ``after[h]`` is the one that
    goes on around the region to the left of h. `leaving`, (n_junctions, 4), begins with -1; it gets each direction's half-arc.
    """
    n, arc = 0, 0
    height, width = owner.shape
    for y in range(height):
        for x in range(width):
            junction = -2 - owner[y, x]
            for direction in range(4 if junction >= 0 else 0):
                if _edges(ids, x, y) >> direction & 1 and leaving[junction, direction] < 0:
                    offsets[arc] = n
                    sides[arc, 0], sides[arc, 1] = _sides(ids, x, y, direction)
                    leaving[junction, direction] = 2 * arc
                    n, last = _follow(ids, owner, x, y, direction, xs, ys, n)
                    leaving[-2 - owner[ys[n - 1], xs[n - 1]], last ^ 2] = 2 * arc + 1
                    arc += 1
    for y in range(height):
        for x in range(width):
            if owner[y, x] == FREE and _edges(
                ids, x, y
            ):  # a loop without a junction: here it goes right and down
                offsets[arc] = n
                sides[arc, 0], sides[arc, 1] = _sides(ids, x, y, 0)
                owner[y, x] = n
                n, _ = _follow(ids, owner, x, y, 0, xs, ys, n)
                after[2 * arc], after[2 * arc + 1] = 2 * arc, 2 * arc + 1
                arc += 1
    offsets[arc] = n
    for junction in range(len(leaving)):
        for direction in range(4):
            arriving = leaving[junction, direction] ^ 1
            if leaving[junction, direction] >= 0:
                for turn in (
                    1,
                    2,
                    3,
                ):  # seen from where it came: its left is the next direction clockwise of that
                    onward = leaving[junction, (direction + turn) & 3]
                    if onward >= 0:
                        after[arriving] = onward
                        break
    return arc, n


@part
def _passes(owner, x0, y0, x1, y1, low, high, period, begin, end):
    """Return whether a line keeps to free squares and to those of corners `low` to `high`, with junctions `begin` and `end`.

    On a loop of `period` corners, places count modulo that.
    """
    dx, dy = x1 - x0, y1 - y0
    left, right = min(x0, x1), max(x0, x1)
    for x in range(math.ceil(left - 0.5 - MARGIN), math.floor(right + 0.5 + MARGIN) + 1):
        top, bottom = min(y0, y1), max(y0, y1)
        if abs(dx) > MARGIN:
            a = y0 + dy * ((max(left, x - 0.5 - MARGIN) - x0) / dx)
            b = y0 + dy * ((min(right, x + 0.5 + MARGIN) - x0) / dx)
            top, bottom = max(top, min(a, b)), min(bottom, max(a, b))
        for y in range(math.ceil(top - 0.5 - MARGIN), math.floor(bottom + 0.5 + MARGIN) + 1):
            if not (0 <= x < owner.shape[1] and 0 <= y < owner.shape[0]):
                return False
            at = owner[y, x]
            inside = low <= at <= high or (period > 0 and low <= at + period <= high)
            if not (inside or at == FREE or (at < FREE and at in (begin, end))):
                return False
    return True


@part
def _claim(owner, x0, y0, x1, y1, place):
    """Give the free squares that a line passes to a corner's outline."""
    dx, dy = x1 - x0, y1 - y0
    left, right = min(x0, x1), max(x0, x1)
    for x in range(math.ceil(left - 0.5 - MARGIN), math.floor(right + 0.5 + MARGIN) + 1):
        top, bottom = min(y0, y1), max(y0, y1)
        if abs(dx) > MARGIN:
            a = y0 + dy * ((max(left, x - 0.5 - MARGIN) - x0) / dx)
            b = y0 + dy * ((min(right, x + 0.5 + MARGIN) - x0) / dx)
            top, bottom = max(top, min(a, b)), min(bottom, max(a, b))
        for y in range(math.ceil(top - 0.5 - MARGIN), math.floor(bottom + 0.5 + MARGIN) + 1):
            if owner[y, x] == FREE:
                owner[y, x] = place


@inline
def _node(xs, ys, start, n, i, closed):
    """Return node i of an arc of n edges: 0 and n + 1 are its ends, 1 to n the middles of its edges; in a loop n + 1 is 1."""
    if i == 0:
        return float(xs[start]), float(ys[start])
    if i == n + 1:
        if not closed:
            return float(xs[start + n]), float(ys[start + n])
        i = 1
    return (xs[start + i - 1] + xs[start + i]) / 2, (ys[start + i - 1] + ys[start + i]) / 2


@part
def _straight(owner, xs, ys, start, n, a, b, closed, tolerance):
    """Return whether one line may replace what lies between the nodes a and b of an arc."""
    x0, y0 = _node(xs, ys, start, n, a, closed)
    x1, y1 = _node(xs, ys, start, n, b, closed)
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    for i in range(start + a, start + b):
        px, py = xs[i] - x0, ys[i] - y0
        along = px * dx + py * dy
        if along < 0 or length == 0:
            square = px * px + py * py
        elif along > length:
            square = (px - dx) ** 2 + (py - dy) ** 2
        else:
            square = (px * dy - py * dx) ** 2 / length
        if square > tolerance * tolerance:
            return False
    begin, end = FREE, FREE
    if not closed and a <= 1:
        begin = owner[ys[start], xs[start]]
        if a == 1 and dx * (xs[start + 1] - xs[start]) + dy * (ys[start + 1] - ys[start]) < 0:
            return False  # it would enter the junction's square again
    if not closed and b >= n:
        end = owner[ys[start + n], xs[start + n]]
        if b == n and dx * (xs[start + n] - xs[start + n - 1]) + dy * (ys[start + n] - ys[start + n - 1]) < 0:
            return False
    low, high = start + max(a - 1, 0), start + b
    return _passes(owner, x0, y0, x1, y1, low, high, n if closed else 0, begin, end)


@kernel
def straighten(owner, xs, ys, offsets, closed, tolerances, nodes, places, node_offsets):
    """Replace each arc by few straight lines between middles of edges, no corner farther than its tolerance; return how many nodes.

    `places` gets the number within its arc of the node that each is. A loop has its first node again at its end.
    """
    count = 0
    for arc in range(len(closed)):
        start, n = offsets[arc], offsets[arc + 1] - offsets[arc] - 1
        node_offsets[arc] = count
        a = 1 if closed[arc] else 0
        longest = max(1, n // 3) if closed[arc] else n + 1  # a loop stays one
        while True:
            nodes[count, 0], nodes[count, 1] = _node(xs, ys, start, n, a, closed[arc])
            places[count] = a
            count += 1
            if a == n + 1:
                break
            reach = min(longest, n + 1 - a)
            good, step = 1, 2
            while step <= reach and _straight(
                owner, xs, ys, start, n, a, a + step, closed[arc], tolerances[arc]
            ):
                good, step = step, 2 * step
            bad = min(step, reach + 1)
            while bad - good > 1:
                middle = (good + bad) // 2
                if _straight(owner, xs, ys, start, n, a, a + middle, closed[arc], tolerances[arc]):
                    good = middle
                else:
                    bad = middle
            x0, y0 = _node(xs, ys, start, n, a, closed[arc])
            x1, y1 = _node(xs, ys, start, n, a + good, closed[arc])
            _claim(owner, x0, y0, x1, y1, start + min(a, n))
            a += good
    node_offsets[len(closed)] = count
    return count


@kernel
def rounding(owner, offsets, closed, tolerances, nodes, places, node_offsets, out):
    """Write how far each node is rounded, 0 to 1: from that part of half the line before to that part of half the line after.

    A curve leaves the corner by at most its arc's tolerance, and the squares around it must be free.
    """
    for arc in range(len(closed)):
        start, n = offsets[arc], offsets[arc + 1] - offsets[arc] - 1
        first, last = node_offsets[arc], node_offsets[arc + 1] - 1
        out[first] = out[last] = 0.0
        for i in range(first if closed[arc] else first + 1, last):
            before = i - 1 if i > first else last - 1
            x, y = nodes[i, 0], nodes[i, 1]
            ax, ay = (nodes[before, 0] - x) / 2, (nodes[before, 1] - y) / 2
            bx, by = (nodes[i + 1, 0] - x) / 2, (nodes[i + 1, 1] - y) / 2
            depth = math.sqrt((ax + bx) ** 2 + (ay + by) ** 2) / 4
            part = 1.0 if depth <= tolerances[arc] else tolerances[arc] / depth
            low, high = start + max(places[before] - 1, 0), start + places[i + 1]
            begin, end = FREE, FREE
            if closed[arc] and i == first:
                high += n
            for _ in range(3):
                x0, y0, x1, y1 = x + part * ax, y + part * ay, x + part * bx, y + part * by
                if _passes(owner, x0, y0, x1, y1, low, high, n if closed[arc] else 0, begin, end):
                    _claim(owner, x0, y0, x1, y1, start + min(places[i], n))
                    break
                part /= 2
            else:
                part = 0.0
            out[i] = part
        if closed[arc]:
            out[last] = out[first]
