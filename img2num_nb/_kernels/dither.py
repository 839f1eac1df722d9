"""Error diffusion in whole numbers: from pixel to pixel, or within a pattern of palette colours that stands for one colour.

Amounts run from 0 to 65535, of light or of sRGB values: ``levels`` (256,) has that of each sRGB value, ``palette`` (n, 3) those of the
palette colours. Errors lead beyond that range, so colours are looked for from -65535 to 131070. ``bins`` and ``codes``, (12288,), have
for ``(amount + 65536) >> 4`` one of 96 bins, of which 16 to 79 are the 64 groups of four sRGB values, and the sRGB value.
"""

import numpy as np

from .run import inline, kernel, part

FULL = 65535  # the amount of white
BINS = 96
INSIDE, BEYOND = 1, 2


@inline
def _limit(amount):
    """Keep an amount within a whole range beyond black and white: no error of a colour in the palette's gamut leads farther."""
    return min(max(amount, -FULL), 2 * FULL)


@part
def _nearest(a, b, c, points):
    """Return the column of `points`, ``(3, n)``, nearest to a, b, c; of equals the first."""
    best, label = np.inf, 0
    for i in range(points.shape[1]):
        distance = (points[0, i] - a) ** 2 + (points[1, i] - b) ** 2 + (points[2, i] - c) ** 2
        if distance < best:
            best, label = distance, i
    return label


@inline
def _cut(amount, own):
    """Drop half of the error that a colour beyond the gamut has got, and what leads beyond black or white."""
    return min(max((amount + own) >> 1, 0), FULL)


@part
def _new_label(entry, place, r, g, b, codes, table, fine, middles, inner, coords, amounts):
    """Find a label that the table does not have, and keep it.

    `entry` is what the table had: another thread may have written the same label meanwhile.
    """
    if entry == 0:  # beyond black or white
        u, v, w = place >> 14, place >> 7 & 127, place & 127
        label = 1 + _nearest(middles[u], middles[v], middles[w], amounts)
        table[place] = label
        return label
    # a palette colour lies in the cube: each of its 64 colours has a label of its own
    at = -1 - entry
    r, g, b = np.int64(codes[r]), np.int64(codes[g]), np.int64(codes[b])
    inside = (r & 3) << 4 | (g & 3) << 2 | b & 3
    label = np.int64(fine[at, inside])
    if label == 0:
        k = 64 * at + inside
        label = 1 + _nearest(inner[k, 0], inner[k, 1], inner[k, 2], coords)
        fine[at, inside] = label
    return label


@part
def _is_beyond(r, g, b, levels, directions, reach):
    """Return whether all colours of a cube of 8 x 8 x 8 lie farther in one of the directions than any palette colour."""
    for d in range(len(directions)):
        least = 0
        for c, eighth in enumerate((r, g, b)):
            step = directions[d, c]
            least += step * levels[8 * eighth] if step > 0 else step * levels[8 * eighth + 7]
        if least > reach[d]:
            return True
    return False


@inline
def _gather(pixels, levels, errors, y, serpentine, shares, out):
    """Write the amounts of row `y`, plus what the two rows before pass on to it: float32, R, G, B of each pixel in turn."""
    n = len(out)
    row = pixels[y]
    for x in range(len(row)):
        for c in range(3):
            out[3 * x + c] = levels[row[x, c]]
    for up in range(1, min(y, 2) + 1):
        to_left = serpentine and (y - up) % 2 == 1
        passed = errors[(y - up) % 3]
        for step in range(-2, 3):
            share = shares[up - 1, step + 2]
            if share != 0:
                start = 6 + 3 * step if to_left else 6 - 3 * step
                source = passed[start : start + n]
                for i in range(n):
                    out[i] += share * source[i]


@inline
def _rounded(value):
    return np.int64(np.floor(value + np.float32(0.5)))


@kernel
def diffuse(pixels, start, stop, serpentine, near, after, shares, search, gamut, errors, wanted, labels):
    """Label rows `start` to `stop`.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    serpentine : bool
        Whether every other row runs from right to left.
    near, after : int
        What of an error goes to the next pixel and the one after it, in 1 / 4096.
    shares : (2, 5) float32
        What goes one and two rows down, to the pixels -2 to 2 steps ahead.
    search : tuple
        Where the labels of amounts are kept, see `dither._search`.
    gamut : tuple
        ``levels``; a place for each cube of 8 x 8 x 8 sRGB colours, 0 where it is not known whether it is beyond the palette's gamut;
        directions, ``(d, 3)`` int64; how far the palette reaches in each.
    errors : (3, 3 * W + 12) float32
        The errors of row y in place ``y % 3``, with two pixels of zeros at either end; left for the next call.
    wanted : (3 * W,) float32
        Room.
    labels : (H, W) uint8 or uint16
    """
    bins, codes, table, fine, middles, inner, coords, amounts, palette = search
    levels, beyond, directions, reach = gamut
    width = pixels.shape[1]
    for y in range(start, stop):
        _gather(pixels, levels, errors, y, serpentine, shares, wanted)
        mine = errors[y % 3]
        ahead = -1 if serpentine and y % 2 == 1 else 1
        x = 0 if ahead == 1 else width - 1
        r1, g1, b1, r2, g2, b2 = 0, 0, 0, 0, 0, 0  # the errors of the last two pixels
        for _ in range(width):
            i = 3 * x
            pr, pg, pb = np.int64(pixels[y, x, 0]), np.int64(pixels[y, x, 1]), np.int64(pixels[y, x, 2])
            cube = (pr >> 3) << 10 | (pg >> 3) << 5 | pb >> 3
            if beyond[cube] == 0:
                far = _is_beyond(pr >> 3, pg >> 3, pb >> 3, levels, directions, reach)
                beyond[cube] = BEYOND if far else INSIDE
            r = _rounded(wanted[i]) + ((near * r1 + after * r2 + 2048) >> 12)
            g = _rounded(wanted[i + 1]) + ((near * g1 + after * g2 + 2048) >> 12)
            b = _rounded(wanted[i + 2]) + ((near * b1 + after * b2 + 2048) >> 12)
            if beyond[cube] == BEYOND:
                # no mixture has this mean: errors would pile up and smear what comes after, so half of what arrives is dropped
                r, g, b = _cut(r, levels[pr]), _cut(g, levels[pg]), _cut(b, levels[pb])
            r, g, b = _limit(r), _limit(g), _limit(b)
            p, q, s = (r + FULL + 1) >> 4, (g + FULL + 1) >> 4, (b + FULL + 1) >> 4
            place = np.int64(bins[p]) << 14 | np.int64(bins[q]) << 7 | np.int64(bins[s])
            label = np.int64(table[place])
            if label <= 0:
                label = _new_label(label, place, p, q, s, codes, table, fine, middles, inner, coords, amounts)
            label -= 1
            labels[y, x] = label
            r2, g2, b2 = r1, g1, b1
            r1, g1, b1 = r - palette[label, 0], g - palette[label, 1], b - palette[label, 2]
            mine[i + 6], mine[i + 7], mine[i + 8] = r1, g1, b1
            x += ahead


LANES = 4  # colours whose patterns are made side by side: while one waits for memory, the others go on


@kernel
def mix(points, beyond, strength, search, patterns):
    """Write, for each colour, the ascending labels whose mean stands for it: each is nearest to what those before it leave to do.

    Parameters
    ----------
    points : (m, 3) int64
        Amounts; m is a multiple of `LANES`.
    beyond : (m,) bool
        Whether a colour lies beyond the palette's gamut.
    strength : int
        What of an error is made up for, in 1 / 4096.
    search : tuple
        As in `diffuse`.
    patterns : (m, n) uint8 or uint16
    """
    bins, codes, table, fine, middles, inner, coords, amounts, palette = search
    length = patterns.shape[1]
    left = np.empty((LANES, 3), np.int64)
    found, used = np.empty((LANES, length), np.int64), np.empty(LANES, np.int64)
    count = np.zeros((LANES, len(palette)), np.int64)
    for start in range(0, len(points), LANES):
        for j in range(LANES):
            used[j] = 0
            for c in range(3):
                left[j, c] = 0
        for _ in range(length):
            for j in range(LANES):
                m = start + j
                r, g, b = points[m, 0] + left[j, 0], points[m, 1] + left[j, 1], points[m, 2] + left[j, 2]
                if beyond[m]:
                    r, g, b = _cut(r, points[m, 0]), _cut(g, points[m, 1]), _cut(b, points[m, 2])
                r, g, b = _limit(r), _limit(g), _limit(b)
                p, q, s = (r + FULL + 1) >> 4, (g + FULL + 1) >> 4, (b + FULL + 1) >> 4
                place = np.int64(bins[p]) << 14 | np.int64(bins[q]) << 7 | np.int64(bins[s])
                label = np.int64(table[place])
                if label <= 0:
                    label = _new_label(
                        label, place, p, q, s, codes, table, fine, middles, inner, coords, amounts
                    )
                label -= 1
                left[j, 0] = ((r - palette[label, 0]) * strength) >> 12
                left[j, 1] = ((g - palette[label, 1]) * strength) >> 12
                left[j, 2] = ((b - palette[label, 2]) * strength) >> 12
                if count[j, label] == 0:
                    found[j, used[j]] = label
                    used[j] += 1
                count[j, label] += 1
        for j in range(LANES):
            at = 0
            for i in range(used[j]):
                least = i
                for other in range(i + 1, used[j]):
                    if found[j, other] < found[j, least]:
                        least = other
                label = found[j, least]
                found[j, least] = found[j, i]
                for _ in range(count[j, label]):
                    patterns[start + j, at] = label
                    at += 1
                count[j, label] = 0


@kernel
def pick(pixels, top, lower, share, places, patterns, own, same, thresholds, shifts, labels):
    """Label rows, of which the first is row `top` of the image: the threshold picks one label of the pattern of each pixel's colour.

    Patterns belong to the points of a lattice. Between them a colour takes, from pixel to pixel, the pattern of one or another corner
    of its cell, so that their mean is right: per channel the upper one where the shift is less than the colour's share of it.

    Parameters
    ----------
    lower, share : (256,) int64
        Of each sRGB value the point at or below it, and how far it is, in 1 / 4096, on the way to the next.
    places : (m, m, m) int32
        Place of each point's pattern.
    patterns : (m, n) uint8 or uint16
    own, same : (32768,), (n, 3) int32
        Where in `same` the palette colours with these upper 5 bits begin, or -1; their codes, labels, and whether another follows.
    thresholds, shifts : (s, s) int64
        Tiles: a place in a pattern; 0 to 4095.
    """
    wrap = len(thresholds) - 1
    for y in range(len(pixels)):
        row, shift = thresholds[(top + y) & wrap], shifts[(top + y) & wrap]
        for x in range(pixels.shape[1]):
            r, g, b = np.int64(pixels[y, x, 0]), np.int64(pixels[y, x, 1]), np.int64(pixels[y, x, 2])
            t = shift[x & wrap]
            m = places[lower[r] + (t < share[r]), lower[g] + (t < share[g]), lower[b] + (t < share[b])]
            label = np.int64(patterns[m, row[x & wrap]])
            at = own[(r >> 3) << 10 | (g >> 3) << 5 | b >> 3]
            if at >= 0:  # a palette colour stays as it is
                code = r << 16 | g << 8 | b
                while same[at, 0] != code and same[at, 2] == 1:
                    at += 1
                if same[at, 0] == code:
                    label = np.int64(same[at, 1])
            labels[y, x] = label
