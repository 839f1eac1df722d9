"""What the data of an experiment say, in sentences that claim no more than they show."""

import math
from dataclasses import replace

from .evidence import FEW, MEASURES, good, holm, pair, ranking, seed_spread


def conclusions(table):
    """Return what the data say, as sentences: the best variants, Lab beside sRGB, KMeans beside MiniBatchKMeans.

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
    if rows["variant"].nunique() > 1:
        said = [_best(rows, metric) for metric in ("delta_e_mean", "mse", "seconds_total") if metric in rows]
        if n < FEW:
            text = "With one image" if n == 1 else f"With {n} images"
            said.append(
                f"{text} no test can tell chance from more: all of this describes the images here, and proves nothing beyond."
            )
    said += [text for metric in ("delta_e_mean", "mse") if metric in rows for text in _spaces(rows, metric)]
    said += _stability(rows)
    return said or ["There is one variant in this experiment, so nothing to compare."]


def sentence(pairing):
    """Return a pairing as a sentence that claims no more than the data do."""
    name = MEASURES[pairing.metric].name
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


def _best(rows, metric):
    best, others = ranking(rows, metric)
    if not others:
        return f"No two variants ran on the same image with the same k, so their {MEASURES[metric].name} cannot be compared."
    first, less = ("Shortest", "shorter") if metric == "seconds_total" else ("Lowest", "lower")
    text = f"{first} {MEASURES[metric].name}: {best}"
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
