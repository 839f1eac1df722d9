"""Lists of colours: from hexadecimal codes or numbers, and palettes that have a name."""

import re

import numpy as np

from .errors import check_choice, shown

#: Name -> colours as hexadecimal codes, of palettes with a fixed list.
_LISTS = {
    # IBM, Color Graphics Adapter, 1981: the 16 colours of text mode, brown instead of dark yellow
    "cga": "000000 0000aa 00aa00 00aaaa aa0000 aa00aa aa5500 aaaaaa "
    "555555 5555ff 55ff55 55ffff ff5555 ff55ff ffff55 ffffff",
    # M. Okabe, K. Ito, "Color universal design", 2008, https://jfly.uni-koeln.de/color/: for all kinds of colour vision
    "okabe-ito": "000000 e69f00 56b4e9 009e73 f0e442 0072b2 d55e00 cc79a7",
    # Lexaloffle, PICO-8 (CC0), https://www.lexaloffle.com/pico-8.php?page=faq
    "pico-8": "000000 1d2b53 7e2553 008751 ab5236 5f574f c2c3c7 fff1e8 "
    "ff004d ffa300 ffec27 00e436 29adff 83769c ff77a8 ffccaa",
}


#: Name -> a line about it; ``"grey-N"`` is one of N greys, 2 to 256.
NAMED = {
    "cga": "16 colours of IBM's Color Graphics Adapter",
    "ega": "64 colours of IBM's Enhanced Graphics Adapter: 4 levels a channel",
    "okabe-ito": "8 colours that also the colour-blind tell apart",
    "pico-8": "16 colours of the fantasy console PICO-8",
    "rgb": "8 corners of the RGB cube",
    "web-safe": "216 colours of early browsers: 6 levels a channel",
    "grey-N": "N greys, evenly spaced, N from 2 to 256, as in grey-4",
}

_CODE = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def named_palette(name):
    """Return the colours of one of `NAMED`, ``(n, 3)`` uint8.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    grey = re.fullmatch(r"gr[ea]y-(\d{1,3})", name)
    if grey and 2 <= int(grey[1]) <= 256:
        levels = np.floor(np.linspace(0, 255, int(grey[1])) + 0.5).astype(np.uint8)
        return np.repeat(levels[:, None], 3, axis=1)
    check_choice("a palette's name", name, NAMED)
    if name == "grey-N":
        raise ValueError("grey-N needs a number of greys from 2 to 256, as in 'grey-4'")
    if name in _LISTS:
        return check_colors(_LISTS[name].split())
    levels = np.arange(0, 256, {"rgb": 255, "ega": 85, "web-safe": 51}[name], np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)


def check_colors(colors, what="colors"):
    """Return a list of colours as ``(n, 3)`` uint8.

    Parameters
    ----------
    colors : sequence of str, or (n, 3) array_like of int
        Codes such as ``"#ff8800"``, ``"ff8800"`` or ``"#f80"``, or R, G, B of 0 to 255.
    what : str
        Its name in errors.

    Raises
    ------
    ValueError
        If it is neither, or empty.
    """
    wanted = f"{what} must be a list of codes such as '#ff8800', or of R, G, B from 0 to 255"
    if isinstance(colors, str):
        raise ValueError(f"{wanted}, got the text {colors!r}")
    try:
        colors = [_rgb(c) if isinstance(c, str) else list(c) for c in colors]
    except TypeError:
        raise ValueError(f"{wanted}, got {shown(colors)}") from None
    if not colors:
        raise ValueError(f"{wanted}, got none")
    for i, rgb in enumerate(colors):
        whole = rgb is not None and all(
            not isinstance(v, bool | np.bool_) and isinstance(v, int | np.integer) for v in rgb
        )
        if not (whole and len(rgb) == 3 and min(rgb) >= 0 and max(rgb) <= 255):
            raise ValueError(f"{wanted}, got {shown(rgb)} as number {i + 1}")
    return np.array(colors, np.uint8)


def check_locked(colors, k):
    """Return distinct colours as a tuple of codes such as ``"#ff8800"``, in the order of R, G, B.

    Parameters
    ----------
    colors : sequence
        As `check_colors` takes it, or empty.
    k : int
        The most there may be.

    Raises
    ------
    ValueError
        If they are no colours, or more than k.
    """
    if isinstance(colors, list | tuple) and not colors:
        return ()
    codes = tuple(sorted(set(to_hex(check_colors(colors, "locked")))))
    if len(codes) > k:
        raise ValueError(f"locked must be at most k = {k} colours, got {len(codes)}: free some, or raise k")
    return codes


def _rgb(text):
    code = _CODE.fullmatch(text.strip())
    if not code:
        raise ValueError(f"a colour must be a code such as '#ff8800' or '#f80', got {shown(text)}")
    digits = code[1] if len(code[1]) == 6 else "".join(2 * c for c in code[1])
    return list(bytes.fromhex(digits))


def to_hex(colors):
    """Return ``(n, 3)`` uint8 colours as codes such as ``"#ff8800"``."""
    return ["#" + bytes(rgb).hex() for rgb in np.asarray(colors, np.uint8)]
