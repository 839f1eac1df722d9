"""Names of types that many public functions share."""

import os
from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: (H, W, 3) sRGB, or (n, 3) colours.
Uint8Array: TypeAlias = NDArray[np.uint8]
StrPath: TypeAlias = str | os.PathLike[str]
#: Called with the fraction done, 0..1.
Progress: TypeAlias = Callable[[float], object]
#: Asked now and then; true ends the work with `Cancelled`.
Cancel: TypeAlias = Callable[[], bool]


class Indexed(Protocol):
    """Anything with labels (H, W) and a palette (n, 3): a `Quantization`, above all."""

    @property
    def labels(self) -> np.ndarray: ...

    @property
    def palette(self) -> Uint8Array: ...
