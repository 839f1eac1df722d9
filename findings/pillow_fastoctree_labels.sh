#!/usr/bin/env bash
# Pillow's fast octree does not give pixels the nearest colour of its own palette. With few colours most of the error is the labels':
# the same palette with nearest labels has a fraction of it. Who compares palettes must map all pixels by one rule.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv .venv
.venv/bin/pip install -q pillow==12.0.0 numpy==2.3.5
.venv/bin/python - <<'PYTHON'
import numpy as np
import PIL
from PIL import Image

y, x = np.mgrid[0:256, 0:256]  # smooth colours, as a sky or a wall has
pixels = np.stack([x, y, 128 + (x - y) // 2], axis=2).astype(np.uint8)
image = Image.fromarray(pixels)
print("Pillow", PIL.__version__, "- a gradient of 256 x 256, mean squared distance in sRGB")
for k in 4, 16, 64:
    made = image.quantize(k, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    own = np.asarray(made.convert("RGB")).astype(np.int64)
    palette = np.unique(own.reshape(-1, 3), axis=0)
    distances = ((pixels.reshape(-1, 1, 3).astype(np.int64) - palette) ** 2).sum(axis=2)
    as_made = ((pixels - own) ** 2).sum(axis=2).mean()
    nearest = distances.min(axis=1).mean()
    print(f"k = {k}: own labels {as_made:.0f}, nearest labels {nearest:.0f}, {as_made / nearest:.2f} times")
    assert as_made > 1.05 * nearest
PYTHON
