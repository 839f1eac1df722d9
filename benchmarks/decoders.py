"""Our pixels beside those of independent decoders, for files that say their colours in unusual ways. Writes DECODERS.md.

``python -m benchmarks.decoders`` needs the commands of libvips (``vips``) and of ImageMagick (``convert``); without one, its rows
say so.
"""

import io
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms

import img2num_nb as nb
from img2num_nb.images import ImageWarning

OUT = Path(__file__).parent / "DECODERS.md"
IMAGE = nb.sample_image("coffee")[::2, ::2]
DEEP = IMAGE.astype(np.uint16) * 257
P3_TO_SRGB = np.array(
    [[1.2249402, -0.2249402, 0], [-0.0420570, 1.0420570, 0], [-0.0196376, -0.0786360, 1.0982735]]
)


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(array, *chunks):
    bits = 8 * array.dtype.itemsize
    rows = b"".join(b"\0" + row.astype(f">u{bits // 8}").tobytes() for row in array)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(chunks)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def _command(*words):
    """Return a decoder that runs a command from IN to OUT.png."""

    def decode(content, ending):
        if shutil.which(words[0]) is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            source, target = f"{folder}/in{ending}", f"{folder}/out.png"
            Path(source).write_bytes(content)
            command = [word.replace("IN", source).replace("OUT", target) for word in words]
            subprocess.run(command, check=True, capture_output=True)
            with Image.open(target) as im:
                return np.asarray(im.convert("RGB"))

    return decode


def _light(levels):
    values = levels / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _levels(light):
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _p3_profile():
    """Return a Display P3 profile: libvips ships one."""
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(IMAGE).save(f"{folder}/a.png")
        subprocess.run(
            ["vips", "icc_export", f"{folder}/a.png", f"{folder}/b.tif", "--output-profile", "p3"], check=True
        )
        with tifffile.TiffFile(f"{folder}/b.tif") as tif:
            return bytes(tif.pages[0].tags[34675].value)


def _lab_by_lcms(signed):
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB", 1
    )
    return np.asarray(ImageCms.applyTransform(Image.fromarray(signed, "LAB"), transform))


def _rgb_by_lcms(levels, profile):
    source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    return np.asarray(
        ImageCms.applyTransform(
            Image.fromarray(levels), ImageCms.buildTransform(source, target, "RGB", "RGB", 1)
        )
    )


def cases():
    """Yield what a file is, its bytes, its ending, the decoder's name, and its pixels or a function that makes them."""
    transform = _command(
        "vips", "icc_transform", "IN", "OUT", "srgb", "--embedded", "--intent", "relative", "--pcs", "xyz"
    )
    if shutil.which("vips"):
        profile = _p3_profile()
        iccp = _chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))
        yield (
            "PNG, 16 bits, ICC Display P3",
            _png(DEEP, iccp),
            ".png",
            "Little CMS, 8 bits",
            _rgb_by_lcms(IMAGE, profile),
        )
        yield "PNG, 16 bits, ICC Display P3", _png(DEEP, iccp), ".png", "libvips", transform
        yield (
            "TIFF, 16 bits, ICC Display P3",
            _tiff(DEEP, photometric="rgb", iccprofile=profile),
            ".tif",
            "libvips",
            transform,
        )
    magick = _command("convert", "IN", "-colorspace", "sRGB", "-depth", "8", "-strip", "OUT")
    gama = _chunk(b"gAMA", struct.pack(">I", 100_000))
    yield "PNG, gAMA 1.0", _png(DEEP, gama), ".png", "ImageMagick", magick
    p3 = _levels(_light(IMAGE) @ P3_TO_SRGB.T)
    yield (
        "PNG, cICP Display P3",
        _png(IMAGE, _chunk(b"cICP", bytes([12, 13, 0, 1]))),
        ".png",
        "CSS Color 4's matrix",
        p3,
    )
    avif = imagecodecs.avif_encode(IMAGE, level=100, pixelformat="444", primaries=12, transfer=13)
    decoded = _levels(_light(imagecodecs.avif_decode(avif)) @ P3_TO_SRGB.T)
    yield "AVIF, nclx Display P3", avif, ".avif", "imagecodecs, CSS Color 4's matrix", decoded
    planes = np.moveaxis(DEEP, -1, 0).copy()
    separate = {"photometric": "rgb", "planarconfig": "separate"}
    copy = _command("vips", "colourspace", "IN", "OUT", "srgb")
    yield "TIFF, 16 bits in planes", _tiff(planes, **separate), ".tif", "libvips", copy
    yield (
        "TIFF, 16 bits in planes, deflate",
        _tiff(planes, **separate, compression="zlib"),
        ".tif",
        "libvips",
        copy,
    )
    ink = np.dstack([255 - IMAGE, np.zeros(IMAGE.shape[:2], np.uint8)])
    plain = np.asarray(Image.frombytes("CMYK", ink.shape[1::-1], ink.tobytes()).convert("RGB"))
    yield (
        "TIFF, CMYK without a profile",
        _tiff(ink, photometric="separated"),
        ".tif",
        "Pillow's formula",
        plain,
    )
    signed = (
        np.round(nb.convert_color(IMAGE, "srgb", "lab") * [2.55, 1, 1])
        .astype(np.int64)
        .astype(np.int8)
        .view(np.uint8)
    )
    signed[..., 0] = np.round(nb.convert_color(IMAGE, "srgb", "lab")[..., 0] * 2.55)
    yield (
        "TIFF, CIELAB, 8 bits",
        _tiff(signed, photometric="cielab"),
        ".tif",
        "Little CMS",
        _lab_by_lcms(signed),
    )
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    text = _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    yield (
        "PNG, orientation in XMP alone",
        _png(IMAGE, text),
        ".png",
        "libvips",
        _command("vips", "autorot", "IN", "OUT"),
    )
    narrow = np.round(IMAGE[..., 0] / 255 * 4095).astype(np.uint16)
    yield (
        "TIFF, 12 bits in 16, value_range",
        _tiff(narrow),
        ".tif",
        "value / 4095",
        np.dstack([narrow / 4095 * 255] * 3),
    )
    small = (IMAGE[..., 0].astype(int) - 128).astype(np.int8)
    yield (
        "TIFF, signed 8 bits, value_range",
        _tiff(small),
        ".tif",
        "value + 128",
        np.dstack([small.astype(float) + 128] * 3),
    )


def main():
    """Write the table."""
    ranges = {"12 bits": (0, 4095), "signed": (-128, 127)}
    lines = [
        "| file | independent decoder | largest difference, levels | mean |",
        "| --- | --- | --: | --: |",
    ]
    for what, content, ending, name, expected in cases():
        options = next(({"value_range": r} for word, r in ranges.items() if word in what), {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImageWarning)
            got = nb.load_image(content, **options)
        expected = expected(content, ending) if callable(expected) else expected
        if expected is None:
            lines.append(f"| {what} | {name} | not installed | |")
            continue
        apart = np.abs(got - np.asarray(expected, float))
        lines.append(f"| {what} | {name} | {apart.max():.2f} | {apart.mean():.3f} |")
    size = f"{IMAGE.shape[1]} x {IMAGE.shape[0]}"
    about = f"Written by `python -m benchmarks.decoders`, Python {sys.version.split()[0]}, on a picture of {size}."
    OUT.write_text(
        "\n".join(["# Our pixels beside independent decoders", "", about, "", *lines]) + "\n",
        encoding="utf-8",
    )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
