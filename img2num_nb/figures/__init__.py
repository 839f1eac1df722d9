"""Figures of the lessons: arrays in, a matplotlib figure out, legible from the last row of a lecture hall.

Every title says what to see, every axis has its unit, and no message rests on colour alone.
"""

from ._charts import bars, clouds, curves, dots, race
from ._pixels import heat, numbers, pictures, swatches

__all__ = ["bars", "clouds", "curves", "dots", "heat", "numbers", "pictures", "race", "swatches"]
