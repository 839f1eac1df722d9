"""The bilateral filter against OpenCV's and scikit-image's."""

import numpy as np
from PIL import Image

import img2num_nb as nb
from img2num_nb._kernels.run import n_threads

from . import common

SIGMAS = (3.0, 50.0)


def main(images, repeats=3):
    largest = max(images.values(), key=lambda image: image.size)
    rows = []
    for megapixels in (0.4, 8):
        image = resized(largest, megapixels)
        jobs = {
            "ours, sRGB": lambda i=image: nb.bilateral_filter(i, color_space="srgb"),
            "ours, Lab": lambda i=image: nb.bilateral_filter(i),
            "cv2.bilateralFilter, d = 19": lambda i=image: _opencv(i),
        }
        if megapixels < 1:
            jobs["scikit-image, 19 x 19"] = lambda i=image: _skimage(i)
        for job in jobs.values():
            job() if megapixels < 1 else None
        times = {name: spent for name, (spent, _) in common.interleaved(jobs, repeats).items()}
        own = times["ours, sRGB"]
        for name, spent in times.items():
            rows.append([f"{image.size / 3e6:.1f}", name, f"{spent * 1000:.0f}", f"{spent / own:.1f} x"])
    text = f"sigma_spatial 3 pixels, sigma_range 50 (window 19 x 19). {common.machine()}.\n\n"
    common.write_section(
        "Bilateral filter", text + common.table(["megapixels", "filter", "ms", "times ours in sRGB"], rows)
    )
    _approximation(images)


def _approximation(images):
    """Write time and difference of the approximate filter, against the exact one."""
    rows = []
    for sigma, reach, space in ((8, 50, "lab"), (16, 50, "lab"), (16, 50, "srgb"), (16, 10, "lab")):
        options = {"sigma_spatial": sigma, "sigma_range": reach, "color_space": space}
        shares, ratios = [], []
        for image in images.values():
            jobs = {
                how: lambda i=image, how=how, o=options: nb.bilateral_filter(i, **o, approximate=how)
                for how in (False, True)
            }
            (exact, a), (quick, b) = common.interleaved(jobs, 2).values()
            shares.append(exact / quick)
            ratios.append(10 * np.log10(3 * 255**2 / max(common.mse(a, b), 1e-9)))
        rows.append(
            [
                sigma,
                reach,
                space,
                f"{np.median(shares):.1f} x",
                f"{min(ratios):.1f}",
                f"{np.mean(ratios):.1f}",
            ]
        )
    header = [
        "sigma_spatial",
        "sigma_range",
        "space",
        "exact time / its time",
        "least PSNR, dB",
        "mean PSNR, dB",
    ]
    text = f"{len(images)} images; median of the times' ratios. {common.machine()}.\n\n"
    common.write_section("Approximate bilateral filter", text + common.table(header, rows))


def resized(image, megapixels):
    """Return an image of that many megapixels, by resampling (up, too: the filter's time hardly depends on content)."""
    factor = (megapixels * 1e6 / (image.shape[0] * image.shape[1])) ** 0.5
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def _opencv(image):
    import cv2

    cv2.setNumThreads(n_threads())
    return cv2.bilateralFilter(image, 19, SIGMAS[1], SIGMAS[0])


def _skimage(image):
    from skimage.restoration import denoise_bilateral

    return denoise_bilateral(
        image / 255,
        win_size=19,
        sigma_color=SIGMAS[1] / 255,
        sigma_spatial=SIGMAS[0],
        mode="edge",
        channel_axis=2,
    )
