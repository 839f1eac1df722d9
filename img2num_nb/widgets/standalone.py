"""A widget as a page that lives without a kernel: one HTML file with its own code and data, which asks for nothing.

The page holds the traits as JSON, pictures as PNG; `js/standalone.js` gives the views a small model in place of the kernel's.
What the page cannot do without Python, a view does not show.
"""

import base64
import io
import json
import zlib
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from ..files.atomic import write_atomically
from ..images import png_bytes
from .frontend import script, style

MAX_BYTES = 50_000_000  #: of a page, unless one asks for more
#: name -> the module that shows it, and its style sheets; all paths below ``widgets/``.
WIDGETS = {
    "chooser": ("lessons/chooser_standalone.js", "lessons/lesson.css", "lessons/chooser.css"),
    "cloud": ("lessons/cloud_standalone.js", "lessons/lesson.css", "lessons/cloud.css"),
    "explorer": (
        "explorer/standalone.js",
        "viewer/viewer.css",
        "explorer/explorer.css",
        "explorer/race.css",
    ),
    "grid": ("lessons/grid_standalone.js", "lessons/lesson.css", "lessons/grid.css"),
    "microscope": ("lessons/microscope_standalone.js", "lessons/lesson.css", "lessons/microscope.css"),
    "player": ("lessons/player_standalone.js", "lessons/lesson.css", "lessons/player.css"),
    "viewer": ("viewer/standalone.js", "viewer/viewer.css"),
}
# Nothing may be fetched, whatever the page holds; what it holds may be shown.
_POLICY = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_OLD = "This page needs JavaScript, in a browser of 2023 or newer."


@dataclass(frozen=True, eq=False)
class Rgb:
    """A picture, (H, W, 3) uint8, in the place of a trait's bytes."""

    pixels: np.ndarray

    def packed(self):
        return {"$png": _text(png_bytes(self.pixels))}


@dataclass(frozen=True, eq=False)
class Labels:
    """Palette indices (H, W) in the place of a trait's bytes; `palette` is (n, 3) uint8."""

    labels: np.ndarray
    palette: np.ndarray

    def packed(self):
        if len(self.palette) <= 256:
            return {"$png": _text(png_bytes(self.labels, self.palette))}
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(self.labels, np.uint16)).save(file, "PNG")
        return {"$png": _text(file.getvalue())}


@dataclass(frozen=True, eq=False)
class Compressed:
    """A value in which much repeats, such as the states of a run."""

    value: object

    def packed(self):
        return {"$json": _text(zlib.compress(_json(_packed(self.value)).encode(), 9))}


class Standalone:
    """Lets a widget be seen without its kernel: as a page (`to_html`, `save_html`), and in the output that a notebook stores.

    The widget says by `_standalone` what the page holds, and by `_still` what it looks like.
    """

    def _standalone(self):
        """Return the name in `WIDGETS`, and what the page holds: traits as JSON takes them, or bytes, `Rgb` or `Labels`."""
        raise NotImplementedError

    def _still(self):
        """Return a picture of the widget as it stands, the bytes of a PNG file, and the same in words."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        """Return the widget's view and, for whoever cannot show it, a picture and a text: GitHub, say, or a page made by nbconvert."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png, words = self._still()
        still = {"image/png": _text(png), "text/plain": f"{type(self).__name__}: {words}"}
        return data | still, metadata | {"image/png": {"alt": words}}

    def to_html(self, *, title=None, max_bytes=MAX_BYTES):
        """Return the widget as it stands as one HTML page, which works without a kernel and without a network.

        Parameters
        ----------
        title : str, optional
            Heading and title of the page; by default what the widget shows.
        max_bytes : int
            The page may have at most this many bytes.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If the page would be larger.
        """
        return page_of(title or self._standalone_title(), *self._standalone(), max_bytes)

    def save_html(self, path, *, title=None, max_bytes=MAX_BYTES):
        """Write the page of `to_html` to a file: all of it or, on an error, none of it.

        Parameters
        ----------
        path : str or os.PathLike
        title, max_bytes
            As in `to_html`.

        Returns
        -------
        pathlib.Path
            `path`.
        """
        return write_atomically(path, self.to_html(title=title, max_bytes=max_bytes).encode())

    def _standalone_title(self):
        return type(self).__name__


def sheet(panels, side=300):
    """Return a small picture of panels (title, line, picture) with their captions, as the bytes of a PNG file.

    Of each picture every n-th pixel of every n-th row is taken, so that its colours are those that it has.
    """
    from ..figures.captioned import captioned  # matplotlib's letters: only when a widget is displayed

    step = max(1, -(-max(panels[0][2].shape[:2]) // side))
    return png_bytes(captioned([(title, line, picture[::step, ::step]) for title, line, picture in panels]))


def page_of(title, name, content, max_bytes=MAX_BYTES):
    """Return the page of one widget; ValueError if it has more than `max_bytes`. It touches no widget, so any thread may do it."""
    text = page(title, [fragment(name, content)], [name])
    size = len(text.encode())
    if size > max_bytes:
        raise ValueError(
            f"the page would have {size:,} bytes, and max_bytes allows {max_bytes:,}: show a smaller image "
            "(nb.preview) or fewer pictures, or allow more"
        )
    return text


def page(title, fragments, names):
    """Return an HTML page of fragments (see `fragment`), with what the widgets `names` need to live."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{style("js/standalone.css")}</style>
</head>
<body>
<h1>{escape(title)}</h1>
{"".join(fragments)}
{assets(names)}
</body>
</html>
"""


def fragment(name, content):
    """Return a piece of HTML that becomes the widget `name` on a page that has its `assets`."""
    text = _json(_packed(content)).replace(
        "<", "\\u003c"
    )  # so that no text of a picture's title ends the script
    data = f'<script type="application/json">{text}</script>'
    return f'<div class="i2n-standalone" data-widget="{name}">{data}<p class="i2n-waiting">{_OLD}</p></div>\n'


def assets(names):
    """Return style and script of the widgets `names`, for the end of a page: they turn its fragments into widgets."""
    names = sorted(set(names))
    entry = "".join(f'import {{ show as {name} }} from "./{WIDGETS[name][0]}";\n' for name in names)
    entry += f'import {{ showAll }} from "./js/standalone.js";\nshowAll({{ {", ".join(names)} }});\n'
    sheets = style(*dict.fromkeys(path for name in names for path in WIDGETS[name][1:]))
    return f'<style>\n{sheets}</style>\n<script type="module">\n{script("page.js", entry)}</script>'


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _packed(value):
    if isinstance(value, dict):
        return {name: _packed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(one) for one in value]
    if isinstance(value, bytes | memoryview):
        return {"$bytes": _text(zlib.compress(value))}
    return value.packed() if hasattr(value, "packed") else value


def _text(data):
    return base64.b64encode(data).decode()
