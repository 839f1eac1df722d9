"""Pictures side by side at full resolution, with captions: an image, not a figure."""

import math
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

RATIO = 16 / 10  #: width to height that the arrangement comes near to
INK, SOFT, PAPER = (26, 26, 26), (85, 85, 85), (255, 255, 255)


def captioned(panels):
    """Return pictures side by side, pixel for pixel, each with a title and a line below it.

    Parameters
    ----------
    panels : list of (str, str, (h, w, 3) uint8 ndarray)
        Title, line and picture; all pictures have the same size.

    Returns
    -------
    (H, W, 3) uint8 ndarray
    """
    height, width = panels[0][2].shape[:2]
    size = max(13, round(width / 26))  # of the letters, so that they stay readable when all is made smaller
    gap, head = size, round(size * 2.9)
    shape = lambda columns: (  # noqa: E731
        columns * (width + gap) + gap,
        math.ceil(len(panels) / columns) * (height + head + gap) + gap,
    )
    empty = lambda columns: -len(panels) % columns  # noqa: E731
    score = lambda n: abs(math.log(shape(n)[0] / shape(n)[1] / RATIO)) + 0.2 * empty(n)  # noqa: E731
    columns = min(range(1, len(panels) + 1), key=score)
    sheet = Image.new("RGB", shape(columns), PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, (title, line, picture) in enumerate(panels):
        x = gap + i % columns * (width + gap)
        y = gap + i // columns * (height + head + gap)
        for text, top, ink, bold in (title, 0, INK, True), (line, 1.35 * size, SOFT, False):
            font = _font(size if bold else round(0.85 * size), bold)
            draw.text((x, y + top), _fitted(text, font, width), ink, font)
        sheet.paste(Image.fromarray(np.ascontiguousarray(picture)), (x, y + head))
    return np.asarray(sheet)


def _font(size, bold):
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", name), size)


def _fitted(text, font, width):
    """Return as much of a text, in one line, as `width` pixels hold."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
