"""img2num_nb: see, compare and measure colour quantization.

Every public name is reachable from here (``import img2num_nb as nb``). Modules load on first use, so that
``import img2num_nb`` itself costs next to nothing: numba, scikit-learn and the widgets come only when asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .choose import choose_k
    from .color import convert_color
    from .errors import ImageError
    from .experiments.experiment import Experiment, sweep
    from .files.palette_files import load_palette, save_palette
    from .filters import bilateral_filter
    from .histogram import ColorHistogram
    from .images import SAMPLES, image_sha256, load_image, preview, sample_image, save_png
    from .palettes import METHODS
    from .quality import metrics
    from .quantization import Quantization, quantize
    from .reports.comparison import Comparison, compare
    from .settings import Settings
    from .settings.settings import save_settings
    from .settings.spec import load_settings
    from .shapes.outlines import Outlines, outlines
    from .shapes.regions import Regions, merge_regions, regions
    from .shared_palette import SharedPalette, design_palette
    from .sheets.sheet import Sheet, sheet
    from .widgets.explorer.explorer import Explorer
    from .widgets.lessons.chooser import KChooser
    from .widgets.lessons.cloud import ColorCloud
    from .widgets.lessons.grid import PixelGrid
    from .widgets.lessons.microscope import Microscope
    from .widgets.lessons.player import Player
    from .widgets.viewer.viewer import Viewer

__version__ = "0.2.0"

_HOME = {
    "choose_k": "choose",
    "convert_color": "color",
    "compare": "reports.comparison",
    "Comparison": "reports.comparison",
    "ImageError": "errors",
    "Experiment": "experiments.experiment",
    "sweep": "experiments.experiment",
    "load_palette": "files.palette_files",
    "save_palette": "files.palette_files",
    "bilateral_filter": "filters",
    "ColorHistogram": "histogram",
    "SAMPLES": "images",
    "image_sha256": "images",
    "load_image": "images",
    "preview": "images",
    "sample_image": "images",
    "save_png": "images",
    "metrics": "quality",
    "METHODS": "palettes",
    "Quantization": "quantization",
    "quantize": "quantization",
    "Outlines": "shapes.outlines",
    "outlines": "shapes.outlines",
    "Regions": "shapes.regions",
    "merge_regions": "shapes.regions",
    "regions": "shapes.regions",
    "SharedPalette": "shared_palette",
    "design_palette": "shared_palette",
    "Settings": "settings",
    "Sheet": "sheets.sheet",
    "sheet": "sheets.sheet",
    "load_settings": "settings.spec",
    "save_settings": "settings.settings",
    "ColorCloud": "widgets.lessons.cloud",
    "Explorer": "widgets.explorer.explorer",
    "KChooser": "widgets.lessons.chooser",
    "Microscope": "widgets.lessons.microscope",
    "PixelGrid": "widgets.lessons.grid",
    "Player": "widgets.lessons.player",
    "Viewer": "widgets.viewer.viewer",
}

__all__ = [
    "METHODS",
    "SAMPLES",
    "ColorCloud",
    "ColorHistogram",
    "Comparison",
    "Experiment",
    "Explorer",
    "ImageError",
    "KChooser",
    "Microscope",
    "Outlines",
    "PixelGrid",
    "Player",
    "Quantization",
    "Regions",
    "Settings",
    "SharedPalette",
    "Sheet",
    "Viewer",
    "__version__",
    "bilateral_filter",
    "choose_k",
    "compare",
    "convert_color",
    "design_palette",
    "image_sha256",
    "load_image",
    "load_palette",
    "load_settings",
    "merge_regions",
    "metrics",
    "outlines",
    "preview",
    "quantize",
    "regions",
    "sample_image",
    "save_palette",
    "save_png",
    "save_settings",
    "sheet",
    "sweep",
]


if not TYPE_CHECKING:  # which would take any name for a public one

    def __getattr__(name):
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
