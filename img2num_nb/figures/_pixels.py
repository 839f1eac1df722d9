"""Pictures, colours and small tables of numbers, drawn pixel by pixel: no colour is blended or added."""

import textwrap

import matplotlib
import numpy as np

from ._base import DPI, STYLE, WIDTH, new_chart, new_figure

LARGEST = 440  # pixels of a picture's side: two and their text fit on the screen
GAP, STRIP = 12, 26  # pixels between pictures; height of the palette below one
TITLE = 29  # pixels of a line of a picture's title


@matplotlib.rc_context(STYLE)
def pictures(panels, columns=3, width=WIDTH):
    """Draw pictures side by side; below a quantization lies its palette, each colour as wide as its share of pixels.

    Parameters
    ----------
    panels : dict
        Title -> `Quantization` or (H, W, 3) uint8 array.
    columns : int
        Pictures in a row, at most.
    width : int
        Pixels of the figure, at most.

    Returns
    -------
    Figure
        Each picture at a whole multiple of its size; of one too large, evenly spread pixels are left out.
    """
    columns = min(columns, len(panels))
    cell = min(LARGEST, (width - GAP * (columns + 1)) // columns)
    shown = [(title, item, _scaled(getattr(item, "image", item), cell)) for title, item in panels.items()]
    cell = max(max(image.shape[1] for *_, image in shown), min(cell, 150))
    lines = {title: textwrap.wrap(title, max(10, cell // 11)) for title in panels}
    rows = [shown[i : i + columns] for i in range(0, len(shown), columns)]
    heads = [TITLE * max(len(lines[title]) for title, *_ in row) + 4 for row in rows]
    feet = [STRIP + 4 if any(hasattr(item, "palette") for _, item, _ in row) else 0 for row in rows]
    tall = [max(image.shape[0] for *_, image in row) for row in rows]
    total = sum(heads) + sum(feet) + sum(tall) + GAP * len(rows)
    figure = new_figure(columns * (cell + GAP) + GAP, total, layout="none")

    def place(left, top, width, height):
        w, h = figure.get_size_inches() * DPI
        axes = figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color="#999999", linewidth=0.7)  # white pictures end, too
        return axes

    top = 0
    for row, head, foot, height in zip(rows, heads, feet, tall, strict=True):
        for column, (title, item, image) in enumerate(row):
            left = GAP + column * (cell + GAP)
            axes = place(left, top + head, image.shape[1], image.shape[0])
            axes.imshow(image, interpolation="nearest", aspect="auto")
            axes.set_title("\n".join(lines[title]), fontsize=15, pad=5)
            if hasattr(item, "palette"):
                strip = place(left, top + head + image.shape[0] + 4, image.shape[1], STRIP)
                strip.imshow(shares(item, image.shape[1]), interpolation="nearest", aspect="auto")
        top += head + height + foot + GAP
    return figure


def _scaled(image, side):
    """Repeat the pixels of an image by a whole number, or leave some out, so that it is at most `side` pixels wide."""
    n = side // image.shape[1]
    if n:
        return image.repeat(n, axis=0).repeat(n, axis=1)
    size = round(image.shape[0] * side / image.shape[1]), side
    rows, columns = (
        ((np.arange(n) + 0.5) * m / n).astype(int) for n, m in zip(size, image.shape, strict=False)
    )
    return image[np.ix_(rows, columns)]


def shares(quantization, width):
    """Return a row of `width` pixels in the palette's colours, by their shares of the image."""
    ends = np.cumsum(quantization.counts) / quantization.counts.sum()
    index = np.searchsorted(ends, (np.arange(width) + 0.5) / width)
    return quantization.palette[np.minimum(index, len(quantization.palette) - 1)][np.newaxis]


@matplotlib.rc_context(STYLE)
def swatches(colors, title=""):
    """Draw colours as large squares with a caption each.

    Parameters
    ----------
    colors : dict
        Caption -> colour, three numbers 0..255.
    title : str
    """
    captions = [caption.replace(" · ", "\n") for caption in colors]
    lines = max(caption.count("\n") for caption in captions) + 1
    figure, axes = new_chart(title, "", "", 150 + 24 * lines + (40 if title else 0))
    axes.imshow(np.round(np.array(list(colors.values()))[np.newaxis]).astype(np.uint8), aspect="auto")
    axes.set_xticks(range(len(captions)), captions)
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


@matplotlib.rc_context(STYLE)
def numbers(tables, form="{:.2f}"):
    """Draw small tables of numbers as squares, the darker the larger; the numbers stand in them.

    Parameters
    ----------
    tables : dict
        Title -> (n, m) array, 0 or more.
    form : str
        Format of the numbers.
    """
    width = min(WIDTH // len(tables), 320)
    rows, columns = np.shape(next(iter(tables.values())))
    figure = new_figure(width * len(tables), 50 + width * rows // columns)
    for axes, (title, values) in zip(
        figure.subplots(1, len(tables), squeeze=False).flat, tables.items(), strict=True
    ):
        top = np.max(values)
        axes.imshow(values, cmap="cividis_r", vmin=0, vmax=top)
        axes.set_title(title)
        axes.axis("off")
        for (y, x), value in np.ndenumerate(values):
            color = "white" if value > 0.55 * top else "black"
            axes.text(x, y, form.format(value), ha="center", va="center", color=color, fontsize=14)
    return figure


@matplotlib.rc_context(STYLE)
def heat(maps, label, block=4):
    """Draw maps of a quantity over a picture, dark where it is large, on one common scale.

    Parameters
    ----------
    maps : dict
        Title -> (H, W) array, 0 or more.
    label : str
        What the scale shows, with its unit.
    block : int
        Side, in pixels, of the squares over which the maps are averaged.
    """
    figure = new_figure(WIDTH, 60 + int(WIDTH / len(maps) * 0.8))
    grid = figure.subplots(1, len(maps), squeeze=False)[0]
    means = [_blocks(np.asarray(values, float), block) for values in maps.values()]
    top = max(mean.max() for mean in means)
    for axes, title, mean in zip(grid, maps, means, strict=True):
        drawn = axes.imshow(mean, cmap="cividis_r", vmin=0, vmax=top, interpolation="nearest")
        axes.set_title(title)
        axes.axis("off")
    figure.colorbar(drawn, ax=list(grid), label=label, shrink=0.8)
    return figure


def _blocks(values, side):
    height, width = (n // side for n in values.shape)
    return values[: height * side, : width * side].reshape(height, side, width, side).mean(axis=(1, 3))
