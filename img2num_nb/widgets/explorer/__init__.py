"""The explorer: one image under up to five settings, at the speed of a slider."""
