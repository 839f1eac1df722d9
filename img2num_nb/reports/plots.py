"""Static figures, readable on paper: arrays or tables in, a matplotlib Figure out."""

import io
import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from ..hex_colors import check_colors
from .evidence import MEASURES, seed_spread

#: Colours that colour-blind readers tell apart (Okabe and Ito, https://jfly.uni-koeln.de/color/), and a dash and marker for each.
INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
MARKERS = "osD^vPX*"
DASHES = ("-", "--", ":")
WIDTH = 7.2  # inches: the text width of A4 and of letter paper
STYLE = {"fontsize": 8}


def png(figure, dpi=180):
    """Return a figure as the bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def show(figure, alt=None):
    """Return a figure as a picture for a notebook: sharp in print, with a text for those who cannot see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str, optional
        By default the figure's title.
    """
    from IPython.display import Image

    width = round(figure.get_figwidth() * 100)
    return Image(png(figure), format="png", width=width, alt=alt or figure.get_suptitle())


def pictures(images, titles, columns=4, title="", interpolation="antialiased"):
    """Return pictures in a grid, each under its title.

    Parameters
    ----------
    images : list of (H, W, 3) ndarray of uint8
    titles : list of str
    columns : int
    title : str
        Of the whole.
    """
    columns = max(3, min(columns, len(images)))
    n_rows = -(-len(images) // columns)
    shape = np.median([image.shape[0] / image.shape[1] for image in images])
    lines = 1 + max(text.count("\n") for text in titles)
    height = n_rows * (WIDTH / columns * shape + 0.13 * lines + 0.12)
    figure, grid = _grid(n_rows, columns, height + 0.35, title)
    for ax, image, text in zip(grid.flat, images, titles, strict=False):
        ax.imshow(image, interpolation=interpolation)
        _title(ax, text, fontsize=7)
    for ax in grid.flat:
        ax.set_axis_off()
    return figure


def side_by_side(panels, title=""):
    """Return pictures, each with its palette below: the wider a colour, the more pixels have it.

    Parameters
    ----------
    panels : list of ((H, W, 3) uint8, str, (n, 3) uint8 or None, (n,) int or None)
        Picture, title, palette and its pixel counts.
    """
    columns = min(3, len(panels))
    n_rows = -(-len(panels) // columns)
    shape = np.median([panel[0].shape[0] / panel[0].shape[1] for panel in panels])
    lines = max(panel[1].count("\n") for panel in panels) + 1
    height = n_rows * (WIDTH / columns * shape + 0.13 * lines + 0.35) + 0.35
    figure, grid = _grid(2 * n_rows, columns, height, title, height_ratios=[12, 1] * n_rows)
    for ax in grid.flat:
        ax.set_axis_off()
    for i, (image, text, palette, counts) in enumerate(panels):
        row, column = 2 * (i // columns), i % columns
        grid[row, column].imshow(image, interpolation="nearest")
        _title(grid[row, column], text, fontsize=7)
        grid[row, column].set_anchor("S")  # beside one another, however many lines stand above
        if palette is not None:
            edges = np.round(np.append(0, np.cumsum(counts)) / np.sum(counts) * 400).astype(int)
            strip = np.repeat(palette, np.diff(edges), axis=0)[np.newaxis]
            grid[row + 1, column].imshow(strip, aspect="auto", interpolation="nearest")
    return figure


def palettes(rows, title=""):
    """Return palettes as strips, one below the other.

    Parameters
    ----------
    rows : list of (str, str)
        Label, and colours in hex separated by spaces.
    """
    figure, grid = _grid(len(rows), 1, 0.24 * len(rows) + 0.4, title)
    for ax, (text, palette) in zip(grid.flat, rows, strict=True):
        ax.imshow(check_colors(palette.split())[np.newaxis], aspect="auto", interpolation="nearest")
        ax.set_yticks([0], [text], fontsize=7, parse_math=False)
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_linewidth(0.3)
    return figure


def against_k(rows, metrics, title=""):
    """Return quality against k: a column of panels a colour space, a row a metric, a line a method.

    Points are means over images; bars span the least and the greatest of the seeds' means.

    Parameters
    ----------
    rows : pandas.DataFrame
        Results, as `evidence.good` returns them.
    metrics : list of str
        Columns.
    """
    spaces = list(dict.fromkeys(rows["color_space"]))
    lines = list(dict.fromkeys(rows["series"]))
    figure, grid = _grid(
        len(metrics), len(spaces), 2.3 * len(metrics) + 0.7, title, sharey="row", sharex=True
    )
    for ax, (metric, space) in zip(grid.flat, ((m, s) for m in metrics for s in spaces), strict=True):
        for i, line in enumerate(lines):
            part = rows[(rows["color_space"] == space) & (rows["series"] == line)]
            if part.empty:
                continue
            seeds = part.groupby(["k", "seed"])[metric].mean().groupby("k")
            mean, low, high = seeds.mean(), seeds.min(), seeds.max()
            beside = mean.index * 1.12 ** ((i + 0.5) / len(lines) - 0.5)  # so that no line hides another
            ax.errorbar(
                beside, mean, yerr=[mean - low, high - mean], label=line, color=INKS[i % 8], marker=MARKERS[(i + i // 8) % 8],
                linestyle=DASHES[i // 8 % 3], markersize=4, linewidth=1.2, capsize=3,
            )  # fmt: skip
        _log_axis(ax, "x", sorted(rows["k"].unique()))
        if (rows[metric].dropna() > 0).all() and MEASURES[metric].better == "lower":
            _log_axis(ax, "y")
        ax.grid(alpha=0.25, linewidth=0.5)
    for ax, space in zip(grid[0], spaces, strict=True):
        _title(ax, space)
    for ax, metric in zip(grid[:, 0], metrics, strict=True):
        ax.set_ylabel(MEASURES[metric].axis, **STYLE)
    for ax in grid[-1]:
        ax.set_xlabel("k, colours", **STYLE)
    _legend(figure, grid[0, 0])
    return figure


def against_time(rows, metric="delta_e_mean", title=""):
    """Return quality against time: a dot per variant and k, joined from small to large k; medians over images and seeds."""
    figure, grid = _grid(1, 1, 3.6, title)
    ax = grid[0, 0]
    for variant, part in rows.groupby("variant", sort=False):
        look = _look(rows, part)
        dots = part.groupby("k")[["seconds_total", metric]].median()
        ax.plot(dots["seconds_total"], dots[metric], markersize=5, linewidth=0.8, label=variant, **look)
        for k, (x, y) in dots.iterrows():
            ax.annotate(k, (x, y), xytext=(4, 3), textcoords="offset points", fontsize=6, color=look["color"])
    _log_axis(ax, "x")
    _log_axis(ax, "y")
    ax.set_xlabel(f"{MEASURES['seconds_total'].axis} (histogram, design, mapping); left is faster", **STYLE)
    ax.set_ylabel(MEASURES[metric].axis, **STYLE)
    ax.grid(alpha=0.25, linewidth=0.5)
    _legend(figure, ax)
    return figure


def stability(rows, title=""):
    """Return how much the error varies over seeds: one dot per image, a bar for the median, for each k and variant."""
    table = seed_spread(rows)
    variants = list(dict.fromkeys(table["variant"]))
    sizes = sorted(table["k"].unique())
    figure, grid = _grid(1, 1, 3.2, title)
    ax = grid[0, 0]
    step = 0.8 / len(variants)
    for i, variant in enumerate(variants):
        part = table[table["variant"] == variant]
        look = _look(rows, part)
        for place, k in enumerate(sizes):
            values = part[part["k"] == k]["spread"].to_numpy()
            x = place + (i - (len(variants) - 1) / 2) * step
            label = variant if place == 0 else None
            ax.scatter(
                x + step * _scatter(values), values, s=9, alpha=0.6, linewidth=0, label=label, color=look["color"],
                marker=look["marker"],
            )  # fmt: skip
            if len(values):
                ax.hlines(np.median(values), x - step * 0.4, x + step * 0.4, color=look["color"], linewidth=2)
    for place in range(1, len(sizes)):
        ax.axvline(place - 0.5, color="#cccccc", linewidth=0.5)
    ax.set_xticks(range(len(sizes)), [str(k) for k in sizes], **STYLE)
    ax.set_xlabel("k, colours", **STYLE)
    ax.set_ylabel("spread of the mean squared error\nover seeds, % (standard deviation)", **STYLE)
    ax.set_ylim(bottom=0)
    ax.grid(axis="y", alpha=0.25, linewidth=0.5)
    ax.tick_params(labelsize=7)
    _legend(figure, ax)
    return figure


def beside(rows, a="lab", b="srgb", metrics=("delta_e_mean", "mse"), title=""):
    """Return two colour spaces side by side: the ratio of their errors for each image, a row a method, a panel a metric."""
    methods = [m for m, g in rows.groupby("method", sort=False) if {a, b} <= set(g["color_space"])]
    figure, grid = _grid(1, len(metrics), 0.45 * len(methods) + 1.4, title, sharey=True)
    for ax, metric in zip(grid[0], metrics, strict=True):
        for place, method in enumerate(methods):
            part = rows[rows["method"] == method]
            means = part.groupby(["image", "k", "color_space"])[metric].mean().unstack()
            means = means[(means[[a, b]] > 0).all(axis=1)]
            ratio = np.exp(np.log(means[a] / means[b]).groupby(level="image").mean()).to_numpy()
            ax.scatter(ratio, place + _scatter(ratio), s=12, color=INKS[place % 8], alpha=0.6, linewidth=0)
            ax.vlines(
                np.exp(np.log(ratio).mean()), place - 0.35, place + 0.35, color=INKS[place % 8], linewidth=2
            )
        ax.axvline(1, color="black", linewidth=0.8)
        _log_axis(ax, "x")
        ax.set_yticks(range(len(methods)), methods, **STYLE)
        ax.invert_yaxis()
        ax.set_xlabel(f"{MEASURES[metric].name}: {a} ÷ {b}\nleft of 1: {a} is better", **STYLE)
        ax.grid(axis="x", alpha=0.25, linewidth=0.5)
    grid[0, 0].set_ylim(len(methods) - 0.5, -0.5)
    return figure


def _look(rows, part):
    """Return the colour and dash of a series (a variant but for its colour space) and the marker of its space."""
    series, spaces = (list(dict.fromkeys(rows[name])) for name in ("series", "color_space"))
    own, space = series.index(part["series"].iloc[0]), spaces.index(part["color_space"].iloc[0])
    marker = MARKERS[space if len(spaces) > 1 else own % len(MARKERS)]
    return {
        "color": INKS[own % len(INKS)],
        "marker": marker,
        "linestyle": DASHES[own // len(INKS) % len(DASHES)],
    }


def _scatter(values):
    """Return places beside each other for the dots of a group, from -0.25 to 0.25."""
    return np.linspace(-0.25, 0.25, len(values)) if len(values) > 1 else np.zeros(len(values))


def _grid(n_rows, n_columns, height, title, **options):
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    if title:
        figure.suptitle(title, fontsize=9.5, x=0.01, ha="left", fontweight="bold", parse_math=False)
    return figure, figure.subplots(n_rows, n_columns, squeeze=False, **options)


def _title(ax, text, **style):
    ax.set_title(text, **({"fontsize": 8, "loc": "left", "parse_math": False} | style))


def _legend(figure, ax):
    handles, names = ax.get_legend_handles_labels()
    if len(names) > 1:
        longest = max(map(len, names))
        columns = max(1, min(len(names), math.floor(110 / (longest + 8))))
        figure.legend(handles, names, loc="outside lower left", ncols=columns, fontsize=7, frameon=False)


def _log_axis(ax, which, ticks=None):
    """Make an axis logarithmic, with plain numbers: at `ticks`, or where they fit."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    plain = FuncFormatter(lambda value, _: f"{value:,.6g}")
    axis.set_major_formatter(plain)
    if ticks is not None:
        axis.set_ticks(ticks)
        axis.set_minor_locator(NullLocator())
    else:
        low, high = ax.get_xlim() if which == "x" else ax.get_ylim()
        axis.set_minor_formatter(plain if high / low < 20 else FuncFormatter(lambda *_: ""))
    axis.set_tick_params(which="both", labelsize=7)
