"""Time and error of palette methods, whole way from array to result image."""

from pathlib import Path

import numpy as np

from img2num_nb import ColorHistogram

from . import common, peers

KS = (4, 16, 64, 256)
SLOW = "scikit-learn KMeans on pixels", "cv2.kmeans, 10 attempts, 20 iterations"
LEFT_OUT = {(name, k) for name in SLOW for k in (64, 256)}  # many seconds an image


def main(images, repeats=3, ks=KS, skip=()):
    runs = {name: run for name, run in peers.available().items() if name not in skip}
    first = next(iter(images.values()))
    for run in runs.values():
        run(first, 4)  # compile, import, start threads
    cells = {}
    for k in ks:
        for name, image in images.items():
            histogram = ColorHistogram.from_image(image)
            jobs = {
                peer: lambda run=run, image=image, k=k: run(image, k)
                for peer, run in runs.items()
                if (peer, k) not in LEFT_OUT
            }
            for peer, (spent, result) in common.interleaved(jobs, repeats).items():
                cells.setdefault((peer, k), []).append(
                    (spent * 1000, common.nearest_mse(histogram, result), common.mse(image, result))
                )
            print(f"k = {k}: {name}", flush=True)
    summary = {
        key: (np.median([c[0] for c in v]), *(float(np.mean([c[i] for c in v])) for i in (1, 2)))
        for key, v in cells.items()
    }
    header = [
        "method",
        *(f"k = {k}: ms" for k in ks),
        *(f"k = {k}: MSE" for k in ks),
        *(f"k = {k}: own" for k in ks),
    ]
    rows = [[peer, *(_cell(summary, (peer, k), i, "{:.1f}") for i in (0, 1, 2) for k in ks)] for peer in runs]
    text = (
        f"sRGB, {len(images)} images; median over images of the least of {repeats} interleaved runs, the same for all.\n"
        "MSE: mean over images, every pixel mapped to the nearest colour of the palette in use; own: with the peer's own labels.\n"
        f"{common.machine()}.\n\n{common.table(header, rows)}\n\n"
        f"How many times faster, in this run:\n\n{_ratios(summary, runs, ks)}\n\n{_frontier(summary, runs, ks)}"
    )
    common.write_section("Quantization: time and error", text + "\n\n![time against error](pareto.png)")
    _plot(summary, runs, ks)


def _cell(summary, key, which, form, unit=1):
    return form.format(summary[key][which] / unit) if key in summary else "-"


def _ratios(summary, runs, ks):
    ours = [name for name in runs if name.startswith("ours")]
    rows = [
        [f"{own} against {peer}", *(_cell(summary, (peer, k), 0, "{:.1f} x", summary[own, k][0]) for k in ks)]
        for own in ours[:2]
        for peer in runs
        if peer not in ours
    ]
    return common.table(["", *(f"k = {k}" for k in ks)], rows)


def _frontier(summary, runs, ks):
    """Return which methods no other beats in both time and error."""
    lines = []
    for k in ks:
        points = {name: summary[name, k] for name in runs if (name, k) in summary}
        best = [
            n
            for n, (t, e, _) in points.items()
            if not any(t2 < t and e2 < e for t2, e2, _ in points.values())
        ]
        lines.append(f"- Pareto frontier at k = {k}: {', '.join(best)}.")
    return "\n".join(lines)


def _plot(summary, runs, ks):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(ks), figsize=(4.2 * len(ks), 5), layout="constrained")
    markers = "oooD^v<>sPXd*ph"
    for ax, k in zip(np.atleast_1d(axes), ks, strict=True):
        for (name, marker), color in zip(zip(runs, markers, strict=False), plt.cm.tab20.colors, strict=False):
            ax.plot(*summary.get((name, k), (np.nan, np.nan))[:2], marker, color=color, ms=11, label=name)
        ax.set(xscale="log", yscale="log", xlabel="time (ms)", title=f"k = {k}")
    np.atleast_1d(axes)[0].set_ylabel("mean MSE (sRGB levels squared)")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.suptitle("Lower left is better: our efforts are the circles")
    figure.savefig(Path(__file__).parent / "pareto.png", dpi=80)
