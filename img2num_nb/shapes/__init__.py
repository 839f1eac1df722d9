"""From pixels to shapes: regions of one colour, small ones merged, their outlines, and where a label fits inside.

Each step is a function of the one before::

    quantization -> regions -> merge_regions -> outlines, label_places
"""
