"""What an image array is, and from any numeric array to it: the layout, the values, the alpha channel."""

import numpy as np

from ..errors import ImageError, check_number

OVERSHOOT = (
    1e-6  # share of the value range by which floats may leave it through rounding; such values are clipped
)
_BLOCK = 1 << 20  # samples converted at a time, so that a large image needs no second large float array


def validate_image(image):
    """Return `image` as C-contiguous (H, W, 3) uint8 if it is of that kind; the cheap check at the entrance.

    Parameters
    ----------
    image : ndarray, shape (H, W, 3), uint8
        Of any strides; not modified.

    Returns
    -------
    ndarray
        `image` itself if it is contiguous, else a copy.

    Raises
    ------
    ImageError
        For anything else, with its shape and dtype.
    """
    if (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and image.size > 0
        and not isinstance(image, np.ma.MaskedArray)
    ):
        return np.ascontiguousarray(image)
    got = f"a {type(image).__name__}"
    if isinstance(image, np.ndarray):
        got += f" of shape {image.shape} and dtype {image.dtype}"
    raise ImageError(
        f"an image must be an array of shape (H, W, 3) and dtype uint8 with at least one pixel, got {got}; "
        "nb.load_image(...) makes one from files and other arrays"
    )


def check_layout(shape, dtype, name):
    """Raise ImageError unless `shape` and `dtype` are an image's; no pixel is needed, a header will do."""
    wanted = "an image array is (H, W), (H, W, 1), (H, W, 2), (H, W, 3) or (H, W, 4) of numbers"
    got = f"{name} has shape {tuple(shape)} and dtype {dtype}"
    if dtype.kind not in "buif":
        raise ImageError(f"{wanted} (bool, integers or floats); {got}")
    if len(shape) == 3 and shape[2] not in (1, 2, 3, 4) and shape[0] in (1, 2, 3, 4):
        raise ImageError(
            f"{wanted}; {got}, which looks like (channels, H, W): pass np.moveaxis(array, 0, -1)"
            f"{'' if shape[0] > 1 else ' or array[0]'}"
        )
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 2, 3, 4)):
        hint = " (one image of a stack: array[0])" if len(shape) == 4 else ""
        raise ImageError(f"{wanted}; {got}{hint}")
    if 0 in shape:
        raise ImageError(f"an image needs at least one pixel; {got}")


def check_size(width, height, max_pixels, name):
    """Raise ImageError above `max_pixels`; called on headers, before anything is allocated."""
    if width * height > max_pixels:
        raise too_large(name, f"{width} x {height} = {width * height:_} pixels", max_pixels)


def too_large(name, size, max_pixels):
    """Return the ImageError for an image of that `size`, a phrase."""
    remedy = "pass a larger max_pixels (--max-pixels on the command line) if it is meant, or make the image smaller"
    return ImageError(f"{name} has {size}, more than max_pixels={max_pixels:_}; {remedy}")


def check_value_range(value_range):
    """Return (black, white) as two floats, or None."""
    if value_range is None:
        return None
    try:
        low, high = value_range
    except (TypeError, ValueError):
        raise ValueError(f"value_range must be (black, white), two numbers, got {value_range!r}") from None
    low, high = (check_number("value_range", value, -1e300) for value in (low, high))
    if not low < high:
        raise ValueError(f"value_range must be (black, white) with black < white, got {value_range!r}")
    return low, high


def to_levels(array, value_range, name):
    """Scale the numbers of `array` to 0..255.

    Parameters
    ----------
    array : ndarray, (H, W) or (H, W, 1..4), bool, integer or float
        Any memory layout and byte order; not modified.
    value_range : (float, float) or None
        The values that become 0 and 255. None: False..True for bool, 0..65535 for uint16, 0..1 for floats,
        0..255 for all other integers.
    name : str
        What to call the array in errors.

    Returns
    -------
    ndarray, (H, W, C), uint8, C-contiguous, own memory
        ``floor(255 * (value - black) / (white - black) + 0.5)``: the nearest level, halves upwards.
    """
    array, (black, white) = checked_samples(array, value_range, name)
    if array.dtype == np.uint8 and (black, white) == (0, 255):
        return np.array(array, order="C", subok=False)
    levels = np.empty(array.shape, np.uint8)
    step = max(1, _BLOCK // (array.shape[1] * array.shape[2]))
    for start in range(0, len(array), step):
        rows = slice(start, start + step)
        scaled = (array[rows].astype(np.float64) - black) / (white - black)
        levels[rows] = np.floor(np.clip(scaled, 0, 1) * 255 + 0.5)
    return levels


def checked_samples(array, value_range, name):
    """Return `array` as (H, W, C), and the values that mean black and white, if layout and values are those of an image.

    Parameters as of `to_levels`.
    """
    check_layout(array.shape, array.dtype, name)
    black, white = value_range or _natural_range(array.dtype)
    if not (array.dtype == np.uint8 and (black, white) == (0, 255)):
        _check_values(array, black, white, name)
    return array[..., np.newaxis] if array.ndim == 2 else array, (black, white)


def narrow_range(array):
    """Return the value range of 8, 10, 12 or 14 bits that uint16 samples seem to hold, or None: they are very dark else."""
    if array.dtype.kind != "u" or array.dtype.itemsize != 2:
        return None
    high = int(array.max())
    return next(((0, white) for white in (255, 1023, 4095, 16383) if 0 < high <= white), None)


def _natural_range(dtype):
    if dtype.kind == "b" or dtype.kind == "f":
        return 0, 1
    return (0, 65535) if dtype.kind == "u" and dtype.itemsize == 2 else (0, 255)


def _check_values(array, black, white, name):
    """Raise ImageError for NaN, infinity, and values outside black..white: nothing is clipped in silence."""
    low, high = array.min().item(), array.max().item()
    if array.dtype.kind == "f" and not (np.isfinite(low) and np.isfinite(high)):
        wrong = ~np.isfinite(array)
        first = tuple(int(i) for i in np.unravel_index(np.argmax(wrong), array.shape))
        raise ImageError(
            f"{name} has {np.count_nonzero(wrong)} values that are NaN or infinite, the first at index "
            f"{first} ({array[first]}); fill them before, for example by np.nan_to_num(array)"
        )
    slack = OVERSHOOT * (white - black) if array.dtype.kind == "f" else 0
    if low < black - slack or high > white + slack:
        likely = "(0, 255)" if array.dtype.kind == "f" and low >= 0 and high <= 255 else "(black, white)"
        raise ImageError(
            f"{array.dtype} values must lie in {black:g}..{white:g}, {name} has {low:g}..{high:g}; "
            f"say what is black and white by value_range={likely}, or clip them before"
        )


def composite(levels, background):
    """Return (H, W, 3) uint8 from gray, gray + alpha, RGB or RGB + alpha; alpha is laid over `background`.

    Each channel becomes the nearest integer to (alpha * colour + (255 - alpha) * background) / 255, so hidden
    colours under alpha 0 leave no trace. The blend is of sRGB levels, as web browsers do it.
    """
    if levels.shape[2] == 3:
        return np.ascontiguousarray(levels)  # no copy: a large photograph has been copied once already
    colours, alpha = (levels, None) if levels.shape[2] == 1 else (levels[..., :-1], levels[..., -1:])
    if alpha is None or alpha.min() == 255:
        return np.ascontiguousarray(np.broadcast_to(colours, (*levels.shape[:2], 3)))
    image = np.empty((*levels.shape[:2], 3), np.uint8)
    behind = np.array(background, np.uint16)
    step = max(1, _BLOCK // levels.shape[1])
    for start in range(0, len(levels), step):
        rows = slice(start, start + step)
        weight = alpha[rows].astype(np.uint16)
        mixed = weight * colours[rows] + (255 - weight) * behind  # at most 65,025, so uint16 does
        image[rows] = (mixed + 127) // 255
    return image
