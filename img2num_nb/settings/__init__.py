"""Every choice behind one picture, as an object, as text, and as a file."""

from ..parameters import Dither, Filter
from .settings import Settings

__all__ = ["Dither", "Filter", "Settings"]
