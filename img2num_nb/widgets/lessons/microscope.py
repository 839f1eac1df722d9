"""The bilateral microscope: what the filter does at one pixel, number by number."""

import numpy as np
import traitlets as t

from ...hex_colors import to_hex
from ...images import validate_image
from ...lessons.microscope import kernel_at, sigma_factor
from ...vocabulary import FILTER_SPACES as SPACES
from ..standalone import Rgb
from ..viewer.viewer import thin
from .lesson import Lesson, floats, front_end

MAX_SHOWN = 250_000  #: pixels of the picture to click in
SIGMA_SPATIAL = 0.5, 8.0  #: range of the slider: the pixels of a larger window could not be seen
SIGMA_RANGE = 1, 250


class Microscope(Lesson):
    """Look at the bilateral filter at work on one pixel.

    A click on the picture, or the arrow keys, choose the pixel; the sliders change the filter.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    x, y : int, optional
        Column and row of the pixel; by default the one in the middle.
    sigma_spatial : float
        In pixels, 0.5 to 8.
    sigma_range : float
        In units of `color_space`, 1 to 250.
    color_space : {"lab", "srgb"}

    Attributes
    ----------
    kernel : lessons.microscope.Kernel
        Window, kernels and result at the pixel.
    factor : float
        sRGB levels that one Lab unit of this image is worth (`lessons.microscope.sigma_factor`).
    """

    _esm, _css = front_end("microscope")
    VERBS = ("translate",)

    x = t.Int(0).tag(sync=True)
    y = t.Int(0).tag(sync=True)
    sigma_spatial = t.Float(3.0, min=SIGMA_SPATIAL[0], max=SIGMA_SPATIAL[1]).tag(sync=True)
    sigma_range = t.Float(50.0, min=SIGMA_RANGE[0], max=SIGMA_RANGE[1]).tag(sync=True)
    color_space = t.Enum(SPACES, "lab").tag(sync=True)
    _sliders = t.Dict({"sigma_spatial": SIGMA_SPATIAL, "sigma_range": SIGMA_RANGE}).tag(sync=True)
    _picture = t.Dict().tag(sync=True)
    _kernel = t.Dict().tag(sync=True)

    def __init__(self, image, x=None, y=None, sigma_spatial=3.0, sigma_range=50.0, color_space="lab"):
        self.image = validate_image(image)
        self.factor = sigma_factor(self.image)
        height, width = self.image.shape[:2]
        place = {"x": width // 2 if x is None else x, "y": height // 2 if y is None else y}
        settings = {"sigma_spatial": sigma_spatial, "sigma_range": sigma_range, "color_space": color_space}
        self.kernel = kernel_at(self.image, **place, **settings)
        super().__init__(**place, **settings)
        shown, step = thin(self.image, MAX_SHOWN)
        self._picture = {
            "size": [shown.shape[1], shown.shape[0]],
            "full": [width, height],
            "step": step,
            "rgb": shown.tobytes(),
            "factor": None if np.isnan(self.factor) else self.factor,
        }
        self._look()

    def translate(self):
        """Change to the other colour space, and sigma_range by the factor of this image, so that about the same is smoothed."""
        factor = 1.0 if np.isnan(self.factor) else self.factor
        to_srgb = self.color_space == "lab"
        sigma = self.sigma_range * factor if to_srgb else self.sigma_range / factor
        with self.hold_trait_notifications():
            self.color_space = "srgb" if to_srgb else "lab"
            self.sigma_range = float(np.clip(sigma, *SIGMA_RANGE))

    def figure(self):
        """Return the same as a matplotlib figure: window, kernels, result and the curves of the range kernel."""
        from ...lessons.stills import kernel_figure

        return kernel_figure(self.image, self.kernel, self.factor)

    def _standalone(self):
        shown, _ = thin(self.image, MAX_SHOWN)
        traits = self._sent("_kernel") | {"_picture": self._picture | {"rgb": Rgb(shown)}}
        return "microscope", traits | {"image": Rgb(self.image)}

    def _standalone_title(self):
        return "Bilateral microscope"

    @t.validate("x", "y")
    def _inside(self, proposal):
        return int(np.clip(proposal.value, 0, self.image.shape[1 if proposal.trait.name == "x" else 0] - 1))

    @t.observe("x", "y", "sigma_spatial", "sigma_range", "color_space")
    def _look(self, _change=None):
        k = self.kernel = kernel_at(
            self.image,
            self.x,
            self.y,
            sigma_spatial=self.sigma_spatial,
            sigma_range=self.sigma_range,
            color_space=self.color_space,
        )
        before, after = to_hex([k.window[k.radius, k.radius], k.result])
        self._kernel = {
            "radius": k.radius,
            "window": k.window.tobytes(),
            "distance": floats(k.distance),
            "lab": floats(k.contrast["lab"]),
            "srgb": floats(k.contrast["srgb"]),
            "spatial": floats(k.spatial),
            "range": floats(k.range),
            "product": floats(k.product),
            "effective": k.effective,
            "before": before,
            "after": after,
            "settings": [k.sigma_spatial, k.sigma_range, k.color_space],
        }
