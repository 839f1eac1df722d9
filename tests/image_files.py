"""Image files for the tests, made in memory: by Pillow, by tifffile, or byte by byte."""

import io
import zlib

import numpy as np
import tifffile
from PIL import Image

_rng = np.random.default_rng(0)
RGB = _rng.integers(0, 256, (12, 17, 3), dtype=np.uint8)
SMOOTH = (np.indices((48, 32, 3)).sum(axis=0) * [2, 3, 1]).astype(np.uint8)  # smooth enough for JPEG


def encode(pixels, format, **options):
    """The bytes of a file that Pillow writes."""
    im = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    im.save(file, format, **options)
    return file.getvalue()


def tiff(array, **options):
    """The bytes of a TIFF that tifffile writes."""
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def png(header, rows, *extra, interlace=0):
    """A PNG from (width, height, bits, colour type), rows of bytes, and (kind, data) chunks between."""
    width, height, bits, kind = header
    ihdr = width.to_bytes(4) + height.to_bytes(4) + bytes([bits, kind, 0, 0, interlace])
    idat = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    chunks = [(b"IHDR", ihdr), *extra, (b"IDAT", idat), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4) for name, data in chunks
    )
