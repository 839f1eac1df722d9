"""The bilateral filter's loops: float32, sixteen (or as many as the CPU can) pixels of a row at a time, four neighbours at a time.

`fma` is the multiplication and addition with one rounding that IEEE 754 defines. Written out like this its bits are the same on every
CPU; only a compiler that fuses as it pleases would make them differ.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .color import LAB_EPSILON, LAB_KAPPA, cube_root
from .run import inline, kernel, part

F = np.float32
U = (
    np.uintp
)  # an unsigned index needs no check for negative values, which would keep a loop from running on vectors
P = 640  # columns of a tile with its borders: the planes of two rows and the sums stay in the first-level cache
ROUNDER = F(
    12582912.0
)  # 1.5 * 2**23: adding it rounds a float32 to a whole number and leaves that in the lowest bits
FAR = F(-4.5)  # log2 of the spatial weight at two and a half sigmas
# 2**f for -0.5 <= f <= 0.5: interpolated at the Chebyshev nodes, relative error below 4e-6
E0, E1, E2, E3, E4 = F(1.0), F(0.69312105), F(0.24022349), F(0.05592198), F(0.00966637)


@intrinsic
def _int_bits(typingctx, value):
    return types.int32(types.float32), lambda ctx, b, sig, args: b.bitcast(args[0], ir.IntType(32))


@intrinsic
def _from_bits(typingctx, value):
    return types.float32(types.int32), lambda ctx, b, sig, args: b.bitcast(args[0], ir.FloatType())


@intrinsic
def fma(typingctx, a, b, c):
    """Return a * b + c, rounded once."""
    f = types.float32
    return f(f, f, f), lambda ctx, builder, sig, args: builder.fma(*args)


@inline
def power_of_two(t):
    """2**t in float32 for t <= 0, without a branch or a call, so that it runs on vectors; below 2**-125 it stays there."""
    t = max(t, F(-125.0))
    whole = t + ROUNDER
    f = t - (whole - ROUNDER)
    p = fma(fma(fma(fma(E4, f, E3), f, E2), f, E1), f, E0)
    return _from_bits(np.int32(_int_bits(p) + np.int32(_int_bits(whole) << 23)))


@inline
def _weight(a0, a1, a2, b0, b1, b2, spatial, factor):
    d0, d1, d2 = b0 - a0, b1 - a1, b2 - a2
    return power_of_two(fma(fma(d0, d0, fma(d1, d1, d2 * d2)), factor, spatial))


@kernel
def read_tile(pixels, top, left, table, rows, width):
    """Copy pixels, by way of a table of 256 values, to a tile that begins at `top`, `left`; the image's border repeats."""
    height, last = pixels.shape[0] - 1, pixels.shape[1] - 1
    for y in range(len(rows)):
        line = pixels[min(max(top + y, 0), height)]
        for x in range(width):
            at = min(max(left + x, 0), last)
            for c in range(3):
                rows[y, c * P + x] = table[line[at, c]]


@kernel
def light_to_lab(rows, width, m):
    """Convert a tile's linear light to CIELAB in place; `m` takes linear RGB to XYZ relative to the white point."""
    for y in range(len(rows)):
        row = rows[y]
        for x in range(U(width)):
            r, g, b = np.float64(row[x]), np.float64(row[x + U(P)]), np.float64(row[x + U(2 * P)])
            u = m[0, 0] * r + m[0, 1] * g + m[0, 2] * b
            v = m[1, 0] * r + m[1, 1] * g + m[1, 2] * b
            w = m[2, 0] * r + m[2, 1] * g + m[2, 2] * b
            fu = cube_root(u) if u > LAB_EPSILON else (LAB_KAPPA * u + 16.0) / 116.0
            fv = cube_root(v) if v > LAB_EPSILON else (LAB_KAPPA * v + 16.0) / 116.0
            fw = cube_root(w) if w > LAB_EPSILON else (LAB_KAPPA * w + 16.0) / 116.0
            row[x] = F(116.0 * fv - 16.0)
            row[x + U(P)] = F(500.0 * (fu - fv))
            row[x + U(2 * P)] = F(200.0 * (fv - fw))


@part
def _add_four(a, b, sums, n, spatial, factor):
    """Add four neighbouring columns of row b, the first of them at its beginning, to the sums of n pixels of row a."""
    w0, w1, w2, w3 = spatial[0], spatial[1], spatial[2], spatial[3]
    for i in range(U(n)):
        a0, a1, a2 = a[i], a[i + U(P)], a[i + U(2 * P)]
        s0, s1, s2, s3 = sums[i], sums[i + U(P)], sums[i + U(2 * P)], sums[i + U(3 * P)]
        b0, b1, b2 = b[i], b[i + U(P)], b[i + U(2 * P)]
        w = _weight(a0, a1, a2, b0, b1, b2, w0, factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = b[i + U(1)], b[i + U(P + 1)], b[i + U(2 * P + 1)]
        w = _weight(a0, a1, a2, b0, b1, b2, w1, factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = b[i + U(2)], b[i + U(P + 2)], b[i + U(2 * P + 2)]
        w = _weight(a0, a1, a2, b0, b1, b2, w2, factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = b[i + U(3)], b[i + U(P + 3)], b[i + U(2 * P + 3)]
        w = _weight(a0, a1, a2, b0, b1, b2, w3, factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        sums[i], sums[i + U(P)], sums[i + U(2 * P)], sums[i + U(3 * P)] = s0, s1, s2, s3


@kernel
def filter_tile(pixels, top, left, rows, width, radius, spatial, factor, means):
    """Write the weighted means of what surrounds a tile's pixels.

    Parameters
    ----------
    pixels : (m, 3 * P) ndarray of float32
        The pixels, from row `top` and column `left` on: three planes of P columns per row.
    rows : (n + 2 * radius, 3 * P) ndarray of float32
        Their neighbours: those of the first pixel begin in the first row and column.
    width : int
        Columns of the tile, without borders; at most ``P - 2 * radius - 3``.
    radius : int
    spatial : (2 * radius + 1, m) ndarray of float32
        log2 of the spatial weight of each offset; m is ``2 * radius + 1`` rounded up to a multiple of 4, with -inf behind.
    factor : float32
        Factor, negative, that takes a squared colour distance to log2 of its weight.
    means : (n, 3 * P) ndarray of float32
    """
    sums = np.empty(4 * P, F)
    for y in range(len(means)):
        for x in range(len(sums)):
            sums[x] = F(0.0)
        a = pixels[top + y, left:]
        for dy in range(2 * radius + 1):
            b = rows[y + dy]
            for dx in range(0, spatial.shape[1], 4):
                _add_four(a, b[dx:], sums, width, spatial[dy, dx:], factor)
        for c in range(3):
            for x in range(width):
                means[y, c * P + x] = sums[c * P + x] / sums[3 * P + x]


@kernel
def split_blocks(rows, width, side, log_shares, whole, low, high):
    """Write the mean colour of each block of a tile, and those of its two halves: parted at the mean of the channel that varies most.

    Parameters
    ----------
    rows : (n * side, 3 * P) ndarray of float32
        The tile: three planes of P columns per row.
    width : int
        Blocks in a row.
    side : int
        Of a block, in pixels.
    log_shares : (side**2 + 1,) ndarray of float32
        log2 of the share of a block that so many pixels are.
    whole : (n, 3 * P) ndarray of float32
    low, high : (n, 4 * P) ndarray of float32
        Planes of the mean colours, and of log2 of the share of the block that has them.
    """
    total, square, upper = np.empty(3, F), np.empty(3, F), np.empty(3, F)
    size = F(side * side)
    for y in range(len(low)):
        for x in range(width):
            widest, split = F(-1.0), 0
            for c in range(3):
                total[c], square[c], upper[c] = F(0.0), F(0.0), F(0.0)
                first = rows[y * side, c * P + x * side]
                for v in range(side):
                    for u in range(side):
                        value = rows[y * side + v, c * P + x * side + u]
                        total[c] += value
                        square[c] += (value - first) * (value - first)
                off = total[c] / size - first
                spread = square[c] / size - off * off
                if spread > widest:
                    widest, split = spread, c
            middle = total[split] / size
            n = 0
            for v in range(side):
                for u in range(side):
                    if rows[y * side + v, split * P + x * side + u] > middle:
                        n += 1
                        for c in range(3):
                            upper[c] += rows[y * side + v, c * P + x * side + u]
            for c in range(3):
                whole[y, c * P + x] = total[c] / size
                low[y, c * P + x] = (total[c] - upper[c]) / (size - F(n)) if n < side * side else F(0.0)
                high[y, c * P + x] = upper[c] / F(n) if n > 0 else F(0.0)
            low[y, 3 * P + x], high[y, 3 * P + x] = log_shares[side * side - n], log_shares[n]


@part
def _add_halves(a, low, high, sums, n, spatial, factor):
    """Add the halves of two neighbouring columns of blocks, the first at the rows' beginning, to n pixels' sums."""
    w0, w1 = spatial[0], spatial[1]
    for i in range(U(n)):
        a0, a1, a2 = a[i], a[i + U(P)], a[i + U(2 * P)]
        s0, s1, s2, s3 = sums[i], sums[i + U(P)], sums[i + U(2 * P)], sums[i + U(3 * P)]
        b0, b1, b2 = low[i], low[i + U(P)], low[i + U(2 * P)]
        w = _weight(a0, a1, a2, b0, b1, b2, w0 + low[i + U(3 * P)], factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = high[i], high[i + U(P)], high[i + U(2 * P)]
        w = _weight(a0, a1, a2, b0, b1, b2, w0 + high[i + U(3 * P)], factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = low[i + U(1)], low[i + U(P + 1)], low[i + U(2 * P + 1)]
        w = _weight(a0, a1, a2, b0, b1, b2, w1 + low[i + U(3 * P + 1)], factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        b0, b1, b2 = high[i + U(1)], high[i + U(P + 1)], high[i + U(2 * P + 1)]
        w = _weight(a0, a1, a2, b0, b1, b2, w1 + high[i + U(3 * P + 1)], factor)
        s0, s1, s2, s3 = fma(w, b0, s0), fma(w, b1, s1), fma(w, b2, s2), s3 + w
        sums[i], sums[i + U(P)], sums[i + U(2 * P)], sums[i + U(3 * P)] = s0, s1, s2, s3


@kernel
def filter_blocks(pixels, whole, low, high, width, reach, spatial, factor, means):
    """Write the weighted means of the blocks around pixels, which stand at the same place of their own.

    Where the spatial weight is low, blocks count as one colour, else as two.

    Parameters
    ----------
    pixels : (n, 3 * P) ndarray of float32
    whole, low, high : ndarray of float32
        The blocks, as `split_blocks` writes them; those around the first pixel begin in the first row and column.
    width : int
        Pixels in a row.
    reach : int
        Blocks on each side.
    spatial : (2 * reach + 1, m) ndarray of float32
        log2 of the spatial weight of each block.
    factor : float32
        As in `filter_tile`.
    means : (n, 3 * P) ndarray of float32
    """
    sums = np.empty(4 * P, F)
    n = (width + 15) // 16 * 16  # no remainder that would run one by one
    far = spatial[reach, reach] + FAR
    for y in range(len(means)):
        for x in range(len(sums)):
            sums[x] = F(0.0)
        a = pixels[y]
        for dy in range(2 * reach + 1):
            weights, of_low, of_high = spatial[dy], low[y + dy], high[y + dy]
            for dx in range(0, spatial.shape[1], 4):
                if max(weights[dx], weights[dx + 1], weights[dx + 2], weights[dx + 3]) < far:
                    _add_four(a, whole[y + dy, dx:], sums, n, weights[dx:], factor)
                else:
                    _add_halves(a, of_low[dx:], of_high[dx:], sums, n, weights[dx:], factor)
                    dx += 2
                    _add_halves(a, of_low[dx:], of_high[dx:], sums, n, weights[dx:], factor)
        for c in range(3):
            for x in range(width):
                means[y, c * P + x] = sums[c * P + x] / sums[3 * P + x]


@kernel
def write_rgb(means, out):
    """Write means of sRGB values as uint8, rounded."""
    for y in range(len(out)):
        for x in range(out.shape[1]):
            for c in range(3):
                out[y, x, c] = np.uint8(min(max(means[y, c * P + x] + F(0.5), F(0.0)), F(255.0)))


@kernel
def write_lab(means, to_rgb, thresholds, guesses, out):
    """Write means of CIELAB as uint8 sRGB, rounded and clipped to the gamut.

    `thresholds`, (257,): the least linear light of each level. `guesses`, (4097,): the level of each 4096th of linear light.
    """
    white = np.empty(3)
    for y in range(len(out)):
        for x in range(out.shape[1]):
            fy = (np.float64(means[y, x]) + 16.0) / 116.0
            fx = fy + means[y, P + x] / 500.0
            fz = fy - means[y, 2 * P + x] / 200.0
            for c, f in enumerate((fx, fy, fz)):
                cube = f * f * f
                white[c] = cube if cube > LAB_EPSILON else (116.0 * f - 16.0) / LAB_KAPPA
            for c in range(3):
                light = to_rgb[c, 0] * white[0] + to_rgb[c, 1] * white[1] + to_rgb[c, 2] * white[2]
                light = min(max(light, 0.0), 1.0)
                level = np.int64(guesses[np.int64(light * 4096.0)])
                while light >= thresholds[level + 1]:
                    level += 1
                out[y, x, c] = level
