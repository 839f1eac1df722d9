"""Settings: the choices behind one picture as text, files, Python and commands."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain

from .._typing import StrPath
from ..errors import check_choice, shown
from ..files.atomic import write_atomically
from ..images import SAMPLE
from ..parameters import Dither, Filter, Parameters, parse_locked
from ..vocabulary import COMMAND_ORDER, SETTINGS
from . import yaml_files
from .options import option_text

#: What a command says even where it is the default.
ALWAYS = ("k", "color_space", "method", "seed", "max_iter")
#: Img2Num's numeric colour spaces, understood in files only: everywhere else a colour space is a name.
IMG2NUM_SPACES = {0: "lab", 1: "srgb"}


@dataclass(frozen=True)
class Settings(Parameters):
    """`Parameters` that can be written as text, as a file, as Python and as a command, and do what they say."""

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
        from ..quantization import quantize_checked

        smooth = self.smooth(image, progress=progress, cancel=cancel)
        return quantize_checked(smooth, self, histogram=histogram, cancel=cancel)

    def smooth(self, image, *, progress=None, cancel=None):
        """Return `image` after the filter, or itself when there is none; parameters as in `quantize`."""
        from ..prepare import smooth

        return smooth(image, self.filter, progress=progress, cancel=cancel)

    def scaled(self, factor):
        """Return the settings for an image reduced by `factor`, 0..1: a filter reaches as far in the scene."""
        chosen = self.filter
        chosen = chosen and replace(chosen, sigma_spatial=chosen.sigma_spatial * factor)
        return replace(self, filter=chosen)

    def to_dict(self):
        """Return the settings as plain text, numbers and lists, as they stand in a file."""
        values = {name: getattr(self, name) for name in SETTINGS} | {"options": dict(self.options)}
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
            raise ValueError(
                f"settings must be a mapping such as {{k: 16, method: kmeans}}, got {shown(values)}"
            )
        for name in values:
            check_choice("a setting", name, SETTINGS)
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
            chosen = asdict(self.filter)
            if not chosen["approximate"]:
                del chosen["approximate"]
            lines += [f"filtered = nb.bilateral_filter(image, {_arguments(chosen)})"]
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
        words = ["img2num-nb", "quantize", source]
        texts, usual = self.to_dict(), type(self)().to_dict()
        for name in COMMAND_ORDER:
            if name in ALWAYS or (texts[name] != usual[name] and name != "options"):
                words += [SETTINGS[name].flag(name), str(texts[name])]
        words += chain.from_iterable(("--option", f"{k}={option_text(v)}") for k, v in self.options.items())
        return shlex.join(words)


def save_settings(path: StrPath, images: Sequence[str], variants: Sequence["Settings"]) -> None:
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
    write_atomically(os.path.expanduser(path), settings_bytes(path, images, variants))


def settings_bytes(path, images, variants):
    """Return what `save_settings` writes, as bytes.

    Raises
    ------
    ValueError
        If images is not a list of texts or paths, or variants no list of `Settings`.
    """
    if not isinstance(images, list | tuple) or not all(
        isinstance(image, str | os.PathLike) for image in images
    ):
        raise ValueError(f"images must be a list of texts such as ['sample:coffee'], got {shown(images)}")
    if not isinstance(variants, list | tuple) or not all(
        isinstance(variant, Settings) for variant in variants
    ):
        raise ValueError(f"variants must be a list of Settings, got {shown(variants)}")
    data = {"images": [str(image) for image in images], "variants": [v.to_dict() for v in variants]}
    return yaml_files.text(path, data).encode("utf-8")


def _arguments(values):
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
