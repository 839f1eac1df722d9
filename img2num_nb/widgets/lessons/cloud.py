"""The colour cloud: the distinct colours of an image in any colour space, and what a palette makes of them."""

from dataclasses import replace

import numpy as np
import traitlets as t

from ...color import SPACES, to_grid
from ...errors import check_quantization
from ...hex_colors import to_hex
from ...histogram import ColorHistogram
from ...images import validate_image
from ...lessons import scene
from ...mapping import nearest
from ...vocabulary import COLOR_SPACES
from .lesson import Lesson, floats, front_end
from .player import scene_of

STILL_POINTS = 3000  #: the most frequent colours: drawing all takes long


class ColorCloud(Lesson):
    """Look at the colours of an image as points of a colour space.

    The lines are the edges of the sRGB cube, that is, of all colours a screen can show. The more pixels a colour has, the
    larger its point.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    quantization : Quantization, optional
        Of this image: its palette becomes the centres, and each point belongs to one.
    color_space : str
    viewer : Viewer, optional
        A viewer with a pane that shows `quantization`: what is lit here is lit there, and the other way round.
    pane : str, optional
        Its id; by default the first pane with this palette.

    Attributes
    ----------
    color_space : str
        The space shown. (Which colour belongs to which centre was decided in the quantization's space.)
    lit : int
        Palette index whose points are lit up, or -1.
    zoomed : bool
        Whether the image's colours fill the figure, or the whole gamut does.
    """

    _esm, _css = front_end("cloud")
    VERBS = ()

    color_space = t.Enum(tuple(SPACES), "srgb").tag(sync=True)
    lit = t.Int(-1).tag(sync=True)
    zoomed = t.Bool(False).tag(sync=True)
    _spaces = t.List([[name, f"{term.label}: {term.help}"] for name, term in COLOR_SPACES.items()]).tag(
        sync=True
    )
    _scene = t.Dict().tag(sync=True)
    _palette = t.Dict().tag(sync=True)

    def __init__(self, image, quantization=None, color_space="srgb", viewer=None, pane=None, **traits):
        self.image = validate_image(image)
        self.quantization = quantization
        if quantization is not None:
            check_quantization("quantization", quantization)
        self.cloud = scene.cloud(ColorHistogram.from_image(self.image))
        self.labels = self._labels()
        super().__init__(color_space=color_space, **traits)
        self._viewer, self._pane = viewer, pane
        if viewer is not None:
            self._link(viewer, pane)

    def highlight(self, i):
        """Light up the points of palette colour `i`, and its pixels in the viewer; None ends it."""
        n = 0 if self.quantization is None else len(self.quantization.palette)
        if i is not None and not 0 <= i < n:
            raise ValueError(
                f"the palette has colours 0 to {n - 1}, got {i}" if n else "there is no palette to light up"
            )
        self.lit = -1 if i is None else int(i)

    def figure(self):
        """Return the same as a matplotlib figure: the cloud from three sides."""
        from ...lessons.stills import cloud_figure

        palette = None if self.quantization is None else self.quantization.palette
        return cloud_figure(self.cloud, self.color_space, palette)

    def _labels(self):
        """Return the palette index of each point; of a dithered picture that of the nearest palette colour."""
        if self.quantization is None:
            return None
        if self.quantization.labels.shape != self.image.shape[:2]:
            raise ValueError(
                f"quantization must be of the image's size {self.image.shape[:2]}, got {self.quantization.labels.shape}"
            )
        space = self.quantization.settings.get("color_space", "lab")
        return nearest(self.cloud.histogram, self.quantization.palette, space)[0]

    @t.observe("color_space")
    def _show(self, _change):
        space = self.color_space
        with self.hold_sync():
            self._scene = scene_of(self.cloud.histogram, space) | {"words": self.cloud.text}
            if self.quantization is not None:
                self._palette = {
                    "colors": to_hex(self.quantization.palette),
                    "counts": self.quantization.counts.tolist(),
                    "places": scene.place(to_grid(self.quantization.palette, space), space).tolist(),
                    "labels": self.labels.astype("<u2").tobytes(),
                }

    def _standalone(self):
        edge_colors = scene.gamut_edges("srgb")[1]
        shared = {
            "colors": self.cloud.histogram.colors.tobytes(),
            "weights": floats(self.cloud.histogram.counts),
            "edge_colors": edge_colors.tobytes(),
            "edge_points": edge_colors.shape[1],
            "words": self.cloud.text,
        }
        axes = {space: scene.axes(space) for space in SPACES}
        palette = {name: value for name, value in self._palette.items() if name != "places"}
        return "cloud", self._sent("_scene", "_palette") | {
            "scene": shared,
            "axes": axes,
            "palette": palette,
        }

    def _still(self):
        from ...lessons.stills import cloud_figure

        histogram = self.cloud.histogram
        most = np.sort(np.argsort(-histogram.counts, kind="stable")[:STILL_POINTS])
        few = ColorHistogram(histogram.colors[most], histogram.counts[most], histogram.bits)
        palette = None if self.quantization is None else self.quantization.palette
        shown = f"the {len(few):,} most frequent" if len(few) < len(histogram) else "all"
        words = f"{self.cloud.n_distinct:,} distinct colours in {self.color_space}, {shown} drawn"
        figure = cloud_figure(replace(self.cloud, histogram=few), self.color_space, palette, words)
        return figure._repr_png_()[0], words

    def _standalone_title(self):
        return "Colour cloud"

    def _link(self, viewer, pane):
        if self.quantization is None:
            raise ValueError("a cloud is linked with a viewer by a palette: pass quantization=, too")
        palette = np.asarray(self.quantization.palette, np.uint8).tobytes()
        panes = [pane] if pane else viewer.panes
        self._pane = next((p for p in panes if viewer._description(p).get("palette") == palette), None)
        if self._pane is None:
            raise ValueError(f"no pane of the viewer shows this quantization; its panes are {viewer.panes}")
        self.observe(
            lambda change: viewer.highlight(self._pane, None if change.new < 0 else change.new), "lit"
        )
        viewer.observe(lambda change: setattr(self, "lit", change.new.get(self._pane, -1)), "lit")
        self.lit = viewer.lit.get(self._pane, -1)
