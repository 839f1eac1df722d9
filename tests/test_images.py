"""load_image of sound files from every kind of source; frames; preview and hash."""

import hashlib
import io

import numpy as np
import pytest
from image_files import RGB, SMOOTH, encode
from PIL import Image

from img2num_nb.images import ImageWarning, image_sha256, load_image, preview

rng = np.random.default_rng(0)


# --- sources and formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "format, options",
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("BMP", {}),
        ("PPM", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
def test_lossless_formats_come_back_equal(format, options):
    error = np.abs(load_image(encode(RGB, format, **options)).astype(int) - RGB)
    assert error.max() <= (4 if format == "AVIF" else 0)  # AVIF converts to YCbCr in 8 bits


@pytest.mark.parametrize("format, options", [("JPEG", {"quality": 95}), ("WEBP", {"quality": 95})])
def test_lossy_formats_come_back_as_pillow_decodes_them(format, options):
    content = encode(SMOOTH, format, **options)
    assert np.array_equal(load_image(content), np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))


def test_gif_palettes_come_back_equal():
    few = (RGB // 128) * 255
    assert np.array_equal(load_image(encode(few, "GIF")), few)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, io.BytesIO])
def test_content_may_come_as_bytes_or_a_file_object(wrap):
    assert np.array_equal(load_image(wrap(encode(RGB, "PNG"))), RGB)


def test_a_file_object_is_read_from_its_start_and_need_not_be_seekable(tmp_path):
    (tmp_path / "a.png").write_bytes(encode(RGB, "PNG"))
    with open(tmp_path / "a.png", "rb") as file:
        file.read(10)
        assert np.array_equal(load_image(file), RGB)

    class Pipe(io.RawIOBase):
        def __init__(self, content):
            self.content = io.BytesIO(content)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.content.readinto(buffer)

    assert np.array_equal(load_image(Pipe(encode(RGB, "PNG"))), RGB)


@pytest.mark.parametrize(
    "name",
    [
        "a b.png",
        "höhe 高.png",
        "<b>&amp;.png",
        'it\'s "x".png',
        "*[a]?.png",
        "-rf.png",
        "=1+1.png",
        "~x.png",
        "a",
    ],
)
def test_odd_names_load_as_they_are(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(encode(RGB, "PNG"))
    assert np.array_equal(load_image(name), RGB) and np.array_equal(load_image(tmp_path / name), RGB)


def test_a_wrong_suffix_loads_by_content_with_a_note(tmp_path):
    (tmp_path / "photo.JPG").write_bytes(encode(RGB, "PNG"))
    with pytest.warns(ImageWarning, match="photo.JPG' holds PNG, not JPEG"):
        assert np.array_equal(load_image(tmp_path / "photo.JPG"), RGB)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_bytes_after_the_end_do_no_harm(format):
    content = encode(SMOOTH, format)
    assert np.array_equal(load_image(content + b"tail" * 50), load_image(content))


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1)])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP", "PPM"])
def test_thin_images_load(format, shape):
    pixels = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.array_equal(load_image(encode(pixels, format)), pixels)


def test_npy_and_npz_files_follow_the_rules_of_arrays(tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(RGB / 255))
    np.savez_compressed(tmp_path / "a.npz", anything=RGB)
    for name in ("a.npy", "a.npz"):
        assert np.array_equal(load_image(tmp_path / name), RGB)


# --- frames -------------------------------------------------------------------------------------------------

FRAMES = [Image.new("RGB", (8, 6), color) for color in ("red", "lime", "blue")]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_gives_its_first_frame_with_a_warning_and_others_by_number(format):
    options = {"lossless": True} if format == "WEBP" else {}
    content = encode(FRAMES[0], format, save_all=True, append_images=FRAMES[1:], **options)
    with pytest.warns(ImageWarning, match="several frames; this is the first"):
        first = load_image(content)
    frames = [first, *(load_image(content, frame=i) for i in range(3))]
    for image, color in zip(frames, ["red", "red", "lime", "blue"], strict=True):
        assert np.abs(image.astype(int) - np.asarray(Image.new("RGB", (8, 6), color))).max() <= 2


def test_an_mpo_photograph_gives_its_main_picture_without_a_warning():
    content = encode(SMOOTH, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    assert load_image(content).shape == SMOOTH.shape


def test_a_pillow_image_is_read_at_its_frame_and_left_there():
    im = Image.open(io.BytesIO(encode(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:])))
    im.seek(1)
    assert load_image(im)[0, 0].tolist() == [0, 255, 0]
    assert load_image(im, frame=2)[0, 0].tolist() == [0, 0, 255] and im.tell() == 1


# --- preview and hash ---------------------------------------------------------------------------------------


def test_a_small_image_is_its_own_preview():
    shown = preview(RGB)
    assert shown.image is RGB and shown.scale == 1 and shown.text == "shown at full size, 17 x 12"


def test_a_preview_averages_blocks_and_says_its_scale():
    shown = preview(RGB, max_side=6)
    blocks = RGB[:, :15].reshape(4, 3, 5, 3, 3).astype(float).mean(axis=(1, 3))
    assert shown.image.shape == (4, 6, 3) and np.abs(shown.image[:, :5] - blocks).max() < 1
    assert shown.scale == 1 / 3 and shown.text == "shown at 1/3 of 17 x 12"


def test_the_hash_is_the_documented_one_and_tells_shapes_apart():
    assert image_sha256(RGB) == hashlib.sha256(b"12 17 3 uint8\n" + RGB.tobytes()).hexdigest()
    assert image_sha256(RGB[::-1][::-1]) == image_sha256(RGB) != image_sha256(RGB.reshape(17, 12, 3))
