"""Experiment specs: a settings file in which a list makes a grid, and what to measure; an error names its line."""

import json
import os
from collections.abc import Mapping
from functools import partial
from itertools import chain, groupby, pairwise, product
from math import prod
from pathlib import Path

import yaml

from .._typing import StrPath
from ..errors import check_choice, check_integer, shown
from ..vocabulary import SETTINGS
from . import yaml_files
from .settings import IMG2NUM_SPACES, Settings

#: Every key of a spec, and what it says.
KEYS = {
    "title": "a line that says what the experiment is about",
    "images": "sample:NAME, paths and patterns (relative to the folder the command runs in)",
    "variants": "settings, a mapping each; a list in the place of a value makes a grid",
    "repeats": "quantizations a cell, of which times are the median, 1 to 1000",
    "metrics": "what is measured; by default everything",
    "max_pixels": "larger images are refused; by default 128 megapixels",
    "max_side": "images are reduced to this many pixels a side first, 1 to 1048576",
}
MAX_VARIANTS = 100_000


class SpecError(ValueError):
    """A spec is wrong at `path`, the keys and places that lead there: ``("variants", 0, "k")``."""

    def __init__(self, message, *path):
        super().__init__(str(message))
        self.path = path


def load_spec(path):
    """Read a spec.

    Parameters
    ----------
    path : str or path
        A YAML file, or JSON if its name ends in ``.json``. Settings files are specs too.

    Returns
    -------
    dict
        What `parse` returns.

    Raises
    ------
    ValueError
        If it is not of this form; the message names the file, the line, and what is allowed there.
    OSError
        If the file cannot be read.
    """
    return {"title": Path(path).stem} | _load(path, parse)


def load_settings(path: StrPath) -> tuple[list[str], list[Settings]]:
    """Read the images and variants of a settings file or a spec.

    Parameters
    ----------
    path : str or path
        As of `load_spec`; images may be missing, and a variant may be there twice.

    Returns
    -------
    images : list of str
    variants : list of Settings
        Grids are expanded.

    Raises
    ------
    ValueError, OSError
        As of `load_spec`.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> nb.save_settings("two.yaml", ["sample:coffee"], [nb.Settings(k=4), nb.Settings(k=8)])
    >>> images, variants = nb.load_settings("two.yaml")
    >>> images, [settings.k for settings in variants]
    (['sample:coffee'], [4, 8])
    """
    given = _load(path, partial(parse, sweep=False))
    return list(given["images"]), list(given["variants"])


def _load(path, read):
    path = Path(os.path.expanduser(path))
    try:
        return read(yaml_files.read(path))
    except ValueError as error:
        line = _line(path, error.path) if isinstance(error, SpecError) else getattr(error, "line", None)
        raise ValueError(f"{path}{f', line {line}' if line else ''}: {error}") from error


def parse(data, sweep=True):
    """Check a spec's content and expand its grids.

    Parameters
    ----------
    data : dict
        With the `KEYS`; ``images`` and ``variants`` must be there.
    sweep : bool
        Whether there must be an image, and all variants must be different.

    Returns
    -------
    dict
        The keys that were given; ``images`` and ``metrics`` tuples of str, ``variants`` a tuple of `Settings`.

    Raises
    ------
    SpecError
    """
    if not isinstance(data, Mapping):
        raise SpecError(f"wanted a mapping of images and variants, got {shown(data)}")
    for key in data:
        _at((key,), check_choice, "a key of a spec", key, KEYS)
    given = {"images": []} | dict(data) if not sweep else dict(data)
    for key in "images", "metrics":
        if key == "images" or key in given:
            given[key] = _texts(given.get(key), key, 1 if sweep else 0)
    variants = given.get("variants")
    if not isinstance(variants, list) or not variants:
        raise SpecError("variants must be a list of at least one mapping such as {k: [4, 16]}", "variants")
    found = []
    for i, values in enumerate(variants):
        found += expand(values, "variants", i)
        if len(found) > MAX_VARIANTS:
            wanted = f"and {MAX_VARIANTS:,} are allowed: shorten some lists"
            raise SpecError(
                f"with this, the variants make {len(found):,} combinations, {wanted}", "variants", i
            )
    given["variants"] = tuple(found)
    if sweep:
        _check_different(given["variants"])
    if "metrics" in given:
        from ..vocabulary import METRICS

        for i, name in enumerate(given["metrics"]):
            _at(("metrics", i), check_choice, "a metric", name, METRICS)
    if given.get("max_side") is None:
        given.pop("max_side", None)
    for key, high in ("repeats", 1000), ("max_side", 1 << 20), ("max_pixels", 1 << 62):
        if key in given:
            _at((key,), check_integer, key, given[key], 1, high)
    if not isinstance(given.get("title", ""), str):
        raise SpecError(f"title must be text, got {shown(given['title'])}", "title")
    return given


def expand(values, *path):
    """Return every combination of a mapping of settings, in which a list stands for its items.

    Parameters
    ----------
    values : dict
        As `Settings.from_dict` takes it; any value may be a list. Options that a grid runs over are a list of
        mappings: a list inside ``options`` is a value of its own.
    *path : str or int
        Where the mapping stands in the spec, for errors.

    Returns
    -------
    list of Settings
    """
    if not isinstance(values, Mapping):
        raise SpecError(f"a variant must be a mapping such as {{k: [4, 16]}}, got {shown(values)}", *path)
    axes = {}
    for name, value in values.items():
        _at((*path, name), check_choice, "a setting", name, SETTINGS)
        if isinstance(value, list) and not value:
            raise SpecError(f"{name} must be a value or a list of at least one, got []", *path, name)
        axes[name] = value if isinstance(value, list) else [value]
        if name == "color_space":  # Img2Num's numbers, which files may hold
            axes[name] = [IMG2NUM_SPACES.get(v, v) if type(v) is int else v for v in axes[name]]
        seen = set()
        for i, item in enumerate(axes[name]):
            text = repr(item)
            if text in seen:
                raise SpecError(f"{shown(item)} is given twice", *path, name, i)
            seen.add(text)
    n = prod(map(len, axes.values()))
    if n > MAX_VARIANTS:
        raise SpecError(
            f"these lists make {n:,} combinations, and {MAX_VARIANTS:,} are allowed: shorten some", *path
        )
    where = (*path, "options") if "options" in values else path
    try:
        return [Settings.from_dict(dict(zip(axes, items, strict=True))) for items in product(*axes.values())]
    except ValueError as error:
        for name, items in axes.items():
            for i, item in enumerate(items):
                if name != "options":  # which depend on the method
                    place = (*path, name, i) if isinstance(values[name], list) else (*path, name)
                    _at(place, Settings.from_dict, {"k": 65536, name: item})
        raise SpecError(error, *where) from None


def fold(variants):
    """Return variants as a short list of mappings that `expand` makes them of: one grid, one a run of like settings, or each."""
    variants = list(variants)
    if grid := _grid(variants):
        return [grid]
    runs = [list(run) for _, run in groupby(variants, _without_grid)]
    grids = [_grid(run) for run in runs]
    each = ([grid] if grid else [s.to_dict() for s in run] for grid, run in zip(grids, runs, strict=True))
    return list(chain.from_iterable(each))


def _without_grid(settings):
    """Return what runs of like settings have in common: all but what grids usually run over."""
    return {
        n: v
        for n, v in settings.to_dict().items()
        if n not in ("color_space", "method", "k", "seed", "max_iter")
    }


def _grid(variants):
    """Return the one mapping that `expand` makes variants of, or None."""
    values = [settings.to_dict() for settings in variants]
    axes = {name: [] for name in SETTINGS}
    for row in values:
        for name, seen in axes.items():
            if row[name] not in seen:
                seen.append(row[name])
    if prod(map(len, axes.values())) != len(values):
        return None
    changes = {name: sum(a[name] != b[name] for a, b in pairwise(values)) for name in axes}
    order = sorted(axes, key=lambda name: (changes[name] == 0, changes[name]))
    grid = {name: axes[name] if len(axes[name]) > 1 else axes[name][0] for name in order}
    return grid if expand(grid) == variants else None


def _at(path, function, *arguments):
    """Call a check, and say where in the spec it failed."""
    try:
        return function(*arguments)
    except ValueError as error:
        raise SpecError(error, *path) from None


def _texts(value, key, least):
    if not isinstance(value, list) or len(value) < least:
        raise SpecError(f"{key} must be a list of texts{', at least one' * least}, got {shown(value)}", key)
    for i, item in enumerate(value):
        if not isinstance(item, str):
            raise SpecError(f"{key} must be texts (quote a name such as '1e5'), got {shown(item)}", key, i)
    return tuple(value)


def _check_different(variants):
    seen = set()
    for settings in variants:
        text = json.dumps(settings.to_dict(), sort_keys=True)
        if text in seen:
            raise SpecError(f"the variants hold the same settings twice: {text}", "variants")
        seen.add(text)


def _line(path, keys):
    """Return the line, from 1, to which `keys` lead, or the nearest above it that there is (most JSON is YAML too); else None."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml_files.BaseLoader)
    except yaml.YAMLError:  # JSON that is indented with tabs
        return None
    line = node.start_mark.line + 1 if node else 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            found = [(name, value) for name, value in node.value if name.value == str(key)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            found = [(item, item) for item in node.value[key : key + 1]]
        else:
            found = []
        if not found:
            break
        mark, node = found[0]
        line = mark.start_mark.line + 1
    return line
