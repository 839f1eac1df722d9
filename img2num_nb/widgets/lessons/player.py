"""The k-means player: every step of k-means on real pixels, in the colour cloud, in the picture and on the error curve."""

import ipywidgets
import numpy as np
import traitlets as t

from ...color import SPACES
from ...hex_colors import to_hex
from ...histogram import ColorHistogram
from ...images import preview
from ...lessons import scene, steps
from ...lessons.words import words
from ...vocabulary import COLOR_SPACES
from ..standalone import Compressed
from .lesson import Lesson, floats, front_end

MAX_HALF_STEPS, MAX_EARLIER = 300, 30  # of a page without a kernel: of the run, and states before it
MAX_SIDE = 240  #: pixels of the picture's longer side: so few that every step is instant


class Player(Lesson):
    """Play k-means on an image, step by step.

    The buttons, the keys (listed behind the question mark) and the methods here have the same names. It works on a
    thumbnail of the image, and says so.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
    k : int
        Centres to begin with, 1 to 32.
    color_space : str
        Where distances are measured; a new one begins again with the same seed.
    seed : int
        With ``init="random"`` the same seed begins with the same colours in every space.
    init : {"random", "k-means++"}

    Attributes
    ----------
    state : lessons.steps.KMeansSteps
        All about where k-means stands.
    playing : bool
    selected : int
        The centre that is lit up, or -1.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> player = nb.Player(nb.sample_image("shapes"), k=5)
    >>> player.run()
    >>> player.state.converged
    True
    """

    _esm, _css = front_end("player")
    VERBS = ("assign", "move", "step", "back", "run", "add", "remove", "restart", "plus_plus", "drag", "next")

    color_space = t.Enum(tuple(SPACES), "srgb").tag(sync=True)
    playing = t.Bool(False).tag(sync=True)
    selected = t.Int(-1).tag(sync=True)
    _spaces = t.List([[name, name] for name in SPACES]).tag(sync=True)
    _scene = t.Dict().tag(sync=True)
    _state = t.Dict().tag(sync=True)

    def __init__(self, image, k=5, color_space="srgb", seed=0, init="random"):
        self.image, scale, _ = preview(image, MAX_SIDE)
        self._shown = "at full size" if scale == 1 else f"at 1/{round(1 / scale)} size"
        self.histogram = ColorHistogram.from_image(self.image)
        self._index = scene.color_index(self.image, self.histogram)
        self._serial = 0
        self._partners = ()
        self.state = steps.start(self.histogram, k, color_space, seed, init)
        super().__init__(color_space=color_space)
        self._show_scene()
        self._show()

    @classmethod
    def side_by_side(cls, image, spaces=("srgb", "lab"), **options):
        """Return a box with one player a colour space, with the same seed: a verb used on the page acts on all of them.

        Its attribute `players` has the players; their methods act on one alone.
        """
        return SideBySide([cls(image, color_space=space, **options) for space in spaces])

    # --- verbs -----------------------------------------------------------------------------------------------

    def assign(self):
        """Give each colour to its nearest centre."""
        self._do(self.state.assign())

    def move(self):
        """Move each centre to the mean of its pixels."""
        self._do(self.state.move())

    def step(self):
        """Do one iteration: assign, then move."""
        self._do(self.state.step())

    def back(self):
        """Undo the last verb."""
        self._do(self.state.back())

    def run(self, max_iter=100):
        """Iterate until nothing changes."""
        self._do(self.state.run(max_iter))

    def play(self):
        """Go on half a step at a time, until nothing changes; the open page keeps the time."""
        self.playing = not self.state.converged

    def add(self, color=None):
        """Add a centre: at an sRGB colour, or else at the colour that adds most to the error."""
        self._do(self.state.add(color))

    def remove(self, i=None):
        """Remove centre `i` (from 0), or else the last."""
        self._do(self.state.remove(i))
        self.selected = -1

    def restart(self, seed=None):
        """Begin again, by default with the next seed."""
        self._do(self.state.restart(seed))

    def plus_plus(self):
        """Draw one more centre of a k-means++ start; the first press begins it."""
        self._do(self.state.plus_plus())

    def drag(self, i, place):
        """Put centre `i` at a place: its coordinates in the colour space, in the order of the cloud's axes (`lessons.scene.axes`)."""
        self._do(self.state.drag(i, scene.unplace(np.array([place], float), self.color_space)[0]))

    def next(self, serial=None):
        """Do half a step: assign or move, whichever is due; the page says which state it has seen, so that none is hurried."""
        if serial in (None, self._serial):
            self._do(self.state.next())
            self.playing = self.playing and not self.state.converged

    def figure(self):
        """Return the same as a matplotlib figure: cloud, picture and error curve."""
        from ...lessons.stills import steps_figure

        return steps_figure(self.state, self.image)

    # --- what the page sees ------------------------------------------------------------------------------------

    def _do(self, state):
        self.state = state
        if self.selected >= len(state.centers):
            self.selected = -1
        self._show()

    def _receive(self, widget, content, buffers):
        for player in (self, *self._partners) if content.get("verb") != "drag" else (self,):
            if content.get("verb") == "next" and player is not self:
                player.next()
            else:
                super(Player, player)._receive(widget, content, buffers)

    @t.observe("color_space")
    def _change_space(self, change):
        if change.new != self.state.color_space:
            self.state = steps.start(
                self.histogram, self.state.k, change.new, self.state.seed, self.state.init
            )
            with self.hold_sync():
                self._show_scene()
                self._show()

    def _show_scene(self):
        self._scene = {
            **scene_of(self.histogram, self.color_space),
            "index": self._index.astype("<u2").tobytes(),
            "size": [self.image.shape[1], self.image.shape[0]],
        }

    def _show(self):
        self._serial += 1
        self._state = _state(self.state, self._serial, self._shown)

    def _standalone(self):
        states, at = _every_half_step(self.state)
        sent = [_state(state, serial, self._shown) for serial, state in enumerate(states)]
        traits = self._sent("_state", "playing") | {"playing": False}
        return "player", traits | {"states": Compressed(sent), "at": at}

    def _standalone_title(self):
        return "k-means, step by step"


def _every_half_step(state):
    """Return the run that a state belongs to, half step by half step, with what went before it; and the place of the state."""
    first = state
    while first.before and first.done in ("assign", "move", "step", "run"):
        first = first.before
    states, before = [first], first.before
    while len(states) < MAX_HALF_STEPS and (after := states[-1].next()) is not states[-1]:
        states.append(after)
    same = (s for s in states if (s.n_iter, s.fresh) == (state.n_iter, state.fresh))
    here = next((s for s in same if np.array_equal(s.centers, state.centers)), first)
    earlier = []
    while before and len(earlier) < MAX_EARLIER:
        earlier.insert(0, before)
        before = before.before
    return earlier + states, len(earlier) + states.index(here)


def _state(state, serial, shown):
    """Return all that the page shows of where k-means stands."""
    space = state.color_space
    seeding = state.done == "k-means++" and len(state.centers) < state.k
    return {
        "serial": serial,
        "verb": state.done,
        "centers": scene.place(state.centers, space).tolist(),
        "palette": to_hex(state.palette),
        "counts": state.counts.tolist(),
        "labels": b"" if state.labels is None else state.labels.tobytes(),
        "labelled": state.labels is not None,
        "chance": floats(state.chance) if seeding else b"",
        "trail": [floats(scene.place(centers, space)) for centers in state.trail],
        "curve": _per_pixel(state.curve, state.histogram.n_pixels),
        "runs": [_per_pixel(run, state.histogram.n_pixels) for run in state.runs],
        "unit": COLOR_SPACES[space].unit + "²",
        "words": words(state),
        "shown": ("" if state.labels is None else f"mse {state.mse:,.0f}, ") + shown,
        "next": "move" if state.fresh else "assign",
        "fresh": state.fresh,
        "converged": state.converged,
        "seeding": seeding,
        "k": state.k,
        "can_back": state.before is not None,
    }


class SideBySide(ipywidgets.HBox):
    """Players in a row. A verb used on the page acts on all; `restart` and the others of Python on one."""

    def __init__(self, players):
        self.players = tuple(players)
        for player in players:
            player._partners = tuple(other for other in players if other is not player)
            player.layout.width = f"{100 / len(players):.4g}%"
            player.layout.min_width = "0"
            player.layout.margin = "0 6px 0 0"
        super().__init__(self.players)

    def figure(self):
        """Return the players as one matplotlib figure."""
        from ...lessons.stills import side_by_side_figure

        return side_by_side_figure([(player.state, player.image) for player in self.players])


def scene_of(histogram, color_space):
    """Return what points.js draws of a histogram in a colour space."""
    edges, edge_colors = scene.gamut_edges(color_space)
    return {
        "axes": scene.axes(color_space),
        "places": floats(scene.place(histogram.coords(color_space), color_space)),
        "colors": histogram.colors.tobytes(),
        "weights": floats(histogram.counts),
        "edges": floats(edges),
        "edge_colors": edge_colors.tobytes(),
        "edge_points": edges.shape[1],
    }


def _per_pixel(curve, n_pixels):
    return [[verb, at, value / n_pixels] for verb, at, value in curve]
