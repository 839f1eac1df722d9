"""What the explorer says: choices in plain words, results as short lines. Text only, no widget."""

import inspect
import json
import math
import os
import sys

from ... import vocabulary
from ...images import SAMPLES
from ...palettes import METHODS
from ...vocabulary import (
    COLOR_SPACES,
    DEFAULTS,
    DITHERS,
    FILTER_SPACES,
    LIGHTS,
    MAX_VARIANTS,
    METRICS,
    OPTIONS,
    PARTS,
    SETTINGS,
    VISITORS,
)

HELP = {
    "k": SETTINGS["k"].help,
    "find": "The fewest colours. A difference of 1 can just be seen.",
    "filter": "Smooths surfaces and keeps edges, before the colours are chosen.",
    "sigma_spatial": PARTS["sigma_spatial"].help,
    "sigma_range": PARTS["sigma_range"].help,
    "filter_space": "Where colours are compared and blended.",
    "dither_strength": PARTS["strength"].help,
    "seed": SETTINGS["seed"].help,
}
#: The measures of a card, in their order.
MEASURES = (
    "delta_e_mean",
    "delta_e_p95",
    "s_delta_e_mean",
    "s_delta_e_p95",
    "mse",
    "psnr",
    "ssim",
    "n_regions",
    "png_bytes",
)
MAX_UPLOAD = 200_000_000  # bytes; a path has no limit


def method_options(method):
    """Return the options of a method as the panel shows them: name, label, default, and choices if there are any.

    A method's choices for the option ``init`` are the constant ``INITS`` beside its function, and so on.
    """
    home = sys.modules[inspect.unwrap(METHODS[method].design).__module__]
    listed = {"effort": METHODS[method].efforts}
    options = METHODS[method].options
    if "max_iter" in METHODS[method].parameters:
        options = {"max_iter": DEFAULTS["max_iter"]} | options
    options = options | {name: DEFAULTS[name] for name in ("fit_on", "chroma_weight")}
    terms = SETTINGS | OPTIONS
    return [
        {
            "name": name,
            "label": terms[name].label if name in terms else name,
            "help": terms[name].help if name in terms else None,
            "default": "automatic" if default is None else _plain(default),
            "choices": list(listed.get(name, getattr(home, f"{name.upper()}S", ())))
            if isinstance(default, str)
            else [],
        }
        for name, default in options.items()
    ]


def method_words(method):
    """Return the label of a method (of `METHODS`) and a line about it."""
    term = vocabulary.METHODS[method.name]
    return term.label, term.help


def choices():
    """Return everything that the panel offers, with its words: sent to the page once."""
    methods = {name: [*method_words(method), method_options(name)] for name, method in METHODS.items()}
    return {
        "samples": SAMPLES,
        "spaces": _terms(COLOR_SPACES),
        "methods": methods,
        "dithers": _terms(DITHERS),
        "lights": _terms(LIGHTS),
        "filter_spaces": {
            name: [COLOR_SPACES[name].label, COLOR_SPACES[name].unit] for name in FILTER_SPACES
        },
        "help": HELP,
        "server_files": not os.environ.get(VISITORS),
        "limits": {name: [one.low, one.high] for name, one in (SETTINGS | PARTS).items()},
        "max_variants": MAX_VARIANTS,
        "max_upload": MAX_UPLOAD,
    }


def _terms(terms):
    return {name: [term.label, term.help] for name, term in terms.items()}


def title(settings):
    """Return the heading of a variant and what follows it in smaller print."""
    colors = f"{settings.k:,} colour{'' if settings.k == 1 else 's'}"
    details = ["smoothed"] if settings.filter else []
    details += ["dithered"] if settings.dither else []
    details += [f"designed on {settings.fit_on} px"] if settings.fit_on else []
    details += [COLOR_SPACES[settings.color_space].label]
    details += [method_words(METHODS[settings.method])[0]]
    return colors, ", ".join(details)


def colors_line(quantization):
    """Return how many colours there are and were asked for."""
    n, k = quantization.n_colors, quantization.k
    locked = len(quantization.settings.get("locked", ()))
    text = f"{n:,} of {k:,} colours" + (f", {locked} locked" if locked else "")
    few = ": the picture has no more" if quantization.inertia == 0 else ": the method found no more"
    return text + (few if n < k else "")


def iterations_line(quantization):
    """Return how the method came to its end."""
    return METHODS[quantization.settings["method"]].ending(quantization.n_iter, quantization.converged)


def measure_texts(values, original_bytes=None):
    """Return label, text, help and name of every measure; those not known yet say so by a dash."""
    rows = []
    for name in MEASURES:
        text = measure_text(name, values[name]) if name in values else "–"
        if name == "png_bytes" and name in values and original_bytes:
            part = values[name] / original_bytes
            text += f", {100 * part:.{1 if part < 0.1 else 0}f} % of original"
        rows.append({"name": name, "label": METRICS[name].label, "text": text, "help": _help(METRICS[name])})
    return rows


def _help(metric):
    return f"{metric.help} {metric.better.capitalize()} is better." if metric.better else metric.help


def measure_text(name, value):
    """Return a measure as people read it, with its unit."""
    if name == "png_bytes":
        return size_text(value)
    if name == "n_regions":
        return f"{value:,}"
    if math.isinf(value):
        return "lossless"
    if math.isnan(value):
        return "too small"
    return f"{value:,.{METRICS[name].digits}f}" + (" dB" if name == "psnr" else "")


def size_text(n_bytes):
    """Return a number of bytes with a unit: 999 bytes, 47.1 kB, 3.2 MB."""
    for unit, size in ("MB", 1e6), ("kB", 1e3):
        if n_bytes >= size:
            return f"{n_bytes / size:.{0 if n_bytes >= 100 * size else 1}f} {unit}"
    return f"{n_bytes} bytes"


def best_measures(values):
    """Return for each of several dictionaries of measures the names in which it is better than all others."""
    best = [[] for _ in values]
    for name in MEASURES:
        known = [v[name] for v in values if name in v and not math.isnan(v[name])]
        if METRICS[name].better and len(known) == len(values) > 1:
            winner = min(known) if METRICS[name].better == "lower" else max(known)
            if known.count(winner) == 1:
                best[known.index(winner)].append(name)
    return best


def stage_times(seconds):
    """Return the stages that took part with their milliseconds, in their order."""
    return [
        [stage, 1000 * seconds[stage]]
        for stage in ("filter", "histogram", "design", "mapping")
        if stage in seconds
    ]


def _plain(value):
    return value if isinstance(value, str) else json.dumps(value)
