"""Every choice behind one picture, as an object, as text, and as a file."""

from .settings import Settings
from .stages import Dither, Filter

__all__ = ["Dither", "Filter", "Settings"]
