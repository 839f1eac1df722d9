"""What k colours cost and what they buy: one image quantized for many k."""

from dataclasses import dataclass

from ..errors import Cancelled, check_integer
from ..prepare import prepare
from ..quality import metrics
from ..quantization import Quantization, quantize
from ..vocabulary import METRICS

#: Name -> what the curve says, and its unit.
FIGURES = {
    "mse": ("Error", METRICS["mse"].axis),
    "delta_e_mean": ("Difference", METRICS["delta_e_mean"].axis),
    "n_regions": ("Regions", "of one colour"),
    "png_bytes": ("PNG file", "kB"),
    "seconds": ("Time", "ms to design and map"),
}


@dataclass(frozen=True, eq=False)
class Point:
    """One k of the curve.

    Attributes
    ----------
    quantization : Quantization
        Exactly ``quantize(image, k, color_space=..., seed=...)``.
    figures : dict
        A number for each of `FIGURES`, in basic units: bytes and seconds.
    """

    quantization: Quantization
    figures: dict

    @property
    def k(self):
        return self.quantization.k


def k_curve(image, ks=range(2, 65), color_space="lab", seed=0, *, progress=None, cancel=None):
    """Quantize an image for every k, and measure.

    Each k starts afresh, not from the palette before it: so each picture is what `quantize` gives for that k, and its time is what
    that costs: the better of two runs, without the histogram, which all share.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
    ks : iterable of int
        Numbers of colours, each once; computed in ascending order.
    color_space : str
    seed : int
    progress : callable, optional
        Called with each `Point` as it is ready.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.

    Returns
    -------
    list of Point

    Raises
    ------
    ValueError
        If there is no k, or one is not an integer from 1 to 65536.
    Cancelled
        If `cancel` returned true.
    """
    ks = check_ks(ks)
    histogram = prepare(image).histogram
    histogram.cells(color_space)  # shared by all: it would be counted as time of the first
    names = [name for name in FIGURES if name != "seconds"]
    points = []
    settings = {"color_space": color_space, "seed": seed, "histogram": histogram, "cancel": cancel}
    quantize(image, ks[0], **settings)  # what only the first call pays for, such as memory, is no matter of k
    for k in ks:
        if cancel is not None and cancel():
            raise Cancelled(f"cancelled before k = {k}")
        result, again = (quantize(image, k, **settings) for _ in range(2))
        seconds = min(q.seconds["design"] + q.seconds["mapping"] for q in (result, again))
        points.append(
            Point(result, {**metrics(image, result, names, histogram=histogram), "seconds": seconds})
        )
        if progress is not None:
            progress(points[-1])
    return points


def check_ks(ks):
    """Return the numbers of colours in ascending order, each once; ValueError if there is none or one is no k."""
    ks = sorted({check_integer("each of ks", k, 1, 65536) for k in ks})
    if not ks:
        raise ValueError("ks must name at least one number of colours, got none: try ks=range(2, 65)")
    return ks
