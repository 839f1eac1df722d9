"""What the explorer says: choices in plain words, results as short lines. Text only, no widget."""

import inspect
import json
import math
import sys

from ...color import SPACES
from ...dither import DITHERS, LIGHTS
from ...filters import SPACES as FILTER_SPACES
from ...images import SAMPLES
from ...palettes import METHODS

SPACE_NAMES = {
    "srgb": ("sRGB", "The numbers in the file; equal steps do not look equal."),
    "linear": ("Linear light", "Amounts of light: most of the colours go to the bright parts."),
    "lab": ("CIELAB", "Distances are about as large as the eye finds them."),
    "oklab": ("Oklab", "A younger CIELAB, with steadier blues."),
    "hsv": ("HSV", "Hue, saturation and value: keeps kinds of colours apart."),
    "ycbcr": ("YCbCr", "Brightness apart from colour, as in JPEG and television."),
}
METHOD_NAMES = {
    "kmeans": ("k-means", "Moves k colours until each is the mean of the pixels nearest to it."),
    "sklearn-kmeans": ("k-means (sklearn)", "The same idea as tutorials program it, for comparison."),
    "opencv": ("k-means (OpenCV)", "OpenCV on every single pixel: slow, and cannot be cancelled."),
    "sklearn-minibatch": ("Mini-batch k-means", "scikit-learn on small random samples: quick, less steady."),
    "wu": ("Variance-minimizing cut", "Cuts the box with the greatest error where that error falls most."),
    "uniform": ("Uniform", "Equal boxes over the range of the colours, used or not."),
    "popularity": ("Popularity", "The colours that most pixels have; what is rare is lost."),
    "bee-colony": ("Bee colony", "Whole palettes compete, vary and are given up when stale; slow."),
    "macqueen": ("MacQueen's k-means", "One pass: each sampled pixel pulls its nearest colour, ever less."),
    "bisecting": ("Bisecting k-means", "Parts the cluster with the greatest error in two, again and again."),
    "octree": ("Octree", "Cubes of colours merge, those first where it matters least."),
    "median-cut": ("Median cut", "Cuts boxes of colours, half of the pixels to each side."),
    "maximin": ("Maximin", "Each next colour is the one farthest from those chosen so far."),
    "random": ("Random pixels", "Colours of random pixels, no iteration: what iterating adds."),
    "fixed": ("Fixed palette", "Colours that you give; of more than k, those missed most."),
    "imagequant": ("libimagequant", "Median cut and k-means, weighed by what eyes notice; up to 256."),
}
DITHER_NAMES = {
    "none": ("none", "Each pixel takes its nearest colour: flat areas, hard steps."),
    "floyd-steinberg": ("Floyd-Steinberg", "A pixel's error goes on to its neighbours: rows run to and fro."),
    "floyd-steinberg-raster": (
        "Floyd-Steinberg, raster",
        "The same, all rows from left to right, as in most programs.",
    ),
    "bayer": ("Bayer", "A regular 8 × 8 pattern: the look of early computers."),
    "blue-noise": ("Blue noise", "An irregular, even pattern of 64 × 64."),
}
LIGHT_NAMES = {
    "srgb": ("sRGB levels", "On average the levels are right, as most programs have it."),
    "linear": ("linear light", "On average the light is right, as the eye sees it from afar."),
}
OPTION_NAMES = {
    "max_iter": "Iterations at most",
    "init": "Starts from",
    "n_init": "Attempts, the best counts",
    "tol": "Ends below a shift of",
    "effort": "Effort",
    "fit_on": "Thumbnail to design on",
    "batch_size": "Colours in a sample",
    "colony": "Palettes at a time",
    "limit": "Attempts until stale",
    "samples": "Pixels sampled",
    "palette": "Name, file or codes",
    "attempts": "Attempts, the best counts",
    "epsilon": "Ends below a shift of",
    "flags": "Starts from",
}
OPTION_HELP = {
    "effort": "Draft: on coarse colours, as while a slider moves.",
    "fit_on": "Its side in pixels. 0: the whole picture.",
}
HELP = {
    "k": "How many colours the picture may have.",
    "find": "The fewest colours. 1 can just be seen.",
    "filter": "Smooths surfaces and keeps edges, before the colours are chosen.",
    "sigma_spatial": "How far it looks around each pixel.",
    "sigma_range": "How different colours may be and still blend.",
    "filter_space": "Where colours are compared and blended.",
    "dither_strength": "How much of an error neighbours share.",
    "seed": "Where chance begins: another seed, another attempt.",
}
UNITS = {"lab": "Lab units", "srgb": "levels of 255"}
MEASURES = {  # name: (label, what it says)
    "delta_e_mean": (
        "ΔE mean",
        "Perceived difference, CIEDE2000, mean of all pixels. 1 can just be seen; lower is better.",
    ),
    "delta_e_p95": ("ΔE 95 %", "Perceived difference that 95 of 100 pixels do not exceed. Lower is better."),
    "mse": ("MSE", "Mean squared distance in sRGB, 0..255. Lower is better."),
    "psnr": ("PSNR", "Peak signal-to-noise ratio in decibels. Higher is better."),
    "ssim": ("SSIM", "Structural similarity, 1 for equal pictures. Higher is better."),
    "n_regions": ("Regions", "Connected areas of one colour: what a colouring book would number."),
    "png_bytes": ("PNG", "Size of the result as a PNG file, and what part that is of the original's."),
}
LOWER, HIGHER = ("delta_e_mean", "delta_e_p95", "mse"), ("psnr", "ssim")


def method_options(method):
    """Return the options of a method as the panel shows them: name, label, default, and choices if there are any.

    A method's choices for the option ``init`` are the constant ``INITS`` beside its function, and so on.
    """
    home = sys.modules[inspect.unwrap(METHODS[method].design).__module__]
    listed = {"effort": METHODS[method].efforts}
    options = METHODS[method].options
    if "max_iter" in METHODS[method].parameters:
        options = {"max_iter": 100} | options
    options = options | {"fit_on": 0}
    return [
        {
            "name": name,
            "label": OPTION_NAMES.get(name, name),
            "help": OPTION_HELP.get(name),
            "default": "automatic" if default is None else _plain(default),
            "choices": list(listed.get(name, getattr(home, f"{name.upper()}S", ())))
            if isinstance(default, str)
            else [],
        }
        for name, default in options.items()
    ]


def method_words(method):
    """Return the name of a method (of `METHODS`) and a line about it: the parts of its summary around the colon."""
    if method.name in METHOD_NAMES:
        return METHOD_NAMES[method.name]
    name, colon, line = method.summary.partition(": ")
    return (name.split(" (")[0], line[:1].upper() + line[1:]) if colon else (method.name, method.summary)


def choices():
    """Return everything that the panel offers, with its words: sent to the page once."""
    methods = {name: [*method_words(method), method_options(name)] for name, method in METHODS.items()}
    return {
        "samples": SAMPLES,
        "spaces": {name: SPACE_NAMES.get(name, (name, "")) for name in SPACES},
        "methods": methods,
        "dithers": {name: DITHER_NAMES.get(name, (name, line)) for name, line in DITHERS.items()},
        "lights": {name: LIGHT_NAMES[name] for name in LIGHTS},
        "filter_spaces": {name: [SPACE_NAMES[name][0], UNITS[name]] for name in FILTER_SPACES},
        "help": HELP,
    }


def title(settings):
    """Return the heading of a variant and what follows it in smaller print."""
    colors = f"{settings.k:,} colour{'' if settings.k == 1 else 's'}"
    details = ["smoothed"] if settings.filter else []
    details += ["dithered"] if settings.dither else []
    details += [f"designed on {settings.fit_on} px"] if settings.fit_on else []
    details += [SPACE_NAMES.get(settings.color_space, (settings.color_space,))[0]]
    details += [method_words(METHODS[settings.method])[0]]
    return colors, ", ".join(details)


def colors_line(quantization):
    """Return how many colours there are and were asked for."""
    n, k = quantization.n_colors, quantization.k
    locked = len(quantization.settings.get("locked", ()))
    text = f"{n:,} of {k:,} colours" + (f", {locked} locked" if locked else "")
    few = ": the picture has no more" if quantization.inertia == 0 else ": the method found no more"
    return text + (few if n < k else "")


def iterations_line(quantization):
    """Return how the method came to its end."""
    return METHODS[quantization.settings["method"]].ending(quantization.n_iter, quantization.converged)


def measure_texts(values, png_bytes_original=None):
    """Return label, text, help and name of every measure; those not known yet say so by a dash."""
    rows = []
    for name, (label, what) in MEASURES.items():
        text = measure_text(name, values[name]) if name in values else "–"
        if name == "png_bytes" and name in values and png_bytes_original:
            part = values[name] / png_bytes_original
            text += f", {100 * part:.{1 if part < 0.1 else 0}f} % of original"
        rows.append({"name": name, "label": label, "text": text, "help": what})
    return rows


def measure_text(name, value):
    """Return a measure as people read it, with its unit."""
    if name == "png_bytes":
        return size_text(value)
    if name == "n_regions":
        return f"{value:,}"
    if math.isinf(value):
        return "lossless"
    if math.isnan(value):
        return "too small"
    digits = {"ssim": 3, "delta_e_mean": 2}.get(name, 1)
    return f"{value:,.{digits}f}" + (" dB" if name == "psnr" else "")


def size_text(n_bytes):
    """Return a number of bytes with a unit: 999 bytes, 47.1 kB, 3.2 MB."""
    for unit, size in ("MB", 1e6), ("kB", 1e3):
        if n_bytes >= size:
            return f"{n_bytes / size:.{0 if n_bytes >= 100 * size else 1}f} {unit}"
    return f"{n_bytes} bytes"


def best_measures(values):
    """Return for each of several dictionaries of measures the names in which it is better than all others."""
    best = [[] for _ in values]
    for names, better in (LOWER, min), (HIGHER, max):
        for name in names:
            known = [v[name] for v in values if name in v and not math.isnan(v[name])]
            if len(known) == len(values) > 1 and known.count(better(known)) == 1:
                best[known.index(better(known))].append(name)
    return best


def stage_times(seconds):
    """Return the stages that took part with their milliseconds, in their order."""
    return [
        [stage, 1000 * seconds[stage]]
        for stage in ("filter", "histogram", "design", "mapping")
        if stage in seconds
    ]


def _plain(value):
    return value if isinstance(value, str) else json.dumps(value)
