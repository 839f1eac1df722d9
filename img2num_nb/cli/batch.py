"""Many pictures under many settings, for the command line: what to make, where it goes, a plain row each."""

import math
import os
import re
import sys
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

from ..choose import choose_k
from ..errors import ImageError, error_text, shown
from ..files.palette_files import ENDINGS, palette_bytes
from ..hex_colors import to_hex
from ..images import SAMPLE, STANDARD, expand_images, file_bytes, image_bytes, open_image
from ..images.write import FORMATS as IMAGE_FORMATS
from ..prepare import prepare, smooth
from ..quality import metrics
from ..quantization import quantize_prepared
from ..settings import Settings
from ..settings.options import option_value
from ..settings.spec import load_settings
from ..shared_palette import design_checked
from ..vocabulary import MAX_PIXELS, METRICS

#: What a row takes from a `Quantization` as it is.
FACTS = "n_colors", "n_iter", "converged", "inertia", "seconds"
#: What `quantize` can write: what it is -> endings, the first of all for files in folders.
KINDS = {"pictures": tuple(IMAGE_FORMATS), "palettes": tuple(ENDINGS)}


def choose(images, settings_file, given, options):
    """Return the images and variants that a command line asks for.

    Parameters
    ----------
    images : list of str
        Paths, patterns, samples; if empty, those of the settings file.
    settings_file : path or None
        Where variants come from; without it there is one, of defaults.
    given : dict
        Fields of `Settings` that override, as `Settings.from_dict` takes them; None: not given.
    options : list of str
        ``NAME=VALUE``; each overrides one option of the method.

    Returns
    -------
    sources : list of str
    variants : list of Settings
    inputs : list of path
        The files that are read.
    """
    listed, variants = load_settings(settings_file) if settings_file else ([], [])
    sources = expand_images(images or listed)
    if not sources:
        raise ValueError("no picture given: name a file, or try sample:astronaut")
    changes = {name: value for name, value in given.items() if value is not None}
    extra = dict(_name_and_value(text) for text in options)
    bases = [variant.to_dict() for variant in variants] if settings_file else [{"options": {}}]
    changed = [Settings.from_dict(base | changes | {"options": base["options"] | extra}) for base in bases]
    named = [source for source in sources if source != STANDARD and not source.startswith(SAMPLE)]
    palettes = [path for settings in (*variants, *changed) for path in settings.reads]
    return sources, changed, [*named, *([settings_file] if settings_file else []), *palettes]


def plan(sources, variants, output, outputs, kinds=KINDS):
    """Return where each picture goes (or None), for every source and, within it, every variant.

    Parameters
    ----------
    output : str or None
        A file for a single picture, with an ending of `kinds`; ``-`` for standard output; otherwise a folder, made here.
    outputs : Outputs
        Is asked for every file.
    kinds : dict
        As `KINDS`.
    """
    known = [ending for endings in kinds.values() for ending in endings]
    n = len(sources) * len(variants)
    if output is None:
        return [None] * n
    output = os.path.expanduser(output)
    standard = re.fullmatch(r"(?:(\w+):)?-", output)
    path = Path(output)
    if not standard and (path.is_dir() or not path.suffix or output.endswith(("/", os.sep))):
        targets = [path / name for name in _names(sources, len(variants), known[0])]
        for target in targets:
            outputs.check(target)
        path.mkdir(parents=True, exist_ok=True)
        return targets
    ending = f".{standard[1] or known[0][1:]}" if standard else path.suffix.lower()
    if ending not in known:
        wanted = " or ".join(f"{', '.join(endings)} ({kind})" for kind, endings in kinds.items())
        raise ValueError(
            f"-o {output}: a file must end in {wanted}; a folder's name that has a dot must end in /"
        )
    if n > 1:
        raise ValueError(f"{n} pictures need a folder, got -o {output}")
    if standard:
        return [f"{ending[1:]}:-"]
    if not path.parent.is_dir():
        raise ValueError(f"-o {output}: there is no folder {path.parent}")
    return [outputs.check(path)]


def share(sources, variants, max_pixels=MAX_PIXELS):
    """Return variant -> the `SharedPalette` of all pictures that can be read: the others are told when their turn comes.

    Raises
    ------
    ValueError
        If a setting does not go with a shared palette.
    """
    if STANDARD in sources:
        raise ValueError(
            "--shared-palette reads every picture twice, which standard input cannot: save it as a file"
        )

    def readable(filter):
        for source in sources:
            with suppress(ImageError, OSError):
                yield smooth(open_image(source, max_pixels), filter)

    return {id(variant): design_checked(readable(variant.filter), variant) for variant in variants}


def run(sources, variants, targets, outputs, limits=None, shared=None, max_pixels=MAX_PIXELS, finish=None):
    """Yield a row for each picture: plain text, numbers and lists, or what failed under ``"error"``.

    Parameters
    ----------
    targets : list of path, str or None
        From `plan`.
    outputs : Outputs
        Writes the files.
    limits : dict, optional
        max_delta_e, max_s_delta_e and max_png_bytes that `choose_k` keeps, which then finds the number of colours; a variant's k is
        the most.
    shared : dict, optional
        What `share` returns.
    max_pixels : int
        As of `load_image`.
    finish : callable, optional
        ``(source, prepared, variant, quantization, target, outputs)``: writes something else than the picture and returns its row.

    Raises
    ------
    ValueError
        If a parameter is wrong, which no other picture would mend.
    """
    targets = iter(targets)
    for source in sources:
        image, failure = None, None
        try:
            image = open_image(source, max_pixels)
        except (ImageError, OSError, MemoryError) as error:
            failure = error
        prepared = {}  # filter -> what its variants share: of the image itself, and of the latest filter
        for variant in variants:
            target = next(targets)
            if image is None:
                yield _failure(source, failure)
                continue
            try:
                original = prepared.get(None) or prepare(image)
                filtered = original if variant.filter is None else prepared.get(variant.filter)
                filtered = filtered or prepare(image, variant.filter)
                prepared = {variant.filter: filtered, None: original}
                made = _make(image, filtered, variant, limits, shared)
                yield (finish or _result)(source, original, variant, made, target, outputs)
            except (ImageError, OSError, MemoryError) as error:
                yield _failure(source, error)


def _make(image, prepared, variant, limits, shared):
    """Return the `Quantization` of a picture."""
    if shared:
        return shared[id(variant)].map_as(prepared.image, variant)
    if not limits:
        return quantize_prepared(prepared, variant)
    arguments = variant.arguments()
    limits = limits | {"max_k": arguments.pop("k"), "original": image, "histogram": prepared.histogram}
    return choose_k(prepared.image, **limits, **arguments).quantization


def _result(source, original, variant, made, target, outputs):
    """Write a picture first; then measure it against the `Prepared` original, and return its row."""
    written = _write(target, made, outputs) if target else {}
    size = file_bytes(source)
    skip = written.keys() | ({"png_bytes_original"} if size else set())
    names = [name for name in METRICS if name not in skip]
    colors = zip(to_hex(made.palette), made.palette.tolist(), made.counts.tolist(), strict=True)
    height, width = made.labels.shape
    n_pixels = height * width
    row = {
        "image": source,
        "file_bytes": size,
        "height": height,
        "width": width,
        "output": target and str(target),
        "settings": replace(variant, k=made.k).to_dict(),
        "palette": [{"hex": code, "rgb": rgb, "pixels": n, "share": n / n_pixels} for code, rgb, n in colors],
        "metrics": metrics(original.image, made, names, histogram=original.histogram) | written,
    }
    return plain(row | {name: getattr(made, name) for name in FACTS})


def _write(target, made, outputs):
    """Write a picture or its palette to a path, or to standard output where `target` is text such as ``"png:-"``.

    Returns
    -------
    dict
        The metric ``"png_bytes"``, if it was a PNG.
    """
    standard = isinstance(target, str)
    name = Path(f"palette.{target.removesuffix(':-')}") if standard else target
    ending = name.suffix.lower()
    data = palette_bytes(name, made.palette) if ending in ENDINGS else image_bytes(ending, made)
    write(target, data, outputs)
    return {"png_bytes": len(data)} if ending == ".png" else {}


def write(target, data, outputs):
    """Write bytes to a target of `plan`."""
    if isinstance(target, str):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        outputs.write(target, data)


def plain(value):
    """Return `value` as JSON can hold it: numpy's numbers as Python's, infinity and NaN as None."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _failure(source, error):
    enough = not isinstance(error, MemoryError)
    text = error_text(error) if enough else "not enough memory: make the picture smaller first"
    return {"image": source, "error": text if source in text else f"{source}: {text}"}


def _name_and_value(text):
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ValueError(f"--option must be NAME=VALUE, as in n_init=4; got {shown(text)}")
    return name, option_value(value)


def _names(sources, n_variants, ending):
    """Return a file name for every source and variant, no two alike (also where case does not count)."""
    taken = set()
    for source, variant in product(sources, range(n_variants)):
        name = "stdin" if source == STANDARD else Path(source.removeprefix(SAMPLE)).stem
        stem = name + (f"-{variant + 1}" if n_variants > 1 else "")
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        yield f"{name}{ending}"
