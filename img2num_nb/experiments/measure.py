"""One image under many settings: decoded, filtered and counted once, then a plain row for each cell of a sweep."""

import hashlib
import json
import math
import os
import statistics
import time
from dataclasses import dataclass

import numpy as np

from .._kernels.run import n_threads
from ..errors import ImageError
from ..files.atomic import open_regular
from ..hex_colors import check_colors, to_hex
from ..histogram import ColorHistogram
from ..images import SAMPLE, image_sha256, open_image, preview, validate_image
from ..prepare import prepare
from ..quality import metrics
from ..quantization import quantize_prepared
from ..settings import Settings
from ..vocabulary import MAX_PIXELS, METRICS, SETTINGS
from . import manifest

#: What a row has where it does not say: the defaults, as text.
DEFAULT_TEXTS = Settings().to_dict()
#: Every column of a table of results, in order.
COLUMNS = {
    "key": "identity of the cell: image, settings and versions hashed; the same cell has the same key everywhere",
    "image": "name of the image as the spec gives it",
    "file_sha256": "of the image's file; empty for samples and arrays",
    "image_sha256": "of the decoded pixels, see images.image_sha256",
    "width": "of what was quantized, pixels",
    "height": "of what was quantized, pixels",
    **{name: setting.help for name, setting in SETTINGS.items()},
    "n_colors": "colours of the palette, at most k",
    "n_iter": "iterations made",
    "converged": "whether the method came to its end",
    "inertia": "sum of squared distances in the colour space",
    **{name: metric.help for name, metric in METRICS.items()},
    "seconds_decode": "reading the image, once for all its cells",
    "seconds_filter": "smoothing it, once for all cells with that filter",
    "seconds_histogram": "counting its colours, once for all cells with that filter",
    "seconds_design": "palette design, median of the repeats",
    "seconds_mapping": "pixel mapping, median of the repeats",
    "seconds_total": "histogram, design and mapping",
    "seconds_spread": "slowest less fastest repeat of design and mapping",
    "repeats": "quantizations that the times are medians of, after one that warmed up",
    "threads": "threads that the kernels could use",
    "palette": "colours in hex, separated by spaces, from dark to light",
    "palette_sha256": "of the palette's bytes, R, G, B of each colour in turn",
    "labels_sha256": "of the text 'H W dtype' and a line end, and the labels' bytes, little-endian",
    "error": "what went wrong; then the cell has no numbers",
}
OF_IMAGE = ("n_distinct", "png_bytes_original")  # metrics that do not depend on the settings


@dataclass(frozen=True)
class Task:
    """The cells of one image.

    Attributes
    ----------
    name : str
        What rows call the image.
    source : str or ndarray
        What `read` opens.
    cells : tuple of (str, Settings)
        Key and settings of each.
    file_sha256 : str or None
    metrics : tuple of str
    repeats : int
    max_side : int or None
    """

    name: str
    source: object
    cells: tuple
    file_sha256: str | None = None
    metrics: tuple = tuple(METRICS)
    repeats: int = 1
    max_side: int | None = None
    max_pixels: int = MAX_PIXELS


def read(source, max_pixels=MAX_PIXELS):
    """Return the image of a path, a sample or an array: (H, W, 3) uint8 sRGB."""
    return validate_image(source) if isinstance(source, np.ndarray) else open_image(source, max_pixels)


def source_sha256(source):
    """Return the SHA-256 of a file, or None for a sample, an array, or a file that cannot be read."""
    if isinstance(source, np.ndarray) or source.startswith(SAMPLE):
        return None
    try:
        with open_regular(source) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def cell_key(name, content, settings, *, metrics, repeats, max_side, versions=None):
    """Return the identity of a cell: a hash of all that its row depends on.

    Parameters
    ----------
    name : str
    content : str or None
        SHA-256 of the image's file, or of its pixels.
    settings : Settings
    metrics, repeats, max_side
        As in `Task`.
    versions : dict, optional
        By default those of this installation.
    """
    versions = manifest.versions(settings.method) if versions is None else versions
    chosen = {name: value for name, value in settings.to_dict().items() if DEFAULT_TEXTS[name] != value}
    facts = [name, content, chosen, list(metrics), repeats, max_side, versions]
    return "cell-" + hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def run_task(task):
    """Yield the row of each cell of a task; what fails becomes a row with its error.

    Stages that cells share run once: decoding, each filter, the histogram of each filtered image. Design and mapping run `repeats`
    times, and each run converts the colours afresh, so that no cell's time depends on the cells before it.
    """
    compile_variants(settings for _, settings in task.cells)
    start = time.perf_counter()
    try:
        image = read(task.source, task.max_pixels)
        shared = {"seconds_decode": time.perf_counter() - start, "image_sha256": image_sha256(image)}
        image = preview(image, task.max_side).image if task.max_side else image
        shared |= {"height": image.shape[0], "width": image.shape[1]}
        histogram = ColorHistogram.from_image(image)
    except (ImageError, OSError, MemoryError) as error:
        yield from (failure(task, key, settings, error) for key, settings in task.cells)
        return
    of_image = {}
    for cells in by_filter(task.cells):
        try:
            prepared = prepare(image, cells[0][1].filter)
        except Exception as error:
            yield from (failure(task, key, settings, error) | shared for key, settings in cells)
            continue
        for key, settings in cells:
            try:
                made, times = _quantize(prepared, settings, task.repeats)
                measured = _metrics(image, made, histogram, task.metrics, of_image)
                row = _row(task, key, settings) | shared | _facts(made) | measured | times
                yield {name: _plain(row[name]) for name in COLUMNS if name in row}
            except Exception as error:  # a cell must not end a sweep of a thousand
                yield failure(task, key, settings, error) | shared


def compile_variants(variants, done=set()):  # noqa: B006 (what this process has compiled and imported)
    """Compile and import what `variants` need, on a small noisy image, so that no row's time holds that.

    Raises
    ------
    ValueError
        If an option has a value that its method refuses.
    """
    # OpenMP, which scikit-learn loads, else spins while a thread waits: ten times slower when other processes want the cores
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for settings in variants:
        kind = json.dumps(
            {n: v for n, v in settings.to_dict().items() if n not in ("k", "seed")}, sort_keys=True
        )
        if kind in done:
            continue
        try:
            metrics(noise, settings.quantize(noise))
        except ValueError as error:
            raise ValueError(
                f"method {settings.method!r} with options {settings.options}: {error}"
            ) from error
        done.add(kind)


def settings_of(row):
    """Return the `Settings` of a row."""
    values = {name: (DEFAULT_TEXTS | row)[name] for name in SETTINGS}
    return Settings.from_dict(
        {name: json.loads(v) if isinstance(v, str) and v[:1] in "{[" else v for name, v in values.items()}
    )


def labels_sha256(labels):
    """Return the SHA-256 of a label map: of ``"H W dtype\\n"`` and its little-endian bytes."""
    digest = hashlib.sha256(f"{labels.shape[0]} {labels.shape[1]} {labels.dtype}\n".encode())
    digest.update(np.ascontiguousarray(labels, labels.dtype.newbyteorder("<")))
    return digest.hexdigest()


def hex_palette(palette):
    """Return ``(n, 3)`` colours as text: ``"#000000 #ffffff"``."""
    return " ".join(to_hex(palette))


def parse_palette(text):
    """Return the ``(n, 3)`` uint8 colours that `hex_palette` wrote."""
    return check_colors(text.split(), "palette")


def by_filter(cells):
    """Return the cells, pairs of key and settings, in lists of one filter each."""
    groups = {}
    for cell in cells:
        groups.setdefault(str(cell[1].filter), []).append(cell)
    return groups.values()


def _quantize(prepared, settings, repeats):
    """Return the quantization of a `Prepared` image and its median times."""
    runs = [quantize_prepared(prepared.fresh(), settings) for _ in range(repeats)]
    design, mapping = ([run.seconds[stage] for run in runs] for stage in ("design", "mapping"))
    both = [a + b for a, b in zip(design, mapping, strict=True)]
    return runs[0], {
        "seconds_filter": prepared.seconds.get("filter", 0.0),
        "seconds_histogram": prepared.seconds["histogram"],
        "seconds_design": statistics.median(design),
        "seconds_mapping": statistics.median(mapping),
        "seconds_total": prepared.seconds["histogram"] + statistics.median(both),
        "seconds_spread": max(both) - min(both),
    }


def _metrics(image, made, histogram, names, of_image):
    """Return the metrics; those of the image alone are computed once and kept in `of_image`."""
    once = [name for name in names if name in OF_IMAGE]
    if once and not of_image:
        of_image |= metrics(image, made, once, histogram=histogram)
    rest = [name for name in names if name not in OF_IMAGE]
    return metrics(image, made, rest, histogram=histogram) | of_image


def _facts(made):
    return {
        "n_colors": made.n_colors,
        "n_iter": made.n_iter,
        "converged": made.converged,
        "inertia": made.inertia,
        "palette": hex_palette(made.palette),
        "palette_sha256": hashlib.sha256(made.palette.tobytes()).hexdigest(),
        "labels_sha256": labels_sha256(made.labels),
    }


def _row(task, key, settings):
    chosen = {
        name: json.dumps(v, sort_keys=True) if isinstance(v, dict | list) else v
        for name, v in settings.to_dict().items()
    }
    row = {"key": key, "image": task.name, "file_sha256": task.file_sha256} | chosen
    return row | {"repeats": task.repeats, "threads": n_threads()}


def failure(task, key, settings, error):
    """Return the row of a cell that failed."""
    text = "not enough memory" if isinstance(error, MemoryError) else str(error)
    if not isinstance(error, ImageError | OSError | MemoryError):
        text = f"{type(error).__name__}: {text}"
    return _row(task, key, settings) | {"error": manifest.portable(text.replace(os.linesep, " "))}


def _plain(value):
    """Return what JSON can hold: numpy's numbers as Python's, infinity and NaN as None."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
