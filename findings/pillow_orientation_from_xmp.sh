#!/usr/bin/env bash
# Pillow's getexif() answers with an orientation that stands in XMP alone, where the file has no EXIF at all.
# So ImageOps.exif_transpose turns a picture that browsers and other viewers show upright.
# For: applying orientation "by EXIF" to photographs that an editor has already turned, leaving XMP behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==12.0.0
cd "$folder"
venv/bin/python - <<'PY'
import io

import PIL
from PIL import Image, ImageOps

xmp = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
print("Pillow", PIL.__version__)
for format in "JPEG", "WEBP", "PNG":
    file = io.BytesIO()
    options = {}
    if format == "PNG":
        from PIL.PngImagePlugin import PngInfo

        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    else:
        options["xmp"] = xmp
    Image.new("RGB", (20, 10)).save(file, format, **options)
    im = Image.open(file)
    im.load()
    turned = ImageOps.exif_transpose(im)
    print(format, "EXIF:", im.info.get("exif"), "orientation said:", im.getexif().get(0x0112), im.size, "->", turned.size)
    assert "exif" not in im.info and im.getexif().get(0x0112) == 6 and turned.size == (10, 20)
PY
