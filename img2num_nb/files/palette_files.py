"""Palette files: GIMP (.gpl), Adobe (.ase, .act), CSS variables, JSON, and plain lists of codes (.hex, .txt)."""

import json
import os
import re
import struct
from pathlib import Path

import numpy as np
from PIL import ImageColor

from ..errors import ImageError, check_choice
from ..hex_colors import check_colors, to_hex
from .atomic import open_regular, write_atomically


def save_palette(path, palette, names=None):
    """Write a palette file: all of it or, on an error, none of it.

    Parameters
    ----------
    path : str or os.PathLike
        Its ending says the format: ``.gpl`` (GIMP, Inkscape, Krita), ``.ase`` (Adobe Swatch Exchange), ``.act`` (Adobe Color Table),
        ``.css`` (custom properties of ``:root``), ``.json`` (a list of codes, R, G, B and names), ``.hex`` or ``.txt`` (a code a line).
    palette : (n, 3) array_like of 0..255, or list of str
        sRGB colours, such as ``Quantization.palette``, or codes such as ``"#ff8800"``.
    names : list of str, optional
        A name for each colour, by default its code. ``.act``, ``.hex`` and ``.txt`` hold no names; CSS spells them as identifiers.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ValueError
        For an unknown ending, or what is no list of colours; for more than 256 colours as ``.act``; if there are not as many names as
        colours.
    OSError
        If the file cannot be written.

    References
    ----------
    .. [1] GIMP developers, "GPL palette format", https://developer.gimp.org/core/standards/gpl/
    .. [2] Adobe, "Photoshop file formats specification", https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/ (Color Table)
    """
    colors = check_colors(palette, "palette")
    write = _FORMATS[_ending(path)][0]
    if names is not None and len(names) != len(colors):
        raise ValueError(f"names must be one for each of the {len(colors)} colours, got {len(names)}")
    names = to_hex(colors) if names is None else [" ".join(str(name).split()) for name in names]
    return write_atomically(path, write(colors, names, Path(path).stem))


def load_palette(path):
    """Read the colours of a palette file, in the order of the file.

    Parameters
    ----------
    path : str or os.PathLike
        See `save_palette`. An ``.act`` file without a count, 768 bytes, has 256 colours; ``.css`` may be any style sheet: its custom
        properties that are colours are read (hexadecimal, ``rgb()``, ``hsl()``, names); ``.json`` may be a list of codes, of R, G, B,
        or of objects with ``hex`` or ``rgb``; ``.txt`` may be Paint.NET's.

    Returns
    -------
    (n, 3) ndarray of uint8
        sRGB colours.

    Raises
    ------
    ImageError
        If the file cannot be read, or is not what its ending says.
    ValueError
        For an unknown ending.
    """
    return read_palette(path)[0]


def read_palette(path):
    """Return the colours of a palette file, ``(n, 3)`` uint8, and their names, a list of str ("" where there is none)."""
    read = _FORMATS[_ending(path)][1]
    try:
        with open_regular(path) as file:
            data = file.read()
    except OSError as error:
        raise ImageError(f"cannot read the palette {os.fspath(path)!r}: {error.strerror or error}") from error
    try:
        swatches = read(data)
        return check_colors([color for color, _ in swatches], "the palette"), [name for _, name in swatches]
    except (ValueError, IndexError, struct.error) as error:  # UnicodeError is a ValueError
        why = error if isinstance(error, ValueError) else "it is damaged or ends early"
        raise ImageError(f"{os.fspath(path)!r} is not a palette as its ending says: {why}") from error


def _ending(path):
    return check_choice("the ending of a palette file", Path(path).suffix.lower(), _FORMATS)


# --- each format: colours, names and a title to bytes; bytes to pairs of colour (code, or R, G, B) and name ---


def _write_gpl(colors, names, title):
    lines = ["GIMP Palette", f"Name: {title}", "Columns: 0", "#"]
    lines += ["{:3d} {:3d} {:3d}\t{}".format(*rgb, name) for rgb, name in zip(colors, names, strict=True)]
    return "".join(f"{line}\n" for line in lines).encode()


def _read_gpl(data):
    first, *lines = data.decode("utf-8-sig").splitlines() or [""]
    if first.strip() != "GIMP Palette":
        raise ValueError(f"the first line must be 'GIMP Palette', got {first!r:.40}")
    n_channels = 4 if "Channels: RGBA" in lines else 3  # Aseprite's
    lines = [line for line in lines if line.strip() and not re.match(r"\s*#|(Name|Columns|Channels):", line)]
    swatches = []
    for line in lines:
        *values, name = [*line.split(None, n_channels), ""][: n_channels + 1]
        if len(values) < n_channels or not all(value.isdecimal() for value in values):
            raise ValueError(f"a line must be R, G, B and a name, got {line!r:.40}")
        swatches.append((_opaque([int(value) for value in values], line), name.strip()))
    return swatches


def _opaque(values, what):
    """Return R, G, B without the alpha value that may follow them, if it says opaque."""
    if values[3:] not in ([], [255]):
        raise ValueError(f"colours must be opaque, got {what!r:.40}: mix it with its background")
    return values[:3]


ASE_COLOR, ASE_GLOBAL = 0x0001, 0  # type of a block, and of a colour


def _write_ase(colors, names, title):
    blocks = b""
    for rgb, name in zip(colors, names, strict=True):
        text = f"{name}\0".encode("utf-16-be")
        body = struct.pack(">H", len(text) // 2) + text + b"RGB "
        body += struct.pack(">3fH", *(rgb / 255), ASE_GLOBAL)
        blocks += struct.pack(">HI", ASE_COLOR, len(body)) + body
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(colors)) + blocks


def _read_ase(data):
    if data[:4] != b"ASEF":
        raise ValueError(f"it must begin with 'ASEF', got {data[:4]!r}")
    (n_blocks,) = struct.unpack_from(">I", data, 8)
    at, swatches = 12, []
    for _ in range(n_blocks):
        kind, size = struct.unpack_from(">HI", data, at)
        body, at = data[at + 6 : at + 6 + size], at + 6 + size
        if kind != ASE_COLOR:  # groups begin and end
            continue
        (length,) = struct.unpack_from(">H", body)
        name = body[2 : 2 + 2 * length].decode("utf-16-be").rstrip("\0")
        model, values = body[2 + 2 * length :][:4], body[6 + 2 * length :]
        if model == b"RGB ":
            amounts = struct.unpack_from(">3f", values)
        elif model == b"Gray":
            amounts = struct.unpack_from(">f", values) * 3
        else:
            raise ValueError(
                f"colour {name!r} is in {model.decode('latin-1').strip()}: save it as RGB in the program that made it"
            )
        swatches.append(([int(255 * min(max(a, 0.0), 1.0) + 0.5) for a in amounts], name))
    return swatches


def _write_act(colors, names, title):
    if len(colors) > 256:
        raise ValueError(f"an .act file holds up to 256 colours, got {len(colors)}: take another format")
    no_transparent = 0xFFFF
    return colors.tobytes().ljust(768, b"\0") + struct.pack(">HH", len(colors), no_transparent)


def _read_act(data):
    if len(data) not in (768, 772):
        raise ValueError(f"it must have 768 or 772 bytes, got {len(data)}")
    n = struct.unpack_from(">H", data, 768)[0] if len(data) == 772 else 256
    return [(rgb.tolist(), "") for rgb in np.frombuffer(data, np.uint8, 768).reshape(256, 3)[:n]]


def _write_css(colors, names, title):
    lines, taken = [], set()
    for code, name in zip(to_hex(colors), names, strict=True):
        plain = re.sub(r"[^\w-]+", "-", name).strip("-") or "color"
        plain = plain if plain[0].isalpha() and name != code else f"color-{plain}"
        unique, number = plain, 1
        while unique in taken:
            number += 1
            unique = f"{plain}-{number}"
        taken.add(unique)
        lines.append(f"  --{unique}: {code};\n")
    return f":root {{\n{''.join(lines)}}}\n".encode()


def _read_css(data):
    text = re.sub(r"/\*.*?\*/", "", data.decode("utf-8-sig"), flags=re.DOTALL)
    swatches = []
    for name, value in re.findall(r"--([\w-]+)\s*:\s*([^;}]+)", text):
        value = re.sub(r"\s*!important", "", value.strip())
        try:
            color = ImageColor.getrgb(re.sub(r"(?<=[\d%])[\s,/]+", ",", value))
        except ValueError:
            if re.match(r"#|rgb|hsl|hwb|lab|lch|oklab|oklch|color\(", value):
                raise ValueError(f"the colour --{name}: {value!r:.40} must be written as #rrggbb") from None
            continue  # a length, a font and so on
        swatches.append((_opaque([*color], f"--{name}: {value}"), name))
    return swatches


def _write_json(colors, names, title):
    swatches = zip(to_hex(colors), colors.tolist(), names, strict=True)
    entries = [{"hex": code, "rgb": rgb, "name": name} for code, rgb, name in swatches]
    return (json.dumps({"name": title, "colors": entries}, ensure_ascii=False, indent=1) + "\n").encode()


def _read_json(data):
    content = json.loads(data.decode("utf-8-sig"))
    entries = content.get("colors") if isinstance(content, dict) else content
    if not isinstance(entries, list):
        raise ValueError(f'it must be a list of colours, or have one under "colors", got {content!r:.40}')
    swatches = []
    for entry in entries:
        if not isinstance(entry, dict):
            entry = {"hex": entry}
        if "hex" not in entry and "rgb" not in entry:
            raise ValueError(f'a colour must have "hex" or "rgb", got {entry!r:.40}')
        swatches.append((entry.get("hex", entry.get("rgb")), str(entry.get("name", ""))))
    return swatches


def _write_codes(colors, names, title):
    return "".join(f"{code}\n" for code in to_hex(colors)).encode()


def _read_codes(data):
    lines = [line.partition(";")[0].strip() for line in data.decode("utf-8-sig").splitlines()]
    swatches = []
    for line in filter(None, lines):
        if re.fullmatch("[0-9a-fA-F]{8}", line):  # Paint.NET's: alpha first
            alpha, *rgb = bytes.fromhex(line)
            swatches.append((_opaque([*rgb, alpha], line), ""))
        else:
            swatches.append((line, ""))
    return swatches


_FORMATS = {
    ".gpl": (_write_gpl, _read_gpl),
    ".ase": (_write_ase, _read_ase),
    ".act": (_write_act, _read_act),
    ".css": (_write_css, _read_css),
    ".json": (_write_json, _read_json),
    ".hex": (_write_codes, _read_codes),
    ".txt": (_write_codes, _read_codes),
}
ENDINGS = tuple(_FORMATS)  #: of palette files
