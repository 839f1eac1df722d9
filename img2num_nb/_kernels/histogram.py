"""Counting distinct colours, and looking labels up.

A pixel's code is ``R << 16 | G << 8 | B``. Pixels are split by their upper 12 bits (as the first pass of a radix sort does),
then each bucket is counted in a table of 4096 entries that stays in the first-level cache. No pass touches 2**24 entries and
nothing is sorted, yet the codes come out in ascending order.

Loops over pixels count from 0, and chunks are slices: an index that might be negative costs Numba a test, and a loop half of its speed.
"""

import numpy as np

from .lanes import lowest_bit
from .run import inline, kernel

BUCKETS = 4096  # upper 12 bits of a code: R and the upper half of G
WORDS = BUCKETS // 64


@kernel
def bucket_sizes(pixels, sizes):
    """Count pixels by the upper 12 bits of their code; `sizes` is all 0."""
    for i in range(len(pixels)):
        sizes[(np.int64(pixels[i, 0]) << 4) | (pixels[i, 1] >> 4)] += 1


@kernel
def scatter(pixels, position, low):
    """Write the lower 12 bits of each pixel's code to the next place of its bucket."""
    for i in range(len(pixels)):
        bucket = (np.int64(pixels[i, 0]) << 4) | (pixels[i, 1] >> 4)
        low[position[bucket]] = (np.uint16(pixels[i, 1] & 15) << 8) | pixels[i, 2]
        position[bucket] += 1


@kernel
def count_buckets(low, offsets, start, stop, table, used, colors, counts):
    """Write the colours of buckets `start` to `stop`, ascending, and their counts; return how many.

    `table`, ``(BUCKETS,)``, and `used`, ``(WORDS,)`` with a bit for each code, are all 0, and left so.
    """
    out = 0
    for bucket in range(start, stop):
        begin = offsets[bucket]
        n = offsets[bucket + 1] - begin
        if n == 0:
            continue
        codes = low[begin:]
        for i in range(n):
            table[codes[i]] += 1
            used[codes[i] >> 6] |= 1 << np.int64(codes[i] & 63)
        for word in range(WORDS):
            bits = used[word]
            used[word] = 0
            while bits != 0:
                code = word * 64 + lowest_bit(bits)
                bits &= bits - 1
                colors[out, 0] = bucket >> 4
                colors[out, 1] = ((bucket & 15) << 4) | (code >> 8)
                colors[out, 2] = code & 255
                counts[out] = table[code]
                table[code] = 0
                out += 1
    return out


@inline
def _fields(bits):
    """Return the bits that sums have in one int64: of what their cell's place leaves of R, G and B, each; and, on top, of the count."""
    for_count = (63 - 3 * (8 - bits)) // 4
    return for_count + 8 - bits, for_count


@kernel
def add_coarse(pixels, bits, tables, t):
    """Add pixels to their cells of a ``2**bits`` per channel grid, in ``tables[t]``, int64.

    Returns what did not fit, ``(n, 2)``: cell and sums. The sums of all tables together do fit.
    """
    rest = 8 - bits
    mask = (1 << rest) - 1
    width, for_count = _fields(bits)
    most = ((1 << for_count) - 1) // len(tables)
    carried = np.empty((len(pixels) // most, 2), np.int64)
    n = 0
    table = tables[t]
    for i in range(len(pixels)):
        r, g, b = np.int64(pixels[i, 0]), np.int64(pixels[i, 1]), np.int64(pixels[i, 2])
        cell = (r >> rest) << 2 * bits | (g >> rest) << bits | b >> rest
        sums = table[cell]
        if sums >= most << 3 * width:
            carried[n, 0], carried[n, 1] = cell, sums
            sums = 0
            n += 1
        table[cell] = sums + (1 << 3 * width | (r & mask) << 2 * width | (g & mask) << width | b & mask)
    return carried[:n]


@kernel
def coarse_colors(tables, carried, start, stop, bits):
    """Return the mean colours (rounded) and pixel counts of cells `start` to `stop` in use, of all tables together, and clear them.

    `carried`, ascending, is what did not fit into the tables, with a last row behind all cells.
    """
    rest = 8 - bits
    width, _ = _fields(bits)
    field = (1 << width) - 1
    mine = tables[:, start:stop]
    table = mine[0]
    for t in range(1, len(mine)):
        for i in range(len(table)):
            table[i] += mine[t, i]
            mine[t, i] = 0
    used = np.empty(len(table) + 1, np.uint32)
    n_used = 0
    for i in range(len(table)):  # without a branch, which nobody could predict
        used[n_used] = i
        n_used += table[i] != 0
    colors, counts = np.empty((n_used, 3), np.uint8), np.empty(n_used, np.int64)
    more = np.searchsorted(carried[:, 0], start)
    for out in range(n_used):
        cell, sums = start + np.int64(used[out]), table[used[out]]
        table[used[out]] = 0
        n, r, g, b = sums >> 3 * width, sums >> 2 * width & field, sums >> width & field, sums & field
        while cell == carried[more, 0]:
            sums = carried[more, 1]
            more += 1
            n += sums >> 3 * width
            r += sums >> 2 * width & field
            g += sums >> width & field
            b += sums & field
        for c, beyond in enumerate((r, g, b)):
            place = (cell >> bits * (2 - c) & (1 << bits) - 1) << rest
            # floats hold this quotient well enough
            colors[out, c] = place + np.int64((2 * beyond + n) / (2 * n))
        counts[out] = n
    return colors, counts


@inline
def _place(colors, i):
    """Return a colour's place in a table of 2**24, of which a cache line holds a cube of 4 x 4 x 4 colours, as neighbours have."""
    r, g, b = np.int64(colors[i, 0]), np.int64(colors[i, 1]), np.int64(colors[i, 2])
    return (r >> 2) << 18 | (g >> 2) << 12 | (b >> 2) << 6 | (r & 3) << 4 | (g & 3) << 2 | (b & 3)


@kernel
def fill_table(colors, labels, table):
    """Enter each colour's label at its place in the table of 2**24 labels (see `_place`)."""
    for i in range(len(colors)):
        table[_place(colors, i)] = labels[i]


@kernel
def collect(pixels, labels, table, colors, out):
    """Write, for each of an image's distinct colours, the label of its last pixel; `table` is room for 2**24 labels."""
    for i in range(len(pixels)):
        table[_place(pixels, i)] = labels[i]
    for i in range(len(colors)):
        out[i] = table[_place(colors, i)]


@kernel
def look_up(pixels, table, labels):
    """Label pixels through the table."""
    for i in range(len(pixels)):
        labels[i] = table[_place(pixels, i)]


@kernel
def fill_coarse(colors, labels, bits, table):
    """Enter each mean colour's label at its cell's place."""
    shift = 8 - bits
    for i in range(len(colors)):
        r, g, b = np.int64(colors[i, 0]), np.int64(colors[i, 1]), np.int64(colors[i, 2])
        table[((r >> shift) << (2 * bits)) | ((g >> shift) << bits) | (b >> shift)] = labels[i]


@kernel
def look_up_coarse(pixels, bits, table, labels):
    """Label pixels through a table of ``2**(3 * bits)`` cells."""
    shift = 8 - bits
    for i in range(len(pixels)):
        r, g, b = np.int64(pixels[i, 0]), np.int64(pixels[i, 1]), np.int64(pixels[i, 2])
        labels[i] = table[((r >> shift) << (2 * bits)) | ((g >> shift) << bits) | (b >> shift)]


@kernel
def paint(labels, palette, out):
    """Write the palette colour of each label."""
    for i in range(len(labels)):
        label = labels[i]
        out[i, 0] = palette[label, 0]
        out[i, 1] = palette[label, 1]
        out[i, 2] = palette[label, 2]
