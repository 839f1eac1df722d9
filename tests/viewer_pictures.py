"""A small picture and palettes for it, the same in the tests of the viewer and in the kernel of their notebook."""

from types import SimpleNamespace

import numpy as np

image = np.random.default_rng(3).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def indexed(n, shape=(64, 96), seed=0):
    """Any palette of `n` colours and any labels: what the viewer takes from a `Quantization`."""
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (n, 3), dtype=np.uint8)
    labels = rng.integers(0, n, shape).astype(np.uint8 if n <= 256 else np.uint16)
    return SimpleNamespace(labels=labels, palette=palette)


few, many = indexed(5), indexed(300)
