"""The JSON schema of specs, for editors: what `spec.parse` allows, as far as a schema can say it."""

from ..vocabulary import COLOR_SPACES, DITHERS, FILTER_SPACES, LIGHTS, MAX_PIXELS, METRICS, SETTINGS
from .settings import Settings
from .spec import KEYS


def schema():
    """Return the JSON schema of specs, for editors."""
    from ..palettes import METHODS

    code = "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"
    dithers = "|".join(name for name in DITHERS if name != "none")
    number = r"\d+(\.\d*)?"
    usual = Settings().to_dict()
    own = {
        "filter": {"pattern": f"^(none|{number},{number}(,({'|'.join(FILTER_SPACES)})(,approximate)?)?)$"},
        "color_space": {"enum": list(COLOR_SPACES)},
        "method": {"enum": list(METHODS)},
        "options": {
            "type": "object",
            "description": "the method's own: "
            + "; ".join(f"{m.name}: {', '.join(m.options)}" for m in METHODS.values() if m.options),
        },
        "dither": {
            "pattern": rf"^(none|({dithers})( *, *(0(\.\d*)?|1(\.0*)?|\.\d+)( *, *({'|'.join(LIGHTS)}))?)?)$"
        },
        "locked": {"pattern": f"^(none|{code}(, *{code})*)$"},
    }
    one = {name: _value(setting, usual[name]) | own.get(name, {}) for name, setting in SETTINGS.items()}
    grid = {
        name: {"oneOf": [value, {"type": "array", "items": value, "minItems": 1}]}
        for name, value in one.items()
    }
    variant = {"type": "object", "additionalProperties": False, "properties": grid}
    values = {
        "title": {"type": "string"},
        "images": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "variants": {"type": "array", "items": variant, "minItems": 1},
        "repeats": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
        "metrics": {"type": "array", "items": {"enum": list(METRICS)}, "minItems": 1},
        "max_pixels": {"type": "integer", "minimum": 1, "default": MAX_PIXELS},
        "max_side": {"type": ["integer", "null"], "minimum": 1, "maximum": 1 << 20},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "img2num-nb experiment",
        "type": "object",
        "additionalProperties": False,
        "required": ["images", "variants"],
        "properties": {name: {"description": text} | values[name] for name, text in KEYS.items()},
    }


def _value(setting, usual):
    """Return the schema of one setting's value, as `Settings.to_dict` writes it."""
    found = {"description": setting.help, "default": usual}
    if isinstance(usual, str):
        return {"type": "string"} | found
    limits = {"minimum": setting.low, "maximum": setting.high}
    return found | (
        {"type": "integer" if isinstance(usual, int) else "number"} | limits if setting.high else {}
    )
