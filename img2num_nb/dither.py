"""Dithering: pixels near each other take different palette colours, so that their mean is nearer to the original."""

from functools import lru_cache
from itertools import product

import numpy as np

from . import color
from ._kernels import dither as kernels
from ._kernels.run import chunked, n_threads, stop_if
from .color_grid import Cells
from .vocabulary import DITHERS as DITHERS

#: Error diffusion: name -> (whether rows run in alternating directions, divisor, shares): what goes to the next two pixels of the row,
#: and to the pixels 2 before to 2 after it of the next two rows. All shares together are the divisor.
DIFFUSION = {
    "floyd-steinberg": (True, 16, ((7, 0), (0, 3, 5, 1, 0), (0, 0, 0, 0, 0))),
    "floyd-steinberg-raster": (False, 16, ((7, 0), (0, 3, 5, 1, 0), (0, 0, 0, 0, 0))),
    "jarvis-judice-ninke": (True, 48, ((7, 5), (3, 5, 7, 5, 3), (1, 3, 5, 3, 1))),
    "stucki": (True, 42, ((8, 4), (2, 4, 8, 4, 2), (1, 2, 4, 2, 1))),
    "sierra": (True, 32, ((5, 3), (2, 4, 5, 4, 2), (0, 2, 3, 2, 0))),
    "atkinson": (True, 6, ((1, 1), (0, 1, 1, 1, 0), (0, 0, 1, 0, 0))),
}
BAND = 64  # rows between two looks at `cancel`
BLUE_NOISE_SIGMA = 1.5  # pixels; Ulichney's choice

#: Where bins of amounts beyond black and white end, of a whole range.
BEYOND = (1 / 32, 1 / 12, 1 / 6, 1 / 3, 2 / 3)
#: Directions in which it is seen whether a colour lies beyond the gamut: all small whole steps, both ways.
DIRECTIONS = np.array([d for d in product(range(-2, 3), repeat=3) if np.gcd.reduce(d) == 1])


def dithered_labels(
    image,
    palette,
    colors,
    *,
    dither,
    strength=1.0,
    light="srgb",
    color_space=color.SPACES["lab"],
    cancel=None,
):
    """Return the label of each pixel under dithering.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB.
    palette : (n, 3) ndarray of uint8
        sRGB colours, ascending in lightness.
    colors : (U, 3) ndarray of uint8
        The image's distinct colours, ascending; ordered dithering needs them.
    dither : str
        A name of `vocabulary.DITHERS`, other than ``"none"``.
    strength : float
        Part of an error that is passed on, 0 to 1. Means are right at 1.
    light : str
        What should be right on average: ``"srgb"`` values, as most programs have it, or ``"linear"`` light, as eyes average from afar.
    color_space : Space
        Space in which the nearest palette colour is looked for.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.

    Returns
    -------
    (H, W) ndarray of uint8 or uint16

    Notes
    -----
    Errors and mixtures are amounts of light or of sRGB values; which palette colour is nearest is asked in the colour space. Both fit
    together because no error is lost: whatever colour is taken, what it lacks goes on. Beyond black and white a colour space has no
    say, and the nearest colour is that of the amounts, which keeps errors small (all bounded, for a colour within the gamut, the
    palette's convex hull). Of a colour that certainly lies beyond the gamut, no mixture has the mean: half of the errors that arrive
    there are dropped.

    Error diffusion looks the nearest colour up for cubes of 4 x 4 x 4 colours, and for single colours only where a palette colour lies
    in the cube: a slip is an error like any other, and made up for.

    Ordered dithering of a palette without order, after Knoll: error diffusion within one colour finds palette colours whose mean stands
    for it; sorted by lightness, they are spread over the pixels by a pattern of thresholds. There are 64 of them for Bayer's pattern,
    256 for one of at most 8 palette colours; 256 for blue noise, 64 with more than 64 palette colours, which lie near each other. Knoll
    does so for each colour; here it is done for a lattice of 33 x 33 x 33 colours, and a colour between them takes the
    patterns of the corners around it in turn, so that the mean is right again (tetrahedral interpolation, by thresholds).

    All is done in whole numbers or in a fixed order, so the result is the same everywhere.

    References
    ----------
    .. [1] R. W. Floyd, L. Steinberg, "An adaptive algorithm for spatial greyscale", Proc. Society of Information Display 17(2), 1976
    .. [2] J. F. Jarvis, C. N. Judice, W. H. Ninke, "A survey of techniques for the display of continuous tone pictures on bilevel
       displays", Computer Graphics and Image Processing 5(1), 1976, doi:10.1016/S0146-664X(76)80003-2
    .. [3] P. Stucki, "MECCA: a multiple-error correcting computation algorithm for bilevel image hardcopy reproduction", IBM Research
       Report RZ1060, 1981
    .. [4] R. Ulichney, "Digital halftoning", MIT Press, 1987 (rows in alternating directions)
    .. [5] B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures", IEEE Int. Conf. Communications, 1973
    .. [6] R. Ulichney, "The void-and-cluster method for dither array generation", Proc. SPIE 1913, 1993, doi:10.1117/12.152707
    .. [7] T. Knoll, "Pattern dithering", US patent 6,606,166 (expired 2019)
    """
    labels = np.empty(image.shape[:2], np.uint8 if len(palette) <= 256 else np.uint16)
    if dither in DIFFUSION:
        _diffuse(image, palette, DIFFUSION[dither], strength, light, color_space, labels, cancel)
    else:
        _order(image, palette, colors, dither == "blue-noise", strength, light, color_space, labels, cancel)
    return labels


def _diffuse(image, palette, weights, strength, light, color_space, labels, cancel):
    """Label an image by error diffusion, with `weights` as in `DIFFUSION`."""
    serpentine, divisor, (row, *below) = weights
    near, after = (round(4096 * strength * share / divisor) for share in row)
    shares = (np.array(below) * (strength / divisor)).astype(np.float32)
    levels = _levels(light)
    gamut = levels, np.zeros(1 << 15, np.uint8), DIRECTIONS, (levels[palette] @ DIRECTIONS.T).max(axis=0)
    search = _search(palette, levels, color_space)
    height, width = image.shape[:2]
    errors, wanted = np.zeros((3, 3 * width + 12), np.float32), np.empty(3 * width, np.float32)
    for y in range(0, height, BAND):
        stop_if(cancel, f"at row {y} of {height}")
        stop = min(y + BAND, height)
        kernels.diffuse(
            image, y, stop, serpentine, near, after, shares, search, gamut, errors, wanted, labels
        )


def _order(image, palette, colors, blue, strength, light, color_space, labels, cancel):
    """Label an image by a pattern of thresholds: of blue noise, or Bayer's."""
    levels = _levels(light)
    search = _search(palette, levels, color_space)
    edges = np.minimum(np.arange(0, 257, 8), 255)  # sRGB values of the lattice
    # the more palette colours, the nearer they lie: then fewer shares of them are enough
    n_levels = 256 if len(palette) <= (64 if blue else 8) else 64
    places, points = _lattice_points(colors, edges)
    amounts = levels[points]
    directions = DIRECTIONS.T.astype(np.float64)  # whole numbers all the same
    beyond = (amounts @ directions > (levels[palette] @ directions).max(axis=0)).any(axis=1)
    patterns = np.empty((len(points), n_levels), labels.dtype)
    share = round(4096 * strength)
    chunked(
        lambda a, b: kernels.mix(amounts[a:b], beyond[a:b], share, search, patterns[a:b]),
        len(points),
        max(1, len(points) // (8 * n_threads() * kernels.LANES)) * kernels.LANES,
        cancel=cancel,
    )
    lower = np.minimum(np.searchsorted(edges, np.arange(256), "right") - 1, len(edges) - 2)
    low, high = levels[edges[lower]], levels[edges[lower + 1]]
    between = (4096 * (levels - low) + (high - low) // 2) // (high - low)
    given = lower, between, places, patterns, *_own(palette), *_thresholds(blue, n_levels)
    chunked(lambda a, b: kernels.pick(image[a:b], a, *given, labels[a:b]), len(labels), cancel=cancel)


def _thresholds(blue, n_levels):
    """Return a tile of places in a pattern of `n_levels` colours, and one of shifts, 0 to 4095.

    Pixels with the same or the next place have shifts far from each other. With Bayer's pattern, of which each place has one pixel,
    they also differ from tile to tile, of 4 x 4.
    """
    if blue:
        ranks = blue_noise(64)
        below = ranks.size // n_levels
        return ranks // below, (2 * _reversed(below)[ranks % below] + 1) * 2048 // below
    tile = bayer(8 if n_levels == 64 else 16)
    size = len(tile)
    ranks = np.tile(tile, (4, 4))
    shifts = (2 * _reversed(n_levels)[ranks] + 1) * 2048 // n_levels
    return ranks, (shifts + 257 * np.kron(bayer(4), np.ones((size, size), np.int64))) % 4096


def _reversed(n):
    """Return the numbers below n, a power of two, with their bits in reverse order."""
    width = n.bit_length() - 1
    return np.array([int(f"{i:0{width}b}"[::-1], 2) for i in range(n)])


def _lattice_points(colors, edges):
    """Return the place of each point of a lattice, and the sRGB values of those that the colours need, filled up for the kernel."""
    n = len(edges)
    cubes, near = np.zeros((n - 1,) * 3, bool), np.zeros((n,) * 3, bool)
    cubes[tuple(colors.T // np.uint8(edges[1]))] = True
    for r, g, b in product((0, 1), repeat=3):
        near[r : n - 1 + r, g : n - 1 + g, b : n - 1 + b] |= cubes
    points = np.argwhere(near)
    places = np.zeros(near.shape, np.int32)
    places[near] = np.arange(len(points))
    return places, edges[np.vstack([points, points[: -len(points) % kernels.LANES]])]


def _own(palette):
    """Return where to find the palette colours themselves: see `_kernels.dither.pick`."""
    codes = palette.astype(np.int64) @ [1 << 16, 1 << 8, 1]
    cubes = (palette >> 3).astype(np.int64) @ [1 << 10, 1 << 5, 1]
    order = np.lexsort([codes, cubes])
    begin = np.full(1 << 15, -1, np.int32)
    begin[cubes[order][::-1]] = np.arange(len(palette))[::-1]
    follows = np.append(cubes[order][1:] == cubes[order][:-1], False)
    return begin, np.stack([codes[order], order, follows], axis=1).astype(np.int32)


def _levels(light):
    """Return the amount, 0 to 65535, of each of the 256 sRGB values."""
    share = color.LIGHT if light == "linear" else color.LEVELS
    return np.floor(share * kernels.FULL + 0.5).astype(np.int64)


def _codes(levels):
    """Return the sRGB value of each amount / 16 from -65535 to 131070: the one whose amount is nearest, exactly so for the `levels`."""
    middles = 16 * np.arange(3 * 4096) + 7 - kernels.FULL
    codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, middles).astype(np.uint8)
    codes[(levels + kernels.FULL + 1) >> 4] = np.arange(256)
    return codes


def _search(palette, levels, color_space):
    """Return where `_kernels.dither.diffuse` keeps labels, and from what it finds them.

    Returns
    -------
    tuple
        ``bins`` and ``codes``, see the kernels; ``table``, 1 + the label of each cube of bins, 0 beyond black and white while it is not
        needed, -1 - i where ``fine[i]``, ``(64,)``, has the same for the single colours of the cube; the amount in the middle
        of each bin; coordinates of the single colours; those of the palette, ``(3, n)``, and its amounts, as float64 and int64.
    """
    codes = _codes(levels)
    amounts = 16 * np.arange(3 * 4096) + 7 - kernels.FULL
    beyond = np.array(BEYOND) * (kernels.FULL + 1)  # edges of the bins beyond white, and below black
    bins = np.where(amounts < 0, 15 - np.searchsorted(beyond, -amounts), 16 + (codes >> 2))
    bins = np.where(amounts > kernels.FULL, 80 + np.searchsorted(beyond, amounts - kernels.FULL), bins)
    middles, far = np.zeros(96), (np.append(0, beyond) + np.append(beyond, kernels.FULL)) / 2
    middles[16:80] = levels.reshape(64, 4).mean(axis=1)
    middles[80 : 80 + len(far)], middles[16 - len(far) : 16] = kernels.FULL + far, -far[::-1]
    centers = color.to_grid(palette, color_space)
    coords, own = np.ascontiguousarray(centers.T), levels[palette]
    table = np.zeros((128, 128, 128), np.int32)
    table[16:80, 16:80, 16:80] = 1 + _lattice(color_space).assign(centers)[0].reshape(64, 64, 64).astype(
        np.int32
    )
    cubes = np.unique(palette >> 2, axis=0)
    table[tuple(cubes.T.astype(np.int64) + 16)] = -1 - np.arange(len(cubes))
    inside = np.array(list(product(range(4), repeat=3)), np.uint8)
    inner = color.to_grid((4 * cubes[:, None] + inside).reshape(-1, 3), color_space)
    fine = np.zeros((len(cubes), 64), np.int32)
    of_palette = coords, np.ascontiguousarray(own.T.astype(np.float64)), own
    return bins.astype(np.uint8), codes, table.reshape(-1), fine, middles, inner, *of_palette


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
