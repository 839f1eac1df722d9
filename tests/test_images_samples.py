"""load_image: bits, alpha, palettes, CMYK, TIFF layouts, orientation and ICC profiles."""

import io
from pathlib import Path

import numpy as np
import pytest
import skimage
from image_files import RGB, SMOOTH, encode, png, tiff
from PIL import Image, ImageCms, ImageOps

from img2num_nb.images import ImageWarning, load_image

rng = np.random.default_rng(0)
GRAY = RGB[..., 0]


def levels_of_16_bits(array):
    return ((array.astype(int) + 128) // 257).astype(np.uint8)


# --- kinds of samples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_gray_png_of_few_bits_spans_black_to_white(bits):
    top = 2**bits - 1
    rows = np.arange(8).reshape(1, 8) % (top + 1)
    packed = np.packbits((rows[..., None] >> np.arange(bits)[::-1]) & 1)
    image = load_image(png((8, 1, bits, 0), [packed]))
    assert np.array_equal(image[..., 0], rows * 255 // top)


@pytest.mark.parametrize("bits, key", [(1, 1), (2, 1), (4, 9), (8, 200)])
def test_the_transparent_gray_of_a_png_of_few_bits_is_the_background(bits, key):
    packed = np.packbits((np.array([[0, key]])[..., None] >> np.arange(bits)[::-1]) & 1)
    image = load_image(png((2, 1, bits, 0), [packed], (b"tRNS", key.to_bytes(2))), background="lime")
    assert image.tolist() == [[[0, 0, 0], [0, 255, 0]]]


@pytest.mark.parametrize("mode", ["1", "P", "PA", "LA", "RGBA", "La", "RGBa", "YCbCr", "CMYK", "HSV"])
def test_a_pillow_image_of_any_mode_equals_its_conversion_by_pillow(mode):
    im = (
        Image.fromarray(SMOOTH)
        .convert("LA" if mode == "La" else "RGBA" if mode == "RGBa" else "RGB")
        .convert(mode)
    )
    assert np.array_equal(
        load_image(im), np.asarray(im.convert({"PA": "RGBA", "La": "LA"}.get(mode, "RGB")).convert("RGB"))
    )


def test_palette_transparency_shows_the_background():
    im = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    im.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    one = load_image(encode(im, "PNG", transparency=1), background="black")
    assert one.tolist() == [[[255, 0, 0], [0, 0, 0], [0, 0, 255]]]
    some = load_image(encode(im, "PNG", transparency=bytes([255, 0, 51])), background="white")
    assert some.tolist() == [[[255, 0, 0], [255, 255, 255], [204, 204, 255]]]


def test_the_transparent_colour_of_a_true_colour_png_shows_the_background():
    content = png((2, 1, 8, 2), [[1, 2, 3, 1, 2, 4]], (b"tRNS", bytes([0, 1, 0, 2, 0, 3])))
    assert load_image(content).tolist() == [[[255, 255, 255], [1, 2, 4]]]


@pytest.mark.parametrize("channels, kind", [(1, 0), (3, 2), (2, 4), (4, 6)])
def test_16_bit_png_is_rounded_not_cut(channels, kind):
    deep = rng.integers(0, 65536, (9, 11, channels), dtype=np.uint16)
    deep[..., 1:] = deep[..., 1:] if channels == 3 else 65535 if channels == 2 else deep[..., 1:]
    if channels == 4:
        deep[..., 3] = 65535
    colours = deep[..., : 1 if channels < 3 else 3]
    wanted = np.broadcast_to(levels_of_16_bits(colours), (9, 11, 3))
    assert np.array_equal(
        load_image(png((11, 9, 16, kind), deep.astype(">u2").reshape(9, -1).view("u1"))), wanted
    )


def test_16_bit_png_values_far_apart_do_not_clip_to_white():
    image = load_image(png((2, 1, 16, 0), [np.array([300, 60000], ">u2").tobytes()]))
    assert image[0, :, 0].tolist() == [1, 233]


def test_16_bit_alpha_and_16_bit_transparent_colours_count():
    rgba = np.array([65535, 0, 0, 32768, 9, 9, 9, 0], ">u2").tobytes()
    assert load_image(png((2, 1, 16, 6), [rgba])).tolist() == [[[255, 127, 127], [255, 255, 255]]]
    gray = np.array([65535, 65535, 7, 0], ">u2").tobytes()
    assert load_image(png((2, 1, 16, 4), [gray]), background="red").tolist() == [
        [[255, 255, 255], [255, 0, 0]]
    ]
    keyed = np.array([257, 514, 771, 257, 514, 772], ">u2").tobytes()
    key = (b"tRNS", np.array([257, 514, 771], ">u2").tobytes())
    assert load_image(png((2, 1, 16, 2), [keyed], key)).tolist() == [[[255, 255, 255], [1, 2, 3]]]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"compression": "zlib"},
        {"compression": "zlib", "byteorder": ">"},
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_tiff_is_rounded_not_cut(channels, options):
    deep = rng.integers(0, 65536, (20, 30, channels), dtype=np.uint16)
    if channels == 4:
        deep[..., 3] = 65535
        options = {**options, "extrasamples": ["unassalpha"]}
    array = deep[..., 0] if channels == 1 else deep
    content = tiff(array, photometric="minisblack" if channels == 1 else "rgb", **options)
    wanted = np.broadcast_to(levels_of_16_bits(deep[..., : min(channels, 3)]), (20, 30, 3))
    assert np.array_equal(load_image(content), wanted)


def test_16_bit_tiff_with_lzw_is_rounded_not_cut():
    deep = rng.integers(0, 65536, (20, 30), dtype=np.uint16)
    image = load_image(encode(deep, "TIFF", compression="tiff_lzw"))
    assert np.array_equal(image[..., 0], levels_of_16_bits(deep))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_is_zero_tiff_is_inverted(dtype):
    gray = rng.integers(0, np.iinfo(dtype).max + 1, (20, 30), dtype=dtype)
    positive = tiff(np.iinfo(dtype).max - gray, photometric="minisblack")
    assert np.array_equal(load_image(tiff(gray, photometric="miniswhite")), load_image(positive))


def test_float_tiff_follows_the_rules_of_float_arrays():
    floats = rng.random((20, 30)).astype(np.float32)
    assert np.array_equal(load_image(tiff(floats)), load_image(floats))
    assert np.array_equal(load_image(tiff(floats * 1000), value_range=(0, 1000)), load_image(floats))


def test_planar_tiff_of_8_bits_loads():
    content = tiff(np.moveaxis(RGB, -1, 0), photometric="rgb", planarconfig="separate")
    assert np.array_equal(load_image(content), RGB)


@pytest.mark.parametrize("top", [255, 1023, 65535])
def test_ppm_of_any_depth_spans_black_to_white(top):
    gray = np.array([[0, top // 2, top]])
    content = b"P5 3 1 %d " % top + gray.astype("u1" if top < 256 else ">u2").tobytes()
    assert np.abs(load_image(content)[0, :, 0] - [0, 127.5, 255]).max() <= 0.5


def test_cmyk_files_are_right_side_up():
    inks = (
        np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255]]], np.uint8)
        .repeat(16, 1)
        .repeat(16, 0)
    )
    im = Image.frombytes("CMYK", (64, 16), inks.tobytes())
    wanted = np.array([[255, 255, 255], [0, 255, 255], [255, 0, 0], [0, 0, 0]])
    for content in (
        encode(im, "TIFF"),
        encode(im, "JPEG", quality=100),
    ):  # JPEG: stored inverted, as Adobe does
        assert np.abs(load_image(content)[8, 8::16].astype(int) - wanted).max() <= 3


# --- orientation --------------------------------------------------------------------------------------------


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(format, orientation):
    options = {"WEBP": {"lossless": True}}.get(format, {})
    content = encode(SMOOTH, format, exif=exif(orientation), **options)
    stored = Image.fromarray(load_image(encode(SMOOTH, format, **options)))
    stored.getexif()[0x0112] = orientation
    assert np.array_equal(load_image(content), np.asarray(ImageOps.exif_transpose(stored)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_16_bits(orientation):
    deep = rng.integers(0, 65536, (9, 11, 3), dtype=np.uint16)
    plain = tiff(deep, photometric="rgb")
    turned = tiff(deep, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    im = Image.fromarray(load_image(plain))
    im.getexif()[0x0112] = orientation
    assert np.array_equal(load_image(turned), np.asarray(ImageOps.exif_transpose(im)))


def test_a_pillow_image_is_turned_but_not_modified():
    im = Image.open(io.BytesIO(encode(SMOOTH, "PNG", exif=exif(6))))
    assert np.array_equal(load_image(im), np.rot90(SMOOTH, -1)) and np.array_equal(np.asarray(im), SMOOTH)


@pytest.mark.parametrize("value", [0, 9, 999])
def test_an_invalid_orientation_is_ignored(value):
    assert np.array_equal(load_image(encode(SMOOTH, "PNG", exif=exif(value))), SMOOTH)


@pytest.mark.parametrize(
    "broken", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + bytes(range(200))]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_never_blocks_the_pixels(format, broken):
    assert np.array_equal(load_image(encode(SMOOTH, format, exif=broken)), load_image(encode(SMOOTH, format)))


# --- colour profiles ----------------------------------------------------------------------------------------


def gamma_profile(gamma):
    """An ICC profile with a power law: the sRGB profile with its curves replaced."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for i in range(int.from_bytes(content[128:132])):
        entry = 132 + 12 * i
        if content[entry : entry + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            start = int.from_bytes(content[entry + 4 : entry + 8])
            content[start : start + 14] = (
                b"curv" + bytes(4) + (1).to_bytes(4) + round(gamma * 256).to_bytes(2)
            )
            content[entry + 8 : entry + 12] = (14).to_bytes(4)
    return bytes(content)


def srgb_from_linear(linear):
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_an_icc_profile_is_converted_to_srgb(format):
    options = {"lossless": True} if format == "WEBP" else {}
    image = load_image(encode(SMOOTH, format, icc_profile=gamma_profile(1.0), **options))
    wanted = srgb_from_linear(SMOOTH / 255)
    assert np.abs(image - wanted).max() <= 1.5


def test_an_icc_profile_serves_gray_and_16_bits_and_leaves_alpha_alone():
    profile = gamma_profile(1.0)
    gray = load_image(encode(GRAY, "PNG", icc_profile=profile))
    assert np.abs(gray[..., 0] - srgb_from_linear(GRAY / 255)).max() <= 1.5
    deep = tiff(RGB.astype(np.uint16) * 257, photometric="rgb", iccprofile=profile)
    apart = load_image(deep).astype(int) - load_image(encode(RGB, "PNG", icc_profile=profile))
    assert np.abs(apart).max() <= 1
    clear = np.dstack([RGB, np.zeros_like(GRAY)])
    clear[0, 0] = 255
    assert np.all(load_image(encode(clear, "PNG", icc_profile=profile)) == 255)


def test_a_gray_profile_is_converted_with_black_and_white_kept():
    page = Path(skimage.__file__).parent / "data/page.png"  # carries the profile "Dot Gain 20%"
    stored, image = np.asarray(Image.open(page)), load_image(page)
    assert np.array_equal(image[..., 0], image[..., 2]) and not np.array_equal(image[..., 0], stored)
    ranks = [np.median(image[stored == level]) for level in np.unique(stored)]
    assert np.all(np.diff(ranks) >= 0)


def test_the_srgb_profile_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(load_image(encode(RGB, "PNG", icc_profile=profile)), RGB)


@pytest.mark.parametrize("broken", [b"no profile", bytes(128), b"\0" * 10_000], ids=["text", "zeros", "long"])
def test_a_broken_profile_is_ignored_with_a_warning(broken):
    with pytest.warns(ImageWarning, match="ICC profile is broken or does not fit"):
        assert np.array_equal(load_image(encode(RGB, "TIFF", icc_profile=broken)), RGB)
