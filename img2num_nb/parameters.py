"""The choices behind one picture, checked once: what `quantize` takes, and what every caller of it shares."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .errors import check_choice, check_integer, check_number, shown
from .hex_colors import check_colors, check_locked, named_palette, to_hex
from .vocabulary import COLOR_SPACES, DEFAULTS, DITHERS, FILTER_SPACES, LIGHTS, PARTS, SETTINGS


@dataclass(frozen=True)
class Filter:
    """The bilateral filter's parameters, as text ``"sigma_spatial,sigma_range[,color_space[,approximate]]"``.

    Parameters
    ----------
    sigma_spatial : float
        Reach in the picture, pixels, 0 to 1000; 0: no effect.
    sigma_range : float
        Reach in colour, units of `color_space`, 0 to 1e6; 0: no effect.
    color_space : {"lab", "srgb"}
        Where colours are compared.
    approximate : bool
        Blocks of pixels stand for their pixels, where `sigma_spatial` is large; see `bilateral_filter`.
    """

    sigma_spatial: float = PARTS["sigma_spatial"].default
    sigma_range: float = PARTS["sigma_range"].default
    color_space: str = FILTER_SPACES[0]
    approximate: bool = False

    def __post_init__(self):
        for name, unit in ("sigma_spatial", "pixels"), ("sigma_range", "colour units"):
            low, high = PARTS[name].low, PARTS[name].high
            object.__setattr__(self, name, check_number(name, getattr(self, name), low, high, unit=unit))
        check_choice("color_space of the filter", self.color_space, FILTER_SPACES)
        if not isinstance(self.approximate, bool):
            raise TypeError(f"approximate of the filter must be True or False, got {self.approximate!r}")

    @classmethod
    def parse(cls, text):
        """Return the filter that `text` describes, or None for ``"none"``.

        Raises
        ------
        ValueError
            If `text` is neither.
        """
        if text is None or text == "none":
            return None
        try:
            spatial, sigma_range, *rest = (part.strip() for part in text.split(","))
            numbers = float(spatial), float(sigma_range)
            if rest[1:] not in ([], ["approximate"]):
                raise ValueError
        except (AttributeError, ValueError):
            wanted = "none, or sigma_spatial,sigma_range[,color_space[,approximate]] as in 3,50 or 16,50,lab,approximate"
            raise ValueError(f"filter must be {wanted}; got {shown(text)}") from None
        return cls(*numbers, *rest[:1], approximate=len(rest) == 2)

    def __str__(self):
        return f"{_short(self.sigma_spatial)},{_short(self.sigma_range)},{self.color_space}{',approximate' * self.approximate}"


@dataclass(frozen=True)
class Dither:
    """Dithering's parameters, as text ``"method[,strength[,light]]"``; see `dither.dithered_labels`.

    Parameters
    ----------
    method : str
        A name of `vocabulary.DITHERS`, other than ``"none"``.
    strength : float
        Part of an error that is passed on, 0 to 1; 0: no effect.
    light : {"srgb", "linear"}
        What is right on average.
    """

    method: str = "floyd-steinberg"
    strength: float = PARTS["strength"].default
    light: str = "srgb"

    def __post_init__(self):
        check_choice("dither", self.method, [name for name in DITHERS if name != "none"])
        object.__setattr__(self, "strength", check_number("strength of dither", self.strength, 0, 1))
        check_choice("light of dither", self.light, LIGHTS)

    @classmethod
    def parse(cls, text):
        """Return the dithering that `text` describes, or None for ``"none"``.

        Raises
        ------
        ValueError
            If `text` is neither.
        """
        if text is None or text == "none":
            return None
        try:
            method, *rest = (part.strip() for part in text.split(","))
            if len(rest) > 2:
                raise ValueError
            numbers = [float(part) for part in rest[:1]]
        except (AttributeError, ValueError):
            wanted = "none, or method[,strength[,light]] as in bayer or floyd-steinberg,0.75,linear"
            raise ValueError(f"dither must be {wanted}; got {shown(text)}") from None
        return cls(method, *numbers, *rest[1:])

    def __str__(self):
        return f"{self.method},{_short(self.strength)},{self.light}"

    @classmethod
    def of(cls, method, strength, light):
        """Return the dithering that three arguments of `quantize` ask for, or None; those without effect are checked, too."""
        check_choice("dither", method, DITHERS)
        check_number("dither_strength", strength, 0, 1)
        check_choice("dither_light", light, LIGHTS)
        return None if method == "none" else cls(method, strength, light)

    def arguments(self):
        """Return it as `quantize` takes it."""
        return {"dither": self.method, "dither_strength": self.strength, "dither_light": self.light}


@dataclass(frozen=True)
class Parameters:
    """All choices behind one quantized picture; checked when made, equal when they give the same picture.

    Parameters
    ----------
    filter : Filter or None
        Smoothing before the quantization.
    color_space : str
        Where distances between colours are measured.
    method : str
        Palette design, a name of `METHODS`.
    k : int, or "auto"
        Colours wanted, 1 to 65536; "auto": 16, or as many as the option ``palette`` and the locked colours have, where it is given.
    seed : int
        Seed of everything random, 0 to 2**32 - 1.
    max_iter : int
        Upper limit of iterations, 0 to 100,000.
    options : dict
        The method's own options: text, numbers, truth values, or lists of them. Not to be changed afterwards. A palette file that one
        names is read here, and its colours stand in the place of its name.
    dither : Dither or None
        How pixels near each other share the error; by default each takes its nearest colour.
    locked : tuple of str
        Colours that stay in the palette as they are, at most k: codes such as ``"#ff8800"``.
    fit_on : int
        Palette design on the image reduced to at most this width and height, 0 to 2**20; 0: on the whole image.
    chroma_weight : float
        How much differences of a and b count beside those of lightness, 0.1 to 10; other than 1 in Lab and Oklab only.

    Raises
    ------
    ValueError
        If a value is out of its range or a name is unknown; the message gives the nearest one.
    """

    filter: Filter | None = DEFAULTS["filter"]
    color_space: str = DEFAULTS["color_space"]
    method: str = DEFAULTS["method"]
    k: int | str = "auto"
    seed: int = DEFAULTS["seed"]
    max_iter: int = DEFAULTS["max_iter"]
    options: dict = field(default_factory=dict)
    dither: Dither | None = DEFAULTS["dither"]
    locked: tuple = DEFAULTS["locked"]
    fit_on: int = DEFAULTS["fit_on"]
    chroma_weight: float = DEFAULTS["chroma_weight"]
    reads: tuple = field(default=(), init=False, repr=False, compare=False)  # files that were read

    def __post_init__(self):
        for name, kind in ("filter", Filter), ("dither", Dither):
            if not isinstance(getattr(self, name), kind | None):
                raise ValueError(f"{name} must be a {kind.__name__} or None, got {getattr(self, name)!r}")
        check_choice("color_space", self.color_space, COLOR_SPACES)
        checked = {"options": check_options(self.method, self.options)}
        palette = checked["options"].get("palette")
        if isinstance(palette, str) and Path(palette).suffix:
            checked["options"]["palette"] = to_hex(read_colors(palette))
            checked["reads"] = (os.path.expanduser(palette),)
        if isinstance(self.k, str) and self.k == "auto":
            object.__setattr__(self, "k", _default_k(checked["options"].get("palette"), self.locked))
        for name, setting in SETTINGS.items():
            if isinstance(setting.default, int | float):
                check = check_integer if isinstance(setting.default, int) else check_number
                checked[name] = check(name, getattr(self, name), setting.low, setting.high)
        checked["locked"] = check_locked(self.locked, checked["k"])
        if checked["chroma_weight"] != 1 and self.color_space not in WITH_CHROMA:
            raise ValueError(
                f"chroma_weight is for color_space {' or '.join(map(repr, WITH_CHROMA))}: "
                f"leave it out for {self.color_space!r}, got {shown(self.chroma_weight)}"
            )
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.keeps_palette and (self.locked or self.k < len(self.palette_colors)):
            wanted = f"keep needs k of at least the palette's {len(self.palette_colors)} colours, and no locked ones"
            raise ValueError(f"{wanted}; got k = {self.k} and {len(self.locked)} locked")

    @property
    def space(self):
        """The `color.Space` in which distances are measured."""
        from .color import weighted

        return weighted(self.color_space, self.chroma_weight)

    @cached_property
    def locked_colors(self):
        """The locked colours, ``(n, 3)`` uint8 sRGB."""
        import numpy as np

        return check_colors(self.locked) if self.locked else np.empty((0, 3), np.uint8)

    @cached_property
    def palette_colors(self):
        """The colours of the method's option ``palette``, ``(n, 3)`` uint8 sRGB; None for a method without it."""
        from .palettes import METHODS

        palette = (METHODS[self.method].options | self.options).get("palette")
        return None if palette is None else read_colors(palette)

    @property
    def keeps_palette(self):
        """Whether the result has all colours of the option ``palette``, in their order."""
        return bool(self.options.get("keep"))

    @property
    def held_colors(self):
        """The colours that stay in the palette though no pixel takes them, ``(n, 3)`` uint8 sRGB."""
        return self.palette_colors if self.keeps_palette else self.locked_colors

    @property
    def design_options(self):
        """The method's options as the method takes them."""
        given = {} if self.palette_colors is None else {"palette": self.palette_colors}
        return self.options | given

    @property
    def is_draft(self):
        """Whether design and mapping see mean colours instead of all."""
        return self.options.get("effort") == "draft"

    def arguments(self):
        """Return the arguments of `quantize`, but for the image; the stages beside palette design only where they are in use."""
        chosen = {name: getattr(self, name) for name in ("k", "method", "color_space", "seed", "max_iter")}
        chosen |= self.options
        chosen |= self.dither.arguments() if self.dither else {}
        chosen |= {"locked": list(self.locked)} if self.locked else {}
        later = ("fit_on", "chroma_weight")
        return chosen | {name: getattr(self, name) for name in later if getattr(self, name) != DEFAULTS[name]}


#: Colour spaces of a lightness and two axes of colour.
WITH_CHROMA = ("lab", "oklab")


def check_options(method, options):
    """Return the method's options as plain values, which a file can hold, if it has them all and can make that effort."""
    from .palettes import METHODS

    if not isinstance(options, Mapping):
        raise ValueError(f"options must be a mapping such as {{n_init: 4}}, got {shown(options)}")
    chosen = METHODS[check_choice("method", method, METHODS)]
    for name in options:
        check_choice(f"option of method {method!r}", name, chosen.options)
    check_choice("effort", options.get("effort", "standard"), chosen.efforts)
    if options.get("keep", False) not in (True, False):
        raise ValueError(f"option keep must be true or false, got {shown(options['keep'])}")
    return {name: _plain(name, value) for name, value in options.items()}


def read_colors(palette):
    """Return the colours of a palette, ``(n, 3)`` uint8 sRGB.

    Parameters
    ----------
    palette : str, or list of colours
        A name of `hex_colors.NAMED`, the path of a palette file (see `load_palette`), or codes such as ``"#ff8800"``, or R, G, B.

    Raises
    ------
    ValueError
        If there is no such palette.
    """
    from .files.palette_files import read_palette

    if not isinstance(palette, str):
        return check_colors(palette, "palette")
    if Path(palette).suffix:
        return read_palette(os.path.expanduser(palette))[0]
    try:
        return named_palette(palette)
    except ValueError as error:
        wanted = "palette must be a list of colours, the path of a palette file, or a name"
        raise ValueError(f"{wanted}: {error}") from None


def _default_k(palette, locked):
    """Return k where none is given: that of a palette that is given, with the locked colours; else the usual one."""
    if palette is None:
        return DEFAULTS["k"]
    colors = [*to_hex(read_colors(palette)), *check_locked(locked, SETTINGS["k"].high)]
    return min(len(set(colors)), SETTINGS["k"].high)


def parse_locked(text):
    """Return the codes in text such as ``"#ff8800,#001122"``, none for ``"none"``.

    Raises
    ------
    ValueError
        If `text` is neither. (In YAML an unquoted ``#`` begins a comment, so that None comes here.)
    """
    if text == "none":
        return ()
    if not isinstance(text, str):
        raise ValueError(
            f"locked must be none, or codes in quotes such as '#ff8800,#001122'; got {shown(text)}"
        )
    return tuple(text.split(","))


def _short(number):
    """Return the shortest text that reads back as the same float: 3, not 3.0."""
    return repr(number).removesuffix(".0")


def _plain(name, value, depth=2):
    """Return `value` if a file can hold it: text, number, truth value, None, or lists of them."""
    value = os.fspath(value) if isinstance(value, os.PathLike) else value
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple) and depth:
        return [_plain(name, item, depth - 1) for item in value]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError(
        f"option {name} must be text, a finite number, a truth value or a list, got {shown(value)}"
    )
