"""What a table of results shows, and how surely: paired comparisons over images (see `conclusions` for the words)."""

import json
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import bootstrap, permutation_test

from ..experiments.measure import DEFAULT_TEXTS
from ..vocabulary import METRICS, SETTINGS, TIME

#: What a variant of an experiment is made of: all settings but k and seed, which, with the images, variants are compared over.
FACTORS = (
    "method",
    "color_space",
    *(name for name in SETTINGS if name not in ("method", "color_space", "k", "seed")),
)
RESAMPLES = 10_000
LEVEL = 0.05
FEW = 6  # images below which no sign-flip test reaches the level: 2 / 2**5 > 0.05
#: Column of a table of results -> what it measures.
MEASURES = METRICS | {"seconds_total": TIME}
#: Those that a report compares pair by pair: less is better.
COMPARED = ("delta_e_mean", "s_delta_e_mean", "mse", "png_bytes", "seconds_total")


@dataclass(frozen=True)
class Pairing:
    """One variant beside another, over the same images.

    Attributes
    ----------
    a, b : str
        The variants.
    metric : str
        A column in which less is better.
    ratio : float
        Geometric mean over images of a's value divided by b's.
    low, high : float
        95 % bootstrap interval of the ratio, over images.
    wins : int
        Images on which a is lower.
    n_images : int
    p : float
        Two-sided sign-flip permutation test of "the ratio is 1"; after `holm`, corrected for the number of comparisons.
    """

    a: str
    b: str
    metric: str
    ratio: float
    low: float
    high: float
    wins: int
    n_images: int
    p: float

    @property
    def certain(self):
        """Whether the difference is beyond chance, at the 5 % level."""
        return self.p < LEVEL

    @property
    def verdict(self):
        """What that says of a beside b."""
        if self.certain:
            return "better" if self.ratio < 1 else "worse"
        return "better on all, but too few" if self.wins == self.n_images > 1 else "not told apart"


def good(table):
    """Return the rows without an error, with the columns ``"variant"`` and ``"series"``, the variant but for its colour space."""
    rows = table[table["error"].isna()] if "error" in table else table
    rows = rows.assign(**{name: value for name, value in DEFAULT_TEXTS.items() if name not in rows})
    factors = [name for name in FACTORS if name != "color_space"]
    return rows.assign(variant=_names(rows, FACTORS), series=_names(rows, factors))


def _names(rows, factors):
    """Name each row by those factors that vary: ``kmeans, lab``."""
    varying = [name for name in factors if rows[name].nunique() > 1] or ["method"]
    names = {
        "filter": lambda text: "no filter" if text == "none" else f"filter {text}",
        "dither": lambda text: "no dithering" if text == "none" else f"dithering {text}",
        "locked": lambda text: "nothing locked" if text == "none" else f"locked {text}",
        "max_iter": "at most {} iterations".format,
        "chroma_weight": "chroma weight {:g}".format,
        "fit_on": lambda side: f"designed on {side} pixels a side" if side else "designed on all pixels",
        "options": _option_text,
    }
    columns = [rows[name].map(names.get(name, str)) for name in varying]
    return [", ".join(text for text in texts if text) for texts in zip(*columns, strict=True)]


def _option_text(options):
    return ", ".join(f"{name} {value}" for name, value in json.loads(options).items())


def pair(rows, metric, a, b, by="variant", seed=0):
    """Compare two variants over the images that both have.

    An image's value is the mean over k of the logarithm of the ratio of the two variants' means over seeds. Cells in which a value is 0
    (lossless) have no ratio and are left out.

    Parameters
    ----------
    rows : pandas.DataFrame
        As `good` returns it.
    metric : str
        A column of positive numbers in which less is better.
    a, b : str
        Values of the column `by`.
    seed : int
        Of bootstrap and permutations.

    Returns
    -------
    Pairing or None
        None if no image has both.
    """
    means = rows.groupby(["image", "k", by], sort=True)[metric].mean().unstack(by)
    both = means.reindex(columns=[a, b]).dropna()
    both = both[(both > 0).all(axis=1)]
    logs = np.log(both[a] / both[b]).groupby(level="image").mean().to_numpy()
    n = len(logs)
    if n == 0:
        return None
    rng = np.random.default_rng(seed)
    low, high = np.exp(_interval(logs, rng))
    return Pairing(
        a,
        b,
        metric,
        float(np.exp(logs.mean())),
        float(low),
        float(high),
        int((logs < 0).sum()),
        n,
        _flip(logs, rng),
    )


def _interval(values, rng):
    """Return the 95 % percentile bootstrap interval of the mean."""
    if len(values) == 1:
        return values[0], values[0]
    return bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=rng
    ).confidence_interval


def _flip(values, rng):
    """Return the p-value of a two-sided sign-flip test of "the mean is 0": exact up to 13 values, of chance signs above."""
    if len(values) == 1:
        return 1.0
    test = permutation_test((values,), np.mean, permutation_type="samples", n_resamples=RESAMPLES, rng=rng)
    return float(test.pvalue)


def holm(pairings):
    """Return the pairings with p corrected for their number (Holm's step-down method)."""
    order = sorted(range(len(pairings)), key=lambda i: pairings[i].p)
    corrected, highest = list(pairings), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, pairings[i].p * (len(pairings) - rank)))
        corrected[i] = replace(pairings[i], p=highest)
    return corrected


def ranking(rows, metric):
    """Compare the best variant (least geometric mean over images and k) with each other one.

    Returns
    -------
    best : str
    pairings : list of Pairing
        Best beside each other variant, the nearest first; p corrected by `holm`.
    """
    reference, *variants = rows["variant"].value_counts().index  # the variant with the most cells
    pairings = [p for variant in sorted(variants) if (p := pair(rows, metric, variant, reference))]
    least = min(pairings, key=lambda p: p.ratio, default=None)
    best = least.a if least and least.ratio < 1 else reference
    others = [
        p for variant in sorted({reference, *variants} - {best}) if (p := pair(rows, metric, best, variant))
    ]
    return best, sorted(holm(others), key=lambda p: -p.ratio)


def seed_spread(rows, metric="mse"):
    """Return the spread over seeds of each image, k and variant that has two seeds or more.

    Returns
    -------
    pandas.DataFrame
        Columns image, k, variant, method, color_space, and ``spread``: standard deviation over mean, percent.
    """
    if metric not in rows:
        return rows.iloc[:0].assign(spread=[])
    groups = rows.groupby(["image", "k", "variant", "series", "method", "color_space"], sort=False)[metric]
    table = groups.agg(["mean", "std", "count"]).reset_index()
    table = table[(table["count"] > 1) & (table["mean"] > 0)]
    return table.assign(spread=100 * table["std"] / table["mean"])
