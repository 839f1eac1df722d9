"""Peers: name -> function of ``(image, k)`` that returns the quantized image. Those that are not installed are left out.

Each is called as its users would call it, from an array in memory to an array in memory, with as many threads as ours.
"""

import io
import shutil
import subprocess
import warnings

import numpy as np
from PIL import Image

import img2num_nb as nb
from img2num_nb._kernels.run import n_threads


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


def _opencv(attempts):
    def run(image, k):
        import cv2

        cv2.setNumThreads(n_threads())
        cv2.setRNGSeed(1)
        pixels = image.reshape(-1, 3).astype(np.float32)
        criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
        _, labels, centers = cv2.kmeans(pixels, k, None, criteria, attempts, cv2.KMEANS_PP_CENTERS)
        return _paint(centers, labels.ravel(), image)

    return run


def _faiss(image, k):
    import faiss

    faiss.omp_set_num_threads(n_threads())
    pixels = image.reshape(-1, 3).astype(np.float32)
    model = faiss.Kmeans(3, k, niter=25, seed=1, max_points_per_centroid=256)
    model.train(pixels)
    return _paint(model.centroids, model.index.search(pixels, 1)[1].ravel(), image)


def _imagequant(image, k):
    import imagequant

    height, width = image.shape[:2]
    rgba = np.dstack([image, np.full((height, width), 255, np.uint8)]).tobytes()
    # its `quantize_pil_image` loops over the pixels in Python
    labels, palette = imagequant.quantize_raw_rgba_bytes(rgba, width, height, dithering_level=0, max_colors=k)
    colors = np.array(palette, np.uint8).reshape(-1, 4)[:, :3]
    return colors[np.frombuffer(labels, np.uint8)].reshape(image.shape)


def _pngquant(image, k):
    """Run the program: its time holds a process, and reading and writing a PNG."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    made = subprocess.run(
        ["pngquant", "--nofs", str(max(k, 2)), "-"], input=file.getvalue(), capture_output=True, check=True
    )
    return np.asarray(Image.open(io.BytesIO(made.stdout)).convert("RGB"))


def _pillow(method, kmeans=0):
    def run(image, k):
        quantized = Image.fromarray(image).quantize(k, method, kmeans, dither=Image.Dither.NONE)
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
    "Pillow median cut, kmeans=1": ("PIL", _pillow(Image.Quantize.MEDIANCUT, 1)),
    "faiss, 256 samples a centre, 25 iterations": ("faiss", _faiss),
    "libimagequant, no dither": ("imagequant", _imagequant),
    "pngquant, no dither (with PNG files)": ("pngquant", _pngquant),
    "MiniBatchKMeans on pixels": ("sklearn", _sklearn("MiniBatchKMeans")),
    "cv2.kmeans, 1 attempt, 20 iterations": ("cv2", _opencv(1)),
    "cv2.kmeans, 10 attempts, 20 iterations": ("cv2", _opencv(10)),
    "scikit-learn KMeans on pixels": ("sklearn", _sklearn("KMeans")),
}


def available():
    """Return the peers whose package or program is installed."""
    from importlib.util import find_spec

    return {
        name: run
        for name, (package, run) in ALL.items()
        if package is None or find_spec(package) or shutil.which(package)
    }
