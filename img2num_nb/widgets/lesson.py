"""What the figures of the lessons share on the Python side: their front end, and verbs that arrive from the page."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets as t

_HERE = Path(__file__).parent


def front_end(*parts):
    """Return ``_esm`` and ``_css`` of a widget: lesson.js and lesson_*.js of `parts`, then the last part's own file, as one module."""
    names = ["lesson", *(f"lesson_{part}" for part in parts[:-1]), parts[-1]]
    read = lambda name: (_HERE / name).read_text(encoding="utf-8")  # noqa: E731
    styles = [name for name in ("lesson.css", f"{parts[-1]}.css") if (_HERE / name).exists()]
    return "\n".join(read(f"{name}.js") for name in names), "\n".join(map(read, styles))


class Lesson(anywidget.AnyWidget):
    """A figure that answers to the hand: the page asks for one of its `VERBS`, which are methods, and draws what comes back."""

    VERBS = ()

    note = t.Unicode().tag(sync=True)  #: what is wrong with the last request of the page, or nothing

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(self._receive)

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
