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
    "TIFF": rb"(II[*+]\0|MM\0[*+])(?!....CR)",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM",
    "PPM": rb"P[1-6f]\s",
    "AVIF": rb"....ftyp(avi[fs]|m[is]f1.{4}(.{4})*?avi[fs])",
    "HEIF": rb"....ftyp(hei[cmsx]|hev[cmsx]|m[is]f1)",
    "JPEG2000": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "QOI": rb"qoif",
    "ICO": rb"\0\0\x01\0[^\0]",
    "PSD": rb"8BPS",
    "NPY": rb"\x93NUMPY",
    "NPZ": rb"PK\x03\x04.{26}[^/\x00]{0,200}?\.npy",
}
SUPPORTED_WORDS = (
    "PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF, HEIC, JPEG 2000, QOI, TGA, ICO, PSD, .npy or .npz"
)

_OTHERS = {
    "a camera raw file (CR2): develop it, and save a TIFF or PNG": rb"II[*]\0....CR",
    "an HTML page": rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)",
    "an SVG drawing": rb"\s*(<\?xml.*?)?(<!--.*?-->\s*)*(<!DOCTYPE svg.*?)?<svg|<\?xml.*<svg",
    "an XML file": rb"\s*<\?xml",
    "a PDF document": rb"\s*%PDF",
    "PostScript or EPS": rb"\s*%!|\xc5\xd0\xd3\xc6",
    "a Git LFS pointer: fetch the file itself by `git lfs pull`": rb"version https://git-lfs",
    "JPEG XL: convert it to PNG": rb"\0\0\0\x0cJXL |\xff\x0a",
    "OpenEXR, light without a white: map its tones, and save a PNG": rb"v/1\x01",
    "a Radiance picture, light without a white: map its tones, and save a PNG": rb"#\?(RADIANCE|RGBE)",
    "FITS: read it by astropy, and pass the array with its value_range": rb"SIMPLE  =",
    "DICOM: read it by pydicom, and pass the array with its value_range": rb".{128}DICM",
    "a camera raw file: develop it, and save a TIFF or PNG": rb"FUJIFILMCCD-RAW|IIRO|IIRS|MMOR|IIU\0|\0MRM|FOVb|....ftypcrx ",
    "a Windows cursor": rb"\0\0\x02\0",
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
    "HEIF": ".heic .heif .hif",
    "JPEG2000": ".jp2 .j2k .jpx .jpf",
    "QOI": ".qoi",
    "TGA": ".tga",
    "ICO": ".ico",
    "PSD": ".psd",
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
    if _is_tga(stream, head):
        return "TGA"
    raise ImageError(
        f"{name} is not a supported image (looks like {_likeness(head)}); wanted: {SUPPORTED_WORDS}"
    )


def _is_tga(stream, head):
    """Return whether a file is a Truevision TGA: it has no signature, so its footer or every field of its header must fit."""
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - 26))
    footer = stream.read(26)
    stream.seek(0)
    if (
        len(head) < 18
        or head[2] not in (1, 2, 3, 9, 10, 11)
        or head[1] > 1
        or head[16] not in (8, 16, 24, 32)
    ):
        return False
    palette = head[7] in (15, 16, 24, 32) if head[1] else head[3:8] == bytes(5)
    fits = (
        palette
        and head[1] == (head[2] in (1, 9))
        and head[17] < 0x30
        and any(head[12:14])
        and any(head[14:16])
    )
    return footer[8:24] == b"TRUEVISION-XFILE" or fits


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
