"""Errors and the checks of parameters: every message says what was wanted, what came, and what to do."""

import difflib
import math
import numbers
import reprlib


class ImageError(ValueError):
    """Something is wrong with an image: its file, its format, its shape or its values."""


class Cancelled(RuntimeError):
    """A computation stopped because its ``cancel`` callback said so; nothing was changed."""


class MissingExtra(ImportError):
    """An optional package is not installed; the message gives the pip command."""

    def __init__(self, package, extra, what):
        super().__init__(f"{what} needs the package {package!r}: pip install 'img2num-nb[{extra}]'")


def shown(value, limit=100):
    """Return `repr` of a value for an error, cut in the middle where it is long; quick also for what is huge."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = limit
    short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxlevel = 4
    try:
        text = short.repr(value)
    except ValueError:  # a number of more digits than Python turns into text
        text = (
            f"a number of {value.bit_length():,} bits"
            if isinstance(value, int)
            else f"a {type(value).__name__}"
        )
    return text if len(text) <= limit else f"{text[: limit // 2]} ... {text[-limit // 3 :]}"


def check_integer(name, value, low, high):
    """Return `value` as int if it is an integer (2.0 is not, nor True) in [low, high]; else raise."""
    wanted = f"{name} must be an integer from {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{wanted}, got {shown(value)}")
    if not low <= value <= high:
        raise ValueError(f"{wanted}, got {shown(value)}")
    return int(value)


def check_number(name, value, low, high=math.inf, *, unit=""):
    """Return `value` as float if it is a finite number in [low, high]; else raise."""
    span = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
    wanted = f"{name} must be a finite number {span}{' ' + unit if unit else ''}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{wanted}, got {shown(value)}")
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{wanted}, got {value}")
    return float(value)


def check_choice(name, value, allowed):
    """Return `value` if it is one of the names `allowed`; else raise with the nearest name."""
    if isinstance(value, str) and value in allowed:
        return value
    near = difflib.get_close_matches(
        str(value)[:100] if isinstance(value, str) else "", list(allowed), n=1, cutoff=0.5
    )
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {shown(value)}{hint}")


def check_quantization(name, value):
    """Return `value` if it is a `Quantization`, or has what one has: labels and palette; else raise."""
    if hasattr(value, "labels") and hasattr(value, "palette"):
        return value
    raise ValueError(f"{name} must be a Quantization, as quantize returns it, got {_kind(value)}")


def _kind(value):
    shape = getattr(value, "shape", None)
    return f"an array of shape {shape}" if isinstance(shape, tuple) else shown(value)


def error_text(error):
    """Return an error as a line; ours are sentences (without the number of an OSError), those of others need their name."""
    if isinstance(error, OSError) and error.filename is None and error.strerror:
        return str(error.strerror)
    ours = isinstance(error, ValueError | ImportError | OSError)
    return str(error) if ours else f"{type(error).__name__}: {error}"
