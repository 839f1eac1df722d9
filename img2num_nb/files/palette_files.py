"""Palette files of other programs: GIMP, Krita, Adobe's, Paint Shop Pro, Paint.NET, Lospec, CSS and JSON."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path

from numpy.typing import ArrayLike

from .._typing import StrPath, Uint8Array
from ..errors import ImageError, check_choice
from ..hex_colors import check_colors, to_hex
from . import palette_binary as binary
from . import palette_text as text
from .atomic import open_regular, write_atomically
from .palette_binary import PaletteWarning
from .palette_kpl import read_kpl, write_kpl

__all__ = [
    "ENDINGS",
    "FORMATS",
    "PaletteWarning",
    "load_palette",
    "palette_bytes",
    "read_palette",
    "save_palette",
]


def save_palette(
    path: StrPath,
    palette: ArrayLike | Sequence[str],
    names: Sequence[str] | None = None,
    *,
    format: str | None = None,
) -> Path:
    """Write a palette file: all of it or, on an error, none of it. A file of that name is replaced.

    Parameters
    ----------
    path : str or os.PathLike
        Its ending says the format: ``.gpl`` (GIMP, Inkscape, Krita), ``.kpl`` (Krita), ``.ase`` (Adobe Swatch Exchange), ``.act``
        (Adobe Color Table), ``.aco`` (Photoshop's swatches), ``.pal`` (JASC: Paint Shop Pro, Aseprite, GIMP), ``.txt`` (Paint.NET),
        ``.hex`` (Lospec: six digits a line), ``.css`` (custom properties of ``:root``), ``.json`` (codes, R, G, B and names).
    palette : (n, 3) array_like of 0..255, or list of str
        sRGB colours, such as ``Quantization.palette``, or codes such as ``"#ff8800"``.
    names : list of str, optional
        A name for each colour, by default its code. Only ``.gpl``, ``.kpl``, ``.ase``, ``.aco``, ``.css`` and ``.json`` hold names; CSS
        spells them as identifiers that begin with ``color-``.
    format : str, optional
        A name of `FORMATS`, whatever the ending: ``"riff"`` is Microsoft's ``.pal``.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ValueError
        For an unknown ending or format, or what is no list of colours; for more colours than the format holds (``.act``: 256, ``.aco``
        and ``riff``: 65,535); for too long a name; if there are not as many names as colours.
    OSError
        If the file cannot be written.

    Notes
    -----
    An ``.act`` file has 768 bytes, which GIMP and Photoshop both read (GIMP refuses the 772 bytes that would say how many colours there
    are); places that are left repeat the last colour. Paint.NET shows the first 96 colours of a file.

    References
    ----------
    .. [1] GIMP developers, "GPL palette format", https://developer.gimp.org/core/standards/gpl/
    .. [2] Adobe, "Photoshop file formats specification", https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/ (Color Table,
       Color swatches)
    .. [3] Krita documentation, "The Krita Palette format KPL", https://docs.krita.org/en/untranslatable_pages/kpl_defintion.html

    Examples
    --------
    >>> import img2num_nb as nb
    >>> q = nb.quantize(nb.sample_image("shapes"), k=8)
    >>> print(nb.save_palette("shapes.gpl", q.palette))
    shapes.gpl
    """
    return write_atomically(path, palette_bytes(path, palette, names, format=format))


def palette_bytes(path, palette, names=None, *, format=None):
    """Return what `save_palette` writes, as bytes."""
    format = ENDINGS[_ending(path)] if format is None else check_choice("format", format, FORMATS)
    colors = check_colors(palette, "palette")
    if names is not None and len(names) != len(colors):
        raise ValueError(f"names must be one for each of the {len(colors)} colours, got {len(names)}")
    names = to_hex(colors) if names is None else [" ".join(str(name).split()) for name in names]
    return FORMATS[format][0](colors, names, Path(path).stem)


def load_palette(path: StrPath) -> Uint8Array:
    """Read the colours of a palette file, in the order of the file.

    Parameters
    ----------
    path : str or os.PathLike
        See `save_palette`. What CMYK, Lab or HSB an ``.ase``, ``.aco`` or ``.kpl`` file holds becomes sRGB. An ``.act`` file of 768
        bytes has the colours up to where the last one begins to repeat; of 772 bytes, as many as it says, without the transparent one.
        ``.pal`` may be JASC's or RIFF; ``.css`` may be any style sheet: its custom properties that are colours are read (hexadecimal,
        ``rgb()``, ``hsl()``, names); ``.json`` may be a list of codes, of R, G, B, or of objects with ``hex`` or ``rgb``. Of eight
        digits the first two are alpha in ``.txt``, as in Paint.NET, and the last two in ``.hex`` and after a ``#``, as in CSS.

    Returns
    -------
    (n, 3) ndarray of uint8
        sRGB colours.

    Warns
    -----
    PaletteWarning
        If colours were converted, or a transparent one was left out.

    Raises
    ------
    ImageError
        If the file cannot be read, or is not what its ending says; if a colour is not opaque.
    ValueError
        For an unknown ending.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> path = nb.save_palette("two.hex", ["#ff8800", "#0044cc"])
    >>> nb.load_palette(path).tolist()
    [[255, 136, 0], [0, 68, 204]]
    """
    return read_palette(path)[0]


def read_palette(path):
    """Return the colours of a palette file, ``(n, 3)`` uint8, and their names, a list of str ("" where there is none)."""
    read = FORMATS[ENDINGS[_ending(path)]][1]
    try:
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImageError(f"cannot read the palette {os.fspath(path)!r}: {error.strerror or error}") from error
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
        swatches = read(data)
        return check_colors([color for color, _ in swatches], "the palette"), [name for _, name in swatches]
    except (ValueError, IndexError, struct.error) as error:  # UnicodeError is a ValueError
        why = error if isinstance(error, ValueError) else "it is damaged or ends early"
        raise ImageError(f"{os.fspath(path)!r} is not a palette as its ending says: {why}") from error


def _read_pal(data):
    if data[:4] == b"RIFF":
        return binary.read_riff(data)
    if data.lstrip(b"\xef\xbb\xbf")[:8] == b"JASC-PAL":
        return text.read_jasc(data)
    raise ValueError(f"it must begin with 'JASC-PAL' or 'RIFF', got {data[:8]!r}")


def _ending(path):
    return check_choice("the ending of a palette file", Path(path).suffix.lower(), ENDINGS)


MAX_BYTES = 1 << 26  # of a palette file: 65,536 colours with long names are a tenth of that

#: Format -> its writer, which takes colours, names and a title, and its reader, which takes bytes.
FORMATS = {
    "gpl": (text.write_gpl, text.read_gpl),
    "kpl": (write_kpl, read_kpl),
    "ase": (binary.write_ase, binary.read_ase),
    "act": (binary.write_act, binary.read_act),
    "aco": (binary.write_aco, binary.read_aco),
    "jasc": (text.write_jasc, _read_pal),
    "riff": (binary.write_riff, _read_pal),
    "txt": (text.write_txt, text.read_txt),
    "hex": (text.write_hex, text.read_hex),
    "css": (text.write_css, text.read_css),
    "json": (text.write_json, text.read_json),
}
#: Ending of a palette file -> its format.
ENDINGS = {f".{name}": name for name in FORMATS if name not in ("jasc", "riff")} | {".pal": "jasc"}
