"""Palette files that are text: GIMP, JASC, Paint.NET, Lospec's .hex, CSS and JSON; each a pair of functions.

A writer takes ``(n, 3)`` colours, a name for each and a title, and returns bytes. A reader takes bytes and returns pairs of colour (a
code, or R, G, B) and name.
"""

import json
import re

from PIL import ImageColor

from ..hex_colors import to_hex


def _lines(data):
    """Return the lines of a text in UTF-8, or of one that begins with UTF-16's mark."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding).splitlines()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"line {line} holds bytes that are no UTF-8, as in a name of an older program: save the file as UTF-8"
        ) from None


def opaque(values, what):
    """Return R, G, B without the alpha value that may follow them, if it says opaque."""
    if values[3:] not in ([], [255]):
        raise ValueError(f"colours must be opaque, got {what!r:.40}: mix it with its background")
    return values[:3]


def _numbers(line, n):
    """Return the first n words of a line as numbers and the rest as a name, or raise."""
    *values, name = [*line.split(None, n), ""][: n + 1]
    if len(values) < n or not all(value.isascii() and value.isdecimal() for value in values):
        raise ValueError(f"a line must be R, G, B and a name, got {line!r:.40}")
    return [int(value[:9]) for value in values], name.strip()


# --- GIMP, Inkscape, Krita: .gpl; https://developer.gimp.org/core/standards/gpl/ ---


def write_gpl(colors, names, title):
    lines = ["GIMP Palette", f"Name: {title}", "Columns: 0", "#"]
    lines += ["{:3d} {:3d} {:3d}\t{}".format(*rgb, name) for rgb, name in zip(colors, names, strict=True)]
    return "".join(f"{line}\n" for line in lines).encode()


def read_gpl(data):
    first, *lines = _lines(data) or [""]
    if first.strip() != "GIMP Palette":
        raise ValueError(f"the first line must be 'GIMP Palette', got {first!r:.40}")
    n_channels = 4 if "Channels: RGBA" in lines else 3  # Aseprite's
    lines = [line for line in lines if line.strip() and not re.match(r"\s*#|(Name|Columns|Channels):", line)]
    found = ((line, *_numbers(line, n_channels)) for line in lines)
    return [(opaque(values, line), name) for line, values, name in found]


# --- Paint Shop Pro, Aseprite, Grafx2: .pal in the form JASC-PAL ---


def write_jasc(colors, names, title):
    rows = [f"{r} {g} {b}" for r, g, b in colors.tolist()]
    return "".join(f"{line}\r\n" for line in ("JASC-PAL", "0100", len(colors), *rows)).encode()


def read_jasc(data):
    _, *lines = _lines(data)
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) < 2 or lines[0] != "0100" or not re.fullmatch(r"[0-9]{1,9}", lines[1]):
        raise ValueError(f"after JASC-PAL must come 0100 and the number of colours, got {lines[:2]!r:.40}")
    count, rows = int(lines[1]), lines[2:]
    if len(rows) != count:
        raise ValueError(f"it says that it has {count} colours, and has {len(rows)}")
    values = ([*map(int, row.split())] if re.fullmatch(r"(\d{1,3}\s*){3,4}", row) else [] for row in rows)
    return [(opaque(each or _bad(row), row), "") for each, row in zip(values, rows, strict=True)]


def _bad(row):
    raise ValueError(f"a line must be R, G, B from 0 to 255, got {row!r:.40}")


# --- codes, one per line: Lospec's .hex, and Paint.NET's .txt, https://www.getpaint.net/doc/latest/WorkingWithPalettes.html ---


def write_hex(colors, names, title):
    return "".join(f"{code[1:]}\n" for code in to_hex(colors)).encode()


def read_hex(data):
    """In eight digits the alpha value comes last, as in CSS."""
    return _codes(data, alpha_first=False)


def write_txt(colors, names, title):
    lines = ["; paint.net Palette File", f"; {title}", *(f"FF{code[1:].upper()}" for code in to_hex(colors))]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read_txt(data):
    """In eight digits the alpha value comes first, as Paint.NET has it; after a # it comes last, as in CSS."""
    return _codes(data, alpha_first=True)


def _codes(data, alpha_first):
    lines = filter(None, (line.partition(";")[0].strip() for line in _lines(data)))
    return [(_code(line, alpha_first and not line.startswith("#")), "") for line in lines]


def _code(text, alpha_first):
    digits = text.removeprefix("#")
    if re.fullmatch("[0-9a-fA-F]{4}", digits) and not alpha_first:
        digits = "".join(2 * digit for digit in digits)
    if not re.fullmatch("[0-9a-fA-F]{8}", digits):
        return text
    values = list(bytes.fromhex(digits))
    return opaque([*values[1:], values[0]] if alpha_first else values, text)


# --- CSS custom properties ---


def write_css(colors, names, title):
    """Every name begins with ``color-``: GIMP takes only properties with "color" in their name."""
    lines, taken = [], set()
    for code, name in zip(to_hex(colors), names, strict=True):
        plain = "color-" + (re.sub(r"[^\w-]+", "-", name).strip("-") or "unnamed")
        unique, number = plain, 1
        while unique in taken:
            number += 1
            unique = f"{plain}-{number}"
        taken.add(unique)
        lines.append(f"  --{unique}: {code};\n")
    return f":root {{\n{''.join(lines)}}}\n".encode()


def read_css(data):
    text = re.sub(r"/\*.*?\*/", "", "\n".join(_lines(data)), flags=re.DOTALL)
    swatches = []
    for name, value in re.findall(r"--([\w-]+)\s*:\s*([^;}]+)", text):
        value = re.sub(r"\s*!important", "", value.strip())
        try:
            color = ImageColor.getrgb(re.sub(r"(?<=[\d%])[\s,/]+", ",", value))
        except ValueError:
            if re.match(r"#|rgb|hsl|hwb|lab|lch|oklab|oklch|color\(", value):
                raise ValueError(f"the colour --{name}: {value!r:.40} must be written as #rrggbb") from None
            continue  # a length, a font and so on
        swatches.append((opaque([*color], f"--{name}: {value}"), name.removeprefix("color-")))
    return swatches


# --- JSON: a list of codes, numbers or objects ---


def write_json(colors, names, title):
    swatches = zip(to_hex(colors), colors.tolist(), names, strict=True)
    entries = [{"hex": code, "rgb": rgb, "name": name} for code, rgb, name in swatches]
    return (json.dumps({"name": title, "colors": entries}, ensure_ascii=False, indent=1) + "\n").encode()


def read_json(data):
    try:
        content = json.loads("\n".join(_lines(data)))
    except RecursionError:
        raise ValueError("its lists are nested too deep") from None
    entries = content.get("colors") if isinstance(content, dict) else content
    if not isinstance(entries, list):
        raise ValueError(f'it must be a list of colours, or have one under "colors", got {entries!r:.40}')
    swatches = []
    for entry in entries:
        if not isinstance(entry, dict):
            entry = {"hex": entry}
        if "hex" not in entry and "rgb" not in entry:
            raise ValueError(f'a colour must have "hex" or "rgb", got {entry!r:.40}')
        swatches.append((entry.get("hex", entry.get("rgb")), str(entry.get("name", ""))))
    return swatches
