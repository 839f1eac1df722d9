"""The explorer: one photograph under up to five settings at once, at the speed of a slider."""

import os
import time

from ipywidgets import Box, jslink

from ..settings import Settings, load_settings, save_settings
from ..sources import SAMPLE
from .controls import Controls, changed, heading, state_of
from .progress import Progress
from .session import Session, Variant
from .source import read
from .viewer import Viewer
from .words import choices
from .workbench import Workbench

MAX_VARIANTS = 5
FIRST = (Settings(k=16), Settings(k=6))


class Explorer(Box):
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
    >>> explorer = Explorer("sample:coffee", [Settings(k=4), Settings(k=4, color_space="srgb")])  # doctest: +SKIP
    >>> explorer.set(0, k=8); explorer.wait(); explorer.results[0].n_colors  # doctest: +SKIP
    8
    """

    def __init__(self, image=None, settings=None, height=None):
        images = []
        if isinstance(settings, str | os.PathLike):
            images, settings = load_settings(settings)
        settings = [settings] if isinstance(settings, Settings) else list(settings or FIRST)
        _check_number(settings)
        pixels, self._source = read(image if image is not None else [*images, f"{SAMPLE}astronaut"][0])
        self._session = Session(Workbench(pixels), [], self._show, self._tell)
        self.latencies = []
        self._asked, self._expected = {}, {}  # pane -> when; (pane, version) -> when
        self._seq = 0
        self._pieces = []
        self.viewer = Viewer(pixels, height=height or 520)
        self.viewer.on_drawn(self._drawn)
        self._controls = Controls(choices=choices(), height=height or 0)
        self._controls.on_msg(self._receive)
        self._progress = Progress(self._session, self._controls)
        super().__init__([self.viewer, self._controls])
        self.add_class("i2n-explorer")
        jslink((self._controls, "lit"), (self.viewer, "lit"))
        jslink((self.viewer, "mode"), (self._controls, "mode"))
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
        """Block until every result and every measure is there; TimeoutError after `timeout` seconds."""
        self._session.wait(timeout)

    def set(self, index, **changes):
        """Change settings of the variant with the number `index`, from 0: ``explorer.set(0, k=4)``."""
        with self._session.mailbox.lock:
            self._change(self._session.variants[index], changes)

    def add(self, settings=None):
        """Add a variant after the others; by default like the last."""
        with self._session.mailbox.lock:
            variants = self._session.variants
            if len(variants) == MAX_VARIANTS:
                raise ValueError(f"there are {MAX_VARIANTS} variants, and no room for more; remove one first")
            free = {f"v{i + 1}" for i in range(MAX_VARIANTS)} - {variant.id for variant in variants}
            variant = Variant(min(free), settings or variants[-1].settings)
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
            self._tell()

    def open_image(self, image):
        """Explore another image with the same variants: ``"sample:NAME"``, a path, an array."""
        pixels, source = read(image)
        with self._session.mailbox.lock:
            self._take(Workbench(pixels), source)

    def save(self, path):
        """Write image and variants to a settings file, YAML or JSON, as the command line reads them."""
        save_settings(path, [self._source.path] if self._source.path else [], self.variants)

    def load(self, path):
        """Take the variants, and the image if there is one, from a settings file."""
        images, settings = load_settings(path)
        _check_number(settings)
        pixels, source = read(images[0]) if images else (self.image, self._source)
        with self._session.mailbox.lock:
            self._take(Workbench(pixels), source, settings=settings)

    def to_python(self, index):
        """Return Python text that repeats what the variant with this number shows."""
        return self._source.python(self.variants[index])

    def to_command(self, index):
        """Return the command line that repeats what the variant with this number shows."""
        return self._source.command(self.variants[index])

    def cancel(self):
        """Give up what is being computed; the pictures stay as they are."""
        with self._session.mailbox.lock:
            given_up = [task.label for task in self._session.cancel()]
            if given_up:
                self._progress.note(f"Cancelled: {', '.join(given_up).lower()}.")

    def close(self):
        """Stop computing and remove the widgets."""
        self._session.cancel()
        for widget in self.children:
            widget.close()
        super().close()

    # ---- from session to page --------------------------------------------------------------------------------

    def _take(self, bench, source, drafts=None, settings=None):
        """Take another image, and other settings if there are any; every pane has its place at once."""
        self._source, session = source, self._session
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
            self._tell()
        self._progress.watch()

    def _show(self, variant):
        title, details = heading(variant)
        if variant.shown is None:
            self.viewer.set_pane(variant.id, self.image, title=title, subtitle="computing …")
            return
        version = self.viewer.set_pane(variant.id, variant.shown, title=title, subtitle=details)
        if variant.id in self._asked:
            self._expected[variant.id, version] = self._asked.pop(variant.id)

    def _tell(self):
        session = self._session
        size = self.image.shape[1::-1]
        self._controls.state = state_of(session.variants, self._source, size, session.png_bytes, self._seq)

    def _drawn(self, pane, version):
        asked = self._expected.pop((pane, version), None)
        if asked is not None:
            self.latencies.append(1000 * (time.perf_counter() - asked))

    # ---- from page to session --------------------------------------------------------------------------------

    def _receive(self, _widget, content, buffers):
        """Do what the page asks for; what is wrong with it appears beside the control."""
        self._session.mailbox.settle()
        do, place = content.pop("do"), content.pop("place", "variant")
        with self._session.mailbox.lock:
            try:
                getattr(self, f"_do_{do}")(*buffers, **content)
                self._complain(place)
            except (ValueError, OSError) as error:
                self._complain(place, str(error))
                self._tell()

    def _complain(self, place, text=""):
        if self._controls.errors.get(place, "") != text:
            self._controls.errors = self._controls.errors | {place: text}

    def _index(self, variant):
        return [v.id for v in self._session.variants].index(variant)

    def _do_set(self, variant, changes, seq, live):
        self._seq = seq
        self._asked[variant] = time.perf_counter()
        self._change(self._session.variants[self._index(variant)], changes, live)

    def _do_add(self, variant):
        self.add(self.variants[self._index(variant)])

    def _do_remove(self, variant):
        self.remove(self._index(variant))

    def _do_cancel(self):
        self.cancel()

    def _do_resume(self):
        for variant in self._session.variants:
            self._refresh(variant)

    def _do_save(self, path):
        self.save(path)
        self._complain("done", f"Saved: {os.path.abspath(path)}")

    def _do_load(self, path):
        images, settings = load_settings(path)
        _check_number(settings)
        now = self.image, self._source
        self._open(lambda: read(images[0]) if images else now, settings, f"Loaded: {os.path.abspath(path)}")

    def _do_open(self, path):
        self._open(lambda: read(path))

    def _do_upload(self, piece, name, first, last):
        self._pieces = [piece] if first else [*self._pieces, piece]
        if last:
            content, self._pieces = b"".join(self._pieces), []
            self._open(lambda: read(content, name))

    def _open(self, fetch, settings=None, done=""):
        """Take the image that `fetch` brings, once it is there, all panes at once."""

        def bring():
            pixels, source = fetch()
            return Workbench(pixels), source

        def then(bench, drafts, source, error):
            if not error:
                self._take(bench, source, drafts, settings)
                self._complain("done", done)
            self._complain("image", str(error) if error else "")

        wanted = _variants(settings) if settings else self._session.variants
        self._session.open(bring, wanted, then)
        self._progress.watch()


def _variants(settings):
    return [Variant(f"v{i + 1}", one) for i, one in enumerate(settings)]


def _check_number(settings):
    if not 1 <= len(settings) <= MAX_VARIANTS:
        raise ValueError(f"the explorer shows 1 to {MAX_VARIANTS} variants, got {len(settings)}")
