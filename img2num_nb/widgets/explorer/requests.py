"""What the page asks of the explorer: messages ``{"do": ...}`` become calls, what is wrong with them becomes text."""

import os

from ...errors import error_text
from ...images import SAMPLE
from ...settings.spec import load_settings
from ...vocabulary import VISITORS
from .source import read


class Requests:
    """Does what messages of the controls ask for.

    Parameters
    ----------
    explorer : Explorer
    controls : Controls
        Shows in `errors`, by place, what is wrong: "variant", "image", "file"; and what is "done".
    """

    def __init__(self, explorer, controls):
        self._explorer = explorer
        self._controls = controls
        self._pieces = []
        self._asked = None  # the file that the next Save may replace
        controls.on_msg(self._receive)

    def show_error(self, place, text=""):
        """Show a text beside the controls of `place`, or nothing any more."""
        if self._controls.errors.get(place, "") != text:
            self._controls.errors = self._controls.errors | {place: text}

    def _receive(self, _widget, content, buffers):
        do, place = content.pop("do"), content.pop("place", "variant")
        with self._explorer.at_home():
            self.show_error(place)
            if place == "file":
                self.show_error("done")
            try:
                if "variant" in content:
                    content["index"] = self._explorer.ids.index(content.pop("variant"))
            except ValueError:
                return  # it has been removed meanwhile
            try:
                getattr(self, f"_do_{do}")(*buffers, **content)
            except Exception as error:
                self.show_error(place, error_text(error))
                self._explorer.push_state()

    def _do_set(self, index, changes, seq, live):
        self._explorer.apply_changes(index, changes, seq, live)

    def _do_find(self, index, limit):
        self._explorer.find_k(index, limit)

    def _do_add(self, index):
        self._explorer.add(self._explorer.variants[index])

    def _do_remove(self, index):
        self._explorer.remove(index)

    def _do_cancel(self):
        self._explorer.cancel()

    def _do_resume(self):
        self._explorer.resume()

    def _do_race(self, index):
        self._explorer.start_race(index)

    def _do_race_stop(self):
        self._explorer.races.cancel()

    def _do_race_picture(self, name):
        races = self._explorer.races
        found = races.picture(name)
        if found is None:  # asked for before the page knew that the race is over
            return
        size, palette, pixels = found
        kind = {"picture": name, "number": races.number, "size": size, "bytes": pixels.itemsize}
        self._controls.send(kind, [b"" if palette is None else palette.tobytes(), pixels.tobytes()])

    def _do_download(self, what, view, index):
        def then(made, error):
            self.show_error("file", error_text(error) if error else "")
            name, kind, data = made or ("", "", b"")
            self._controls.send({"download": what, "view": view, "name": name, "type": kind}, [data])

        self._explorer.download_later(what, index, then)

    def _own_machine(self):
        """Raise PermissionError where visitors use the explorer: files of the machine are none of theirs."""
        if os.environ.get(VISITORS):
            raise PermissionError(
                "this server opens and writes no files of its own: upload a picture, and save to your downloads"
            )

    def _do_save(self, path):
        self._own_machine()
        asked, self._asked = self._asked, None
        try:
            self._explorer.save(path, overwrite=path == asked)
        except FileExistsError as error:
            self._asked = path
            text = f"{path!r} is there already: press Save again to replace it, or choose another name"
            raise FileExistsError(error.errno, text) from error
        self.show_error("done", f"Saved: {os.path.abspath(os.path.expanduser(path))}")

    def _do_load(self, path):
        self._own_machine()
        images, settings = load_settings(path)
        fetch = (lambda: read(images[0])) if images else None
        self._open(fetch, settings, f"Loaded: {os.path.abspath(path)}")

    def _do_open(self, path):
        if not path.startswith(SAMPLE):
            self._own_machine()
        self._open(lambda: read(path))

    def _do_upload(self, piece, name, first, last):
        self._pieces = [piece] if first else [*self._pieces, piece]
        if last:
            content, self._pieces = b"".join(self._pieces), []
            self._open(lambda: read(content, name))

    def _open(self, fetch, settings=None, done=""):
        def then(error):
            self.show_error("done", "" if error else done)
            self.show_error("image", error_text(error) if error else "")

        self._explorer.open_later(fetch, settings, then)
