"""Scores -> finite logits."""

import numpy as np

from keras_multilabel.utils.arguments import Array

# Logarithms of probabilities stay finite: the smallest normal float32, and the largest
# below 1, so that layers in float32 see what NumPy sees.
LEAST, MOST = float(np.finfo(np.float32).tiny), 1 - 2.0**-24
LARGEST = 1e3


def log_odds(y_score: Array, *, from_logits: bool) -> Array:
    """Return logits, float64, of probabilities or of logits."""
    values = y_score.astype(np.float64)
    if from_logits:
        return values.clip(-LARGEST, LARGEST)
    values = values.clip(LEAST, MOST)
    return np.log(values) - np.log1p(-values)


def terms_of(logits: Array, n_slopes: int) -> list[Array]:
    """The factors of the slopes: the logits; or ``log p`` and ``-log(1 - p)``."""
    if n_slopes == 1:
        return [logits]
    return [-np.logaddexp(0, -logits), np.logaddexp(0, logits)]
