"""TIFF beyond Pillow: the values that tifffile wrote come back as the levels that the standard says."""

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from img2num_nb.errors import ImageError
from img2num_nb.images import ImageWarning, load_image

H, W = 20, 30
RAMP = np.tile(np.linspace(0, 1, W), (H, 1))
RGB = np.stack([RAMP, 1 - RAMP, np.full((H, W), 0.25)], axis=-1)
LEVELS = np.floor(RGB * 255 + 0.5).astype(np.uint8)
GRAY = np.repeat(np.floor(RAMP * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def deep(values, bits=16):
    return np.round(values * ((1 << bits) - 1)).astype(f"u{bits // 8}")


PLANES = {"photometric": "rgb", "planarconfig": "separate"}


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_planes_of_16_bits_keep_all_their_bits(compression, byteorder):
    content = tiff(np.moveaxis(deep(RGB), -1, 0), **PLANES, compression=compression, byteorder=byteorder)
    np.testing.assert_array_equal(load_image(content), LEVELS)


@pytest.mark.parametrize(
    ("array", "options", "expected"),
    [
        (RGB.astype(np.float32), {"photometric": "rgb"}, LEVELS),
        (RAMP, {}, GRAY),
        (RAMP.astype(np.float32), {"compression": "zlib", "byteorder": ">"}, GRAY),
        ((1 - RAMP).astype(np.float32), {"photometric": "miniswhite"}, GRAY),
        (deep(1 - RAMP), {"photometric": "miniswhite"}, GRAY),
        (np.moveaxis(LEVELS, -1, 0), PLANES, LEVELS),
        (deep(RGB, 32), {"photometric": "rgb"}, LEVELS),
    ],
    ids=[
        "float rgb",
        "double",
        "big-endian float",
        "white is zero, float",
        "white is zero, 16",
        "8-bit planes",
        "32 bits",
    ],
)
def test_samples_of_any_kind_become_the_nearest_levels(array, options, expected):
    np.testing.assert_array_equal(load_image(tiff(array, **options)), expected)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_samples_are_scaled_by_their_own_bits(bits):
    values = np.round(RGB * ((1 << bits) - 1)).astype(np.uint16)
    stream = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(H, W * 3, 2), axis=2)[
        :, :, 16 - bits :
    ]
    packed = np.packbits(stream.reshape(H, -1), axis=1).tobytes()
    n, at = 9, 8
    end = at + 2 + 12 * n + 4
    tags = [(256, 4, 1, W), (257, 4, 1, H), (258, 3, 3, end), (259, 3, 1, 1), (262, 3, 1, 2)]
    tags += [(273, 4, 1, end + 6), (277, 3, 1, 3), (278, 4, 1, H), (279, 4, 1, len(packed))]
    body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    content = (
        b"II*\0" + struct.pack("<IH", at, n) + body + bytes(4) + struct.pack("<3H", *[bits] * 3) + packed
    )
    np.testing.assert_array_equal(load_image(content), np.floor(values / ((1 << bits) - 1) * 255 + 0.5))


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_without_a_profile_is_the_plain_formula(planar, bits):
    ink = np.stack([1 - RAMP, RAMP, np.zeros((H, W)), np.full((H, W), 0.2)], axis=-1)
    array = deep(ink, bits) if planar == "contig" else np.moveaxis(deep(ink, bits), -1, 0)
    got = load_image(tiff(array, photometric="separated", planarconfig=planar))
    expected = 255 * (1 - ink[..., :3]) * (1 - ink[..., 3:])
    assert np.abs(got - expected).max() <= 1.5


def lcms_lab(array):
    """Little CMS, by Pillow: 8-bit CIELAB (a and b signed) to sRGB."""
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB", 1
    )
    return np.asarray(ImageCms.applyTransform(Image.fromarray(array, "LAB"), transform)).astype(int)


@pytest.mark.filterwarnings("ignore:.*mode.*:DeprecationWarning")
@pytest.mark.parametrize("kind", ["cielab 8", "icclab 8", "cielab 16"])
def test_cielab_is_what_little_cms_makes_of_it(kind):
    lab = np.stack([np.linspace(30, 220, W), np.linspace(100, 150, W), np.linspace(150, 110, W)], axis=-1)
    offset = np.tile(np.round(lab), (H, 1, 1)).astype(np.uint8)  # L* of 0..255, a and b offset by 128
    signed = offset - np.array([0, 128, 128])
    written = {
        "cielab 8": (signed.astype(np.int8).view(np.uint8), "cielab"),
        "icclab 8": (offset, "icclab"),
        "cielab 16": (
            np.round(signed * np.array([65280 / 255, 256, 256])).astype(np.int64).astype(np.uint16),
            "cielab",
        ),
    }
    array, photometric = written[kind]
    got = load_image(tiff(array, photometric=photometric))
    assert (
        np.abs(got - lcms_lab(signed.astype(np.int8).view(np.uint8))).max() <= 3
    )  # Little CMS rounds on its way


@pytest.mark.parametrize("depth", [8, 16])
def test_a_palette_of_either_depth_gives_its_colours(depth):
    index = np.tile(np.arange(W), (H, 1)).astype(np.uint8)
    colors = np.zeros((3, 256), np.uint16)
    colors[:, :W] = np.arange(W) * 8 * (257 if depth == 16 else 1)
    got = load_image(tiff(index, photometric="palette", colormap=colors))
    np.testing.assert_array_equal(got, np.repeat((index * 8)[..., None], 3, axis=2))


def test_a_palette_of_16_bit_indices_gives_its_colours():
    colors = np.zeros((3, 65536), np.uint16)
    colors[0, 1000 : 1000 + W] = np.arange(W) * 8 * 257
    got = load_image(
        tiff(
            np.tile(np.arange(1000, 1000 + W, dtype=np.uint16), (H, 1)),
            photometric="palette",
            colormap=colors,
        )
    )
    np.testing.assert_array_equal(got[0, :, 0], np.arange(W) * 8)
    assert not got[..., 1:].any()


def test_signed_samples_ask_for_their_range_and_the_advice_works():
    content = tiff((RAMP * 255 - 128).astype(np.int8))
    with pytest.raises(
        ImageError, match=r"int8 values must lie in 0\.\.255, .* has -128\.\.127.*value_range"
    ):
        load_image(content)
    np.testing.assert_allclose(load_image(content, value_range=(-128, 127)), GRAY, atol=1)


def test_alpha_is_laid_over_the_background_and_a_spot_channel_is_left_out_with_a_word():
    alpha = np.full((H, W, 1), 128, np.uint8)
    array = np.moveaxis(np.concatenate([LEVELS, alpha], axis=2).astype(np.uint16) * 257, -1, 0)
    got = load_image(tiff(array, **PLANES, extrasamples=["unassalpha"]))
    assert np.abs(got - (LEVELS * (128 / 255) + 255 * (127 / 255))).max() <= 1
    premultiplied = (
        np.concatenate([np.floor(LEVELS * (128 / 255) + 0.5).astype(np.uint8), alpha], axis=2).astype(
            np.uint16
        )
        * 257
    )
    got = load_image(tiff(np.moveaxis(premultiplied, -1, 0), **PLANES, extrasamples=["assocalpha"]))
    assert np.abs(got - (LEVELS * (128 / 255) + 255 * (127 / 255))).max() <= 1.5
    with pytest.warns(ImageWarning, match="an extra channel of no stated meaning, ignored"):
        got = load_image(tiff(array, **PLANES, extrasamples=["unspecified"]))
    np.testing.assert_array_equal(got, LEVELS)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_once(orientation):
    upright = load_image(tiff(np.moveaxis(deep(RGB), -1, 0), **PLANES))
    content = tiff(np.moveaxis(deep(RGB), -1, 0), **PLANES, extratags=[(274, 3, 1, orientation, True)])
    rows, columns = [(1, 1), (1, -1), (-1, -1), (-1, 1)][(orientation - 1) % 4]
    expected = (upright.swapaxes(0, 1) if orientation > 4 else upright)[::rows, ::columns]
    np.testing.assert_array_equal(load_image(content), expected)


@pytest.mark.parametrize("photometric", [32803, 34892])
def test_a_camera_s_raw_values_are_refused_with_the_remedy(photometric):
    with pytest.raises(ImageError, match=r"unsupported TIFF: .*develop it with a raw converter"):
        load_image(
            tiff(np.zeros((9, 9, 3)[: 2 + (photometric == 34892)], np.uint16), photometric=photometric)
        )


def test_a_canon_raw_file_is_named():
    with pytest.raises(ImageError, match=r"camera raw file \(CR2\): develop it"):
        load_image(b"II*\0\x10\0\0\0CR\2\0" + bytes(100))
