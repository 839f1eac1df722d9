"""Compile every kernel once, so that no slider waits: numba keeps them on disk from then on."""

import os
import signal
import time

from .settings import Filter, Settings


def warm():
    """Run filter, quantization and metrics on a tiny picture, and return the seconds that it took."""
    import numpy as np

    from .color import SPACES
    from .filters import SPACES as FILTER_SPACES
    from .quality import metrics

    start = time.perf_counter()
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    for space in FILTER_SPACES:
        Settings(Filter(1, 50, space)).smooth(image)
    for space in SPACES:
        for effort in "draft", "standard", "best":
            metrics(image, Settings(None, space, k=4, options={"effort": effort}).quantize(image))
    return time.perf_counter() - start


def main():
    """Warm up quietly: at low priority, ended by Ctrl-C like the JupyterLab beside it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(10)
    print("compiling kernels (first start only) ...", flush=True)
    print(f"compiling kernels ... done in {warm():.0f} s", flush=True)


if __name__ == "__main__":
    main()
