"""scikit-learn's k-means on the weighted histogram: the methods that tutorials use, and our oracle."""

import os
from contextlib import nullcontext

import numpy as np

from ..errors import check_choice, check_integer, check_number
from .design import Design

INITS = ("k-means++", "random")
_HOME = os.getpid()  # of the process that imported this


def sklearn_kmeans(coords, counts, k, rng, *, max_iter=100, init="k-means++", n_init=1, tol=1e-4):
    """scikit-learn's KMeans, each distinct colour weighted by its pixels.

    Options as scikit-learn's; `init` may also be ``(k, 3)`` sRGB colours to start from. In a forked process it works on one thread; a
    program that forks after scikit-learn was used, but before this module was imported, must start its processes by spawn.

    References
    ----------
    .. [1] F. Pedregosa et al., "Scikit-learn: machine learning in Python", JMLR 12, 2011, https://jmlr.org/papers/v12/pedregosa11a.html
    """
    from sklearn.cluster import KMeans

    return _fit(KMeans, coords, counts, k, rng, max_iter, init, n_init, tol=check_number("tol", tol, 0))


def sklearn_minibatch(
    coords, counts, k, rng, *, max_iter=100, init="k-means++", n_init=1, batch_size=1024, tol=0.0
):
    """scikit-learn's MiniBatchKMeans: learns from small random samples; quick on large data, less steady.

    Options as scikit-learn's; `init` may also be ``(k, 3)`` sRGB colours to start from.

    References
    ----------
    .. [1] D. Sculley, "Web-scale k-means clustering", WWW 2010, doi:10.1145/1772690.1772862
    """
    from sklearn.cluster import MiniBatchKMeans

    batch_size = check_integer("batch_size", batch_size, 1, 1 << 30)
    tol = check_number("tol", tol, 0)
    return _fit(
        MiniBatchKMeans, coords, counts, k, rng, max_iter, init, n_init, tol=tol, batch_size=batch_size
    )


def _fit(estimator, coords, counts, k, rng, max_iter, init, n_init, **options):
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    check_integer("max_iter", max_iter, 1, 1 << 30)
    if isinstance(init, str):
        check_choice("init", init, INITS)
    n_init = check_integer("n_init", n_init, 1, 1000) if isinstance(init, str) else 1
    seed = int(rng.integers(1 << 31))
    model = estimator(k, init=init, n_init=n_init, max_iter=max_iter, random_state=seed, **options)
    with warnings.catch_warnings(), _threads():
        # fewer clusters than k: the result says so itself, in n_colors
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(coords, sample_weight=counts.astype(np.float64))
    centers = np.floor(model.cluster_centers_ + 0.5)
    return Design(centers, int(model.n_iter_), bool(model.n_iter_ < max_iter))


def _threads():
    """Return a context for scikit-learn's work: one thread in a forked process, where more than one would wait for ever.

    The OpenMP runtime of GCC does not outlive a fork: https://scikit-learn.org/stable/faq.html (why does it hang with n_jobs > 1).
    """
    if os.getpid() == _HOME:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="openmp")
