"""save_png and png_bytes: exactly the palette, exactly the pixels, whole files only."""

import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from img2num_nb.errors import ImageError
from img2num_nb.images import load_image, png_bytes, save_png

rng = np.random.default_rng(0)


def quantization(n, shape=(30, 41)):
    labels = rng.integers(0, n, shape).astype(np.uint8 if n <= 256 else np.uint16)
    return SimpleNamespace(labels=labels, palette=rng.integers(0, 256, (n, 3), dtype=np.uint8))


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 16, 17, 255, 256])
def test_an_indexed_png_has_exactly_the_labels_and_the_palette(n, tmp_path):
    q = quantization(n)
    assert save_png(tmp_path / "out.png", q) == tmp_path / "out.png"
    im = Image.open(tmp_path / "out.png")
    assert im.mode == "P" and np.array_equal(np.asarray(im), q.labels)
    assert np.array_equal(np.reshape(im.getpalette(), (-1, 3))[:n], q.palette)
    assert np.array_equal(load_image(tmp_path / "out.png"), q.palette[q.labels])


@pytest.mark.parametrize("n, bits", [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)])
def test_the_file_has_the_least_bits_and_a_palette_chunk_of_n_colours(n, bits):
    content = png_bytes(quantization(n))
    at = content.index(b"PLTE")
    assert content[24] == bits and content[25] == 3
    assert int.from_bytes(content[at - 4 : at]) == 3 * n


def test_equal_colours_and_unused_colours_of_a_palette_are_kept():
    palette = np.array([[9, 9, 9], [9, 9, 9], [1, 2, 3], [0, 0, 0]], np.uint8)
    im = opened(png_bytes(np.array([[0, 1, 2]]), palette))
    assert np.asarray(im).tolist() == [[0, 1, 2]] and im.getpalette()[:12] == palette.ravel().tolist()


def test_above_256_colours_the_png_is_true_colour():
    q = quantization(300)
    im = opened(png_bytes(q))
    assert im.mode == "RGB" and np.array_equal(np.asarray(im), q.palette[q.labels])


def test_an_image_makes_a_true_colour_png():
    image = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    im = opened(png_bytes(image[:, ::-1]))
    assert im.mode == "RGB" and np.array_equal(np.asarray(im), image[:, ::-1])


def test_the_bytes_repeat_carry_no_metadata_and_are_those_of_the_file(tmp_path):
    q = quantization(7)
    content = png_bytes(q)
    save_png(tmp_path / "a.png", q)
    assert png_bytes(q.labels, q.palette) == content == (tmp_path / "a.png").read_bytes()
    assert re.findall(b"IHDR|PLTE|IDAT|IEND|tEXt|tIME|pHYs|gAMA", content) == [
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
    ]


def test_fewer_colours_make_a_smaller_file():
    levels = np.broadcast_to(np.arange(256), (64, 256))
    gray = np.repeat(np.arange(256)[:, None], 3, axis=1).astype(np.uint8)
    sizes = [len(png_bytes(levels // step * step, gray)) for step in (1, 16, 128)]
    assert sizes == sorted(sizes, reverse=True)


PALETTE = np.zeros((3, 3), np.uint8)


@pytest.mark.parametrize(
    "labels, palette, words",
    [
        (
            np.zeros((2, 2), int),
            PALETTE.astype(float),
            "palette must have shape (n, 3) and dtype uint8, got (3, 3)",
        ),
        (np.zeros((2, 2), int), PALETTE[:, :2], "palette must have shape (n, 3)"),
        (np.zeros((2, 2), int), PALETTE[:0], "palette must have shape (n, 3)"),
        (np.zeros(4, int), PALETTE, "labels must have shape (H, W) and an integer dtype, got (4,)"),
        (np.zeros((2, 2)), PALETTE, "labels must have shape (H, W) and an integer dtype"),
        (np.full((2, 2), 3), PALETTE, "labels must lie in 0..2, as the palette has 3 colours; got 3..3"),
        (np.full((2, 2), -1), PALETTE, "labels must lie in 0..2"),
        (np.zeros((2, 2), int), None, "shape (H, W, 3) and dtype uint8"),
    ],
)
def test_what_cannot_be_a_picture_is_an_error_and_leaves_no_file(labels, palette, words, tmp_path):
    with pytest.raises(ImageError, match=re.escape(words)):
        save_png(tmp_path / "a.png", labels, palette)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_an_error_that_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="make its folder first"):
        save_png(tmp_path / "no" / "a.png", quantization(2))
