"""Colour-by-number: a page to print with outlines, numbers and a legend, and its solution, as SVG and PDF."""
