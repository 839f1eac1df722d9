"""The lessons' widgets as still figures: what a reader without a kernel sees."""

import textwrap

import matplotlib
import numpy as np
from matplotlib.ticker import MaxNLocator

from .. import color
from ..figures._base import COLORS, STYLE, WIDTH, new_figure
from ..vocabulary import COLOR_SPACES
from . import scene
from .k_curve import FIGURES
from .microscope import gauss

GREY = "#d9d9d9"  # behind points, so that light and dark ones show
PLANES = ((0, 2), (0, 1), (1, 2))


@matplotlib.rc_context(STYLE)
def steps_figure(state, image):
    """Draw a `KMeansSteps` of `image`: the cloud with centres and trails, the picture, the inertia so far."""
    return side_by_side_figure([(state, image)])


@matplotlib.rc_context(STYLE)
def side_by_side_figure(players):
    """Draw several (state, image), one a row."""
    figure = _figure(360 * len(players))
    grid = figure.subplots(len(players), 3, squeeze=False)
    for (cloud, picture, curve), (state, image) in zip(grid, players, strict=True):
        space = state.color_space
        _points(cloud, state.histogram, space, (0, 2), state.colors if state.labels is not None else None)
        for trail in np.array(
            [scene.place(c, space)[:, [0, 2]] for c in state.trail or (state.centers,)]
        ).transpose(1, 0, 2):
            cloud.plot(*trail.T, color="black", linewidth=1.5)
        _centers(cloud, scene.place(state.centers, space)[:, [0, 2]], state.palette)
        cloud.set_title(f"{space}, {len(state.centers)} centres")
        picture.imshow(state.colors[scene.color_index(image, state.histogram)], interpolation="nearest")
        picture.axis("off")
        picture.set_title(f"mse {state.mse:,.0f}" if state.labels is not None else "The picture")
        curve.set_visible(bool(state.curve))
        if state.curve:
            verbs, at, inertia = zip(*state.curve, strict=True)
            y = np.array(inertia) / state.histogram.n_pixels
            curve.plot(at, y, color=COLORS[0])
            for shape, chosen in (("o", [v == "move" for v in verbs]), ("D", [v != "move" for v in verbs])):
                curve.plot(
                    np.array(at)[chosen],
                    y[chosen],
                    shape,
                    color=COLORS[0],
                    markerfacecolor="white" if shape == "D" else None,
                    markersize=6,
                )
        curve.set(
            title="◇ assign, ● move",
            xlabel="iteration",
            ylabel=f"inertia per pixel,\n{COLOR_SPACES[space].unit}²",
        )
        curve.set_xlim(left=0)
        curve.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return figure


@matplotlib.rc_context(STYLE)
def cloud_figure(cloud, color_space, palette=None, title=None):
    """Draw a `scene.Cloud` from three sides, with the gamut's edges and a palette's colours as centres."""
    figure = _figure(380)
    for plane, axes in zip(PLANES, figure.subplots(1, 3), strict=True):
        for edge, colors in zip(*scene.gamut_edges(color_space), strict=True):
            for a, b, c in zip(edge[:-1], edge[1:], colors[:-1], strict=True):
                axes.plot(*np.array([a, b])[:, plane].T, color=c / 255, linewidth=1.5)
        _points(axes, cloud.histogram, color_space, plane)
        if palette is not None:
            _centers(axes, scene.place(color.to_grid(palette, color_space), color_space)[:, plane], palette)
    figure.suptitle(title or f"{cloud.text}, in {color_space}", fontsize=17)
    return figure


@matplotlib.rc_context(STYLE)
def kernel_figure(image, kernel, factor):
    """Draw a `microscope.Kernel`: image, window, the three kernels, the result, and the curves of the range kernel."""
    figure = _figure(700)
    above, below = figure.subfigures(2, 1, height_ratios=(1.2, 1))
    shot, curve = above.subplots(1, 2)
    shot.imshow(image)
    side = 2 * kernel.radius + 1
    for width, ink in ((5, "black"), (2, "white")):
        corner = (kernel.x - kernel.radius - 0.5, kernel.y - kernel.radius - 0.5)
        shot.add_patch(
            matplotlib.patches.Rectangle(corner, side, side, fill=False, edgecolor=ink, linewidth=width)
        )
    before, after = (
        " ".join(map(str, rgb)) for rgb in (kernel.window[kernel.radius, kernel.radius], kernel.result)
    )
    shot.set_title(f"Pixel {kernel.x}, {kernel.y}: {before}\nbecomes {after}", fontsize=15)
    tiles = {
        "Window": kernel.window,
        "Spatial": kernel.spatial,
        "Range": kernel.range,
        "Product": kernel.product,
    }
    grid = below.subplots(1, 4)
    for axes, (name, values) in zip(grid, tiles.items(), strict=True):
        drawn = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(name)
        axes.set_xticks([])
        axes.set_yticks([])
    below.colorbar(drawn, ax=list(grid), shrink=0.8, label="weight")
    shot.axis("off")
    d, sigma = np.linspace(0, max(2.2 * kernel.sigma_range, 10), 200), kernel.sigma_range
    curve.plot(d, gauss(d, sigma), color=COLORS[0], label=f"Lab, sigma {sigma:g}")
    if np.isfinite(factor):
        curve.plot(d, gauss(d * factor, sigma), "--", color=COLORS[1], label=f"sRGB, sigma {sigma:g}")
        curve.set_title(f"Range kernel: here a Lab unit is\nworth {factor:.2f} sRGB levels", fontsize=15)
    curve.set(xlabel="distance of the colours, Lab units", ylabel="weight")
    curve.legend(frameon=False)
    return figure


@matplotlib.rc_context(STYLE)
def chooser_figure(image, points, k):
    """Draw a k curve: the original and the picture of the k chosen, and a chart for each figure."""
    chosen = min(points, key=lambda point: abs(point.k - k))
    figure = _figure(620)
    above, below = figure.subfigures(2, 1, height_ratios=(1.2, 1))
    for axes, (title, picture) in zip(
        above.subplots(1, 2),
        (("Original", image), (f"k = {chosen.k}", chosen.quantization.image)),
        strict=True,
    ):
        axes.imshow(picture, interpolation="nearest")
        axes.set_title(title)
        axes.axis("off")
    for axes, (name, (title, unit)) in zip(below.subplots(1, len(FIGURES)), FIGURES.items(), strict=True):
        factor = {"png_bytes": 1e-3, "seconds": 1e3}.get(name, 1)
        axes.plot([p.k for p in points], [p.figures[name] * factor for p in points], color=COLORS[0])
        axes.plot(chosen.k, chosen.figures[name] * factor, "o", color=COLORS[1])
        axes.set(xlabel="k", ylim=(0, None))
        axes.set_title(f"{title}\n{textwrap.fill(unit.split(' to ')[0], 13)}", fontsize=14)
    return figure


@matplotlib.rc_context(STYLE)
def pixels_figure(table):
    """Draw a `PixelTable`: the pixels with their numbers, the distances, and the picture in the centres' colours."""
    (rows, columns), k = table.pixels.shape[:2], len(table.centers)
    figure = _figure(max(420, 60 + 24 * (len(table.vectors) + 2)))
    digits, column = (
        (2, 86) if k <= 3 else (1, 78) if k <= 5 else (0, 56)
    )  # pixels; more centres, fewer digits
    table_width = 125 + column * k
    side = (WIDTH - table_width - 20) / 2
    left, middle, right = figure.subplots(1, 3, width_ratios=(side, table_width, side))
    for axes, picture, title in ((left, table.pixels, "Pixels"), (right, table.image, "Nearest centre")):
        axes.imshow(picture)
        axes.set_title(title)
        axes.axis("off")
        for y, x in np.ndindex(rows, columns):
            text = "\n".join(map(str, picture[y, x])) if axes is left else str(table.labels[y, x] + 1)
            axes.text(
                x,
                y,
                text,
                ha="center",
                va="center",
                color=_ink(picture[y, x]),
                fontsize=min(13, 0.2 * side / columns),  # three lines a pixel
            )
    middle.axis("off")
    middle.set_title("Distance from each centre")
    nearest = table.labels.ravel()
    cells = [
        [
            " ".join(map(str, rgb)),
            *(f"{'▸ ' if nearest[i] == j else ''}{d:.{digits}f}" for j, d in enumerate(table.distances[i])),
        ]
        for i, rgb in enumerate(table.vectors)
    ]
    drawn = middle.table(
        cells,
        colWidths=np.array((125, *[column] * k)) / table_width,
        colLabels=["pixel", *(f"C{j + 1}" for j in range(k))],
        bbox=(0, 0, 1, 1),
        cellLoc="right",
        edges="horizontal",
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(13)
    return figure


def _figure(height):
    return new_figure(WIDTH, height)


def _points(axes, histogram, color_space, plane, colors=None):
    names = scene.axes(color_space)
    at = scene.place(histogram.coords(color_space), color_space)[:, plane]
    order = np.argsort(histogram.counts, kind="stable")
    sizes = 2 + 2 * np.log2(1 + histogram.counts / histogram.counts.mean())
    shown = histogram.colors if colors is None else colors
    axes.scatter(*at[order].T, s=sizes[order], c=shown[order] / 255, linewidths=0, rasterized=True)
    axes.set(xlabel=names[plane[0]][0], ylabel=names[plane[1]][0], facecolor=GREY)


def _centers(axes, at, palette):
    for i, ((x, y), rgb) in enumerate(zip(at, palette, strict=True)):
        axes.plot(x, y, "o", color=rgb / 255, markersize=17, markeredgecolor="black", zorder=3)
        axes.text(
            x, y, str(i + 1), ha="center", va="center", color=_ink(rgb), fontsize=12, weight="bold", zorder=4
        )


def _ink(rgb):
    return "black" if np.dot(rgb, (0.299, 0.587, 0.114)) > 140 else "white"
