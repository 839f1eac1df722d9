"""Ways of quantizing one image, side by side: a table, a figure, and which differences are more than noise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..errors import check_integer
from ..experiments.measure import compile_variants, hex_palette
from ..histogram import ColorHistogram
from ..images import preview, validate_image
from ..prepare import prepare
from ..quality import metrics
from ..quantization import quantize_prepared
from ..settings import Settings

METRICS = ("mse", "psnr", "ssim", "delta_e_mean", "delta_e_p95", "s_delta_e_mean", "n_regions", "png_bytes")
NOISY = ("seconds", "delta_e_mean", "mse")  # columns, less is better, of which the table has the range
SIDE = 512  # pixels of a picture in the figure


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per variant: label, k, n_colors, n_iter, metrics and seconds (medians of the runs), the range of the noisy columns
        (``seconds_low``, ``seconds_high`` ...: quartiles of seconds, least and greatest of errors), the palette in hex, and columns
        ``seconds_noise``, ``delta_e_mean_noise`` and ``mse_noise``: whether the range overlaps with that of the best, so that the
        difference from it is within noise; None with one run, which has no range.
    figure : matplotlib.figure.Figure
        The original, and each variant's picture, palette and numbers.
    quantizations : list of Quantization
        The first run's of each variant.
    """

    table: object
    figure: object
    quantizations: list

    def _repr_png_(self):
        from .plots import png

        return png(self.figure)


def compare(image, *settings, n=5):
    """Quantize an image under several settings, n times each, and compare the results side by side.

    Run i of a variant has its seed plus i, so the spread is that of the seeds as well as that of the clock. The variants take turns:
    a slow moment of the machine meets them all. Times hold histogram, design and mapping; a first run, which warms up, does not count.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB.
    *settings : Settings, dict, or one dict label -> Settings
        Dicts are as `Settings.from_dict` takes them: ``{"k": 8, "color_space": "srgb"}``.
    n : int
        Runs of each variant, 1 to 1000.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If a setting is wrong, or there is none.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> both = nb.compare(nb.sample_image("shapes"), {"k": 8}, {"k": 8, "color_space": "srgb"}, n=2)
    >>> both.table["n_colors"].tolist()
    [8, 8]
    """
    import pandas as pd

    pixels = validate_image(image)
    n = check_integer("n", n, 1, 1000)
    variants = _label(settings)
    compile_variants(variants.values())
    prepared = {
        filter: prepare(pixels, filter) for filter in {variant.filter for variant in variants.values()}
    }
    runs = {label: [] for label in variants}
    for i in range(n):
        for label, variant in variants.items():
            again = replace(variant, seed=(variant.seed + i) % 2**32)
            runs[label].append(quantize_prepared(prepared[variant.filter].fresh(), again))
    histogram = ColorHistogram.from_image(pixels)
    rows = [_row(label, variants[label], pixels, histogram, made) for label, made in runs.items()]
    table = pd.DataFrame(rows)
    for name in NOISY:
        best = table.loc[table[name].idxmin()]
        table[f"{name}_noise"] = table[f"{name}_low"] <= best[f"{name}_high"] if n > 1 else None
    first = [made[0] for made in runs.values()]
    return Comparison(table, _figure(pixels, first, table), first)


def _label(settings):
    """Return label -> Settings; labels hold what differs."""
    if len(settings) == 1 and isinstance(settings[0], Mapping) and settings[0]:
        values = list(settings[0].values())
        if all(isinstance(value, Settings | Mapping) for value in values):
            return {str(label): _settings(value) for label, value in settings[0].items()}
    variants = [_settings(value) for value in settings]
    if not variants:
        raise ValueError("compare needs at least one settings, as in compare(image, {'k': 8}, {'k': 16})")
    dicts = [variant.to_dict() for variant in variants]
    varying = [name for name in dicts[0] if any(d[name] != dicts[0][name] for d in dicts)] or [
        "method",
        "color_space",
        "k",
    ]
    labels = {}
    for variant, values in zip(variants, dicts, strict=True):
        label = ", ".join(f"{name}={values[name]}" for name in varying)
        labels[label if label not in labels else f"{label} ({len(labels) + 1})"] = variant
    return labels


def _settings(value):
    return value if isinstance(value, Settings) else Settings.from_dict(value)


def _row(label, variant, pixels, histogram, made):
    """Return the medians and ranges of one variant's runs."""
    measured = [metrics(pixels, run, METRICS, histogram=histogram) for run in made]
    columns = {name: [values[name] for values in measured] for name in METRICS}
    columns["seconds"] = [run.seconds["total"] for run in made]
    row = {
        "label": label,
        "k": variant.k,
        "n_colors": made[0].n_colors,
        "n_iter": int(np.median([run.n_iter for run in made])),
    }
    row |= {name: float(np.median(values)) for name, values in columns.items()}
    for name in NOISY:
        # quartiles of times, since a moment of a busy machine says nothing about a variant
        low, high = np.percentile(columns[name], (25, 75) if name == "seconds" else (0, 100))
        row |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return row | {"runs": len(made), "palette": hex_palette(made[0].palette)}


def _figure(pixels, quantizations, table):
    from .plots import side_by_side

    n_original = len(ColorHistogram.from_image(pixels))
    step = -(-max(pixels.shape[:2]) // SIDE)
    panels = [(preview(pixels, SIDE).image, f"original\n{n_original:,} colours", None, None)]
    for made, row in zip(quantizations, table.to_dict("records"), strict=True):
        lines = [row["label"], *(_caption(row, name, table) for name in NOISY[::-1])]
        panels.append((made.image[::step, ::step], "\n".join(lines), made.palette, made.counts))
    runs = table["runs"].iloc[0]
    title = f"Medians and ranges of {runs} runs; ≈ best: its range overlaps with that of the best"
    return side_by_side(panels, title if runs > 1 else "One run each, so the noise is not known")


def _caption(row, name, table):
    """Return a number with its range, and whether it is the best: ``ΔE 3.21 (3.20 to 3.25) best``."""
    unit = 1000 if name == "seconds" else 1
    numbers = (unit * row[column] for column in (name, f"{name}_low", f"{name}_high"))
    value, low, high = (f"{number:,.0f}" if number >= 100 else f"{number:.3g}" for number in numbers)
    text = {"seconds": f"{value} ms", "mse": f"MSE {value}", "delta_e_mean": f"ΔE {value}"}[name]
    span = f" ({low} to {high})" if low != high else ""
    if len(table) == 1:
        return text + span
    best = " best" if row[name] == table[name].min() else " ≈ best" if row[f"{name}_noise"] else ""
    return text + span + best
