"""At least one label, at most so many: which ones, by how much they pass."""

import numpy as np

from keras_multilabel.utils.arguments import Array


def decide_nearest(decisions: Array, scores: Array, values: Array) -> None:
    """Give each row without a decision the label that comes nearest, in place."""
    rows = np.flatnonzero(~decisions.any(1))
    margins, scores = _margins(scores[rows], values), scores[rows]
    largest = margins.max(1, keepdims=True, initial=-np.inf)
    # A threshold of inf is reached by nothing, and nothing by a score of -inf.
    nearest = (margins == largest) & (largest > -np.inf)
    highest = scores.max(1, keepdims=True, where=nearest, initial=-np.inf)
    nearest &= scores == highest
    found = nearest.any(1)
    decisions[rows[found], nearest[found].argmax(1)] = 1


def keep_largest(decisions: Array, scores: Array, values: Array, most: int) -> None:
    """Keep the decisions of each row that pass by most, in place."""
    rows = np.flatnonzero(decisions.sum(1) > most)
    decided, scores = decisions[rows] == 1, scores[rows]
    margins = _margins(scores, values)
    # By what is decided, then by margin, by score, by position.
    rank = np.lexsort((-scores, -margins, ~decided), axis=1)
    decisions[rows[:, None], rank[:, most:]] = 0


def _margins(scores: Array, values: Array) -> Array:
    """By how much scores pass their thresholds."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(scores == values, 0.0, scores - values)
