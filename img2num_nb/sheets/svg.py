"""A canvas that writes SVG, for browsers and drawing programs."""

from xml.sax.saxutils import escape

import numpy as np

from .curves import CLOSE, CURVE, LINE, MOVE

UNITS = (
    100  # coordinates are whole numbers of hundredths: short, and the same for both neighbours of a border
)
BASELINE = 0.5  # of a digit's height, from its middle down to its foot
DIGIT_HEIGHT = 0.72  # of the font's size
COMMANDS = {MOVE: "M", LINE: "l", CURVE: "q", CLOSE: "z"}


class SvgCanvas:
    """Collects what is drawn on a page of ``width x height`` `unit` (``"mm"`` or ``"px"``); `content` returns the file."""

    def __init__(self, width, height, unit="mm", title=""):
        self._size = width, height, unit
        self._title = title
        self._parts = []

    def path(self, path, *, fill=None, stroke=None, width=0.0, name=None):
        """Draw a path, filled by the even-odd rule, stroked, or both. Colours are hex codes."""
        name = f' id="{name}"' if name else ""
        paint = f' fill="{fill}"' if fill else ' fill="none"'
        paint += f' stroke="{stroke}" stroke-width="{_number(width * UNITS)}"' if stroke else ""
        self._parts.append(f'<path{name}{paint} d="{path_data(path)}"/>')

    def text(self, x, y, text, height, *, color, middle=False):
        """Write a text whose digits are `height` high, with (x, y) halfway up at its start or in its middle."""
        anchor = ' text-anchor="middle"' if middle else ""
        foot = round((y + BASELINE * height) * UNITS)
        size = _number(height / DIGIT_HEIGHT * UNITS)
        self._parts.append(
            f'<text x="{round(x * UNITS)}" y="{foot}" font-size="{size}" fill="{color}"{anchor}>{escape(text)}</text>'
        )

    def content(self):
        """Return the SVG document, text."""
        width, height, unit = self._size
        box = f"0 0 {_number(width * UNITS)} {_number(height * UNITS)}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width)}{unit}" height="{_number(height)}{unit}" '
            f'viewBox="{box}" fill-rule="evenodd" stroke-linejoin="round" stroke-linecap="round" '
            'font-family="Helvetica, Arial, sans-serif">'
        )
        title = [f"<title>{escape(self._title)}</title>"] if self._title else []
        return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *title, *self._parts, "</svg>\n"])


def path_data(path):
    """Return a path's ``d`` attribute: absolute moves, relative lines and curves, in whole units."""
    vertices, codes = path
    points = np.floor(vertices * UNITS + 0.5).astype(np.int64)
    # a vertex counts from where its command begins: the one before, for the end of a curve the one before its control point
    ends = np.zeros(len(codes), bool)
    ends[1:] = (codes[1:] == CURVE) & (np.cumsum(codes == CURVE)[1:] % 2 == 0)
    origin = np.arange(len(codes)) - 1 - ends
    relative = points - points[origin]
    relative[codes == MOVE] = points[codes == MOVE]
    out, last = [], None
    for (x, y), code, end in zip(relative.tolist(), codes.tolist(), ends.tolist(), strict=True):
        if code == CLOSE:
            out.append("z")
        elif end or code == last != MOVE:  # an argument more of the same command
            out.append(f"{_next(x)}{_next(y)}")
        else:
            out.append(f"{COMMANDS[code]}{x}{_next(y)}")
        last = code
    return "".join(out)


def _next(value):
    """Return a number that follows another; a minus sign separates by itself."""
    return value if value < 0 else f" {value}"


def _number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")
