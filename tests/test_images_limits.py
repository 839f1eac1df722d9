"""load_image: bombs, frames out of range, TIFFs that Pillow misreads, NumPy files that claim too much."""

import io
import re
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from image_files import RGB, encode, png, tiff
from PIL import Image

from img2num_nb.errors import ImageError
from img2num_nb.images import ImageWarning, load_image

# --- bombs --------------------------------------------------------------------------------------------------


def chunk(name, data):
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


BOMBS = {
    "PNG": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(1000)))
    + chunk(b"IEND", b""),
    "JPEG": encode(RGB, "JPEG").replace(struct.pack(">BHH", 8, 12, 17), struct.pack(">BHH", 8, 60000, 60000)),
    "GIF": b"GIF89a"
    + struct.pack("<HHBBB", 60000, 60000, 0, 0, 0)
    + b","
    + struct.pack("<HHHHB", 0, 0, 60000, 60000, 0)
    + b"\x08\x01\0\0;",
    "BMP": b"BM"
    + struct.pack("<IHHI", 54, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0),
    "PPM": b"P6 60000 60000 255 ",
    "WEBP": bytes.fromhex(
        "524946461a000000574542505650384c0e0000002fdfeeb70b071011fd0f4444ff03"
    ),  # 12000 x 12000
    "NPY": b"\x93NUMPY\1\0"
    + struct.pack("<H", 118)
    + b"{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 60000, 3), }".ljust(117)
    + b"\n",
}


@pytest.mark.parametrize("format", BOMBS)
def test_a_bomb_is_refused_from_its_header(format):
    tracemalloc.start()
    with pytest.raises(ImageError, match=r"more than max_pixels=128_000_000"):
        load_image(BOMBS[format])
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_tiff_bomb_is_refused_from_its_header():
    width = struct.pack("<HHII", 256, 4, 1, 17)  # tag, type, count, value
    content = tiff(np.zeros((12, 17), np.uint8))
    with pytest.raises(ImageError, match="max_pixels"):
        load_image(content.replace(width, width[:8] + struct.pack("<I", 60_000_000)))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_max_pixels_is_exact_and_may_pass_pillows_own_limit(format, monkeypatch):
    content = encode(RGB, format)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert load_image(content, max_pixels=12 * 17).shape == RGB.shape
    with pytest.raises(ImageError, match="max_pixels"):
        load_image(content, max_pixels=12 * 17 - 1)


def test_a_text_or_profile_that_inflates_is_bounded():
    squeezed = zlib.compress(bytes(200_000_000), 9)
    rows = [bytes([1, 2, 3])]
    tracemalloc.start()
    with pytest.raises(ImageError, match="damaged"):
        load_image(png((1, 1, 8, 2), rows, (b"iCCP", b"p\0\0" + squeezed)))
    with pytest.raises(ImageError, match="damaged"):
        load_image(png((1, 1, 8, 2), rows, (b"zTXt", b"t\0\0" + squeezed)))
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_png_that_unpacks_to_more_than_its_pixels_is_not_unpacked_further():
    rows = [bytes([1, 2, 3]), *[bytes(1_000_000)] * 50]
    content = png((1, 1, 8, 2), rows)
    tracemalloc.start()
    assert load_image(content).tolist() == [[[1, 2, 3]]]
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "8"])
def test_max_pixels_must_be_a_positive_integer(bad):
    with pytest.raises(ValueError, match="max_pixels must be an integer"):
        load_image(RGB, max_pixels=bad)


# --- frames -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["GIF", "TIFF", "PNG", "WEBP"])
def test_a_frame_out_of_range_is_an_error_with_the_range(format):
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "lime", "blue")]
    content = encode(frames[0], format, save_all=True, append_images=frames[1:])
    with pytest.raises(ImageError, match=r"frame must be an integer from 0 to 2 .* got 3"):
        load_image(content, frame=3)
    with pytest.raises(ImageError, match=r"frame must be an integer from 0 to 0 .* got 1"):
        load_image(encode(frames[0], "JPEG"), frame=1)


def test_an_array_is_one_frame(tmp_path):
    np.save(tmp_path / "a.npy", RGB)
    for source in (RGB, tmp_path / "a.npy"):
        assert np.array_equal(load_image(source, frame=0), RGB)
        with pytest.raises(ImageError, match=r"frame must be an integer from 0 to 0 .* got 3"):
            load_image(source, frame=3)


@pytest.mark.parametrize("bad", [-1, 0.5, "0", True])
def test_frame_must_be_a_non_negative_integer(bad):
    with pytest.raises(ValueError, match="frame must be an integer from 0"):
        load_image(RGB, frame=bad)


def test_the_later_frames_of_an_animation_are_not_visited(monkeypatch):
    from PIL import GifImagePlugin

    frames = [Image.new("L", (4, 4), i % 256) for i in range(200)]
    content = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    visited, seek = [], GifImagePlugin.GifImageFile._seek
    monkeypatch.setattr(
        GifImagePlugin.GifImageFile,
        "_seek",
        lambda self, *a, **k: (visited.append(a[0]), seek(self, *a, **k))[1],
    )
    with pytest.warns(ImageWarning, match="several frames"):
        load_image(content)
    assert max(visited) <= 1


# --- TIFF ---------------------------------------------------------------------------------------------------


def test_a_tiff_whose_first_page_is_a_thumbnail_is_refused_by_name():
    content = tiff(np.zeros((9, 9, 3), np.uint8), photometric="rgb", subfiletype=1)
    with pytest.raises(ImageError, match=r"unsupported TIFF: .*thumbnail"):
        load_image(content)


def test_signed_16_bit_tiff_outside_0_to_255_is_an_error_until_its_range_is_given():
    content = tiff(np.array([[-1000, 0, 1000]], np.int16))
    with pytest.raises(ImageError, match=r"must lie in 0\.\.255, the content has -1000\.\.1000"):
        load_image(content)
    assert load_image(content, value_range=(-1000, 1000))[0, :, 0].tolist() == [0, 128, 255]


# --- NumPy files --------------------------------------------------------------------------------------------


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "array",
    [
        np.array([[{}]], object),
        np.zeros((2, 2), "U5"),
        np.zeros((2, 2), complex),
        np.zeros((2, 2), "datetime64[s]"),
        np.zeros((2, 2), [("r", "u1")]),
        np.uint8(3),
        np.zeros(5, np.uint8),
        np.zeros((2, 2, 2, 3), np.uint8),
        np.zeros((2, 2, 5), np.uint8),
        np.zeros((0, 2, 3), np.uint8),
    ],
    ids=["object", "string", "complex", "datetime", "structured", "0-d", "1-d", "4-d", "5 channels", "empty"],
)
def test_a_npy_file_that_is_no_image_is_refused_by_shape_and_dtype(array):
    with pytest.raises(ImageError, match=f"has shape {re.escape(str(array.shape))} and dtype"):
        load_image(npy(array))


class Trap:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def test_nothing_is_ever_unpickled():
    content = npy(np.array([[Trap()]], object))
    archive = io.BytesIO()
    np.savez(archive, a=np.array([[Trap()]], object))
    for source in (content, archive.getvalue()):
        with pytest.raises(ImageError, match="dtype object"):
            load_image(source)


@pytest.mark.parametrize("keep", [6, 9, 60, 127, 128, 200, -1])
def test_a_truncated_npy_file_is_an_error(keep):
    with pytest.raises(ImageError, match="NumPy file"):
        load_image(npy(RGB)[:keep])


def test_an_npz_file_holds_one_array_or_is_refused_with_the_names():
    many, none = io.BytesIO(), io.BytesIO()
    np.savez(many, left=RGB, right=RGB)
    with zipfile.ZipFile(none, "w") as archive:
        archive.writestr("a.png", encode(RGB, "PNG"))
    with pytest.raises(ImageError, match=r"2 arrays \(left, right\)"):
        load_image(many.getvalue())
    with pytest.raises(ImageError, match="ZIP archive"):
        load_image(none.getvalue())


def test_an_npz_member_that_claims_too_much_is_refused_before_it_is_unpacked():
    bomb, short = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", BOMBS["NPY"] + bytes(50_000_000))
    with zipfile.ZipFile(short, "w") as archive:
        archive.writestr("a.npy", npy(RGB)[:-5])
    with pytest.raises(ImageError, match="max_pixels"):
        load_image(bomb.getvalue())
    with pytest.raises(ImageError, match="is truncated"):
        load_image(short.getvalue())


def test_a_npy_header_of_gigabytes_is_not_read():
    """Numpy would read all of it before it says that it is too long; in an archive, gigabytes are a megabyte."""

    class Endless(io.RawIOBase):
        read_bytes = 0

        def seek(self, *_):
            return 0

        def seekable(self):
            return True

        def read(self, n):
            self.read_bytes += n
            return (b"\x93NUMPY\x02\0\0\0\0\xff" + b" " * n)[:n]

    stream = Endless()
    with pytest.raises(ImageError, match="header that cannot be read"):
        load_image(stream)
    assert stream.read_bytes < 20_000


def test_a_damaged_npz_is_an_image_error():
    archive = io.BytesIO()
    np.savez_compressed(archive, a=np.arange(30000, dtype=np.uint16).reshape(100, 300))
    content = bytearray(archive.getvalue())
    content[200:220] = bytes(20)
    with pytest.raises(ImageError, match=r"NumPy file|.npz file"):
        load_image(bytes(content))
    with pytest.raises(ImageError, match=r".npz file"):
        load_image(bytes(content[:300]))
