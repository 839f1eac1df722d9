"""Settings: every choice behind one picture, shared by explorer, command line, files and reports."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain

from ..errors import check_choice, check_integer
from ..files.atomic import write_atomically
from ..hex_colors import check_locked
from ..images import SAMPLE
from ..palettes.options import check_options, option_text
from . import yaml_files
from .stages import Dither, Filter, parse_locked

#: Img2Num's numeric colour spaces, understood in files only: everywhere else a colour space is a name.
IMG2NUM_SPACES = {0: "lab", 1: "srgb"}


@dataclass(frozen=True)
class Settings:
    """All choices behind one quantized picture; checked when made, equal when they give the same picture.

    Parameters
    ----------
    filter : Filter or None
        Smoothing before the quantization.
    color_space : str
        Where distances between colours are measured.
    method : str
        Palette design, a name of `METHODS`.
    k : int
        Colours wanted, 1 to 65536.
    seed : int
        Start of the random choices, 0 to 2**32 - 1.
    max_iter : int
        Upper limit of iterations, 0 to 100,000.
    options : dict
        The method's own options: text, numbers, truth values, or lists of them. Not to be changed afterwards.
    dither : Dither or None
        How pixels near each other share the error; by default each takes its nearest colour.
    locked : tuple of str
        Colours that stay in the palette as they are, at most k: codes such as ``"#ff8800"``.
    fit_on : int
        Palette design on the image reduced to at most this width and height, 0 to 2**20; 0: on the whole image.

    Raises
    ------
    ValueError
        If a value is out of its range or a name is unknown; the message gives the nearest one.
    """

    filter: Filter | None = None
    color_space: str = "lab"
    method: str = "kmeans"
    k: int = 16
    seed: int = 0
    max_iter: int = 100
    options: dict = field(default_factory=dict)
    dither: Dither | None = None
    locked: tuple = ()
    fit_on: int = 0

    def __post_init__(self):
        from ..color import SPACES

        if not isinstance(self.filter, Filter | None):
            raise ValueError(f"filter must be a Filter or None, got {self.filter!r}")
        check_choice("color_space", self.color_space, SPACES)
        object.__setattr__(self, "k", check_integer("k", self.k, 1, 65536))
        object.__setattr__(self, "seed", check_integer("seed", self.seed, 0, 2**32 - 1))
        object.__setattr__(self, "max_iter", check_integer("max_iter", self.max_iter, 0, 100_000))
        object.__setattr__(self, "options", check_options(self.method, self.options))
        if not isinstance(self.dither, Dither | None):
            raise ValueError(f"dither must be a Dither or None, got {self.dither!r}")
        object.__setattr__(self, "locked", check_locked(self.locked, self.k))
        object.__setattr__(self, "fit_on", check_integer("fit_on", self.fit_on, 0, 1 << 20))

    def quantize(self, image, *, histogram=None, progress=None, cancel=None):
        """Filter and quantize an image.

        Parameters
        ----------
        image : (H, W, 3) ndarray of uint8
            sRGB.
        histogram : ColorHistogram, optional
            Of the *filtered* image, if known.
        progress : callable, optional
            Called with the fraction of the filter that is done, 0..1.
        cancel : callable, optional
            Asked now and then; when it returns true, `Cancelled` is raised.

        Returns
        -------
        Quantization
        """
        from ..quantization import quantize

        smooth = self.smooth(image, progress=progress, cancel=cancel)
        return quantize(smooth, histogram=histogram, cancel=cancel, **self.arguments())

    def arguments(self):
        """Return the arguments of `quantize`, but for the image; the last three stages only where they are not as by default."""
        chosen = {name: getattr(self, name) for name in ("color_space", "method", "k", "seed", "max_iter")}
        chosen |= self.dither.arguments() if self.dither else {}
        chosen |= {"locked": list(self.locked)} if self.locked else {}
        return chosen | ({"fit_on": self.fit_on} if self.fit_on else {}) | self.options

    def smooth(self, image, *, progress=None, cancel=None):
        """Return `image` after the filter, or itself when there is none; parameters as in `quantize`."""
        if self.filter is None:
            return image
        from ..filters import bilateral_filter

        return bilateral_filter(image, **asdict(self.filter), progress=progress, cancel=cancel)

    def scaled(self, factor):
        """Return the settings for an image reduced by `factor`, 0..1: a filter reaches as far in the scene."""
        chosen = self.filter
        chosen = chosen and replace(chosen, sigma_spatial=chosen.sigma_spatial * factor)
        return replace(self, filter=chosen)

    def to_dict(self):
        """Return the settings as plain text, numbers and lists, as they stand in a file."""
        values = {f.name: getattr(self, f.name) for f in fields(self)} | {"options": dict(self.options)}
        texts = {"filter": self.filter, "dither": self.dither, "locked": ",".join(self.locked)}
        return values | {name: str(value or "none") for name, value in texts.items()}

    @classmethod
    def from_dict(cls, values):
        """Return the settings that `to_dict` wrote; what is left out has its default.

        Raises
        ------
        ValueError
            If a key is unknown (with the nearest name) or a value is not allowed.
        """
        if not isinstance(values, Mapping):
            raise ValueError(f"settings must be a mapping such as {{k: 16, method: kmeans}}, got {values!r}")
        for name in values:
            check_choice("a setting", name, [f.name for f in fields(cls)])
        readers = {"filter": Filter.parse, "dither": Dither.parse, "locked": parse_locked}
        return cls(**values | {name: read(values[name]) for name, read in readers.items() if name in values})

    def to_python(self, source):
        """Return Python text that repeats exactly this quantization of `source`.

        Parameters
        ----------
        source : str
            ``"sample:NAME"`` or a path.
        """
        lines = ["import img2num_nb as nb", ""]
        sample = source.startswith(SAMPLE)
        lines += [f"image = nb.{'sample' if sample else 'load'}_image({source.removeprefix(SAMPLE)!r})"]
        if self.filter:
            lines += [f"filtered = nb.bilateral_filter(image, {_arguments(asdict(self.filter))})"]
        pixels = "filtered" if self.filter else "image"
        lines += [f"quantization = nb.quantize({pixels}, {_arguments(self.arguments())})"]
        return "\n".join(lines) + "\n"

    def to_command(self, source):
        """Return the command line (for a POSIX shell) that repeats exactly this quantization of `source`.

        Parameters
        ----------
        source : str
            ``"sample:NAME"`` or a path.
        """
        source = f"./{source}" if source.startswith("-") else source
        words = ["img2num-nb", "quantize", source, "-k", str(self.k)]
        words += ["--color-space", self.color_space, "--method", self.method]
        words += ["--filter", str(self.filter)] if self.filter else []
        words += ["--dither", str(self.dither)] if self.dither else []
        words += ["--lock", ",".join(self.locked)] if self.locked else []
        words += ["--fit-on", str(self.fit_on)] if self.fit_on else []
        words += ["--seed", str(self.seed), "--max-iter", str(self.max_iter)]
        words += chain.from_iterable(("--option", f"{k}={option_text(v)}") for k, v in self.options.items())
        return shlex.join(words)


def save_settings(path, images, variants):
    """Write images and variants to a settings file, whole or not at all; see `spec.load_settings`.

    Parameters
    ----------
    path : str or path
        Ends in ``.yaml``, ``.yml`` or ``.json``.
    images : list of str
        ``sample:NAME``, paths and patterns.
    variants : list of Settings
        At least one.

    Examples
    --------
    >>> import img2num_nb as nb
    >>> nb.save_settings("coffee.yaml", ["sample:coffee"], [nb.Settings(k=8, color_space="oklab")])
    """
    data = {"images": [str(image) for image in images], "variants": [v.to_dict() for v in variants]}
    write_atomically(path, yaml_files.text(path, data).encode("utf-8"))


def _arguments(values):
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
