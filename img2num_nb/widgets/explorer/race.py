"""The race: every method on one picture, one after the other; each with its picture, its error and its time."""

import statistics
import time
from dataclasses import dataclass, replace

import numpy as np

from ...errors import Cancelled, MissingExtra, error_text
from ...experiments.measure import compile_variants
from ...images import preview
from ...palettes import METHODS
from ...prepare import Prepared
from ...prepare import prepare as prepare_image
from ...quality import metrics
from ...quantization import quantize_prepared
from ..worker import Worker
from . import words

SIDE = 768  #: the race runs on the image reduced to this many pixels a side, so that it takes seconds
RUNS, ENOUGH = 3, 1.0  #: runs of a method, unless they take this many seconds
#: Methods that take long, above all with many colours.
LAST = ("imagequant", "sklearn-minibatch", "sklearn-kmeans", "opencv", "bee-colony")
MEASURES = ("delta_e_mean", "s_delta_e_mean", "mse")
PAUSE = 0.02  # seconds between two looks whether it is quiet


@dataclass(frozen=True)
class Course:
    """What all run on.

    Attributes
    ----------
    original : (h, w, 3) uint8 array
        The reduced image, which errors are against.
    prepared : Prepared
        The same after the filter, of which the reach is reduced, too.
    """

    original: np.ndarray
    prepared: Prepared


def race_variants(settings):
    """Return name -> `Settings` of every method, slow ones last; of ``fixed`` only if the settings have it, with a palette.

    The method that the settings have keeps its options, the others have their defaults.
    """
    names = [name for name in METHODS if name != "fixed" or settings.method == "fixed"]
    names.sort(key=lambda name: LAST.index(name) if name in LAST else -1)
    others = {name: replace(settings, method=name, options={}) for name in names}
    return others | ({settings.method: settings} if settings.method in others else {})


def prepare(image, settings, cancel=None):
    """Return the `Course` for an image."""
    small = preview(image, SIDE)
    prepared = prepare_image(small.image, settings.scaled(small.scale).filter, cancel=cancel)
    return Course(small.image, prepared)


def run(course, settings, *, cancelled=lambda: False, quiet=lambda: True):
    """Quantize with one method, some times.

    Parameters
    ----------
    course : Course
    settings : Settings
    cancelled, quiet : callable
        Whether to stop; and whether nothing else computes here: every run waits for that, and begins anew when it ends.

    Returns
    -------
    Quantization
    dict
        Medians and ranges: ``ms``, ``low``, ``high`` (histogram, design and mapping, milliseconds), ``runs``, ``n_colors``, and the
        `MEASURES`.
    """
    compile_variants([replace(settings, filter=None)])
    times = []
    while len(times) < RUNS and sum(times) < ENOUGH:
        while not quiet() and not cancelled():
            time.sleep(PAUSE)
        if cancelled():
            raise Cancelled("the race was cancelled")
        try:
            made = quantize_prepared(
                course.prepared.fresh(), settings, cancel=lambda: cancelled() or not quiet()
            )
            times.append(made.seconds["total"])
        except Cancelled:
            continue  # for the sake of a slider, say: this run begins anew
    ms = [1000 * seconds for seconds in times]
    found = {
        "ms": statistics.median(ms),
        "low": min(ms),
        "high": max(ms),
        "runs": len(ms),
        "n_colors": made.n_colors,
    }
    measures = metrics(course.original, replace(made), MEASURES)  # a copy, so that its picture is not kept
    return made, found | measures


def frontier(rows, measure):
    """Return the names of the rows that no other row beats: is no slower, no worse, and one of both better."""

    def beats(a, b):
        one, two = (a["ms"], a[measure]), (b["ms"], b[measure])
        return one != two and one[0] <= two[0] and one[1] <= two[1]

    return [row["name"] for row in rows if not any(beats(other, row) for other in rows)]


def _row(name):
    label, line = words.method_words(METHODS[name])
    return {"name": name, "label": label, "line": line, "state": "waiting"}


class Race:
    """Runs the methods in the background and keeps what they made.

    Parameters
    ----------
    mailbox : Mailbox
    push_state : callable
        ``push_state(state)``: what the page shows has changed.
    quiet : callable
        Whether nothing else computes.

    Attributes
    ----------
    worker : Worker
        Of its own, so that sliders never wait for a method.
    rows : list of dict
        One per method: name, label, line (what it does), state ("waiting", "running", "done", "missing", "failed"), text (why),
        and when done what `run` found.
    number : int
        Of the race: pictures of another number are of another race.
    """

    def __init__(self, mailbox, push_state, quiet):
        self.worker = Worker(mailbox)
        self._push_state, self._quiet = push_state, quiet
        self.number = 0
        self._forget()

    def start(self, image, settings, variant):
        """Begin with the settings of a variant, or go on where the same race was cancelled."""
        about = {"variant": variant, "settings": settings.to_dict()}
        self.cancel()
        if about != self._about or not self._todo():
            self._forget()
            self._about = about
            self.rows = [_row(name) for name in race_variants(settings)]
        self._next(image, settings)

    def cancel(self):
        """Stop; what is done stays."""
        self.worker.drop()
        for row in self.rows:
            row["state"] = "waiting" if row["state"] == "running" else row["state"]
        self._say()

    def clear(self):
        """Forget all, since the image is another one."""
        self.worker.drop()
        self._forget()
        self._say()

    def picture(self, name):
        """Return size, palette (n, 3) and labels of a method's picture; of ``"original"``, no palette and RGB; None without one."""
        if self._course is None or name not in (*self._made, "original"):
            return None
        if name == "original":
            return self._course.original.shape[1::-1], None, self._course.original
        made = self._made[name]
        return made.labels.shape[::-1], made.palette, made.labels

    def _forget(self):
        self.rows, self._made, self._course, self._about = [], {}, None, {}
        self.number += 1

    def _todo(self):
        return [row for row in self.rows if row["state"] == "waiting"]

    def _next(self, image, settings):
        if not (todo := self._todo()):
            return self._say()
        row, number = todo[0], self.number
        row["state"] = "running"
        self._say()

        def compute(cancelled):
            course = self._course or prepare(image, settings, cancelled)
            return course, *run(
                course, race_variants(settings)[row["name"]], cancelled=cancelled, quiet=self._quiet
            )

        def then(value, error):
            if number != self.number or row["state"] != "running":
                return  # of another race, or cancelled just when it was done
            if error:
                row.update(
                    state="missing" if isinstance(error, MissingExtra) else "failed",
                    text=error_text(error),
                )
            else:
                self._course, self._made[row["name"]], found = value
                row.update(found, state="done")
            self._next(image, settings)

        self.worker.submit("race", compute, then, label=f"Racing {row['label']}")

    def _say(self):
        done = [row for row in self.rows if row["state"] == "done"]
        best = {measure: frontier(done, measure) for measure in MEASURES}
        size = self._course.original.shape[1::-1] if self._course else None
        running = next((row["label"] for row in self.rows if row["state"] == "running"), "")
        state = {
            "number": self.number,
            "size": size,
            "running": running,
            "rows": [dict(row) for row in self.rows],
            "frontier": best,
        }
        self._push_state(state | self._about)
