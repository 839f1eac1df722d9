"""Dithering: pixels near each other take different palette colours, so that their mean is nearer to the original."""

from functools import lru_cache

import numpy as np

from . import color
from ._kernels import dither as kernels
from ._kernels.run import chunked, stop_if
from .color_grid import Cells
from .errors import check_choice, check_number
from .vocabulary import DITHERS, LIGHTS

PATTERN = 16  # palette colours that stand for one colour in ordered dithering
BAND = 256  # rows between two looks at `cancel`
BLUE_NOISE_SIGMA = 1.5  # pixels; Ulichney's choice


def dithered_labels(
    image, palette, colors, look_up, *, dither, strength=1.0, light="srgb", color_space="lab", cancel=None
):
    """Return the label of each pixel under dithering.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB.
    palette : (n, 3) ndarray of uint8
        sRGB colours, ascending in lightness.
    colors : (U, 3) ndarray of uint8
        The image's distinct colours.
    look_up : callable
        ``look_up(values)`` returns for each pixel, ``(H, W)``, the value of its colour.
    dither : str
        A name of `DITHERS`, other than ``"none"``.
    strength : float
        Part of an error that is passed on, 0 to 1. Means are right at 1; photographs, seen from some way off, come nearest at about
        0.75, with less noise.
    light : str
        What should be right on average: ``"srgb"`` values, as most programs have it, or ``"linear"`` light, as eyes average from afar.
    color_space : str
        Space in which the nearest palette colour is looked for.

    Returns
    -------
    (H, W) ndarray of uint8 or uint16

    Notes
    -----
    All is done in whole numbers, so the result is the same everywhere. The nearest palette colour is looked up for cubes of 4 x 4 x 4
    colours, and for single colours only where a palette colour lies in the cube: a slip is an error like any other, and made up for.

    Ordered dithering of a palette without order, after Knoll: error diffusion within one colour finds 16 palette colours whose mean
    stands for it; sorted by lightness, they are spread over the pixels by a pattern of thresholds.

    References
    ----------
    .. [1] R. W. Floyd, L. Steinberg, "An adaptive algorithm for spatial greyscale", Proc. Society of Information Display 17(2), 1976
    .. [2] R. Ulichney, "Digital halftoning", MIT Press, 1987 (rows to and fro)
    .. [3] B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures", IEEE Int. Conf. Communications, 1973
    .. [4] R. Ulichney, "The void-and-cluster method for dither array generation", Proc. SPIE 1913, 1993, doi:10.1117/12.152707
    .. [5] T. Knoll, "Pattern dithering", US patent 6,606,166 (expired 2019)
    """
    check_choice("dither", dither, [name for name in DITHERS if name != "none"])
    strength = check_number("dither_strength", strength, 0, 1)
    check_choice("dither_light", light, LIGHTS)
    levels = _amounts(light)
    table, fine = nearest_table(palette, color_space)
    given = (levels, _codes(levels), table, fine, levels[palette], round(256 * strength))
    dtype = np.uint8 if len(palette) <= 256 else np.uint16
    labels = np.empty(image.shape[:2], dtype)
    if dither.startswith("floyd-steinberg"):
        errors = np.zeros((2, image.shape[1] + 2, 3), np.int64)
        serpentine = not dither.endswith("raster")
        for y in range(0, len(image), BAND):
            stop_if(cancel, f"at row {y} of {len(image)}")
            kernels.diffuse(image, y, min(y + BAND, len(image)), *given, serpentine, errors, labels)
    else:
        ranks = bayer(8) if dither == "bayer" else blue_noise(64)
        thresholds = PATTERN * ranks // ranks.size
        patterns = np.empty((len(colors), PATTERN), dtype)
        chunked(lambda a, b: kernels.mix(colors[a:b], *given, patterns[a:b]), len(colors), cancel=cancel)
        places = look_up(np.arange(len(colors), dtype=np.uint32))
        chunked(
            lambda a, b: kernels.pick(places[a:b], a, patterns, thresholds, labels[a:b]),
            len(labels),
            cancel=cancel,
        )
    return labels


def _amounts(light):
    """Return the amount, 0 to 65535, of each of the 256 sRGB values."""
    share = color.LIGHT if light == "linear" else color.LEVELS
    return np.floor(share * kernels.FULL + 0.5).astype(np.int64)


def _codes(levels):
    """Return the sRGB value of each amount / 16: the one whose amount is nearest, and exactly that of each of the `levels`."""
    middles = 16 * np.arange(4096) + 8
    codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, middles).astype(np.uint8)
    codes[levels >> 4] = np.arange(256)
    return codes


def nearest_table(palette, color_space):
    """Return the nearest palette colour of every sRGB colour, in brief.

    Returns
    -------
    table : (2**18,) ndarray of int32
        The label for each cube of 4 x 4 x 4 colours, numbered by the upper 6 bits of R, G, B; or -1 - i, where `fine` knows more.
    fine : (m, 64) ndarray of int32
        The labels of the cube's colours, numbered by the lower 2 bits of R, G, B.
    """
    centers = color.to_grid(palette, color_space)
    table = _lattice(color_space).assign(centers)[0].astype(np.int32)
    cubes = np.unique(palette >> 2, axis=0)
    inside = np.stack(np.meshgrid(*[np.arange(4, dtype=np.uint8)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    colors = (4 * cubes[:, None] + inside).reshape(-1, 3)
    group = Cells.group(color.to_grid(colors, color_space), np.ones(len(colors), np.int64))
    fine = group.assign(centers)[0].astype(np.int32).reshape(-1, 64)
    table[cubes.astype(np.int64) @ [1 << 12, 1 << 6, 1]] = -1 - np.arange(len(cubes))
    return table, fine


@lru_cache(maxsize=2)
def _lattice(color_space):
    """Return the middles of all cubes of 4 x 4 x 4 colours, grouped: some 20 MB."""
    levels = np.arange(2, 256, 4, dtype=np.uint8)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    return Cells.group(color.to_grid(colors, color_space), np.ones(len(colors), np.int64))


def bayer(size):
    """Return Bayer's pattern: ranks 0 to size**2 - 1, ``(size, size)`` int64; `size` is a power of two."""
    ranks = np.zeros((1, 1), np.int64)
    while len(ranks) < size:
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return ranks


@lru_cache(maxsize=1)
def blue_noise(size):
    """Return a void-and-cluster pattern, which tiles the plane: ranks 0 to size**2 - 1, ``(size, size)`` int64.

    Crowding is measured with a Gaussian in whole numbers, so the pattern is the same everywhere.
    """
    square = np.minimum(np.arange(size), size - np.arange(size)) ** 2
    bell = np.floor(np.exp(-(square[:, None] + square) / (2 * BLUE_NOISE_SIGMA**2)) * 2**40 + 0.5)
    bell = np.tile(bell.astype(np.int64), (2, 2))
    crowd, taken = np.zeros((size, size), np.int64), np.zeros((size, size), bool)

    def put(place, sign):
        y, x = divmod(int(place), size)
        taken[y, x] = sign > 0
        np.add(crowd, sign * bell[size - y : 2 * size - y, size - x : 2 * size - x], out=crowd)

    def tightest():
        return np.where(taken, crowd, -1).argmax()

    def largest_void():
        return np.where(taken, np.iinfo(np.int64).max, crowd).argmin()

    n_first = size * size // 10
    for place in np.random.default_rng(0).permutation(size * size)[:n_first]:
        put(place, 1)
    while True:  # spread the first points evenly
        cluster = tightest()
        put(cluster, -1)
        void = largest_void()
        put(void, 1)
        if void == cluster:
            break
    even = taken.copy()
    ranks = np.empty(size * size, np.int64)
    for rank in reversed(range(n_first)):
        ranks[cluster := tightest()] = rank
        put(cluster, -1)
    for place in np.flatnonzero(even):
        put(place, 1)
    for rank in range(n_first, size * size):
        ranks[void := largest_void()] = rank
        put(void, 1)
    return ranks.reshape(size, size)
