"""Sample images: offline, described truthfully, and the drawing to its specification."""

import re
import socket

import numpy as np
import pytest
import skimage.data
from skimage.draw import ellipse
from sklearn.datasets import load_sample_image

from img2num_nb.errors import ImageError
from img2num_nb.images import SAMPLES, image_sha256, sample_image, samples, validate_image


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_loads_without_a_network_and_has_the_size_it_says(name, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("a connection was opened"))
    image = validate_image(sample_image(name))
    assert f"{image.shape[1]} x {image.shape[0]}" in SAMPLES[name]


def test_photographs_equal_what_scikit_image_and_scikit_learn_give():
    assert np.array_equal(sample_image(), skimage.data.astronaut())
    assert np.array_equal(sample_image("chelsea"), skimage.data.chelsea())
    assert np.array_equal(sample_image("flower"), load_sample_image("flower.jpg"))


def test_an_unknown_name_gives_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'astronaut'"):
        sample_image("astronout")


def test_a_package_without_the_file_is_an_error_that_says_what_to_do(monkeypatch):
    monkeypatch.setitem(samples._FILES, "coffee", ("skimage", "data/none.png"))
    with pytest.raises(ImageError, match=re.escape("data/none.png") + ".*reinstall skimage"):
        sample_image("coffee")


def test_the_drawing_has_its_three_gradients_and_shapes():
    image = sample_image("shapes")
    assert image.shape == (300, 400, 3)
    corners = image[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()
    assert corners == [[0, 0, 255], [255, 0, 0], [0, 255, 255], [255, 255, 0]]
    circle, rectangle, oval = image[150, 200], image[250, 50], image[230, 330]
    count = {tuple(c): int(np.all(image == c, axis=2).sum()) for c in (circle, rectangle, oval)}
    assert count[tuple(circle)] == pytest.approx(
        np.pi * 80**2 - (231 - 200) * 20, rel=0.03
    )  # less the rectangle's corner
    assert count[tuple(rectangle)] == 121 * 91
    assert count[tuple(oval)] == pytest.approx(np.pi * 60 * 40, rel=0.02)


def test_the_ellipse_is_the_one_of_scikit_image():
    """Its rotation runs against ours, whose y axis points down."""
    wanted = np.zeros((300, 400), bool)
    wanted[ellipse(230, 330, 40, 60, rotation=np.deg2rad(-30))] = True
    drawn = np.all(sample_image("shapes") == sample_image("shapes")[230, 330], axis=2)
    assert np.count_nonzero(wanted != drawn) <= 40  # border pixels


def test_the_drawing_is_the_same_everywhere():
    assert image_sha256(sample_image("shapes")).startswith("6c1ef4785948e746")
