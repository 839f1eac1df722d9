"""Methods of one step: a regular grid, the most frequent colours, random ones, the most distant ones, and given ones."""

import numpy as np

from .._kernels import starts
from ..color import to_grid
from ..color_grid import Cells
from ..hex_colors import check_colors, named_palette
from .design import Design
from .kmeans import maximin_centers


def uniform(coords, counts, k, rng):
    """Uniform quantization: the centres of equal boxes that fill the colours' bounding box, wherever colours lie.

    The box is that of the image's colours in their colour space (in sRGB mostly the whole cube, which 256 colours cut 7 x 6 x 6 times).
    The longest side of the boxes is halved, cut in three and so on for as long as there are at most k; those that no pixel falls in are
    dropped, so the result often has fewer colours. Nothing is random.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each; not used.
    k : int
        Number of centres at most.
    rng : numpy.random.Generator
        Not used.

    References
    ----------
    .. [1] P. Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982, doi:10.1145/800064.801294
    """
    low = coords.min(axis=0)
    sides = coords.max(axis=0) - low
    levels = np.ones(3, np.int64)
    while True:
        fits = (levels.prod() // levels * (levels + 1) <= k) & (sides > 0)
        if not fits.any():
            break
        levels[np.argmax(np.where(fits, sides / levels, 0))] += 1
    places = np.stack(np.unravel_index(np.arange(levels.prod()), levels), axis=1)
    return Design(np.floor(low + (places + 0.5) * sides / levels + 0.5))


def popularity(coords, counts, k, rng, *, cells=None):
    """Popularity: the mean colours of the k cells with most pixels, of a grid of 32 cells along the longest side.

    Colours that are rare, however striking, are lost. Nothing is random. Parameters as `uniform`.

    Parameters
    ----------
    cells : Cells, optional
        These colours grouped, if that is done already.

    References
    ----------
    .. [1] P. Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982, doi:10.1145/800064.801294
    """
    means = (cells or Cells.group(coords, counts)).means()
    return Design(means[np.argsort(-means[:, 3], kind="stable")[:k], :3])


def random(coords, counts, k, rng):
    """Random pixels: k different colours, drawn as often as pixels have them, and no iteration; shows what iterating adds.

    Parameters as `uniform`.
    """
    return Design(coords[rng.choice(len(coords), k, replace=False, p=counts / counts.sum())])


def maximin(coords, counts, k, rng, *, cancel=None):
    """Maximin (Gonzalez): the most frequent colour, then k - 1 times the colour farthest from those chosen.

    The greatest error is at most twice the least possible; outliers and edges of the gamut get more colours than the mean error asks
    for. Nothing is random. Parameters as `uniform`.

    References
    ----------
    .. [1] T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 38, 1985,
       doi:10.1016/0304-3975(85)90224-5
    """
    return Design(maximin_centers(np.column_stack([coords, counts]), min(k, len(coords)), cancel))


def fixed(coords, counts, k, rng, *, palette="web-safe", keep=False, color_space="srgb", cells=None):
    """Fixed palette: colours that you give, by name, file or code; of more than k, the k that the image misses most.

    Where the palette is too large, the colour goes without which the squared error (over the means of cells) grows least, then the
    next. Also an image of few colours gets none but these. Nothing is random. Parameters as `uniform`.

    Parameters
    ----------
    palette : str, or list of colours
        A name of `hex_colors.NAMED`, or a list of codes such as ``"#ff8800"``, or of R, G, B. (`quantize` reads palette files.)
    keep : bool
        Keep all colours in the order given, also those that no pixel has, so that a label means the same colour in every image.
        (`quantize` sees to it.)
    color_space : str or Space
        That of `coords`.
    cells : Cells, optional
        These colours grouped, if that is done already.

    Raises
    ------
    ValueError
        If there is no such palette.
    """
    colors = named_palette(palette) if isinstance(palette, str) else check_colors(palette, "palette")
    centers = to_grid(np.unique(colors, axis=0), color_space)
    points = (cells or Cells.group(coords, counts)).means()
    while len(centers) > k:
        _, missed = starts.usefulness(points, centers)
        n_drop = max(1, (len(centers) - k) // 16)  # several at a time as long as there are many
        centers = np.delete(centers, np.argsort(missed, kind="stable")[:n_drop], axis=0)
    return Design(centers)
