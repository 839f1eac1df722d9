"""load_image of NumPy arrays, and the entrance check that other modules use."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.util import img_as_ubyte

from img2num_nb.errors import ImageError
from img2num_nb.images import ImageWarning, load_image, validate_image

rng = np.random.default_rng(0)
RGB = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)


def test_an_rgb_array_comes_back_equal_in_memory_of_its_own():
    image = load_image(RGB)
    assert np.array_equal(image, RGB) and image.dtype == np.uint8
    assert image.flags.c_contiguous and image.flags.writeable and not np.shares_memory(image, RGB)


def test_gray_in_two_or_three_dimensions_becomes_three_equal_channels():
    gray = RGB[..., 0]
    for source in (gray, gray[..., None]):
        image = load_image(source)
        assert np.array_equal(image, np.stack([gray] * 3, axis=-1)) and image.flags.writeable


@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 9, 3), (9, 1, 3), (1, 1), (3, 200, 3), (3, 3, 3), (2, 4, 3)]
)
def test_thin_images_keep_their_shape(shape):
    assert load_image(np.zeros(shape, np.uint8)).shape == (*shape[:2], 3)


@pytest.mark.parametrize(
    "make",
    [
        lambda a: np.asfortranarray(a),
        lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
        lambda a: a.astype(a.dtype.newbyteorder(">")),
        lambda a: np.moveaxis(np.moveaxis(a, -1, 0).copy(), 0, -1),
    ],
    ids=["fortran", "negative strides", "gaps", "big endian", "planes"],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_memory_layout_and_byte_order_do_not_matter(make, dtype):
    plain = (RGB / 255 if dtype == np.float32 else RGB * np.int64(100)).astype(dtype)
    assert np.array_equal(load_image(make(plain)), load_image(plain))


def test_read_only_and_memory_mapped_arrays_load_and_stay_as_they_are(tmp_path):
    np.save(tmp_path / "a.npy", RGB)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    image = load_image(mapped)
    image[:] = 0
    assert np.array_equal(mapped, RGB) and type(image) is np.ndarray


@pytest.mark.parametrize("dtype", [float, np.uint8, bool])
def test_a_matrix_is_its_plain_array(dtype):
    """NumPy's np.matrix, given a third axis, writes outside its memory."""
    array = np.eye(5, dtype=dtype)
    for _ in range(30):
        assert np.array_equal(load_image(array.view(np.matrix)), load_image(array))


def test_floats_round_to_the_nearest_level_as_scikit_image_does():
    floats = rng.random((50, 60, 3))
    assert np.array_equal(load_image(floats), img_as_ubyte(floats))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_every_level_survives_the_way_through_floats(dtype):
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(load_image((levels / np.float64(255)).astype(dtype))[..., 0], levels)


def test_every_16_bit_number_goes_to_its_nearest_level():
    numbers = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert np.array_equal(load_image(numbers)[..., 0], (numbers.astype(int) + 128) // 257)


def test_halves_round_upwards():
    assert load_image(np.array([[0.5, 2.5, 3.5]]), value_range=(0, 255))[0, :, 0].tolist() == [1, 3, 4]


def test_false_is_black_and_true_is_white():
    assert load_image(np.array([[False, True]]))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int64, np.uint32, np.uint64])
def test_other_integers_count_as_0_to_255(dtype):
    assert load_image(np.array([[0, 100, 127]], dtype))[0, :, 0].tolist() == [0, 100, 127]


@pytest.mark.parametrize("bad", [[[-1, 5]], [[0, 256]], [[2**62, 0]]])
def test_integers_outside_0_to_255_are_an_error_that_shows_the_range(bad):
    with pytest.raises(ImageError, match=re.escape("int64 values must lie in 0..255, the array has ")):
        load_image(np.array(bad, np.int64))


def test_a_tiny_overshoot_of_floats_is_clipped():
    assert load_image(np.array([[-1e-7, 1 + 1e-7]]))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("bad", [-0.01, 1.01, 1e300, -1e300])
def test_floats_outside_0_to_1_are_an_error(bad):
    with pytest.raises(ImageError, match=r"float64 values must lie in 0\.\.1"):
        load_image(np.array([[0.5, bad]]))


def test_floats_0_to_255_are_an_error_that_names_the_way():
    with pytest.raises(ImageError, match=re.escape("value_range=(0, 255)")):
        load_image(RGB.astype(float))


def test_value_range_says_what_black_and_white_are():
    assert np.array_equal(load_image(RGB.astype(float), value_range=(0, 255)), RGB)
    assert load_image(np.array([[-1.0, 0.0, 1.0]]), value_range=(-1, 1))[0, :, 0].tolist() == [0, 128, 255]
    assert load_image(np.array([[0, 4095]], np.uint16), value_range=(0, 4095))[0, :, 0].tolist() == [0, 255]
    with pytest.raises(ImageError, match=re.escape("must lie in 0..4095, the array has 0..5000")):
        load_image(np.array([[0, 5000]], np.uint16), value_range=(0, 4095))


@pytest.mark.parametrize("bad", [5, (1, 1), (2, 1), (0, np.nan), ("a", "b"), (1, 2, 3)])
def test_a_wrong_value_range_is_an_error(bad):
    with pytest.raises(ValueError, match="value_range must be"):
        load_image(RGB, value_range=bad)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nan_and_infinity_are_counted_and_the_first_is_located(dtype):
    bad = np.zeros((4, 5, 3), dtype)
    bad[1, 2, 0], bad[3, 4, 2] = np.nan, np.inf
    with pytest.raises(
        ImageError, match=re.escape("2 values that are NaN or infinite, the first at index (1, 2, 0)")
    ):
        load_image(bad)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_channels_first_array_is_an_error_with_the_guess(channels):
    with pytest.raises(
        ImageError, match=re.escape("looks like (channels, H, W): pass np.moveaxis(array, 0, -1)")
    ):
        load_image(np.zeros((channels, 48, 64), np.uint8))


@pytest.mark.parametrize("shape", [(), (5,), (0, 5, 3), (5, 0), (5, 6, 5), (5, 6, 0), (2, 5, 6, 3)])
def test_other_shapes_are_an_error_that_shows_shape_and_dtype(shape):
    with pytest.raises(ImageError, match=re.escape(f"has shape {shape} and dtype uint8")):
        load_image(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "dtype", [object, "U3", "S3", complex, "datetime64[s]", "timedelta64[s]", [("r", "u1")]]
)
def test_other_dtypes_are_an_error(dtype):
    with pytest.raises(ImageError, match="bool, integers or floats"):
        load_image(np.zeros((4, 5), dtype))


def test_a_masked_array_is_an_error_that_names_filled():
    with pytest.raises(ImageError, match="filled"):
        load_image(np.ma.masked_equal(RGB, 0))


# --- alpha --------------------------------------------------------------------------------------------------


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 4), st.just(4))),
    st.tuples(*[st.integers(0, 255)] * 3),
)
def test_alpha_is_composited_to_the_nearest_level(rgba, background):
    rgba[0, 0, 3] = 255  # not fully transparent, which would warn
    weight = rgba[..., 3:] / 255
    exact = weight * rgba[..., :3] + (1 - weight) * np.array(background)
    assert np.abs(load_image(rgba, background=background) - exact).max() <= 0.5 + 1e-9


def test_opaque_rgba_is_its_rgb_and_transparent_colours_leave_no_trace():
    rgba = np.dstack([RGB, np.full((5, 7), 255, np.uint8)])
    assert np.array_equal(load_image(rgba), RGB)
    rgba[2:, :, 3] = 0
    image = load_image(rgba, background="#102030")
    assert np.array_equal(image[:2], RGB[:2]) and np.all(image[2:] == (16, 32, 48))


def test_gray_with_alpha_takes_the_colour_of_the_background():
    image = load_image(np.array([[[100, 255], [100, 0]]], np.uint8), background=(1, 2, 3))
    assert image.tolist() == [[[100, 100, 100], [1, 2, 3]]]


def test_floats_and_16_bits_may_have_alpha_too():
    assert load_image(np.array([[[1.0, 0, 0, 1], [1, 0, 0, 0]]]))[0].tolist() == [[255, 0, 0], [255] * 3]
    deep = np.array([[[65535, 0, 0, 65535], [9, 9, 9, 0]]], np.uint16)
    assert load_image(deep, background="black")[0].tolist() == [[255, 0, 0], [0] * 3]


def test_a_fully_transparent_image_is_the_background_and_says_so():
    with pytest.warns(ImageWarning, match="fully transparent"):
        assert np.all(load_image(np.zeros((2, 2, 4), np.uint8), background="red") == (255, 0, 0))


@pytest.mark.parametrize("bad", ["rde", "#12", "#11223344", (1, 2), (0, 0, 256), (0.5, 0, 0), 7, None])
def test_a_wrong_background_is_an_error(bad):
    with pytest.raises(ValueError, match="background must be"):
        load_image(RGB, background=bad)


# --- parameters and the entrance check ----------------------------------------------------------------------


def test_max_pixels_holds_for_arrays_too():
    assert load_image(RGB, max_pixels=35).shape == RGB.shape
    with pytest.raises(ImageError, match=r"7 x 5 = 35 pixels, more than max_pixels=34"):
        load_image(RGB, max_pixels=34)


@pytest.mark.parametrize("source", [None, 5, [[1, 2]], {"a": 1}])
def test_a_source_of_another_type_is_a_type_error(source):
    with pytest.raises(TypeError, match=f"source must be .* got {type(source).__name__}"):
        load_image(source)


def test_the_entrance_check_returns_a_contiguous_image_unchanged():
    assert validate_image(RGB) is RGB
    turned = validate_image(RGB[:, ::-1])
    assert turned.flags.c_contiguous and np.array_equal(turned, RGB[:, ::-1])


@pytest.mark.parametrize(
    "bad",
    [
        RGB.astype(float),
        RGB[..., 0],
        RGB[..., :2],
        RGB[:0],
        RGB.astype(np.int64),
        "a.png",
        None,
        np.ma.masked_equal(RGB, 0),
    ],
    ids=["float", "gray", "two channels", "empty", "int64", "a name", "None", "masked"],
)
def test_the_entrance_check_refuses_all_else_and_points_to_load_image(bad):
    with pytest.raises(ImageError, match=re.escape("shape (H, W, 3) and dtype uint8") + ".*load_image"):
        validate_image(bad)
