"""PNG: write indexed and true-colour files, and find the damage that Pillow does not report."""

import zlib
from pathlib import Path

import numpy as np

from .._typing import Indexed, StrPath, Uint8Array
from ..files.atomic import write_atomically
from .write import image_bytes


def save_png(path: StrPath, quantization: Indexed | np.ndarray, palette: Uint8Array | None = None) -> Path:
    """Write a PNG file: all of it or, on an error, none of it.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write; the folder must exist. A file of that name is replaced.
    quantization : Quantization, or ndarray
        A Quantization (anything with ``labels`` and ``palette``), or labels (H, W) together with `palette`,
        or an image (H, W, 3) uint8.
    palette : ndarray, shape (n, 3), uint8, optional
        sRGB colours for labels.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ImageError
        When labels, palette or image have another shape, type or range.
    OSError
        When the file cannot be written; what was there stays.

    See Also
    --------
    png_bytes : the same bytes without a file, and how they are made.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> q = nb.quantize(nb.sample_image("shapes"), k=8)
    >>> nb.load_image(nb.save_png("shapes.png", q)).shape
    (300, 400, 3)
    """
    return write_atomically(path, png_bytes(quantization, palette))


def png_bytes(quantization, palette=None):
    """Return the bytes of a PNG file; parameters as in `save_png`.

    Up to 256 colours the PNG is indexed (Pillow's mode P), with exactly the palette, in its order, at 1, 2,
    4 or 8 bits a pixel, whichever is the least that fits; above, and for an image, it is true colour. No
    time and no other metadata is written, so equal input gives equal bytes with the same Pillow and zlib.

    Returns
    -------
    bytes
    """
    return image_bytes(".png", quantization, palette)


# --- reading: what Pillow lets pass -----------------------------------------------------------------------

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG colour type: samples a pixel
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))


def damage(stream):
    """Say what is wrong with a PNG file, or return None.

    Pillow shows an image without a word when a checksum of the pixel data is wrong, when rows are missing,
    or when the file stops before its end mark. Checked here: the chain of chunks up to IEND, the checksum
    of each critical chunk, and that the pixel data unpacks to as many bytes as the header announces (and
    not more than that is unpacked). What follows IEND is no matter.

    References
    ----------
    ISO/IEC 15948, Portable Network Graphics, sections 5.3 and 8. https://www.w3.org/TR/png-3/
    """
    stream.seek(8)
    inflate, missing = zlib.decompressobj(), None
    while True:
        head = stream.read(8)
        length, kind = int.from_bytes(head[:4]), head[4:]
        if len(head) < 8 or length >= 1 << 31:
            return "the file stops before its end mark"
        data = stream.read(length)
        check = stream.read(4)
        if len(data) < length or len(check) < 4:
            return f"the file stops inside a {kind.decode('ascii', 'replace')} chunk"
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(kind + data) != int.from_bytes(check):
            return f"wrong checksum in a {kind.decode('ascii', 'replace')} chunk"
        if kind == b"IHDR":
            missing = _unpacked_size(data)
        elif kind == b"IDAT" and missing > 0:
            try:
                while data and missing > 0:
                    missing -= len(inflate.decompress(data, 1 << 20))
                    data = inflate.unconsumed_tail
            except zlib.error as error:
                return f"its pixel data cannot be unpacked: {error}"
        elif kind == b"IEND":
            if missing > 0:
                missing -= len(inflate.flush())  # what the limit held back
            return "pixel rows are missing" if missing > 0 else None


def color_chunks(stream):
    """Return what the chunks before the pixels of a PNG say of its colours.

    Returns
    -------
    dict
        ``"cICP"``: 4 numbers; ``"sRGB"``: True; ``"gAMA"``: a number; ``"cHRM"``: 8 numbers, x and y of white, red, green and blue.
        Chunks of a wrong length are left out.
    """
    found = {}
    stream.seek(8)
    while True:
        head = stream.read(8)
        length, kind = int.from_bytes(head[:4]), head[4:]
        if len(head) < 8 or kind in (b"IDAT", b"IEND"):
            return found
        data = stream.read(length + 4)[:length] if length <= 64 else stream.seek(length + 4, 1) and b""
        if kind == b"cICP" and length == 4:
            found["cICP"] = tuple(data)
        elif kind == b"sRGB":
            found["sRGB"] = True
        elif kind == b"gAMA" and length == 4 and any(data):
            found["gAMA"] = int.from_bytes(data) / 100_000
        elif kind == b"cHRM" and length == 32:
            found["cHRM"] = tuple(int.from_bytes(data[i : i + 4]) / 100_000 for i in range(0, 32, 4))


def _unpacked_size(header):
    """Bytes that the pixel data of a PNG unpacks to: for each row, one filter byte and the samples."""
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    bits = header[8] * _CHANNELS[header[9]]
    size = 0
    for x, step_x, y, step_y in _ADAM7 if header[12] else [(0, 1, 0, 1)]:
        columns, rows = -((x - width) // step_x), -((y - height) // step_y)
        if columns > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size
