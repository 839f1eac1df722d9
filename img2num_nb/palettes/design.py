"""What a palette method returns."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Design:
    """A palette in the coordinates it was designed in.

    Attributes
    ----------
    centers : (n, 3) ndarray of float64
        Grid coordinates of at most k colours, in any order.
    n_iter : int
        Iterations made; 0 for a method without any.
    converged : bool
        Whether the method came to its end; False if `max_iter` stopped it.
    """

    centers: np.ndarray
    n_iter: int = 0
    converged: bool = True
