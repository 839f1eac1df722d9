"""Two libraries that people use, as they are, for comparison: OpenCV's k-means and libimagequant."""

from importlib import import_module

import numpy as np

from ..color import from_grid, space_of, to_grid
from ..color_grid import Cells
from ..errors import MissingExtra, check_choice, check_integer, check_number
from .design import Design

FLAGS = ("random", "pp")
MAX_EPSILON = 1000.0  # farther than any two colours are apart, in every space
LONGEST_ROW = 1 << 20  # pixels; from 2**24 on, libimagequant refuses


def opencv(
    coords, counts, k, rng, *, color_space="srgb", max_iter=100, attempts=1, epsilon=1.0, flags="random"
):
    """OpenCV's cv2.kmeans, on every single pixel as it knows no weights: slow, and it cannot be cancelled.

    It works on float32, in units of the colour space, or in 255ths of those that run from 0 to 1. Tutorials use 10 attempts and 20
    iterations. How many iterations it made, it does not tell: `n_iter` is 0.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each.
    k : int
        Number of centres wanted.
    rng : numpy.random.Generator
        Seeds OpenCV's own.
    color_space : str or Space
        That of `coords`.
    max_iter : int
        Upper limit of an attempt's iterations; OpenCV makes 2 at least and 100 at most, whatever it is.
    attempts : int
        Starts, of which the best is kept.
    epsilon : float
        An attempt ends when no centre moves farther than this, in the units named above, 0 to 1000.
    flags : str
        ``"random"`` (KMEANS_RANDOM_CENTERS) or ``"pp"`` (KMEANS_PP_CENTERS).

    Raises
    ------
    MissingExtra
        If OpenCV is not installed.

    References
    ----------
    .. [1] https://docs.opencv.org/4.x/d5/d38/group__core__cluster.html
    """
    cv2 = _import("cv2", "opencv-python-headless", "method 'opencv'")
    attempts = check_integer("attempts", attempts, 1, 1000)
    epsilon = check_number("epsilon", epsilon, 0, MAX_EPSILON)
    flag = {"random": cv2.KMEANS_RANDOM_CENTERS, "pp": cv2.KMEANS_PP_CENTERS}[
        check_choice("flags", flags, FLAGS)
    ]
    steps = space_of(color_space).unit
    steps /= (
        255 if steps > 1 << 10 else 1
    )  # a space that runs from 0 to 1, where epsilon would end it at once
    pixels = np.repeat((coords / steps).astype(np.float32), counts, axis=0)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, max_iter, epsilon)
    cv2.setRNGSeed(int(rng.integers(1 << 31)))
    _, _, centers = cv2.kmeans(pixels, k, None, criteria, attempts, flag)
    centers = np.floor(centers.astype(np.float64) * steps + 0.5)
    sums = Cells.group(coords, counts).lloyd_pass(centers)
    found = sums[:, 3] > 0
    shift = sums[found, :3] / sums[found, 3:] - centers[found]
    return Design(centers, converged=bool((shift**2).sum(axis=1).max() <= (epsilon * steps) ** 2))


def imagequant(coords, counts, k, rng, *, color_space="srgb"):
    """libimagequant (pngquant): median cut with k-means, weighing colours by what eyes notice; up to 256 colours.

    The real library, on an image of all pixels sorted by colour, so that its search for edges and noise sees none. It designs in a
    space of its own and has no use for `color_space` (in which pixels are mapped all the same), `seed` and `max_iter`. It cannot be
    cancelled.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each.
    k : int
        Number of colours wanted, 1 to 256.
    rng : numpy.random.Generator
        Not used.
    color_space : str or Space
        That of `coords`.

    Raises
    ------
    MissingExtra
        If imagequant is not installed.

    References
    ----------
    .. [1] K. Lesinski, libimagequant, https://pngquant.org/lib/
    """
    library = _import("imagequant", "imagequant", "method 'imagequant'")
    k = check_integer("k of method 'imagequant'", k, 1, 256)
    opaque = np.insert(from_grid(coords, color_space), 3, 255, axis=1)
    pixels = np.repeat(opaque, counts, axis=0)
    height = -(-len(pixels) // LONGEST_ROW)
    width = -(-len(pixels) // height)
    pixels = np.resize(pixels, (height * width, 4))  # fills the last row: at most a pixel a row too many
    labels, palette = library.quantize_raw_rgba_bytes(
        pixels.tobytes(), width, height, dithering_level=0.0, max_colors=k
    )
    used = np.unique(np.frombuffer(labels, np.uint8))  # the palette comes filled up to 256 with black
    colors = np.array(palette, np.uint8).reshape(-1, 4)[used, :3]
    return Design(to_grid(colors, color_space))


def _import(module, package, what):
    """Import an optional library, or say how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(package, "peers", what) from error
