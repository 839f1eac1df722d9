"""The k chooser: what each number of colours costs and buys, with its picture."""

import numpy as np
import traitlets as t

from ...color import SPACES
from ...errors import check_choice
from ...images import preview
from ...lessons.k_curve import FIGURES, check_ks, k_curve
from ..standalone import Labels, Rgb, sheet
from ..worker import Mailbox, Worker, wait
from .lesson import Lesson, front_end

MAX_PICTURES = 24  #: of a page without a kernel
MAX_SIDE = 400  #: pixels of the longer side of the picture that is quantized


class KChooser(Lesson):
    """Choose k by what is seen and by what is measured: error, difference, regions, bytes and time against k.

    The whole curve is computed once, in the background and with its progress on show; from then on the slider is instant. It works
    on a preview of the image, and says so: regions, bytes and times are the preview's.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    ks : iterable of int
        Numbers of colours.
    color_space : str
    seed : int
    k : int, optional
        The one shown first; by default the one of `ks` next to 16.

    Attributes
    ----------
    k : int
        The one shown; a number not in `ks` goes to the nearest.
    points : list of lessons.k_curve.Point
        What has been computed, by ascending k.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> chooser = nb.KChooser(nb.sample_image("shapes"), ks=range(2, 5))
    >>> [point.k for point in chooser.wait().points]
    [2, 3, 4]
    >>> chooser.close()
    """

    _esm, _css = front_end("chooser")
    VERBS = ("stop",)
    _worker = None

    k = t.Int(16).tag(sync=True)
    _ks = t.List(t.Int()).tag(sync=True)
    _figures = t.List([[name, *words] for name, words in FIGURES.items()]).tag(sync=True)
    _curve = t.Dict().tag(sync=True)
    _original = t.Dict().tag(sync=True)
    _picture = t.Dict().tag(sync=True)
    _busy = t.Bool(True).tag(sync=True)

    def __init__(self, image, ks=range(2, 65), color_space="lab", seed=0, k=16):
        self.image, _, shown = preview(image, MAX_SIDE)
        self.color_space = check_choice("color_space", color_space, SPACES)
        self.points = []
        self._mailbox = Mailbox()
        self._worker = Worker(self._mailbox)
        self._ks_wanted = check_ks(ks)
        super().__init__(_ks=self._ks_wanted, k=k)
        height, width = self.image.shape[:2]
        self._original = {
            "size": [width, height],
            "rgb": self.image.tobytes(),
            "words": shown.replace("shown", "computed"),
        }

        def run(cancelled):
            arrive = lambda point: self._mailbox.post(self._arrive, point)  # noqa: E731
            return k_curve(self.image, self._ks_wanted, color_space, seed, progress=arrive, cancel=cancelled)

        self._worker.submit("curve", run, self._end, label="the curve")
        if not self._mailbox.has_loop:
            self._mailbox.drain()

    @property
    def quantization(self):
        """The `Quantization` of the k shown; None before it is there."""
        return next((point.quantization for point in self.points if point.k == self.k), None)

    def wait(self, timeout=None):
        """Block until the whole curve is there; return self."""
        wait(self._mailbox, self._worker, timeout=timeout)
        return self

    def stop(self):
        """Give up the rest of the curve."""
        self._worker.drop()
        self._busy = False

    def close(self):
        """Give up the rest of the curve, and remove the widget."""
        if self._worker:
            self._worker.drop()
        super().close()

    def figure(self):
        """Return the same as a matplotlib figure, when the whole curve is there: pictures and charts."""
        from ...lessons.stills import chooser_figure

        self.wait()
        return chooser_figure(self.image, self.points, self.k)

    def _standalone(self):
        self.wait()
        points = {point.k: point for point in self.points}
        ks = sorted(points)
        if len(ks) > MAX_PICTURES:  # more small ones, where each is another picture
            chosen = {
                min(ks, key=lambda k: abs(k - wanted)) for wanted in np.geomspace(ks[0], ks[-1], MAX_PICTURES)
            }
            ks = sorted(chosen | ({self.k} & points.keys()))
        pictures = {}
        for k in ks:
            made = points[k].quantization
            counts, palette = made.counts.tolist(), made.palette
            picture = {
                "k": k,
                "labels": Labels(made.labels, palette),
                "palette": palette.tobytes(),
                "counts": counts,
            }
            pictures[str(k)] = picture
        original = self._original | {"rgb": Rgb(self.image)}
        traits = self._sent("_picture") | {"_ks": ks, "_original": original, "_busy": False}
        return "chooser", traits | {"pictures": pictures}

    def _still(self):
        width, height = self._original["size"]
        panels = [("Original", f"{width} x {height}", self.image)]
        if made := self.quantization:
            panels.append((f"k = {self.k}", "", made.image))
        return sheet(panels), ", ".join(title for title, *_ in panels)

    def _standalone_title(self):
        return "Number of colours"

    @t.validate("k")
    def _nearest(self, proposal):
        return min(self._ks_wanted, key=lambda k: abs(k - proposal.value))

    def _arrive(self, point):
        self.points.append(point)
        self._curve = {
            "ks": [p.k for p in self.points],
            **{name: [p.figures[name] for p in self.points] for name in FIGURES},
        }
        if point.k == self.k:
            self._show()

    def _end(self, _points, error):
        self._busy = False
        if error is not None:
            self.note = str(error)

    @t.observe("k")
    def _show(self, _change=None):
        result = self.quantization
        if result is None:
            self._picture = {}
            return
        self._picture = {
            "k": result.k,
            "labels": result.labels.astype("<u2").tobytes(),
            "palette": result.palette.tobytes(),
            "counts": result.counts.tolist(),
        }
