#!/usr/bin/env bash
# Pillow reads RGB JPEG 2000 of 16 bits into 8 bits and lets full samples wrap around: 65535, which is white, becomes 0.
# Gray of 16 bits keeps all its bits (mode I;16), so a test with a gray picture shows nothing.
# For: reading JPEG 2000 of scanners, satellites and cinema, where colours have more than 8 bits.
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
values = np.array([0, 32768, 65000, 65400, 65407, 65408, 65535], np.uint16)
rgb = np.repeat(np.repeat(values, 8)[None, :, None], 16, axis=0).repeat(3, axis=2)
content = imagecodecs.jpeg2k_encode(rgb, level=0, reversible=True)
assert np.array_equal(imagecodecs.jpeg2k_decode(content), rgb)  # the file is sound
im = Image.open(io.BytesIO(content))
read = np.asarray(im)[0, ::8, 0].tolist()
print("written, 16 bits:", values.tolist())
print("read as", im.mode, "of 8 bits:", read)
assert im.mode == "RGB" and read[4] == 255 and read[5:] == [0, 0]
PY
