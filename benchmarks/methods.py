"""Every palette method at several k: mean squared error and time, and what the literature lets expect of their order."""

import argparse
import json
import math
import time
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

import img2num_nb as nb

from .common import load_images, machine, mse, seconds, table

OUTPUT = Path(__file__).parent / "METHODS.md"
KS = (4, 16, 64, 256)
SLOW = 1.5  # seconds; what takes longer is run once an image
ENOUGH = 0.2  # seconds of runs of one kind
PATIENCE = 600  # seconds of computing; what takes longer for the first picture is left out for the others
LEFT_OUT = (math.nan,) * 5
PILLOW = {"Pillow median cut": Image.Quantize.MEDIANCUT, "Pillow fast octree": Image.Quantize.FASTOCTREE}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.methods", description=__doc__)
    parser.add_argument("--images", help="folder of pictures; by default the built-in photographs")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each at least, of which the least counts"
    )
    parser.add_argument("--methods", nargs="+", default=list(nb.METHODS), help="by default all")
    parser.add_argument(
        "--keep", help="JSON file of what was measured: a run that was broken off goes on there"
    )
    args = parser.parse_args()
    images = load_images(args.images)
    kept = json.loads(Path(args.keep).read_text()) if args.keep and Path(args.keep).exists() else {}
    runs = measure(images, [*args.methods, *PILLOW], args.repeats, dict(kept), args.keep)
    text = report(runs, images, args.repeats, list(kept))
    print(text)
    if set(runs) >= set(nb.METHODS):
        OUTPUT.write_text(text, encoding="utf-8")


def measure(images, names, repeats, runs, keep):
    """Return method -> array (images, ks, 5): mse, seconds of the design alone, seconds of everything; mse and seconds of the draft.

    NaN where it takes too long.
    """
    histograms = {name: nb.ColorHistogram.from_image(image) for name, image in images.items()}
    for name in names:
        if name in runs:
            continue
        one = peer if name in PILLOW else best_of
        rows, too_slow = [], set()
        for picture, image in images.items():
            rows.append([])
            for k in KS:
                begun = time.process_time()
                rows[-1].append(
                    LEFT_OUT if k in too_slow else one(image, histograms[picture], name, k, repeats)
                )
                if len(rows) == 1 and time.process_time() - begun > PATIENCE:
                    too_slow.add(k)
        runs[name] = rows
        if keep:
            Path(keep).write_text(json.dumps(runs))
    return {name: np.array(values) for name, values in runs.items()}


def several(run, repeats):
    """Return the results of several runs: as many as go into `ENOUGH` seconds, `repeats` at least; of a slow one, one."""
    results, begun = [], time.perf_counter()
    while len(results) < repeats or time.perf_counter() - begun < ENOUGH:
        results.append(run())
        if time.perf_counter() - begun > len(results) * SLOW:
            break
    return results


def peer(image, histogram, name, k, repeats):
    picture = Image.fromarray(image)
    runs = several(lambda: seconds(partial(picture.quantize, k, PILLOW[name], dither=0)), repeats)
    error = mse(image, np.asarray(runs[0][1].convert("RGB")))
    return error, math.nan, min(time for time, _ in runs), math.nan, math.nan


def best_of(image, histogram, name, k, repeats):
    make = partial(nb.quantize, image, k=k, method=name, color_space="srgb")
    histogram.cells("srgb")
    designs = several(partial(make, histogram=histogram), repeats)
    # where the design is slow, one run has to do for both
    wholes = designs if designs[0].seconds["design"] > SLOW else several(make, repeats)
    drafts = several(partial(make, effort="draft"), repeats)
    return (
        mse(image, designs[0].image),
        min(q.seconds["design"] for q in designs),
        min(q.seconds["total"] for q in wholes),
        mse(image, drafts[0].image),
        min(q.seconds["total"] for q in drafts),
    )


def number(value):
    return "" if math.isnan(value) else f"{value:.1f}"


def report(runs, images, repeats, kept):
    mean = {(name, k): values[:, i, 0].mean() for name, values in runs.items() for i, k in enumerate(KS)}
    ms = {
        (name, k): 1e3 * np.median(v[:, i, [1, 2, 4]], axis=0)
        for name, v in runs.items()
        for i, k in enumerate(KS)
    }
    least = {k: np.nanmin([mean[name, k] for name in runs]) for k in KS}
    names = sorted(runs, key=lambda name: np.nansum([np.log(mean[name, k] / least[k]) for k in KS]))
    header = [
        "method",
        *(f"MSE, k = {k}" for k in KS),
        *(f"design ms, k = {k}" for k in KS),
        "all ms, k = 256",
        "draft: MSE, k = 256",
        "draft: all ms, k = 256",
    ]
    rows = [
        [name]
        + [number(mean[name, k]) for k in KS]
        + [number(ms[name, k][0]) for k in KS]
        + [number(v) for v in (ms[name, KS[-1]][1], runs[name][:, -1, 3].mean(), ms[name, KS[-1]][2])]
        for name in names
    ]
    height, width = next(iter(images.values())).shape[:2]
    lines = [
        "# Methods",
        "",
        "Written by `python -m benchmarks.methods --images FOLDER`. MSE: mean squared distance in sRGB, 0 to 255, mean of "
        f"{len(images)} pictures, the first of {width} x {height}. Colour space sRGB, options as by default, seed 0.",
        "Design: the palette, the histogram given and its cells grouped. All: from array to labels (histogram, design, mapping; of a "
        "slow method, without the histogram). Draft: `effort` draft.",
        f"Times: median over pictures of the least of several runs (as many as go into {ENOUGH:g} s, {repeats} at least; one above "
        f"{SLOW:g} s). Empty: above {PATIENCE} s a picture, or not known.",
        *(
            [
                f"Measured in an earlier run, in which the machine may have been quicker or slower: {', '.join(kept)}."
            ]
            if kept
            else []
        ),
        f"{machine()}.",
        "",
        table(header, rows),
        "",
        "## What the literature lets expect",
        "",
    ]
    for better, worse, factor, every in EXPECTED:
        if better in runs and worse in runs:
            a, b = (runs[name][:, :, 0] for name in (better, worse))
            ratios = (a / b).max(axis=0) if every else a.mean(axis=0) / b.mean(axis=0)
            holds = "yes" if max(ratios) <= factor else "NO"
            shown = ", ".join(f"{ratio:.3f}" for ratio in ratios)
            on = " on every picture" if every else ""
            lines.append(f"- {better} at most {factor:g} x {worse}{on}: {holds} ({shown} at k = {KS})")
    return "\n".join(lines) + "\n"


#: MSE of the first is at most that factor times that of the second, at every k: in the mean, or on every picture.
EXPECTED = [
    ("kmeans", "wu", 1, False),
    ("wu", "octree", 1, False),
    ("wu", "median-cut", 1, False),
    *((name, other, 1, False) for name in ("octree", "median-cut") for other in ("popularity", "uniform")),
    ("macqueen", "kmeans", 1.03, False),
    ("median-cut", "Pillow median cut", 1.02, True),
    ("octree", "Pillow fast octree", 1.02, True),
]

if __name__ == "__main__":
    main()
