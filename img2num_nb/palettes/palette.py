"""From a histogram to its palette: any method, in any colour space, around colours that are held."""

import numpy as np

from .. import color
from ..histogram import color_codes
from . import METHODS
from .design import Design
from .locked import design_around


def design_palette(histogram, parameters, cancel=None):
    """Return a palette of at most k colours, and the `Design` it comes from.

    Parameters
    ----------
    histogram : ColorHistogram
    parameters : Parameters
    cancel : callable, optional

    Returns
    -------
    palette : (n_colors, 3) ndarray of uint8
        In canonical order.
    design : Design
    """
    design = _design(histogram, parameters, cancel)
    colors = color.from_grid(design.centers, parameters.space)
    if METHODS[parameters.method].keeps_few and _is_grey(histogram.colors):
        colors = _greys(colors, parameters.space)
    return canonical(np.vstack([colors, parameters.locked_colors])), design


def _is_grey(colors):
    """Return whether all colours are grey; mostly a few of them tell."""
    return all((few == few[:, :1]).all() for few in (colors[:64], colors))


def _greys(colors, space):
    """Return the nearest greys: a method that puts centres beside its points must not tint a grey picture."""
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    squares = ((color.to_grid(colors, space)[:, None] - color.to_grid(greys, space)) ** 2).sum(axis=2)
    return greys[squares.argmin(axis=1)]


def canonical(colors):
    """Return the distinct ``(n, 3)`` uint8 colours in canonical order: by CIELAB lightness, then R, G, B."""
    colors = colors[np.unique(color_codes(colors), return_index=True)[1]]
    return colors[np.argsort(color.to_grid(colors, "lab")[:, 0], kind="stable")]


def _design(histogram, parameters, cancel):
    k, held, space = parameters.k, parameters.locked_colors, parameters.space
    method = METHODS[parameters.method]
    options = parameters.design_options
    if not isinstance(options.get("init", ""), str):
        init = _check_colors("init", options["init"], k - len(held))
        options = options | {"init": color.to_grid(init, space)}
    options = options | {"color_space": space, "max_iter": parameters.max_iter, "cancel": cancel}
    given = {name: value for name, value in options.items() if name in method.parameters}
    coords, counts, rng = histogram.coords(space), histogram.counts, np.random.default_rng(parameters.seed)
    if method.keeps_few and len(histogram) <= k:
        every = np.unique(np.vstack([histogram.colors, held]), axis=0)
        if len(every) <= k:
            # options given: the method checks them, as for an image of more colours
            if given.keys() & method.options.keys():
                if not isinstance(given.get("init", ""), str):
                    given["init"] = given["init"][:1]
                method.design(coords[:1], counts[:1], 1, rng, **given)
            return Design(color.to_grid(every, space))
    cells = histogram.cells(space)
    if len(held):
        locked = color.to_grid(held, space)
        return design_around(method.design, coords, counts, k, rng, locked, cells=cells, **given)
    if "cells" in method.parameters:
        given["cells"] = cells
    return method.design(coords, counts, k, rng, **given)


def _check_colors(name, colors, k):
    colors = np.asarray(colors)
    if (
        colors.shape != (k, 3)
        or not np.issubdtype(colors.dtype, np.number)
        or not ((colors >= 0) & (colors <= 255)).all()
    ):
        raise ValueError(
            f"{name} must be {k} sRGB colours, shape ({k}, 3), 0 to 255, got shape {colors.shape}: {colors.tolist()!r:.60}"
        )
    return np.round(colors).astype(np.uint8)
