"""The explorer: one photograph under up to five settings at once, at the speed of a slider."""

import os
import time
from contextlib import contextmanager, suppress
from functools import partial

from ipywidgets import Box, jslink

from ...errors import error_text, shown
from ...files.outputs import Outputs
from ...images import SAMPLE
from ...settings import Settings
from ...settings.settings import settings_bytes
from ...settings.spec import load_settings
from ...vocabulary import MAX_VARIANTS
from ..standalone import MAX_BYTES, Standalone, sheet
from ..viewer.viewer import Viewer
from ..worker import Worker
from . import downloads
from .controls import Controls, changed, heading, state_of
from .progress import Progress
from .race import Race
from .requests import Requests
from .session import Session, Variant
from .source import read
from .words import choices
from .workbench import Workbench

STILL_SECONDS = 0.6  #: that a display waits for results, so that the stored output shows them
FIRST = (Settings(k=16), Settings(k=6))


class Explorer(Standalone, Box):
    """Compare quantizations of one image, with sliders.

    Parameters
    ----------
    image : str, path or array, optional
        ``"sample:NAME"``, a path, or what else `load_image` takes. By default that of the settings file, or
        ``"sample:astronaut"``.
    settings : Settings, list of Settings, or path, optional
        One to five variants, or a settings file; by default two that differ in k.
    height : int, optional
        Height of the pictures in CSS pixels; by default what fits the window.

    Attributes
    ----------
    viewer : Viewer
    races : Race
        Of `start_race`: all methods, and what they made.
    latencies : list of float
        Milliseconds from a slider's message to the new picture on the screen, as this kernel saw it.

    Raises
    ------
    ImageError
        If the image cannot be loaded.
    ValueError
        If there are no or too many settings, or the settings file is wrong.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> explorer = nb.Explorer("sample:shapes", [nb.Settings(k=4), nb.Settings(k=4, color_space="srgb")])
    >>> explorer.set(0, k=8)
    >>> explorer.wait()
    >>> explorer.results[0].n_colors
    8
    >>> explorer.close()
    """

    _session = None
    _links = ()

    def __init__(self, image=None, settings=None, height=None):
        images = []
        if isinstance(settings, str | os.PathLike):
            images, settings = load_settings(settings)
        settings = [settings] if isinstance(settings, Settings) else settings
        settings = FIRST if settings is None or settings == [] else settings
        _check_number(settings)
        pixels, self._source = read(image if image is not None else [*images, f"{SAMPLE}astronaut"][0])
        bench = Workbench(pixels, self._source.file_bytes)
        self._session = Session(bench, [], self._show, self.push_state)
        self.latencies = []
        self._saved = {}  # path -> what this explorer wrote there
        self._asked, self._expected = {}, {}  # pane -> when; (pane, version) -> when
        self._seq = 0
        self.viewer = Viewer(pixels, height=height or 520)
        self.viewer.on_drawn(self._drawn)
        self._controls = Controls(choices=choices(), height=height or 0)
        self._requests = Requests(self, self._controls)
        self.races = Race(
            self._session.mailbox, partial(self._controls.set_trait, "race"), lambda: not self._session.busy
        )
        self._downloads = Worker(self._session.mailbox)
        self._progress = Progress(self._session, self._controls)
        super().__init__([self.viewer, self._controls])
        self.add_class("i2n-explorer")
        self._links = [
            jslink((self._controls, "lit"), (self.viewer, "lit")),
            jslink((self.viewer, "mode"), (self._controls, "mode")),
        ]
        self._take(self._session.bench, self._source, settings=settings)

    @property
    def image(self):
        """The image, (H, W, 3) uint8."""
        return self._session.bench.image

    @property
    def variants(self):
        """The settings, in the order of the columns."""
        return [variant.settings for variant in self._session.variants]

    @property
    def results(self):
        """The full results of `variants`; None for those not there yet, see `wait`."""
        return [variant.result for variant in self._session.variants]

    @property
    def measures(self):
        """The measures of `results`, as `nb.metrics` gives them, as far as they have been taken."""
        return [{n: v.measures[n] for n in v.measures if n in v.measured} for v in self._session.variants]

    def wait(self, timeout=None):
        """Block until every result, measure and race is there; TimeoutError after `timeout` seconds."""
        self._session.wait(timeout, self.races.worker)

    def set(self, index, **changes):
        """Change settings of the variant with the number `index`, from 0: ``explorer.set(0, k=4)``."""
        with self._session.mailbox.lock:
            self._change(self._session.variants[index], changes)

    def find_k(self, index, max_delta_e):
        """Give the variant with the number `index` the fewest colours whose mean ΔE 2000 is at most `max_delta_e`; see `choose_k`."""

        def then(k, error):
            if error:
                self._requests.show_error("variant", error_text(error))
            else:
                self._change(variant, {"k": k})

        with self._session.mailbox.lock:
            variant = self._session.variants[index]
            self._session.find(variant, max_delta_e, then)
            self._progress.watch()

    def add(self, settings=None):
        """Add a variant after the others; by default like the last."""
        with self._session.mailbox.lock:
            variants = self._session.variants
            if len(variants) == MAX_VARIANTS:
                raise ValueError(f"there are {MAX_VARIANTS} variants, and no room for more; remove one first")
            free = {f"v{i + 1}" for i in range(MAX_VARIANTS)} - {variant.id for variant in variants}
            settings = settings or variants[-1].settings
            twin = next((v for v in variants if v.shown_settings == settings), Variant("", settings))
            variant = Variant(min(free), settings, shown=twin.shown, shown_settings=twin.shown_settings)
            variants.append(variant)
            self._controls.selected = variant.id
            self._show(variant)
            self._refresh(variant)

    def remove(self, index):
        """Remove the variant with the number `index`, from 0; one must stay."""
        with self._session.mailbox.lock:
            variants = self._session.variants
            if len(variants) == 1:
                raise ValueError("one variant must stay")
            variant = variants[index]
            self._session.remove(variant)
            self.viewer.remove_pane(variant.id)
            if self._controls.selected == variant.id:
                self._controls.selected = variants[min(index, len(variants) - 1)].id
            self.push_state()

    def open_image(self, image):
        """Explore another image with the same variants: ``"sample:NAME"``, a path, an array."""
        pixels, source = read(image)
        with self._session.mailbox.lock:
            self._take(Workbench(pixels, source.file_bytes), source)

    def save(self, path: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Write image and variants to a settings file, YAML or JSON, as the command line reads them.

        Raises
        ------
        FileExistsError
            If a file is there already that this explorer did not write, and `overwrite` is false.
        ValueError
            If `path` is the image, or has another ending.
        """
        images = [self._source.path] if self._source.path else []
        path = os.path.expanduser(path)
        data = settings_bytes(path, images, self.variants)
        place = os.path.realpath(path)
        outputs = Outputs([image for image in images if not image.startswith(SAMPLE)], overwrite)
        outputs.write(path, data, lambda content: content == self._saved.get(place))
        self._saved[place] = data

    def load(self, path):
        """Take the variants, and the image if there is one, from a settings file."""
        images, settings = load_settings(path)
        _check_number(settings)
        pixels, source = read(images[0]) if images else (self.image, self._source)
        with self._session.mailbox.lock:
            self._take(Workbench(pixels, source.file_bytes), source, settings=settings)

    def to_python(self, index):
        """Return Python text that repeats what the variant with this number shows."""
        return self._source.python(self.variants[index])

    def to_command(self, index):
        """Return the command line that repeats what the variant with this number shows."""
        return self._source.command(self.variants[index])

    def panels(self):
        """Return title, line and picture of the original and of each variant that has a picture, all at full size."""
        panels = [(self._source.name, " × ".join(map(str, self.image.shape[1::-1])), self.image)]
        for variant in self._session.variants:
            if variant.shown is not None and variant.shown.labels.shape == self.image.shape[:2]:
                panels.append((*heading(variant), variant.shown.image))
        return panels

    def start_race(self, index=0):
        """Run every method with the settings of the variant with this number; see `race`, and `wait`."""
        with self._session.mailbox.lock:
            variant = self._session.variants[index]
            self.races.start(self.image, variant.settings, variant.id)

    @property
    def race(self):
        """What `start_race` has found, a dict for each method; see `race.run` for its values."""
        return [dict(row) for row in self.races.rows]

    def to_html(self, *, title=None, max_bytes=MAX_BYTES):
        """Return the explorer with its full results as one HTML page, which works without a kernel and without a network.

        Pictures, cards, palettes and measures are alive: linked zoom, swipe, blink, difference, swatches. Its controls are not
        there, since they need Python.

        Parameters
        ----------
        title : str, optional
            By default the image's name.
        max_bytes : int
            The page may have at most this many bytes; else there is a ValueError.

        Returns
        -------
        str
        """
        self.wait()
        return super().to_html(title=title, max_bytes=max_bytes)

    def cancel(self):
        """Give up what is being computed; the pictures stay as they are."""
        with self._session.mailbox.lock:
            given_up = [task.label for task in self._session.cancel()]
            if given_up:
                self._progress.note(f"Cancelled: {', '.join(given_up).lower()}.")

    def close(self):
        """Stop computing, remove the widgets and free what they hold."""
        if self._session:
            self._session.cancel()
            self.races.cancel()
            self._downloads.drop()
        for widget in (*self._links, *self.children):  # ipywidgets keeps every widget that is not closed
            widget.close()
        super().close()

    # ---- from session to page --------------------------------------------------------------------------------

    def _take(self, bench, source, drafts=None, settings=None):
        """Take another image, and other settings if there are any; every pane has its place at once."""
        self._source, session = source, self._session
        self.races.clear()
        with self.viewer.hold_sync():
            if settings:
                for variant in list(session.variants):
                    session.remove(variant)
                    self.viewer.remove_pane(variant.id)
                session.variants.extend(_variants(settings))
                self._controls.selected = "v1"
            session.take(bench, drafts)
            self.viewer.set_original(bench.image)
            for variant in session.variants:
                self._show(variant)
        for variant in session.variants:
            self._refresh(variant)

    def _change(self, variant, changes, live=False):
        variant.settings = changed(variant.settings, changes)
        self._refresh(variant, live)

    def _refresh(self, variant, live=False):
        self._session.refresh(variant, live)
        if not live:
            self.push_state()
        self._progress.watch()

    def _show(self, variant):
        title, details = heading(variant)
        if variant.shown is None:
            self.viewer.set_pane(variant.id, self.image, title=title, subtitle="computing …")
            return
        version = self.viewer.set_pane(variant.id, variant.shown, title=title, subtitle=details)
        if variant.id in self._asked:
            self._expected[variant.id, version] = self._asked.pop(variant.id)

    def push_state(self):
        """Say all about the variants to the page."""
        session = self._session
        size = self.image.shape[1::-1]
        self._controls.state = state_of(
            session.variants, self._source, size, session.original_bytes, self._seq
        )

    def _drawn(self, pane, version):
        asked = self._expected.pop((pane, version), None)
        if asked is not None:
            self.latencies.append(1000 * (time.perf_counter() - asked))

    def _standalone(self):
        controls = {
            name: getattr(self._controls, name) for name in ("by_share", "height", "lit", "mode", "state")
        }
        controls |= {"choices": {"max_variants": MAX_VARIANTS}, "selected": self._controls.selected}
        controls |= {"errors": {}, "race": {}, "status": {}}
        return "explorer", {"viewer": self.viewer._standalone()[1], "controls": controls}

    def _still(self):
        with suppress(TimeoutError):
            self.wait(STILL_SECONDS)
        panels = self.panels()
        words = (f"{title} ({line})" if line else title for title, line, _ in panels)
        return sheet(panels), ", ".join(words)

    def _standalone_title(self):
        return self._source.name

    # ---- what the page asks for, see requests.py ------------------------------------------------------------

    @property
    def ids(self):
        """The panes of `variants`."""
        return [variant.id for variant in self._session.variants]

    @contextmanager
    def at_home(self):
        """Have the widgets to oneself, on the thread of the page's messages."""
        self._session.mailbox.use_running_loop()
        with self._session.mailbox.lock:
            yield

    def apply_changes(self, index, changes, seq, live):
        """Follow a control: a draft while it moves, the full result when it rests."""
        self._seq = seq
        variant = self._session.variants[index]
        self._asked.setdefault(variant.id, time.perf_counter())
        self._change(variant, changes, live)

    def resume(self):
        """Compute what was cancelled."""
        for variant in self._session.variants:
            self._refresh(variant)

    def download_later(self, what, index, then):
        """Call ``then((name, type, bytes), error)`` with the file `what` (see downloads.py), once all results are there."""
        if self._session.busy:
            return self._session.mailbox.later(0.2, partial(self.download_later, what, index, then))
        make = downloads.prepare(self, what, index)
        self._downloads.submit(what, lambda cancelled: make(), then)

    def open_later(self, fetch, settings, then):
        """Take the image that `fetch` brings (or keep this one), and other settings, once all drafts are there.

        ``then(error)`` is called afterwards, with None if all went well.
        """
        _check_number(settings or self.variants)

        def bring():
            pixels, source = fetch() if fetch else (self.image, self._source)
            return Workbench(pixels, source.file_bytes), source

        def done(bench, drafts, source, error):
            if not error:
                self._take(bench, source, drafts, settings)
            then(error)

        self._session.open(bring, _variants(settings) if settings else self._session.variants, done)
        self._progress.watch()


def _variants(settings):
    return [Variant(f"v{i + 1}", one) for i, one in enumerate(settings)]


def _check_number(settings):
    wanted = "settings must be Settings, as nb.Settings(k=4), a list of them, or the path of a settings file"
    if not isinstance(settings, list | tuple) or not all(isinstance(each, Settings) for each in settings):
        raise ValueError(f"{wanted}, got {shown(settings)}")
    if not 1 <= len(settings) <= MAX_VARIANTS:
        raise ValueError(f"the explorer shows 1 to {MAX_VARIANTS} variants, got {len(settings)}")
