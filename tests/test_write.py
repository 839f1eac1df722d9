"""image_bytes: every format holds exactly the palette's colours, indexed ones in its order, as Pillow and tifffile read them."""

import io

import numpy as np
import pytest
import tifffile
from oracles import photo
from PIL import Image

from img2num_nb import ImageError, quantize
from img2num_nb.images import image_bytes, load_image
from img2num_nb.images.write import FORMATS

IMAGE = photo(step=8)
INDEXED = [".png", ".tif", ".tiff", ".gif", ".bmp"]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("k", [2, 7, 256])
def test_pixels_are_those_of_the_quantization(ending, k):
    made = quantize(IMAGE, k, method="median-cut")
    data = image_bytes(ending, made)
    with Image.open(io.BytesIO(data)) as im:
        assert im.format == FORMATS[ending][0]
        assert np.array_equal(np.asarray(im.convert("RGB")), made.image)
    assert np.array_equal(load_image(data), made.image)
    assert image_bytes(ending, made) == data


@pytest.mark.parametrize("ending", INDEXED)
def test_the_palette_keeps_its_order_its_unused_and_its_double_colours(ending):
    palette = np.array([[9, 9, 9], [255, 0, 0], [0, 0, 255], [255, 0, 0], [1, 2, 3]], np.uint8)
    labels = np.array([[3, 1], [4, 3]], np.uint8)
    with Image.open(io.BytesIO(image_bytes(ending, labels, palette))) as im:
        assert im.mode == "P"
        assert np.array_equal(np.asarray(im), labels)
        assert np.array_equal(np.array(im.getpalette("RGB")[:15], np.uint8).reshape(5, 3), palette)


def test_tifffile_reads_the_labels_and_the_colour_map_of_a_tiff():
    made = quantize(IMAGE, 5, method="wu")
    with tifffile.TiffFile(io.BytesIO(image_bytes(".tif", made))) as file:
        page = file.pages.first
        assert page.photometric == tifffile.PHOTOMETRIC.PALETTE
        assert np.array_equal(page.asarray(), made.labels)
        assert np.array_equal(page.colormap[:, :5].T, made.palette * np.uint16(257))


@pytest.mark.parametrize("ending", [".png", ".tif", ".webp", ".bmp"])
def test_more_than_256_colours_are_true_colour(ending):
    made = quantize(IMAGE, 300, method="median-cut")
    assert made.n_colors > 256
    assert np.array_equal(load_image(image_bytes(ending, made)), made.image)


def test_what_a_format_cannot_hold_is_refused():
    with pytest.raises(ImageError, match=r"GIF holds up to 256 colours: ask for fewer, or take \.png"):
        image_bytes(".gif", IMAGE)
    with pytest.raises(
        ImageError, match=r"WEBP holds 16,383 pixels a side, got 16384 x 1: take \.png or \.tif"
    ):
        image_bytes(".webp", np.zeros((1, 16384), np.uint8), np.zeros((1, 3), np.uint8))
    with pytest.raises(ValueError, match="the ending of a picture must be one of"):
        image_bytes(".jpg", IMAGE)
