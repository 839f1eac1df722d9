"""Options of a method as text on a command line, such as ``n_init=4``."""

import json


def option_text(value):
    """Return an option's value as the command line writes it; `option_value` reads it back."""
    return value if isinstance(value, str) and option_value(value) == value else json.dumps(value)


def option_value(text):
    """Return the number, truth value, list or text that an option's `text` stands for."""
    try:
        return json.loads(text)
    except ValueError:
        return text
