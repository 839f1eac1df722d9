"""OpenCV and libimagequant: the methods are the libraries, as they are."""

import subprocess
import sys

import numpy as np
import pytest
from oracles import photo

from img2num_nb import METHODS, ColorHistogram, quantize
from img2num_nb.errors import MissingExtra
from img2num_nb.palettes import libraries

IMAGE = photo(step=4)


@pytest.mark.parametrize("flags", ["random", "pp"])
def test_opencv_is_cv2_kmeans_of_the_pixels(flags):
    import cv2

    histogram = ColorHistogram.from_image(IMAGE)
    ours = METHODS["opencv"].design(
        histogram.coords("srgb"),
        histogram.counts,
        5,
        np.random.default_rng(0),
        attempts=2,
        flags=flags,
        max_iter=20,
    )
    pixels = np.sort(IMAGE.reshape(-1, 3).view("u1,u1,u1").ravel()).view(np.uint8).reshape(-1, 3)
    cv2.setRNGSeed(int(np.random.default_rng(0).integers(1 << 31)))
    flag = {"random": cv2.KMEANS_RANDOM_CENTERS, "pp": cv2.KMEANS_PP_CENTERS}[flags]
    _, _, centers = cv2.kmeans(pixels.astype(np.float32), 5, None, (3, 20, 1.0), 2, flag)
    assert np.array_equal(ours.centers, np.floor(centers.astype(np.float64) * 1024 + 0.5))


def test_imagequant_is_as_good_as_on_the_image_itself():
    import imagequant

    rgba = np.insert(IMAGE, 3, 255, axis=2)
    height, width = IMAGE.shape[:2]
    labels, palette = imagequant.quantize_raw_rgba_bytes(rgba.tobytes(), width, height, 0.0, 32)
    theirs = np.array(palette, np.uint8).reshape(-1, 4)[np.frombuffer(labels, np.uint8), :3]
    error = ((theirs.reshape(IMAGE.shape).astype(float) - IMAGE) ** 2).sum(axis=2).mean()
    q = quantize(IMAGE, 32, method="imagequant", color_space="srgb")
    assert q.inertia / q.labels.size <= 1.05 * error


def test_imagequant_gets_long_images_in_rows(monkeypatch):
    expected = quantize(IMAGE, 8, method="imagequant").inertia
    monkeypatch.setattr(libraries, "LONGEST_ROW", 1000)
    assert quantize(IMAGE, 8, method="imagequant").inertia <= 1.1 * expected


@pytest.mark.parametrize(
    "method, module, package", [("opencv", "cv2", "opencv-python-headless"), ("imagequant",) * 3]
)
def test_a_library_that_is_not_there_is_asked_for(monkeypatch, method, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{method}.*'{package}': pip install 'img2num-nb\[peers\]'"):
        quantize(IMAGE, 4, method=method)
    assert METHODS[method].extra == "peers" and METHODS[method].package == package


@pytest.mark.parametrize(
    "method, options, words",
    [
        ("opencv", {"attempts": 0}, "attempts must be an integer from 1"),
        ("opencv", {"epsilon": -1}, "epsilon must be a finite number from 0 to 1000"),
        ("opencv", {"flags": "best"}, "flags must be one of 'random', 'pp'"),
        ("imagequant", {"k": 257}, "k of method 'imagequant' must be an integer from 1 to 256, got 257"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(method, options, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, **{"k": 4, "method": method} | options)


FORK = """
import multiprocessing, numpy
import img2num_nb as nb

def palette(queue=None):
    image = numpy.random.default_rng(0).integers(0, 256, (200, 300, 3), numpy.uint8)
    made = nb.quantize(image, 8, method="sklearn-kmeans", max_iter=5).palette.tolist()
    return queue.put(made) if queue else made

here = palette()
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=palette, args=(queue,), daemon=True)
process.start()
assert queue.get(timeout=100) == here
"""


def test_scikit_learn_in_a_forked_process_does_not_hang():
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=200)
