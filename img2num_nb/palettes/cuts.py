"""Methods that divide: the box of all colours is cut until there are k parts, and each part's mean is a palette colour."""

import numpy as np

from .._kernels import cuts as kernels
from .._kernels.run import chunked
from ..cells import WORTH_THREADS, Cells
from ..errors import Cancelled
from .design import Design
from .kmeans import snap_means, wu_centers


def median_cut(coords, counts, k, rng, *, cancel=None):
    """Median cut (Heckbert): cut a box so that half of its pixels lie on each side, k - 1 times.

    The box is that with the greatest product of pixels and standard deviation along an axis; of the three cuts that take the one that
    leaves the least squared error. (The simplest versions, which take the box of most pixels and its longest side, make about a third
    more error.) The median is rounded to the edge of one of 256 slabs. Nothing is random.

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

    def size(n, sums, squares):
        return np.sqrt(sums[3] * squares.max())  # pixels times standard deviation

    def halve(points, sums, squares, beyond):
        axis, edge = kernels.median_plane(points, sums)
        _side(points, np.eye(3)[axis], edge - 0.5, beyond)  # coordinates are whole numbers

    return Design(snap_means(_divide(weighted(coords, counts), k, size, halve, cancel)))


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

    def error(n, sums, squares):
        return squares.sum() if n > 1 else 0.0

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

    sums = _divide(weighted(coords, counts), k, error, two_means, cancel)
    return Design(snap_means(sums), passes, converged)


def _side(points, normal, limit, beyond):
    """Return what `kernels.side` does, on threads where that pays: the sums are exact."""
    if len(points) < WORTH_THREADS:
        return kernels.side(points, normal, limit, beyond)
    parts = chunked(lambda a, b: kernels.side(points[a:b], normal, limit, beyond[a:b]), len(points))
    changed, sums = zip(*parts, strict=True)
    return sum(changed), sum(sums)


def _divide(points, k, size, halve, cancel):
    """Part the box of greatest size in two, k - 1 times, or until all sizes are 0; return the boxes' sums, ``(n_boxes, 4)``.

    Parameters
    ----------
    points : (n, 4) ndarray of float64
        Come out in another order.
    size : callable
        ``size(n, sums, squares)`` of a box, from its points' number, sums and squared deviations along each axis.
    halve : callable
        ``halve(points, sums, squares, beyond)`` notes in `beyond` which of a box's points go to the other half.
    """
    spare, beyond = np.empty_like(points), np.zeros(len(points), np.bool_)
    boxes, fresh = [slice(0, len(points))], [0]
    sums, squares, sizes = np.zeros((k, 4)), np.zeros((k, 3)), np.zeros(k)
    while True:
        for i in fresh:
            box = points[boxes[i]]
            sums[i], squares[i] = kernels.spread(box)
            sizes[i] = size(len(box), sums[i], squares[i])
        largest = int(np.argmax(sizes))
        if len(boxes) == k or sizes[largest] <= 0:
            return sums[: len(boxes)]
        if cancel is not None and cancel():
            raise Cancelled(f"cancelled at {len(boxes)} of {k} boxes")
        box = boxes[largest]
        halve(points[box], sums[largest], squares[largest], beyond[box])
        middle = box.start + kernels.part_at(points[box], beyond[box], spare)
        fresh = [largest, len(boxes)]
        boxes[largest] = slice(box.start, middle)
        boxes.append(slice(middle, box.stop))


def octree(coords, counts, k, rng):
    """Octree (Gervautz and Purgathofer): cubes of colours merge with their siblings, those with fewest pixels first.

    The tree has eight levels over the bounding cube of the colours in their colour space (in sRGB, if black and white occur, over the
    bits of R, G and B). All colours are known beforehand, so the k leaves are found from the root down, where the node with most
    pixels opens: that leaves the same ones. (The paper, which sees one pixel after the other, merges the deepest cubes first, and of
    those the ones with fewest pixels.) Where not all octants of the last node opened fit, the lightest stay together, so that there
    are k colours. Nothing is random. Parameters as `median_cut`.

    References
    ----------
    .. [1] M. Gervautz, W. Purgathofer, "A simple method for color quantization: octree quantization", New Trends in Computer Graphics,
       1988, doi:10.1007/978-3-642-83492-9_20
    """
    low = coords.min(axis=0)
    size = np.floor((coords.max(axis=0) - low).max() / 256) + 1
    paths = ((coords - low) // size).astype(np.uint8)
    return Design(snap_means(kernels.octree(weighted(coords, counts), paths, k)))


def weighted(coords, counts):
    """Return coordinates and counts side by side, ``(U, 4)`` float64."""
    return np.column_stack([coords, counts])
