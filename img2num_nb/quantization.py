"""Quantization: design a palette on the histogram, then map every pixel to its nearest palette colour."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ._kernels import histogram as kernels
from ._kernels.run import chunked, stop_if
from ._typing import Cancel, Uint8Array
from .dither import dithered_labels
from .histogram import ColorHistogram
from .images import preview, validate_image
from .mapping import drop_unused, map_pixels, nearest, reorder
from .palettes.kmeans import FEW_CENTERS
from .palettes.palette import design_palette
from .parameters import Dither, Parameters

DRAFT_BITS = 6


@dataclass(frozen=True, eq=False)
class Quantization:
    """An image in few colours, and how it came about.

    Attributes
    ----------
    palette : (n_colors, 3) ndarray of uint8
        sRGB colours in canonical order: by lightness (CIELAB L*), then R, G, B. Every one of them has pixels, save locked ones. With
        ``keep`` of method ``fixed``: all colours of its palette, in the order given.
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
        The call that made it: k, method, color_space, seed, max_iter and the method's options; where not the default, dither
        (with dither_strength and dither_light), locked, fit_on and chroma_weight.
    """

    palette: np.ndarray
    labels: np.ndarray
    counts: np.ndarray
    k: int
    n_iter: int
    converged: bool
    inertia: float
    seconds: dict[str, float]
    settings: dict[str, Any]

    @property
    def n_colors(self) -> int:
        """Number of palette colours, at most `k`."""
        return len(self.palette)

    @cached_property
    def image(self) -> Uint8Array:
        """The quantized image, ``(H, W, 3)`` uint8 sRGB."""
        labels = self.labels.reshape(-1)
        out = np.empty((labels.size, 3), np.uint8)
        chunked(lambda a, b: kernels.paint(labels[a:b], self.palette, out[a:b]), labels.size)
        return out.reshape(*self.labels.shape, 3)


def quantize(
    image: Uint8Array,
    k: int | str = "auto",
    *,
    method: str = "kmeans",
    color_space: str = "lab",
    seed: int = 0,
    max_iter: int = 100,
    dither: str = "none",
    dither_strength: float = 1.0,
    dither_light: str = "srgb",
    locked: Sequence[str | Sequence[int]] | np.ndarray | None = None,
    fit_on: int | None = None,
    chroma_weight: float = 1.0,
    histogram: ColorHistogram | None = None,
    cancel: Cancel | None = None,
    **method_options: Any,
) -> Quantization:
    """Reduce an image to at most k colours.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB, as `load_image` returns it. Not modified.
    k : int, or "auto"
        Number of colours wanted, 1 to 65536; "auto": 16, or as many as the option ``palette`` of method ``fixed`` and `locked` have,
        where it is given. An image with no more distinct colours keeps them all.
    method : str
        A name of `METHODS`.
    color_space : str
        Space in which distances are measured: a name of `color.SPACES`.
    seed : int
        Seed of everything random, 0 to 2**32 - 1. Same seed, same bits.
    max_iter : int
        Upper limit of iterations, 0 to 100000; methods without iterations have no use for it.
    dither : str
        How pixels near each other share the error: a name of `vocabulary.DITHERS`; ``"none"`` gives each its nearest colour.
    dither_strength : float
        Part of an error that is passed on, 0 to 1; for photographs 0.75 is a good choice.
    dither_light : str
        What is right on average: ``"srgb"`` values, or ``"linear"`` light.
    locked : list of colours, optional
        Codes such as ``"#ff8800"``, or R, G, B of 0 to 255, at most k. They stay in the palette as they are, also when no pixel takes
        them, and the method designs the rest around them.
    fit_on : int, optional
        Design on a reduced image, the means of blocks of pixels, of at most this width and height, up to 2**20; 0: on the whole. All
        pixels are mapped all the same. It saves the time that the design for a large image takes, where that is long (measure: with few
        colours, or with ``effort="draft"``, it is not); for the error that it costs, see `compare`.
    chroma_weight : float
        How much differences of a and b count beside those of lightness, 0.1 to 10, in Lab and Oklab. About 2 makes distances in Oklab
        agree better with eyes.
    histogram : ColorHistogram, optional
        That of this image, if you have it: it saves the counting. A draft uses a coarse one, and counts for itself if this is exact.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.
    **method_options
        Options of the method, see ``METHODS[method].options``. All methods take ``effort="draft"``: design and mapping then see one
        mean colour for all that share the upper bits of R, G and B (five for k-means of up to 64 colours, else six), which is a good
        deal faster and nearly as good.

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
    parameters = Parameters(
        None,
        color_space,
        method,
        k,
        seed,
        max_iter,
        method_options,
        Dither.of(dither, dither_strength, dither_light),
        () if locked is None else locked,
        0 if fit_on is None else fit_on,
        chroma_weight,
    )
    return quantize_checked(validate_image(image), parameters, histogram=histogram, cancel=cancel)


def quantize_prepared(prepared, parameters, cancel=None):
    """Return the `Quantization` of a `prepare.Prepared` image; its seconds hold those of the preparation."""
    made = quantize_checked(prepared.image, parameters, histogram=prepared.histogram, cancel=cancel)
    own = (
        ("histogram", "design", "mapping") if parameters.is_draft else ("design", "mapping")
    )  # a draft counts coarsely
    seconds = prepared.seconds | {stage: made.seconds[stage] for stage in own}
    total = sum(seconds[stage] for stage in ("histogram", "design", "mapping"))
    return replace(made, seconds=seconds | {"total": total})


def draft_bits(method, k):
    """Return the bits per channel that tell colours apart in a draft: few centres are placed as well on fewer means (measured)."""
    return DRAFT_BITS - 1 if method == "kmeans" and k <= FEW_CENTERS else DRAFT_BITS


def quantize_checked(image, parameters, *, histogram=None, cancel=None):
    """Return the `Quantization` of an image that is filtered already, by `Parameters`; see `quantize` for the rest."""
    pixels, k = validate_image(image), parameters.k
    times = [time.perf_counter()]
    bits = draft_bits(parameters.method, k) if parameters.is_draft else 8
    counted = histogram is None
    if counted:
        histogram = ColorHistogram.from_image(pixels, bits)
    elif not isinstance(histogram, ColorHistogram):
        raise TypeError(f"histogram must be a ColorHistogram, got {type(histogram).__name__}: leave it out")
    elif histogram.n_pixels != pixels.shape[0] * pixels.shape[1]:
        size = f"{pixels.shape[1]} x {pixels.shape[0]}"
        raise ValueError(
            f"histogram must be that of the image ({size} pixels), got one of {histogram.n_pixels} pixels"
        )
    elif bits == 8 > histogram.bits:
        raise ValueError(
            f"a histogram with bits={histogram.bits} holds mean colours, enough for effort='draft' alone: count with bits=8"
        )
    elif bits < 8 == histogram.bits:  # the same draft, whether or not somebody had counted exactly
        histogram, counted = ColorHistogram.from_image(pixels, bits), True
    source = histogram
    if parameters.fit_on and len(histogram) > k:
        source = ColorHistogram.from_image(preview(pixels, parameters.fit_on).image, bits)
    times.append(time.perf_counter())
    stop_if(cancel, "between two stages")

    palette, design = design_palette(source, parameters, cancel)
    times.append(time.perf_counter())
    stop_if(cancel, "between two stages")

    palette, labels, counts, error = map_to_palette(
        pixels,
        histogram,
        palette,
        parameters,
        keep=parameters.held_colors,
        check=not counted,
        cancel=cancel,
    )
    if parameters.keeps_palette:
        palette, counts, labels = reorder(palette, counts, labels, parameters.palette_colors)
    times.append(time.perf_counter())

    steps = dict(zip(("histogram", "design", "mapping"), np.diff(times).tolist(), strict=True))
    return Quantization(
        palette=palette,
        labels=labels,
        counts=counts,
        k=k,
        n_iter=design.n_iter,
        converged=design.converged,
        inertia=error / parameters.space.unit**2,
        seconds={**steps, "total": times[-1] - times[0]},
        settings=parameters.arguments(),
    )


def map_to_palette(pixels, histogram, palette, parameters, *, keep, check=False, cancel=None):
    """Give every pixel its palette colour, dithered if `parameters` say so.

    Parameters
    ----------
    pixels : (H, W, 3) ndarray of uint8
    histogram : ColorHistogram
        Of these pixels.
    palette : (n, 3) ndarray of uint8
    parameters : Parameters
    keep : (m, 3) ndarray of uint8
        Colours that stay in the palette even when no pixel takes them.
    check : bool
        Whether to make sure that the histogram is that of the pixels.
    cancel : callable, optional

    Returns
    -------
    palette, labels, counts : ndarray
        As in `Quantization`.
    error : int
        As of `mapping.nearest`.
    """
    space, dither = parameters.space, parameters.dither
    color_labels, counts, error = nearest(histogram, palette, space)
    if dither and dither.strength:
        if check:
            _check_same(map_pixels(pixels, histogram, color_labels), counts)
        exact = histogram if histogram.bits == 8 else ColorHistogram.from_image(pixels)
        labels = dithered_labels(
            pixels,
            palette,
            exact.colors,
            dither=dither.method,
            strength=dither.strength,
            light=dither.light,
            color_space=space,
            cancel=cancel,
        )
        counts = np.bincount(labels.reshape(-1), minlength=len(palette))
        palette, counts, labels = drop_unused(palette, counts, labels, keep)
    else:
        palette, counts, color_labels = drop_unused(palette, counts, color_labels, keep)
        labels = map_pixels(pixels, histogram, color_labels)
        if check:
            _check_same(labels, counts)
    return palette, labels, counts, error


def _check_same(labels, counts):
    """Raise ValueError if the pixels do not have each label as often as the histogram's colours say."""
    if not np.array_equal(np.bincount(labels.reshape(-1), minlength=len(counts)), counts):
        raise ValueError("histogram must be that of the image, got that of another image with as many pixels")
