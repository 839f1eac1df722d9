"""Files that the explorer's page gives to whoever looks at it: a picture, all pictures with captions, the page itself."""

import re

from ...figures.captioned import captioned
from ...images import png_bytes
from ..standalone import page_of


def prepare(explorer, what, index):
    """Return a function that makes a file: its name, media type and bytes. It touches no widget, so a thread may call it.

    Parameters
    ----------
    explorer : Explorer
    what : {"picture", "pictures", "page"}
        One variant at full resolution; the original and all variants side by side with captions; the page of `to_html`.
    index : int
        Number of the variant, for ``"picture"``.
    """
    source, results = explorer._source, explorer.results
    stem = file_name(source.name.rsplit(".", 1)[0])
    if what == "picture":
        settings, result = explorer.variants[index], results[index]
        name = f"{stem}-k{settings.k}-{settings.color_space}-{settings.method}.png"
        return lambda: (name, "image/png", png_bytes(result))
    if what == "pictures":
        panels = explorer.panels()
        return lambda: (f"{stem}-side-by-side.png", "image/png", png_bytes(captioned(panels)))
    title, content = source.name, explorer._standalone()
    return lambda: (f"{stem}.html", "text/html", page_of(title, *content).encode())


def file_name(text):
    """Return text as part of a file name that every system takes."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:80] or "image"
