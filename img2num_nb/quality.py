"""How good a quantization is: errors, perceived difference, structure, regions and bytes."""

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from . import color
from ._kernels import histogram as kernels
from ._kernels import similarity
from ._kernels.run import chunked
from ._typing import Indexed, Uint8Array
from .errors import check_choice, check_quantization
from .histogram import ColorHistogram, color_codes
from .images import png_bytes, validate_image
from .mapping import map_pixels
from .s_cielab import s_delta_e
from .shapes.regions import label_regions
from .vocabulary import METRICS

BAND = 256  # rows of SSIM that are one sum, whatever the number of threads


def metrics(
    image: Uint8Array,
    quantization: Indexed,
    names: Iterable[str] | None = None,
    *,
    histogram: ColorHistogram | None = None,
) -> dict[str, float]:
    """Measure a quantization against its original.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        The original, sRGB.
    quantization : Quantization
        Its quantization.
    names : iterable of str, optional
        Which of `vocabulary.METRICS` to compute; by default all.
        On 24 megapixels ``png_bytes_original`` takes many seconds, each of the others well under one.
    histogram : ColorHistogram, optional
        The exact one of `image`, if you have it: it saves the counting.

    Returns
    -------
    dict
        Name -> number, in the order of `vocabulary.METRICS`.
        ``psnr`` of a lossless result is infinite; ``ssim`` is NaN for an image less than
        3 pixels wide or high.

    Raises
    ------
    ImageError
        If `image` is not an ``(H, W, 3)`` uint8 array.
    ValueError
        For an unknown name, or an image or a histogram of another size than the quantization's.

    References
    ----------
    .. [1] M. E. Celebi, "Forty years of color quantization: a modern, algorithmic survey", Artificial Intelligence Review 56, 2023,
       doi:10.1007/s10462-023-10406-6 (MSE)
    .. [2] G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula", Color Research and Application 30(1), 2005,
       doi:10.1002/col.20070
    .. [3] Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE Trans. Image Processing
       13(4), 2004, doi:10.1109/TIP.2003.819861
    .. [4] X. Zhang, B. A. Wandell, "A spatial extension of CIELAB for digital color-image reproduction", J. Society for Information
       Display 5(1), 1997, doi:10.1889/1.1985127 (S-CIELAB; for other viewing distances see `s_cielab.s_delta_e`)

    Examples
    --------
    >>> import img2num_nb as nb
    >>> image = nb.sample_image("shapes")
    >>> nb.metrics(image, nb.quantize(image, k=4), names=["n_regions", "n_distinct"])
    {'n_regions': 5, 'n_distinct': 44729}
    """
    pixels = validate_image(image)
    check_quantization("the second argument of metrics", quantization)
    if pixels.shape[:2] != quantization.labels.shape:
        raise ValueError(
            f"image must have the quantization's shape {quantization.labels.shape}, got {pixels.shape[:2]}"
        )
    if histogram is not None and (histogram.bits < 8 or histogram.n_pixels != quantization.labels.size):
        raise ValueError(
            f"histogram must be the exact one of the image's {quantization.labels.size} pixels, "
            f"got one of {histogram.n_pixels} pixels with bits={histogram.bits}: leave it out"
        )
    names = METRICS if names is None else [check_choice("metric", name, METRICS) for name in names]
    wanted = [name for name in METRICS if name in names]
    with ThreadPoolExecutor(1) as beside:  # the one part that takes long and one core only
        original = beside.submit(png_bytes, pixels) if "png_bytes_original" in wanted else None
        out = _measure(pixels, quantization, wanted, histogram)
    if original:
        out["png_bytes_original"] = len(original.result())
    return {name: out[name] for name in wanted}


def _measure(pixels, quantization, wanted, histogram):
    """Return the metrics wanted, but for the bytes of the original."""
    out = {}
    if {"mse", "psnr", "delta_e_mean", "delta_e_p95", "palette_in_image", "n_distinct"}.intersection(wanted):
        out |= _color_errors(pixels, quantization, wanted, histogram)
    if "s_delta_e_mean" in wanted or "s_delta_e_p95" in wanted:
        delta = s_delta_e(pixels, quantization.image)
        out["s_delta_e_mean"] = float(delta.mean())
        out["s_delta_e_p95"] = float(np.percentile(delta, 95, method="inverted_cdf"))
    if "ssim" in wanted:
        out["ssim"] = ssim(pixels, quantization.image)
    if "n_regions" in wanted:
        out["n_regions"] = label_regions(quantization.labels)[1]
    if "png_bytes" in wanted:
        out["png_bytes"] = len(png_bytes(quantization))
    return out


def _color_errors(pixels, quantization, wanted, histogram):
    """Return what depends only on which colour became which: computed once a pair of colours, not once a pixel."""
    histogram = ColorHistogram.from_image(pixels) if histogram is None else histogram
    before, after, counts = _pairs(pixels, quantization, histogram)
    difference = before.astype(np.int64) - after
    mse = float(((difference**2).sum(axis=1) * counts).sum() / counts.sum())
    out = {
        "mse": mse,
        "psnr": 10 * math.log10(255**2 / (mse / 3)) if mse else math.inf,
        "n_distinct": len(histogram),
        "palette_in_image": float(_occurs(quantization.palette, histogram).mean()),
    }
    if "delta_e_mean" in wanted or "delta_e_p95" in wanted:
        delta = delta_e(before, after)
        order = np.argsort(delta, kind="stable")
        rank = np.searchsorted(np.cumsum(counts[order]), 0.95 * counts.sum())
        out["delta_e_mean"] = float((delta * counts).sum() / counts.sum())
        out["delta_e_p95"] = float(delta[order][min(rank, len(delta) - 1)])
    return out


def _occurs(palette, histogram):
    """Return which colours of a palette a histogram has."""
    codes, wanted = color_codes(histogram.colors), color_codes(palette)
    return codes[np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)] == wanted


def _pairs(pixels, quantization, histogram):
    """Return the distinct pairs of original and palette colour, ``(n, 3)`` uint8 each, and how many pixels have each pair."""
    labels = quantization.labels
    table, color_labels = np.empty(1 << 24, labels.dtype), np.empty(len(histogram), labels.dtype)
    kernels.collect(pixels.reshape(-1, 3), labels.reshape(-1), table, histogram.colors, color_labels)
    if np.array_equal(map_pixels(pixels, histogram, color_labels), labels):
        return histogram.colors, quantization.palette[color_labels], histogram.counts
    # dithered: one colour became several
    codes = pixels.reshape(-1, 3).astype(np.int64) @ [1 << 32, 1 << 24, 1 << 16] | labels.reshape(-1)
    codes, counts = np.unique(codes, return_counts=True)
    before = np.stack([codes >> 32, codes >> 24 & 255, codes >> 16 & 255], axis=1).astype(np.uint8)
    return before, quantization.palette[codes & 0xFFFF], counts


def delta_e(colors, others):
    """Return the CIEDE2000 difference of ``(n, 3)`` uint8 sRGB colours, ``(n,)`` float64; computed by scikit-image."""
    from skimage.color import deltaE_ciede2000

    def lab(rgb):
        return color.to_grid(rgb, "lab") / color.SPACES["lab"].steps

    parts = chunked(lambda a, b: deltaE_ciede2000(lab(colors[a:b]), lab(others[a:b])), len(colors), 1 << 14)
    return np.concatenate(parts)


def ssim(image, other):
    """Return the mean structural similarity of two ``(H, W, 3)`` uint8 images: scikit-image's, in one pass."""
    height, width = image.shape[:2]
    window = min(similarity.SIDE, height - 1 + height % 2, width - 1 + width % 2)
    if window < 3:
        return math.nan
    c1, c2 = ((share * 255 * window**2) ** 2 for share in (0.01, 0.03))
    x, y = image.reshape(height, -1), other.reshape(height, -1)
    rows, columns = height - window + 1, width - window + 1

    def band(start, stop):
        room, totals = np.empty((2, 4, similarity.STRIP + 3 * window), np.float32), np.zeros(3 * columns)
        inside = slice(start, stop + window - 1)
        similarity.similarity(x[inside], y[inside], window, c1, c2, *room, totals)
        return math.fsum(totals)

    return math.fsum(chunked(band, rows, BAND)) / (3 * rows * columns)
