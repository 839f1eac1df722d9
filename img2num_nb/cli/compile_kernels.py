"""Compile every kernel once, so that no slider waits: numba keeps them on disk from then on."""

import os
import signal
import threading
import time

from ..settings import Filter, Settings

PATIENCE = 2.0  # seconds that need no word: with kernels on disk it takes less


def warm():
    """Run filters, quantizations and metrics on a tiny picture, and return the seconds that it took."""
    import numpy as np

    from ..color import SPACES
    from ..dither import DITHERS
    from ..filters import SPACES as FILTER_SPACES
    from ..palettes import METHODS
    from ..quality import metrics
    from ..quantization import quantize

    start = time.perf_counter()
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    for space in FILTER_SPACES:
        Settings(Filter(1, 50, space)).smooth(image)
    variants = [Settings(None, space, options={"effort": "draft"}) for space in SPACES]
    variants += [Settings(method=name) for name, method in METHODS.items() if method.extra is None]
    variants += [Settings(options={"effort": "best"}), Settings(k=300)]  # above 256: other labels
    for settings in variants:
        metrics(image, settings.quantize(image))
    for name in DITHERS:
        metrics(image, quantize(image, 4, dither=name))
    return time.perf_counter() - start


def main():
    """Warm up at low priority, ended by Ctrl-C like the JupyterLab beside it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(10)
    word = threading.Timer(PATIENCE, print, ["compiling kernels (first start only) ..."], {"flush": True})
    word.start()
    seconds = warm()
    word.cancel()
    if seconds > PATIENCE:
        print(f"compiling kernels ... done in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
