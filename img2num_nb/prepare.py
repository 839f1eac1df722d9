"""One image, many settings: filter it, count its colours and note the seconds, once."""

import time
from dataclasses import asdict, dataclass, replace

import numpy as np

from .filters import bilateral_filter
from .histogram import ColorHistogram


@dataclass(frozen=True, eq=False)
class Prepared:
    """An image after the filter, and its histogram: what quantizations with the same filter share.

    Attributes
    ----------
    image : (H, W, 3) ndarray of uint8
    histogram : ColorHistogram
    seconds : dict
        What it took: ``"filter"``, if there is one, and ``"histogram"``.
    """

    image: np.ndarray
    histogram: ColorHistogram
    seconds: dict

    def fresh(self):
        """Return the same with a histogram that keeps nothing from quantizations before, for an honest time."""
        return replace(self, histogram=ColorHistogram(self.histogram.colors, self.histogram.counts))


def smooth(image, filter, *, progress=None, cancel=None):
    """Return an image after a `Filter`, or the image itself where that is None; see `bilateral_filter`."""
    if filter is None:
        return image
    return bilateral_filter(image, **asdict(filter), progress=progress, cancel=cancel)


def prepare(image, filter=None, *, progress=None, cancel=None):
    """Return the `Prepared` image.

    Parameters
    ----------
    image : (H, W, 3) ndarray of uint8
        sRGB.
    filter : Filter, optional
    progress : callable, optional
        Called with the fraction of the filter that is done, 0..1.
    cancel : callable, optional
        Asked now and then; when it returns true, `Cancelled` is raised.
    """
    start = time.perf_counter()
    smoothed = smooth(image, filter, progress=progress, cancel=cancel)
    filtered = time.perf_counter()
    histogram = ColorHistogram.from_image(smoothed)
    seconds = {"filter": filtered - start} if filter else {}
    return Prepared(smoothed, histogram, seconds | {"histogram": time.perf_counter() - filtered})
