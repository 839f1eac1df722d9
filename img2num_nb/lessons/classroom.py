"""What the lessons need beside figures: predictions that are checked, tables, a stopwatch."""

import math
import numbers
from time import perf_counter

from IPython.display import Markdown

__all__ = ["Markdown", "check", "table", "timed"]


def check(prediction, truth, why, *, within=0.0):
    """Compare a prediction with what the code finds; without a prediction the answer stays hidden.

    Parameters
    ----------
    prediction : object
        What the student wrote; None: nothing yet.
    truth : object
        What the code finds.
    why : str
        The reason, shown together with the truth.
    within : float
        Relative error up to which a number counts as right.

    Returns
    -------
    Markdown
    """
    if prediction is None:
        return Markdown("**Your turn.** Write your prediction in place of `None`, then run this cell.")
    if _agree(prediction, truth, within):
        return Markdown(f"**Right:** {_text(truth)}. {why}")
    return Markdown(f"**Not this time.** You said {_text(prediction)}, the code finds {_text(truth)}. {why}")


def _agree(prediction, truth, within):
    if isinstance(truth, numbers.Real) and isinstance(prediction, numbers.Real):
        return math.isclose(prediction, truth, rel_tol=within, abs_tol=1e-12)
    if isinstance(prediction, str):  # "Yes" means yes, and "3" means 3
        return prediction.strip().casefold() == str(truth).casefold()
    return prediction == truth


def _text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(rows):
    """Return a table in Markdown.

    Parameters
    ----------
    rows : list of dict
        Column -> text or number, one dict a row, all with the same columns.

    Returns
    -------
    Markdown
        Numbers to the right; floats with three significant digits.
    """
    columns = list(rows[0])
    sides = ["--:" if isinstance(rows[0][name], numbers.Real) else ":--" for name in columns]
    lines = [columns, sides, *([_cell(row[name]) for name in columns] for row in rows)]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _cell(value):
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:,.0f}" if isinstance(value, float) and abs(value) >= 1000 else _three(value)


def _three(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def timed(function, repeat=1):
    """Call a function without arguments `repeat` times.

    Returns
    -------
    seconds : float
        Of the quickest call: what slows a call down is another program.
    result : object
        What the last call returned.
    """
    seconds = []
    for _ in range(repeat):
        start = perf_counter()
        result = function()
        seconds.append(perf_counter() - start)
    return min(seconds), result
