"""The viewer: up to six pictures of one image, with linked zoom, swipe, blink, difference and read-outs.

Pixels travel as they are, in binary: a palette and one index a pixel, or RGB; never a lossy picture. Each
pane has two traits of its own, its description with the palette and its pixels, so that a change sends what
changed and nothing else, and a view that is opened later finds everything. The drawing is in viewer.js.
"""

import math
from collections.abc import Mapping

import anywidget
import numpy as np
import traitlets as t

from ...errors import ImageError, check_integer, shown
from ...images import validate_image
from ...vocabulary import MAX_PANES
from ..frontend import script, style
from ..standalone import Labels, Rgb, Standalone, sheet

MAX_PIXELS = 4_000_000  #: larger pictures are shown as a preview of at most this many pixels
ORIGINAL = "original"  #: the id of the pane that a viewer begins with


def thin(pixels, max_pixels=MAX_PIXELS):
    """Return every n-th pixel of every n-th row, with the least n that leaves at most `max_pixels`, and n.

    Pixels are picked, not averaged: each one shown is a true one with its true label, so that colours,
    palette entries and delta E in the viewer are those of the full image.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) array
    max_pixels : int

    Returns
    -------
    (H // n, W // n) or (H // n, W // n, 3) array
        A view: its pixel (y, x) is pixel (n y + n // 2, n x + n // 2) of `pixels`.
    int
        n, 1 when nothing is left out.
    """
    height, width = pixels.shape[:2]
    n = min(math.ceil(math.sqrt(height * width / max_pixels)), height, width)
    return pixels[n // 2 : height // n * n : n, n // 2 : width // n * n : n], n


class Viewer(Standalone, anywidget.AnyWidget):
    """Show an image and quantizations of it, for comparing.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The original, which read-outs and the difference mode compare with; the first pane.
    panes : dict, optional
        Title -> `Quantization` or (h, w, 3) uint8 array, in the order of the panes. The title is the id, too.
    height : int
        Height of the whole viewer in CSS pixels.
    mode : {"side-by-side", "swipe", "blink", "difference"}

    Attributes
    ----------
    zoom : float
        Device pixels for each pixel of the picture shown; 0 fits the whole picture.
    cx, cy : float
        What is in the middle of every pane, in pixels of the picture shown, from its top left corner.
    compare : list of str
        The ids of the panes A and B of swipe and blink; empty: the first two.
    divider : float
        Where swipe goes from A to B, 0..1 of the width.
    blink_hz : float
        Changes a second of blink, at most 2.
    lit : dict
        Pane id -> the palette index whose pixels are lit up; a click on a picture sets it for every pane.

    Notes
    -----
    Changes inside ``with viewer.hold_sync():`` reach the page together and are drawn in one animation frame.
    What the page changes, it follows at once; while a finger moves, Python hears of it every 150 ms.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> image = nb.sample_image("shapes")
    >>> viewer = nb.Viewer(image, {"k = 4": nb.quantize(image, 4), "k = 16": nb.quantize(image, 16)})
    >>> viewer.mode = "swipe"
    """

    _esm = script("viewer/viewer.js")
    _css = style("viewer/viewer.css")

    height = t.Int(520, min=160).tag(sync=True)
    mode = t.Enum(("side-by-side", "swipe", "blink", "difference"), "side-by-side").tag(sync=True)
    # Without an echo: else the page would hear its own past while a finger still moves.
    compare = t.List(t.Unicode(), maxlen=2).tag(sync=True, echo_update=False)
    divider = t.Float(0.5, min=0, max=1).tag(sync=True, echo_update=False)
    blink_hz = t.Float(1.0, min=0.1, max=2).tag(sync=True, echo_update=False)
    lit = t.Dict().tag(sync=True, echo_update=False)
    zoom = t.Float(0.0, min=0).tag(sync=True, echo_update=False)
    cx = t.Float(0.0).tag(sync=True, echo_update=False)
    cy = t.Float(0.0).tag(sync=True, echo_update=False)

    _size = t.List(t.Int()).tag(sync=True)  # width and height as shown, in full, and the n of `thin`
    _original = t.Bytes().tag(sync=True)  # RGB
    _max_panes = t.Int(MAX_PANES).tag(sync=True)
    _order = t.List(t.Unicode()).tag(sync=True)
    for _slot in range(MAX_PANES):
        vars()[f"_pane_{_slot}"] = t.Dict().tag(sync=True)  # see _encode and set_pane; empty: no pane
        vars()[f"_pixels_{_slot}"] = t.Bytes().tag(sync=True)  # labels (uint8 or little-endian uint16) or RGB
    del _slot

    def __init__(self, image, panes=None, **traits):
        if not isinstance(panes, Mapping | None):
            raise ValueError(
                f"panes must be a dict of titles and pictures such as {{'8 colours': q}}, got {shown(panes)}"
            )
        self._version = 0
        self._drawn = []
        self._slots = {}  # pane id -> slot
        self._pictures = {}  # pane id -> what it shows, in full
        super().__init__(**traits)
        self.on_msg(self._receive)
        with self.hold_sync():
            self.set_original(image)
            self.set_pane(ORIGINAL, image, title="Original")
            for title, picture in (panes or {}).items():
                self.set_pane(title, picture)

    @property
    def panes(self):
        """The ids of the panes, in the order in which they are shown."""
        return list(self._order)

    def set_original(self, image):
        """Compare with another image; panes that do not fit its size are removed.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            With the size of the former one, zoom and centre stay.
        """
        image = validate_image(image)
        (height, width), before = image.shape[:2], self._size
        shown, step = thin(image)
        self._image = image
        with self.hold_sync():
            self._size = [shown.shape[1], shown.shape[0], width, height, step]
            self._original = shown.tobytes()
            if self._size != before:
                self.zoom, self.cx, self.cy = 0.0, shown.shape[1] / 2, shown.shape[0] / 2
            for pane in self.panes:
                meta = self._description(pane)
                if meta["kind"] == "original":
                    self.set_pane(pane, image)
                elif not _fits(meta["full"], [width, height]):
                    self.remove_pane(pane)

    def set_pane(self, pane, picture, *, title=None, subtitle=None):
        """Show `picture` in the pane with the id `pane`; a new id makes a new pane after the others.

        Parameters
        ----------
        pane : str
        picture : Quantization or (h, w, 3) uint8 array
            Of the original's size, or a smaller version (a draft), which is drawn as large as the original.
        title, subtitle : str, optional
            By default what the pane had; at first the id, and nothing.

        Returns
        -------
        int
            The version, which `on_drawn` reports once the page has drawn it. Description with palette, and
            pixels, travel separately: a new palette for the same labels sends the palette only.

        Raises
        ------
        ImageError
            If `picture` does not fit the original.
        ValueError
            If all six panes are in use.
        """
        meta, shown = _described(picture)
        pixels, size = shown.tobytes(), self._size[2:4]
        if not _fits(meta["full"], size):
            raise ImageError(
                f"pane {pane!r} must be of the original's size, {size[0]} x {size[1]}, or a reduction of it, "
                f"got {meta['full'][0]} x {meta['full'][1]}; set_original changes the image"
            )
        if meta["kind"] == "rgb" and meta["full"] == size and pixels == self._original:
            meta["kind"], pixels = "original", b""  # the page has it already
        if pane not in self._slots and len(self._slots) == MAX_PANES:
            raise ValueError(
                f"a viewer has at most {MAX_PANES} panes; remove_pane one before adding {pane!r}"
            )
        before = self._description(pane) or {"title": pane, "subtitle": ""}
        self._version += 1
        self._pictures[pane] = picture
        meta["id"], meta["version"] = pane, self._version
        meta["title"] = before["title"] if title is None else title
        meta["subtitle"] = before["subtitle"] if subtitle is None else subtitle
        with self.hold_sync():
            slot = self._slots.setdefault(
                pane, min(set(range(MAX_PANES)) - set(self._slots.values()), default=0)
            )
            self.set_trait(f"_pane_{slot}", meta)
            self.set_trait(f"_pixels_{slot}", pixels)
            if pane not in self._order:
                self._order = [*self._order, pane]
            if self.lit.get(pane, -1) >= meta.get("n_colors", 0):
                self.highlight(pane, None)
        return self._version

    def remove_pane(self, pane):
        """Take a pane away; its place is free for another."""
        slot = self._slots.pop(self._known(pane))
        self._pictures.pop(pane, None)
        with self.hold_sync():
            self._order = [other for other in self._order if other != pane]
            self.set_trait(f"_pane_{slot}", {})
            self.set_trait(f"_pixels_{slot}", b"")
            self.highlight(pane, None)

    def order(self, panes):
        """Show the panes in the order of `panes`, a list of all their ids."""
        if sorted(panes) != sorted(self._order):
            raise ValueError(f"order needs each of {self._order} once, got {list(panes)}")
        self._order = list(panes)

    def highlight(self, pane, index):
        """Light up the pixels of palette colour `index` in `pane` while the others fade; None ends it."""
        lit = {other: i for other, i in self.lit.items() if other != pane}
        if index is not None:
            n_colors = self._description(self._known(pane)).get("n_colors", 0)
            lit[pane] = check_integer(f"index for pane {pane!r}", index, 0, n_colors - 1)
        self.lit = lit

    def on_drawn(self, callback, remove=False):
        """Call ``callback(pane, version)`` after the animation frame in which a new version has been drawn.

        Versions that came too fast to be drawn are left out. When two views are open, both report; a hidden
        browser tab draws nothing and reports nothing.
        """
        if remove:
            self._drawn.remove(callback)
        else:
            self._drawn.append(callback)

    def _receive(self, _widget, content, _buffers):
        if content.get("type") == "drawn":
            for callback in list(self._drawn):
                callback(content["id"], content["version"])

    def _known(self, pane):
        if pane not in self._slots:
            raise ValueError(f"there is no pane {pane!r}; the panes are {self._order}")
        return pane

    def _standalone(self):
        height, width = self._image.shape[:2]
        step, traits = self._size[4], {name: getattr(self, name) for name in _STATE}
        traits |= {"_size": [width, height, width, height, 1], "_original": Rgb(self._image)}
        traits |= {"zoom": self.zoom / step, "cx": self.cx * step, "cy": self.cy * step}
        for slot in range(MAX_PANES):
            traits |= {f"_pane_{slot}": {}, f"_pixels_{slot}": b""}
        for pane, slot in self._slots.items():
            before, picture = self._description(pane), self._pictures[pane]
            meta, shown = _described(picture, max_pixels=None)
            if meta["kind"] == "indexed":
                traits[f"_pixels_{slot}"] = Labels(shown, picture.palette)
            elif before["kind"] == "original":
                meta["kind"] = "original"
            else:
                traits[f"_pixels_{slot}"] = Rgb(shown)
            traits[f"_pane_{slot}"] = before | meta
        return "viewer", traits

    def _still(self):
        height, width = self._image.shape[:2]
        panels = []
        for pane in self.panes:
            meta, picture = self._description(pane), self._pictures[pane]
            pixels = picture.palette[picture.labels] if meta["kind"] == "indexed" else picture
            if pixels.shape[:2] == (height, width):
                panels.append((meta["title"], meta["subtitle"], pixels))
        return sheet(panels), f"{width} x {height} pixels; " + ", ".join(title for title, *_ in panels)

    def _standalone_title(self):
        titles = (self._description(pane)["title"] for pane in self.panes)
        return ", ".join(titles) or "Viewer"

    def _description(self, pane):
        return getattr(self, f"_pane_{self._slots[pane]}") if pane in self._slots else {}


# Traits that a page without a kernel takes over as they are.
_STATE = ("height", "mode", "compare", "divider", "blink_hz", "lit", "_order", "_max_panes")


def _described(picture, max_pixels=MAX_PIXELS):
    """Return the description of a picture, as picture.js wants it, and its pixels, thinned to `max_pixels` or as they are."""
    if hasattr(picture, "labels") and hasattr(picture, "palette"):
        n_colors, full = len(picture.palette), picture.labels
        palette = np.asarray(picture.palette, dtype=np.uint8).tobytes()
        kind = np.dtype("u1" if n_colors <= 256 else "<u2")
        meta = {"kind": "indexed", "n_colors": n_colors, "label_bytes": kind.itemsize, "palette": palette}
    else:
        full, kind = validate_image(picture), np.dtype("u1")
        meta = {"kind": "rgb"}
    shown, step = thin(full, max_pixels) if max_pixels else (full, 1)
    meta |= {"width": shown.shape[1], "height": shown.shape[0], "full": [*full.shape[1::-1]], "step": step}
    return meta, shown.astype(kind, copy=False)


def _fits(size, original):
    """Whether the width and height `size` are `original` or a reduction of it, to a pixel of rounding."""
    (w, h), (width, height) = size, original
    same_proportions = abs(h * width - w * height) <= max(width, height)
    return size == original or (w < width and h < height and same_proportions)
