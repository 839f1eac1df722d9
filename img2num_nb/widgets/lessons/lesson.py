"""What the figures of the lessons share on the Python side: their front end, and verbs that arrive from the page."""

import anywidget
import numpy as np
import traitlets as t

from ..frontend import script, style
from ..standalone import Standalone


def front_end(name):
    """Return ``_esm`` and ``_css`` of the figure `name`: its own file and what all figures share."""
    return script(f"lessons/{name}.js"), style("lessons/lesson.css", f"lessons/{name}.css")


class Lesson(Standalone, anywidget.AnyWidget):
    """A figure that answers to the hand: the page asks for one of its `VERBS`, which are methods, and draws what comes back."""

    VERBS = ()

    note = t.Unicode().tag(sync=True)  #: what is wrong with the last request of the page, or nothing

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(self._receive)

    def _sent(self, *left_out):
        """Return the values of the traits that travel to the page, but for some."""
        own = set(self.class_trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names(sync=True))
        return {name: getattr(self, name) for name in sorted(own.difference(left_out))}

    def _still(self):
        png, metadata = self.figure()._repr_png_()
        return png, metadata["alt"]

    def _receive(self, _widget, content, _buffers):
        verb, arguments = content.get("verb"), content.get("args", [])
        if verb not in self.VERBS:
            return
        self.note = ""
        try:
            getattr(self, verb)(*arguments)
        except ValueError as error:
            self.note = str(error)


def floats(array):
    """Return an array as the bytes of little-endian float32, which a page reads without a look at each number."""
    return np.ascontiguousarray(array, "<f4").tobytes()
