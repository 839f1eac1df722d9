"""What a file says of its colours: chunks, code points and profiles against the formulas of the standards and against Little CMS."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from img2num_nb.images import ImageWarning, load_image

GRAYS = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
COLORS = np.array([[[200, 60, 60], [60, 200, 60], [240, 200, 40], [10, 20, 30], [128, 128, 128]]], np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(array, *chunks):
    bits = 8 * array.dtype.itemsize
    rows = b"".join(b"\0" + row.astype(f">u{bits // 8}").tobytes() for row in array)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[array.shape[2]]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(chunks)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def gama(value):
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chrm(*values):
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def cicp(primaries, transfer, full=1):
    return chunk(b"cICP", bytes([primaries, transfer, 0, full]))


def linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light):
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


#: From linear P3 (D65), BT.2020 and Adobe RGB to linear sRGB: CSS Color 4, section 10, and Adobe's specification.
P3 = np.array([[1.2249402, -0.2249402, 0], [-0.0420570, 1.0420570, 0], [-0.0196376, -0.0786360, 1.0982735]])
BT2020 = np.array(
    [
        [1.6604910, -0.5876411, -0.0728499],
        [-0.1245505, 1.1328999, -0.0083494],
        [-0.0181508, -0.1005789, 1.1187297],
    ]
)
ADOBE = np.array([[1.3983557, -0.3983557, 0], [0, 1, 0], [0, -0.0429265, 1.0429265]])


@pytest.mark.parametrize("exponent", [1.0, 1.4, 1.8, 2.6])
@pytest.mark.parametrize("bits", [8, 16])
def test_gama_is_the_exponent_of_light(exponent, bits):
    array = GRAYS if bits == 8 else GRAYS.astype(np.uint16) * 257
    got = load_image(png(array, gama(1 / exponent)))
    assert np.abs(got - encoded((GRAYS / 255) ** exponent)).max() <= 1


@pytest.mark.parametrize(
    "chunks", [[gama(0.45455)], [gama(0.45455), chrm(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)]]
)
def test_what_most_programs_write_for_srgb_changes_nothing(chunks):
    np.testing.assert_array_equal(load_image(png(GRAYS, *chunks)), GRAYS)


def test_srgb_and_cicp_come_before_gama():
    np.testing.assert_array_equal(load_image(png(GRAYS, chunk(b"sRGB", b"\0"), gama(1.0))), GRAYS)
    np.testing.assert_array_equal(load_image(png(GRAYS, cicp(1, 13), gama(1.0))), GRAYS)


def test_chrm_says_which_primaries():
    adobe = chrm(0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
    got = load_image(png(COLORS, gama(256 / 563), adobe))
    assert np.abs(got - encoded((COLORS / 255) ** (563 / 256) @ ADOBE.T)).max() <= 1
    got = load_image(png(COLORS, adobe))
    assert np.abs(got - encoded(linear(COLORS / 255) @ ADOBE.T)).max() <= 1


def test_gray_with_alpha_keeps_its_alpha():
    array = np.stack([GRAYS[..., 0], np.full((1, 256), 102, np.uint8)], axis=-1)
    got = load_image(png(array, gama(1.0)), background="black")
    assert np.abs(got[..., 0] - 0.4 * encoded(GRAYS[..., 0] / 255)).max() <= 1


def test_cicp_display_p3():
    got = load_image(png(COLORS, cicp(12, 13)))
    assert np.abs(got - encoded(linear(COLORS / 255) @ P3.T)).max() <= 1


@pytest.mark.parametrize("transfer", [1, 6, 14, 15])
def test_cicp_bt2020_without_hdr(transfer):
    values = COLORS / 255
    light = np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))
    got = load_image(png(COLORS, cicp(9, transfer)))
    assert np.abs(got - encoded(light @ BT2020.T)).max() <= 1


def test_a_narrow_range_is_widened():
    got = load_image(png(np.array([[[16] * 3, [235] * 3, [126] * 3, [255] * 3]], np.uint8), cicp(1, 13, 0)))
    np.testing.assert_array_equal(got[0, :, 0], [0, 255, 128, 255])


def pq(nits):
    y = (nits / 1e4) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def test_pq_shows_203_nits_as_white_and_says_so():
    levels = np.array([[[255] * 3, [128] * 3, [32] * 3]])
    samples = np.round(pq(linear(levels / 255) * 203) * 65535).astype(np.uint16)
    with pytest.warns(ImageWarning, match=r"HDR \(PQ\): 203 cd/m² became white"):
        got = load_image(png(samples, cicp(9, 16)))
    np.testing.assert_array_equal(got, levels)


def test_hlg_shows_75_percent_as_white():
    """ITU-R BT.2408, table 1: HLG's 75 % and PQ's 58 % are the white of graphics; 38 % is 18 % gray, 26 cd/m2."""
    samples = np.round(np.array([[[0.75] * 3, [0.38] * 3, [0] * 3, [1] * 3]]) * 65535).astype(np.uint16)
    with pytest.warns(ImageWarning, match=r"HDR \(HLG\)"):
        got = load_image(png(samples, cicp(9, 18)))[0, :, 0]
    assert got[0] in (254, 255) and got[2] == 0 and got[3] == 255
    assert abs(got[1] - encoded(np.array(26 / 203))) <= 2


def test_code_points_that_nobody_knows_are_named():
    with pytest.warns(
        ImageWarning, match=r"colour code points \(77, 13\) are not supported and were ignored"
    ):
        np.testing.assert_array_equal(load_image(png(GRAYS, cicp(77, 13))), GRAYS)


def avif(array, primaries, transfer):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "AVIF", quality=100, subsampling="4:4:4")
    content = bytearray(file.getvalue())
    at = content.index(b"colrnclx") + 8
    content[at : at + 4] = struct.pack(">HH", primaries, transfer)
    return bytes(content)


def test_avif_says_its_colours_by_code_points():
    flat = np.repeat(COLORS[:, :3], 16, axis=1).repeat(16, axis=0)
    plain = load_image(avif(flat, 1, 13))
    got = load_image(avif(flat, 12, 13))
    assert np.abs(got - encoded(linear(plain / 255) @ P3.T)).max() <= 1
    with pytest.warns(ImageWarning, match="PQ"):
        load_image(avif(flat, 9, 16))


def profile(gamma, primaries=None):
    """A matrix profile, made by hand: Little CMS reads it, too."""
    columns = primaries or (
        (0.43607, 0.22249, 0.01392),
        (0.38515, 0.71687, 0.09708),
        (0.14307, 0.06061, 0.71410),
    )
    xyz = lambda v: b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(x * 65536)) for x in v)  # noqa: E731
    if gamma == 1:
        curve = b"curv" + bytes(8)
    elif gamma == "para":
        numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        curve = b"para\0\0\0\0\0\3\0\0" + b"".join(struct.pack(">i", round(x * 65536)) for x in numbers)
    elif gamma == "table":
        points = np.round(np.linspace(0, 1, 64) ** 1.8 * 65535).astype(">u2")
        curve = b"curv" + bytes(4) + struct.pack(">I", 64) + points.tobytes()
    else:
        curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"case\0" + bytes(78)
    tags = [(b"desc", text + bytes(-len(text) % 4)), (b"wtpt", xyz((0.9642, 1, 0.8249)))]
    tags += [(name, xyz(v)) for name, v in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = (
        struct.pack(">I", start + len(body))
        + b"lcms\x02\x40\0\0mntrRGB XYZ "
        + struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
    )
    head += b"acsp" + bytes(28) + b"".join(struct.pack(">i", round(x * 65536)) for x in (0.9642, 1, 0.8249))
    return head.ljust(128, b"\0") + table + body


def iccp(content):
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(content))


P3_D50 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))


@pytest.mark.parametrize("gamma", [1, 1.8, 2.2, "para", "table"])
@pytest.mark.parametrize("primaries", [None, P3_D50])
def test_a_16_bit_profile_agrees_with_little_cms(gamma, primaries):
    levels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    content = profile(gamma, primaries)
    source = ImageCms.ImageCmsProfile(io.BytesIO(content))
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB", 1)
    expected = np.asarray(ImageCms.applyTransform(Image.fromarray(levels), transform)).astype(int)
    got = load_image(png(levels.astype(np.uint16) * 257, iccp(content)))
    assert np.abs(got - expected).max() <= 1


def test_the_shadows_of_linear_light_keep_all_their_levels():
    values = np.linspace(0, 65535 * 0.05, 4000).round().astype(np.uint16)[None, :, None].repeat(3, axis=2)
    got = load_image(png(values, iccp(profile(1))))
    expected = np.floor(encoded(values / 65535) + 0.5)
    assert np.abs(got - expected).max() <= 1 and len(np.unique(got)) == len(np.unique(expected))


@pytest.mark.parametrize(("tag", "value"), [(0xA005, {1: "R03"}), (0xA001, 2)])
def test_adobe_rgb_said_by_exif_alone(tag, value):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[tag] = value
    file = io.BytesIO()
    Image.fromarray(COLORS.repeat(16, axis=0).repeat(16, axis=1)).save(
        file, "JPEG", quality=100, subsampling=0, exif=exif
    )
    with Image.open(io.BytesIO(file.getvalue())) as im:
        plain = np.asarray(im)
    got = load_image(file.getvalue())
    assert np.abs(got - encoded((plain / 255) ** (563 / 256) @ ADOBE.T)).max() <= 1


@pytest.mark.parametrize("white", [255, 1023, 4095, 16383])
def test_few_bits_in_16_are_said_with_the_remedy_and_the_remedy_works(white):
    array = np.tile(np.linspace(0, white, 256).astype(np.uint16), (4, 1))
    with pytest.warns(ImageWarning, match=rf"end at {white} .* pass value_range=\(0, {white}\)"):
        load_image(array)
    assert load_image(array, value_range=(0, white)).max() == 255


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_an_orientation_in_xmp_alone_turns_nothing(format):
    wide = np.zeros((10, 20, 3), np.uint8)
    if format == "PNG":
        content = png(wide, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP))
    else:
        file = io.BytesIO()
        Image.fromarray(wide).save(file, format, xmp=XMP)
        content = file.getvalue()
    assert load_image(content).shape == wide.shape
