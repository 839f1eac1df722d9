"""Metrics: each against scikit-image, scipy or numpy, pixel by pixel."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import noise, photo
from scipy import ndimage
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from img2num_nb import ColorHistogram, ImageError, metrics, quantize, save_png
from img2num_nb.quality import METRICS, ssim
from img2num_nb.shapes.regions import label_regions

PAIRS = {
    "photo, 16 colours": (photo(), 16),
    "coffee, 300 colours": (photo("coffee", 3), 300),
    "noise, 2 colours": (noise(40, 61), 2),
}


@pytest.fixture(params=PAIRS, scope="module")
def pair(request):
    """An image, its quantization, and what `metrics` says of them."""
    image, k = PAIRS[request.param]
    q = quantize(image, k)
    return image, q, metrics(image, q)


def dithered(image, k):
    """A quantization that gives one colour several palette colours, at random."""
    q = quantize(image, k)
    labels = np.random.default_rng(0).integers(0, q.n_colors, q.labels.shape).astype(np.uint8)
    return SimpleNamespace(palette=q.palette, labels=labels, image=q.palette[labels])


def delta_e(image, other):
    return deltaE_ciede2000(rgb2lab(image), rgb2lab(other))


def test_mse_is_three_times_scikit_images_for_it_is_of_a_pixel_not_of_a_channel(pair):
    image, q, found = pair
    assert found["mse"] == pytest.approx(3 * mean_squared_error(image, q.image), rel=1e-12)


def test_psnr_is_scikit_images(pair):
    image, q, found = pair
    assert found["psnr"] == pytest.approx(peak_signal_noise_ratio(image, q.image, data_range=255), rel=1e-12)


def test_ssim_is_scikit_images_on_the_whole_image(pair):
    image, q, found = pair
    whole = structural_similarity(image, q.image, data_range=255, channel_axis=2)
    assert found["ssim"] == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("height", [255, 262, 263, 600])
def test_ssim_by_bands_is_that_of_the_whole(height):
    image, other = noise(height, 20, 64), noise(height, 20, 64, seed=1)
    other[: height // 2] = image[: height // 2]
    whole = structural_similarity(image, other, data_range=255, channel_axis=2)
    assert ssim(image, other) == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("shape, window", [((6, 40), 5), ((40, 3), 3), ((4, 4), 3)])
def test_ssim_of_a_small_image_has_a_smaller_window(shape, window):
    image, other = noise(*shape), noise(*shape, seed=1)
    whole = structural_similarity(image, other, win_size=window, data_range=255, channel_axis=2)
    assert ssim(image, other) == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 2)])
def test_ssim_needs_three_pixels_each_way(shape):
    assert math.isnan(ssim(noise(*shape), noise(*shape)))


def test_delta_e_is_scikit_images_pixel_by_pixel(pair):
    image, q, found = pair
    delta = delta_e(image, q.image)
    assert found["delta_e_mean"] == pytest.approx(delta.mean(), abs=2e-3)
    p95 = np.percentile(delta, 95, method="inverted_cdf")
    assert found["delta_e_p95"] == pytest.approx(p95, abs=2e-3)


def test_a_dithered_result_is_measured_pixel_by_pixel_too():
    image = photo() & 0xE0
    q = dithered(image, 6)
    found = metrics(image, q, ["mse", "psnr", "delta_e_mean", "delta_e_p95"])
    delta = delta_e(image, q.image)
    assert found["mse"] == pytest.approx(3 * mean_squared_error(image, q.image), rel=1e-12)
    assert found["delta_e_mean"] == pytest.approx(delta.mean(), abs=2e-3)
    assert found["delta_e_p95"] == pytest.approx(np.percentile(delta, 95, method="inverted_cdf"), abs=2e-3)


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)))
def test_regions_are_those_that_scipy_labels_one_palette_colour_at_a_time(labels):
    assert label_regions(labels)[1] == sum(ndimage.label(labels == j)[1] for j in range(4))


def test_regions_of_a_photograph_are_those_that_scipy_labels(pair):
    _, q, found = pair
    assert found["n_regions"] == sum(ndimage.label(q.labels == j)[1] for j in range(q.n_colors))


def test_png_bytes_are_the_size_of_the_files_that_save_png_writes(pair, tmp_path):
    image, q, found = pair
    assert found["png_bytes"] == save_png(tmp_path / "out.png", q).stat().st_size
    assert found["png_bytes_original"] == save_png(tmp_path / "in.png", image).stat().st_size


def test_the_share_of_the_palette_that_occurs_in_the_image_is_counted(pair):
    image, q, found = pair
    colors = {tuple(color) for color in image.reshape(-1, 3).tolist()}
    assert found["n_distinct"] == len(colors)
    assert found["palette_in_image"] == np.mean([tuple(color) in colors for color in q.palette.tolist()])


def test_a_lossless_result_has_no_error():
    image = noise(20, 20, 2)
    found = metrics(image, quantize(image, 8))
    assert found["mse"] == found["delta_e_mean"] == found["delta_e_p95"] == 0
    assert found["psnr"] == math.inf and found["ssim"] == 1
    assert found["n_distinct"] == 8 and found["palette_in_image"] == 1


def test_only_the_metrics_asked_for_come_back_in_the_order_of_the_table(pair):
    image, q, found = pair
    assert list(found) == list(METRICS)
    some = metrics(image, q, ["ssim", "n_regions", "mse"])
    assert some == {name: found[name] for name in ("mse", "ssim", "n_regions")}
    assert list(some) == ["mse", "ssim", "n_regions"]
    for name in METRICS:
        assert metrics(image, q, [name]) == {name: found[name]}
    assert metrics(image, q, []) == {}


def test_metrics_are_plain_numbers_that_json_can_hold(pair):
    assert {type(value) for value in pair[2].values()} <= {int, float}


def test_the_image_may_be_read_only_and_in_any_order():
    image = photo()
    q = quantize(image, 8)
    expected = metrics(image, q)
    image.flags.writeable = False
    assert metrics(image, q) == metrics(np.asfortranarray(image), q) == expected


def test_a_histogram_at_hand_changes_no_number(pair):
    image, q, found = pair
    assert metrics(image, q, histogram=ColorHistogram.from_image(image)) == found


@pytest.mark.parametrize("side, bits", [(32, 8), (128, 6)])
def test_a_histogram_of_another_image_or_of_mean_colours_is_refused(side, bits):
    image, other = photo(), noise(side, side)
    with pytest.raises(ValueError, match=rf"exact one .* got one of {side**2} pixels with bits={bits}"):
        metrics(image, quantize(image, 4), histogram=ColorHistogram.from_image(other, bits))


def test_another_images_quantization_is_refused():
    with pytest.raises(ValueError, match=r"the quantization's shape \(128, 128\), got \(4, 5\)"):
        metrics(noise(4, 5), quantize(photo(), 4))


def test_an_unknown_metric_is_named_with_its_nearest():
    with pytest.raises(
        ValueError, match=r"metric must be one of 'mse', .* got 'sssim'; did you mean 'ssim'\?"
    ):
        metrics(photo(), quantize(photo(), 4), ["sssim"])


def test_what_is_no_image_is_refused():
    with pytest.raises(ImageError, match="float64"):
        metrics(np.zeros((128, 128, 3)), quantize(photo(), 4))
