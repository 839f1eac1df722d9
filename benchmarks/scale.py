"""Time against megapixels and against k, memory, and the cost of colour spaces."""

import subprocess
import sys
import tempfile
import textwrap

import numpy as np

import img2num_nb as nb

from . import common, peers
from .filter import resized

LIMIT = 120  # seconds after which MiniBatchKMeans is stopped on a large photograph
SAMPLE = 1_000_000  # pixels for its error


def main(images, repeats=3):
    largest = max(images.values(), key=lambda image: image.size)
    nb.quantize(largest[:64, :64], 4)
    sizes = [m for m in (0.25, 0.5, 1, 2, 4, 8, 16, 24) if m <= largest.size / 3e6 * 1.05]
    rows = []
    for megapixels in sizes:
        image = resized(largest, megapixels)
        jobs = {
            (k, space): lambda i=image, k=k, s=space: nb.quantize(i, k, color_space=s).image
            for k in (16, 256)
            for space in ("srgb", "lab")
        }
        times = {name: spent for name, (spent, _) in common.interleaved(jobs, repeats).items()}
        colors = len(nb.ColorHistogram.from_image(image))
        rows.append([megapixels, f"{colors:,}", *(f"{spent * 1000:.0f}" for spent in times.values())])
        print(rows[-1], flush=True)
    header = [
        "megapixels",
        "distinct colours",
        "k = 16, sRGB: ms",
        "k = 16, Lab: ms",
        "k = 256, sRGB: ms",
        "k = 256, Lab: ms",
    ]
    text = f"From array to result image, standard effort, on one photograph resized. {common.machine()}.\n\n"
    common.write_section("Time against size", text + common.table(header, rows))
    _against_k(images, repeats)
    _spaces(images, repeats)
    _dithering(resized(largest, 2), repeats)
    _large(largest)


def _against_k(images, repeats):
    image = next(iter(images.values()))
    ks = (2, 4, 8, 16, 32, 64, 128, 256)
    rows = []
    for effort in ("draft", "standard"):
        jobs = {
            k: lambda k=k, e=effort: nb.quantize(image, k, color_space="srgb", effort=e).image for k in ks
        }
        rows.append(
            [effort, *(f"{spent * 1000:.1f}" for spent, _ in common.interleaved(jobs, repeats).values())]
        )
    header = ["effort", *(f"k = {k}: ms" for k in ks)]
    common.write_section(
        "Time against k", f"sRGB, one image. {common.machine()}.\n\n{common.table(header, rows)}"
    )


def _spaces(images, repeats):
    from img2num_nb.color import SPACES

    ks = (4, 16, 64, 256)
    times = {}
    for image in images.values():
        for k in ks:
            jobs = {s: lambda i=image, k=k, s=s: nb.quantize(i, k, color_space=s).image for s in SPACES}
            for space, (spent, _) in common.interleaved(jobs, repeats).items():
                times.setdefault((space, k), []).append(spent)
    rows = [
        [space, *(f"{np.median(np.divide(times[space, k], times['srgb', k])):.2f} x" for k in ks)]
        for space in SPACES
    ]
    text = f"Standard effort, time as a multiple of sRGB's on the same image, median over {len(images)} images. {common.machine()}.\n\n"
    common.write_section(
        "Cost of a colour space", text + common.table(["space", *(f"k = {k}" for k in ks)], rows)
    )


def _dithering(image, repeats):
    """What dithering adds to the mapping of pixels."""
    from img2num_nb.vocabulary import DITHERS

    rows = []
    for k in (16, 256):
        spent = {name: [] for name in DITHERS}
        for _ in range(repeats + 1):
            for name, each in spent.items():
                each.append(nb.quantize(image, k, dither=name).seconds["mapping"] * 1000)
        rows.append([k, *(f"{min(each):.0f}" for each in spent.values())])
    text = f"Mapping of {image.size / 3e6:.1f} megapixels, Lab, least of {repeats + 1} runs. {common.machine()}.\n\n"
    common.write_section("Dithering", text + common.table(["k", *(f"{name}: ms" for name in DITHERS)], rows))


def _large(image):
    """The whole photograph: ours against MiniBatchKMeans on its pixels, and the peak memory of a fresh process."""
    rows = []
    sample = image.reshape(-1, 3)[np.random.default_rng(0).integers(0, image.size // 3, SAMPLE)][None]
    for k in (16, 256):
        spent, own = common.interleaved({"": lambda k=k: nb.quantize(image, k, color_space="srgb").image}, 3)[
            ""
        ]
        theirs = _seconds_at_most(LIMIT, image, k)
        more = "> " if theirs >= LIMIT else ""
        error = common.mse(sample, minibatch(sample, k))
        rows.append(
            [k, f"{spent:.2f}", f"{more}{theirs:.0f}", f"{more}{theirs / spent:.0f} x", f"{common.mse(image, own):.1f}",
             f"{error:.1f}", f"{_peak_memory(image, k):.1f} x"]
        )  # fmt: skip
    header = [
        "k",
        "ours: s",
        "MiniBatchKMeans: s",
        "ratio",
        "our MSE",
        "their MSE on a sample",
        "our peak memory / image bytes",
    ]
    text = (
        f"{image.size / 3e6:.1f} megapixels, sRGB, from array to result image. {common.machine()}. MiniBatchKMeans is stopped after "
        f"{LIMIT} s (it draws each batch from all pixels, with weights); its error is that of a fit to {SAMPLE:,} random pixels, "
        f"on these.\n\n"
    )
    common.write_section("A large photograph", text + common.table(header, rows))


def minibatch(image, k):
    return peers.ALL["MiniBatchKMeans on pixels"][1](image, k)


def _seconds_at_most(limit, image, k):
    """Return how long MiniBatchKMeans takes, in a process of its own; what takes longer is stopped."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/image.npy"
        np.save(path, image)
        script = (
            "import sys, time, numpy as np\nfrom benchmarks.scale import minibatch\nimage = np.load(sys.argv[1])\n"
            "minibatch(image[:64, :64], 4)\nstart = time.perf_counter()\nminibatch(image, int(sys.argv[2]))\n"
            "print(time.perf_counter() - start)"
        )
        try:
            command = [sys.executable, "-c", script, path, str(k)]
            ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return limit
        return float(ended.stdout)


def _peak_memory(image, k):
    """Return a fresh process's peak memory above that after import, image and result included, over the image's bytes (Linux)."""
    script = """
        import sys, numpy as np
        import img2num_nb as nb
        nb.quantize(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8), 8, color_space="srgb").image
        def kilobytes(key):
            return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key))
        before = kilobytes("VmRSS")
        image = np.load(sys.argv[1])
        nb.quantize(image, int(sys.argv[2]), color_space="srgb").image
        print((kilobytes("VmHWM") - before) * 1024 / image.nbytes)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/image.npy"
        np.save(path, image)
        command = [sys.executable, "-c", textwrap.dedent(script), path, str(k)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
