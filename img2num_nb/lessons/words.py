"""What the k-means player says about where it stands."""

from ..vocabulary import COLOR_SPACES


def words(state):
    """Return one or two sentences about a `steps.KMeansSteps`: what has happened, and what comes next."""
    n, empty = len(state.centers), int((state.counts == 0).sum())
    if state.done == "k-means++" and n < state.k:
        return (
            f"k-means++ has drawn {n} of {state.k} centres. The larger a point, the likelier it is the next: "
            "far from every centre, with many pixels."
        )
    if state.labels is None:
        return f"{n} colours of the image are the centres. Next: assign each colour to the nearest one."
    have = "has" if empty == 1 else "have"
    lonely = f" {empty} of the centres {have} no pixels." if empty else ""
    if state.converged:
        moves = "1 move" if state.n_iter == 1 else f"{state.n_iter} moves"
        return f"Converged after {moves}: no colour changes its centre, no centre moves.{lonely}"
    if state.fresh:
        share = 100 * state.changed / state.histogram.n_pixels
        return f"{share:.3g} % of the pixels changed their centre. Next: move each centre to the mean of its pixels.{lonely}"
    went = f"{state.shift:.3g} {COLOR_SPACES[state.color_space].unit}"
    return f"Move {state.n_iter}: the centres went {went} on average. Next: assign each colour again.{lonely}"
