"""load_image of what is no sound image: an error that helps, soon, and nothing left changed."""

import contextlib
import io
import os
import re
import struct
import threading
import warnings

import numpy as np
import pytest
from image_files import RGB, SMOOTH, encode, png
from PIL import Image, ImageFile

from img2num_nb.errors import ImageError
from img2num_nb.images import ImageWarning, load_image
from img2num_nb.images import png as png_module

FORMATS = ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF"]
MANY = np.tile(RGB, (10, 10, 1))

# --- paths --------------------------------------------------------------------------------------------------


def test_a_missing_file_is_named_with_the_place_that_was_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ImageError, match=r"cannot open 'no\.png'.*looked in the current folder, '.*" + tmp_path.name
    ):
        load_image("no.png")


def test_a_url_is_told_to_be_downloaded_first():
    with pytest.raises(ImageError, match="URLs are not fetched"):
        load_image("https://example.org/a.png")


@pytest.mark.parametrize("path", ["a\0b.png", "x" * 5000, ""])
def test_an_impossible_path_is_an_image_error(path):
    with pytest.raises(ImageError, match=r"cannot open|is a folder"):
        load_image(path)


def test_folders_fifos_and_devices_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere")
    for path, words in [
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.png", "is a device, pipe or socket"),
        ("/dev/zero", "is a device, pipe or socket"),
        (tmp_path / "dangling.png", "cannot open"),
    ]:
        with pytest.raises(ImageError, match=words):
            load_image(path)


def test_a_file_without_read_permission_is_an_image_error(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(encode(RGB, "PNG"))

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)  # chmod would not stop a test that runs as root
    with pytest.raises(ImageError, match=r"cannot open '.*a\.png': Permission denied"):
        load_image(tmp_path / "a.png")


def test_a_file_open_as_text_is_a_type_error(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with open(tmp_path / "a.txt") as file, pytest.raises(TypeError, match="mode 'rb'"):
        load_image(file)


def test_a_file_that_cannot_be_read_is_an_image_error(tmp_path):
    class Failing(io.BytesIO):
        def read(self, n=-1):
            raise OSError(5, "Input/output error")

    closed = io.BytesIO()
    closed.close()
    with open(tmp_path / "a.png", "wb") as unreadable:
        for source, words in [
            (Failing(), "the file object: Input/output error"),
            (closed, "closed file"),
            (unreadable, r"a\.png'.*: "),
        ]:
            with pytest.raises(ImageError, match="cannot read .*" + words):
                load_image(source)


# --- what is no image ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty (0 bytes)"),
        (b"Dear reader,\nthis is h\xc3\xb6flich", "looks like text: 'Dear reader"),
        (b"<!DOCTYPE html><html>", "looks like an HTML page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "looks like an SVG drawing"),
        (b'<svg width="1">', "looks like an SVG drawing"),
        (b"<?xml version='1.0'?><a/>", "looks like an XML file"),
        (b"%PDF-1.7", "looks like a PDF document"),
        (b'{"a": 1}', "looks like JSON"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            "Git LFS pointer: fetch the file itself by `git lfs pull`",
        ),
        (b"PK\x03\x04" + bytes(60), "looks like a ZIP archive"),
        (b"8BPS\0\1", "begins like PSD but cannot be opened"),
        (b"\x7fELF\1\2", "looks like binary data that begins with 7f 45 4c 46"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "looks like PostScript or EPS"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "looks like PostScript or EPS"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_image_is_named(content, words, tmp_path):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.png' .*" + re.escape(words)):
        load_image(tmp_path / "a.png")


def test_postscript_starts_no_program(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *a, **k: pytest.fail("a program was started"))
    for suffix in ("eps", "ps", "png", "jpg"):
        (tmp_path / f"a.{suffix}").write_bytes(encode(Image.new("RGB", (4, 4)), "EPS"))
        with pytest.raises(ImageError, match="PostScript"):
            load_image(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize(
    "signature", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"GIF89a", b"BM", b"P6 ", b"RIFF....WEBP"]
)
def test_a_signature_alone_is_an_error(signature):
    with pytest.raises(ImageError, match=r"damaged|unsupported TIFF"):
        load_image(signature)


# --- damage -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", [*FORMATS, "progressive JPEG", "interlaced PNG"])
@pytest.mark.parametrize("keep", [32, 0.1, 0.5, 0.9, -64])
def test_a_truncated_file_is_an_error_that_names_the_way_out(format, keep):
    content = encode(RGB, format.split()[-1], **({"progressive": True} if "progressive" in format else {}))
    if format == "interlaced PNG":
        content = png((8, 8, 8, 0), [np.random.default_rng(0).bytes(120)], interlace=1)
    with pytest.raises(ImageError, match="damaged"):
        load_image(content[: keep if isinstance(keep, int) else int(len(content) * keep)])


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "BMP", "PPM"])
def test_allow_damaged_loads_the_upper_half_with_a_warning(format):
    content = encode(MANY, format)
    with pytest.warns(ImageWarning, match=r"damaged.*allow_damaged=True: parts of the picture"):
        image = load_image(content[: len(content) * 8 // 10], allow_damaged=True)
    whole = load_image(content)
    assert image.shape == MANY.shape
    if format != "BMP":  # which begins at the bottom
        assert np.array_equal(image[:32], whole[:32])
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_allow_damaged_changes_nothing_for_a_sound_file():
    assert np.array_equal(load_image(encode(RGB, "PNG"), allow_damaged=True), RGB)


def test_a_png_with_a_wrong_checksum_or_missing_rows_is_refused_though_pillow_shows_it():
    sound = encode(RGB, "PNG")
    at = sound.index(b"IDAT")
    length = int.from_bytes(sound[at - 4 : at])
    broken = bytearray(sound)
    broken[at + 4 + length] ^= 1
    short = png((17, 12, 8, 2), RGB.reshape(12, -1)[:7])
    for content, words in [
        (bytes(broken), "checksum in a IDAT"),
        (short, "pixel rows are missing"),
        (sound[:-12], "end mark"),
    ]:
        Image.open(io.BytesIO(content)).load()
        with pytest.raises(ImageError, match=words):
            load_image(content)


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize("bits, kind", [(1, 0), (2, 3), (4, 0), (8, 2), (16, 6)])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 8), (13, 2)])
def test_the_unpacked_size_of_a_png_counts_the_bytes_of_every_pass(size, bits, kind, interlace):
    """An outside count: the passes of an image of pixel numbers, by slicing as the PNG standard draws it."""
    width, height = size
    samples = {0: 1, 2: 3, 3: 1, 6: 4}[kind]
    starts = [
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ]
    pixels = np.zeros((height, width))
    passes = [pixels[y::dy, x::dx] for y, x, dy, dx in starts] if interlace else [pixels]
    wanted = sum(p.shape[0] * (1 + -(-p.shape[1] * bits * samples // 8)) for p in passes if p.size)
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlace)
    assert png_module._unpacked_size(header) == wanted


def test_large_sound_pngs_are_not_taken_for_damaged():
    for pixels in (
        np.zeros((1100, 1000, 3), np.uint8),
        np.random.default_rng(0).integers(0, 4, (700, 900), np.uint8),
    ):
        assert png_module.damage(io.BytesIO(encode(pixels, "PNG"))) is None


@pytest.mark.parametrize("format", FORMATS)
def test_fuzzed_files_load_or_raise_an_image_error_and_nothing_else(format):
    rng = np.random.default_rng(1)
    content = np.frombuffer(encode(SMOOTH, format), np.uint8)
    for _ in range(40):
        broken = content.copy()
        broken[rng.integers(0, len(broken), 6)] = rng.integers(0, 256, 6)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImageWarning)
            with contextlib.suppress(ImageError):
                assert load_image(broken.tobytes()).dtype == np.uint8


def test_pillow_settings_are_as_before_after_success_and_failure():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    for content in (encode(RGB, "PNG"), encode(RGB, "PNG")[:100]):
        with contextlib.suppress(ImageError):
            load_image(content, max_pixels=10_000)
        assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


def test_threads_may_load_sound_and_damaged_files_at_once():
    sound, broken, wrong = encode(MANY, "JPEG"), encode(MANY, "JPEG")[:9000], []

    def work():
        for _ in range(10):
            if not np.array_equal(load_image(sound), whole):
                wrong.append("pixels")
            try:
                load_image(broken)
                wrong.append("truncation passed")
            except ImageError:
                pass

    whole = load_image(sound)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImageWarning)
        for _ in range(10):
            load_image(broken, allow_damaged=True)
    for thread in threads:
        thread.join()
    assert not wrong
