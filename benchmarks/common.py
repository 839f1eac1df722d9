"""What every benchmark needs: images, interleaved timing, tables, and a results file with a section each."""

import os
import platform
import re
import time
from pathlib import Path

import numpy as np

import img2num_nb as nb
from img2num_nb._kernels.run import n_threads
from img2num_nb.mapping import nearest

RESULTS = Path(__file__).parent / "RESULTS.md"


def load_images(folder):
    """Return name -> image of every picture in a folder, or of the built-in photographs when there is none."""
    if folder is None:
        return {name: nb.sample_image(name) for name in ("astronaut", "coffee", "chelsea", "china", "flower")}
    paths = [p for p in sorted(Path(folder).iterdir()) if p.suffix.lower() in (".png", ".jpg", ".jpeg")]
    return {path.stem: nb.load_image(path) for path in paths}


def seconds(job):
    """Return how long a call takes, and its result."""
    start = time.perf_counter()
    result = job()
    return time.perf_counter() - start, result


def interleaved(jobs, repeats):
    """Run jobs in turn, `repeats` times, so that what else the machine does meets all alike.

    Returns
    -------
    dict
        Name -> (least seconds, last result). The least of a few is what the job costs when nothing else runs.
    """
    times, results = {name: [] for name in jobs}, {}
    for _ in range(repeats):
        for name, job in jobs.items():
            spent, results[name] = seconds(job)
            times[name].append(spent)
    return {name: (min(spent), results[name]) for name, spent in times.items()}


def mse(image, other):
    """Return the mean squared distance in sRGB."""
    difference = image.astype(np.int64) - other
    return float((difference**2).sum() / (image.shape[0] * image.shape[1]))


def nearest_mse(histogram, other):
    """Return the error, as `mse`, with every pixel mapped to the nearest of the colours that an image of few colours has."""
    palette = np.unique(other.reshape(-1, 3), axis=0)
    _, _, error = nearest(histogram, palette, "srgb")
    return error / nb.color.SPACES["srgb"].steps ** 2 / histogram.n_pixels


def table(header, rows):
    """Return a Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in (header, ["---"] * len(header), *rows)]
    return "\n".join(lines)


def machine():
    """Return a line about the machine, without its name."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {n_threads()} threads of ours, Python {platform.python_version()}"


def write_section(title, text):
    """Put a section in RESULTS.md, in place of an earlier one of the same title."""
    print(f"\n## {title}\n\n{text}\n")
    old = (
        RESULTS.read_text(encoding="utf-8")
        if RESULTS.exists()
        else "# Results\n\nWritten by `python -m benchmarks`.\n"
    )
    section = f"## {title}\n\n{text}\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.S | re.M)
    new = (
        pattern.sub(lambda _: section + "\n", old) if pattern.search(old) else f"{old.rstrip()}\n\n{section}"
    )
    RESULTS.write_text(new.rstrip() + "\n", encoding="utf-8")
