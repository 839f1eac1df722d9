"""Quantization: design a palette on the histogram, then map every pixel to its nearest palette colour."""

import time
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from . import color
from ._kernels import histogram as kernels
from ._kernels.run import chunked
from .dither import DITHERS, LIGHTS, dithered_labels
from .errors import Cancelled, check_choice, check_integer, check_number
from .histogram import ColorHistogram, color_codes
from .images import preview, validate_image
from .mapping import map_pixels, nearest
from .palettes import METHODS, Design
from .palettes.locked import design_around
from .swatches import check_colors, check_locked

DRAFT_BITS = 6


@dataclass(frozen=True, eq=False)
class Quantization:
    """An image in few colours, and how it came about.

    Attributes
    ----------
    palette : (n_colors, 3) ndarray of uint8
        sRGB colours in canonical order: by lightness (CIELAB L*), then R, G, B. Every one of them has pixels, save locked ones.
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
        ``effort="draft"``: over the draft's mean colours. With dithering: as if each pixel had its nearest palette colour.)
    seconds : dict
        Time of the stages ``"histogram"``, ``"design"`` and ``"mapping"``, and ``"total"``.
    settings : dict
        The call that made it: k, method, color_space, seed, max_iter and the method's options; where they are not as by default, dither
        (with dither_strength and dither_light), locked and fit_on.
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
    dither="none",
    dither_strength=1.0,
    dither_light="srgb",
    locked=None,
    fit_on=None,
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
    dither : str
        How pixels near each other share the error: a name of `dither.DITHERS`; ``"none"`` gives each its nearest colour.
    dither_strength : float
        Part of an error that is passed on, 0 to 1; for photographs 0.75 is a good choice.
    dither_light : str
        What is right on average: ``"srgb"`` values, or ``"linear"`` light.
    locked : list of colours, optional
        Codes such as ``"#ff8800"``, or R, G, B of 0 to 255, at most k. They stay in the palette as they are, also when no pixel takes
        them, and the method designs the rest around them.
    fit_on : int, optional
        Design on a reduced image, the means of blocks of pixels, of at most this width and height; all pixels are mapped all the same.
        It saves the time that a design for a large image takes; for the error that it costs, compare with the result without.
    histogram : ColorHistogram, optional
        That of this image, if you have it: it saves the counting.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.
    **method_options
        Options of the method, see ``METHODS[method].options``. All methods take ``effort="draft"``: design and mapping then see one
        mean colour for all that share the upper six bits of R, G and B, which is a good deal faster and nearly as good.

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
    effort = check_choice("effort", method_options.get("effort", "standard"), chosen.efforts)
    check_choice("dither", dither, DITHERS)
    check_choice("dither_light", dither_light, LIGHTS)
    dither_strength = check_number("dither_strength", dither_strength, 0, 1)
    codes = check_locked(() if locked is None else locked, k)
    held = check_colors(codes) if codes else np.empty((0, 3), np.uint8)
    fit_on = None if fit_on is None else check_integer("fit_on", fit_on, 1, 1 << 20)
    settings = {
        "k": k,
        "method": method,
        "color_space": color_space,
        "seed": seed,
        "max_iter": max_iter,
        **method_options,
    }
    if dither != "none":
        settings |= {"dither": dither, "dither_strength": dither_strength, "dither_light": dither_light}
    settings |= {"locked": list(codes)} if codes else {}
    settings |= {"fit_on": fit_on} if fit_on else {}

    times = [time.perf_counter()]
    bits = DRAFT_BITS if effort == "draft" else 8
    counted = histogram is None
    if counted:
        histogram = ColorHistogram.from_image(pixels, bits)
    elif histogram.n_pixels != pixels.shape[0] * pixels.shape[1]:
        size = f"{pixels.shape[1]} x {pixels.shape[0]}"
        raise ValueError(
            f"histogram must be that of the image ({size} pixels), got one of {histogram.n_pixels} pixels"
        )
    source = histogram
    if fit_on and len(histogram) > k:
        source = ColorHistogram.from_image(preview(pixels, fit_on).image, bits)
    times.append(time.perf_counter())
    _stop_if(cancel)

    given = {"color_space": color_space, "max_iter": max_iter, "cancel": cancel, **method_options}
    design = _design(chosen, source, k, seed, held, given)
    palette = canonical(np.vstack([color.from_grid(design.centers, color_space), held]))
    times.append(time.perf_counter())
    _stop_if(cancel)

    color_labels, distances = nearest(histogram, palette, color_space)
    counts, error = _tally(color_labels, distances, histogram.counts, len(palette))
    if dither != "none" and dither_strength:
        look_up = partial(map_pixels, pixels, histogram)
        if not counted:
            _check_same(look_up(color_labels), counts)
        labels = dithered_labels(
            pixels,
            palette,
            histogram.colors,
            look_up,
            dither=dither,
            strength=dither_strength,
            light=dither_light,
            color_space=color_space,
            cancel=cancel,
        )
        counts = np.bincount(labels.reshape(-1), minlength=len(palette))
        palette, counts, labels = _drop_unused(palette, counts, labels, held)
    else:
        palette, counts, color_labels = _drop_unused(palette, counts, color_labels, held)
        labels = map_pixels(pixels, histogram, color_labels)
        if not counted:
            _check_same(labels, counts)
    times.append(time.perf_counter())

    steps = dict(zip(("histogram", "design", "mapping"), np.diff(times).tolist(), strict=True))
    return Quantization(
        palette=palette,
        labels=labels,
        counts=counts,
        k=k,
        n_iter=design.n_iter,
        converged=design.converged,
        inertia=error / color.SPACES[color_space].steps ** 2,
        seconds={**steps, "total": times[-1] - times[0]},
        settings=settings,
    )


def _design(method, histogram, k, seed, held, options):
    """Return a design that has at most k colours, those `held` included."""
    space = options["color_space"]
    if method.keeps_few and len(histogram) <= k:
        every = np.unique(np.vstack([histogram.colors, held]), axis=0)
        if len(every) <= k:
            return Design(color.to_grid(every, space))
    if not isinstance(options.get("init", ""), str):
        init = _check_colors("init", options["init"], k - len(held))
        options = options | {"init": color.to_grid(init, space)}
    coords, counts, rng = histogram.coords(space), histogram.counts, np.random.default_rng(seed)
    cells = histogram.cells(space)
    given = {name: value for name, value in options.items() if name in method.parameters}
    if len(held):
        locked = color.to_grid(held, space)
        return design_around(method.design, coords, counts, k, rng, locked, cells=cells, **given)
    if "cells" in method.parameters:
        given["cells"] = cells
    return method.design(coords, counts, k, rng, **given)


def canonical(colors):
    """Return the distinct ``(n, 3)`` uint8 colours in canonical order: by CIELAB lightness, then R, G, B."""
    colors = colors[np.unique(color_codes(colors), return_index=True)[1]]
    return colors[np.argsort(color.to_grid(colors, "lab")[:, 0], kind="stable")]


def _tally(labels, distances, counts, k):
    """Return the pixels of each of k labels, and the exact sum of distance times count."""
    parts = chunked(lambda a, b: kernels.tally(labels, distances, counts, a, b, k), len(labels))
    pixels, high, low = zip(*parts, strict=True)
    return sum(pixels), (sum(map(int, high)) << 20) + sum(map(int, low))


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


def _check_same(labels, counts):
    """Raise ValueError if the pixels do not have each label as often as the histogram's colours say."""
    if not np.array_equal(np.bincount(labels.reshape(-1), minlength=len(counts)), counts):
        raise ValueError("histogram must be that of the image, got that of another image with as many pixels")


def _drop_unused(palette, counts, labels, held):
    """Drop the palette colours that nothing has taken, save those held: they are no colours of the image."""
    used = (counts > 0) | np.isin(color_codes(palette), color_codes(held))
    if used.all():
        return palette, counts, labels
    new = (np.cumsum(used) - 1).astype(np.uint8 if used.sum() <= 256 else np.uint16)
    return palette[used], counts[used], new[labels]


def _stop_if(cancel):
    if cancel is not None and cancel():
        raise Cancelled("cancelled between two stages")
