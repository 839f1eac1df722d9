"""The JSON schema of specs, for editors: what `spec.parse` allows, as far as a schema can say it."""

from .settings import Settings
from .spec import KEYS
from .stages import Dither, Filter


def schema():
    """Return the JSON schema of specs, for editors."""
    from ..color import SPACES
    from ..dither import DITHERS, LIGHTS
    from ..filters import SPACES as FILTER_SPACES
    from ..palettes import METHODS
    from ..quality import METRICS

    code = "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"
    dithers = "|".join(name for name in DITHERS if name != "none")
    number = r"\d+(\.\d*)?"
    default = Settings()
    one = {
        "filter": {
            "type": "string",
            "description": f"none, or sigma_spatial,sigma_range[,color_space] as in {Filter()}",
            "pattern": f"^(none|{number},{number}(,({'|'.join(FILTER_SPACES)}))?)$",
            "default": "none",
        },
        "color_space": {"enum": list(SPACES), "default": default.color_space},
        "method": {"enum": list(METHODS), "default": default.method},
        "k": {"type": "integer", "minimum": 1, "maximum": 65536, "default": default.k},
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": default.seed},
        "max_iter": {"type": "integer", "minimum": 0, "maximum": 100_000, "default": default.max_iter},
        "options": {
            "type": "object",
            "description": "the method's own: "
            + "; ".join(f"{m.name}: {', '.join(m.options)}" for m in METHODS.values() if m.options),
        },
        "dither": {
            "type": "string",
            "description": f"none, or method[,strength[,light]] as in {Dither()}",
            "pattern": rf"^(none|({dithers})( *, *(0(\.\d*)?|1(\.0*)?|\.\d+)( *, *({'|'.join(LIGHTS)}))?)?)$",
            "default": "none",
        },
        "locked": {
            "type": "string",
            "description": "none, or colours that stay, as in '#ff8800,#001122' (in quotes: # begins a comment)",
            "pattern": f"^(none|{code}(, *{code})*)$",
            "default": "none",
        },
        "fit_on": {
            "type": "integer",
            "description": "design on the image reduced to this side, pixels; 0: on the whole",
            "minimum": 0,
            "maximum": 1 << 20,
            "default": default.fit_on,
        },
    }
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
