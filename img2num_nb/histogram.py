"""The weighted colour histogram: an image's distinct colours and how many pixels have each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from . import color
from ._kernels import histogram as kernels
from ._kernels.run import Scratch, chunked, n_threads
from ._typing import Uint8Array
from .color_grid import Cells
from .errors import ImageError, check_integer
from .images import validate_image


@dataclass(frozen=True, eq=False)
class ColorHistogram:
    """Distinct colours of one or more images, with their pixel counts.

    Every palette method works on this and never on pixels: weighted k-means of the distinct colours *is* the k-means of the
    pixels, and there are some 40 times fewer of them. Histograms of tiles, or of images, add up to that of the whole.

    Parameters
    ----------
    colors : (U, 3) ndarray of uint8
        Distinct sRGB colours, ascending by R, then G, then B (in a draft: by their upper bits).
    counts : (U,) ndarray of int64
        Pixels of each colour, at least 1.
    bits : int
        8: exact. Less: a draft, in which one mean colour stands for all colours that share the upper `bits` bits of each channel.
    """

    colors: np.ndarray
    counts: np.ndarray
    bits: int = 8
    _coords: dict = field(default_factory=dict, repr=False)
    _cells: dict = field(default_factory=dict, repr=False)

    @classmethod
    def from_image(cls, image: Uint8Array, bits: int = 8) -> "ColorHistogram":
        """Count the colours of an image, in time proportional to its pixels.

        Parameters
        ----------
        image : (H, W, 3) ndarray of uint8
            sRGB.
        bits : int
            Bits a channel that tell colours apart, 4 to 8.

        Returns
        -------
        ColorHistogram

        Raises
        ------
        ImageError
            If `image` is not an ``(H, W, 3)`` uint8 array.
        """
        bits = check_integer("bits", bits, 4, 8)
        pixels = validate_image(image).reshape(-1, 3)
        if bits == 8 and len(pixels) >= 1 << 31:  # the kernels count in 31 bits
            raise ImageError(
                f"an image must have fewer than {1 << 31:_} pixels, got {len(pixels):_}: count its parts, and add"
            )
        return cls(*_exact(pixels)) if bits == 8 else cls(*_coarse(pixels, bits), bits)

    @cached_property
    def n_pixels(self) -> int:
        """Number of pixels counted."""
        return int(self.counts.sum())

    def __len__(self) -> int:
        return len(self.colors)

    def __add__(self, other: "ColorHistogram") -> "ColorHistogram":
        """Return the histogram of both images together; exact, in any order."""
        if not isinstance(other, ColorHistogram):
            return NotImplemented
        if self.bits != 8 or other.bits != 8:
            raise ImageError(
                f"only exact histograms (bits=8) can be added, got bits={self.bits} and {other.bits}"
            )
        codes = np.concatenate([color_codes(self.colors), color_codes(other.colors)])
        merged, index = np.unique(codes, return_inverse=True)
        counts = np.zeros(len(merged), np.int64)
        np.add.at(counts, index, np.concatenate([self.counts, other.counts]))
        return ColorHistogram(code_colors(merged), counts)

    @classmethod
    def total(cls, histograms: Iterable["ColorHistogram"]) -> "ColorHistogram":
        """Return the sum of histograms, an iterable of which only a few are in memory at a time; exact, in any order.

        Raises
        ------
        ValueError
            If there is none.
        """
        sums = []  # of ever fewer images, as the digits of a binary counter: each colour is merged log(n) times
        for n, histogram in enumerate(histograms, 1):
            while n % 2 == 0:
                histogram, n = sums.pop() + histogram, n // 2
            sums.append(histogram)
        if not sums:
            raise ValueError("there must be at least one image, got none")
        while len(sums) > 1:
            sums[-2:] = [sums[-2] + sums[-1]]
        return sums[0]

    def coords(self, color_space: str | color.Space) -> NDArray[np.float64]:
        """Return the colours as ``(U, 3)`` float64 grid coordinates in a colour space (see `color.to_grid`); kept for the next call."""
        if color_space not in self._coords:
            self._coords[color_space] = color.to_grid(self.colors, color_space)
        return self._coords[color_space]

    def cells(self, color_space: str | color.Space) -> Cells:
        """Return the colours grouped in `Cells` of a colour space; kept for the next call."""
        if color_space not in self._cells:
            divisions = color.space_of(color_space).cells
            if self.bits < 8:  # fewer colours, so fewer cells
                divisions = divisions * 5 // 8
            self._cells[color_space] = Cells.group(self.coords(color_space), self.counts, divisions)
        return self._cells[color_space]


def color_codes(colors):
    """Return ``(..., 3)`` uint8 colours as whole numbers, which are in the same order."""
    return colors.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def code_colors(codes):
    """Return the ``(n, 3)`` uint8 colours of such numbers."""
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)


def _exact(pixels):
    n = len(pixels)
    chunk = max(1 << 16, -(-n // n_threads()))
    sizes = np.zeros((-(-n // chunk), kernels.BUCKETS), np.int64)
    chunked(lambda a, b: kernels.bucket_sizes(pixels[a:b], sizes[a // chunk]), n, chunk)
    offsets = np.concatenate([[0], np.cumsum(sizes.sum(axis=0))])
    # where each chunk begins to write in each bucket: after the bucket's pixels of the chunks before
    positions = offsets[:-1] + np.cumsum(sizes, axis=0) - sizes
    low = np.empty(n, np.uint16)
    chunked(lambda a, b: kernels.scatter(pixels[a:b], positions[a // chunk], low), n, chunk)

    # buckets in spans of about equal pixels
    cuts = np.searchsorted(offsets, np.linspace(0, n, 4 * n_threads() + 1)[1:-1])
    spans = np.unique(np.concatenate([[0], cuts, [kernels.BUCKETS]]))

    def count(a, b):
        room = offsets[spans[b]] - offsets[spans[a]]  # one per pixel: what is not written to costs no memory
        colors, counts = np.empty((room, 3), np.uint8), np.empty(room, np.int64)
        table, used = np.zeros(kernels.BUCKETS, np.int32), np.zeros(kernels.WORDS, np.int64)
        m = kernels.count_buckets(low, offsets, spans[a], spans[b], table, used, colors, counts)
        return colors[:m], counts[:m]

    return _joined(chunked(count, len(spans) - 1, 1))


def _coarse(pixels, bits):
    cells = 1 << (3 * bits)
    shape = (n_threads(), cells)
    keep = bits <= 6  # above, they are too large
    tables = _tables.take(shape, np.int64) if keep else np.zeros(shape, np.int64)
    chunk = -(-len(pixels) // len(tables))
    carried = chunked(
        lambda a, b: kernels.add_coarse(pixels[a:b], bits, tables, a // chunk), len(pixels), chunk
    )
    carried = np.concatenate([*carried, [[cells, 0]]])
    carried = carried[np.argsort(carried[:, 0], kind="stable")]
    parts = chunked(lambda a, b: kernels.coarse_colors(tables, carried, a, b, bits), cells)
    if keep:
        _tables.give(tables)
    return _joined(parts)


def _joined(parts):
    """Return the colours and the counts of all parts together."""
    colors, counts = zip(*parts, strict=True)
    return np.concatenate(colors), np.concatenate(counts)


_tables = Scratch()
