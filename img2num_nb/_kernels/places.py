"""Where a label fits: the distance of each pixel to the border of its region, and free places near a region too small for its label.

Distances are between centres of pixels and edges of pixels, squared, in half pixels: odd squares and sums of them, exact.
"""

import math

import numpy as np

from .run import kernel, part


@kernel
def columns(ids, start, stop, out):
    """Write the squared distance to the border straight up or down, for columns `start` to `stop`."""
    height = ids.shape[0]
    for x in range(start, stop):
        top = 0
        for y in range(height):
            if y + 1 == height or ids[y + 1, x] != ids[y, x]:
                for inside in range(top, y + 1):
                    near = 2 * min(inside - top, y - inside) + 1
                    out[inside, x] = near * near
                top = y + 1


@part
def _envelope(heights, low, high, hull, begins):
    """Write the lower envelope of the parabolas 4 (x - c)**2 + heights[c] over places c from `low` to `high`.

    `hull` gets the places of those in it, `begins` from where each is lowest; returns how many they are.
    """
    n = 0
    for c in range(low, high):
        meet = -math.inf
        while n:
            last = hull[n - 1]
            meet = (heights[c] - heights[last]) / (8.0 * (c - last)) + (c + last) / 2
            if meet > begins[n - 1]:
                break
            n -= 1
        hull[n] = c
        begins[n] = meet if n else -math.inf
        n += 1
    return n


@kernel
def rows(ids, start, stop, heights, hull, begins, out):
    """Turn distances along columns, in `out`, into distances in every direction, for rows `start` to `stop`.

    A border above or below another column is nearest at a corner: a parabola for each corner of a run of pixels, and the run's ends,
    which are border. `heights`, `hull` and `begins` are room for the corners of a row.
    """
    width = ids.shape[1]
    for y in range(start, stop):
        low = 0
        for x in range(width):
            if x + 1 < width and ids[y, x + 1] == ids[y, x]:
                continue
            high = x + 1
            heights[low] = heights[high] = 0
            for c in range(low + 1, high):
                heights[c] = min(out[y, c - 1], out[y, c])
            n = _envelope(heights, low, high + 1, hull, begins)
            at = 0
            for inside in range(low, high):
                while at + 1 < n and begins[at + 1] <= inside + 0.5:
                    at += 1
                away = 2 * (inside - hull[at]) + 1
                out[y, inside] = min(out[y, inside], away * away + heights[hull[at]])
            low = high


@kernel
def poles(ids, distances, middles, best, offsets, xs, ys):
    """Write each region's pixel farthest from its border; of equally far ones the nearest to `middles`, (n, 2), then the first.

    `best` gets the distances; it begins with zeros, `offsets` with infinity.
    """
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            best[ids[y, x]] = max(best[ids[y, x]], distances[y, x])
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            region = ids[y, x]
            if distances[y, x] == best[region]:
                offset = (x - middles[region, 0]) ** 2 + (y - middles[region, 1]) ** 2
                if offset < offsets[region]:
                    offsets[region], xs[region], ys[region] = offset, x, y


@kernel
def sums(ids, out):
    """Add up x and y of each region's pixels in `out`, (n, 2) float64, which begins with zeros."""
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            out[ids[y, x], 0] += x
            out[ids[y, x], 1] += y


@kernel
def count_edges(ids, upright, level):
    """Write sums over the edges of a border left of and above each corner, ``(H + 1, W + 1)``: upright ones, level ones."""
    height, width = ids.shape
    for x in range(width + 1):
        upright[0, x] = level[0, x] = 0
    for y in range(height):
        upright[y + 1, 0] = level[y + 1, 0] = 0
        ups = levels = 0
        for x in range(width):
            ups += x > 0 and ids[y, x] != ids[y, x - 1]
            levels += y > 0 and ids[y, x] != ids[y - 1, x]
            upright[y + 1, x + 1] = upright[y, x + 1] + ups
            level[y + 1, x + 1] = level[y, x + 1] + levels


@part
def _fits(upright, level, x, y, half_width, half_height):
    """Return whether a box around the middle of a pixel lies within one region."""
    left, top = math.floor(x + 0.5 - half_width), math.floor(y + 0.5 - half_height)
    right, bottom = math.ceil(x + 0.5 + half_width), math.ceil(y + 0.5 + half_height)
    if left < 0 or top < 0 or bottom >= upright.shape[0] or right >= upright.shape[1]:
        return False
    across = upright[bottom, right] - upright[top, right] - upright[bottom, left + 1] + upright[top, left + 1]
    along = level[bottom, right] - level[bottom, left] - level[top + 1, right] + level[top + 1, left]
    return across == 0 and along == 0


@kernel
def fit_boxes(ids, distances, upright, level, half_widths, half_heights, inside, best, xs, ys):
    """Find, for each region that is not `inside`, the pixel farthest from its border around which a box fits; mark those found.

    `best` begins with zeros; `xs` and `ys` keep their values where no box fits.
    """
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            region = ids[y, x]
            if (
                not inside[region]
                and distances[y, x] > best[region]
                and _fits(upright, level, x, y, half_widths[region], half_heights[region])
            ):
                best[region], xs[region], ys[region] = distances[y, x], x, y
    for region in range(len(best)):
        inside[region] |= best[region] > 0


@part
def _box_is_free(taken, cell, x, y, half_width, half_height, mark):
    """Return whether no cell under a box around (x, y) is taken; or take them, if told to `mark`."""
    left, right = (
        max(0, int((x - half_width) // cell)),
        min(taken.shape[1] - 1, int((x + half_width) // cell)),
    )
    top, bottom = (
        max(0, int((y - half_height) // cell)),
        min(taken.shape[0] - 1, int((y + half_height) // cell)),
    )
    for i in range(top, bottom + 1):
        for j in range(left, right + 1):
            if mark:
                taken[i, j] = 1
            elif taken[i, j]:
                return False
    return True


@part
def _line_is_free(taken, cell, x0, y0, x1, y1, mark):
    """Return whether no cell under a line, but for its first, is taken; or take them, if told to `mark`."""
    steps = int(max(abs(x1 - x0), abs(y1 - y0)) // cell) + 1
    first = int(y0 // cell), int(x0 // cell)
    for n in range(1, steps + 1):
        i, j = int((y0 + (y1 - y0) * n / steps) // cell), int((x0 + (x1 - x0) * n / steps) // cell)
        if mark:
            taken[i, j] = 1
        elif taken[i, j] and (i, j) != first:
            return False
    return True


@part
def _nearest_free(taken, cell, upright, level, x, y, half_width, half_height, room, rings):
    """Return the middle of the nearest cell, at most `rings` away, where a box fits in sight of (x, y); (-1, -1): none.

    With `room` for more on all sides, it must lie within one region; no matter where if that is negative.
    """
    height, width = upright.shape[0] - 1, upright.shape[1] - 1
    best, best_x, best_y = np.inf, -1, -1
    row, column = y // cell, x // cell
    for ring in range(1, rings + 1):
        if (ring - 1) * (ring - 1) * cell * cell > best:
            break
        for i in range(max(0, row - ring), min(taken.shape[0], row + ring + 1)):
            for j in range(column - ring, column + ring + 1, 1 if abs(i - row) == ring else 2 * ring):
                at_x, at_y = j * cell + cell // 2, i * cell + cell // 2
                away = (at_x - x) ** 2 + (at_y - y) ** 2
                if (
                    half_width <= at_x < width - half_width
                    and half_height <= at_y < height - half_height
                    and away < best
                    and (room < 0 or _fits(upright, level, at_x, at_y, half_width + room, half_height + room))
                    and _box_is_free(taken, cell, at_x, at_y, half_width, half_height, False)
                    and _line_is_free(taken, cell, x, y, at_x, at_y, False)
                ):
                    best, best_x, best_y = away, at_x, at_y
    return best_x, best_y


@kernel
def place(taken, cell, upright, level, xs, ys, half_widths, half_heights, room, inside, rings, out):
    """Write to `out`, (n, 2), where labels go: first those that are `inside`, at (xs, ys), then in order those that are not.

    Such a one goes to the nearest free place within a region, at most `rings` away, else across borders, else to (xs, ys).
    `taken` begins with zeros: squares of `cell` pixels that labels and leader lines cover.
    """
    for i in range(len(xs)):
        out[i, 0], out[i, 1] = xs[i], ys[i]
        if inside[i]:
            _box_is_free(taken, cell, xs[i], ys[i], half_widths[i], half_heights[i], True)
    for i in range(len(xs)):
        if inside[i]:
            continue
        w, h = half_widths[i], half_heights[i]
        x, y = _nearest_free(taken, cell, upright, level, xs[i], ys[i], w, h, room, rings)
        if x < 0:
            longest = max(taken.shape[0], taken.shape[1])
            x, y = _nearest_free(taken, cell, upright, level, xs[i], ys[i], w, h, -1.0, longest)
        if x >= 0:
            out[i, 0], out[i, 1] = x, y
            _line_is_free(taken, cell, xs[i], ys[i], x, y, True)
        _box_is_free(taken, cell, out[i, 0], out[i, 1], w, h, True)
