"""From a file, bytes or a Pillow image to an array of samples. What Pillow does in silence is caught here."""

import re
import sys
import threading
import warnings
from contextlib import contextmanager
from functools import wraps
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from ..errors import ImageError
from . import arrays, npy, png
from .encoding import Encoding, adobe_rgb, from_code_points, from_gamma
from .heif import nclx
from .sniff import sniff
from .tiff import read_tiff


class Samples(NamedTuple):
    """What a file holds, before any scaling or colour conversion."""

    array: np.ndarray  # (H, W) or (H, W, C), the way the picture is to be seen
    value_range: tuple | None = None  # (black, white) where the array's dtype does not tell
    cmyk: bool = False
    profile: bytes | None = None  # ICC
    encoding: Encoding | None = None  # what the samples mean as light, where that is said otherwise
    notes: tuple = ()  # sentences for the user


class DamagedError(ImageError):
    """The file is of a known kind but not whole; ``allow_damaged=True`` may save a part."""


def read_stream(stream, name, *, max_pixels, frame=None, allow_damaged=False):
    """Read a seekable binary stream whose content is an image or a NumPy file; return Samples."""
    kind = sniff(stream, name)
    if kind in ("NPY", "NPZ"):
        check_frame(frame, name)
        read = npy.read_npy if kind == "NPY" else npy.read_npz
        return Samples(read(stream, name, max_pixels))
    try:
        return _read_image(stream, kind, name, max_pixels, frame, lenient=False)
    except DamagedError as error:
        if not allow_damaged:
            remedy = "get a whole copy, or pass allow_damaged=True to load what is left"
            raise DamagedError(f"{error}; {remedy}") from error.__cause__
        samples = _read_image(stream, kind, name, max_pixels, frame, lenient=True)
        note = f"{error}; loaded because of allow_damaged=True: parts of the picture are missing or wrong"
        return samples._replace(notes=(*samples.notes, note))


# --- Pillow -----------------------------------------------------------------------------------------------

_LOCK = threading.RLock()


@contextmanager
def _pillow(max_pixels, lenient=False):
    """Set Pillow's limits for a while. They are global variables, hence the lock.

    Pillow raises at twice its limit, in WebP before it allocates the canvas; our own check after opening is exact.
    """
    with _LOCK:
        before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = max_pixels, lenient
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = before


@contextmanager
def _translated(name, kind, max_pixels):
    """Turn whatever Pillow raises into ImageError: damaged files end in any exception, even TypeError."""
    try:
        yield
    except (ImageError, Warning):
        raise
    except Image.DecompressionBombError as error:
        pixels = int(re.search(r"\d+", str(error))[0])  # the size itself is not told
        raise arrays.too_large(name, f"{pixels:_} pixels", max_pixels) from error
    except MemoryError as error:
        raise ImageError(f"{name} needs more memory than there is; make the image smaller") from error
    except UnidentifiedImageError as error:
        wrong = "it is damaged or truncated, or the installed Pillow lacks this format"
        raise DamagedError(f"{name} begins like {kind} but cannot be opened: {wrong}") from error
    except KeyError as error:
        if error.args == (kind,):  # Image.open(formats=...) knows no such format
            raise ImageError(
                f"{name} is {kind}, which the installed Pillow cannot read; upgrade it"
            ) from error
        raise DamagedError(f"{name}, a {kind} file, is damaged or truncated ({error!r})") from error
    except Exception as error:
        raise DamagedError(f"{name}, a {kind} file, is damaged or truncated ({error})") from error


def _despite_warnings(read):
    """Let no warning of Pillow's (odd EXIF, odd metadata) keep us from the pixels where warnings are errors.

    Only then are the filters touched, as they are global variables too, and other threads may rely on them.
    """

    @wraps(read)
    def wrapped(*args, **options):
        try:
            return read(*args, **options)
        except Warning:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return read(*args, **options)

    return wrapped


@_despite_warnings
def read_pillow(im, name, *, max_pixels, frame=None):
    """Read a Pillow image at its current frame, or at `frame`; return Samples. Its position is restored."""
    arrays.check_size(*im.size, max_pixels, name)
    position = im.tell()
    with _pillow(max_pixels), _translated(name, im.format or "Pillow", max_pixels):
        try:
            if frame is not None:
                _seek(im, frame, name)
            im.load()
            return _finish(im, _samples(im, name))
        finally:
            if im.tell() != position:
                im.seek(position)


@_despite_warnings
def _read_image(stream, kind, name, max_pixels, frame, lenient):
    with _pillow(max_pixels, lenient), _translated(name, kind, max_pixels):
        # After a failed load Pillow's image object can deliver garbage, so each reading opens the file anew.
        try:
            im = _open(stream, kind, name, max_pixels, frame)
        except UnidentifiedImageError:
            if kind != "TIFF":
                raise
            return _by_tifffile(stream, name, max_pixels, frame)
        rawmode = _rawmode(im)
        if kind == "JPEG2000" and _deep_jpeg2000(stream):
            what = "JPEG 2000 of more than 8 bits, of which Pillow makes wrong colours"
            raise ImageError(
                f"{name} is {what}: convert it to PNG or TIFF, for example by vips or ImageMagick"
            )
        if kind == "PSD" and (im.mode not in ("L", "RGB", "CMYK") or _psd_channels(stream) > len(im.mode)):
            what = "a Photoshop file with transparency or of another kind than 8-bit gray, RGB or CMYK"
            raise ImageError(f"{name} is {what}: export it as PNG")
        if kind == "TIFF":
            _check_tiff(im, frame, name)
            if _beyond_pillow(im, rawmode):
                return _by_tifffile(stream, name, max_pixels, frame)
        if rawmode == "LA;16B":  # Pillow would keep 8 bits; the four bytes of a pixel are two 16-bit numbers
            array = _load(im, "RGBA").view(">u2")
        elif deep := re.fullmatch(r"(RGB[AX]?|CMYK);16([LBN])", rawmode):
            # Pillow keeps one byte of a 16-bit sample; read with the other byte order it gives the other one.
            other = _open(stream, kind, name, max_pixels, frame)
            low = _load(other, f"{deep[1]};16{_OTHER_ORDER[deep[2]]}")
            array = _load(im, rawmode).astype(np.uint16) << 8 | low
        else:
            im.load()
            array = _samples(im, name)
        if kind == "PNG" and not lenient and (damage := png.damage(stream)):
            raise ValueError(damage)
        samples = _with_encoding(_finish(im, array, rawmode), im, kind, stream, name)
        if frame is None and im.format != "MPO" and getattr(im, "is_animated", False):
            note = f"{name} has several frames; this is the first; choose another by frame=1, 2, ..."
            samples = samples._replace(notes=(*samples.notes, note))
        return samples


def _deep_jpeg2000(stream):
    """Return whether the first component of a JPEG 2000 codestream has more than 8 bits (ISO/IEC 15444-1, A.5.1: SIZ)."""
    stream.seek(0)
    head = stream.read(1 << 16)
    at = head.find(b"\xff\x4f\xff\x51")
    return 0 <= at < len(head) - 42 and (head[at + 42] & 0x7F) + 1 > 8


def _psd_channels(stream):
    stream.seek(12)
    return int.from_bytes(stream.read(2))


def _by_tifffile(stream, name, max_pixels, frame):
    array, facts = read_tiff(stream, name, max_pixels, frame)
    orientation = facts.pop("orientation")
    return Samples(_oriented(array, orientation if orientation in range(1, 9) else 1), **facts)


def _with_encoding(samples, im, kind, stream, name):
    """Add what the samples mean as light, where something else than an ICC profile says so; a code point comes before a profile."""
    said = png.color_chunks(stream) if kind == "PNG" else {}
    points = said.get("cICP") or (nclx(stream) if kind in ("AVIF", "HEIF") and not samples.profile else None)
    encoding, trouble = None, None
    if points:
        bits = 8 * samples.array.dtype.itemsize
        encoding, trouble = from_code_points(points[0], points[1], bool(points[3]) or kind != "PNG", bits)
    elif samples.profile or "sRGB" in said:
        return samples
    elif said.keys() & {"gAMA", "cHRM"}:
        encoding = from_gamma(said.get("gAMA"), said.get("cHRM"))
    elif _says_adobe_rgb(im):
        encoding = adobe_rgb()
    notes = [f"{name}: {note}" for note in (trouble, encoding and encoding.note) if note]
    profile = None if points and not trouble else samples.profile
    return samples._replace(encoding=encoding, profile=profile, notes=(*samples.notes, *notes))


def _says_adobe_rgb(im):
    """Return whether EXIF says Adobe RGB: by its interoperability index (DCF 2.0), or as many cameras' colour space 2."""
    exif = _exif(im)
    try:
        return exif.get_ifd(_INTEROPERABILITY).get(1) == "R03" or exif.get_ifd(_EXIF).get(_COLOR_SPACE) == 2
    except Exception:  # of a broken EXIF, of many kinds
        return False


_OTHER_ORDER = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}


def _open(stream, kind, name, max_pixels, frame):
    stream.seek(0)
    if kind == "HEIF":
        _register_heif(name)
    with warnings.catch_warnings():  # our own error comes next
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        im = Image.open(stream, formats=(kind,))
    arrays.check_size(*im.size, max_pixels, name)
    if frame is not None:
        _seek(im, frame, name)
        arrays.check_size(*im.size, max_pixels, name)
    return im


def _register_heif(name):
    try:
        import pi_heif
    except ImportError:
        raise ImageError(
            f"{name} is HEIC, which needs the package 'pi-heif': pip install 'img2num-nb[heif]'"
        ) from None
    pi_heif.register_heif_opener()


def _seek(im, frame, name):
    check_frame(frame, name, getattr(im, "n_frames", 1))
    im.seek(frame)


def check_frame(frame, name, n_frames=1):
    """Raise ImageError for a frame that is not there."""
    if frame is not None and frame >= n_frames:
        raise ImageError(f"frame must be an integer from 0 to {n_frames - 1} for {name}, got {frame}")


def _rawmode(im):
    """How the samples lie in the file, in Pillow's words ("RGB;16B"), where Pillow tells before loading."""
    if not im.tile:
        return ""
    args = im.tile[0].args
    rawmode = args[0] if isinstance(args, tuple) else args
    return rawmode if isinstance(rawmode, str) else ""


def _load(im, rawmode):
    im.tile = [
        tile._replace(args=rawmode if isinstance(tile.args, str) else (rawmode, *tile.args[1:]))
        for tile in im.tile
    ]
    im.load()
    return np.asarray(im)


def _check_tiff(im, frame, name):
    """Refuse a page that is not the picture."""
    if frame is None and (im.tag_v2.get(_SUBFILE_TYPE, 0) & 1 or _DNG_VERSION in im.tag_v2):
        what = "its first page is a thumbnail, as in camera raw files"
        raise ImageError(f"unsupported TIFF: {name} has {what}; develop it, or choose a page by frame=")


def _beyond_pillow(im, rawmode):
    """Return whether Pillow would read these samples wrongly without a word."""
    tags = im.tag_v2
    bits = max(tags.get(_BITS_PER_SAMPLE, (1,)))
    base, _, layout = rawmode.partition(";")
    colors = tags.get(_COLOR_MAP)
    return (
        im.mode == "LAB"
        or tags.get(_COMPRESSION) in _BY_IMAGECODECS
        or (bits > 8 and tags.get(_PLANAR) == 2 and tags.get(_SAMPLES_PER_PIXEL, 1) > 1)
        or (bits > 8 and not layout)
        or (bits in (9, 10, 11, 12, 13, 14, 15))
        or (layout.endswith(("BF", "BS")) and im.tile[0].codec_name == "libtiff")
        or (base == "F" and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO)
        or 2 in tags.get(_SAMPLE_FORMAT, ())
        or (colors is not None and 0 < max(colors) < 256)
    )


_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PHOTOMETRIC, _DNG_VERSION = 254, 258, 262, 50706  # TIFF 6.0, DNG 1.4
_COMPRESSION, _BY_IMAGECODECS = (
    259,
    (22610, 34712, 34887, 50001, 50002),
)  # JPEG XR, JPEG 2000, LERC, WebP, JPEG XL
_SAMPLES_PER_PIXEL, _PLANAR, _COLOR_MAP, _SAMPLE_FORMAT = 277, 284, 320, 339  # TIFF 6.0
_WHITE_IS_ZERO = 0
_ORIENTATION, _COLOR_SPACE, _EXIF, _INTEROPERABILITY = 0x0112, 0xA001, 0x8769, 0xA005  # EXIF 2.3


def _samples(im, name):
    """The pixels as an array; palettes, premultiplied alpha and YCbCr become RGB or RGBA."""
    if im.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "F") or im.mode.startswith("I;16"):
        return np.asarray(im)
    if im.mode == "I":  # 16-bit PNG (older Pillow) and PPM come as 32-bit integers
        return np.asarray(im).astype(np.uint16) if im.format in ("PNG", "PPM") else np.asarray(im)
    if im.mode == "LAB":
        raise ImageError(f"{name} is a Pillow image of mode LAB; convert it to RGB before")
    simple = {"1": "L", "La": "LA"}.get(im.mode) or ("RGBA" if im.has_transparency_data else "RGB")
    return np.asarray(im.convert(simple))


def _finish(im, array, rawmode=""):
    """Add what lies beside the pixels: a transparent colour, white-is-zero, the orientation, the profile."""
    if array.dtype.itemsize == 2 and getattr(im, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        array = 65535 - array  # Pillow inverts 8 bits only
    key = im.info.get("transparency")
    if key is not None and im.mode in ("1", "L", "RGB", "I;16", "I"):
        # Pillow scales the pixels of 1, 2 and 4 bits to 0..255, but not the key (1 bit: from version 13 on).
        scaled = (
            255 * bool(key) if im.mode == "1" else np.multiply(key, {"L;2": 85, "L;4": 17}.get(rawmode, 1))
        )
        array = _with_key(array, scaled)
    return Samples(
        _oriented(array, _orientation(im)),
        value_range=(0, 4095) if rawmode == "I;12" else None,
        cmyk=im.mode == "CMYK",
        profile=im.info.get("icc_profile"),
    )


def _with_key(array, key):
    """Append an alpha channel that is 0 where the pixel has the colour `key`."""
    colours = array.reshape(*array.shape[:2], -1)
    seen = np.any(colours != key, axis=2, keepdims=True)
    return np.concatenate([colours, seen * np.array(np.iinfo(array.dtype).max, array.dtype)], axis=2)


def _exif(im):
    """Return the EXIF of an image that is loaded: in a PNG, EXIF may follow the pixels. (Pillow's own getexif also turns by XMP.)"""
    if hasattr(im, "tag_v2"):
        return im.getexif()
    exif = Image.Exif()
    try:
        exif.load(im.info.get("exif") or b"")
    except Warning:
        raise
    except Exception:
        exif.clear()
    return exif


def _orientation(im):
    """EXIF orientation 1..8; 1 if it is broken."""
    try:
        value = im.tag_v2.get(_ORIENTATION) if hasattr(im, "tag_v2") else _exif(im).get(_ORIENTATION)
    except Warning:
        raise
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _oriented(array, orientation):
    """Turn and mirror as EXIF says: 5..8 are 1..4 after swapping rows with columns."""
    if orientation > 4:
        array = array.swapaxes(0, 1)
    rows, columns = [(1, 1), (1, -1), (-1, -1), (-1, 1)][(orientation - 1) % 4]
    return array[::rows, ::columns]
