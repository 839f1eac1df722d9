"""Colour spaces: six of them, both ways, on a fixed-point grid.

Colours are clustered as *grid coordinates*: whole numbers (held in float64) that count steps of 2**-10 (sRGB, Lab, YCbCr) or
2**-18 (the spaces that run from 0 to 1). Sums and squared distances of whole numbers below 2**53 are exact, so they do not
depend on the order of summation, the number of threads or the machine.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._kernels import color as kernels
from ._kernels.run import chunked, n_threads
from .errors import check_choice


@dataclass(frozen=True)
class Space:
    """One colour space, and the ruler in it.

    Attributes
    ----------
    name : str
    steps : int
        Steps of the grid in a unit of the space.
    cells : int
        Cells along the longest side of an image's colours that k-means groups them in; more where the colours fill less of the bounding
        box (measured).
    channels : tuple of (str, float, float)
        Name, least and greatest value of each channel over all sRGB colours.
    scale : (float, float, float)
        Factors of the coordinates on the grid, at most 1: other than 1 where chroma has a weight.
    """

    name: str
    steps: int
    cells: int
    channels: tuple
    scale: tuple = (1.0, 1.0, 1.0)

    @property
    def unit(self):
        """Steps of the grid in a unit of distance, which is one of lightness."""
        return self.steps * self.scale[0]


#: Name -> `Space`, in the order in which they are offered.
SPACES = {
    space.name: space
    for space in (
        Space("srgb", 1 << 10, 32, (("R", 0, 255), ("G", 0, 255), ("B", 0, 255))),
        Space("linear", 1 << 18, 48, (("R", 0, 1), ("G", 0, 1), ("B", 0, 1))),
        Space("lab", 1 << 10, 44, (("L*", 0, 100), ("a*", -86.2, 98.3), ("b*", -107.9, 94.5))),
        Space("oklab", 1 << 18, 60, (("L", 0, 1), ("a", -0.234, 0.277), ("b", -0.312, 0.199))),
        Space("hsv", 1 << 18, 44, (("H (degrees)", 0, 360), ("S", 0, 1), ("V", 0, 1))),
        Space("ycbcr", 1 << 10, 56, (("Y", 16, 235), ("Cb", 16, 240), ("Cr", 16, 240))),
    )
}


def weighted(name, chroma_weight=1.0):
    """Return a space of `SPACES` in which differences of the second and third channel count `chroma_weight` times.

    Coordinates only shrink, so that the sums stay exact: a weight above 1 divides lightness.

    References
    ----------
    .. [1] B. Ottosson and others on distances in Oklab, https://github.com/w3c/csswg-drafts/issues/6642: a weight of about 2
    """
    if chroma_weight == 1:
        return SPACES[name]
    largest = max(1.0, chroma_weight)
    chroma = chroma_weight / largest
    return replace(SPACES[name], scale=(1 / largest, chroma, chroma))


def space_of(color_space):
    """Return the `Space` that a name or a `Space` stands for."""
    return color_space if isinstance(color_space, Space) else SPACES[color_space]


USES_LIGHT = ("linear", "lab", "oklab")  # computed from linear light; the others from the encoded values


def settled(values):
    """Round constants to 2**-38: the last bits of powers and inverse matrices depend on library and CPU, those left do not."""
    return np.round(values * 2**38) / 2**38


# IEC 61966-2-1 (sRGB), D65, 2 degree observer: the six-digit matrix and white point of scikit-image, our oracle.
RGB_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
RGB_TO_XYZ_WHITE = RGB_TO_XYZ / WHITE[:, None]
XYZ_WHITE_TO_RGB = settled(np.linalg.inv(RGB_TO_XYZ_WHITE))

# B. Ottosson, "A perceptual color space for image processing", 2020, https://bottosson.github.io/posts/oklab/
RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LMS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

# ITU-R BT.601, studio range, from R'G'B' in 0..1.
RGB_TO_YCBCR = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
YCBCR_OFFSET = np.array([16.0, 128.0, 128.0])


def srgb_to_linear(values):
    """Decode sRGB values of 0..1 to linear light, 0..1 (IEC 61966-2-1); odd for negative values."""
    size = np.abs(values)
    return np.sign(values) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values):
    """Encode linear light, 0..1, as sRGB values of 0..1; odd for negative values."""
    size = np.abs(values)
    return np.sign(values) * np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)


LEVELS = np.arange(256) / 255
#: Linear light of the 256 sRGB levels.
LIGHT = settled(srgb_to_linear(LEVELS))
SRGB_GRID = np.arange(256.0) * SPACES["srgb"].steps
UNSCALED = (1.0, 1.0, 1.0)
CHUNK = 1 << 13  # colours at a time: they stay in the second-level cache


def _encode(values, space, out):
    """Write grid coordinates of ``(N, 3)`` float64 `values`: linear light where `USES_LIGHT`, else sRGB values, both 0..1."""
    steps = float(SPACES[space].steps)
    if space == "srgb":
        np.floor(values * (255 * steps) + 0.5, out=out)
    elif space == "linear":
        kernels.linear(values, steps, out)
    elif space == "lab":
        kernels.lab(values, RGB_TO_XYZ_WHITE, steps, out)
    elif space == "oklab":
        kernels.oklab(values, RGB_TO_LMS, LMS_TO_OKLAB, steps, out)
    elif space == "hsv":
        kernels.cone(values, steps, out)
    else:
        kernels.affine(values, RGB_TO_YCBCR, YCBCR_OFFSET, steps, out)


def _inverse(coords, space):
    """Return sRGB values, 0..1 within the gamut, of ``(N, 3)`` grid coordinates."""
    values = coords / SPACES[space].steps
    if space == "srgb":
        return values / 255
    if space == "ycbcr":
        return (values - YCBCR_OFFSET) @ np.linalg.inv(RGB_TO_YCBCR).T
    if space == "hsv":
        return _cone_to_rgb(values)
    if space == "lab":
        fy = (values[:, 0] + 16) / 116
        f = np.stack([fy + values[:, 1] / 500, fy, fy - values[:, 2] / 200], axis=1)
        white = np.where(f**3 > kernels.LAB_EPSILON, f**3, (116 * f - 16) / kernels.LAB_KAPPA)
        values = white @ XYZ_WHITE_TO_RGB.T
    elif space == "oklab":
        values = (values @ np.linalg.inv(LMS_TO_OKLAB).T) ** 3 @ np.linalg.inv(RGB_TO_LMS).T
    return linear_to_srgb(values)


def _cone_to_hsv(cone):
    """Return hue (degrees, 0..360), saturation and value of points of the HSV cone."""
    chroma = np.hypot(cone[:, 0], cone[:, 1])
    hue = np.degrees(np.arctan2(cone[:, 1], cone[:, 0])) % 360
    value = cone[:, 2]
    return np.stack([hue, np.divide(chroma, value, out=np.zeros_like(value), where=value > 0), value], axis=1)


def _rgb_to_hsv(rgb):
    """Return hue (degrees), saturation and value of RGB in 0..1; the hue of a grey is 0."""
    r, g, b = rgb.T
    value = rgb.max(axis=1)
    chroma = value - rgb.min(axis=1)
    safe = np.where(chroma > 0, chroma, 1)
    hue = np.select([value == r, value == g], [(g - b) / safe, (b - r) / safe + 2], (r - g) / safe + 4)
    return np.stack([60 * hue % 360, chroma / np.where(value > 0, value, 1), value], axis=1)


def _hsv_to_cone(hsv):
    chroma, angle = hsv[:, 1] * hsv[:, 2], np.radians(hsv[:, 0])
    return np.stack([chroma * np.cos(angle), chroma * np.sin(angle), hsv[:, 2]], axis=1)


def _cone_to_rgb(cone):
    hue, saturation, value = _cone_to_hsv(cone).T
    # each channel is V less S V times how far the hue lies from the channel's own (Smith 1978, doi:10.1145/965139.807361)
    turn = (np.array([5, 3, 1]) + hue[:, None] / 60) % 6
    return value[:, None] * (1 - saturation[:, None] * np.clip(np.minimum(turn, 4 - turn), 0, 1))


def to_grid(colors, color_space):
    """Return the grid coordinates of sRGB colours: what every palette method works on.

    Parameters
    ----------
    colors : (N, 3) ndarray of uint8
        sRGB colours.
    color_space : str or Space
        A name of `SPACES`, or what `weighted` returns. ``"hsv"`` gives points of the cone, ``(S V cos H, S V sin H, V)``, for hue is an
        angle.

    Returns
    -------
    (N, 3) ndarray of float64
        Whole numbers below 2**18 in size: steps of ``1 / SPACES[color_space].steps``.
    """
    space = space_of(color_space)
    table = LIGHT if space.name in USES_LIGHT else LEVELS
    out = np.empty(colors.shape)

    def encode(start, stop):
        if space.name == "srgb":
            kernels.decode(colors[start:stop], SRGB_GRID, out[start:stop])
            return
        for a in range(start, stop, CHUNK):
            b = min(a + CHUNK, stop)
            values = np.empty((b - a, 3))
            kernels.decode(colors[a:b], table, values)
            _encode(values, space.name, out[a:b])
            if space.scale != UNSCALED:
                out[a:b] = np.floor(out[a:b] * space.scale + 0.5)

    chunked(encode, len(colors), max(2 * CHUNK, -(-len(colors) // n_threads())))
    return out


def from_grid(coords, color_space):
    """Return the nearest sRGB colours, ``(N, 3)`` uint8, of ``(N, 3)`` grid coordinates; outside the gamut each channel is clipped."""
    space = space_of(color_space)
    values = _inverse(coords if space.scale == UNSCALED else coords / space.scale, space.name)
    return np.clip(np.floor(values * 255 + 0.5), 0, 255).astype(np.uint8)


def convert_color(colors: ArrayLike, source: str, target: str) -> NDArray[np.float64]:
    """Convert colours between colour spaces.

    Parameters
    ----------
    colors : (..., 3) array_like
        Colours in `source`, in the range that `SPACES` gives: sRGB 0..255; linear light 0..1; Lab L* 0..100, a* and b* about
        -108..98; Oklab L 0..1, a and b about -0.31..0.28; HSV degrees 0..360 and 0..1; YCbCr 16..235 and 16..240.
    source, target : str
        ``"srgb"``, ``"linear"``, ``"lab"`` (CIELAB, D65), ``"oklab"``, ``"hsv"`` or ``"ycbcr"``.

    Returns
    -------
    (..., 3) ndarray of float64
        Colours in `target`, on its grid: whole multiples of 2**-10 (sRGB, Lab, YCbCr, and degrees) or of 2**-18. Colours outside
        sRGB's gamut are converted, not clipped.

    Raises
    ------
    ValueError
        For an unknown space, an array whose last axis is not 3, or values that are not finite.

    References
    ----------
    .. [1] IEC 61966-2-1:1999 (sRGB); CIE 15:2004 (CIELAB); ITU-R BT.601-7 (YCbCr).
    .. [2] B. Ottosson, "A perceptual color space for image processing", 2020, https://bottosson.github.io/posts/oklab/
    .. [3] A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978, doi:10.1145/965139.807361 (HSV).

    Examples
    --------
    >>> import img2num_nb as nb
    >>> nb.convert_color([255, 0, 0], "srgb", "hsv").tolist()
    [0.0, 1.0, 1.0]
    """
    check_choice("source", source, SPACES)
    check_choice("target", target, SPACES)
    values = np.asarray(colors, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] != 3:
        raise ValueError(f"colors must have a last axis of 3 channels, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("colors must be finite numbers, got NaN or infinity: remove them first")
    flat = values.reshape(-1, 3)
    rgb = _inverse((_hsv_to_cone(flat) if source == "hsv" else flat) * SPACES[source].steps, source)
    if target == "hsv":
        steps = np.array([SPACES["srgb"].steps, SPACES["hsv"].steps, SPACES["hsv"].steps])
        out = np.round(_rgb_to_hsv(rgb) * steps) / steps
        out[:, 0] %= 360
    else:
        out = np.empty(rgb.shape)
        _encode(srgb_to_linear(rgb) if target in USES_LIGHT else rgb, target, out)
        out /= SPACES[target].steps
    return out.reshape(values.shape)
