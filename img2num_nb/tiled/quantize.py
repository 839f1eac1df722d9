"""Images larger than memory: count the colours of each tile, add, design one palette, map each tile. The same bits as in memory."""

import errno
import os
import secrets
import shutil
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from glob import escape
from pathlib import Path

import numpy as np

from .. import __version__
from .._kernels.run import n_threads
from ..files.atomic import STALE_SECONDS
from ..files.outputs import Outputs
from ..filters import margin
from ..hex_colors import to_hex
from ..histogram import ColorHistogram, code_colors, color_codes
from ..mapping import drop_unused, map_pixels, nearest, reorder
from ..palettes.palette import design_palette
from . import tiles

WRITERS = {".zarr": tiles.write_zarr, ".tif": tiles.write_tiff, ".tiff": tiles.write_tiff}


@dataclass(frozen=True)
class TiledQuantization:
    """What `quantize_tiled` has made.

    Attributes
    ----------
    palette : list of str
        Colours in hex, from dark to light.
    counts : list of int
        Pixels of each.
    width, height : int
    n_distinct : int
        Colours of the original.
    n_iter : int
    converged : bool
    seconds : float
    """

    palette: list
    counts: list
    width: int
    height: int
    n_distinct: int
    n_iter: int
    converged: bool
    seconds: float


def map_here(function, items):
    """Yield ``function(item)`` for each item, in order, computed by threads of this process."""
    with ThreadPoolExecutor(n_threads()) as threads:
        yield from in_order(partial(threads.submit, function), items, n_threads() + 1)


def in_order(submit, items, window):
    """Yield the results of futures in the order of their items, with at most `window` of them under way."""
    waiting = deque()
    try:
        for item in items:
            waiting.append(submit(item))
            if len(waiting) >= window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def quantize_tiled(source, output, settings, *, map_tiles=map_here, progress=None, overwrite=False):
    """Quantize an image of any size, with memory for some tiles and the histogram.

    Palette and labels are those of `Settings.quantize` on the whole image, bit for bit. The filter, if any, sees each tile with the
    margin that its window needs, and runs twice: for the histogram, and for the mapping.

    Parameters
    ----------
    source : path
        A tiled TIFF, or a Zarr array ``(H, W, 3)`` of uint8, sRGB; pixels are taken as they are, without ICC profile or orientation.
    output : path
        ``NAME.zarr``, an array ``(H, W)`` of labels whose attributes hold the palette; or ``NAME.tif``, a tiled TIFF with a colour map,
        for at most 256 colours. It appears when it is complete. What is there already stays, unless `overwrite` is true.
    settings : Settings
        Any but ``effort="draft"``, dithering and a reduced image to design on.
    map_tiles : callable, optional
        Takes a function and tiles, and yields results in order: by default on threads here; `cluster.Pool.map` for a cluster.
    progress : callable, optional
        Called with the tiles done and their total, which counts each twice.
    overwrite : bool
        Whether a TIFF or a Zarr array that is there already may be replaced, once the new one is complete; the source never is.

    Returns
    -------
    TiledQuantization

    Raises
    ------
    ImageError
        If the source is no such image.
    ValueError
        For an unknown kind of output, or one that would change the source; for settings that a tiled image cannot have.
    OSError
        If the output exists or cannot be written; nothing is left behind then.
    """
    started = time.perf_counter()
    source = os.fspath(source)
    output, outputs = _check_output(output, settings), Outputs([source], overwrite)
    _check_free(output, outputs)
    shape, grid = tiles.lay_out(source)
    n_done = 0

    def watch(results):
        nonlocal n_done
        with closing(results):  # an error or Ctrl-C ends the work that is under way
            for result in results:
                yield result
                n_done += 1
                if progress:
                    progress(n_done, 2 * len(grid), {})

    read = partial(_read, source, settings)
    histogram = _add(watch(map_tiles(partial(_count, read), grid)))
    palette, color_labels, facts = _palette(histogram, settings)
    _remove_stale(output)
    plan = output.with_name(f".{output.name}.{secrets.token_hex(4)}.npz")
    partial_output = plan.with_suffix(".tmp")
    attributes = facts | {
        "palette": to_hex(palette),
        "settings": settings.to_dict(),
        "img2num-nb": __version__,
    }
    try:
        with open(plan, "wb") as file:
            np.savez(file, colors=histogram.colors, labels=color_labels)
        label = partial(_label, read, os.fspath(plan))
        write = WRITERS[output.suffix]
        write(
            os.fspath(partial_output),
            shape,
            grid,
            label,
            lambda f: watch(map_tiles(f, grid)),
            palette,
            attributes,
        )
        _check_free(output, outputs)  # again: hours may have passed
        _put(partial_output, output)
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot write {str(output)!r}: {error.strerror or error}; nothing of this run is left",
        ) from error
    finally:
        plan.unlink(missing_ok=True)
        _remove(partial_output)
    seconds = time.perf_counter() - started
    made = {
        "palette": attributes["palette"],
        "height": shape[0],
        "width": shape[1],
        "n_distinct": len(histogram),
    }
    return TiledQuantization(**made, **facts, seconds=seconds)


def _read(source, settings, tile):
    """Return a tile's pixels, filtered."""
    if settings.filter is None:
        return tiles.read(source, tile)
    top, bottom, left, right = tile
    around, multiple = margin(settings.filter.sigma_spatial, settings.filter.approximate)
    above, before = (max(0, at - around) // multiple * multiple for at in (top, left))
    wide = tiles.read(source, (above, bottom + around, before, right + around))
    smooth = settings.smooth(wide)[top - above :, left - before :]
    return np.ascontiguousarray(smooth[: bottom - top, : right - left])


def _count(read, tile):
    return ColorHistogram.from_image(read(tile))


def _add(histograms):
    """Return the sum of histograms; a table of all 2**24 colours bounds the memory, however many there are."""
    table = np.zeros(1 << 24, np.int64)
    for histogram in histograms:
        table[color_codes(histogram.colors)] += histogram.counts
    codes = np.flatnonzero(table)
    return ColorHistogram(code_colors(codes), table[codes])


def _palette(histogram, settings):
    """Return the palette, the label of each of the histogram's colours, and facts, as `quantize` would."""
    palette, design = design_palette(histogram, settings)
    labels, counts, _ = nearest(histogram, palette, settings.space)
    palette, counts, labels = drop_unused(palette, counts, labels, settings.held_colors)
    if settings.keeps_palette:
        palette, counts, labels = reorder(palette, counts, labels, settings.palette_colors)
    facts = {"counts": counts.tolist(), "n_iter": int(design.n_iter), "converged": bool(design.converged)}
    return palette, labels, facts


@lru_cache(maxsize=1)
def _load_plan(path):
    with np.load(path, allow_pickle=False) as plan:
        return ColorHistogram(plan["colors"], np.ones(len(plan["colors"]), np.int64)), plan["labels"]


def _label(read, plan, tile):
    return map_pixels(read(tile), *_load_plan(plan))


def _check_output(output, settings):
    output = Path(output)
    if output.suffix not in WRITERS:
        raise ValueError(f"the output must end in {', '.join(WRITERS)}; got {output.name!r}")
    if output.suffix != ".zarr" and settings.k > 256:
        raise ValueError(
            f"a TIFF holds at most 256 colours, and k is {settings.k}: name the output NAME.zarr"
        )
    if settings.is_draft:
        raise ValueError("a tiled image has no draft: leave effort out")
    if settings.fit_on:
        raise ValueError("a tiled image is designed on all its colours: leave fit_on out")
    if settings.dither:
        raise ValueError("a tiled image is not dithered: leave dither out")
    if not output.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {str(output.parent)!r}: make it first")
    return output


def _check_free(output, outputs):
    outputs.check(output)
    if output.is_dir() and not any((output / name).is_file() for name in ("zarr.json", ".zarray")):
        raise FileExistsError(
            errno.EEXIST, f"{str(output)!r} is a folder, but no Zarr array: choose another name"
        )


def _put(made, output):
    """Give what was made its name; what had it before is removed after that."""
    old = made.with_suffix(".old")
    if output.exists():
        os.rename(output, old)
    os.rename(made, output)
    _remove(old)


def _remove_stale(output):
    """Remove what killed processes left of this output: what nobody has written to for an hour."""
    for plan in output.parent.glob(f".{escape(output.name)}.{'[0-9a-f]' * 8}.npz"):
        made = plan.with_suffix(".tmp")
        with suppress(OSError):  # another process may be quicker
            written = [path.stat().st_mtime for path in (plan, made, *made.rglob("*")) if path.exists()]
            if time.time() - max(written) > STALE_SECONDS:
                _remove(made)
                plan.unlink()


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
