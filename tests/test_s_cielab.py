"""S-CIELAB: against the definition by direct convolution, and against what eyes are known to do."""

import numpy as np
import pytest
from oracles import noise, photo
from scipy.ndimage import correlate1d, gaussian_filter
from skimage.color import deltaE_cie76, rgb2lab, rgb2xyz, xyz2lab

from img2num_nb import metrics, quantize
from img2num_nb._kernels import run
from img2num_nb.color import LIGHT
from img2num_nb.s_cielab import FILTERS, XYZ_TO_OPPONENT, s_delta_e, seen


def by_definition(image, pixels_per_degree):
    """Zhang and Wandell's steps, one after the other, with sampled kernels and scikit-image's colours."""
    opponent = rgb2xyz(image) @ XYZ_TO_OPPONENT.T
    blurred = np.zeros_like(opponent)
    for c, filter in enumerate(FILTERS):
        for weight, spread in filter:
            reach = int(6 * spread * pixels_per_degree) + 1
            kernel = np.exp(-((np.arange(-reach, reach + 1) / (spread * pixels_per_degree)) ** 2))
            plane = opponent[:, :, c]
            for axis in 0, 1:
                plane = correlate1d(plane, kernel / kernel.sum(), axis, mode="reflect")
            blurred[:, :, c] += weight / sum(w for w, _ in filter) * plane
    return xyz2lab(np.maximum(blurred @ np.linalg.inv(XYZ_TO_OPPONENT).T, 0))


@pytest.mark.parametrize("pixels_per_degree", [10, 40])
def test_it_is_the_published_definition(pixels_per_degree):
    image = photo(step=3)[:90, :71]
    assert np.allclose(seen(image, pixels_per_degree), by_definition(image, pixels_per_degree), atol=2e-3)


def test_the_filters_are_those_of_the_1996_toolbox_but_for_rounding():
    # half-widths in degrees and weights as in Wandell's SCIELAB-1996, separableFilters.m; a pixel less at its 224 samples per degree
    toolbox = (
        ((1.00327, 0.05), (0.114416, 0.225), (-0.117686, 7.0)),
        ((0.616725, 0.0685), (0.383275, 0.826)),
        ((0.567885, 0.0920), (0.432115, 0.6451)),
    )
    for ours, theirs in zip(FILTERS, toolbox, strict=True):
        total = sum(weight for weight, _ in ours)
        for (weight, spread), (expected, width) in zip(ours, theirs, strict=True):
            assert weight / total == pytest.approx(expected, abs=1e-3)
            assert spread * 2 * np.sqrt(np.log(2)) == pytest.approx(width - 1 / 224, rel=0.04)


def test_flat_colours_differ_as_in_cielab():
    a, b = (np.full((40, 50, 3), color, np.uint8) for color in ((200, 80, 40), (180, 90, 60)))
    assert np.allclose(s_delta_e(a, b), deltaE_cie76(rgb2lab(a), rgb2lab(b)), atol=0.01)
    assert s_delta_e(a, a).max() == 0


def test_a_fine_checkerboard_looks_like_the_grey_of_its_light():
    board = np.zeros((64, 64, 3), np.uint8)
    board[::2, ::2] = board[1::2, 1::2] = 255
    grey = int(np.abs(LIGHT - 0.5).argmin())  # 188
    errors = {level: s_delta_e(board, np.full_like(board, level)).mean() for level in (128, grey)}
    assert errors[grey] < 1 and errors[128] > 20
    near, far = (s_delta_e(board, np.full_like(board, grey), ppd).mean() for ppd in (5, 20))
    assert near > far > errors[grey]  # closer by, the squares are seen


def test_from_afar_less_is_seen():
    image, other = noise(60, 80), noise(60, 80, seed=1)
    near, middle, far = (s_delta_e(image, other, ppd).mean() for ppd in (10, 40, 120))
    assert near > middle > far


def test_it_ranks_dithered_and_flat_pictures_as_a_blur_in_light_does_and_delta_e_does_not():
    image = photo("coffee", 2)
    flat, dithered = (
        quantize(image, 8, dither=name, dither_light="linear") for name in ("none", "floyd-steinberg")
    )

    def blurred(q):
        parts = (gaussian_filter(LIGHT[p], (1.5, 1.5, 0)) for p in (image, q.image))
        return ((next(parts) - next(parts)) ** 2).mean()

    names = ["delta_e_mean", "s_delta_e_mean", "s_delta_e_p95"]
    a, b = (metrics(image, q, names) for q in (flat, dithered))
    assert blurred(dithered) < blurred(flat)
    assert b["s_delta_e_mean"] < a["s_delta_e_mean"] and b["delta_e_mean"] > a["delta_e_mean"]
    delta = s_delta_e(image, dithered.image)
    assert b["s_delta_e_mean"] == delta.mean()
    assert b["s_delta_e_p95"] == np.percentile(delta, 95, method="inverted_cdf")


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (37, 2)])
def test_thin_pictures_have_a_difference_too(shape):
    assert np.isfinite(s_delta_e(noise(*shape), noise(*shape, seed=1))).all()


def test_the_number_of_threads_does_not_matter(monkeypatch):
    image = photo(step=5)
    expected = seen(image)
    monkeypatch.setattr(run, "n_threads", lambda: 1)
    assert np.array_equal(seen(image), expected)
