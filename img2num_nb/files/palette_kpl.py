"""Krita's palette, a ZIP archive of XML files: a writer and a reader as in `palette_text`.

References
----------
.. [1] Krita documentation, "The Krita Palette format KPL", https://docs.krita.org/en/untranslatable_pages/kpl_defintion.html
"""

import io
import zipfile
from collections import Counter
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import numpy as np

from ..color import linear_to_srgb
from .palette_binary import cmyk_to_rgb, lab_to_rgb, levels, tell

KPL_TYPE = "application/x-krita-palette"
KPL_SRGB = "sRGB-elle-V2-srgbtrc.icc"
KPL_MAX = 1 << 25  # bytes of its list of colours
KPL_COLUMNS = 16


def write_kpl(colors, names, title):
    rows = -(-len(colors) // KPL_COLUMNS)
    head = f'name={quoteattr(title)} comment="" columns="{KPL_COLUMNS}" rows="{rows}" readonly="false"'
    lines = [f'<ColorSet version="1.0" {head}>']
    for i, (rgb, name) in enumerate(zip(colors / 255, names, strict=True)):
        row, column = divmod(i, KPL_COLUMNS)
        lines += [
            f' <ColorSetEntry name={quoteattr(_xml_text(name))} id="" spot="false" bitdepth="U8">',
            '  <RGB r="{:.9g}" g="{:.9g}" b="{:.9g}" space="{}"/>'.format(*rgb, KPL_SRGB),
            f'  <Position row="{row}" column="{column}"/>',
            " </ColorSetEntry>",
        ]
    parts = {
        "mimetype": KPL_TYPE,
        "profiles.xml": "<Profiles/>\n",
        "colorset.xml": "\n".join([*lines, "</ColorSet>\n"]),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name)  # of 1980, so that equal palettes are equal bytes
            member.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return file.getvalue()


def _xml_text(text):
    """Return text without the control characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c == " ")


def read_kpl(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("colorset.xml") as member:
            text = member.read(KPL_MAX + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"it must be a ZIP archive with colorset.xml: {error}") from None
    except Exception as error:  # zlib.error and its like in other compressions
        raise ValueError(f"its colorset.xml cannot be unpacked: {error}") from None
    if len(text) > KPL_MAX or b"<!ENTITY" in text:
        raise ValueError(f"its colorset.xml must have up to {KPL_MAX:,} bytes and no entities")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"its colorset.xml is damaged: {error}") from None
    swatches, models = [], Counter()
    for entry in root.iter("ColorSetEntry"):
        name = entry.get("name", "")
        color = next((part for part in entry if part.tag != "Position"), None)
        if color is None:
            raise ValueError(f"colour {name!r} has no values")
        swatches.append((levels(_kpl_rgb(color, name, models)), name))
    tell(models)
    return swatches


def _kpl_rgb(color, name, models):
    """Return sRGB values, 0 to 1, of a swatch, and count in `models` what was not sRGB or grey."""
    keys = {"RGB": "rgb", "sRGB": "rgb", "Gray": "g", "CMYK": "cmyk", "Lab": "Lab"}.get(color.tag)
    if keys is None:
        raise ValueError(f"colour {name!r} is in {color.tag}: save it as RGB in Krita")
    try:
        values = [float(color.get(key, "missing")) for key in keys]
    except ValueError:
        raise ValueError(
            f"colour {name!r} must have the numbers {', '.join(keys)}, got {color.attrib}"
        ) from None
    if color.tag == "CMYK":
        models["CMYK"] += 1
        return cmyk_to_rgb(*values)
    if color.tag == "Lab":
        models["Lab"] += 1
        return lab_to_rgb(*values)
    space = color.get("space", "")
    if color.tag == "RGB" and "g10" in space:  # Krita's linear profile with sRGB's primaries
        models["linear light"] += 1
        return linear_to_srgb(np.array(values)).tolist()
    if color.tag == "RGB" and "srgb" not in space.lower():
        models[f"of the profile {space!r}, which was taken for sRGB,"] += 1
    return values * 3 if color.tag == "Gray" else values
