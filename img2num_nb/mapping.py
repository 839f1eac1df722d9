"""Pixel mapping: the nearest palette colour of each distinct colour, then a look in a table for each pixel."""

import threading

import numpy as np

from . import color
from ._kernels import histogram as kernels
from ._kernels.run import chunked
from .histogram import color_codes

_scratch = threading.local()


def nearest(histogram, palette, color_space):
    """Find the nearest palette entry of each colour of a histogram.

    Returns
    -------
    labels : (U,) ndarray of uint8, or of uint16 above 256 entries
        Of equally near ones, the first.
    counts : (n,) ndarray of int64
        Pixels of each palette entry.
    error : int
        Sum over pixels of the squared distance, in grid units; exact.
    """
    return histogram.cells(color_space).assign(color.to_grid(palette, color_space))


def drop_unused(palette, counts, labels, held):
    """Drop the palette colours that nothing has taken, save those held; return palette, counts and labels."""
    used = (counts > 0) | np.isin(color_codes(palette), color_codes(held))
    if used.all():
        return palette, counts, labels
    new = (np.cumsum(used) - 1).astype(np.uint8 if used.sum() <= 256 else np.uint16)
    return palette[used], counts[used], new[labels]


def reorder(palette, counts, labels, order):
    """Return palette, counts and labels with the colours as in `order`, which holds them all; of equal ones the first counts."""
    codes, first = np.unique(color_codes(order), return_index=True)
    place = first[np.searchsorted(codes, color_codes(palette))]
    all_counts = np.zeros(len(order), counts.dtype)
    all_counts[place] = counts
    return order, all_counts, place.astype(np.uint8 if len(order) <= 256 else np.uint16)[labels]


def map_pixels(image, histogram, color_labels):
    """Return the ``(H, W)`` labels of an image's pixels, given those of its histogram's colours, in any integer type."""
    pixels = image.reshape(-1, 3)
    labels = np.empty(len(pixels), color_labels.dtype)
    if histogram.bits == 8:
        table = _table(color_labels.dtype)
        colors = histogram.colors
        chunked(lambda a, b: kernels.fill_table(colors[a:b], color_labels[a:b], table), len(colors))
        chunked(lambda a, b: kernels.look_up(pixels[a:b], table, labels[a:b]), len(pixels))
    else:
        bits = histogram.bits
        table = np.empty(1 << (3 * bits), color_labels.dtype)
        kernels.fill_coarse(histogram.colors, color_labels, bits, table)
        chunked(lambda a, b: kernels.look_up_coarse(pixels[a:b], bits, table, labels[a:b]), len(pixels))
    return labels.reshape(image.shape[:2])


def _table(dtype):
    """Return this thread's table of 2**24 labels; entries are written before they are read, so it is never cleared."""
    if dtype.itemsize > 2:
        return np.zeros(1 << 24, dtype)  # 64 MB and more, and seldom wanted: not kept
    tables = _scratch.__dict__.setdefault("tables", {})
    if dtype not in tables:
        tables[dtype] = np.empty(1 << 24, dtype)
    return tables[dtype]
