"""The colour-by-number sheet of a quantized image: what `regions`, `merge_regions`, `outlines` and `label_places` make, on paper."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import check_choice
from ..files.atomic import write_atomically
from ..hex_colors import to_hex
from ..shapes.outlines import Outlines, outlines
from ..shapes.places import Places, label_places
from ..shapes.regions import Regions, merge_regions, regions
from ..vocabulary import PAGES, SHEET
from .curves import arc_paths, joined, polygon, rectangle, region_path
from .layout import Layout, lay_out
from .pdf import pdf_bytes
from .svg import SvgCanvas

ENDINGS = ".pdf", ".svg"
# In print, mm. A brush or pencil needs some width, a reader digits of some height (1.3 mm: type of 5 points).
MIN_AREA, MIN_WIDTH = 8.0, 1.2  # mm2, mm
SMALLEST, LARGEST = 1.3, 2.6
LINE = 0.15
ASPECT = 0.9  # of a digit, width by height, with the space around it
INK, PALE = "#404040", "#909090"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A colour-by-number page.

    Attributes
    ----------
    regions : Regions
        What is to be painted: small ones are merged.
    n_regions_before : int
        Number of regions before they were merged.
    outlines : Outlines
    places : Places
        Of the numbers.
    colors : (n,) ndarray of int64
        The palette's colours in use. The number of ``colors[i]`` is i + 1.
    layout : Layout
        Of the page, mm.
    """

    regions: Regions
    n_regions_before: int
    outlines: Outlines
    places: Places
    colors: np.ndarray
    layout: Layout

    @property
    def n_regions(self) -> int:
        """Number of regions to paint."""
        return self.regions.n_regions

    @property
    def numbers(self) -> np.ndarray:
        """Each region's number, ``(n_regions,)`` int64, from 1."""
        return np.searchsorted(self.colors, self.regions.colors) + 1

    @property
    def shares(self) -> np.ndarray:
        """Share of the picture, 0 to 1, that each of `colors` covers."""
        pixels = np.bincount(self.regions.colors, self.regions.areas, len(self.regions.palette))
        return pixels[self.colors] / self.regions.labels.size

    def svg(self, page: str = "sheet") -> str:
        """Return a page of `PAGES` as an SVG document."""
        check_choice("page", page, PAGES)
        if page == "picture":
            height, width = self.regions.labels.shape
            canvas = SvgCanvas(width, height, "px", "Quantized picture")
            self._fill(canvas, [0, 0], 1.0)
        else:
            canvas = SvgCanvas(self.layout.width, self.layout.height, "mm", f"Colour by number: {page}")
            {"sheet": self._draw_sheet, "solution": self._draw_solution}[page](canvas)
        return canvas.content()

    def pdf(self) -> bytes:
        """Return a PDF file of two pages: the sheet, and its mirrored solution."""
        pages = [self._draw_sheet, self._draw_solution]
        return pdf_bytes(pages, self.layout.width, self.layout.height, "Colour by number")

    def to_bytes(self, ending: str, page: str = "sheet") -> bytes:
        """Return the content of a file with an ending of `ENDINGS`; a PDF holds sheet and solution, whatever the `page`."""
        check_choice("a sheet's ending", ending, ENDINGS)
        return self.pdf() if ending == ".pdf" else self.svg(page).encode()

    def save(self, path, page: str = "sheet") -> Path:
        """Write a file, whole or not at all.

        Parameters
        ----------
        path : path
            ``NAME.pdf``: two pages, sheet and solution. ``NAME.svg``: one `page`.
        page : str
            A name of `PAGES`, for SVG.

        Returns
        -------
        pathlib.Path
        """
        return write_atomically(path, self.to_bytes(Path(path).suffix.lower(), page))

    @cached_property
    def _arcs(self):
        return arc_paths(self.outlines)

    def _fill(self, canvas, origin, scale, mirror=False):
        """Draw every region.

        Renderers leave hairlines between shapes that only touch. So below them, along each border, lies a line of its left colour.
        """
        codes = to_hex(self.regions.palette)
        flip = np.array([-1.0 if mirror else 1.0, 1.0]) * scale
        arcs = [(np.asarray(origin) + vertices * flip, code) for vertices, code in self._arcs]
        sides = self.outlines.sides
        left = np.where((sides < 0).any(axis=1), -1, self.regions.colors[sides[:, 0]])
        for color in np.unique(left[left >= 0]).tolist():
            below = joined([arcs[i] for i in np.flatnonzero(left == color)])
            canvas.path(below, stroke=codes[color], width=scale, name=f"below-{color + 1}")
        for i, (rings, color) in enumerate(zip(self.outlines.rings, self.regions.colors, strict=True)):
            canvas.path(region_path(arcs, rings), fill=codes[color], name=f"region-{i + 1}")

    def _draw_sheet(self, canvas):
        at = np.array([self.layout.left, self.layout.top])
        scale = self.layout.scale
        vertices, codes = joined(self._arcs)
        canvas.path((at + vertices * scale, codes), stroke=PALE, width=LINE)
        places = self.places
        poles, labels = at + places.poles * scale, at + places.labels * scale
        heights = (places.heights * scale).tolist()
        numbers = self.numbers.tolist()
        for i in np.flatnonzero(~places.inside).tolist():
            _draw_leader(canvas, poles[i], labels[i], heights[i])
        for number, (x, y), height in zip(numbers, labels.tolist(), heights, strict=True):
            canvas.text(x, y, str(number), height, color=INK, middle=True)
        self._draw_legend(canvas)
        self._draw_note(canvas, f"{len(self.colors)} colours, {self.n_regions} regions")

    def _draw_solution(self, canvas):
        layout = self.layout
        width = self.regions.labels.shape[1] * layout.scale
        # The page is mirrored as a whole; the picture stands in its middle.
        self._fill(canvas, [layout.width - layout.left, layout.top], layout.scale, mirror=True)
        height = self.regions.labels.shape[0] * layout.scale
        frame = rectangle(layout.left, layout.top, width, height)
        canvas.path(frame, stroke=PALE, width=LINE)
        self._draw_legend(canvas)
        self._draw_note(canvas, "Solution, mirrored: it matches on the back of the sheet")

    def _draw_legend(self, canvas):
        layout = self.layout
        width, height = layout.entry
        box = height - 2.0
        codes = to_hex(self.regions.palette[self.colors])
        for i, ((x, y), code, share) in enumerate(zip(layout.entries, codes, self.shares, strict=True)):
            middle = y + height / 2
            canvas.text(x + 3, middle, str(i + 1), 2.6 if height > 6 else 2.2, color=INK, middle=True)
            canvas.path(rectangle(x + 6.5, y + 1, box, box), fill=code, stroke=PALE, width=LINE)
            text = x + 6.5 + box + 1
            if width > 25:
                canvas.text(text, middle - 1.4, code, 1.7, color=INK)
                canvas.text(text, middle + 1.4, _percent(share), 1.7, color=INK)
            else:
                canvas.text(text, middle, _percent(share), 1.7, color=INK)

    def _draw_note(self, canvas, text):
        canvas.text(self.layout.entries[0][0], self.layout.height - 8, text, 1.7, color=PALE)


def _percent(share):
    return f"{100 * share:.1f} %" if share >= 0.001 else "< 0.1 %"


def _draw_leader(canvas, pole, label, height):
    """Draw a dot in a region, and a line to its number."""
    x, y = pole
    r = 0.25
    canvas.path(polygon((x - r, y), (x, y - r), (x + r, y), (x, y + r)), fill=INK)
    way = label - pole
    length = float(np.hypot(*way))
    end = pole + way * max(0.0, 1 - 0.85 * height / max(length, 1e-9))
    canvas.path(polygon(tuple(pole), tuple(end), closed=False), stroke=INK, width=LINE)


def sheet(
    quantization,
    *,
    paper: str = SHEET["paper"].default,
    orientation: str = SHEET["orientation"].default,
    min_area: int | None = None,
    min_width: int | None = None,
    tolerance: float = SHEET["tolerance"].default,
) -> Sheet:
    """Make a colour-by-number page of a quantized image.

    Regions too small to paint are merged, the others get outlines and numbers; one whose number does not fit inside has it nearby, at
    the end of a line.

    Parameters
    ----------
    quantization : Quantization or Regions
        Of at most 256 colours.
    paper : str
        ``"A4"``, ``"A3"`` or ``"Letter"``.
    orientation : str
        ``"portrait"``, ``"landscape"``, or ``"auto"``: that of the image.
    min_area, min_width : int, optional
        Limits of `merge_regions`, in pixels; by default what is 8 mm2 and 1.2 mm on the paper.
    tolerance : float
        That of `outlines`, in pixels.

    Returns
    -------
    Sheet
        Its `save` writes PDF and SVG.

    Raises
    ------
    ValueError
        For an unknown name, a limit out of range, or more than 256 colours.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> page = nb.sheet(nb.quantize(nb.sample_image("shapes"), k=8))
    >>> page.save("shapes.pdf").name
    'shapes.pdf'
    """
    found = regions(quantization)
    height, width = found.labels.shape
    n_colors = len(np.unique(found.colors))
    layout = lay_out(width, height, n_colors, paper, orientation)
    pixel = layout.scale
    if min_area is None:
        min_area = min(math.ceil(MIN_AREA / pixel**2), height * width)
    if min_width is None:
        min_width = min(math.ceil(MIN_WIDTH / pixel), height, width)
    merged = merge_regions(found, min_area=min_area, min_width=min_width)
    colors = np.unique(merged.colors)
    if len(colors) < n_colors:  # a shorter legend leaves more room
        layout = lay_out(width, height, len(colors), paper, orientation)
        pixel = layout.scale
    drawn = outlines(merged, tolerance=tolerance)
    digits = np.char.str_len((np.searchsorted(colors, merged.colors) + 1).astype(str))
    limits = {"smallest": SMALLEST / pixel, "largest": LARGEST / pixel}
    places = label_places(merged, ASPECT * digits, clearance=tolerance / 2 + LINE / pixel, **limits)
    return Sheet(merged, found.n_regions, drawn, places, colors, layout)
