"""Weighted k-means of the distinct colours: exact, fast, and the same bits everywhere."""

import numpy as np

from .._kernels import lloyd as kernels
from .._kernels import starts
from .._kernels.run import chunked
from ..color_grid import WORTH_THREADS, Cells
from ..errors import check_choice, check_integer, check_number
from .design import Design

INITS = ("wu", "k-means++", "random", "maximin")
EFFORTS = ("draft", "standard", "best")
MOMENTUM = 0.95
FEW_CENTERS = 64  # a draft makes more passes for these, which cost little
DRAFT_PASSES = 8, 2
PATIENCE = 3
LOCAL_CELLS = 8  # divisions of the grid over the cells' means


def kmeans(
    coords,
    counts,
    k,
    rng,
    *,
    max_iter=100,
    init="k-means++",
    n_init=None,
    tol=1e-4,
    effort="standard",
    cells=None,
    cancel=None,
):
    """K-means (ours): exact Lloyd on every distinct colour, from a start refined on some thousand cells of colours.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each.
    k : int
        Number of centres wanted.
    rng : numpy.random.Generator
    max_iter : int
        Upper limit of Lloyd passes, those over the cells and those over all colours together. 0 returns the start.
    init : str or (k, 3) array_like of 0..255
        ``"k-means++"`` (greedy, seeded) [2]_, ``"random"`` (distinct colours at random), ``"maximin"`` [3]_ and ``"wu"`` [4]_ (both
        deterministic), or sRGB colours to start from, rounded to whole levels.
    n_init : int, optional
        Starts, of which the best after refinement on the cells goes on; by default 4 up to k = 32, 2 up to 64, else 1.
    tol : float
        Converged when the centres' total squared shift is at most `tol` times the mean variance of the coordinates (scikit-learn's
        meaning); 0: when no centre moves, hence no label changes.
    effort : str
        ``"draft"`` (few passes over mean colours, from Wu's start), ``"standard"``, or ``"best"`` (starts of several kinds, then
        centres are moved from where they help least to where they help most for as long as that lowers the error).
    cells : Cells, optional
        These colours grouped, if that is done already.

    References
    ----------
    .. [1] S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Information Theory 28(2), 1982, doi:10.1109/TIT.1982.1056489
    .. [2] D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007, doi:10.5555/1283383.1283494
    .. [3] T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985, doi:10.1016/0304-3975(85)90224-5
    .. [4] X. Wu, "Color quantization by dynamic programming and principal analysis", ACM Trans. Graphics 11(4), 1992,
       doi:10.1145/146443.146475
    """
    n_init = None if n_init is None else check_integer("n_init", n_init, 1, 1000)
    tol = check_number("tol", tol, 0)
    cells = cells or Cells.group(coords, counts)
    given = None if isinstance(init, str) else np.asarray(init, np.float64)
    if given is None:
        check_choice("init", init, INITS)
    elif effort == "best":
        raise ValueError("effort 'best' tries starts of its own: leave init out, or take effort='standard'")
    means = cells.means()
    # few cells for many centres: the cells' means would be a poor image of the colours, so start from the colours themselves
    small = len(means) < 4 * k
    points, bins = (cells.points, None) if small else (means, cells.bins)
    if effort == "draft" and given is None:
        passes = min(max_iter, DRAFT_PASSES[k > FEW_CENTERS])
        return Design(*lloyd(cells, start("wu", points, bins, k, rng), 0, passes, cancel))
    level = cells if small else Cells.group(means[:, :3], means[:, 3], LOCAL_CELLS)
    limit = tol * _mean_variance(points)
    if given is not None:
        centers, passes = given, 0
    elif effort == "best":
        centers, passes = best(cells, level, k, rng, limit / 100, max_iter - 1, cancel)
    else:
        n_init = n_init or max(1, min(4, 128 // k))
        streams = rng.spawn(1 if init in ("wu", "maximin") else n_init)

        def attempt(i, _):
            centers, passes, _ = lloyd(
                level, start(init, points, bins, k, streams[i]), limit, max_iter - 1, cancel
            )
            return _error(level, centers), i, centers, passes

        _, _, centers, passes = min(chunked(attempt, len(streams), 1), key=lambda a: a[:2])
    # from given centres the path is that of the textbook, which others can repeat
    momentum = MOMENTUM if given is None else 0
    centers, more, converged = lloyd(cells, centers, limit, max_iter - passes, cancel, momentum)
    return Design(centers, passes + more, converged)


def _mean_variance(points):
    """Return the mean over the three coordinates of their weighted variance."""
    weight = points[:, 3:] / points[:, 3].sum()
    mean = (weight * points[:, :3]).sum(axis=0)
    return float((weight * (points[:, :3] - mean) ** 2).sum() / 3)


def start(init, points, bins, k, rng):
    """Return k first centres among, or (Wu) of, weighted points ``(n, 4)``."""
    k = min(k, len(points))
    if init == "random":
        return points[rng.permutation(len(points))[:k], :3].copy()
    if init == "wu":
        return wu_centers(points, bins, k)
    if init == "maximin":
        return maximin_centers(points, k)
    centers = np.empty((k, 3))
    columns = -(-len(points) // starts.LANES)
    planar, distances = (
        np.zeros((4, starts.LANES * columns), np.float32),
        np.empty((3, starts.LANES * columns), np.float32),
    )
    uniform = rng.random((k, 2 + int(np.log(k))))
    starts.plus_plus(points, centers, uniform, planar, distances, np.empty((3, columns), np.float32))
    return centers


def maximin_centers(points, k, cancel=None):
    """Return the most frequent of weighted points ``(n, 4)``, then k - 1 times the one farthest from all before."""
    distance = np.full(len(points), np.inf)
    chunk = len(points) if len(points) < WORTH_THREADS else None
    chosen = [int(np.argmax(points[:, 3]))]
    while len(chosen) < k:
        x, y, z, _ = points[chosen[-1]]
        job = lambda a, b: a + starts.farthest(points[a:b], x, y, z, distance[a:b])  # noqa: B023, E731
        chosen.append(max(chunked(job, len(points), chunk, cancel=cancel), key=distance.__getitem__))
    return points[chosen, :3]


def wu_centers(points, bins, k):
    """Return the means of Wu's boxes; `bins` places the points on the grid of cuts (by default their coordinates' 6 bits)."""
    if bins is None:
        low = points[:, :3].min(axis=0)
        size = max(1.0, np.floor((points[:, :3].max(axis=0) - low).max() / 64) + 1)
        bins = ((points[:, :3] - low) // size).astype(np.uint8)
    sums = starts.wu(points, bins, int(bins.max()) + 1, k)
    return snap_means(sums)


def snap_means(sums):
    """Return the means of ``(n, 4)`` sums (x, y, z, count), rounded to the grid."""
    return np.floor(sums[:, :3] / sums[:, 3:] + 0.5)


def lloyd(cells, centers, limit, max_iter, cancel=None, momentum=MOMENTUM):
    """Iterate Lloyd's two steps until the centres' total squared shift is at most `limit`.

    Each centre is carried on by part of its last way (Nesterov's momentum, with restart), which saves half of the passes; the
    centres returned are always plain means, and the shift compared with `limit` is that of a plain step.

    Returns
    -------
    centers : (k, 3) ndarray
    n_iter : int
        Passes made, at most `max_iter`.
    converged : bool
    """
    n_iter, end = 0, kernels.GOES_ON
    while n_iter < max_iter and end != kernels.DONE:
        left = max_iter - n_iter
        centers, passes, end, sums = cells.lloyd(centers, limit, left, momentum, cancel)
        n_iter += passes
        if end == kernels.EMPTY:
            centers = snap_means(_reseed(cells, centers, sums))
    return centers, max(max_iter, 0) if end != kernels.DONE else n_iter, end == kernels.DONE


def _reseed(cells, centers, sums):
    """Give centres without points the points that add most to the error, one of a cluster; drop them if there are none."""
    empty = sums[:, 3] == 0
    labels, _, _ = cells.assign(centers)
    distances = cells.distances(labels, centers)
    weighted = cells.points.copy()
    cost = distances * weighted[:, 3]
    weighted[:, :3] *= weighted[:, 3:]
    order = np.argsort(-cost, kind="stable")
    _, first = np.unique(labels[order], return_index=True)  # each cluster's worst point
    worst = order[np.sort(first)][: empty.sum()]
    worst = worst[cost[worst] > 0]
    sums = sums.copy()
    sums[labels[worst]] -= weighted[worst]
    sums[np.flatnonzero(empty)[: len(worst)]] = weighted[worst]
    left = sums[:, 3] == 0
    if len(worst):  # the others stay for the next pass, when there are more clusters
        sums[left, :3], sums[left, 3] = centers[left], 1
    return sums[sums[:, 3] > 0]


def _error(cells, centers):
    """Return the weighted sum of squared distances to the nearest centre; exact."""
    return cells.assign(centers)[2]


def best(cells, level, k, rng, limit, max_iter, cancel=None):
    """Return centres of low error: the best of several starts, improved by breathing.

    To breathe is to add m centres where the error is largest, iterate, remove the m that are missed least, and iterate; what is better
    is kept, and after some tries in vain m is halved. First over the cells, where a pass costs little, then over all colours. Which
    centres to add and to remove is read off the cells both times.

    Returns
    -------
    centers : (k, 3) ndarray
    passes : int
        Of the last Lloyd run.

    References
    ----------
    .. [1] B. Fritzke, "Breathing k-means", 2020, arXiv:2006.15666
    """
    tries = []
    for i, init in enumerate(("wu", "maximin", *["k-means++"] * 6)):
        centers, _, _ = lloyd(level, start(init, level.points, None, k, rng), limit, max_iter, cancel)
        tries.append((_error(level, centers), i, centers))
    _, _, centers = min(tries, key=lambda t: t[:2])
    centers, _ = breathe(level, level, centers, len(centers) // 4, PATIENCE, rng, limit, max_iter, cancel)
    return breathe(cells, level, centers, len(centers) // 16, 1, rng, limit, max_iter, cancel)


def breathe(cells, level, centers, m, patience, rng, limit, max_iter, cancel=None):
    """Return better centres, and the passes that made them (see `best`); m is halved after `patience` tries in vain."""
    centers, passes, _ = lloyd(cells, centers, limit, max_iter, cancel)
    least = _error(cells, centers)
    m = max(1, m) if 1 < len(centers) < len(level.points) else 0
    vain = 0
    while m:
        error, _ = starts.usefulness(level.points, centers)
        worst = np.argsort(-error, kind="stable")[:m]
        spread = np.sqrt(error[worst] / level.points[:, 3].sum())[:, None] * rng.normal(size=(m, 3))
        grown = np.vstack([centers, np.floor(centers[worst] + spread + 0.5)])
        grown, _, _ = lloyd(cells, grown, limit, max_iter, cancel)
        _, missed = starts.usefulness(level.points, grown)
        kept = np.sort(np.argsort(-missed, kind="stable")[: len(centers)])
        moved, n, _ = lloyd(cells, grown[kept], limit, max_iter, cancel)
        now = _error(cells, moved)
        if now < least * (1 - 1e-6):
            centers, least, passes, vain = moved, now, n, 0
        else:
            vain += 1
            if vain == patience:
                m, vain = m // 2, 0
    return centers, passes
