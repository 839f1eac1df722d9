"""A method's own options, such as ``n_init=4``: checked names, plain values, their text on a command line."""

import json
import math
from collections.abc import Mapping

from ..errors import check_choice


def check_names(method, options):
    """Return the `Method`, if it has all the options and can make that effort; their other values it checks itself."""
    from . import METHODS

    chosen = METHODS[check_choice("method", method, METHODS)]
    for name in options:
        check_choice(f"option of method {method!r}", name, chosen.options)
    check_choice("effort", options.get("effort", "standard"), chosen.efforts)
    return chosen


def check_options(method, options):
    """Return the method's options as plain values, which a file can hold, if it has them all."""
    if not isinstance(options, Mapping):
        raise ValueError(f"options must be a mapping such as {{n_init: 4}}, got {options!r}")
    check_names(method, options)
    return {name: _plain(name, value) for name, value in options.items()}


def option_text(value):
    """Return an option's value as the command line writes it; `option_value` reads it back."""
    return value if isinstance(value, str) and option_value(value) == value else json.dumps(value)


def option_value(text):
    """Return the number, truth value, list or text that an option's `text` stands for."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(name, value, depth=2):
    """Return `value` if a file can hold it: text, number, truth value, None, or lists of them."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple) and depth:
        return [_plain(name, item, depth - 1) for item in value]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError(f"option {name} must be text, a finite number, a truth value or a list, got {value!r}")
