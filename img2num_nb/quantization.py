"""Quantization: design a palette on the histogram, then map every pixel to its nearest palette colour."""

import threading
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import color
from ._kernels import histogram as kernels
from ._kernels.run import chunked
from .errors import Cancelled, check_choice, check_integer
from .histogram import ColorHistogram
from .images import validate_image
from .palettes import METHODS

DRAFT_BITS = 6
_scratch = threading.local()


@dataclass(frozen=True, eq=False)
class Quantization:
    """An image in few colours, and how it came about.

    Attributes
    ----------
    palette : (n_colors, 3) ndarray of uint8
        sRGB colours in canonical order: by lightness (CIELAB L*), then R, G, B. Every one of them occurs in the image.
    labels : (H, W) ndarray of uint8, or of uint16 above 256 colours
        Each pixel's place in the palette.
    counts : (n_colors,) ndarray of int64
        Pixels of each palette colour.
    k : int
        Number of colours asked for; `n_colors` may be less.
    n_iter : int
        Iterations of the method; 0 for a method without any.
    converged : bool
        False if `max_iter` stopped the method.
    inertia : float
        Sum over pixels of the squared distance, in units of the colour space, between a colour and its palette colour; exact. (With
        ``effort="draft"``: over the draft's mean colours.)
    seconds : dict
        Time of the stages ``"histogram"``, ``"design"`` and ``"mapping"``, and ``"total"``.
    settings : dict
        The call that made it: k, method, color_space, seed, max_iter and the method's options.
    """

    palette: np.ndarray
    labels: np.ndarray
    counts: np.ndarray
    k: int
    n_iter: int
    converged: bool
    inertia: float
    seconds: dict
    settings: dict

    @property
    def n_colors(self):
        """Number of palette colours, at most `k`."""
        return len(self.palette)

    @cached_property
    def image(self):
        """The quantized image, ``(H, W, 3)`` uint8 sRGB."""
        labels = self.labels.reshape(-1)
        out = np.empty((labels.size, 3), np.uint8)
        chunked(lambda a, b: kernels.paint(labels, a, b, self.palette, out), labels.size)
        return out.reshape(*self.labels.shape, 3)


def quantize(
    image,
    k=16,
    *,
    method="kmeans",
    color_space="lab",
    seed=0,
    max_iter=100,
    histogram=None,
    cancel=None,
    **method_options,
):
    """Reduce an image to at most k colours.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB, as `load_image` returns it. Not modified.
    k : int
        Number of colours wanted, 1 to 65536. An image with no more distinct colours keeps them all.
    method : str
        A name of `METHODS`.
    color_space : str
        Space in which distances are measured: a name of `color.SPACES`.
    seed : int
        Seed of everything random, 0 to 2**32 - 1. Same seed, same bits.
    max_iter : int
        Upper limit of iterations, 0 to 100000; methods without iterations have no use for it.
    histogram : ColorHistogram, optional
        That of this image, if you have it: it saves the counting.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.
    **method_options
        Options of the method, see ``METHODS[method].options``.

    Returns
    -------
    Quantization

    Raises
    ------
    ImageError
        If `image` is not an ``(H, W, 3)`` uint8 array.
    ValueError
        For a parameter out of range, an unknown name or an unknown option.
    Cancelled
        If `cancel` returned true.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> q = nb.quantize(nb.sample_image("shapes"), k=8)
    >>> q.palette.shape, q.labels.shape
    ((8, 3), (300, 400))
    """
    pixels = validate_image(image)
    k = check_integer("k", k, 1, 65536)
    chosen = METHODS[check_choice("method", method, METHODS)]
    check_choice("color_space", color_space, color.SPACES)
    seed = check_integer("seed", seed, 0, 2**32 - 1)
    max_iter = check_integer("max_iter", max_iter, 0, 100_000)
    for name in method_options:
        check_choice(f"option of method {method!r}", name, chosen.options)
    settings = {
        "k": k,
        "method": method,
        "color_space": color_space,
        "seed": seed,
        "max_iter": max_iter,
        **method_options,
    }

    times = [time.perf_counter()]
    counted = histogram is None
    if counted:
        draft = method_options.get("effort") == "draft"
        histogram = ColorHistogram.from_image(pixels, DRAFT_BITS if draft else 8)
    elif histogram.n_pixels != pixels.shape[0] * pixels.shape[1]:
        size = f"{pixels.shape[1]} x {pixels.shape[0]}"
        raise ValueError(
            f"histogram must be that of the image ({size} pixels), got one of {histogram.n_pixels} pixels"
        )
    times.append(time.perf_counter())
    _stop_if(cancel)

    if len(histogram) <= k and chosen.keeps_few:
        palette, n_iter, converged = histogram.colors, 0, True
    else:
        given = {
            "color_space": color_space,
            "max_iter": max_iter,
            "cancel": cancel,
            "cells": histogram.cells(color_space),
            **method_options,
        }
        if not isinstance(given.get("init", ""), str):
            given["init"] = color.to_grid(_check_colors("init", given["init"], k), color_space)
        given = {name: value for name, value in given.items() if name in chosen.parameters}
        design = chosen.design(
            histogram.coords(color_space), histogram.counts, k, np.random.default_rng(seed), **given
        )
        palette, n_iter, converged = (
            color.from_grid(design.centers, color_space),
            design.n_iter,
            design.converged,
        )
    palette = canonical(palette)
    times.append(time.perf_counter())
    _stop_if(cancel)

    color_labels, distances = nearest(histogram, palette, color_space)
    counts = np.bincount(color_labels, histogram.counts, len(palette)).astype(np.int64)
    if not counts.all():  # a colour that no pixel has taken is no colour of the image
        used = counts > 0
        palette, counts = palette[used], counts[used]
        color_labels = (np.cumsum(used) - 1)[color_labels].astype(
            np.uint8 if len(palette) <= 256 else np.uint16
        )
    labels = map_pixels(pixels, histogram, color_labels)
    if not counted and not np.array_equal(np.bincount(labels.reshape(-1), minlength=len(counts)), counts):
        raise ValueError("histogram must be that of the image, got that of another image with as many pixels")
    times.append(time.perf_counter())

    steps = dict(zip(("histogram", "design", "mapping"), np.diff(times).tolist(), strict=True))
    return Quantization(
        palette=palette,
        labels=labels,
        counts=counts,
        k=k,
        n_iter=n_iter,
        converged=converged,
        inertia=_exact_sum(distances, histogram.counts) / color.SPACES[color_space].steps ** 2,
        seconds={**steps, "total": times[-1] - times[0]},
        settings=settings,
    )


def canonical(colors):
    """Return the distinct ``(n, 3)`` uint8 colours in canonical order: by CIELAB lightness, then R, G, B."""
    colors = np.unique(colors, axis=0)
    return colors[np.argsort(color.to_grid(colors, "lab")[:, 0], kind="stable")]


def nearest(histogram, palette, color_space):
    """Return the nearest palette entry of each colour of a histogram (of equals, the first), and its squared distance in grid units."""
    return histogram.cells(color_space).assign(color.to_grid(palette, color_space))


def map_pixels(image, histogram, color_labels):
    """Return the ``(H, W)`` labels of an image's pixels, given those of its histogram's colours."""
    pixels = image.reshape(-1, 3)
    labels = np.empty(len(pixels), color_labels.dtype)
    if histogram.bits == 8:
        table = _table(color_labels.dtype)
        kernels.fill_table(histogram.colors, color_labels, 0, len(color_labels), table)
        chunked(lambda a, b: kernels.look_up(pixels, a, b, table, labels), len(pixels))
    else:
        bits = histogram.bits
        table = np.zeros(1 << (3 * bits), color_labels.dtype)
        cells = (histogram.colors >> (8 - bits)).astype(np.int64) @ [1 << (2 * bits), 1 << bits, 1]
        table[cells] = color_labels
        chunked(lambda a, b: kernels.look_up_coarse(pixels, a, b, bits, table, labels), len(pixels))
    return labels.reshape(image.shape[:2])


def _table(dtype):
    """Return this thread's table of 2**24 labels; entries are written before they are read, so it is never cleared."""
    tables = _scratch.__dict__.setdefault("tables", {})
    if dtype not in tables:
        tables[dtype] = np.empty(1 << 24, dtype)
    return tables[dtype]


def _exact_sum(distances, counts):
    """Return the sum of distance times count as a Python int: both are whole numbers, and int64 could overflow."""
    whole = distances.astype(np.int64)
    return (int(np.dot(whole >> 20, counts)) << 20) + int(np.dot(whole & 0xFFFFF, counts))


def _check_colors(name, colors, k):
    colors = np.asarray(colors)
    if (
        colors.shape != (k, 3)
        or not np.issubdtype(colors.dtype, np.number)
        or not ((colors >= 0) & (colors <= 255)).all()
    ):
        raise ValueError(
            f"{name} must be {k} sRGB colours, shape ({k}, 3), 0 to 255, got shape {colors.shape}: {colors.tolist()!r:.60}"
        )
    return np.round(colors).astype(np.uint8)


def _stop_if(cancel):
    if cancel is not None and cancel():
        raise Cancelled("cancelled between two stages")
