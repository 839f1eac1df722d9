"""Charts: curves, bars, dots, a race and clouds of colours; told apart by marker and name as well as by colour."""

import math

import matplotlib
import numpy as np
from matplotlib.ticker import FixedLocator, FormatStrFormatter, LogLocator, NullLocator

from ._base import COLORS, LINE, MARKERS, STYLE, WIDTH, new_chart, new_figure


def _log(axes, which):
    """Make an axis logarithmic, with plain numbers: 0.1, 0.2, 0.5, 1 ..."""
    axes.set(**{f"{which}scale": "log"})
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FormatStrFormatter("%g"))


@matplotlib.rc_context(STYLE)
def curves(x, lines, title, xlabel, ylabel, *, log=False, xlog=False, height=400, marks=True):
    """Draw one or more curves over common x values; each carries its name at its end.

    Parameters
    ----------
    x : sequence of float
    lines : dict
        Name -> y values.
    title, xlabel, ylabel : str
    log, xlog : bool
        Logarithmic axes. A logarithmic x axis has a tick at each value.
    """
    figure, axes = new_chart(title, xlabel, ylabel, height)
    for i, y in enumerate(lines.values()):
        marker = MARKERS[i % len(MARKERS)] if marks else None
        dashes = "-" if marks else ("-", "--", ":", "-.")[i % 4]
        color = COLORS[i % len(COLORS)]
        axes.plot(x, y, dashes, marker=marker, color=color, clip_on=False)
    if log:
        _log(axes, "y")
    elif min(map(min, lines.values())) >= 0:
        axes.set_ylim(bottom=0)
    if xlog:
        _log(axes, "x")
        axes.xaxis.set_major_locator(FixedLocator(list(x)))
    _name_ends(axes, list(lines), LINE / (0.75 * height))
    axes.grid(alpha=0.3)
    return figure


def _name_ends(axes, names, apart):
    """Write each line's name beside its end, moved so that names lie `apart`, a fraction of the axes' height."""
    to_fraction = axes.transData + axes.transAxes.inverted()
    ends = {
        name: to_fraction.transform(line.get_xydata()[-1])[1]
        for name, line in zip(names, axes.lines, strict=True)
    }
    place = -1.0
    for name, line in sorted(zip(names, axes.lines, strict=True), key=lambda pair: ends[pair[0]]):
        place = max(ends[name], place + apart)
        axes.annotate(
            name,
            (1, place),
            (6, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            color=line.get_color(),
            weight="bold",
        )


@matplotlib.rc_context(STYLE)
def bars(values, title, xlabel, *, log=False, form="{:.3g}"):
    """Draw one horizontal bar a name, with its number; the first on top.

    Parameters
    ----------
    values : dict
        Name -> number.
    title, xlabel : str
    log : bool
        Logarithmic axis.
    form : str
        Format of the numbers.
    """
    figure, axes = new_chart(title, xlabel, "", 110 + 42 * len(values))
    drawn = axes.barh(list(values), list(values.values()), color=COLORS[0])
    axes.bar_label(drawn, [form.format(value) for value in values.values()], padding=6)
    axes.invert_yaxis()
    if log:
        _log(axes, "x")
    axes.margins(x=0.12)
    return figure


@matplotlib.rc_context(STYLE)
def dots(groups, title, xlabel):
    """Draw one row of dots a group: every single value, so that the spread is seen.

    Parameters
    ----------
    groups : dict
        Name -> values.
    title, xlabel : str
    """
    figure, axes = new_chart(title, xlabel, "", 130 + 80 * len(groups))
    for i, values in enumerate(groups.values()):
        spread = np.linspace(-0.35, 0.35, len(values)) if len(values) > 1 else [0]
        axes.plot(
            values,
            i + np.asarray(spread),
            MARKERS[i % len(MARKERS)],
            color=COLORS[i % len(COLORS)],
            markersize=8,
            alpha=0.7,
        )
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    return figure


@matplotlib.rc_context(STYLE)
def race(points, title, xlabel, ylabel, *, log=True):
    """Draw one named point a contestant.

    Parameters
    ----------
    points : dict
        Name -> (x, y).
    title, xlabel, ylabel : str
    log : bool
        Logarithmic x axis.
    """
    figure, axes = new_chart(title, xlabel, ylabel, 560)
    if log:
        _log(axes, "x")
    for i, (x, y) in enumerate(points.values()):
        axes.plot(x, y, MARKERS[i % len(MARKERS)], color=COLORS[i % len(COLORS)], markersize=11)
    axes.margins(x=0.15, y=0.12)
    axes.grid(alpha=0.3)
    figure.draw_without_rendering()  # so that it is known where the points lie
    places = [axes.transData.transform(point) for point in points.values()]
    taken = [(place - 11, place + 11) for place in places]
    for name, point, place, line in zip(points, points.values(), places, list(axes.lines), strict=True):
        text = axes.annotate(
            name, point, (0, 0), textcoords="offset pixels", va="bottom", color=line.get_color(), fontsize=14
        )
        low, way = _free_place(place, text.get_window_extent().size, taken, axes.bbox)
        taken += [(low, low + text.get_window_extent().size), *((step - 2, step + 2) for step in way)]
        text.set_position(low - place)
        if len(way):
            axes.plot(*axes.transData.inverted().transform([place, way[-1]]).T, color=line.get_color(), lw=1)
    return figure


def _free_place(point, size, taken, inside):
    """Return where a name of `size` begins, as near to its point as nothing is touched, and the way there, if it is far.

    All in pixels; `taken` are boxes, (lower left, upper right), and the way is a row of points between the mark and the name.
    """
    offsets = [
        np.array((x, y))
        for y in range(-300, 300, 6)
        for x in (12, -12 - size[0], *range(-240, 200, 24))
        if x >= 12 or x <= -12 - size[0] or y >= 12 or y <= -12 - size[1]
    ]
    for offset in sorted(offsets, key=lambda offset: np.abs(offset + size / 2) @ (0.4, 1)):
        low = point + offset
        end = np.clip(point, low, low + size)
        way = np.linspace(point, end, 20)[1:] if np.linalg.norm(end - point) > 24 else np.empty((0, 2))
        boxes = [
            (low - 3, low + size + 3),
            *((step, step) for step in way if np.abs(step - point).max() > 11),
        ]
        apart = not any((a < d).all() and (c < b).all() for a, b in boxes for c, d in taken)
        if apart and (low > inside.min + 4).all() and (low + size < inside.max - 4).all():
            return low, way
    return point + 12, np.empty((0, 2))


@matplotlib.rc_context(STYLE)
def clouds(panels, axes_names=("red, levels", "blue, levels"), columns=3):
    """Draw colours as points of a plane, in their own colours, with centres and the ways they went.

    Parameters
    ----------
    panels : dict
        Title -> (points (n, 2), colors (n, 3) 0..255, trails (steps, k, 2)); each trail ends at a centre.
    axes_names : (str, str)
        What the two coordinates are, with units.
    """
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = new_figure(WIDTH, 400 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes, (title, (points, colors, trails)) in zip(grid.flat, panels.items(), strict=False):
        axes.scatter(*np.asarray(points).T, s=14, c=np.asarray(colors) / 255, linewidths=0)
        for trail in np.asarray(trails).transpose(1, 0, 2):
            axes.plot(*trail.T, "-", color="black", linewidth=1.5)
            axes.plot(*trail[-1], "X", color="white", markeredgecolor="black", markersize=14, mew=1.5)
        axes.set_title(title)
        axes.set_facecolor("#d9d9d9")
    for axes in grid[-1]:
        axes.set_xlabel(axes_names[0])
    for axes in grid[:, 0]:
        axes.set_ylabel(axes_names[1])
    return figure
