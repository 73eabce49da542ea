"""Rules for `at_least_one` and `at_most`: labels ranked by score minus threshold."""

import numpy as np

from keras_multilabel.utils.arguments import Array


def predict_nearest(predictions: Array, scores: Array, values: Array) -> None:
    """Give each row without a predicted label the nearest one, in place."""
    rows = np.flatnonzero(~predictions.any(1))
    margins, scores = _margins(scores[rows], values), scores[rows]
    largest = margins.max(1, keepdims=True, initial=-np.inf)
    # Nothing reaches a threshold of inf, and a score of -inf reaches nothing.
    nearest = (margins == largest) & (largest > -np.inf)
    highest = scores.max(1, keepdims=True, where=nearest, initial=-np.inf)
    nearest &= scores == highest
    found = nearest.any(1)
    predictions[rows[found], nearest[found].argmax(1)] = 1


def keep_largest(predictions: Array, scores: Array, values: Array, most: int) -> None:
    """Keep each row's predictions with the largest margins, in place."""
    rows = np.flatnonzero(predictions.sum(1) > most)
    predicted, scores = predictions[rows] == 1, scores[rows]
    margins = _margins(scores, values)
    # By prediction, then margin, score and position.
    rank = np.lexsort((-scores, -margins, ~predicted), axis=1)
    predictions[rows[:, None], rank[:, most:]] = 0


def _margins(scores: Array, values: Array) -> Array:
    """Scores minus thresholds."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(scores == values, 0.0, scores - values)
