#!/usr/bin/env bash
# Pillow writes the colour map of a palette TIFF as level x 256, where the TIFF specification's 16-bit range asks for level x 257.
# So white is 65280 of 65535: a reader that scales 16 bits to 8 finds 254 (ImageMagick 6, which also makes 127 of 128).
# A reader that drops the lower byte (Pillow itself, libvips) finds 255: nothing shows while one stays with those.
# For: writing indexed TIFF with Pillow; comparing TIFF palettes between programs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==12.0.0 tifffile==2025.10.16 numpy
cd "$folder"
venv/bin/python - <<'PY'
import numpy, PIL, tifffile
from PIL import Image

im = Image.new("P", (2, 1))
im.putpalette([255, 255, 255, 128, 128, 128])
im.putpixel((1, 0), 1)
im.save("pillow.tif")
map_ = tifffile.TiffFile("pillow.tif").pages.first.colormap
print("Pillow", PIL.__version__, "tifffile", tifffile.__version__)
print("colour map of white and of grey 128:", map_[0, :2].tolist(), "(65535 and 32896 would be white and grey)")
print("as 8 bits by rounding x / 257:", numpy.rint(map_[0, :2] / 257).astype(int).tolist())
assert map_[0, :2].tolist() == [65280, 32768]
assert numpy.asarray(Image.open("pillow.tif").convert("RGB"))[0, :, 0].tolist() == [255, 128]
PY
if command -v convert >/dev/null; then
  convert -version | head -1
  convert pillow.tif -depth 8 txt:- | tail -2
  convert pillow.tif -depth 8 txt:- | grep -q 'srgb(254,254,254)'
fi
echo "still so"
