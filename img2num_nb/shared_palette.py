"""One palette for many images: frames, sprites, tiles, the photographs of a class."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from .errors import ImageError, check_choice
from .files.palette_files import save_palette
from .histogram import ColorHistogram
from .images import open_image, validate_image
from .mapping import nearest
from .palettes.palette import design_palette as design
from .parameters import Dither, Parameters
from .quantization import Quantization, map_to_palette
from .vocabulary import DEFAULTS

WEIGHTS = ("pixels", "equal")
SHARE = 1 << 22  # pixels that every image counts as when all count alike: so many that rounding is no matter
MAX_PIXELS = 1 << 35  # in all: the sums of more might not be exact


@dataclass(frozen=True, eq=False)
class SharedPalette:
    """A palette that was designed for some images, and maps any.

    Attributes
    ----------
    palette : (n_colors, 3) ndarray of uint8
        sRGB colours in canonical order: by lightness (CIELAB L*), then R, G, B.
    n_images : int
        Images that it was designed for.
    n_iter : int
        Iterations of the method.
    converged : bool
        False if `max_iter` stopped the method.
    seconds : dict
        Time of the stages ``"histogram"`` (of all images) and ``"design"``.
    parameters : Parameters
        The choices behind it.
    """

    palette: np.ndarray
    n_images: int
    n_iter: int
    converged: bool
    seconds: dict
    parameters: Parameters

    @property
    def n_colors(self) -> int:
        """Number of palette colours, at most k."""
        return len(self.palette)

    def map(
        self,
        image: np.ndarray,
        dither: str = "none",
        dither_strength: float = 1.0,
        dither_light: str = "srgb",
        *,
        cancel: Callable[[], bool] | None = None,
    ) -> Quantization:
        """Return an image in the colours of this palette.

        Every entry stays in its place, also where no pixel takes it: the same label means the same colour in all images.

        Parameters
        ----------
        image : (H, W, 3) ndarray of uint8
            sRGB.
        dither, dither_strength, dither_light
            As of `quantize`.
        cancel : callable, optional
            Asked now and then; when it returns true, `Cancelled` is raised.

        Returns
        -------
        Quantization
            Its palette is this one.

        Raises
        ------
        ImageError
            If `image` is not an ``(H, W, 3)`` uint8 array.
        """
        chosen = Dither.of(dither, dither_strength, dither_light)
        return self.map_as(image, replace(self.parameters, dither=chosen), cancel=cancel)

    def map_as(self, image, parameters, cancel=None):
        """Return what `map` does, with the dithering of `parameters`."""
        start = time.perf_counter()
        pixels = validate_image(image)
        histogram = ColorHistogram.from_image(pixels)
        counted = time.perf_counter()
        palette, labels, counts, error = map_to_palette(
            pixels, histogram, self.palette, parameters, keep=self.palette, cancel=cancel
        )
        seconds = {"histogram": counted - start, "design": 0.0, "mapping": time.perf_counter() - counted}
        return Quantization(
            palette=palette,
            labels=labels,
            counts=counts,
            k=parameters.k,
            n_iter=self.n_iter,
            converged=self.converged,
            inertia=error / parameters.space.unit**2,
            seconds=seconds | {"total": sum(seconds.values())},
            settings=parameters.arguments(),
        )

    def mse(self, image: np.ndarray | ColorHistogram) -> float:
        """Return the mean squared error of an image in this palette without dithering, as `metrics` gives it."""
        histogram = _histogram(image)
        labels, *_ = nearest(histogram, self.palette, self.parameters.space)
        squares = ((histogram.colors.astype(np.int64) - self.palette[labels]) ** 2).sum(axis=1)
        return float((squares * histogram.counts).sum() / histogram.n_pixels)

    def save(self, path: str | os.PathLike) -> None:
        """Write the palette as a file; see `save_palette`."""
        save_palette(path, self.palette)


def design_palette(
    images: "np.ndarray | ColorHistogram | str | os.PathLike | Iterable",
    k: int = DEFAULTS["k"],
    *,
    weights: str = "pixels",
    color_space: str = DEFAULTS["color_space"],
    method: str = DEFAULTS["method"],
    seed: int = DEFAULTS["seed"],
    max_iter: int = DEFAULTS["max_iter"],
    locked: list | None = None,
    chroma_weight: float = DEFAULTS["chroma_weight"],
    cancel: Callable[[], bool] | None = None,
    **method_options,
) -> SharedPalette:
    """Design one palette for many images.

    Only the histogram of all colours stays in memory: images may come from a generator, one at a time, and be larger in sum than
    memory. The result does not depend on their order.

    Parameters
    ----------
    images : (H, W, 3) ndarray of uint8, ColorHistogram, path, or an iterable of those
        sRGB, of any sizes. Texts may be ``sample:NAME``.
    k : int
        Number of colours wanted, 1 to 65536.
    weights : {"pixels", "equal"}
        Whether a large image counts more than a small one, or all count alike.
    color_space, method, seed, max_iter, locked, chroma_weight, **method_options
        As of `quantize`.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.

    Returns
    -------
    SharedPalette

    Raises
    ------
    ImageError
        If an image cannot be read or is none; the message says which.
    ValueError
        If there is no image, or a parameter is wrong.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> shared = nb.design_palette(["sample:coffee", "sample:chelsea"], k=8)
    >>> [shared.map(nb.sample_image(name)).n_colors for name in ("coffee", "chelsea", "rocket")]
    [8, 8, 8]
    """
    check_choice("weights", weights, WEIGHTS)
    parameters = Parameters(
        None,
        color_space,
        method,
        k,
        seed,
        max_iter,
        method_options,
        None,
        () if locked is None else locked,
        0,
        chroma_weight,
    )
    return design_checked(_each(images), parameters, weights, cancel)


def design_checked(images, parameters, weights="pixels", cancel=None):
    """Return the `SharedPalette` of images by `Parameters`; see `design_palette` for the rest."""
    if parameters.is_draft or parameters.fit_on:
        raise ValueError(
            "a shared palette is designed on all colours of all images: leave fit_on and effort='draft' out"
        )
    start = time.perf_counter()
    counter = _Counter(weights)
    histogram = ColorHistogram.total(map(counter, images))
    if histogram.n_pixels > MAX_PIXELS:
        wanted = f"all images together must have at most {MAX_PIXELS:_} pixels, got {histogram.n_pixels:_}"
        raise ImageError(f"{wanted}: take weights='equal', or fewer images")
    counted = time.perf_counter()
    palette, made = design(histogram, parameters, cancel)
    seconds = {"histogram": counted - start, "design": time.perf_counter() - counted}
    return SharedPalette(palette, counter.n_images, made.n_iter, made.converged, seconds, parameters)


class _Counter:
    """Counts the colours of one image after the other, and the images."""

    def __init__(self, weights):
        self.weights, self.n_images = weights, 0

    def __call__(self, image):
        self.n_images += 1
        try:
            histogram = _histogram(image)
        except (ImageError, TypeError) as error:
            raise ImageError(f"image {self.n_images}: {error}") from error
        return _equal(histogram) if self.weights == "equal" else histogram


def _each(images):
    one = isinstance(images, np.ndarray | ColorHistogram | str | os.PathLike)
    if not one and not isinstance(images, Iterable):
        raise TypeError(
            f"images must be an image, a histogram, a path or several of those, got {type(images).__name__}"
        )
    return [images] if one else images


def _histogram(image):
    if isinstance(image, ColorHistogram):
        if image.bits != 8:
            raise ImageError(f"a histogram must be exact (bits=8), got bits={image.bits}")
        return image
    if isinstance(image, str | os.PathLike):
        image = open_image(os.fspath(image))
    return ColorHistogram.from_image(image)


def _equal(histogram):
    """Return a histogram of about `SHARE` pixels: shares are rounded, and none to nothing."""
    counts = np.maximum(1, np.rint(histogram.counts * (SHARE / histogram.n_pixels)).astype(np.int64))
    return ColorHistogram(histogram.colors, counts)
