"""Colour-by-number: regions of one colour, their outlines, the places of their numbers, and the page to print.

Each step is a function of the one before::

    quantization -> regions -> merge_regions -> outlines -> places -> sheet -> SVG, PDF
"""
