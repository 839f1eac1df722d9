"""The bilateral filter at one pixel: its window, its kernels, its result, number by number."""

import math
from dataclasses import dataclass

import numpy as np

from .. import color
from ..errors import check_choice, check_integer, check_number
from ..filters import window_radius
from ..histogram import ColorHistogram
from ..images import validate_image
from ..vocabulary import FILTER_SPACES as SPACES


@dataclass(frozen=True, eq=False)
class Kernel:
    """What the filter does at one pixel. All arrays cover the window, ``(n, n)`` with n = 2 `radius` + 1.

    Attributes
    ----------
    x, y : int
        The pixel: column and row.
    radius : int
        Of the window, in pixels.
    window : (n, n, 3) ndarray of uint8
        The pixels of the window; beyond the image's border its outermost pixels repeat.
    distance : (n, n) ndarray of float64
        From the middle, in pixels.
    contrast : dict
        Colour space -> (n, n) distances of the colours from the middle's, in units of ``"lab"`` and ``"srgb"``.
    spatial, range : (n, n) ndarray of float64
        The two weights, 0 to 1.
    result : (3,) ndarray of uint8
        What the pixel becomes: the mean of `window` weighted by `product`, taken in `color_space`.
    """

    x: int
    y: int
    color_space: str
    sigma_spatial: float
    sigma_range: float
    radius: int
    window: np.ndarray
    distance: np.ndarray
    contrast: dict
    spatial: np.ndarray
    range: np.ndarray
    result: np.ndarray

    @property
    def product(self):
        """The weight of each pixel, 0 to 1: spatial times range."""
        return self.spatial * self.range

    @property
    def effective(self):
        """How many pixels of full weight the window is worth: the sum of `product`."""
        return float(self.product.sum())


def gauss(distance, sigma):
    """Return ``exp(-distance**2 / (2 sigma**2))``; with ``sigma = 0`` only distance 0 has weight."""
    if sigma == 0:
        return (np.asarray(distance) == 0).astype(np.float64)
    return np.exp(-(np.asarray(distance, np.float64) ** 2) / (2 * sigma**2))


def kernel_at(image, x, y, *, sigma_spatial=3.0, sigma_range=50.0, color_space="lab"):
    """Return what `bilateral_filter` does at one pixel, taken apart.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
    x, y : int
        Column and row of the pixel.
    sigma_spatial : float
        In pixels, 0 to 1000.
    sigma_range : float
        In units of `color_space`.
    color_space : {"lab", "srgb"}

    Returns
    -------
    Kernel

    Raises
    ------
    ValueError
        If the pixel lies outside the image or a parameter out of range.

    References
    ----------
    .. [1] C. Tomasi, R. Manduchi, "Bilateral filtering for gray and color images", ICCV 1998, doi:10.1109/ICCV.1998.710815
    """
    pixels = validate_image(image)
    height, width = pixels.shape[:2]
    x = check_integer("x", x, 0, width - 1)
    y = check_integer("y", y, 0, height - 1)
    sigma_spatial = check_number("sigma_spatial", sigma_spatial, 0, 1000, unit="pixels")
    sigma_range = check_number("sigma_range", sigma_range, 0, 1e6)
    check_choice("color_space", color_space, SPACES)
    radius = window_radius(sigma_spatial) if sigma_range else 0
    offsets = np.arange(-radius, radius + 1)
    rows, columns = np.clip(y + offsets, 0, height - 1), np.clip(x + offsets, 0, width - 1)
    window = pixels[np.ix_(rows, columns)]
    places = {space: _places(window, space) for space in SPACES}
    contrast = {space: np.sqrt(((at - at[radius, radius]) ** 2).sum(axis=2)) for space, at in places.items()}
    distance = np.hypot(offsets[:, None], offsets)
    spatial, range_ = gauss(distance, sigma_spatial), gauss(contrast[color_space], sigma_range)
    weight = (spatial * range_)[..., None]
    mean = (weight * places[color_space]).sum(axis=(0, 1)) / weight.sum()
    result = color.from_grid(mean[None] * color.SPACES[color_space].steps, color_space)[0]
    return Kernel(
        x,
        y,
        color_space,
        sigma_spatial,
        sigma_range,
        radius,
        window,
        distance,
        contrast,
        spatial,
        range_,
        result,
    )


def sigma_factor(image):
    """Return how many sRGB levels one Lab unit of this image is worth: what takes a sigma_range in Lab to its like in sRGB.

    Take two pixels at random: the factor is the root mean square of their distance in sRGB over that of their distance in Lab.
    (The mean square over all pairs is twice the variance, so no pair need be drawn.) NaN for an image of one colour.

    Examples
    --------
    >>> import numpy as np
    >>> from img2num_nb.lessons.microscope import sigma_factor
    >>> float(round(sigma_factor(np.uint8([[[0, 0, 0], [255, 255, 255]]])), 3))  # 255 sqrt(3) levels for 100 units
    4.417
    """
    histogram = ColorHistogram.from_image(image)
    share = histogram.counts / histogram.n_pixels
    lab, srgb = (
        share @ ((at - share @ at) ** 2).sum(axis=1)
        for at in (histogram.coords(space) / color.SPACES[space].steps for space in ("lab", "srgb"))
    )
    return math.sqrt(srgb / lab) if lab else math.nan


def _places(window, color_space):
    return (
        color.to_grid(window.reshape(-1, 3), color_space).reshape(window.shape)
        / color.SPACES[color_space].steps
    )
