"""Colours of a file to sRGB: CMYK, and what its ICC profile says."""

import io

import numpy as np
from PIL import Image, ImageCms

from .encoding import from_profile

_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}  # ICC's name of a device space: Pillow's mode


def to_srgb(levels, profile, cmyk=False):
    """Convert 8-bit levels to sRGB; alpha stays.

    The conversion is Little CMS's: relative colorimetric with black point compensation. A profile that
    moves no colour of a grid by more than one level is sRGB under another name, and changes nothing. CMYK
    without a usable profile becomes (255 - C)(255 - K) / 255 and so on, Pillow's formula.

    Parameters
    ----------
    levels : ndarray, shape (H, W, C), uint8
        Gray, gray + alpha, RGB, RGB + alpha; or CMYK, where 255 is full ink.
    profile : bytes or None
        ICC profile.
    cmyk : bool
        Whether the four channels are CMYK.

    Returns
    -------
    levels : ndarray, (H, W, C), uint8
    note : str or None
        A sentence when the profile could not be used.
    """
    if not (profile or cmyk):
        return levels, None
    count = 4 if cmyk else 3 if levels.shape[2] > 2 else 1
    colours, alpha = levels[..., :count], levels[..., count:]
    note = None
    try:
        converted = _convert(colours, profile) if profile else None
    except Exception as error:  # PyCMSError, OSError, ValueError: whatever a broken profile leads to
        note = f"its ICC profile is broken or does not fit and was ignored ({error})"
        converted = None
    if converted is None:
        converted = np.asarray(_image(colours, "CMYK").convert("RGB")) if cmyk else colours
    return (np.concatenate([converted, alpha], axis=2) if alpha.shape[2] else converted), note


def is_srgb(profile, channels):
    """Return whether a profile moves no colour of a grid by more than one level: sRGB under another name."""
    try:
        mode, transform = _transform(profile, channels)
    except Exception:  # broken: `to_srgb` says how
        return False
    return mode != "CMYK" and not _moves(mode, transform)


def encoding(profile, channels):
    """Return the `Encoding` of a profile that fits a picture of 1 or 3 channels, or None."""
    found = from_profile(profile)
    fits = found and (channels == 3) == (found.matrix is not None)
    return found if fits or (found and len(found.curves) == 1) else None


def _convert(colours, profile):
    mode, transform = _transform(profile, colours.shape[2])
    if len(mode) > colours.shape[2]:  # a gray picture with an RGB profile: its grays are R = G = B
        colours = np.broadcast_to(colours, (*colours.shape[:2], 3))
    if mode != "CMYK" and not _moves(mode, transform):
        return colours
    return np.asarray(ImageCms.applyTransform(_image(colours, mode), transform))


def _transform(profile, channels):
    """Return Pillow's mode of a profile's colours, and the transform to sRGB."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _MODES[source.profile.xcolor_space.strip()]
    if len(mode) != channels and (mode, channels) != ("RGB", 1):
        raise ValueError(f"a {mode} profile in a picture of {channels} channels")
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    return mode, ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB", intent, flags)


def _moves(mode, transform):
    """Return whether a transform moves a colour of a grid by more than one level."""
    probe = _grid(len(mode))
    moved = np.asarray(ImageCms.applyTransform(_image(probe, mode), transform)).astype(int) - probe
    return np.abs(moved).max() > 1


def _grid(channels):
    """All levels of gray, or 16 levels of each of R, G and B, as one row of pixels."""
    if channels == 1:
        return np.arange(256, dtype=np.uint8).reshape(1, -1, 1)
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    return np.stack(np.meshgrid(*[levels] * 3), axis=-1).reshape(1, -1, 3)


def _image(colours, mode):
    height, width = colours.shape[:2]
    return Image.frombytes(mode, (width, height), colours.tobytes())
