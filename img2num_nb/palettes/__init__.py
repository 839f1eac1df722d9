"""Palette design: every method is one function of ``(coords, counts, k, rng, **options)`` that returns a `Design`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from .. import vocabulary
from .cuts import bisecting, median_cut, octree, wu
from .design import Design
from .kmeans import EFFORTS, kmeans
from .libraries import imagequant, opencv
from .online import bee_colony, macqueen, som
from .scikit import sklearn_kmeans, sklearn_minibatch
from .simple import fixed, maximin, popularity, random, uniform

__all__ = ["METHODS", "Design", "Method"]


GIVEN = ("color_space", "max_iter", "cells", "cancel")  # what `quantize` passes to the methods that take it


@dataclass(frozen=True)
class Method:
    """A palette method: its name, a line about it, and the function that designs.

    Attributes
    ----------
    options : dict
        Name -> default of the options that the method takes beyond `k`, `color_space`, `seed` and `max_iter`.
    efforts : tuple of str
        What the option ``effort`` may be. Any method can make a ``"draft"``: it sees mean colours instead of all (see `quantize`).
    """

    name: str
    design: Callable
    extra: str | None = None  # the extra of pyproject.toml that it needs
    package: str | None = None  # and the package
    keeps_few: bool = True  # an image of no more than k colours keeps them all
    efforts: tuple = ("draft", "standard")

    @property
    def summary(self):
        """One line about the method."""
        term = vocabulary.METHODS[self.name]
        return f"{term.label}: {term.help}"

    @cached_property
    def parameters(self):
        """Name -> default of every keyword of `design`."""
        signature = inspect.signature(self.design).parameters.values()
        return {p.name: p.default for p in signature if p.kind is p.KEYWORD_ONLY}

    @property
    def options(self):
        own = {name: default for name, default in self.parameters.items() if name not in GIVEN}
        return own | {"effort": own.get("effort", "standard")}

    def ending(self, n_iter, converged):
        """Return how a design by this method came to its end, in words."""
        if "max_iter" not in self.parameters:
            return "without iterations"
        after = (
            f" after {n_iter:,} iteration{'' if n_iter == 1 else 's'}" if n_iter else ""
        )  # OpenCV does not tell
        return f"converged{after}" if converged else f"stopped{after}, not converged"


METHODS = {
    method.name: method
    for method in (
        Method("kmeans", kmeans, efforts=EFFORTS),
        Method("sklearn-kmeans", sklearn_kmeans),
        Method("sklearn-minibatch", sklearn_minibatch),
        Method("median-cut", median_cut),
        Method("wu", wu),
        Method("octree", octree),
        Method("uniform", uniform),
        Method("popularity", popularity),
        Method("bee-colony", bee_colony),
        Method("macqueen", macqueen),
        Method("bisecting", bisecting),
        Method("maximin", maximin),
        Method("random", random),
        Method("som", som),
        Method("fixed", fixed, keeps_few=False),
        Method("opencv", opencv, "peers", "opencv-python-headless"),
        Method("imagequant", imagequant, "peers", "imagequant"),
    )
}
