"""Methods that learn from random samples: MacQueen's k-means, a self-organizing map, and a colony of bees."""

import numpy as np

from .._kernels import online as kernels
from .._kernels import starts
from .._kernels.run import stop_if
from ..color_grid import Cells
from ..errors import check_choice, check_integer
from .design import Design
from .kmeans import INITS, start

MAP_STEPS = 100  # times at which the map's rate and radius shrink ...
MAP_KEEP = 0.95  # ... to this part
#: Cells along the longest side of the colours' box: bees judge a palette on the cells' means.
COLONY_CELLS = (16, 32, 64, 128)


def macqueen(coords, counts, k, rng, *, init="wu", samples=1 << 19, cells=None):
    """MacQueen's online k-means: each sampled pixel pulls its nearest centre, ever more weakly; one pass, no iterations.

    A centre's rate is one over the square root of the pixels that it has taken. Pixels are drawn evenly over the colours, in random
    order.

    Parameters
    ----------
    coords : (U, 3) ndarray of float64
        Whole-number grid coordinates of the distinct colours.
    counts : (U,) ndarray of int64
        Pixels of each.
    k : int
        Number of centres wanted.
    rng : numpy.random.Generator
    init : str
        First centres, as of ``"kmeans"``. The paper's is ``"maximin"``, which needs about four times the samples for the same error.
    samples : int
        Pixels drawn.
    cells : Cells, optional
        These colours grouped, if that is done already.

    References
    ----------
    .. [1] S. Thompson, M. E. Celebi, K. H. Buck, "Fast color quantization using MacQueen's k-means algorithm", Journal of Real-Time
       Image Processing 17, 2020, doi:10.1007/s11554-019-00914-6
    """
    check_choice("init", init, INITS)
    samples = check_integer("samples", samples, 1, 1 << 26)
    cells = cells or Cells.group(coords, counts)
    points, bins = (cells.means(), cells.bins) if len(cells.bins) >= 4 * k else (cells.points, None)
    planar = start(init, points, bins, k, rng).T.copy()
    kernels.macqueen(coords, draw(counts, samples, rng), planar, np.zeros(planar.shape[1], np.int64))
    return Design(np.floor(planar.T + 0.5))


def som(coords, counts, k, rng, *, samples=1 << 18):
    """Self-organizing map (after Dekker's NeuQuant): a chain of k neurons stretches itself through the colours.

    The chain begins on the diagonal of the colours' box. Each sampled pixel moves the nearest neuron and, less, its neighbours in the
    chain; rate and radius shrink 100 times by 5 %, from 1 and k / 16. Two things of NeuQuant are left out: the handicap for neurons
    that win often, which raises the mean squared error, and sampling in steps of a prime number. One pass, no iterations. Parameters as
    `macqueen`.

    References
    ----------
    .. [1] A. H. Dekker, "Kohonen neural networks for optimal colour quantization", Network: Computation in Neural Systems 5(3), 1994,
       doi:10.1088/0954-898X_5_3_003
    """
    samples = check_integer("samples", samples, MAP_STEPS, 1 << 26)
    low, high = coords.min(axis=0), coords.max(axis=0)
    planar = low[:, None] + (high - low)[:, None] * (np.arange(k) + 0.5) / k
    kernels.self_organize(coords, draw(counts, samples, rng), planar, MAP_STEPS, 1.0, k / 16, MAP_KEEP)
    return Design(np.floor(planar.T + 0.5))


def draw(counts, n, rng):
    """Return the places of n colours, each in proportion to its pixels, in random order."""
    cumulative = np.cumsum(counts)
    # the middles of n equal shares of all pixels; Python's integers, for the product may pass 64 bits
    step, rest = divmod(int(cumulative[-1]), n)
    middles = np.arange(n) * step + (2 * np.arange(n) + 1) * rest // (2 * n) + step // 2
    return rng.permutation(np.searchsorted(cumulative, middles, side="right"))


def bee_colony(coords, counts, k, rng, *, max_iter=100, colony=10, limit=50, cancel=None):
    """Artificial bee colony: whole palettes compete, are varied one colour at a time, and given up when stale; slow.

    Bees try palettes: each employed bee moves one colour of its palette towards or away from that of another's; onlookers do the same
    where palettes are good; a palette that did not improve `limit` times is replaced by random colours. A palette is judged by its
    squared error over the mean colours of some thousand cells. The colony knows no end but `max_iter` cycles. Parameters as `macqueen`.

    Parameters
    ----------
    max_iter : int
        Cycles; each judges twice as many palettes as the colony has.
    colony : int
        Palettes, at least 2.
    limit : int
        Failures in a row after which a palette is given up.

    References
    ----------
    .. [1] C. Ozturk, E. Hancer, D. Karaboga, "Color image quantization: a short review and an application with artificial bee colony
       algorithm", Informatica 25(3), 2014, doi:10.15388/Informatica.2014.25
    """
    colony = check_integer("colony", colony, 2, 1000)
    limit = check_integer("limit", limit, 1, 1 << 30)
    for divisions in COLONY_CELLS:  # a cycle judges many palettes, so on few points
        points = Cells.group(coords, counts, divisions).means()
        if len(points) >= 4 * k:
            break
    else:
        points = np.column_stack([coords, counts])
    share = points[:, 3] / points[:, 3].sum()

    def scout():
        return points[rng.choice(len(points), k, replace=False, p=share), :3]

    def cost(palette):
        return starts.usefulness(points, palette)[0].sum()

    foods = [scout() for _ in range(colony)]
    costs = np.array([cost(palette) for palette in foods])
    stale = np.zeros(colony, np.int64)
    best, least = foods[costs.argmin()], costs.min()
    for _ in range(max_iter):
        stop_if(cancel, "between two cycles of the colony")
        fitness = 1 / (1 + costs)
        onlookers = rng.choice(colony, colony, p=fitness / fitness.sum())
        for i in [*range(colony), *onlookers]:
            other, j = (i + rng.integers(1, colony)) % colony, rng.integers(k)
            varied = foods[i].copy()
            varied[j] += rng.uniform(-1, 1, 3) * (varied[j] - foods[other][j])
            now = cost(varied)
            stale[i] = 0 if now < costs[i] else stale[i] + 1
            if now < costs[i]:
                foods[i], costs[i] = varied, now
        if costs.min() < least:
            best, least = foods[costs.argmin()], costs.min()
        worn = stale.argmax()
        if stale[worn] > limit:
            foods[worn], stale[worn] = scout(), 0
            costs[worn] = cost(foods[worn])
    return Design(np.floor(best + 0.5), max_iter, False)
