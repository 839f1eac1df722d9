"""What may stand before and after palette design, as short text: the filter, dithering, locked colours."""

from dataclasses import dataclass

from ..errors import check_choice, check_number


@dataclass(frozen=True)
class Filter:
    """The bilateral filter's parameters, as text ``"sigma_spatial,sigma_range[,color_space]"``.

    Parameters
    ----------
    sigma_spatial : float
        Reach in the picture, pixels, 0 to 1000; 0: no effect.
    sigma_range : float
        Reach in colour, units of `color_space`, 0 to 1e6; 0: no effect.
    color_space : {"lab", "srgb"}
        Where colours are compared.
    """

    sigma_spatial: float = 3.0
    sigma_range: float = 50.0
    color_space: str = "lab"

    def __post_init__(self):
        from ..filters import SPACES

        for name, high, unit in ("sigma_spatial", 1000, "pixels"), ("sigma_range", 1e6, "colour units"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), 0, high, unit=unit))
        check_choice("color_space of the filter", self.color_space, SPACES)

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
            spatial, sigma_range, *space = text.split(",")
            numbers = float(spatial), float(sigma_range)
            if len(space) > 1:
                raise ValueError
        except (AttributeError, ValueError):
            wanted = "none, or sigma_spatial,sigma_range[,color_space] as in 3,50 or 3,50,lab"
            raise ValueError(f"filter must be {wanted}; got {text!r}") from None
        return cls(*numbers, *(name.strip() for name in space))

    def __str__(self):
        return f"{_short(self.sigma_spatial)},{_short(self.sigma_range)},{self.color_space}"


@dataclass(frozen=True)
class Dither:
    """Dithering's parameters, as text ``"method[,strength[,light]]"``; see `dither.dithered_labels`.

    Parameters
    ----------
    method : str
        A name of `dither.DITHERS`, other than ``"none"``.
    strength : float
        Part of an error that is passed on, 0 to 1; 0: no effect.
    light : {"srgb", "linear"}
        What is right on average.
    """

    method: str = "floyd-steinberg"
    strength: float = 1.0
    light: str = "srgb"

    def __post_init__(self):
        from ..dither import DITHERS, LIGHTS

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
            raise ValueError(f"dither must be {wanted}; got {text!r}") from None
        return cls(method, *numbers, *rest[1:])

    def __str__(self):
        return f"{self.method},{_short(self.strength)},{self.light}"

    def arguments(self):
        """Return it as `quantize` takes it."""
        return {"dither": self.method, "dither_strength": self.strength, "dither_light": self.light}


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
        raise ValueError(f"locked must be none, or codes in quotes such as '#ff8800,#001122'; got {text!r}")
    return tuple(text.split(","))


def _short(number):
    """Return the shortest text that reads back as the same float: 3, not 3.0."""
    return repr(number).removesuffix(".0")
