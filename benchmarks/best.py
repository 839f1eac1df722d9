"""How good `effort="best"` is: its error against that of the best of many k-means++ runs."""

import numpy as np

import img2num_nb as nb

from . import common

KS = (4, 16, 64, 256)
RUNS = 100


def main(images, runs=RUNS, ks=KS):
    rows = []
    for k in ks:
        errors, times = [], []
        for name, image in images.items():
            histogram = nb.ColorHistogram.from_image(image)
            ask = {"color_space": "srgb", "histogram": histogram}
            spent, own = common.seconds(
                lambda k=k, ask=ask, image=image: nb.quantize(image, k, effort="best", **ask)
            )
            each = [nb.quantize(image, k, n_init=1, seed=seed, **ask).inertia for seed in range(runs)]
            errors.append(np.array([own.inertia, min(each), np.median(each)]) / histogram.n_pixels)
            times.append(spent)
            print(f"k = {k}: {name}", flush=True)
        own, least, usual = np.mean(errors, axis=0)
        worst = max(e[0] / e[1] for e in errors)
        rows.append(
            [k, f"{own:.2f}", f"{least:.2f}", f"{own / least:.4f}", f"{worst:.4f}", f"{usual / least:.4f}",
             f"{1000 * np.median(times):.0f}"]
        )  # fmt: skip
    header = [
        "k",
        "best: MSE",
        f"best of {runs} runs: MSE",
        "ratio",
        "largest ratio of an image",
        "median run",
        "best: ms",
    ]
    text = f"sRGB, mean over {len(images)} images. A run: one k-means++ start, Lloyd to convergence (tol 1e-4). {common.machine()}.\n\n"
    common.write_section("Effort best", text + common.table(header, rows))
