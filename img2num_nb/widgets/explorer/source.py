"""Where the explorer's image comes from, and the texts that fetch it again."""

import os
import warnings
from dataclasses import dataclass, field

from ...errors import ImageError
from ...images import SAMPLE, STANDARD, ImageWarning, file_bytes, load_image, open_image


@dataclass(frozen=True)
class Source:
    """Where an image comes from.

    Attributes
    ----------
    path : str
        ``"sample:NAME"`` or a path; empty for arrays and uploads, which have only a name.
    name : str
        What to call it.
    notes : list of str
        What there is to know about it, such as that it has more than one frame.
    file_bytes : int or None
        Size of the file, or of what was uploaded.
    """

    path: str
    name: str
    notes: list = field(default_factory=list)
    file_bytes: int | None = None

    def python(self, settings):
        """Return Python text that repeats a quantization of the image with these settings."""
        text = settings.to_python(self.path or self.name)
        return text if self.path else f"# needs {self.name}, which was given without its path\n{text}"

    def command(self, settings):
        """Return the command line that repeats a quantization of the image with these settings."""
        text = settings.to_command(self.path or self.name)
        return text if self.path else f"{text}  # needs {self.name}"


def read(image, name="image.png"):
    """Return an image's pixels and where they come from.

    Parameters
    ----------
    image : str, path, bytes or array
        Text is ``"sample:NAME"`` or a path.
    name : str
        What to call it when it comes without a path.

    Returns
    -------
    (H, W, 3) uint8 array
    Source

    Raises
    ------
    ImageError
        If there is no such file or it holds no sound image.
    """
    image = os.path.expanduser(image) if isinstance(image, str) else image
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ImageWarning)
        try:
            named = isinstance(image, str) and image != STANDARD  # a notebook has no standard input
            pixels = open_image(image) if named else load_image(image)
        except ImageError as error:
            if isinstance(image, bytes):
                raise ImageError(f"{name}: {error}") from None
            raise
    path = os.fspath(image) if isinstance(image, str | os.PathLike) else ""
    name = os.path.basename(path.removeprefix(SAMPLE) or name)
    size = len(image) if isinstance(image, bytes) else file_bytes(path) if path else None
    return pixels, Source(path, name, [str(warning.message) for warning in caught], size)
