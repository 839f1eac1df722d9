"""design_palette: one palette for many images, the same as that of one image that holds them all."""

import numpy as np
import pytest

import img2num_nb as nb
from img2num_nb.histogram import ColorHistogram

NAMES = ("coffee", "chelsea", "rocket")


@pytest.fixture(scope="module")
def images():
    return [nb.sample_image(name)[::3, ::3] for name in NAMES]


@pytest.mark.parametrize("method", ["kmeans", "wu", "octree"])
def test_the_palette_of_tiles_is_that_of_the_whole_image(method):
    image = nb.sample_image("astronaut")
    tiles = (image[y : y + 100, x : x + 90] for y in range(0, 512, 100) for x in range(0, 512, 90))
    shared = nb.design_palette(tiles, 12, method=method, seed=3)
    whole = nb.quantize(image, 12, method=method, seed=3)
    np.testing.assert_array_equal(shared.palette, whole.palette)
    assert shared.n_images == 36


def test_the_order_of_images_and_their_kind_are_no_matter(images):
    expected = nb.design_palette(images, 9).palette
    for others in (images[::-1], iter(images), map(ColorHistogram.from_image, images)):
        np.testing.assert_array_equal(nb.design_palette(others, 9).palette, expected)


def test_every_pixel_takes_its_nearest_entry_and_every_entry_keeps_its_place(images):
    shared = nb.design_palette(images, 20, color_space="srgb")
    for image in images:
        made = shared.map(image)
        np.testing.assert_array_equal(made.palette, shared.palette)
        squares = ((image[:, :, None].astype(int) - shared.palette) ** 2).sum(axis=3)
        chosen = np.take_along_axis(squares, made.labels[..., None].astype(int), axis=2)[..., 0]
        np.testing.assert_array_equal(chosen, squares.min(axis=2))
        np.testing.assert_array_equal(made.counts, np.bincount(made.labels.ravel(), minlength=20))
        assert shared.mse(image) == pytest.approx(nb.metrics(image, made, ["mse"])["mse"], rel=1e-12)


def test_a_shared_palette_is_worse_than_one_each_and_better_than_that_of_another(images):
    shared = nb.design_palette(images, 16, weights="equal")
    other = nb.design_palette(images[0], 16)
    each = [nb.metrics(image, nb.quantize(image, 16), ["mse"])["mse"] for image in images]
    assert sum(each) < sum(map(shared.mse, images)) < sum(map(other.mse, images))


def test_equal_weights_count_a_small_image_like_a_large_one():
    small, large = np.full((2, 2, 3), 200, np.uint8), np.full((90, 90, 3), 100, np.uint8)
    assert nb.design_palette([small, large], 1, color_space="srgb").palette.tolist() == [[100] * 3]
    assert nb.design_palette([small, large], 1, color_space="srgb", weights="equal").palette.tolist() == [
        [150] * 3
    ]


def test_dithering_uses_the_same_palette(images):
    shared = nb.design_palette(images, 6)
    made = shared.map(images[0], dither="floyd-steinberg")
    assert made.settings["dither"] == "floyd-steinberg"
    np.testing.assert_array_equal(made.palette, shared.palette)


def test_the_saved_palette_is_read_back(images, tmp_path):
    shared = nb.design_palette(images, 6, locked=["#ff8800"])
    shared.save(tmp_path / "shared.gpl")
    np.testing.assert_array_equal(nb.load_palette(tmp_path / "shared.gpl"), shared.palette)
    assert [255, 136, 0] in shared.palette.tolist()


@pytest.mark.parametrize(
    ("images", "options", "error", "message"),
    [
        ([], {}, ValueError, "at least one image"),
        (5, {}, TypeError, "images must be an image, a histogram, a path or several"),
        (["sample:coffee", "absent.png"], {}, nb.ImageError, "image 2: cannot open 'absent.png'"),
        ("sample:coffee", {"weights": "equl"}, ValueError, "did you mean 'equal'"),
        ("sample:coffee", {"k": 1, "locked": ["#fff", "#000"]}, ValueError, "at most k = 1 colours, got 2"),
        ("sample:coffee", {"effort": "draft"}, ValueError, "leave fit_on and effort='draft' out"),
    ],
)
def test_what_is_wrong_is_said(images, options, error, message):
    with pytest.raises(error, match=message):
        nb.design_palette(images, **options)
