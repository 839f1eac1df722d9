"""Regions: the parts of a quantized image that hang together and have one colour."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._kernels import regions as kernels
from .._kernels.run import chunked, n_threads
from .._typing import Indexed
from ..color import to_grid
from ..errors import check_integer


@dataclass(frozen=True, eq=False)
class Regions:
    """The 4-connected regions of one colour that make up an image.

    Attributes
    ----------
    labels : (H, W) ndarray of int32
        Each pixel's region, 0 to n_regions - 1, numbered by their first pixels, row by row.
    colors : (n_regions,) ndarray of int64
        Each region's place in the palette. Neighbours differ.
    areas : (n_regions,) ndarray of int64
        Pixels of each region.
    palette : (n_colors, 3) ndarray of uint8
        sRGB.
    """

    labels: np.ndarray
    colors: np.ndarray
    areas: np.ndarray
    palette: np.ndarray

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.areas)

    @cached_property
    def neighbors(self) -> np.ndarray:
        """Pairs of regions that share an edge of a pixel, ``(m, 2)`` int32; each once, the lesser first, sorted."""
        height, width = self.labels.shape
        band = max(1, min(height, (1 << 18) // width))

        def scan(start, stop):
            pairs = np.empty(2 * (stop - start) * width, np.int64)
            return np.unique(pairs[: kernels.borders(self.labels, start, stop, pairs)])

        pairs = np.unique(np.concatenate(chunked(scan, height, band)))
        return np.stack([pairs >> 32, pairs & 0xFFFFFFFF], axis=1).astype(np.int32)

    @cached_property
    def widths(self) -> np.ndarray:
        """Side, in pixels, of the largest square that lies in each region, ``(n_regions,)`` int32."""
        out = np.zeros(self.n_regions, np.int32)
        kernels.widths(self.labels, np.zeros((2, self.labels.shape[1]), np.int32), out)
        return out

    @cached_property
    def color_labels(self) -> np.ndarray:
        """Each pixel's place in the palette, ``(H, W)``, of the type that `Quantization.labels` has."""
        return self.colors.astype(np.uint8 if len(self.palette) <= 256 else np.uint16)[self.labels]

    @property
    def image(self) -> np.ndarray:
        """The image that the regions make, ``(H, W, 3)`` uint8 sRGB."""
        return self.palette[self.color_labels]


def label_regions(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the 4-connected regions of equal values.

    Parameters
    ----------
    values : (H, W) ndarray of an integer type

    Returns
    -------
    labels : (H, W) ndarray of int32
        Each pixel's region, numbered from 0 by their first pixels, row by row.
    n : int
        Number of regions.
    """
    height, width = values.shape
    ids, parent = np.empty((height, width), np.int32), np.empty(height * width, np.int32)
    band = max(64, -(-height // n_threads()))
    starts = range(0, height, band)
    ends = chunked(lambda a, b: kernels.scan(values, a, b, ids, parent), height, band)
    for start in starts[1:]:
        kernels.join(values, start, ids, parent)
    n = 0
    for start, end in zip(starts, ends, strict=True):
        n = kernels.number(parent, start * width, end, n)
    chunked(lambda a, b: kernels.renumber(ids, parent, a, b), height, band)
    return ids, n


def regions(quantization: Indexed) -> Regions:
    """Return the 4-connected regions of one colour of a quantized image.

    Parameters
    ----------
    quantization : Quantization
        Of any number of colours. (A `Regions` is returned as it is.)

    Returns
    -------
    Regions

    Raises
    ------
    TypeError
        If it is not a quantization.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> found = nb.regions(nb.quantize(nb.sample_image("shapes"), k=8))
    >>> int(found.areas.sum()) == 400 * 300
    True
    """
    if isinstance(quantization, Regions):
        return quantization
    if not (hasattr(quantization, "labels") and hasattr(quantization, "palette")):
        kind = type(quantization).__name__
        raise TypeError(f"a Quantization or Regions is wanted, got {kind}: call quantize(image, k) first")
    return _regions(quantization.labels, quantization.palette)


def _regions(color_labels, palette):
    labels, n = label_regions(color_labels)
    colors, areas = np.empty(n, np.int64), np.zeros(n, np.int64)
    kernels.describe(color_labels, labels, colors, areas)
    return Regions(labels, colors, areas, palette)


def merge_regions(quantization: Indexed, *, min_area: int = 1, min_width: int = 1) -> Regions:
    """Merge regions too small to paint into the neighbours with the nearest colour.

    The smallest region comes first. It takes the colour among its neighbours' that is nearest to its own (CIELAB; of equally near ones
    the first of the palette), and becomes one region with every neighbour of that colour. That goes on until no region is too small, or
    one alone is left. There is no chance in it, no new colour, and nothing left to merge for a second call.

    Parameters
    ----------
    quantization : Quantization or Regions
    min_area : int
        Fewest pixels of a region, 1 to the image's.
    min_width : int
        Least side, in pixels, of the largest square that fits into a region, 1 to the image's shorter side: long thin regions go, too.

    Returns
    -------
    Regions

    Raises
    ------
    ValueError
        If `min_area` or `min_width` is beyond the image's.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> q = nb.quantize(nb.sample_image("chelsea"), k=8)
    >>> int(nb.merge_regions(q, min_area=50).areas.min()) >= 50
    True
    """
    found = regions(quantization)
    height, width = found.labels.shape
    min_area = check_integer("min_area", min_area, 1, height * width)
    min_width = check_integer("min_width", min_width, 1, min(height, width))
    coordinates = to_grid(found.palette, "lab")
    while found.n_regions > 1:
        narrow = found.widths < min_width if min_width > 1 else np.zeros(found.n_regions, bool)
        if not (narrow.any() or (found.areas < min_area).any()):
            break
        offsets, neighbors = _adjacency(found)
        colors = found.colors.copy()
        kernels.merge(colors, found.areas.copy(), narrow, offsets, neighbors, coordinates, min_area)
        types = np.uint8 if len(found.palette) <= 256 else np.uint16
        found = _regions(colors.astype(types)[found.labels], found.palette)
    return found


def _adjacency(found):
    """Return each region's neighbours, those of region i being ``neighbors[offsets[i]:offsets[i + 1]]``."""
    both = np.concatenate([found.neighbors, found.neighbors[:, ::-1]])
    order = np.argsort(both[:, 0], kind="stable")
    offsets = np.searchsorted(both[order, 0], np.arange(found.n_regions + 1))
    return offsets, both[order, 1]
