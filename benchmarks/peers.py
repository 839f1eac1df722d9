"""Peers: name -> function of ``(image, k)`` that returns the quantized image. Those that are not installed are left out."""

import warnings

import numpy as np
from PIL import Image

import img2num_nb as nb


def _ours(effort):
    return lambda image, k: nb.quantize(image, k, color_space="srgb", effort=effort).image


def _sklearn(name):
    def run(image, k):
        import sklearn.cluster

        pixels = image.reshape(-1, 3).astype(np.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = getattr(sklearn.cluster, name)(k, n_init=1, random_state=0).fit(pixels)
        return _paint(model.cluster_centers_, model.labels_, image)

    return run


def _opencv(image, k):
    import cv2

    pixels = image.reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    _, labels, centers = cv2.kmeans(pixels, k, None, criteria, 1, cv2.KMEANS_PP_CENTERS)
    return _paint(centers, labels.ravel(), image)


def _faiss(image, k):
    import faiss

    pixels = image.reshape(-1, 3).astype(np.float32)
    model = faiss.Kmeans(3, k, niter=25, seed=1, max_points_per_centroid=256)
    model.train(pixels)
    return _paint(model.centroids, model.index.search(pixels, 1)[1].ravel(), image)


def _imagequant(image, k):
    import imagequant

    picture = Image.fromarray(image).convert("RGBA")
    return np.asarray(imagequant.quantize_pil_image(picture, dithering_level=0, max_colors=k).convert("RGB"))


def _pillow(method):
    def run(image, k):
        quantized = Image.fromarray(image).quantize(k, method, dither=Image.Dither.NONE)
        return np.asarray(quantized.convert("RGB"))

    return run


def _paint(centers, labels, image):
    return np.round(centers).astype(np.uint8)[labels].reshape(image.shape)


ALL = {
    "ours, draft": (None, _ours("draft")),
    "ours, standard": (None, _ours("standard")),
    "ours, best": (None, _ours("best")),
    "Pillow fast octree": ("PIL", _pillow(Image.Quantize.FASTOCTREE)),
    "Pillow median cut": ("PIL", _pillow(Image.Quantize.MEDIANCUT)),
    "faiss, 256 samples a centre, 25 iterations": ("faiss", _faiss),
    "libimagequant, no dither": ("imagequant", _imagequant),
    "MiniBatchKMeans on pixels": ("sklearn", _sklearn("MiniBatchKMeans")),
    "cv2.kmeans, 1 attempt, 20 iterations": ("cv2", _opencv),
    "scikit-learn KMeans on pixels": ("sklearn", _sklearn("KMeans")),
}


def available():
    """Return the peers whose package is installed."""
    from importlib.util import find_spec

    return {name: run for name, (package, run) in ALL.items() if package is None or find_spec(package)}
