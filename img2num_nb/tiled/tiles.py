"""Tiles of images on disk: read from tiled TIFF and Zarr, written to indexed TIFF and Zarr."""

import json
import os
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

import numpy as np

from ..errors import ImageError, MissingExtra
from ..files.atomic import open_regular
from ..images import is_srgb

SIDE = 2048  # pixels of a tile's side, about
MAX_BLOCK = 1 << 27  # pixels that must be decoded at once


@contextmanager
def opened(path):
    """Open a giant image without reading it.

    Parameters
    ----------
    path : str
        A TIFF, or a Zarr array.

    Yields
    ------
    zarr.Array
        ``(H, W, 3)`` uint8; slices are read when asked for.

    Raises
    ------
    ImageError
        If it is no such image.
    MissingExtra
        If tifffile or zarr is not installed.
    """
    try:
        import tifffile
        import zarr
    except ImportError as error:
        raise MissingExtra(error.name, "cluster", "an image larger than memory") from None
    folder = os.path.isdir(path)
    try:
        if not folder:
            open_regular(path).close()
    except (OSError, ValueError) as error:
        raise ImageError(f"cannot open {path!r}: {getattr(error, 'strerror', None) or error}") from error
    store = None
    try:
        try:
            if folder:
                store = path
                _check_group(path)
            else:
                with tifffile.TiffFile(path) as tif:
                    _check_page(tif.pages.first, path)
                store = tifffile.imread(path, aszarr=True, series=0, level=0)
            pixels = zarr.open_array(store, mode="r")
        except (ImageError, MissingExtra):
            raise
        except Exception as error:  # of many kinds, from two libraries
            raise ImageError(f"{path!r} is neither a TIFF nor a Zarr array: {error}") from error
        grey = pixels.ndim == 2 and not folder
        if (
            (not grey and (pixels.ndim != 3 or pixels.shape[2] != 3))
            or 0 in pixels.shape
            or pixels.dtype != np.uint8
        ):
            raise ImageError(
                f"{path!r} must be (height, width, 3) uint8, sRGB, of at least one pixel; got {pixels.shape} {pixels.dtype}"
            )
        yield pixels
    finally:
        if hasattr(store, "close"):
            store.close()


def _check_page(page, path):
    """Raise ImageError unless tiles of a TIFF's page, taken as they are, are what `load_image` makes of it."""
    tag = page.tags.get
    gray = page.samplesperpixel == 1 and page.photometric == 1
    wrong = None
    if page.bitspersample != 8 or page.sampleformat != 1:
        wrong = f"has samples of {page.bitspersample} bits, kind {page.dtype}"
    elif not gray and (page.samplesperpixel != 3 or page.photometric not in (2, 6)):
        wrong = f"has {page.samplesperpixel} channels of kind {getattr(page.photometric, 'name', page.photometric)}"
    elif page.samplesperpixel > 1 and page.planarconfig == 2:
        wrong = "has its channels in separate planes"
    elif tag(274) and tag(274).value != 1:
        wrong = f"is turned (orientation {tag(274).value})"
    elif tag(34675) and not is_srgb(bytes(tag(34675).value), page.samplesperpixel):
        wrong = "has an ICC profile other than sRGB"
    elif page.photometric == 6 and page.compression != 7:
        wrong = "has YCbCr samples"
    if wrong:
        raise ImageError(
            f"{path!r} {wrong}: tiles must be upright gray or RGB of 8 bits, sRGB, in one plane; convert it (vips, GDAL), or quantize "
            "it in memory, where such files are understood"
        )
    if page.compression not in _BUILT_IN and find_spec("imagecodecs") is None:
        raise MissingExtra("imagecodecs", "cluster", f"a TIFF compressed by {page.compression.name}")


_BUILT_IN = (1, 8, 32773, 32946)  # none, deflate, PackBits: what tifffile reads by itself


def _check_group(path):
    """Raise ImageError that names the arrays of a Zarr group, such as an OME-Zarr image: one of them is wanted."""
    import zarr

    node = zarr.open(path, mode="r")
    if isinstance(node, zarr.Group):
        names = sorted(name for name, _ in node.arrays())
        found = (
            f"name one of its arrays, as in {os.path.join(path, names[0])!r}"
            if names
            else "it holds no array"
        )
        raise ImageError(f"{path!r} is a Zarr group ({', '.join(names) or 'empty'}): {found}")


def read(path, tile):
    """Return the pixels of a tile, (top, bottom, left, right); ImageError if they are damaged."""
    top, bottom, left, right = tile
    with opened(path) as pixels:
        try:
            part = pixels[top:bottom, left:right]
            return np.ascontiguousarray(part if part.ndim == 3 else np.repeat(part[..., None], 3, axis=2))
        except MemoryError:
            raise
        except Exception as error:  # of many kinds: zlib.error, TiffFileError, RuntimeError
            where = f"rows {top} to {bottom}, columns {left} to {right}"
            raise ImageError(
                f"{path!r} is damaged or truncated in {where}: {error}; get a whole copy"
            ) from error


def lay_out(path):
    """Return an image's (height, width), and its tiles row by row: whole chunks of the file, of some 4 megapixels."""
    with opened(path) as pixels:
        (height, width), (tall, wide) = pixels.shape[:2], pixels.chunks[:2]
    if tall * wide > MAX_BLOCK:
        raise ImageError(
            f"{path!r} is not tiled: {tall * wide:,} pixels must be read at once; store it in tiles first"
        )
    wide = width if wide >= width else _multiple(wide, SIDE)
    tall = _multiple(tall, max(16, SIDE * SIDE // wide))
    grid = [
        (top, min(top + tall, height), left, min(left + wide, width))
        for top in range(0, height, tall)
        for left in range(0, width, wide)
    ]
    return (height, width), grid


def _multiple(chunk, side):
    """Return a multiple of 16, as TIFF wants it, near `side`, and of `chunk` too if that is not far off."""
    both = int(np.lcm(16, chunk))
    return both * max(1, side // both) if both <= 2 * side else side // 16 * 16


def write_zarr(path, shape, grid, label, run, palette, attributes):
    """Write labels as a Zarr array, each tile by whoever computes it.

    Parameters
    ----------
    path : str
    shape : (int, int)
    grid : list of tiles
    label : callable
        Returns a tile's labels.
    run : callable
        Takes a function and yields its results for all tiles, in order.
    palette : (n, 3) ndarray of uint8
    attributes : dict
    """
    import zarr

    top, bottom, left, right = grid[0]
    chunks, dtype = (bottom - top, right - left), "uint8" if len(palette) <= 256 else "uint16"
    zarr.create_array(path, shape=shape, chunks=chunks, dtype=dtype, attributes=attributes)
    for _ in run(partial(_label_into, path, label)):
        pass


def _label_into(path, label, tile):
    """Write a tile's labels to the Zarr array; twice, when a worker was lost, does no harm."""
    import zarr

    top, bottom, left, right = tile
    zarr.open_array(path, mode="r+")[top:bottom, left:right] = label(tile)


def write_tiff(path, shape, grid, label, run, palette, attributes):
    """Write labels as a tiled TIFF with a colour map; parameters as of `write_zarr`."""
    import tifffile

    tall, wide = (-(-side // 16) * 16 for side in (grid[0][1] - grid[0][0], grid[0][3] - grid[0][2]))

    def whole():
        for labels in run(label):
            tile = np.zeros((tall, wide), np.uint8)
            tile[: labels.shape[0], : labels.shape[1]] = labels
            yield tile

    colors = np.zeros((3, 256), np.uint16)
    colors[:, : len(palette)] = palette.T.astype(np.uint16) * 257
    with tifffile.TiffWriter(path, bigtiff=shape[0] * shape[1] > 1 << 31) as file:
        file.write(
            whole(), shape=shape, dtype=np.uint8, tile=(tall, wide), photometric="palette", colormap=colors,
            compression="zlib", description=json.dumps(attributes), metadata=None,
        )  # fmt: skip
