"""What the explorer computes, without any widget: drafts, full results and their measures, with what serves again kept."""

from dataclasses import replace

import numpy as np

from ...choose import choose_k
from ...filters import window_radius
from ...histogram import ColorHistogram
from ...images import png_bytes
from ...prepare import Prepared, prepare, smooth
from ...quality import metrics
from ...quantization import DRAFT_BITS, quantize_checked, quantize_prepared
from ..viewer.viewer import thin

DRAFT_PIXELS = 300_000  #: a draft has at most this many pixels: what a pane on the screen has, too
DRAFT_WORK = 60_000_000  #: and its filter looks at most at this many neighbours: some 20 ms
FEW_COLORS = 4_096  #: with no more, the exact histogram is as quick as a coarse one
KEPT = 4  #: filtered versions of an image; three bytes a pixel each

#: Measures in the order in which they are taken: what is quick, and what people look at first, before the rest.
STEPS = (
    ("delta_e_mean", "delta_e_p95", "mse", "psnr", "n_distinct"),
    ("n_regions", "png_bytes"),
    ("s_delta_e_mean", "s_delta_e_p95"),
    ("ssim",),
)


class Workbench:
    """An image, and what has been computed from it and may serve again.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    file_bytes : int, optional
        Size of the file that it comes from.
    """

    def __init__(self, image, file_bytes=None):
        self.image = image
        self._full = {}  # Filter or None -> Prepared, the latest last
        self._small = {}
        self._bytes = file_bytes

    def draft(self, settings, cancel=None):
        """Return the quantization of a reduced image: the same method on few pixels and coarse colours.

        Parameters
        ----------
        settings : Settings
        cancel : callable, optional

        Returns
        -------
        Quantization
            Of every n-th pixel of every n-th row; n is 1 for small images.
        """
        small = _kept(self._small, self._small_key(settings), lambda: self._prepare_small(settings.filter))
        effort = "draft" if small.histogram.bits < 8 else "standard"
        settings = replace(settings, options=settings.options | {"effort": effort})
        return quantize_checked(small.image, settings, histogram=small.histogram, cancel=cancel)

    def full(self, settings, progress=None, cancel=None):
        """Return the quantization of the whole image, and the seconds of every stage.

        Parameters
        ----------
        settings : Settings
        progress : callable, optional
            Called with the fraction of the filter that is done.
        cancel : callable, optional

        Returns
        -------
        Quantization
        dict
            "filter", "histogram", "design", "mapping": what each took when it was computed; the first two
            serve again for as long as image and filter stay.
        """
        made = quantize_prepared(self._prepared(settings.filter, progress, cancel), settings, cancel)
        return made, {stage: seconds for stage, seconds in made.seconds.items() if stage != "total"}

    def find_k(self, settings, max_delta_e, cancel=None):
        """Return the fewest colours whose mean difference from the image is at most `max_delta_e`; see `choose_k`."""
        whole = self._prepared(settings.filter, cancel=cancel)
        arguments = settings.arguments()
        del arguments["k"]
        limits = {"max_delta_e": max_delta_e, "original": self.image}
        return choose_k(whole.image, histogram=whole.histogram, cancel=cancel, **limits, **arguments).k

    def measure(self, quantization, names):
        """Return some of `quality.METRICS` of a quantization against the image as it was before the filter."""
        # a copy, since the quantized image stays with the object whose `image` was asked for
        return metrics(self.image, replace(quantization), names, histogram=self._prepared(None).histogram)

    def original_bytes(self):
        """Return the size of the image's file; of a PNG of it where it comes from none."""
        if self._bytes is None:
            self._bytes = len(png_bytes(self.image))
        return self._bytes

    def _prepared(self, filter, progress=None, cancel=None):
        make = lambda: prepare(self.image, filter, progress=progress, cancel=cancel)  # noqa: E731
        return _kept(self._full, filter, make)

    def _small_key(self, settings):
        """Tell a draft of the filtered image from one made while the filtered image was not there yet."""
        return settings.filter, settings.filter in self._full

    def _prepare_small(self, chosen):
        if chosen in self._full:
            image = np.ascontiguousarray(thin(self._full[chosen].image, DRAFT_PIXELS)[0])
        else:
            image = draft_filter(self.image, chosen)
        histogram = ColorHistogram.from_image(image)
        if len(histogram) > FEW_COLORS:
            histogram = ColorHistogram.from_image(image, DRAFT_BITS)
        return Prepared(image, histogram, {})


def draft_filter(image, chosen):
    """Return a reduced image after a filter of the same reach in the scene, with a limit to the work.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    chosen : Filter or None

    Returns
    -------
    (h, w, 3) uint8 array
    """
    limit = DRAFT_PIXELS
    while True:
        small, step = thin(image, limit)
        small = np.ascontiguousarray(small)
        if chosen is None:
            return small
        reduced = replace(chosen, sigma_spatial=chosen.sigma_spatial / step)
        work = small[..., 0].size * (2 * window_radius(reduced.sigma_spatial) + 1) ** 2
        if work <= DRAFT_WORK or limit < 4096:
            return smooth(small, reduced)
        limit /= 2


def _kept(store, key, make):
    """Return what `store` has under `key`, made if missing; the one not used for the longest time goes."""
    store[key] = value = store.pop(key, None) or make()
    while len(store) > KEPT:
        store.pop(next(iter(store)), None)
    return value
