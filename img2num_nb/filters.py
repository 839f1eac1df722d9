"""The bilateral filter: smooths surfaces, keeps edges."""

import math

import numpy as np

from . import color
from ._kernels import bilateral as kernels
from ._kernels.run import chunked
from ._typing import Cancel, Progress, Uint8Array
from .errors import check_choice, check_number
from .images import validate_image
from .vocabulary import FILTER_SPACES, PARTS

MAX_RADIUS = 50
ROWS = 64  # rows worked on at a time: what the time until a cancel takes hold, and memory, depend on


def window_radius(sigma_spatial):
    """Return the radius of the filter's square window, in pixels: ``ceil(3 sigma_spatial)``, at most 50 (Img2Num's rule)."""
    return min(math.ceil(3 * sigma_spatial), MAX_RADIUS)


def bilateral_filter(
    image: Uint8Array,
    *,
    sigma_spatial: float = 3.0,
    sigma_range: float = 50.0,
    color_space: str = "lab",
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Uint8Array:
    """Smooth an image where colours are alike, and leave edges.

    Each pixel becomes the weighted mean of the square window around it. A neighbour's weight is ``exp(-d**2 / (2 sigma_spatial**2)) *
    exp(-c**2 / (2 sigma_range**2))``, where d is its distance in pixels and c the Euclidean distance of the two colours. Beyond the
    image's border its outermost pixels are repeated. Exact: within rounding of float32, no approximation; and the same bits for every
    number of threads.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB. Not modified.
    sigma_spatial : float
        In pixels, 0 to 1000. The window's radius is ``ceil(3 sigma_spatial)``, at most 50, so the time grows with its square up to
        ``sigma_spatial = 16.7``, and beyond it the window is cut.
    sigma_range : float
        In units of `color_space`: Lab's (a just noticeable difference is about 2.3) or sRGB levels 0..255.
    color_space : {"lab", "srgb"}
        Where colours are compared and averaged.
    progress : callable, optional
        Called with the fraction done, 0..1.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.

    Returns
    -------
    (H, W, 3) ndarray of uint8
        sRGB. With either sigma 0 no neighbour has weight: an unchanged copy.

    Raises
    ------
    ImageError
        If `image` is not an ``(H, W, 3)`` uint8 array.
    ValueError
        If a sigma is negative or not finite, or the colour space is unknown.

    References
    ----------
    .. [1] C. Tomasi, R. Manduchi, "Bilateral filtering for gray and color images", ICCV 1998, doi:10.1109/ICCV.1998.710815

    Examples
    --------
    >>> import img2num_nb as nb
    >>> image = nb.sample_image("chelsea")
    >>> smooth = nb.bilateral_filter(image, sigma_spatial=2, sigma_range=10)
    >>> bool(smooth.std() < image.std())
    True
    """
    pixels = validate_image(image)
    sigma_spatial = check_number(
        "sigma_spatial", sigma_spatial, 0, PARTS["sigma_spatial"].high, unit="pixels"
    )
    sigma_range = check_number("sigma_range", sigma_range, 0, PARTS["sigma_range"].high)
    check_choice("color_space", color_space, FILTER_SPACES)
    if sigma_spatial == 0 or sigma_range == 0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    radius = window_radius(sigma_spatial)
    offsets = np.arange(-radius, radius + 1)
    squares = offsets[:, None] ** 2 + offsets**2
    spatial = np.full((len(offsets), -(-len(offsets) // 4) * 4), -np.inf, np.float32)
    spatial[:, : len(offsets)] = squares * (-math.log2(math.e) / (2 * max(sigma_spatial, 0.01) ** 2))
    # sigmas too small for float32 weigh like these: nothing but the pixel itself, nothing but equal colours
    factor = np.float32(-math.log2(math.e) / (2 * max(sigma_range, 1e-15) ** 2))
    table = (color.LIGHT if color_space == "lab" else np.arange(256)).astype(np.float32)
    out = np.empty_like(pixels)

    across = -(-width // (kernels.P - 2 * MAX_RADIUS - 3))
    columns = -(-width // across)

    def filter_tile(number):
        top, left = number // across * ROWS, number % across * columns
        target = out[top : top + ROWS, left : left + columns]
        height, width = target.shape[:2]
        rows = np.zeros((height + 2 * radius, 3 * kernels.P), np.float32)
        kernels.read_tile(pixels, top - radius, left - radius, table, rows, width + 2 * radius)
        if color_space == "lab":
            kernels.light_to_lab(rows, width + 2 * radius, color.RGB_TO_XYZ_WHITE)
        means = np.empty((height, 3 * kernels.P), np.float32)
        kernels.filter_tile(rows, width, radius, spatial, factor, means)
        if color_space == "srgb":
            kernels.write_rgb(means, target)
        else:
            kernels.write_lab(means, color.XYZ_WHITE_TO_RGB, THRESHOLDS, GUESSES, target)

    tiles = across * -(-height // ROWS)
    chunked(lambda a, b: [filter_tile(i) for i in range(a, b)], tiles, 1, progress=progress, cancel=cancel)
    return out


#: Linear light from which on a value rounds to each sRGB level; above the last there is none.
THRESHOLDS = np.concatenate([[0], color.settled(color.srgb_to_linear((np.arange(1, 256) - 0.5) / 255)), [2]])
GUESSES = (np.searchsorted(THRESHOLDS, np.arange(4097) / 4096, side="right") - 1).astype(np.uint8)
