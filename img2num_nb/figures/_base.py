"""What all figures of the lessons have in common: size, letters, colours, and how they show themselves."""

import io
import textwrap

from matplotlib.figure import Figure

DPI = 100
WIDTH = 960  #: pixels of a figure: what fits beside JupyterLab's file list at 1280 x 720
LINE = 24  # pixels from one line of text to the next
STYLE = {
    "font.size": 15,
    "axes.titlesize": 17,
    "axes.titlelocation": "left",
    "axes.labelsize": 15,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "lines.linewidth": 2.5,
    "lines.markersize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
#: M. Okabe, K. Ito, "Color universal design", 2008, https://jfly.uni-koeln.de/color/: told apart by every eye.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = "osD^vPX"


class LessonFigure(Figure):
    """A figure that shows itself as the last line of a cell, once, and that pyplot need not keep."""

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=DPI)
        titles = [axes.get_title(loc=place) for axes in self.axes for place in ("left", "center")]
        titles.insert(0, self.get_suptitle())
        alt = "; ".join(title.replace("\n", " ") for title in titles if title)
        return buffer.getvalue(), {"alt": alt}


def new_figure(width, height, layout="constrained"):
    """Return an empty figure of a size in pixels."""
    return LessonFigure(figsize=(width / DPI, height / DPI), layout=layout)


def new_chart(title, xlabel, ylabel, height):
    """Return a figure as wide as the page, and its axes, which say what they show."""
    figure = new_figure(WIDTH, height)
    axes = figure.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_title("\n".join(textwrap.wrap(title, 80)))
    return figure, axes
