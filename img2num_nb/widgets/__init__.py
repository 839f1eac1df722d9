"""Widgets for Jupyter: the only part of the package that knows ipywidgets and anywidget."""
