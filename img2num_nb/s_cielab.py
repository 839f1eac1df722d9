"""S-CIELAB: the difference of two pictures as eyes see it from a stated distance, where fine patterns melt into their mean."""

from functools import lru_cache

import numpy as np

from . import color
from ._kernels import color as kernels
from ._kernels.run import chunked, n_threads

#: Pixels in one degree of the visual field: a screen of 96 pixels per inch seen from 60 cm.
PIXELS_PER_DEGREE = 40

# Rows: luminance, red-green, blue-yellow, of CIE XYZ with Y = 1 for white (Poirson and Wandell 1993).
XYZ_TO_OPPONENT = np.array(
    [
        [0.2787336, 0.7218031, -0.1065520],
        [-0.4487736, 0.2898056, 0.0771569],
        [0.0859513, -0.5899859, 0.5011089],
    ]
)
# Of each opponent channel the Gaussians exp(-(r / spread)**2) of its filter: weight (scaled to the sum 1 later), spread in degrees.
FILTERS = (
    ((0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)),
    ((0.531, 0.0392), (0.330, 0.494)),
    ((0.488, 0.0536), (0.371, 0.386)),
)


def s_delta_e(image, other, pixels_per_degree=PIXELS_PER_DEGREE):
    """Return the S-CIELAB difference of two images, pixel by pixel.

    Parameters
    ----------
    image, other : (H, W, 3) ndarray of uint8
        sRGB, of one shape.
    pixels_per_degree : float
        Viewing distance: pixels in one degree of the visual field.

    Returns
    -------
    (H, W) ndarray of float64
        Euclidean distance in CIELAB (CIE 1976) after the eye's blur; on large flat areas that of the colours themselves.

    References
    ----------
    .. [1] X. Zhang, B. A. Wandell, "A spatial extension of CIELAB for digital color-image reproduction", J. Society for Information
       Display 5(1), 1997, doi:10.1889/1.1985127
    """
    return np.sqrt(((seen(image, pixels_per_degree) - seen(other, pixels_per_degree)) ** 2).sum(axis=2))


def seen(image, pixels_per_degree=PIXELS_PER_DEGREE):
    """Return an sRGB image as eyes see it, ``(H, W, 3)`` float64 CIELAB: each opponent channel blurred by its own filter.

    The picture is taken to go on beyond its border as in a mirror, which is what a cosine transform does. Light that the luminance
    filter's negative part makes less than none, in shadows beside something bright, is none.
    """
    from scipy.fft import dctn, idctn

    height, width = image.shape[:2]
    to_opponent = XYZ_TO_OPPONENT @ color.RGB_TO_XYZ
    opponent = color.LIGHT.astype(np.float32)[image] @ to_opponent.T.astype(np.float32)
    for channel in range(3):
        plane = dctn(opponent[:, :, channel], workers=n_threads())
        plane *= _transfer(height, width, channel, pixels_per_degree)
        opponent[:, :, channel] = idctn(plane, workers=n_threads(), overwrite_x=True)
    from_opponent = np.linalg.inv(XYZ_TO_OPPONENT).T / color.WHITE
    xyz = np.maximum(opponent.reshape(-1, 3) @ from_opponent.astype(np.float32), 0).astype(np.float64)
    lab, steps = np.empty(xyz.shape), float(color.SPACES["lab"].steps)
    chunked(lambda a, b: kernels.lab(xyz[a:b], np.eye(3), steps, lab[a:b]), len(xyz))
    return (lab / steps).reshape(image.shape)


@lru_cache(maxsize=6)
def _transfer(height, width, channel, pixels_per_degree):
    """Return what a channel's filter leaves of each wave of the cosine transform, ``(height, width)`` float32."""
    total = sum(weight for weight, _ in FILTERS[channel])
    out = np.zeros((height, width))
    for weight, spread in FILTERS[channel]:
        down, across = (_gaussian(side, spread * pixels_per_degree) for side in (height, width))
        out += weight / total * down[:, None] * across
    return out.astype(np.float32)


def _gaussian(n, spread):
    """Return the response of a sampled Gaussian of this spread, pixels, to each of the n waves of a cosine transform."""
    waves = np.pi * np.arange(n) / n
    # a kernel of samples repeats its spectrum every 2 pi; two repeats to each side are all that counts from 0.1 pixels on
    spectrum = sum(np.exp(-(((waves + 2 * np.pi * i) * spread) ** 2) / 4) for i in range(-8, 9))
    return spectrum / spectrum[0]
