"""Load an image from a file, bytes, an array or Pillow; reduce it; and name it by its pixels."""

import hashlib
import io
import os
import warnings
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageColor

from .._typing import StrPath, Uint8Array
from ..errors import ImageError, check_choice, check_integer
from ..files.atomic import open_regular
from ..vocabulary import MAX_PIXELS
from . import arrays, decode, profile
from .arrays import validate_image
from .samples import SAMPLES, draw_shapes, sample_path
from .sniff import suffix_note


class ImageWarning(UserWarning):
    """An image was loaded, but there is something about it that one should know."""


def load_image(
    source: StrPath | bytes | bytearray | memoryview | BinaryIO | Image.Image | np.ndarray,
    *,
    background: str | tuple[int, int, int] = "white",
    max_pixels: int = MAX_PIXELS,
    frame: int | None = None,
    allow_damaged: bool = False,
    value_range: tuple[float, float] | None = None,
) -> Uint8Array:
    """Load an image from anywhere as sRGB pixels.

    Parameters
    ----------
    source : str, os.PathLike, bytes-like, binary file object, PIL.Image.Image or ndarray
        A file (or its content) in PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF, .npy or .npz (with one
        array); the content decides, not the name. Arrays are (H, W), (H, W, 1), (H, W, 2) gray + alpha, (H,
        W, 3) or (H, W, 4) RGB + alpha, of any memory layout and byte order. The source is never modified.
    background : str or (int, int, int)
        What lies behind transparent pixels: a colour name or hexadecimal code that Pillow knows, or R, G, B
        0..255.
    max_pixels : int
        Larger images are refused from their header, before memory is asked for.
    frame : int, optional
        The frame of an animation, or page of a TIFF, from 0. By default the first, with a warning when
        there are more (in MPO photographs the rest are by-products: no warning).
    allow_damaged : bool
        Load what can be read of a damaged or truncated file, with a warning, instead of raising.
    value_range : (float, float), optional
        The values that mean black and white. By default 0..1 for floats, False..True for bool, 0..65535 for
        uint16, 0..255 for other integers. Values outside are an error (floats: by more than 1e-6 of the
        range).

    Returns
    -------
    ndarray, shape (H, W, 3), uint8, C-contiguous
        sRGB, 0..255; its own memory, writable.

    Raises
    ------
    ImageError
        For a file that is missing, unreadable, damaged, too large or no supported image, and for an array
        whose shape, dtype or values are not an image's. The message names the file and the remedy.
    TypeError, ValueError
        For a source of another type, and for wrong parameters.

    Warns
    -----
    ImageWarning
        Animations, damaged files that were let in, unusable ICC profiles and colour code points, HDR, 16-bit values that seem to hold
        fewer bits, channels that were ignored, fully transparent images, suffixes that promise another format.

    Notes
    -----
    In this order:

    1. Samples are scaled to the nearest of 0..255, halves upwards. 16-bit files are read with all their
       bits (but premultiplied ones, and 10 or 12 bits in AVIF and 16-bit colour in PPM, are cut to 8 by the
       decoder).
    2. EXIF orientation is applied, once; that of XMP is not. A transparent colour or palette entry becomes alpha.
    3. Colours go to sRGB by what the file says first of these: PNG's cICP or AVIF's nclx; an ICC profile (8-bit files by Little CMS,
       16-bit files with all their bits where the profile is curves and a matrix, as those of working spaces are); PNG's gAMA and
       cHRM (a gamma within 5 % of 1 / 2.2 is sRGB's); Adobe RGB in EXIF. HDR (PQ, HLG) is shown with 203 cd/m² as white, brighter
       parts are clipped, and a warning says so. Without any of these, samples are taken as sRGB, and CMYK by the plain formula
       (255 - C)(255 - K) / 255. Gain maps are not used.
    4. Alpha is composited over `background`, rounded to the nearest level.

    Examples
    --------
    >>> import numpy as np
    >>> import img2num_nb as nb
    >>> nb.load_image(np.zeros((2, 3))).shape
    (2, 3, 3)
    """
    behind = _background(background)
    max_pixels = check_integer("max_pixels", max_pixels, 1, 1 << 62)
    if frame is not None:
        frame = check_integer("frame", frame, 0, 1 << 31)
    value_range = arrays.check_value_range(value_range)

    samples, name = _read(source, max_pixels, frame, allow_damaged)
    levels, note = _to_srgb(samples, value_range or samples.value_range, name)
    image = arrays.composite(levels, behind)

    notes = [*samples.notes, *([f"{name}: {note}"] if note else [])]
    if levels.shape[2] in (2, 4) and not levels[..., -1].any():
        notes.append(f"{name} is fully transparent: all that shows is the background {background!r}")
    for note in notes:
        warnings.warn(note, ImageWarning, stacklevel=2)
    return image if image.flags.writeable else image.copy()


def sample_image(name: str = "astronaut") -> Uint8Array:
    """Return a sample image; works offline.

    Parameters
    ----------
    name : str
        One of `SAMPLES`, a dictionary from the names to one-line descriptions.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        sRGB. ``"shapes"`` is the same on every machine; the photographs are as their files decode (a JPEG may
        differ by a level from one libjpeg to another).

    Raises
    ------
    ValueError
        For another name; the message lists the names and gives the nearest.
    ImageError
        When the installed package came without the file.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> nb.sample_image("shapes").shape
    (300, 400, 3)
    """
    if check_choice("name", name, SAMPLES) == "shapes":
        return draw_shapes()
    return load_image(sample_path(name))


class Preview(NamedTuple):
    """An image made small enough to show, and how it differs from the original."""

    image: np.ndarray
    """(h, w, 3) uint8."""
    scale: float
    """Side of the preview over side of the original: 1 / n for an integer n; 1.0 when nothing was reduced."""
    text: str
    """One line for the reader, such as "shown at 1/3 of 6000 x 4000"."""


def preview(image: Uint8Array, max_side: int = 1600) -> Preview:
    """Reduce an image for display by averaging blocks of n x n pixels, n the least integer that makes it fit.

    Averages are of sRGB levels, so fine detail may look a little darker than in the original. (A label map
    must not be averaged: that would show colours which are not in its palette.)

    Parameters
    ----------
    image : ndarray, shape (H, W, 3), uint8
    max_side : int
        Greatest width and height of the result, in pixels.

    Returns
    -------
    Preview

    Examples
    --------
    >>> import img2num_nb as nb
    >>> nb.preview(nb.sample_image("shapes"), max_side=200).text
    'shown at 1/2 of 400 x 300'
    """
    image = validate_image(image)
    height, width = image.shape[:2]
    n = -(-max(height, width) // check_integer("max_side", max_side, 1, 1 << 20))
    if n == 1:
        return Preview(image, 1.0, f"shown at full size, {width} x {height}")
    reduced = np.array(Image.fromarray(image).reduce(n))
    return Preview(reduced, 1 / n, f"shown at 1/{n} of {width} x {height}")


def image_sha256(image: Uint8Array) -> str:
    """Return the SHA-256 of an image as 64 hexadecimal digits, for manifests.

    It covers the text ``"H W 3 uint8\\n"`` (decimal numbers) and then the pixels row by row, so two images
    have the same hash exactly when they have the same shape and the same pixels, whatever file they came
    from.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> image = nb.sample_image("shapes")
    >>> nb.image_sha256(image) == nb.image_sha256(image.copy())
    True
    """
    image = validate_image(image)
    digest = hashlib.sha256(f"{image.shape[0]} {image.shape[1]} 3 uint8\n".encode())
    digest.update(image)
    return digest.hexdigest()


def _to_srgb(samples, value_range, name):
    """Return samples as uint8 levels of sRGB, (H, W, C), and a sentence about what could not be converted, or None."""
    array, said = samples.array, samples.encoding
    deep = array.dtype != np.uint8 and not samples.cmyk
    if said is None and samples.profile and deep:
        channels = 3 if array.ndim == 3 and array.shape[2] > 2 else 1
        if profile.is_srgb(samples.profile, channels):
            samples = samples._replace(profile=None)
        else:
            said = profile.encoding(
                samples.profile, channels
            )  # in 8 bits, shadows of linear light would be lost
    if said is not None:
        array, limits = arrays.checked_samples(array, value_range, name)
        return said.to_levels(array, limits), None
    levels, note = profile.to_srgb(arrays.to_levels(array, value_range, name), samples.profile, samples.cmyk)
    if value_range is None and not samples.profile and (narrow := arrays.narrow_range(array)):
        note = f"its 16-bit values end at {array.max()} and it is nearly black; if they hold fewer bits, pass value_range={narrow}"
    return levels, note


# --- sources ----------------------------------------------------------------------------------------------


def _read(source, max_pixels, frame, allow_damaged):
    """Return (Samples, name for messages) for any kind of source."""
    options = {"max_pixels": max_pixels, "frame": frame, "allow_damaged": allow_damaged}
    if isinstance(source, np.ndarray):
        if isinstance(source, np.ma.MaskedArray):
            raise ImageError(
                "a masked array is not an image: say what the masked pixels are by array.filled(value)"
            )
        arrays.check_layout(source.shape, source.dtype, "the array")
        arrays.check_size(source.shape[1], source.shape[0], max_pixels, "the array")
        decode.check_frame(frame, "the array")
        return decode.Samples(np.asarray(source)), "the array"  # np.matrix with a third axis crashes Python
    if isinstance(source, Image.Image):
        name = "the Pillow image"
        return decode.read_pillow(source, name, max_pixels=max_pixels, frame=frame), name
    if isinstance(source, (bytes, bytearray, memoryview)):
        return decode.read_stream(io.BytesIO(source), "the content", **options), "the content"
    if isinstance(source, (str, os.PathLike)):
        name = repr(os.fspath(source))
        with _open_file(source, name) as stream:
            samples = decode.read_stream(stream, name, **options)
            note = suffix_note(os.fsdecode(source), decode.sniff(stream, name))
        return samples._replace(notes=(*samples.notes, note) if note else samples.notes), name
    if hasattr(source, "read"):
        name = (
            f"the file {source.name!r}"
            if isinstance(getattr(source, "name", None), str)
            else "the file object"
        )
        return decode.read_stream(_seekable(source, name), name, **options), name
    raise TypeError(
        "source must be a path, bytes, a binary file object, a Pillow image or a NumPy array, "
        f"got {type(source).__name__}"
    )


def _open_file(path, name):
    try:
        return open_regular(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        hint = ""
        if isinstance(error, FileNotFoundError):
            url = "://" in os.fsdecode(path)
            hint = (
                "; URLs are not fetched: download the file first" if url else f" (looked in {_where(path)})"
            )
        raise ImageError(f"cannot open {name}: {getattr(error, 'strerror', None) or error}{hint}") from error


def _where(path):
    return "its folder" if os.path.isabs(path) else f"the current folder, {os.getcwd()!r}"


def _seekable(file, name):
    """Return a stream that can go back to its start: the file itself, or what can be read from it."""
    if isinstance(file, io.TextIOBase):
        raise TypeError(f"{name} is open as text; open it with mode 'rb'")
    try:
        if getattr(file, "seekable", bool)():
            return file
        content = file.read()
    except (OSError, ValueError) as error:
        raise ImageError(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from error
    if not isinstance(content, (bytes, bytearray)):
        raise TypeError(f"{name} must deliver bytes, got {type(content).__name__}; open it in binary mode")
    return io.BytesIO(content)


def _background(color):
    """Return (R, G, B) from a colour name, code or triple."""
    wanted = "background must be a colour name, a code such as '#ffcc00', or three integers 0..255"
    if isinstance(color, str):
        try:
            rgb = ImageColor.getrgb(color)
        except ValueError:
            raise ValueError(f"{wanted}; got {color!r}") from None
        if len(rgb) != 3:
            raise ValueError(f"{wanted}; got {color!r}, which is itself transparent")
        return rgb
    try:
        red, green, blue = color
    except (TypeError, ValueError):
        raise ValueError(f"{wanted}; got {color!r}") from None
    return tuple(check_integer("each number of background", value, 0, 255) for value in (red, green, blue))
