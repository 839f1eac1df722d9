"""Verification: compute a sweep's cells again, and say for each whether the same bits came out."""

import hashlib
import json
import os
import random
import statistics
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import ImageError
from ..images import SAMPLE, image_sha256
from ..vocabulary import METRICS
from . import manifest
from .experiment import Experiment
from .journal import NAME, read_lines
from .measure import DEFAULT_TEXTS, Task, cell_key, parse_palette, read, run_task, settings_of, source_sha256
from .run_files import MANIFEST

LEVELS = 2  # greatest difference of a palette's channel, 0..255, that is within tolerance
PERCENT = 1.0  # and of a metric
EXACT = 1e-9  # relative difference of a metric that another order of summation explains

FACTS = ("name", "file_sha256", "image_sha256")  # of an image, that the manifest must hold


class Line(NamedTuple):
    """A sentence of the verdict, and whether it tells of a difference."""

    text: str
    differs: bool = False


def verify(folder, *, sample=None, seed=0, images=None, other_versions=False):
    """Compute a sweep again and compare.

    Parameters
    ----------
    folder : path
        That `Experiment.run` has filled.
    sample : int, optional
        Compute only this many cells, chosen at random.
    seed : int
        Of that choice.
    images : path, optional
        Folder to look in for images that are not where they were.
    other_versions : bool
        Versions other than the manifest's are told, but are no difference.

    Yields
    ------
    Line

    Raises
    ------
    ValueError
        If the folder holds no finished sweep.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise ValueError(f"{folder} holds no finished sweep ({MANIFEST} is missing)")
    try:
        recorded = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        experiment = Experiment.from_dict(recorded["spec"])
        hash_then, versions = recorded["results"]["sha256"], dict(recorded["environment"]["versions"])
        images_then = [{key: item[key] for key in FACTS} for item in recorded["images"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / MANIFEST} is no manifest of a sweep: {error!r}") from error
    rows = read_lines(folder / NAME)
    changed = set()
    for name, sha256 in ({NAME: hash_then} | recorded.get("files", {})).items():
        if not (folder / name).is_file():
            yield Line(f"{name} is missing")
        elif source_sha256(str(folder / name)) != sha256:
            changed.add(name)
            yield Line(f"{name} is not the file that {MANIFEST} describes: it was changed since", True)
    if NAME not in changed:  # the manifest may have been made to fit
        try:
            read_lines(folder / NAME, intact=True)
        except ValueError as error:
            yield Line(str(error), True)
    yield from _check_versions(
        versions, {settings.method for settings in experiment.variants}, other_versions
    )
    damaged = yield from _check_rows(rows, experiment, versions)

    rows = [row for row in rows if row["key"] not in damaged]
    chosen = rows if sample is None or sample >= len(rows) else random.Random(seed).sample(rows, sample)
    by_image = {}
    for row in rows:
        by_image.setdefault(row["image"], [])
    for row in chosen:
        by_image[row["image"]].append(row)
    verdicts, ratios = Counter(), []
    for item in images_then:
        cells = by_image.pop(item["name"], [])
        source, lines = _check_image(item, images)
        yield from lines
        if source is None:
            verdicts["not checked"] += len(cells)
            continue
        tasks = tuple((row["key"], settings_of(row)) for row in cells)
        common = {
            "metrics": experiment.metrics,
            "max_side": experiment.max_side,
            "repeats": 1,
            "max_pixels": experiment.max_pixels,
        }
        again = {row["key"]: row for row in run_task(Task(item["name"], source, tasks, **common))}
        for row in cells:
            now = again[row["key"]]
            verdict, how = compare(row, now)
            verdicts[verdict] += 1
            if row.get("seconds_total") and now.get("seconds_total"):
                ratios.append(now["seconds_total"] / row["seconds_total"])
            yield Line(f"{_name(row)}: {verdict}{how and ' '}{how}", verdict == "different")
    for name, cells in by_image.items():
        yield Line(f"{name}: its {len(cells)} rows belong to no image of the manifest", True)
    if ratios:
        low, high = min(ratios), max(ratios)
        yield Line(
            f"times: {statistics.median(ratios):.2f} of those recorded (median; {low:.2f} to {high:.2f}), not compared"
        )
    yield Line(
        f"{len(chosen)} of {len(rows)} cells: "
        + ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())
    )


def compare(then, now):
    """Return how two rows of one cell compare.

    Returns
    -------
    verdict : str
        ``"same bits"``, ``"same within tolerance"``, ``"different"``, or ``"failed, as then"``.
    how : str
        In what, and by how much.
    """
    if "error" in then or "error" in now:
        if "error" in then and "error" in now:
            return "failed, as then", ""
        return (
            "different",
            f"(failed now: {now['error']})" if "error" in now else f"(failed then: {then['error']})",
        )
    names = [name for name in (*METRICS, "inertia", "n_colors", "n_iter", "converged") if name in now]
    apart = {name: _apart(then.get(name), now[name]) for name in names}
    apart = {name: gap for name, gap in apart.items() if gap > EXACT}
    hashes = [name for name in ("palette_sha256", "labels_sha256") if then.get(name) != now[name]]
    numbers = ", ".join(f"{name} {then.get(name)} then, {now[name]} now" for name in apart)
    if not hashes:
        return (
            ("different", f"(same palette and labels, but {numbers}: the table was edited)")
            if apart
            else ("same bits", "")
        )
    if "palette_sha256" not in hashes or then.get("palette") == now["palette"]:
        also = f"; {numbers}" if numbers else ", and so are all numbers"
        return "different", f"({' and '.join(hashes)}, though the palette is the same{also})"
    before, after = parse_palette(then["palette"]), parse_palette(now["palette"])
    if before.shape != after.shape:
        return "different", f"({len(before)} colours then, {len(after)} now)"
    levels = int(np.abs(before.astype(int) - after).max())
    percent = 100 * max((gap for name, gap in apart.items() if name in METRICS), default=0)
    how = f"(palette within {levels} levels of 255, metrics within {percent:.2g} %)"
    return ("same within tolerance" if levels <= LEVELS and percent <= PERCENT else "different"), how


def _apart(then, now):
    """Return the relative difference of two numbers: 0 when they are equal, infinite when one is missing."""
    if then == now:
        return 0.0
    if not isinstance(then, int | float) or not isinstance(now, int | float):
        return float("inf")
    return abs(then - now) / max(abs(then), abs(now))


def _check_versions(versions, methods, other_versions):
    here = manifest.environment()["versions"]
    for name in {
        name: 0 for method in sorted(methods) for name in manifest.versions(method, here | versions)
    }:
        then, now = versions.get(name, "none"), here.get(name, "none")
        if then != now:
            yield Line(f"version of {name}: {then} in the manifest, {now} here", not other_versions)


def _check_rows(rows, experiment, versions):
    """Say which rows contradict themselves: their key follows from what they hold, and a hash from its palette.

    Returns the keys of rows that cannot be read at all.
    """
    damaged = set()
    common = {"metrics": experiment.metrics, "repeats": experiment.repeats, "max_side": experiment.max_side}
    for row in rows:
        try:
            settings = settings_of(row)
            content = row.get("file_sha256") or row.get("image_sha256")
            among = manifest.versions(settings.method, versions)
            key = cell_key(row["image"], content, settings, **common, versions=among)
            wrong = (
                key != row["key"]
                and "its key is not that of its image, its settings and the manifest's versions"
            )
            if "palette" in row:
                bytes_ = parse_palette(row["palette"]).tobytes()
                wrong = wrong or (
                    hashlib.sha256(bytes_).hexdigest() != row["palette_sha256"]
                    and "palette_sha256 is not of its palette"
                )
        except (KeyError, TypeError, ValueError) as error:
            damaged.add(row["key"])
            yield Line(f"row {row['key']} is damaged: {error}", True)
            continue
        if wrong:
            yield Line(f"{_name(row)}: {wrong}; row or manifest was edited", True)
    return damaged


def _check_image(item, folder):
    """Return where an image is if its pixels are those of then, else None; and what there is to say about it."""
    name = item["name"]
    source = _find(name, folder)
    if source is None:
        where = "" if folder is None else f", nor in {folder}"
        failed = item["image_sha256"] is None
        return (name, []) if failed else (None, [Line(f"{name}: the image is missing here{where}", True)])
    changed = item["file_sha256"] and source_sha256(source) != item["file_sha256"]
    pixels = None
    with suppress(ImageError, OSError):
        pixels = image_sha256(read(source))
    if pixels != item["image_sha256"]:
        what = "its file was changed" if changed else "its file decodes to other pixels here"
        return None, [
            Line(f"{name}: the image is another one: {what}{'' if pixels else ', and cannot be read'}", True)
        ]
    if changed:
        return source, [Line(f"{name}: the image's file was changed, but not its pixels", True)]
    return source, []


def _find(name, folder):
    if name.startswith(SAMPLE):
        return name
    places = [Path(os.path.expanduser(name))]
    if folder is not None:
        places += [Path(folder) / name, Path(folder) / Path(name).name]
    return next((str(place) for place in places if place.is_file()), None)


def _name(row):
    """Return what tells a row from others: its image, method, colour space, k and seed, and the settings that are not the default."""
    first = ("method", "options", "color_space", "filter", "k", "seed")
    chosen = {name: row.get(name, usual) for name, usual in DEFAULT_TEXTS.items()}
    options = "" if chosen["options"] in ("{}", {}) else f" {chosen['options']}"
    smooth = "" if chosen["filter"] == "none" else f" filter {chosen['filter']}"
    after = "".join(
        f" {name} {value}"
        for name, value in chosen.items()
        if name not in first and value != DEFAULT_TEXTS[name]
    )
    named = f"{row['image']} {chosen['method']}{options} {chosen['color_space']}{smooth}"
    return f"{named} k={chosen['k']} seed={chosen['seed']}{after}"
