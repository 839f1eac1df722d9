"""Compile every kernel once, so that no slider waits: numba keeps them on disk from then on."""

import os
import signal
import threading
import time

from ..settings import Filter, Settings

QUIET_SECONDS = 2.0  # with compiled kernels on disk it takes less, and nothing is said


def compile_kernels():
    """Run filters, quantizations and metrics on a tiny picture, and return the seconds that it took."""
    import numpy as np

    from ..palettes import METHODS
    from ..quality import metrics
    from ..quantization import quantize
    from ..shapes.outlines import outlines
    from ..shapes.places import label_places
    from ..shapes.regions import merge_regions
    from ..vocabulary import COLOR_SPACES, DITHERS, FILTER_SPACES

    start = time.perf_counter()
    large = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)  # colours enough for threads
    image = large[:32, :32].copy()
    for space in FILTER_SPACES:
        Settings(Filter(1, 50, space)).smooth(image)
    Settings(Filter(8, 50, "srgb", approximate=True)).smooth(image)
    variants = [Settings(None, space, options={"effort": "draft"}) for space in COLOR_SPACES]
    variants += [Settings(method=name) for name, method in METHODS.items() if method.extra is None]
    variants += [Settings(options={"effort": "best"}), Settings(k=300)]  # above 256: other labels
    for settings in variants:
        metrics(image, settings.quantize(image))
    metrics(large, quantize(large, 4))  # tall enough that bands of regions are joined
    for name in DITHERS:
        metrics(image, quantize(image, 4, dither=name))
    few = merge_regions(quantize(image, 4), min_area=4, min_width=2)
    outlines(few)
    label_places(few)
    return time.perf_counter() - start


def main():
    """Warm up at low priority, ended by Ctrl-C like the JupyterLab beside it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(10)
    word = threading.Timer(
        QUIET_SECONDS, print, ["compiling kernels (first start only) ..."], {"flush": True}
    )
    word.start()
    seconds = compile_kernels()
    word.cancel()
    if seconds > QUIET_SECONDS:
        print(f"compiling kernels ... done in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
