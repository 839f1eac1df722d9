"""Experiments: a spec run over images, cell by cell, onto the disk; and sweeps, which are experiments in a line."""

import os
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ImageError, shown
from ..files.atomic import write_atomically
from ..files.outputs import Outputs
from ..images import SAMPLE, STANDARD, expand_images, image_sha256
from ..settings import spec, yaml_files
from ..vocabulary import DEFAULTS, MAX_PIXELS, METRICS
from . import manifest
from .journal import Journal
from .measure import Task, cell_key, compile_variants, read, run_task, source_sha256
from .run_files import RunFiles, frame

EARLIER_ROWS = (
    "{} rows in {} belong to another version of img2num_nb, to changed images or to another spec: "
    "they were moved to results-earlier.jsonl, and what this spec asks for was computed anew"
)


def run_here(tasks):
    """Yield the rows of tasks, one after the other, in this process."""
    for task in tasks:
        yield from run_task(task)


@dataclass(frozen=True)
class Experiment:
    """A grid of settings over images, and what to measure.

    Parameters
    ----------
    images : tuple of str, or dict
        ``sample:NAME``, paths and patterns; or name -> (H, W, 3) uint8 array.
    variants : tuple of Settings
        Every combination, see `spec.expand`.
    title : str
    repeats : int
        Quantizations a cell, of which times are the median.
    metrics : tuple of str
        Names of `quality.METRICS`.
    max_side : int, optional
        Images are reduced to this many pixels a side first.
    max_pixels : int
        Larger images are refused, and become rows with an error.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> experiment = nb.Experiment(["sample:shapes"], [nb.Settings(k=4), nb.Settings(k=8)], metrics=["mse"])
    >>> experiment.save("shapes.yaml")
    >>> table = nb.Experiment.load("shapes.yaml").run("out")
    >>> table["n_colors"].tolist()
    [4, 8]
    """

    images: tuple
    variants: tuple
    title: str = "Experiment"
    repeats: int = 1
    metrics: tuple = tuple(METRICS)
    max_side: int | None = None
    max_pixels: int = MAX_PIXELS

    @classmethod
    def load(cls, path):
        """Read a spec; see `spec.load_spec` for its form and errors."""
        return cls(**spec.load_spec(path))

    @classmethod
    def from_dict(cls, values):
        """Return the experiment that `to_dict` wrote."""
        return cls(**spec.parse(values))

    def to_dict(self):
        """Return the experiment as plain text, numbers and lists: a spec in which nothing is left to defaults."""
        return {
            "title": self.title,
            "images": list(self.images),
            "variants": spec.fold(self.variants),
            "repeats": self.repeats,
            "metrics": list(self.metrics),
            "max_side": self.max_side,
            "max_pixels": self.max_pixels,
        }

    def save(self, path):
        """Write the experiment as a spec, ``.yaml`` or ``.json``, whole or not at all."""
        write_atomically(path, yaml_files.text(path, self.to_dict()).encode())

    def sources(self):
        """Return name -> path, sample or array of every image; names hold no home folder.

        Raises
        ------
        ValueError
            If a pattern matches no file.
        """
        if isinstance(self.images, Mapping):
            return dict(self.images)
        return {_name(source): source for source in expand_images(map(_source, self.images))}

    def run(self, out=None, *, progress=None, run_tasks=run_here, parquet=False, inputs=(), overwrite=False):
        """Compute every cell that is not there yet, and return them all.

        Rows are on the disk as they come, so a run that was interrupted or killed goes on where it stopped, and ends with the same
        table. What failed before is tried again.

        Parameters
        ----------
        out : path, optional
            Folder for ``results.jsonl``, ``results.csv`` and ``manifest.json``, made if missing; without it nothing is written.
        progress : callable, optional
            Called with the cells done, their total, and the newest row (None for cells that were there).
        run_tasks : callable, optional
            Takes `measure.Task` objects and yields their rows in any order; by default in this process. See `cluster.connect`.
        parquet : bool
            Write ``results.parquet``, too.
        inputs : iterable of path
            Files that the run reads besides its images, such as its spec: no output takes their place.
        overwrite : bool
            Whether a ``results.csv``, ``results.parquet`` or ``manifest.json`` that no earlier run wrote, or that was edited since, may
            be replaced.

        Returns
        -------
        pandas.DataFrame
            A row a cell, images outermost; the columns are `measure.COLUMNS`.

        Raises
        ------
        ValueError
            If a parameter is wrong, or `out` holds a damaged ``results.jsonl``.
        FileExistsError
            If `out` holds a file of an output's name that no earlier run wrote.
        OSError
            If `out` cannot be written, or another process writes to it.
        """
        started = time.time()
        sources = self.sources()
        if not sources:
            raise ValueError("images must be at least one, got none")
        paths = [
            source for source in sources.values() if isinstance(source, str) and not source.startswith(SAMPLE)
        ]
        palettes = {path for settings in self.variants for path in settings.reads}
        files = RunFiles(out, Outputs([*inputs, *paths, *palettes], overwrite), parquet)
        compile_variants(self.variants)
        total = len(sources) * len(self.variants)
        keys, n_done = [], 0

        def tell(n, row=None):
            nonlocal n_done
            n_done += n
            if progress:
                progress(n_done, total, row)

        with Journal(out) as journal:

            def tasks():
                for name, source in sources.items():
                    task = self.task(name, source)
                    keys.extend(key for key, _ in task.cells)
                    todo = tuple(
                        cell for cell in task.cells if journal.rows.get(cell[0], {"error": 1}).get("error")
                    )
                    tell(len(task.cells) - len(todo))
                    if todo:
                        yield Task(**vars(task) | {"cells": todo})

            n_new = 0
            for row in run_tasks(tasks()):
                journal.append(row)
                n_new += 1
                tell(1, row)
            rows, earlier = journal.finish(keys)
            if n_results := sum("error" not in row for row in earlier):
                warnings.warn(EARLIER_ROWS.format(n_results, out), stacklevel=2)
            table = frame(rows)
            if out is not None:
                counts = {"new": n_new, "resumed": len(rows) - n_new, "set_aside": len(earlier)}
                files.write(table, self._manifest(Path(out), rows, counts, started))
        return table

    def task(self, name, source):
        """Return all cells of one image, with their keys."""
        common = {"metrics": self.metrics, "repeats": self.repeats, "max_side": self.max_side}
        content = digest = source_sha256(source)
        if digest is None:
            with suppress(ImageError, OSError):
                content = image_sha256(read(source, self.max_pixels))
        cells = tuple((cell_key(name, content, settings, **common), settings) for settings in self.variants)
        return Task(name, source, cells, digest, **common, max_pixels=self.max_pixels)

    def _manifest(self, out, rows, counts, started):
        """Return the manifest of a run, without the hashes of the other files."""
        images = {row["image"]: row for row in rows}
        images |= {row["image"]: row for row in rows if "image_sha256" in row}
        return {
            "title": self.title,
            "spec": self.to_dict() | {"images": list(images)},
            "images": [
                {"name": name}
                | {key: row.get(key) for key in ("file_sha256", "image_sha256", "width", "height")}
                for name, row in images.items()
            ],
            "environment": manifest.environment(),
            "seeds": sorted({settings.seed for settings in self.variants}),
            "results": {
                "file": "results.jsonl",
                "sha256": source_sha256(str(out / "results.jsonl")),
                "cells": len(rows),
                "failed": sum("error" in row for row in rows),
                **counts,
            },
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "seconds": round(time.time() - started, 3),
        }


def sweep(
    images,
    *,
    k="auto",
    color_space=DEFAULTS["color_space"],
    method=DEFAULTS["method"],
    filter=None,
    seed=0,
    repeats=1,
    metrics=None,
    max_side=None,
    out=None,
    overwrite=False,
    progress=None,
    **settings,
):
    """Quantize images in every combination of the settings given, a tidy row for each.

    Parameters
    ----------
    images : str, path, (H, W, 3) ndarray of uint8, a list of those, or a dict name -> array
        Texts may be ``sample:NAME`` and patterns.
    k, color_space, method, filter, seed, **settings
        As in `Settings`, or a list of such values, which makes a grid. A filter is text such as ``"3,50,lab"``, a `Filter`, or None;
        dither is text such as ``"floyd-steinberg,0.75"``, a `Dither`, or None; locked is text such as ``"#ff8800,#001122"``, or None.
    repeats, metrics, max_side
        As in `Experiment`.
    out : path, optional
        Folder that keeps the rows, so that an interrupted sweep goes on; see `Experiment.run`.
    overwrite : bool
        See `Experiment.run`.
    progress : callable, optional
        See `Experiment.run`.

    Returns
    -------
    pandas.DataFrame
        Columns as in `measure.COLUMNS`. An image that fails is a row with its ``error``.

    Raises
    ------
    ValueError
        If a parameter is wrong.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> table = nb.sweep("sample:shapes", k=[4, 16], color_space=["lab", "srgb"])
    >>> table.pivot(index="k", columns="color_space", values="n_colors").to_numpy().tolist()
    [[4, 4], [16, 16]]
    """
    variant = {
        "k": k,
        "color_space": color_space,
        "method": method,
        "filter": filter,
        "seed": seed,
    } | settings
    for name in {"filter", "dither", "locked"} & variant.keys():
        values = variant[name] if isinstance(variant[name], list) else [variant[name]]
        variant[name] = [str(value or "none") for value in values]
    if variant.get("options", {}) is None:
        del variant["options"]
    values = {"repeats": repeats, "max_side": max_side} | (
        {} if metrics is None else {"metrics": list(metrics)}
    )
    parsed = spec.parse({"title": "Sweep", "images": ["-"], "variants": [variant]} | values)
    return Experiment(**parsed | {"images": _named(images)}).run(out, overwrite=overwrite, progress=progress)


def _named(images):
    """Return what `Experiment` takes: texts, or name -> array."""
    if isinstance(images, Mapping):
        return {str(name): _source(source) for name, source in images.items()}
    items = list(images) if isinstance(images, list | tuple) else [images]
    named = {}
    for number, item in enumerate(items, 1):
        if isinstance(item, np.ndarray):
            named[f"array {number}"] = item
        else:
            named |= {_name(source): source for source in expand_images([_source(item)])}
    return named


def _source(item):
    """Return what `measure.read` opens, an array or text; or raise."""
    if isinstance(item, np.ndarray):
        return item
    if isinstance(item, str | os.PathLike) and os.fspath(item) != STANDARD:
        return os.path.expanduser(os.fspath(item))
    raise ValueError(f"an image of a sweep must be a path, 'sample:NAME' or an array, got {shown(item)}")


def _name(source):
    """Return what rows call an image: its sample's name, or its path without the folders that are nobody's business."""
    return source if source.startswith(SAMPLE) else Path(manifest.portable(source)).as_posix()
