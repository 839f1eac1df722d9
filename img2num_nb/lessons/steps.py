"""K-means in steps: every verb takes a state and returns the next one, and nothing else changes."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .. import color
from ..errors import check_choice, check_integer
from ..histogram import ColorHistogram

MAX_K = 32
MAX_RUNS = 8  # earlier starts that are remembered
INITS = ("random", "k-means++")


@dataclass(frozen=True, eq=False)
class KMeansSteps:
    """Where k-means stands: the centres, and which colour belongs to which.

    Begin with `start`. Colours are weighted by their pixels, coordinates are whole numbers on the grid of the colour space, so
    all sums are exact.

    Attributes
    ----------
    histogram : ColorHistogram
    color_space : str
    k : int
        Centres wanted; `restart` and `plus_plus` make as many.
    seed : int
    init : {"random", "k-means++"}
    centers : (n, 3) ndarray of float64
        Grid coordinates, in the order in which the centres came.
    labels : (U,) ndarray of uint8, or None before the first assignment
        The centre of each colour of the histogram.
    fresh : bool
        Whether each colour is with its nearest centre: not so before the first assignment and after a move.
    done : str
        The verb that made this state.
    changed : int
        Pixels that this verb gave to another centre.
    n_iter : int
        Moves since the start.
    curve : tuple of (str, float, float)
        Verb, iteration (an assignment counts half) and inertia after each verb since the start.
    trail : tuple of (n, 3) ndarray
        The centres after each move since the start, or since their number changed.
    runs : tuple of tuple
        The curves of earlier starts, the newest last.
    before : KMeansSteps or None
    """

    histogram: ColorHistogram
    color_space: str
    k: int
    seed: int
    init: str
    centers: np.ndarray
    labels: np.ndarray | None = None
    fresh: bool = False
    done: str = "start"
    changed: int = 0
    n_iter: int = 0
    curve: tuple = ()
    trail: tuple = ()
    runs: tuple = ()
    before: "KMeansSteps | None" = None

    # --- what can be read off --------------------------------------------------------------------------------

    @property
    def coords(self):
        """Grid coordinates of the histogram's colours, ``(U, 3)`` float64."""
        return self.histogram.coords(self.color_space)

    @property
    def palette(self):
        """The centres as sRGB colours, ``(n, 3)`` uint8, in the order of `centers`."""
        return color.from_grid(self.centers, self.color_space)

    @property
    def colors(self):
        """The colour that each colour of the histogram becomes, ``(U, 3)`` uint8; before the first assignment its own."""
        return self.histogram.colors if self.labels is None else self.palette[self.labels]

    @cached_property
    def counts(self):
        """Pixels of each centre, ``(n,)`` int64."""
        if self.labels is None:
            return np.zeros(len(self.centers), np.int64)
        return np.bincount(self.labels, self.histogram.counts, len(self.centers)).astype(np.int64)

    @cached_property
    def means(self):
        """The mean of each centre's pixels, ``(n, 3)``, rounded to the grid; a centre without pixels stays where it is."""
        weights = self.histogram.counts
        sums = [np.bincount(self.labels, weights * self.coords[:, d], len(self.centers)) for d in range(3)]
        filled = (self.counts > 0)[:, None]
        return np.where(
            filled, np.floor(np.stack(sums, 1) / np.maximum(self.counts, 1)[:, None] + 0.5), self.centers
        )

    @cached_property
    def inertia(self):
        """Sum over pixels of the squared distance to their centre, in units of the colour space squared; exact."""
        if self.labels is None:
            return None
        squares = ((self.coords - self.centers[self.labels]) ** 2).sum(axis=1)
        return (
            int(squares.astype(np.int64) @ self.histogram.counts) / color.SPACES[self.color_space].steps ** 2
        )

    @property
    def mse(self):
        """Mean over pixels of the squared distance in sRGB, 0..255, between a colour and what it becomes: comparable between spaces."""
        squares = ((self.histogram.colors.astype(np.int64) - self.colors) ** 2).sum(axis=1)
        return float(squares @ self.histogram.counts / self.histogram.n_pixels)

    @property
    def converged(self):
        """Whether nothing would change any more: each colour with its nearest centre, each centre the mean of its pixels."""
        return self.fresh and np.array_equal(self.means, self.centers)

    @cached_property
    def chance(self):
        """Each colour's chance to be the next centre of k-means++: in proportion to pixels times squared distance."""
        weights = self.histogram.counts.astype(np.float64)
        if len(self.centers):
            weights *= _nearest(self.histogram, self.color_space, self.centers)[1]
        return weights / max(weights.sum(), 1)

    @property
    def shift(self):
        """How far the centres went in the last move, on average, in units of the colour space."""
        if len(self.trail) < 2:
            return 0.0
        way = np.sqrt(((self.trail[-1] - self.trail[-2]) ** 2).sum(axis=1))
        return float(way.mean()) / color.SPACES[self.color_space].steps

    # --- the verbs -------------------------------------------------------------------------------------------

    def assign(self):
        """Give each colour to its nearest centre (of equals, the first)."""
        return self if self.fresh else self._assigned("assign")

    def move(self):
        """Move each centre to the mean of its pixels; before the first assignment there are no means yet."""
        if self.labels is None:
            return self
        still = np.array_equal(self.means, self.centers)
        return self._next(
            "move", centers=self.means, n_iter=self.n_iter + 1, changed=0, fresh=self.fresh and still
        )

    def next(self):
        """Do the next half step: assign, or move when each colour is with its nearest centre; nothing when converged."""
        if self.converged:
            return self
        return self.move() if self.fresh else self.assign()

    def step(self):
        """Do one iteration: assign, then move; nothing when converged."""
        after = self.assign()
        if not after.converged:
            after = after.move()
        return self if after is self else replace(after, before=self)

    def run(self, max_iter=100):
        """Iterate until nothing changes any more, at most `max_iter` times."""
        state = self.assign()
        for _ in range(check_integer("max_iter", max_iter, 1, 10_000)):
            if state.converged:
                break
            state = state.move().assign()
        return self if state is self else replace(state, done="run", before=self)

    def drag(self, i, coords):
        """Put centre `i` at grid coordinates, ``(3,)``, and assign. Consecutive drags of a centre are one, for `back`."""
        verb = f"drag {i}"
        origin = self.before if self.done == verb else self
        centers = origin.centers.copy()
        centers[self._known(i)] = coords
        return origin._assigned(verb, centers=centers)

    def add(self, rgb=None):
        """Add a centre at an sRGB colour, ``(3,)``, or else at the colour that adds most to the error; and assign."""
        if len(self.centers) == MAX_K:
            raise ValueError(f"the player has at most {MAX_K} centres; remove one first")
        rgb = self.histogram.colors[np.argmax(self.chance)] if rgb is None else rgb
        return self._renumbered(
            "add", np.vstack([self.centers, color.to_grid(np.uint8([rgb]), self.color_space)])
        )

    def remove(self, i=None):
        """Take centre `i` away, or else the last one; and assign."""
        if len(self.centers) < 2:
            raise ValueError("the last centre cannot be removed: every colour needs one")
        i = len(self.centers) - 1 if i is None else self._known(i)
        return self._renumbered("remove", np.delete(self.centers, i, axis=0))

    def restart(self, seed=None):
        """Begin again, by default with the next seed."""
        seed = self.seed + 1 if seed is None else seed
        new = start(self.histogram, self.k, self.color_space, seed, self.init)
        return replace(new, runs=self._past_runs(), before=self)

    def plus_plus(self):
        """Draw the next centre of a k-means++ start; at first, or when all k are there, begin a new start with one centre.

        The centre is one of the image's colours, drawn with `chance` [1]_.

        References
        ----------
        .. [1] D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007, doi:10.5555/1283383.1283494
        """
        seeding = self.done == "k-means++" and len(self.centers) < self.k
        seed = self.seed + (self.done == "k-means++" and not seeding)
        state = self if seeding else replace(self, centers=np.empty((0, 3)))
        if not state.chance.any():
            return self  # fewer distinct colours than k: each has its centre
        draw = np.random.default_rng([seed, len(state.centers)]).random()
        at = min(np.searchsorted(np.cumsum(state.chance), draw, side="right"), len(self.coords) - 1)
        centers = np.vstack([state.centers, self.coords[at]])
        start = (self.histogram, self.color_space, self.k, seed, self.init, centers)
        return KMeansSteps(*start, done="k-means++", runs=self._past_runs(), before=self)

    def back(self):
        """Return to the state before the last verb."""
        return self.before or self

    def _past_runs(self):
        return (*self.runs, self.curve)[-MAX_RUNS:] if self.curve else self.runs

    # --- the ways to a next state ------------------------------------------------------------------------------

    def _next(self, verb, **changes):
        trail = self.trail or (self.centers,)
        after = replace(self, done=verb, before=self, **changes)
        if after.centers is not self.centers:
            trail = (*trail, after.centers)
        at = after.n_iter + (0.0 if verb == "move" else 0.5)
        return replace(after, trail=trail, curve=(*self.curve, (verb, at, after.inertia)))

    def _assigned(self, verb, **changes):
        centers = changes.get("centers", self.centers)
        labels = self.histogram.cells(self.color_space).assign(centers)[0]
        other = labels != self.labels if self.labels is not None else np.ones(len(labels), bool)
        changed = int(self.histogram.counts[other].sum())
        return self._next(verb, labels=labels, fresh=True, changed=changed, **changes)

    def _renumbered(self, verb, centers):
        after = self._assigned(verb, centers=centers)
        return replace(after, k=len(centers), trail=(centers,))

    def _known(self, i):
        return check_integer("the number of the centre", i, 0, len(self.centers) - 1)


def start(histogram, k=5, color_space="srgb", seed=0, init="random"):
    """Return k-means before its first assignment.

    Parameters
    ----------
    histogram : ColorHistogram
    k : int
        Centres, 1 to 32; fewer when there are not as many distinct colours.
    color_space : str
    seed : int
        Same seed, same centres; with ``init="random"`` they are the same colours in every colour space.
    init : {"random", "k-means++"}
        Random pixels of different colours, or what `KMeansSteps.plus_plus` draws one by one.
    """
    k = check_integer("k", k, 1, MAX_K)
    check_choice("color_space", color_space, color.SPACES)
    check_choice("init", init, INITS)
    seed = check_integer("seed", seed, 0, 2**32 - 1)
    coords, weights = histogram.coords(color_space), histogram.counts / histogram.n_pixels
    if init == "random":
        chosen = np.random.default_rng(seed).choice(
            len(coords), min(k, len(coords)), replace=False, p=weights
        )
        return KMeansSteps(histogram, color_space, k, seed, init, coords[chosen])
    state = KMeansSteps(histogram, color_space, k, seed, init, np.empty((0, 3)))
    for _ in range(min(k, len(coords))):
        state = state.plus_plus()
    return replace(state, done="start", before=None)


def _nearest(histogram, color_space, centers):
    """Return each colour's nearest centre (of equals, the first) and its squared distance in grid units; exact."""
    labels = histogram.cells(color_space).assign(centers)[0]
    return labels, ((histogram.coords(color_space) - centers[labels]) ** 2).sum(axis=1)
