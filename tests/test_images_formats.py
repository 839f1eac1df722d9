"""Formats beside the common ones: lossless copies come back whole, and a second decoder agrees."""

import io
from importlib.util import find_spec

import imagecodecs
import numpy as np
import pytest
from PIL import Image

import img2num_nb as nb
from img2num_nb.errors import ImageError
from img2num_nb.images import load_image

IMAGE = nb.sample_image("shapes")[::3, ::3]


def encoded(format, image=IMAGE, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG2000", {}),
        ("JPEG2000", {"no_jp2": True}),
        ("QOI", {}),
        ("TGA", {}),
        ("TGA", {"compression": "tga_rle"}),
    ],
)
def test_a_lossless_copy_comes_back_whole(format, options):
    np.testing.assert_array_equal(load_image(encoded(format, **options)), IMAGE)


def test_gray_and_palette_tga_are_known_without_a_signature():
    gray = IMAGE[..., 0]
    np.testing.assert_array_equal(load_image(encoded("TGA", gray))[..., 1], gray)
    few = nb.quantize(IMAGE, 8)
    file = io.BytesIO()
    indexed = Image.fromarray(few.labels, "P")
    indexed.putpalette(few.palette.tobytes())
    indexed.save(file, "TGA")
    np.testing.assert_array_equal(load_image(file.getvalue()), few.image)


def test_an_icon_gives_its_largest_picture():
    icon = np.zeros((64, 64, 3), np.uint8)
    icon[:32] = 200, 30, 40
    np.testing.assert_array_equal(load_image(encoded("ICO", icon, sizes=[(16, 16), (64, 64)])), icon)


@pytest.mark.parametrize(("encode", "name"), [("jpeg2k_encode", "JPEG 2000"), ("qoi_encode", "QOI")])
def test_files_of_another_encoder_are_read(encode, name):
    content = getattr(imagecodecs, encode)(
        IMAGE, **({"level": 0, "reversible": True} if "jpeg" in encode else {})
    )
    np.testing.assert_array_equal(load_image(content), IMAGE)


def test_deep_jpeg_2000_is_refused_since_pillow_makes_wrong_colours_of_it():
    content = imagecodecs.jpeg2k_encode(IMAGE.astype(np.uint16) * 257, level=0, reversible=True)
    with pytest.raises(ImageError, match=r"JPEG 2000 of more than 8 bits.*convert it to PNG"):
        load_image(content)


def test_heic_without_its_extra_names_the_command(monkeypatch):
    if find_spec("pi_heif"):
        monkeypatch.setitem(__import__("sys").modules, "pi_heif", None)
    with pytest.raises(ImageError, match=r"HEIC, which needs .* pip install 'img2num-nb\[heif\]'"):
        load_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"SIMPLE  =                    T", "FITS: read it by astropy"),
        (bytes(128) + b"DICM" + bytes(60), "DICOM: read it by pydicom"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe", "a Radiance picture"),
        (b"v/1\x01" + bytes(60), "OpenEXR, light without a white"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(60), "a camera raw file: develop it"),
        (b"\0\0\2\0\1\0" + bytes(60), "a Windows cursor"),
    ],
)
def test_what_is_no_finished_picture_is_named_with_the_remedy(head, what):
    with pytest.raises(ImageError, match=f"looks like {what}"):
        load_image(head)
