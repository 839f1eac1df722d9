"""What is computed when, for an image and its variants: drafts at once, then the full result, then its measures."""

from dataclasses import dataclass, field

from ...errors import Cancelled, error_text
from ...quantization import Quantization
from ...settings import Settings
from ..worker import Mailbox, Worker, wait
from .workbench import STEPS

OPEN, DRAFT, FULL, MEASURE = 4, 3, 2, 1  # how urgent


@dataclass
class Variant:
    """One column of the explorer.

    Attributes
    ----------
    id : str
        Of the viewer's pane: "v1" to "v5".
    settings : Settings
    result : Quantization or None
        The full result of `settings`, once there is one.
    shown : Quantization or None
        What the pane shows: a result or a draft.
    shown_settings : Settings or None
        What it was made with.
    seconds, measures : dict
        Of `result`, or of the one before while the new one is being computed.
    measured : set of str
        Which of `measures` are those of `result`.
    error : str
        Why there is no result.
    """

    id: str
    settings: Settings
    result: Quantization | None = None
    shown: Quantization | None = None
    shown_settings: Settings | None = None
    seconds: dict = field(default_factory=dict)
    measures: dict = field(default_factory=dict)
    measured: set = field(default_factory=set)
    error: str = ""

    @property
    def name(self):
        """Its number, as text."""
        return self.id.removeprefix("v")

    def forget(self):
        """Forget what belongs to another image."""
        self.result = self.shown = self.shown_settings = None
        self.seconds, self.measures, self.measured, self.error = {}, {}, set(), ""


class Session:
    """An image, its variants, and the work on them.

    Parameters
    ----------
    bench : Workbench
    variants : list of Variant
    show : callable
        ``show(variant)``: its `shown` is a new picture.
    push_state : callable
        ``push_state()``: something about the variants has changed.

    Attributes
    ----------
    mailbox : Mailbox
        Whoever changes something from outside holds ``mailbox.lock``.
    fraction : float
        How much of the filter that runs now is done; -1 when nobody knows.
    original_bytes : int or None
        Size of the image's file, or of a PNG of it, once known.
    """

    def __init__(self, bench, variants, show, push_state):
        self.bench = bench
        self.variants = variants
        self.show, self.push_state = show, push_state
        self.original_bytes = None
        self.fraction = -1.0
        self.mailbox = Mailbox()
        self._painter, self._meter = Worker(self.mailbox), Worker(self.mailbox)

    def wait(self, timeout=None, *workers):
        """Block until nothing is left to do, here and for other `workers`; TimeoutError after `timeout` seconds."""
        wait(self.mailbox, self._painter, self._meter, *workers, timeout=timeout)

    @property
    def busy(self):
        """Whether there is work."""
        return self._painter.busy or self._meter.busy

    @property
    def abandoned_threads(self):
        """Number of threads still at something that was dropped and cannot be stopped."""
        return self._painter.abandoned_threads + self._meter.abandoned_threads

    @property
    def running(self):
        """The task that has been at work for the longest time, or None."""
        tasks = [task for task in (self._painter.running, self._meter.running) if task]
        return min(tasks, key=lambda task: task.since, default=None)

    def cancel(self):
        """Give up all work; return the tasks given up."""
        return self._painter.drop() + self._meter.drop()

    def refresh(self, variant, live=False):
        """Compute what a variant's settings ask for; only a draft while they still move (`live`)."""
        if variant.result is not None and variant.shown_settings == variant.settings:
            return self._measure(variant)
        self._drop(variant)
        variant.result, variant.measured, variant.error = None, set(), ""
        if live or (self.mailbox.has_loop and variant.shown_settings != variant.settings):
            self._draft(variant)
        if not live:
            self._full(variant)

    def find(self, variant, max_delta_e, then):
        """Call ``then(k, error)`` with the fewest colours for a mean difference, unless the variant changes meanwhile."""
        bench, settings = self.bench, variant.settings
        run = lambda cancelled: bench.find_k(settings, max_delta_e, cancelled)  # noqa: E731
        label = f"Finding how many colours {variant.name} needs"
        self._meter.submit(("find", variant.id), run, then, urgency=MEASURE, label=label)

    def remove(self, variant):
        """Take a variant away."""
        self._drop(variant)
        self._painter.drop(("draft", variant.id))
        self.variants.remove(variant)

    def take(self, bench, drafts=None):
        """Take another image; `drafts`: variant id -> settings and draft, of as many as there are."""
        self.cancel()
        self.bench, self.original_bytes = bench, None
        for variant in self.variants:
            variant.forget()
            variant.shown_settings, variant.shown = (drafts or {}).get(variant.id, (None, None))

    def open(self, bring, variants, then):
        """Call ``then(bench, drafts, source, error)`` with what ``bring() -> bench, source`` returns.

        The drafts are those of `variants`, as `take` wants them.
        """
        wanted = {variant.id: variant.settings for variant in variants}

        def run(cancelled):
            bench, source = bring()
            drafts = {name: _attempt(bench, settings, cancelled) for name, settings in wanted.items()}
            return bench, drafts, source

        def done(value, error):
            then(*(value or (None, None, None)), error)

        self._painter.submit("open", run, done, urgency=OPEN, label="Opening the image")

    def _drop(self, variant):
        self._painter.drop(("full", variant.id))
        self._meter.drop(variant.id, ("find", variant.id))

    def _draft(self, variant):
        bench, settings = self.bench, variant.settings

        def then(draft, error):
            if bench is not self.bench or variant not in self.variants or variant.result is not None:
                return
            if error:
                variant.error = error_text(error)
            else:
                variant.shown, variant.shown_settings = draft, settings
                self.show(variant)
            self.push_state()

        label = f"Drafting {variant.name}"
        run = lambda cancelled: bench.draft(settings, cancelled)  # noqa: E731
        self._painter.submit(("draft", variant.id), run, then, urgency=DRAFT, finish=True, label=label)

    def _full(self, variant):
        bench, settings = self.bench, variant.settings

        def run(cancelled):
            self.fraction = -1.0
            try:
                return bench.full(settings, self._progress, cancelled)
            finally:
                self.fraction = -1.0

        def then(value, error):
            if bench is not self.bench or variant.settings != settings or variant not in self.variants:
                return
            if error:
                variant.error = error_text(error)
            else:
                variant.result, variant.seconds = value
                variant.shown, variant.shown_settings, variant.error = variant.result, settings, ""
                self.show(variant)
                self._measure(variant)
            self.push_state()

        doing = "Smoothing and computing" if settings.filter else "Computing"
        label = f"{doing} {variant.name}"
        self._painter.submit(("full", variant.id), run, then, urgency=FULL, label=label)

    def _progress(self, fraction):
        self.fraction = fraction

    def _measure(self, variant):
        """Take the first of `STEPS` not taken yet, tell, go on with the rest: so that other variants have their turn."""
        steps = [names for names in STEPS if not variant.measured.issuperset(names)]
        if not steps:
            return
        bench, result = self.bench, variant.result

        def run(cancelled):
            values = bench.measure(result, steps[0])
            if cancelled():
                raise Cancelled("no longer wanted")
            return values, bench.original_bytes() if "png_bytes" in steps[0] else None

        def then(value, error):
            if variant.result is not result:
                return
            if error:
                variant.error = f"No measures: {error_text(error)}"
            else:
                variant.measures |= value[0]
                variant.measured.update(value[0])
                self.original_bytes = value[1] or self.original_bytes
                self._measure(variant)
            self.push_state()

        urgency = MEASURE + len(steps)
        self._meter.submit(variant.id, run, then, urgency=urgency, label=f"Measuring {variant.name}")


def _attempt(bench, settings, cancelled):
    """Return settings and draft, or None twice: what is wrong with the settings, the full result will say."""
    try:
        return settings, bench.draft(settings, cancelled)
    except ValueError:
        return None, None
