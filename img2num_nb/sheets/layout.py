"""Where picture and legend stand on a page, in mm."""

from dataclasses import dataclass

from ..errors import check_choice
from ..vocabulary import ORIENTATIONS, PAPERS

#: Shorter and longer side of `PAPERS`, mm.
SIDES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "Letter": (215.9, 279.4)}
MOST_COLORS = 256
MARGIN, GAP = 10.0, 4.0
NOTE = 4.0  # height of the line of text at the foot
#: Width and height of an entry of the legend: with the colour's code, and without it, where room is scarce.
WIDE, SLIM = (30.0, 7.0), (21.0, 5.0)


@dataclass(frozen=True)
class Layout:
    """A page, in mm from its upper left corner.

    Attributes
    ----------
    width, height : float
        Of the page.
    left, top : float
        Where the picture begins.
    scale : float
        Size of a pixel.
    entries : list of (float, float)
        Upper left corner of each entry of the legend.
    entry : (float, float)
        Width and height of an entry.
    """

    width: float
    height: float
    left: float
    top: float
    scale: float
    entries: list
    entry: tuple


def lay_out(image_width, image_height, n_colors, paper, orientation):
    """Return the `Layout` with the largest picture: the legend below it, in as few rows as it needs.

    ``orientation="auto"`` takes that of the picture.
    """
    short, long = SIDES[check_choice("paper", paper, PAPERS)]
    check_choice("orientation", orientation, ORIENTATIONS)
    if n_colors > MOST_COLORS:
        raise ValueError(
            f"a sheet has room for {MOST_COLORS} colours, got {n_colors}: quantize with a smaller k"
        )
    if orientation == "auto":
        orientation = "landscape" if image_width > image_height else "portrait"
    width, height = (long, short) if orientation == "landscape" else (short, long)
    room = width - 2 * MARGIN
    for entry in WIDE, SLIM:
        columns = int(room // entry[0])
        rows = -(-n_colors // columns)
        free = height - 2 * MARGIN - GAP - NOTE - rows * entry[1]
        if free >= height / 2:
            break
    scale = min(room / image_width, free / image_height)
    left = (width - scale * image_width) / 2
    legend_top = MARGIN + scale * image_height + GAP
    step = room / columns
    entries = [(MARGIN + i % columns * step, legend_top + i // columns * entry[1]) for i in range(n_colors)]
    return Layout(width, height, left, MARGIN, scale, entries, entry)
