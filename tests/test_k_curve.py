"""The curve over k: each point is what `quantize` gives."""

import numpy as np
import pytest

from img2num_nb import metrics, quantize, sample_image
from img2num_nb.errors import Cancelled
from img2num_nb.lessons.k_curve import FIGURES, k_curve

IMAGE = sample_image("coffee")[::8, ::8]


def test_every_point_is_a_quantization_and_its_metrics():
    for point in k_curve(IMAGE, [3, 9], "oklab", seed=4):
        expected = quantize(IMAGE, point.k, color_space="oklab", seed=4)
        assert np.array_equal(point.quantization.image, expected.image)
        found = metrics(IMAGE, expected)
        assert list(point.figures) == list(FIGURES)
        assert all(point.figures[name] == found[name] for name in FIGURES if name != "seconds")


def test_points_come_in_ascending_order_as_they_are_ready():
    seen = []
    points = k_curve(IMAGE, [8, 2, 8, 4], progress=seen.append)
    assert [point.k for point in points] == [2, 4, 8] and seen == points


def test_more_colours_mean_less_error():
    errors = [point.figures["mse"] for point in k_curve(IMAGE, [2, 4, 8, 16, 32])]
    assert errors == sorted(errors, reverse=True)


def test_a_cancel_stops_it():
    seen = []
    with pytest.raises(Cancelled, match="before k = 4"):
        k_curve(IMAGE, [2, 4, 8], progress=seen.append, cancel=lambda: len(seen) > 0)
    assert [point.k for point in seen] == [2]


def test_no_k_is_refused():
    with pytest.raises(ValueError, match="at least one number of colours"):
        k_curve(IMAGE, [])
