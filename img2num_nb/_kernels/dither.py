"""Error diffusion in whole numbers: from pixel to pixel, or within a pattern of palette colours that stands for one colour.

Amounts run from 0 to 65535: ``levels`` (256,) has that of each sRGB value, ``codes`` (4096,) the sRGB value of each amount / 16,
``palette`` (n, 3) those of each palette colour. ``table`` and ``fine`` give the label of a colour, see `dither.nearest_table`.
``strength``, in 1 / 256, is the part of an error that is passed on.
"""

import numpy as np

from .run import inline, kernel

FULL = 65535  # the amount of white
HALF = 32768


@inline
def _within(amount):
    return min(max(amount, 0), FULL)


@inline
def _near(amount):
    """Keep an amount within half a range beyond black and white: enough for all that a palette can make up for."""
    return min(max(amount, -HALF), FULL + HALF)


@inline
def _label(r, g, b, codes, table, fine):
    """Return the label of the palette colour nearest to three amounts."""
    u, v, w = (
        np.int64(codes[_within(r) >> 4]),
        np.int64(codes[_within(g) >> 4]),
        np.int64(codes[_within(b) >> 4]),
    )
    label = np.int64(table[(u >> 2) << 12 | (v >> 2) << 6 | w >> 2])
    return label if label >= 0 else np.int64(fine[-1 - label, (u & 3) << 4 | (v & 3) << 2 | w & 3])


@kernel
def diffuse(pixels, start, stop, levels, codes, table, fine, palette, strength, serpentine, errors, labels):
    """Floyd and Steinberg's error diffusion, for rows `start` to `stop`.

    What lies beyond black and white is cut off, lest errors pile up where no palette colour helps and smear what comes after.
    `errors`, ``(2, W + 2, 3)``, has 16 times what the row above passes on to row `y` in place ``y % 2``, and is left for the next call.
    """
    width = pixels.shape[1]
    for y in range(start, stop):
        here, below = errors[y % 2], errors[(y + 1) % 2]
        below[:] = 0
        ahead = -1 if serpentine and y % 2 else 1
        x = 0 if ahead == 1 else width - 1
        r, g, b = 0, 0, 0  # the error of the pixel before
        for _ in range(width):
            r = _within(levels[pixels[y, x, 0]] + ((here[x + 1, 0] + 7 * r + 8) >> 4))
            g = _within(levels[pixels[y, x, 1]] + ((here[x + 1, 1] + 7 * g + 8) >> 4))
            b = _within(levels[pixels[y, x, 2]] + ((here[x + 1, 2] + 7 * b + 8) >> 4))
            label = _label(r, g, b, codes, table, fine)
            labels[y, x] = label
            r = ((r - palette[label, 0]) * strength) >> 8
            g = ((g - palette[label, 1]) * strength) >> 8
            b = ((b - palette[label, 2]) * strength) >> 8
            for to, part in ((x + 1 - ahead, 3), (x + 1, 5), (x + 1 + ahead, 1)):
                below[to, 0] += part * r
                below[to, 1] += part * g
                below[to, 2] += part * b
            x += ahead


@kernel
def mix(colors, levels, codes, table, fine, palette, strength, patterns):
    """Write, for each colour, the ascending labels whose mean stands for it: each is nearest to what those before it leave to do."""
    for i in range(len(colors)):
        r, g, b = 0, 0, 0
        for n in range(patterns.shape[1]):
            r = _near(levels[colors[i, 0]] + r)
            g = _near(levels[colors[i, 1]] + g)
            b = _near(levels[colors[i, 2]] + b)
            label = _label(r, g, b, codes, table, fine)
            at = n
            while at > 0 and patterns[i, at - 1] > label:
                patterns[i, at] = patterns[i, at - 1]
                at -= 1
            patterns[i, at] = label
            r = ((r - palette[label, 0]) * strength) >> 8
            g = ((g - palette[label, 1]) * strength) >> 8
            b = ((b - palette[label, 2]) * strength) >> 8


@kernel
def pick(places, top, patterns, thresholds, labels):
    """Label rows from `top` on: of the pattern of a pixel's colour, that which the tiled thresholds say."""
    size = len(thresholds)
    for y in range(len(places)):
        for x in range(places.shape[1]):
            labels[y, x] = patterns[places[y, x], thresholds[(top + y) % size, x % size]]
