"""Thresholds in the precision of the scores that they are compared with."""

from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array


def just_above(score: Any) -> Any:
    """The next number of its type: the lowest threshold that it does not reach."""
    with np.errstate(over="ignore"):  # above the largest is inf
        return np.nextafter(score, np.inf)


def round_up(thresholds: Array, dtype: str) -> Array:
    """The smallest numbers of ``dtype`` that are not below ``thresholds``.

    A float32 reaches a float64 threshold exactly if it reaches this number: the nearest
    float32 may lie below the threshold, and let a lower score pass.

    Example:
        >>> float(np.float32(0.7)), float(round_up(np.array(0.7), "float32"))
        (0.699999988079071, 0.7000000476837158)
    """
    with np.errstate(over="ignore", under="ignore"):
        nearest = thresholds.astype(dtype)
        below = nearest.astype(np.float64) < thresholds
        above = np.where(below, np.nextafter(nearest, np.inf, dtype=dtype), nearest)
    # TensorFlow and JAX treat subnormal numbers as 0 in comparisons, and a score of 0
    # would reach them.
    tiny = np.finfo(dtype).tiny
    return np.where((above > 0) & (above < tiny), tiny, above).astype(dtype)
