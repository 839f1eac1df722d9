"""Images by name: ``sample:NAME``, paths and patterns, as the command line and settings files write them."""

import os
import re
import sys
from functools import partial
from glob import glob

from ..errors import ImageError
from ..vocabulary import MAX_PIXELS

SAMPLE = "sample:"
STANDARD = "-"  # standard input, or output


def expand_images(patterns):
    """Return the images that `patterns` name, each once, in order; a pattern's own in alphabetical order.

    Parameters
    ----------
    patterns : iterable of str
        ``sample:NAME``, ``-`` (standard input), paths, or patterns with ``*``, ``?``, ``[...]`` and ``**``; ``~`` is the home
        folder. A file that exists under
        that very name is never taken for a pattern.

    Raises
    ------
    ValueError
        If a pattern matches no file.
    """
    found = {}
    for text in map(os.path.expanduser, patterns):
        names = [text]
        if re.search(r"[*?[]", text) and not text.startswith(SAMPLE) and not os.path.exists(text):
            names = sorted(name for name in glob(text, recursive=True) if os.path.isfile(name))
            if not names:
                raise ValueError(f"no file matches {text!r}")
        found |= dict.fromkeys(names)
    return list(found)


def open_image(source, max_pixels=MAX_PIXELS):
    """Return the image of ``"sample:NAME"``, of ``"-"`` (standard input) or of a path: (H, W, 3) uint8, sRGB.

    Parameters
    ----------
    source : str
    max_pixels : int
        As of `load_image`.

    Raises
    ------
    ImageError
        If there is no such sample or file, or it holds no sound image.
    """
    from .load import load_image, sample_image

    if source == STANDARD:
        return _standard_input(partial(load_image, max_pixels=max_pixels))
    if not source.startswith(SAMPLE):
        return load_image(source, max_pixels=max_pixels)
    try:
        return sample_image(source.removeprefix(SAMPLE))
    except ValueError as error:
        raise ImageError(str(error)) from None


def file_bytes(source):
    """Return the size of the file that ``source`` names, or None for a sample, standard input and what cannot be asked."""
    if source == STANDARD or source.startswith(SAMPLE):
        return None
    try:
        return os.path.getsize(source)
    except (OSError, ValueError):
        return None


def _standard_input(load_image):
    if sys.stdin is None or sys.stdin.isatty():
        raise ImageError(
            "no picture comes in at standard input: send one there, as in img2num-nb quantize - < a.png"
        )
    try:
        return load_image(sys.stdin.buffer.read())
    except ImageError as error:
        raise ImageError(f"standard input: {error}") from None
