"""A canvas that writes PDF, by matplotlib's PDF back end: paths in one call each, fonts embedded."""

import io

import numpy as np

from .curves import CURVE

CUBIC = 4  # matplotlib's code; the others are those of `curves`
MM = 72 / 25.4  # points per millimetre
DIGIT_HEIGHT, DIGIT_WIDTH = 0.729, 0.636  # of the font's size: those of DejaVu Sans, which matplotlib brings


class PdfCanvas:
    """Draws on one page, in mm from its upper left corner; the same calls as `SvgCanvas`."""

    def __init__(self, renderer, height):
        from matplotlib.font_manager import FontProperties
        from matplotlib.transforms import IdentityTransform

        self._renderer, self._height = renderer, height
        self._as_it_is = IdentityTransform()
        self._font = FontProperties(family="DejaVu Sans")

    def path(self, path, *, fill=None, stroke=None, width=0.0, name=None):
        """Draw a path, filled, stroked, or both. (PDF files know no names.)"""
        from matplotlib.colors import to_rgb
        from matplotlib.path import Path

        context = self._renderer.new_gc()
        context.set_linewidth(width * MM if stroke else 0)
        context.set_joinstyle("round")
        context.set_capstyle("round")
        if stroke:
            context.set_foreground(stroke)
        vertices, codes = cubic(path)
        points = np.stack([vertices[:, 0] * MM, (self._height - vertices[:, 1]) * MM], axis=1)
        shape = Path(np.round(points, 2), codes)
        shape.should_simplify = False
        self._renderer.draw_path(context, shape, self._as_it_is, to_rgb(fill) if fill else None)
        context.restore()

    def text(self, x, y, text, height, *, color, middle=False):
        """Write a text whose digits are `height` high, with (x, y) halfway up at its start or, if of digits alone, in its middle."""
        size = height / DIGIT_HEIGHT
        context = self._renderer.new_gc()
        context.set_foreground(color)
        font = self._font.copy()
        font.set_size(size * MM)
        left = x - (len(text) * DIGIT_WIDTH * size / 2 if middle else 0)
        self._renderer.draw_text(
            context, left * MM, (self._height - y - height / 2) * MM, text, font, 0, ismath=False
        )
        context.restore()


def cubic(path):
    """Return a path with cubic curves for quadratic ones, since PDF has no others; codes are matplotlib's."""
    vertices, codes = path
    controls = np.flatnonzero(codes == CURVE)[::2]
    twice = np.ones(len(codes), np.int64)
    twice[controls] = 2
    at = np.cumsum(twice) - twice  # where each vertex goes
    out, kinds = np.repeat(vertices, twice, axis=0), np.repeat(codes, twice)
    out[at[controls]] += (vertices[controls - 1] - vertices[controls]) / 3
    out[at[controls] + 1] += (vertices[controls + 1] - vertices[controls]) / 3
    kinds[kinds == CURVE] = CUBIC
    return out, kinds


def pdf_bytes(pages, width, height, title=""):
    """Return a PDF file.

    Parameters
    ----------
    pages : list of callable
        Each draws a page on the canvas that it is given.
    width, height : float
        Of all pages, mm.
    title : str
        Of the document.
    """
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    class Page(Artist):
        def __init__(self, draw):
            super().__init__()
            self._draw = draw

        def draw(self, renderer):
            self._draw(PdfCanvas(renderer, height))

    out = io.BytesIO()
    facts = {"Title": title, "Creator": "img2num_nb", "CreationDate": None}  # no date: same input, same bytes
    with PdfPages(out, metadata=facts) as document:
        for draw in pages:
            figure = Figure(figsize=(width / 25.4, height / 25.4), frameon=False)
            figure.add_artist(Page(draw))
            document.savefig(figure)
    return out.getvalue()
