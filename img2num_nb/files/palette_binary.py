"""Palette files that are binary: Adobe's .ase, .act and .aco, and Microsoft's RIFF; each a pair of functions.

Writers and readers as in `palette_text`. Colours that are CMYK, Lab, HSB or in another profile become sRGB; a `PaletteWarning` says so.
"""

import colorsys
import struct
import warnings
from collections import Counter

import numpy as np

from ..color import linear_to_srgb


class PaletteWarning(UserWarning):
    """A palette file holds something that sRGB colours cannot: what became of it."""


# --- colour models; the values of every model run from 0 to 1, but for Lab ---

#: CIE XYZ, white D50, to linear sRGB with Bradford's adaptation: the inverse of the ICC's sRGB primaries (ICC.1:2022 and sRGB profile).
XYZ_D50_TO_RGB = np.linalg.inv(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
WHITE_D50 = np.array([0.96422, 1.0, 0.82521])


def lab_to_rgb(lightness, a, b):
    """Return sRGB values, 0 to 1, of CIELAB with the white D50, as Adobe's programs and ICC profiles have it."""
    y = (lightness + 16) / 116
    f = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2)
    return linear_to_srgb(XYZ_D50_TO_RGB @ (xyz * WHITE_D50)).tolist()


def cmyk_to_rgb(c, m, y, k):
    """Return sRGB values, 0 to 1, of amounts of ink by the simple formula, which knows no paper and no ink."""
    return [(1 - ink) * (1 - k) for ink in (c, m, y)]


def levels(values):
    """Return values of 0 to 1 as levels of 0 to 255; what is beyond is cut off."""
    if not all(abs(value) < 1e9 for value in values):  # infinite or not a number
        raise ValueError(f"a colour must be finite numbers, got {values!r:.60}")
    return [int(255 * min(max(value, 0.0), 1.0) + 0.5) for value in values]


def tell(models):
    """Warn of the colours that were not sRGB: model -> how many."""
    told = {"CMYK": "CMYK (by the simple formula, without an ink profile)", "Lab": "Lab (D50)"}
    for model, n in models.items():
        warnings.warn(
            f"{n} colours were {told.get(model, model)} and became sRGB", PaletteWarning, stacklevel=5
        )


def _utf16(name, what):
    text = f"{name}\0".encode("utf-16-be")
    if len(text) // 2 > 0xFFFF:
        raise ValueError(f"a name in {what} may have up to 65,534 characters, got {len(name):,}: shorten it")
    return text


# --- Adobe Swatch Exchange ---

ASE_COLOR, ASE_GLOBAL = 0x0001, 0  # type of a block, and of a colour
ASE_MODELS = {b"RGB ": 3, b"Gray": 1, b"CMYK": 4, b"LAB ": 3}


def write_ase(colors, names, title):
    blocks = b""
    for rgb, name in zip(colors, names, strict=True):
        text = _utf16(name, "an .ase file")
        body = struct.pack(">H", len(text) // 2) + text + b"RGB "
        body += struct.pack(">3fH", *(rgb / 255), ASE_GLOBAL)
        blocks += struct.pack(">HI", ASE_COLOR, len(body)) + body
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(colors)) + blocks


def read_ase(data):
    if data[:4] != b"ASEF":
        raise ValueError(f"it must begin with 'ASEF', got {data[:4]!r}")
    (n_blocks,) = struct.unpack_from(">I", data, 8)
    at, swatches, models = 12, [], Counter()
    for _ in range(n_blocks):
        kind, size = struct.unpack_from(">HI", data, at)
        body, at = data[at + 6 : at + 6 + size], at + 6 + size
        if kind != ASE_COLOR:  # groups begin and end
            continue
        (length,) = struct.unpack_from(">H", body)
        name = body[2 : 2 + 2 * length].decode("utf-16-be").rstrip("\0")
        model, values = body[2 + 2 * length :][:4], body[6 + 2 * length :]
        if model not in ASE_MODELS:
            raise ValueError(f"colour {name!r} is in {model.decode('latin-1').strip()!r}: save it as RGB")
        amounts = struct.unpack_from(f">{ASE_MODELS[model]}f", values)
        if model == b"CMYK":
            models["CMYK"] += 1
            amounts = cmyk_to_rgb(*amounts)
        elif model == b"LAB ":
            models["Lab"] += 1
            amounts = lab_to_rgb(100 * amounts[0], *amounts[1:])
        swatches.append((levels(amounts * 3 if model == b"Gray" else amounts), name))
    tell(models)
    return swatches


# --- Adobe Color Table ---


def write_act(colors, names, title):
    """768 bytes, which GIMP and Photoshop read both; places that are left repeat the last colour, so that no colour is added."""
    if len(colors) > 256:
        raise ValueError(f"an .act file holds up to 256 colours, got {len(colors)}: take another format")
    return colors.tobytes() + colors[-1].tobytes() * (256 - len(colors))


def read_act(data):
    if len(data) not in (768, 772):
        raise ValueError(f"it must have 768 or 772 bytes, got {len(data)}")
    table = np.frombuffer(data, np.uint8, 768).reshape(256, 3)
    if len(data) == 768:
        changes = np.flatnonzero((table[1:] != table[:-1]).any(axis=1))
        return [(rgb, "") for rgb in table[: changes[-1] + 2 if len(changes) else 1].tolist()]
    n, transparent = struct.unpack_from(">HH", data, 768)
    colors = table[: n or 256].tolist()
    if 0 < transparent < len(colors):  # 0 stands for none in the files of some programs
        warnings.warn(
            f"colour {transparent} of the table stands for transparent pixels and was left out",
            PaletteWarning,
            stacklevel=4,
        )
        del colors[transparent]
    return [(rgb, "") for rgb in colors]


# --- Adobe Color swatches ---

ACO_RGB, ACO_HSB, ACO_CMYK, ACO_LAB, ACO_GRAY, ACO_WIDE_CMYK = 0, 1, 2, 7, 8, 9


def write_aco(colors, names, title):
    """Version 1, and after it version 2 with the names, as Photoshop does."""
    if len(colors) > 0xFFFF:
        raise ValueError(f"an .aco file holds up to 65,535 colours, got {len(colors):,}: take another format")
    entries = [struct.pack(">5H", ACO_RGB, *(257 * int(value) for value in rgb), 0) for rgb in colors]
    named = b""
    for entry, name in zip(entries, names, strict=True):
        text = _utf16(name, "an .aco file")
        named += entry + struct.pack(">I", len(text) // 2) + text
    n = len(colors)
    return struct.pack(">HH", 1, n) + b"".join(entries) + struct.pack(">HH", 2, n) + named


def read_aco(data):
    version, n = struct.unpack_from(">HH", data)
    if version == 1 and data[4 + 10 * n :][:2] == b"\0\2":  # names follow
        data = data[4 + 10 * n :]
        version, n = struct.unpack_from(">HH", data)
    if version not in (0, 1, 2):
        raise ValueError(f"it must begin with its version, 1 or 2, got {version}")
    at, swatches, models = 4, [], Counter()
    for _ in range(n):
        model, *values = struct.unpack_from(">5H", data, at)
        at, name = at + 10, ""
        if version == 2:
            (length,) = struct.unpack_from(">I", data, at)
            name = data[at + 4 : at + 4 + 2 * length].decode("utf-16-be").rstrip("\0")
            at += 4 + 2 * length
        swatches.append((levels(_aco_rgb(model, values, models)), name))
    if at > len(data):
        raise struct.error
    tell(models)
    return swatches


def _aco_rgb(model, values, models):
    """Return sRGB values, 0 to 1, of an entry, and count in `models` what was not RGB or grey."""
    if model == ACO_RGB:
        return [value / 65535 for value in values[:3]]
    if model == ACO_GRAY:
        return [1 - values[0] / 10000] * 3 if values[0] <= 10000 else [0.0] * 3
    if model == ACO_HSB:
        models["HSB"] += 1
        return list(colorsys.hsv_to_rgb(*(value / 65535 for value in values[:3])))
    if model in (ACO_CMYK, ACO_WIDE_CMYK):
        models["CMYK"] += 1
        most = 65535 if model == ACO_CMYK else 10000
        inks = [min(value / most, 1) for value in values]
        return cmyk_to_rgb(*([1 - ink for ink in inks] if model == ACO_CMYK else inks))
    if model == ACO_LAB:
        models["Lab"] += 1
        lightness, a, b = (value - 65536 if value > 32767 else value for value in values[:3])
        return lab_to_rgb(lightness / 100, a / 100, b / 100)
    raise ValueError(
        f"a colour is in Adobe's colour model {model}: save it as RGB in the program that made it"
    )


# --- Microsoft's palette in a RIFF file: .pal ---


def write_riff(colors, names, title):
    if len(colors) > 0xFFFF:
        raise ValueError(
            f"a RIFF palette holds up to 65,535 colours, got {len(colors):,}: take another format"
        )
    entries = np.insert(colors, 3, 0, axis=1).tobytes()
    body = struct.pack("<HH", 0x0300, len(colors)) + entries
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"PAL data" + struct.pack("<I", len(body)) + body


def read_riff(data):
    if data[8:12] != b"PAL ":
        raise ValueError(f"a RIFF file must hold 'PAL ', got {data[8:12]!r}")
    at = 12
    while data[at : at + 4] != b"data":
        (size,) = struct.unpack_from("<I", data, at + 4)
        at += 8 + size + size % 2
    _, n = struct.unpack_from("<HH", data, at + 8)
    if len(data) < at + 12 + 4 * n:
        raise struct.error
    entries = np.frombuffer(data, np.uint8, 4 * n, at + 12).reshape(n, 4)
    return [(rgb, "") for rgb in entries[:, :3].tolist()]
