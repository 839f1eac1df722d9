"""Dithering beside its peers: the difference that eyes see, the error after a blur in light, and time. Writes DITHERING.md.

``python -m benchmarks.dithering --images DIR [--large FILE]``
"""

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

import img2num_nb as nb
from img2num_nb.color import LIGHT
from img2num_nb.dither import DITHERS
from img2num_nb.s_cielab import PIXELS_PER_DEGREE, seen

from . import common

OUT = Path(__file__).parent / "DITHERING.md"
KS = (4, 16, 64, 256)
SIGMA = 1.5  # pixels


def ours(dither, strength=1.0, light="srgb"):
    options = {"dither": dither, "dither_strength": strength, "dither_light": light}
    return lambda image, k: nb.quantize(image, k, **options).image


def pillow(image, k):
    """Pillow's median cut, then its Floyd-Steinberg, which it does only for a palette that is given."""
    picture = Image.fromarray(image)
    return np.asarray(picture.quantize(palette=picture.quantize(k, 0), dither=3).convert("RGB"))


def pillow_with(palette):
    colors = np.vstack([palette, np.repeat(palette[-1:], 256 - len(palette), axis=0)])
    holder = Image.new("P", (1, 1))
    holder.putpalette(colors.tobytes())
    return lambda image: np.asarray(Image.fromarray(image).quantize(palette=holder, dither=3).convert("RGB"))


def rust_with(palette, method="floyd_steinberg", **options):
    import dithering

    colors = [tuple(color) for color in palette.tolist()]
    return lambda image: dithering.dither(image, method, palette=colors, **options)


def imagequant(image, k):
    import imagequant

    picture = Image.fromarray(image).convert("RGBA")
    return np.asarray(
        imagequant.quantize_pil_image(picture, dithering_level=1.0, max_colors=k).convert("RGB")
    )


METHODS = {
    "ours, no dithering": ours("none"),
    "ours, Floyd-Steinberg": ours("floyd-steinberg"),
    "ours, Floyd-Steinberg in light": ours("floyd-steinberg", light="linear"),
    "ours, Floyd-Steinberg in light, strength 0.75": ours("floyd-steinberg", 0.75, "linear"),
    "ours, Sierra in light": ours("sierra", light="linear"),
    "ours, Atkinson in light, strength 0.75": ours("atkinson", 0.75, "linear"),
    "ours, Bayer in light": ours("bayer", light="linear"),
    "ours, blue noise in light": ours("blue-noise", light="linear"),
    "ours, blue noise in light, strength 0.75": ours("blue-noise", 0.75, "linear"),
    "Pillow, median cut": pillow,
    "Pillow, on our palette": lambda image, k: pillow_with(nb.quantize(image, k).palette)(image),
    "dithering, on our palette": lambda image, k: rust_with(nb.quantize(image, k).palette)(image),
    "dithering in light, serpentine, on our palette": lambda image, k: rust_with(
        nb.quantize(image, k).palette, linear=True, serpentine=True
    )(image),
    "libimagequant, dither 1": imagequant,
}


def quality(images):
    """Return two tables: mean over the images of S-CIELAB, and of the mean squared error after a blur in light."""
    s_cielab, blurred = ({name: np.zeros(len(KS)) for name in METHODS} for _ in range(2))
    for image in images.values():
        eye, blur = seen(image), gaussian_filter(LIGHT[image], (SIGMA, SIGMA, 0))
        for name, method in METHODS.items():
            for i, k in enumerate(KS):
                result = method(image, k)
                s_cielab[name][i] += np.sqrt(((seen(result) - eye) ** 2).sum(axis=2)).mean()
                difference = gaussian_filter(LIGHT[result], (SIGMA, SIGMA, 0)) - blur
                blurred[name][i] += 1e6 * (difference**2).sum(axis=2).mean()
    head = ["", *(f"k = {k}" for k in KS)]
    return [
        common.table(
            head, [[name, *(f"{v / len(images):.{digits}f}" for v in row)] for name, row in each.items()]
        )
        for each, digits in ((s_cielab, 2), (blurred, 0))
    ]


def times(image, repeats):
    """Return a table of CPU milliseconds of the mapping alone, run in turn, the least of several."""
    rows = []
    for k in 16, 256:
        palette = nb.quantize(image, k).palette
        histogram = nb.ColorHistogram.from_image(image)
        from img2num_nb.dither import dithered_labels

        def job(name, palette=palette, histogram=histogram):
            return lambda: dithered_labels(image, palette, histogram.colors, dither=name)

        jobs = {f"ours, {name}": job(name) for name in DITHERS if name != "none"}
        at_pillow, at_rust = pillow_with(palette), rust_with(palette)
        at_bayer = rust_with(palette, "bayer8x8")
        jobs |= {
            "Pillow, Floyd-Steinberg": lambda run=at_pillow: run(image),
            "dithering, Floyd-Steinberg": lambda run=at_rust: run(image),
            "dithering, Bayer 8 x 8": lambda run=at_bayer: run(image),
        }
        spent = {name: [] for name in jobs}
        for _ in range(repeats):
            for name, run in jobs.items():
                start = time.process_time()
                run()
                spent[name].append(1000 * (time.process_time() - start))
        rows.append({name: min(each) for name, each in spent.items()})
    return common.table(["", "k = 16", "k = 256"], [[n, *(f"{row[n]:.0f}" for row in rows)] for n in rows[0]])


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dithering", description=__doc__)
    parser.add_argument("--images", help="folder of pictures; by default the built-in photographs")
    parser.add_argument(
        "--large", help="a large photograph, which is reduced to 2 megapixels; by default the first picture"
    )
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    images = common.load_images(args.images)
    large = nb.load_image(args.large) if args.large else next(iter(images.values()))
    height, width = large.shape[:2]
    side = round(max(height, width) * min(1, (2e6 / (height * width)) ** 0.5))
    large = nb.preview(large, side).image
    n_colors = len(nb.ColorHistogram.from_image(large))
    time_table = times(large, args.repeats)
    s_cielab, blurred = quality(images)
    OUT.write_text(
        f"""# Dithering

Written by `python -m benchmarks.dithering`. {common.machine()}. Palettes of ours: k-means in Lab; the peers' where not said otherwise.

## The difference that eyes see

Mean S-CIELAB difference at {PIXELS_PER_DEGREE} pixels per degree, over {len(images)} pictures; lower is better.

{s_cielab}

## Error after a blur in light

Mean squared error, in millionths, of linear light after a Gaussian blur of {SIGMA} pixels, over the same pictures.

{blurred}

## Time

CPU milliseconds of the mapping alone, {large.shape[0] * large.shape[1] / 1e6:.1f} megapixels, {n_colors:,} distinct colours,
least of {args.repeats} runs in turn.

{time_table}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
