"""Methods that divide: the box of all colours is cut until there are k parts, and each part's mean is a palette colour."""

from itertools import chain, pairwise

import numpy as np

from .._kernels import cuts as kernels
from .._kernels.run import chunked, stop_if
from ..color_grid import WORTH_THREADS, Cells
from .design import Design
from .kmeans import snap_means, wu_centers

LOOK_AHEAD = 3  # cuts of median_cut
# the bits of 0 to 255 with room for two others after each
EVERY_THIRD_BIT = np.array([int(f"{value:b}", 8) for value in range(256)], np.uint64)


def median_cut(coords, counts, k, rng, *, cancel=None):
    """Median cut (Heckbert): cut a box so that half of its pixels lie on each side, k - 1 times.

    The box with the greatest squared error is cut, across the axis that leaves the least error. The first three cuts, on
    which all depends, look one cut ahead: what is left once both halves are cut in turn. (The simplest versions, which take the box of
    most pixels and its longest side, make more error: see lesson 07.) The median is rounded to the edge of one of 256 slabs. Nothing is
    random.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each.
    k : int
        Number of centres wanted.
    rng : numpy.random.Generator
        Not used.

    References
    ----------
    .. [1] P. Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982, doi:10.1145/800064.801294
    """

    n_cuts = 0

    def halve(points, sums, squares, beyond):
        nonlocal n_cuts
        n_cuts += 1
        ahead = n_cuts <= LOOK_AHEAD
        chunk = 3 if len(points) < WORTH_THREADS else 1
        planes = chunked(
            lambda a, b: [kernels.median_plane(points, sums, i, ahead) for i in range(a, b)], 3, chunk
        )
        edges, gains, further = np.array(list(chain.from_iterable(planes))).T
        # rounded: where all axes leave nothing, as in a box of four colours, the first cut decides and not the last bit
        scores = np.round([gains + further, gains] / squares.sum(), 9)
        *_, axis = max(zip(*scores, range(3), strict=True))
        _side(points, np.eye(3)[axis], edges[axis] - 0.5, beyond)  # coordinates are whole numbers

    return Design(snap_means(_divide(weighted(coords, counts), k, halve, cancel)))


def wu(coords, counts, k, rng, *, cells=None):
    """Variance-minimizing cut (Wu): cut the box of greatest squared error where that error falls most, k - 1 times.

    The places tried are the planes of a grid of 32 cells along the longest side. Nothing is random. Parameters as `median_cut`.

    Parameters
    ----------
    cells : Cells, optional
        These colours grouped, if that is done already.

    References
    ----------
    .. [1] X. Wu, "Color quantization by dynamic programming and principal analysis", ACM Trans. Graphics 11(4), 1992,
       doi:10.1145/146443.146475
    .. [2] X. Wu, "Efficient statistical computations for optimal color quantization", Graphics Gems II, 1991, pp. 126-133
    """
    cells = cells or Cells.group(coords, counts)
    return Design(wu_centers(cells.means(), cells.bins, k))


def bisecting(coords, counts, k, rng, *, max_iter=100, cancel=None):
    """Bisecting k-means: part the cluster of greatest squared error in two by 2-means, k - 1 times.

    Each 2-means starts from the two sides of the mean along the axis of greatest variance, so nothing is random; `max_iter` limits the
    passes of each. Parameters as `median_cut`.

    References
    ----------
    .. [1] M. Steinbach, G. Karypis, V. Kumar, "A comparison of document clustering techniques", KDD Workshop on Text Mining, 2000
    .. [2] M. E. Celebi, Q. Wen, S. Hwang, "An effective real-time color quantization method based on divisive hierarchical clustering",
       Journal of Real-Time Image Processing 10, 2015, doi:10.1007/s11554-012-0291-4
    """
    passes, converged = 0, True

    def two_means(points, sums, squares, beyond):
        nonlocal passes, converged
        axis = np.argmax(squares)
        normal, limit = np.eye(3)[axis], sums[axis] / sums[3]
        for n_pass in range(max_iter + 1):
            changed, half = _side(points, normal, limit, beyond)
            if n_pass and not changed:
                return
            rest = sums - half
            u, v = half[:3] / half[3], rest[:3] / rest[3]
            normal = u - v
            x, y, z = normal * (u + v)
            limit = 0.5 * (x + y + z)
            passes = max(passes, n_pass)
        converged = False

    sums = _divide(weighted(coords, counts), k, two_means, cancel)
    return Design(snap_means(sums), passes, converged)


def _side(points, normal, limit, beyond):
    """Return what `kernels.side` does, on threads where that pays: the sums are exact."""
    if len(points) < WORTH_THREADS:
        return kernels.side(points, normal, limit, beyond)
    parts = chunked(lambda a, b: kernels.side(points[a:b], normal, limit, beyond[a:b]), len(points))
    changed, sums = zip(*parts, strict=True)
    return sum(changed), sum(sums)


def _divide(points, k, halve, cancel):
    """Part the box of greatest squared error in two, k - 1 times, or until there is none; return the boxes' sums, ``(n_boxes, 4)``.

    Parameters
    ----------
    points : (n, 4) ndarray of float64
        Come out in another order.
    halve : callable
        ``halve(points, sums, squares, beyond)`` notes in `beyond` which of a box's points go to the other half, given their sums and
        squared deviations along each axis.
    """
    spare, beyond = np.empty_like(points), np.zeros(len(points), np.bool_)
    boxes, fresh = [slice(0, len(points))], [0]
    sums, squares, errors = np.zeros((k, 4)), np.zeros((k, 3)), np.zeros(k)
    while True:
        for i in fresh:
            box = points[boxes[i]]
            sums[i], squares[i] = kernels.spread(box)
            errors[i] = squares[i].sum() if len(box) > 1 else 0.0
        largest = int(np.argmax(errors))
        if len(boxes) == k or errors[largest] <= 0:
            return sums[: len(boxes)]
        stop_if(cancel, f"at {len(boxes)} of {k} boxes")
        box = boxes[largest]
        halve(points[box], sums[largest], squares[largest], beyond[box])
        middle = box.start + kernels.part_at(points[box], beyond[box], spare)
        fresh = [largest, len(boxes)]
        boxes[largest] = slice(box.start, middle)
        boxes.append(slice(middle, box.stop))


def octree(coords, counts, k, rng, *, cancel=None):
    """Octree (Gervautz and Purgathofer): cubes of colours merge with their siblings, those first where it matters least.

    The tree has eight levels over the bounding cube of the colours in their colour space (in sRGB, if black and white occur, over the
    bits of R, G and B). All colours are known beforehand, so the k leaves are found from the root down, where the node of most squared
    error opens: that leaves those that merging the nodes of least squared error would. (The paper, which sees one pixel after the
    other, merges the deepest cubes first, and of those the ones with fewest pixels.) Where not all octants of the last node opened
    fit, the lightest stay together, so that there are k colours. Nothing is random. Parameters as `median_cut`.

    References
    ----------
    .. [1] M. Gervautz, W. Purgathofer, "A simple method for color quantization: octree quantization", New Trends in Computer Graphics,
       1988, doi:10.1007/978-3-642-83492-9_20
    """
    codes, order = _octree_order(coords)
    points = weighted(coords, counts)[order]
    sums, squares = kernels.spread(points)
    leaves = [(slice(0, len(points)), sums)]
    errors = [squares.sum()]
    while len(leaves) < k and max(errors) > 0:
        stop_if(cancel, f"at {len(leaves)} of {k} colours")
        node = int(np.argmax(errors))
        box, total = leaves[node]
        low, high = int(codes[box.start]), int(codes[box.stop - 1])
        if low == high:  # a cube of the finest level
            errors[node] = 0.0
            continue
        level = ((low ^ high).bit_length() - 1) // 3  # where they part; 0 is the finest
        edges = ((low >> 3 * level + 3 << 3) + np.arange(9)) << 3 * level
        cuts = box.start + np.searchsorted(codes[box], edges.astype(codes.dtype))
        parts = [slice(a, b) for a, b in pairwise(cuts) if a < b]
        found = [(part, *kernels.spread(points[part])) for part in parts]
        found.sort(key=lambda one: -one[1][3])
        room = k - len(leaves) + 1
        opened = [(part, sums) for part, sums, _ in found]
        if len(found) > room:
            opened[room - 1 :] = [(box, total - sum(sums for _, sums in opened[: room - 1]))]
        leaves[node : node + 1] = opened
        errors[node : node + 1] = [squares.sum() for *_, squares in found[:room]]
    return Design(snap_means(np.array([sums for _, sums in leaves])))


def _octree_order(coords):
    """Return the colours' codes in the octree, ascending, and their order: of each level, from the coarsest, a bit of x, y and z."""
    low = coords.min(axis=0)
    size = np.floor((coords.max(axis=0) - low).max() / 256) + 1
    places = ((coords - (low - 0.5)) * (1 / size)).astype(
        np.uint8
    )  # whole numbers: (coords - low) // size, but quick
    x, y, z = EVERY_THIRD_BIT[places].T
    keys = np.sort(
        (x << 2 | y << 1 | z) << 32 | np.arange(len(coords), dtype=np.uint64)
    )  # all differ: one order
    return keys >> 32, keys & 0xFFFFFFFF


def weighted(coords, counts):
    """Return coordinates and counts side by side, ``(U, 4)`` float64."""
    return np.column_stack([coords, counts])
