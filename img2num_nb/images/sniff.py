"""Tell what a file is from its first bytes: the list of what is let in, and names for what is not."""

import re
from pathlib import PurePath

from ..errors import ImageError

# Pillow's names. EPS and PostScript are not among them on purpose: Pillow would start Ghostscript, a
# program that runs what is in the file.
SUPPORTED = {
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "JPEG": rb"\xff\xd8\xff",
    "WEBP": rb"RIFF....WEBP",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM",
    "PPM": rb"P[1-6f]\s",
    "AVIF": rb"....ftyp(avi[fs]|m[is]f1.{4}(.{4})*?avi[fs])",
    "NPY": rb"\x93NUMPY",
    "NPZ": rb"PK\x03\x04.{26}[^/\x00]{0,200}?\.npy",
}
SUPPORTED_WORDS = "PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF, .npy or .npz"

_OTHERS = {
    "an HTML page": rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)",
    "an SVG drawing": rb"\s*(<\?xml.*?)?(<!--.*?-->\s*)*(<!DOCTYPE svg.*?)?<svg|<\?xml.*<svg",
    "an XML file": rb"\s*<\?xml",
    "a PDF document": rb"\s*%PDF",
    "PostScript or EPS": rb"\s*%!|\xc5\xd0\xd3\xc6",
    "a Git LFS pointer: fetch the file itself by `git lfs pull`": rb"version https://git-lfs",
    "HEIC or HEIF: convert it to JPEG or PNG": rb"....ftyp(hei|hev|m[is]f1)",
    "JPEG 2000: convert it to PNG": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "JPEG XL: convert it to PNG": rb"\0\0\0\x0cJXL |\xff\x0a",
    "a Photoshop file: export it as PNG": rb"8BPS",
    "OpenEXR": rb"v/1\x01",
    "a Windows icon": rb"\0\0[\1\2]\0",
    "a ZIP archive": rb"PK\x03\x04|PK\x05\x06",
    "a gzip archive": rb"\x1f\x8b",
    "HDF5": rb"\x89HDF",
    "JSON": rb"\s*[\[{]\s*[\"\[{\]}\d-]",
}

_SUFFIXES = {
    "PNG": ".png .apng",
    "JPEG": ".jpg .jpeg .jpe .jfif .mpo",
    "WEBP": ".webp",
    "TIFF": ".tif .tiff",
    "GIF": ".gif",
    "BMP": ".bmp .dib",
    "PPM": ".ppm .pgm .pbm .pnm .pfm",
    "AVIF": ".avif .avifs",
    "NPY": ".npy",
    "NPZ": ".npz",
}


def sniff(stream, name):
    """Return the key of SUPPORTED that the stream's first bytes match; leave the stream at its start.

    Raises
    ------
    ImageError
        For an empty stream, one that cannot be read, and for anything else, with what it looks like.
    """
    try:
        stream.seek(0)
        head = stream.read(1024)
        stream.seek(0)
    except (OSError, ValueError) as error:  # a failing disk; a file that is closed, or open for writing only
        raise ImageError(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from error
    if not head:
        raise ImageError(f"{name} is empty (0 bytes)")
    for kind, pattern in SUPPORTED.items():
        if re.match(pattern, head, re.DOTALL):
            return kind
    raise ImageError(
        f"{name} is not a supported image (looks like {_likeness(head)}); wanted: {SUPPORTED_WORDS}"
    )


def _likeness(head):
    for what, pattern in _OTHERS.items():
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return what
    text = head.decode("utf-8", "ignore")  # "ignore": the cut may fall inside a character
    if text.isprintable() or all(c.isprintable() or c.isspace() for c in text):
        return f"text: {text.strip()[:40]!r}"
    return f"binary data that begins with {head[:8].hex(' ')}"


def suffix_note(path, kind):
    """Return a sentence when a well-known suffix promises another format than the content has, else None."""
    suffix = PurePath(path).suffix.lower()
    promised = next((k for k, suffixes in _SUFFIXES.items() if suffix in suffixes.split()), None)
    if promised in (None, kind):
        return None
    return f"{str(path)!r} holds {kind}, not {promised} as its name says; it was loaded by its content"
