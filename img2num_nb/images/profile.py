"""Colours of a file to sRGB: CMYK, and what its ICC profile says."""

import io

import numpy as np
from PIL import Image, ImageCms

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


def _convert(colours, profile):
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _MODES[source.profile.xcolor_space.strip()]
    if mode == "RGB" and colours.shape[2] == 1:  # a gray picture with an RGB profile: its grays are R = G = B
        colours = np.broadcast_to(colours, (*colours.shape[:2], 3))
    if len(mode) != colours.shape[2]:
        raise ValueError(f"a {mode} profile in a picture of {colours.shape[2]} channels")
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode != "CMYK":
        probe = _grid(len(mode))
        moved = np.asarray(ImageCms.applyTransform(_image(probe, mode), transform)).astype(int) - probe
        if np.abs(moved).max() <= 1:
            return colours
    return np.asarray(ImageCms.applyTransform(_image(colours, mode), transform))


def _grid(channels):
    """All levels of gray, or 16 levels of each of R, G and B, as one row of pixels."""
    if channels == 1:
        return np.arange(256, dtype=np.uint8).reshape(1, -1, 1)
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    return np.stack(np.meshgrid(*[levels] * 3), axis=-1).reshape(1, -1, 3)


def _image(colours, mode):
    height, width = colours.shape[:2]
    return Image.frombytes(mode, (width, height), colours.tobytes())
