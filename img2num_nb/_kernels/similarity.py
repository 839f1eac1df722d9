"""Structural similarity: sums over square windows that slide down a band of rows, in one pass.

Levels, their squares and their products add up to whole numbers below 2**24, which float32 holds exactly: a window's sums are those of
the window above, with a row more and a row less, and no error grows.
"""

import numpy as np

from .run import kernel, part

STRIP = 1536  # values of a row in work at a time: their sums stay in the first-level cache
SIDE = 7  # of the largest window: the sums of a larger one may exceed 2**24


@part
def add_row(x, y, sign, sums, n):
    """Add (sign 1) or subtract (-1) the first `n` values of a row of two images: levels of each, squares of both, products."""
    of_x, of_y, squares, products = sums[0], sums[1], sums[2], sums[3]
    # four loops: with more arrays in one, the compiler gives up its vectors
    for i in range(n):
        of_x[i] += sign * np.float32(x[i])
    for i in range(n):
        of_y[i] += sign * np.float32(y[i])
    for i in range(n):
        a, b = np.float32(x[i]), np.float32(y[i])
        squares[i] += sign * (a * a + b * b)
    for i in range(n):
        products[i] += sign * (np.float32(x[i]) * np.float32(y[i]))


@kernel
def similarity(image, other, window, c1, c2, columns, windows, totals):
    """Add the similarity of each window of a band to `totals`, at the place of its first column.

    Parameters
    ----------
    image, other : (rows + window - 1, 3 * W) ndarray of uint8
    window : int
        Side, 2 to `SIDE`.
    c1, c2 : float
        The formula's constants, times the square of the number of pixels of a window.
    columns, windows : (4, STRIP + 3 * SIDE) ndarray of float32
        Room for the sums of columns of `window` pixels, and of windows.
    totals : (3 * (W - window + 1),) ndarray of float64
    """
    n = window * window
    unbiased = n / (n - 1)
    last = window - 1
    for left in range(0, len(totals), STRIP):
        m = min(STRIP, len(totals) - left)
        wide = m + 3 * last
        out = totals[left:]
        for q in range(4):
            for i in range(wide):
                columns[q, i] = 0
        for row in range(len(image)):
            add_row(image[row, left:], other[row, left:], np.float32(1), columns, wide)
            if row < last:
                continue
            for q in range(4):
                column, total = columns[q], windows[q]
                for i in range(m):
                    total[i] = column[i]
                for j in range(1, window):
                    shifted = column[3 * j :]
                    for i in range(m):
                        total[i] += shifted[i]
            of_x, of_y, squares, products = windows[0], windows[1], windows[2], windows[3]
            for i in range(m):
                x, y = np.float64(of_x[i]), np.float64(of_y[i])
                xy, both = x * y, x * x + y * y
                alike = (2 * xy + c1) * (2 * unbiased * (n * products[i] - xy) + c2)
                out[i] += alike / ((both + c1) * (unbiased * (n * squares[i] - both) + c2))
            add_row(image[row - last, left:], other[row - last, left:], np.float32(-1), columns, wide)
