"""Locked colours: any method designs the rest of the palette around colours that are given."""

import numpy as np

from .design import Design

ROUNDS = 3


def design_around(design, coords, counts, k, rng, locked, *, cells, **options):
    """Design at most ``k - len(locked)`` colours around locked ones.

    Which colours a locked one serves depends on the others, and those should be designed for the rest only. So the method designs for
    all colours first; then, up to twice, for those that are not nearest to a locked one. The best of these palettes is taken.

    Parameters
    ----------
    design : callable
        A method of `METHODS`, which gets `options` as they are.
    coords, counts, k, rng
        As of every method.
    locked : (m, 3) ndarray of float64
        Grid coordinates of the locked colours, m at most k.
    cells : Cells
        The colours grouped.

    Returns
    -------
    Design
        Its centres begin with the locked ones.
    """
    m = len(locked)
    rest = np.ones(len(coords), bool)
    least, best = np.inf, Design(locked)
    for _ in range(ROUNDS if m < k else 0):
        points, weights = coords[rest], counts[rest]
        few = len(points) <= k - m
        free = Design(points) if few else design(points, weights, k - m, rng, **options)
        centers = np.vstack([locked, free.centers])
        labels, _, error = cells.assign(centers)
        if error < least:
            least, best = error, Design(centers, free.n_iter, free.converged)
        others = labels >= m
        if not others.any() or np.array_equal(others, rest):
            break
        rest = others
    return best
