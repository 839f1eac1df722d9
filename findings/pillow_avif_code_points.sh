#!/usr/bin/env bash
# AVIF says its colours by code points (a colr box of type nclx) as often as by an ICC profile. Pillow decodes such a file to the
# same numbers whatever the code points are, and nothing in its info tells that they were not sRGB: Display P3 looks pale.
# For: reading AVIF of phones and web services, which write Display P3 or HDR so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==12.0.0 imagecodecs==2025.11.11 numpy
cd "$folder"
venv/bin/python - <<'PY'
import io

import imagecodecs
import numpy as np
import PIL
from PIL import Image

print("Pillow", PIL.__version__, "imagecodecs", imagecodecs.__version__)
red = np.full((16, 16, 3), (200, 60, 60), np.uint8)
seen = {}
for name, primaries, transfer in ("sRGB", 1, 13), ("Display P3", 12, 13), ("linear", 1, 8):
    content = imagecodecs.avif_encode(red, level=100, pixelformat="444", primaries=primaries, transfer=transfer)
    at = content.index(b"colrnclx")
    assert content[at + 8 : at + 12] == bytes([0, primaries, 0, transfer])
    im = Image.open(io.BytesIO(content))
    seen[name] = np.asarray(im)[0, 0].tolist(), sorted(im.info)
    print(name, "pixel", *seen[name])
assert len({str(value) for value in seen.values()}) == 1
PY
