"""The number of colours, found: fewest for a given difference, or most for a given size of file."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._typing import Cancel, Uint8Array
from .errors import ImageError, check_choice, check_integer, check_number
from .hex_colors import check_locked
from .histogram import ColorHistogram
from .palettes import METHODS
from .quality import metrics
from .quantization import Quantization, quantize


@dataclass(frozen=True, eq=False)
class Choice:
    """A number of colours, and what was tried to find it.

    Attributes
    ----------
    quantization : Quantization
        The image in `k` colours, exactly as `quantize` gives it.
    tried : dict
        k -> figures of each k tried, in ascending order: ``"rms"``, the root of the mean squared distance in the colour space, and
        ``"delta_e_mean"``, ``"s_delta_e_mean"`` and ``"png_bytes"`` where they were asked for.
    knee : int or None
        The k tried at which more colours begin to buy little (see `find_knee`): no more than a hint. None below three ks tried.
    """

    quantization: Quantization
    tried: dict[int, dict[str, float]] = field(default_factory=dict)
    knee: int | None = None

    @property
    def k(self) -> int:
        return self.quantization.k


def choose_k(
    image: Uint8Array,
    *,
    max_delta_e: float | None = None,
    max_s_delta_e: float | None = None,
    max_png_bytes: int | None = None,
    max_k: int = 256,
    original: Uint8Array | None = None,
    histogram: ColorHistogram | None = None,
    cancel: Cancel | None = None,
    **settings: Any,
) -> Choice:
    """Find how many colours an image needs, or can have.

    Each k tried starts afresh, so that the result is what `quantize` gives for that k, not what led there. The difference falls and the
    file grows with k, save for small ups and downs; the search doubles k until the limit is passed and then halves the interval, so it
    finds a k at which the limit is passed, if not always the very first (of methods such as ``"uniform"``, where more colours can mean
    more error, it may miss the only ones).

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB.
    max_delta_e : float, optional
        Mean CIEDE2000 difference that is allowed: the smallest k that keeps it.
    max_s_delta_e : float, optional
        Mean S-CIELAB difference that is allowed, which gives dithering its due (see `s_cielab`): the smallest k that keeps it.
    max_png_bytes : int, optional
        Bytes that an indexed PNG may have: the greatest k that keeps it. With a difference too: the smallest k for the difference, if
        its file is not larger.
    max_k : int
        Most colours, 1 to 65536.
    original : (H, W, 3) ndarray of uint8, optional
        What the difference is from; by default `image` itself, which may be smoothed.
    histogram : ColorHistogram, optional
        That of this image.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.
    **settings
        As of `quantize`: method, color_space, seed, dither and so on.

    Returns
    -------
    Choice

    Raises
    ------
    ValueError
        If neither limit is given.
    ImageError
        If no k up to `max_k` keeps what is given: the message says how far one gets. If `original` has another shape.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> choice = nb.choose_k(nb.sample_image("shapes"), max_delta_e=5)
    >>> nb.metrics(nb.sample_image("shapes"), choice.quantization)["delta_e_mean"] <= 5
    True
    """
    if "k" in settings:
        raise ValueError(f"k is what choose_k finds, got k={settings['k']!r}: leave it out, or give max_k")
    if max_delta_e is None and max_s_delta_e is None and max_png_bytes is None:
        raise ValueError(
            "give max_delta_e, max_s_delta_e or max_png_bytes: otherwise any number of colours is right"
        )
    if max_delta_e is not None:
        max_delta_e = check_number("max_delta_e", max_delta_e, 0)
    if max_s_delta_e is not None:
        max_s_delta_e = check_number("max_s_delta_e", max_s_delta_e, 0)
    if max_png_bytes is not None:
        max_png_bytes = check_integer("max_png_bytes", max_png_bytes, 1, 1 << 62)
    locked = settings.get("locked")
    n_locked = 0 if locked is None else len(check_locked(locked, 65536))
    least = max(1, n_locked)
    max_k = check_integer("max_k", max_k, least, 65536)
    if not isinstance(settings.get("init", ""), str):
        raise ValueError("init must be a name here: a list of colours fits one number of colours alone")
    histogram = ColorHistogram.from_image(image) if histogram is None else histogram
    original = image if original is None else original
    if np.shape(original) != np.shape(image):
        raise ImageError(
            f"original must have the shape of the image, {np.shape(image)}, got {np.shape(original)}"
        )
    asked_k = max_k
    if METHODS[check_choice("method", settings.get("method", "kmeans"), METHODS)].keeps_few:
        max_k = min(max_k, len(histogram) + n_locked)  # with which all colours are kept
    exact = original is image and histogram.bits == 8
    counted = histogram if exact else ColorHistogram.from_image(original)
    limits = {"delta_e_mean": max_delta_e, "s_delta_e_mean": max_s_delta_e}
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    names = [*limits, *(["png_bytes"] if max_png_bytes is not None else [])]
    tried = {}

    def make(k):
        return quantize(image, k, histogram=histogram, cancel=cancel, **settings)

    def figures(k):
        if k not in tried:
            made = make(k)
            rms = (made.inertia / histogram.n_pixels) ** 0.5
            tried[k] = {"rms": rms, **metrics(original, made, names, histogram=counted)}
        return tried[k]

    if limits:
        k = smallest_k(
            lambda k: all(figures(k)[name] <= limit for name, limit in limits.items()), least, max_k
        )
        if k is None:
            remedy = "a larger difference or more colours"
            if max_k < asked_k:
                remedy = "a larger difference, for these are all colours"
            name = next(name for name, limit in limits.items() if figures(max_k)[name] > limit)
            what = {"delta_e_mean": "delta E", "s_delta_e_mean": "S-CIELAB delta E"}[name]
            raise ImageError(
                f"no k tried up to {max_k} has a mean {what} of at most {limits[name]:g}: at {max_k} it is "
                f"{figures(max_k)[name]:.3g}; allow {remedy}"
            )
    else:
        too_many = smallest_k(lambda k: figures(k)["png_bytes"] > max_png_bytes, least, max_k)
        k = max_k if too_many is None else max(too_many - 1, least)
    size = figures(k).get("png_bytes", 0)
    if max_png_bytes is not None and size > max_png_bytes:
        raise ImageError(
            f"a PNG of k = {k} has {size} bytes, more than {max_png_bytes}: allow more bytes"
            + (", or a larger difference" if limits else "")
        )
    tried = dict(sorted(tried.items()))
    return Choice(make(k), tried, find_knee(list(tried), [row["rms"] for row in tried.values()]))


def smallest_k(condition, low, high):
    """Return a k from `low` to `high` that meets the condition while k - 1 does not; None if not even `high` meets it.

    k doubles until the condition holds, then the interval is halved.
    """
    below, k = low - 1, low
    while not condition(k):
        if k == high:
            return None
        below, k = k, min(2 * k, high)
    while k - below > 1:
        middle = (below + k) // 2
        below, k = (below, middle) if condition(middle) else (middle, k)
    return k


def find_knee(ks, errors):
    """Return the k where a falling curve of errors is farthest below the line from its first point to its last.

    Both axes are scaled to 0..1, so the knee moves with the range of ks: a hint, not a property of the image.

    Parameters
    ----------
    ks, errors : sequence of numbers
        In ascending order of k.

    Returns
    -------
    number or None
        One of `ks`; None if there are fewer than three, or the curve does not fall.

    References
    ----------
    .. [1] V. Satopaa et al., "Finding a 'kneedle' in a haystack: detecting knee points in system behavior", ICDCS Workshops 2011,
       doi:10.1109/ICDCSW.2011.20
    """
    ks, errors = np.asarray(ks), np.asarray(errors, np.float64)
    if len(ks) < 3 or errors[0] <= errors[-1]:
        return None
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (errors - errors[-1]) / (errors[0] - errors[-1])
    return ks[np.argmax(1 - x - y)].item()
