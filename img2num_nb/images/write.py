"""Quantized images in the formats that hold them without loss: PNG, TIFF, GIF, WebP and BMP."""

import io

import numpy as np
from PIL import Image

from ..errors import ImageError, check_choice
from .arrays import validate_image

#: Ending -> Pillow's format, what is passed to it, and the most pixels of a side.
FORMATS = {
    ".png": ("PNG", {}, 1 << 31),
    ".tif": ("TIFF", {}, 1 << 31),
    ".tiff": ("TIFF", {}, 1 << 31),
    ".gif": ("GIF", {"optimize": False}, 65535),  # else the palette would be sorted and shortened
    ".webp": ("WEBP", {"lossless": True, "exact": True}, 16383),
    ".bmp": ("BMP", {}, 1 << 31),
}


def image_bytes(ending, quantization, palette=None):
    """Return the bytes of an image file in which every pixel has exactly its palette colour.

    Up to 256 colours PNG, TIFF, GIF and BMP are indexed, with exactly the palette, in its order; WebP knows no palettes. Above, and
    for an image, they are true colour, save GIF, which is refused. No time and no other metadata is written.

    Parameters
    ----------
    ending : str
        A name of `FORMATS`, such as ``".tif"``.
    quantization : Quantization, or ndarray
        A Quantization (anything with ``labels`` and ``palette``), or labels (H, W) together with `palette`, or an image (H, W, 3)
        uint8.
    palette : ndarray, shape (n, 3), uint8, optional
        sRGB colours for labels.

    Raises
    ------
    ImageError
        When labels, palette or image have another shape, type or range; when the format cannot hold so many colours or pixels.
    ValueError
        For another ending.
    """
    name, options, side = FORMATS[check_choice("the ending of a picture", ending, FORMATS)]
    im = _pillow_image(quantization, palette)
    if max(im.size) > side:
        raise ImageError(
            f"{name} holds {side:,} pixels a side, got {im.width} x {im.height}: take .png or .tif"
        )
    if name == "GIF" and im.mode != "P":
        raise ImageError("GIF holds up to 256 colours: ask for fewer, or take .png")
    file = io.BytesIO()
    if name == "TIFF":
        _write_tiff(file, im)
    else:
        im.save(file, name, **options)
    return file.getvalue()


def _write_tiff(file, im):
    """Write a TIFF by tifffile: Pillow's colour maps hold 256 times a level, not 257, and ImageMagick then reads white as 254."""
    import tifffile

    colors = None
    if im.mode == "P":
        colors = np.zeros((256, 3), np.uint16)
        own = np.array(im.getpalette("RGB"), np.uint16).reshape(-1, 3)
        colors[: len(own)] = own * 257
    tifffile.imwrite(
        file, np.asarray(im), photometric="rgb" if colors is None else "palette", compression="zlib", metadata=None,
        colormap=None if colors is None else colors.T, software=False,
    )  # fmt: skip


def _pillow_image(quantization, palette):
    if palette is None and hasattr(quantization, "labels"):
        quantization, palette = quantization.labels, quantization.palette
    if palette is None:
        return Image.fromarray(validate_image(quantization))
    labels, palette = _check_indexed(np.asarray(quantization), np.asarray(palette))
    if len(palette) > 256:
        return Image.fromarray(palette[labels])
    im = Image.fromarray(np.ascontiguousarray(labels, np.uint8))
    im.putpalette(palette.tobytes())
    return im


def _check_indexed(labels, palette):
    if palette.ndim != 2 or palette.shape[1] != 3 or palette.dtype != np.uint8 or len(palette) == 0:
        raise ImageError(
            f"a palette must have shape (n, 3) and dtype uint8, got {palette.shape} and {palette.dtype}"
        )
    if labels.ndim != 2 or labels.dtype.kind not in "ui" or labels.size == 0:
        raise ImageError(
            f"labels must have shape (H, W) and an integer dtype, got {labels.shape} and {labels.dtype}"
        )
    if labels.min() < 0 or labels.max() >= len(palette):
        raise ImageError(
            f"labels must lie in 0..{len(palette) - 1}, as the palette has {len(palette)} colours; "
            f"got {labels.min()}..{labels.max()}"
        )
    return labels, palette
