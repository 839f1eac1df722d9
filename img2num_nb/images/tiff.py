"""TIFF beyond what Pillow reads rightly, by tifffile: planes, CIELAB, 10 to 32 bits, signed and float samples, deep palettes."""

import numpy as np

from ..errors import ImageError
from . import arrays
from .encoding import lab_to_srgb

ALPHA, PREMULTIPLIED = 2, 1  # TIFF 6.0, ExtraSamples
_RAW = {32803: "a camera's mosaic (CFA)", 34892: "a camera's raw values (LinearRaw)"}


def read_tiff(stream, name, max_pixels, frame):
    """Return the samples of a page of a TIFF.

    Parameters
    ----------
    stream : binary file
    name : str
        For errors.
    max_pixels : int
    frame : int or None
        The page; None: the first.

    Returns
    -------
    array : (H, W) or (H, W, C) ndarray
        Gray, RGB or CMYK (255 is full ink), perhaps with alpha.
    facts : dict
        ``value_range``, ``cmyk``, ``profile``, ``orientation`` and ``notes``.

    Raises
    ------
    ImageError
        If the page holds no picture of these kinds, or its compression needs a package that is missing.
    """
    import tifffile

    stream.seek(0)
    try:
        with tifffile.TiffFile(stream) as tif:
            if (frame or 0) >= len(tif.pages):
                raise ImageError(
                    f"frame must be an integer from 0 to {len(tif.pages) - 1} for {name}, got {frame}"
                )
            page = tif.pages[frame or 0].aspage()
            arrays.check_size(page.imagewidth, page.imagelength, max_pixels, name)
            _check(page, name)
            return _convert(page, page.asarray(), name)
    except (ImageError, MemoryError):
        raise
    except Exception as error:  # of many kinds; codecs that are missing come as ValueError
        if "imagecodecs" in str(error):
            what = f"unsupported TIFF: {name} is compressed by {page.compression.name}, which needs the package 'imagecodecs'"
            raise ImageError(f"{what}: pip install 'img2num-nb[tiff]'") from error
        wrong = f"{name} is damaged, or of a kind that neither Pillow nor tifffile reads ({error})"
        raise ImageError(
            f"unsupported TIFF: {wrong}; get a whole copy, or convert it to RGB of 8 or 16 bits"
        ) from error


def _check(page, name):
    """Raise ImageError for what is no finished picture."""
    code = int(page.photometric) if page.photometric is not None else -1
    if code in _RAW or page.tags.get(50706):
        what = _RAW.get(code, "a camera's raw picture (DNG)")
        raise ImageError(
            f"unsupported TIFF: {name} holds {what}; develop it with a raw converter, and save a TIFF or PNG"
        )
    if page.imagedepth > 1 or code not in (0, 1, 2, 3, 5, 6, 8, 9):
        what = "a volume" if page.imagedepth > 1 else f"photometric interpretation {code}"
        raise ImageError(f"unsupported TIFF: {name} has {what}; convert it to RGB")


def _convert(page, array, name):
    code, bits = int(page.photometric), page.bitspersample
    if page.samplesperpixel > 1 and page.planarconfig == 2:
        array = np.moveaxis(array, 0, -1)
    array = array.reshape(page.imagelength, page.imagewidth, -1)
    facts = {"value_range": None, "cmyk": False, "notes": ()}
    tag = page.tags.get
    facts["profile"] = bytes(tag(34675).value) if tag(34675) else None
    facts["orientation"] = tag(274).value if tag(274) else 1
    unsigned = array.dtype.kind == "u"
    whole = (1 << bits) - 1 if unsigned else None
    if unsigned and bits not in (8, 16):
        facts["value_range"] = (0, whole)
    if code == 3:
        facts["value_range"] = None
        return _paint(array[..., 0], np.asarray(page.colormap)), facts
    array, extra = _without_extras(page, array, {5: 4, 0: 1, 1: 1}.get(code, 3), name)
    if code == 0:
        if array.dtype.kind == "i":
            raise ImageError(
                f"unsupported TIFF: {name} has signed samples where 0 is white; convert it to gray where 0 is black"
            )
        array = (whole if unsigned else 1) - array
        array = array if not unsigned else array.astype(page.dtype)
    if code in (8, 9):
        array, facts["profile"], facts["value_range"] = lab_to_srgb(_lab(array, code, bits, name)), None, None
    if code == 5:
        array = arrays.to_levels(array, facts["value_range"], name)
        facts |= {"cmyk": True, "value_range": None}
    if extra is not None:
        if extra[1] == PREMULTIPLIED and code not in (8, 9):
            array = _unmultiplied(array, extra[0], whole if unsigned else 1)
        if code not in (8, 9):
            array = np.concatenate([array, extra[0]], axis=2)
    elif (n := page.samplesperpixel - array.shape[2]) > 0:
        what = "an extra channel" if n == 1 else f"{n} extra channels"
        facts["notes"] = (f"{name} has {what} of no stated meaning, ignored here",)
    return array, facts


def _without_extras(page, array, count, name):
    """Return the channels of the picture, and its alpha with its kind, or None; other extra channels are left."""
    if array.shape[2] < count:
        raise ImageError(
            f"unsupported TIFF: {name} has {array.shape[2]} channels where {count} are wanted; convert it to RGB"
        )
    kinds = [int(kind) for kind in page.extrasamples or ()]
    alpha = next(
        ((array[..., count + i : count + i + 1], kind) for i, kind in enumerate(kinds) if kind in (1, 2)),
        None,
    )
    return array[..., :count], alpha if count != 4 else None


def _unmultiplied(colors, alpha, white):
    """Return colours that were multiplied by their alpha as they were before."""
    share = alpha.astype(np.float64) / white
    plain = np.divide(colors, share, out=np.zeros(colors.shape), where=share > 0)
    rounded = np.clip(plain, 0, white)
    return (np.floor(rounded + 0.5) if colors.dtype.kind == "u" else rounded).astype(colors.dtype)


def _paint(indices, colors):
    """Return the colours of a palette TIFF, (H, W, 3); old programs write a colour map of 0..255 instead of 0..65535."""
    if colors.max() > 255:
        return colors.T[indices]
    return colors.T.astype(np.uint8)[indices]


def _lab(array, code, bits, name):
    """Return CIELAB samples in its units: L* 0..100."""
    if bits == 8:
        a_b = array[..., 1:].astype(np.int8) if code == 8 else array[..., 1:].astype(np.float64) - 128
        return np.concatenate([array[..., :1] * (100 / 255), a_b], axis=2)
    if bits == 16:  # Photoshop: 0xFF00 is 100
        values = array[..., 1:].astype(np.uint16)
        a_b = values.astype(np.int16) / 256 if code == 8 else (values.astype(np.float64) - 32768) / 256
        return np.concatenate([array[..., :1].astype(np.uint16) * (100 / 65280), a_b], axis=2)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    raise ImageError(f"unsupported TIFF: {name} has CIELAB samples of {bits} bits; convert it to RGB")
