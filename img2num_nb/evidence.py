"""What a table of results says, and how surely: paired comparisons over images, and sentences made of them."""

import itertools
import json
import math
from dataclasses import dataclass, fields, replace

import numpy as np

from .measure import LATER
from .settings import Settings

#: What an arm of an experiment is made of: all settings but k and seed, which, with the images, arms are compared over.
FACTORS = (
    "method",
    "color_space",
    *(f.name for f in fields(Settings) if f.name not in ("method", "color_space", "k", "seed")),
)
RESAMPLES = 10_000
LEVEL = 0.05
FEW = 6  # images below which no sign-flip test reaches the level: 2 / 2**5 > 0.05
WORDS = {
    "delta_e_mean": "mean ΔE₂₀₀₀",
    "mse": "mean squared error (sRGB)",
    "png_bytes": "PNG size",
    "seconds_total": "time",
}


@dataclass(frozen=True)
class Pairing:
    """One arm beside another, over the same images.

    Attributes
    ----------
    a, b : str
        The arms.
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
    """Return the rows without an error, with two more columns: ``"arm"``, and ``"way"``, the arm but for its colour space."""
    rows = table[table["error"].isna()] if "error" in table else table
    rows = rows.assign(**{name: value for name, value in LATER.items() if name not in rows})
    ways = [name for name in FACTORS if name != "color_space"]
    return rows.assign(arm=_names(rows, FACTORS), way=_names(rows, ways))


def _names(rows, factors):
    """Name each row by those factors that vary: ``kmeans, lab``."""
    varying = [name for name in factors if rows[name].nunique() > 1] or ["method"]
    names = {
        "filter": lambda text: "no filter" if text == "none" else f"filter {text}",
        "dither": lambda text: "no dithering" if text == "none" else f"dithering {text}",
        "locked": lambda text: "nothing locked" if text == "none" else f"locked {text}",
        "max_iter": "at most {} iterations".format,
        "options": _option_text,
    }
    columns = [rows[name].map(names.get(name, str)) for name in varying]
    return [", ".join(text for text in texts if text) for texts in zip(*columns, strict=True)]


def _option_text(options):
    return ", ".join(f"{name} {value}" for name, value in json.loads(options).items())


def pair(rows, metric, a, b, by="arm", seed=0):
    """Compare two arms over the images that both have.

    An image's value is the mean over k of the logarithm of the ratio of the two arms' means over seeds. Cells in which a value is 0
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
    means = logs[rng.integers(n, size=(RESAMPLES, n))].mean(axis=1)
    low, high = np.exp(np.percentile(means, [2.5, 97.5]))
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


def _flip(values, rng):
    """Return the p-value of a two-sided sign-flip test: how often chance signs give a mean as far from 0; exact up to 12 values."""
    n = len(values)
    if n <= 12:
        signs = np.array(list(itertools.product((-1, 1), repeat=n)))
    else:
        signs = np.vstack([np.ones(n), rng.choice((-1, 1), size=(RESAMPLES - 1, n))])
    means = np.abs((signs * values).mean(axis=1))
    return float((means >= means[-1 if n <= 12 else 0] * (1 - 1e-12)).mean())


def holm(pairings):
    """Return the pairings with p corrected for their number (Holm's step-down method)."""
    order = sorted(range(len(pairings)), key=lambda i: pairings[i].p)
    corrected, highest = list(pairings), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, pairings[i].p * (len(pairings) - rank)))
        corrected[i] = replace(pairings[i], p=highest)
    return corrected


def ranking(rows, metric):
    """Compare the best arm (least geometric mean over images and k) with each other one.

    Returns
    -------
    best : str
    pairings : list of Pairing
        Best beside each other arm, the nearest first; p corrected by `holm`.
    """
    reference, *arms = rows["arm"].value_counts().index  # the arm with the most cells
    pairings = [p for arm in sorted(arms) if (p := pair(rows, metric, arm, reference))]
    least = min(pairings, key=lambda p: p.ratio, default=None)
    best = least.a if least and least.ratio < 1 else reference
    others = [p for arm in sorted({reference, *arms} - {best}) if (p := pair(rows, metric, best, arm))]
    return best, sorted(holm(others), key=lambda p: -p.ratio)


def sentence(pairing):
    """Return a pairing as a sentence that claims no more than the data do."""
    name = WORDS.get(pairing.metric, pairing.metric)
    n, wins = pairing.n_images, pairing.wins if pairing.ratio < 1 else pairing.n_images - pairing.wins
    change = _change(pairing.ratio, pairing.metric)
    if n < FEW:
        return f"{pairing.a}: {name} {change} than {pairing.b}, on {'the one image' if n == 1 else f'{wins} of {n} images'}."
    facts = f"95 % interval {_interval(pairing)}; {wins} of {n} images; p = {pairing.p:.2g}"
    if pairing.certain:
        return f"{pairing.a}: {name} {change} than {pairing.b} ({facts})."
    return f"{pairing.a} and {pairing.b} are not told apart by {name}: {change} ({facts})."


def _interval(pairing):
    """Return the ends of an interval, the nearer to "no change" first: ``8 % to 12 %``, or ``3 % lower to 2 % higher``."""
    ends = sorted((pairing.low, pairing.high), key=lambda ratio: abs(math.log(ratio)))
    first, second = (_change(ratio, pairing.metric) for ratio in ends)
    alike = first.split()[-1] == second.split()[-1]
    return f"{first.rsplit(' ', 1)[0] if alike else first} to {second}"


def _change(ratio, metric):
    """Return what a ratio means in words: ``12 % lower``, ``a factor of 3.1 higher``."""
    less, more = ("shorter", "longer") if metric == "seconds_total" else ("lower", "higher")
    word = less if ratio < 1 else more
    if not 0.1 <= ratio < 2:
        return f"a factor of {max(ratio, 1 / ratio):.1f} {word}"
    percent = abs(100 * (ratio - 1))
    return f"{percent:.{0 if percent >= 10 else 1}f} % {word}"


def conclusions(table):
    """Return what the data say, as sentences: the best arms, Lab beside sRGB, KMeans beside MiniBatchKMeans.

    Parameters
    ----------
    table : pandas.DataFrame
        Results, see `measure.COLUMNS`.

    Returns
    -------
    list of str
    """
    rows = good(table)
    if rows.empty:
        return ["No cell has a result."]
    n = rows["image"].nunique()
    said = []
    if rows["arm"].nunique() > 1:
        said = [_best(rows, metric) for metric in ("delta_e_mean", "mse", "seconds_total") if metric in rows]
        if n < FEW:
            text = "With one image" if n == 1 else f"With {n} images"
            said.append(
                f"{text} no test can tell chance from more: all of this describes the images here, and proves nothing beyond."
            )
    said += [text for metric in ("delta_e_mean", "mse") if metric in rows for text in _spaces(rows, metric)]
    said += _stability(rows)
    return said or ["There is one way of quantizing in this experiment, so nothing to compare."]


def _best(rows, metric):
    best, others = ranking(rows, metric)
    if not others:
        return (
            f"No two ways ran on the same image with the same k, so their {WORDS[metric]} cannot be compared."
        )
    first, less = ("Shortest", "shorter") if metric == "seconds_total" else ("Lowest", "lower")
    text = f"{first} {WORDS[metric]}: {best}"
    n = others[0].n_images
    beaten = [p for p in others if p.certain]
    ahead = [p for p in others if not p.certain and p.wins == n]
    unsure = [p.b for p in others if not p.certain and p.wins < n]
    if n < FEW:
        nearest, farthest = (_change(1 / p.ratio, metric) for p in (others[0], others[-1]))
        return text + f"; the others are {nearest}" + (f" to {farthest}." if len(others) > 1 else ".")
    if beaten:
        text += f", significantly {less} than {len(beaten)} of the {len(others)} others, by {_span(beaten)}, over {n} images"
    if ahead:
        text += f"; {less} on each of the {n} images than {len(ahead)} of the others, by {_span(ahead)}"
        text += ", which is too few images to be sure"
    if unsure:
        text += f"; not told apart from {', '.join(unsure[:4])}{f' and {len(unsure) - 4} more' if len(unsure) > 4 else ''}"
    return text + "."


def _span(pairings):
    """Return by how much the best is below others, least and most: ``8 % to 12 %``."""
    shares = [1 - p.ratio for p in pairings]
    low, high = (f"{100 * share:.{0 if share >= 0.1 else 1}f} %" for share in (min(shares), max(shares)))
    return low if low == high else f"{low} to {high}"


def _spaces(rows, metric):
    """Say how Lab and sRGB compare, for each method that ran in both."""
    pairings = []
    for method, group in rows.groupby("method", sort=False):
        found = pair(group, metric, "lab", "srgb", by="color_space")
        if found:
            pairings.append(replace(found, a=f"{method} in Lab", b="in sRGB"))
    return [sentence(pairing) for pairing in holm(pairings)]


def _stability(rows):
    """Say how MiniBatchKMeans compares with KMeans in time, error and spread over seeds."""
    a, b = "sklearn-minibatch", "sklearn-kmeans"
    found = [pair(rows, metric, a, b, by="method") for metric in ("seconds_total", "mse") if metric in rows]
    said = [sentence(pairing) for pairing in holm([pairing for pairing in found if pairing])]
    spread = seed_spread(rows).groupby("method")["spread"].mean()
    if {a, b} <= set(spread.index):
        text = f"Over seeds the mean squared error of {a} varies by {spread[a]:.1f} %, that of {b} by {spread[b]:.1f} %"
        said.append(f"{text} (standard deviation, mean over images and k).")
    return said


def seed_spread(rows, metric="mse"):
    """Return the spread over seeds of each image, k and arm that has two seeds or more.

    Returns
    -------
    pandas.DataFrame
        Columns image, k, arm, method, color_space, and ``spread``: standard deviation over mean, percent.
    """
    if metric not in rows:
        return rows.iloc[:0].assign(spread=[])
    groups = rows.groupby(["image", "k", "arm", "way", "method", "color_space"], sort=False)[metric]
    table = groups.agg(["mean", "std", "count"]).reset_index()
    table = table[(table["count"] > 1) & (table["mean"] > 0)]
    return table.assign(spread=100 * table["std"] / table["mean"])
