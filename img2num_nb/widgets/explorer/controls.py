"""The explorer's panel and cards: what the page shows (main.js) and the messages that it sends."""

import anywidget
import traitlets as t

from ...hex_colors import check_locked
from ...settings import Dither, Filter, Settings
from ..frontend import script, style
from . import words


class Controls(anywidget.AnyWidget):
    """Panel and cards. Python says what they show in `state`; what hands do comes as messages ``{"do": ...}``."""

    _esm = script("explorer/main.js")
    _css = style("explorer/explorer.css", "explorer/race.css")

    choices = t.Dict().tag(sync=True)
    state = t.Dict().tag(sync=True)  # see `state_of`
    race = t.Dict().tag(sync=True)  # see `race.Race`
    status = t.Dict().tag(sync=True)  # label, fraction (-1: not known), note
    errors = t.Dict().tag(sync=True)  # "image" or "file" -> what is wrong
    selected = t.Unicode().tag(sync=True, echo_update=False)  # the id of the variant in the panel
    by_share = t.Bool(False).tag(sync=True, echo_update=False)  # swatches as wide as their share
    lit = t.Dict().tag(sync=True, echo_update=False)  # the viewer's
    mode = t.Unicode("side-by-side").tag(sync=True, echo_update=False)  # the viewer's
    height = t.Int(0).tag(sync=True)  # of the viewer, CSS pixels; 0: what fits the window


def heading(variant):
    """Return title and subtitle of a variant's pane and card."""
    title, details = words.title(variant.settings)
    return f"{variant.name} · {title}", details


def changed(settings, changes):
    """Return settings with some values changed, as the panel and people write them.

    Filter and dithering may be text such as ``"3,50,lab"`` or ``"none"``, locked colours text or a list. Another method begins with
    its own defaults, and another palette sets k.

    Raises
    ------
    ValueError
        If a name is unknown or a value not allowed.
    """
    changes = dict(changes)
    for name, kind in ("filter", Filter), ("dither", Dither):
        if isinstance(changes.get(name), kind):
            changes[name] = str(changes[name])
    if isinstance(changes.get("locked"), list | tuple):
        changes["locked"] = ",".join(check_locked(changes["locked"], 65536)) or "none"
    if changes.get("method", settings.method) != settings.method:
        changes.setdefault("options", {})
    before = settings.to_dict()
    palette = changes.get("options", {}).get("palette")
    if palette is not None and palette != settings.options.get("palette"):
        del before["k"]  # a palette that is given sets it
    return Settings.from_dict(before | changes)


def state_of(variants, source, size, original_bytes, seq):
    """Return all that the page shows, as plain values.

    Parameters
    ----------
    variants : list of Variant
    source : Source
    size : (int, int)
        Width and height of the image.
    original_bytes : int or None
        Size of its file, or of a PNG of it.
    seq : int
        Number of the last message from the page that is taken into account.
    """
    best = words.best_measures([{n: v.measures[n] for n in v.measured} for v in variants])
    distinct = next((v.measures["n_distinct"] for v in variants if "n_distinct" in v.measures), None)
    facts = [f"{size[0]} × {size[1]}", f"{distinct:,} colours" if distinct else "– colours"]
    kind = "file" if source.file_bytes else "PNG"
    facts += [f"{kind} {words.size_text(original_bytes) if original_bytes else '–'}"]
    image = {
        "path": source.path,
        "name": source.name,
        "size": [*size],
        "facts": facts,
        "notes": source.notes,
    }
    cards = [_card(v, source, original_bytes, names) for v, names in zip(variants, best, strict=True)]
    return {"seq": seq, "image": image, "variants": cards}


def _card(variant, source, original_bytes, best):
    title, details = heading(variant)
    settings, shown = variant.settings, variant.shown
    chosen, dither = settings.filter or Filter(), settings.dither or Dither()
    rows = words.measure_texts(variant.measures, original_bytes)
    return {
        "id": variant.id,
        "title": title,
        "details": details,
        "settings": settings.to_dict(),
        "filter": [chosen.sigma_spatial, chosen.sigma_range, chosen.color_space],
        "dither": [dither.method if settings.dither else "none", dither.strength, dither.light],
        "locked": [*settings.locked],
        "python": source.python(settings),
        "command": source.command(settings),
        "error": variant.error,
        "fresh": variant.result is not None,  # else what follows is of a draft, or of the picture before
        "palette": shown.palette.tobytes().hex() if shown else "",
        "counts": shown.counts.tolist() if shown else [],
        "colors": words.colors_line(shown) if shown else "",
        "ending": words.iterations_line(variant.result) if variant.result else "",
        "stages": words.stage_times(variant.seconds),
        "measures": [
            row | {"best": row["name"] in best, "fresh": row["name"] in variant.measured} for row in rows
        ],
    }
