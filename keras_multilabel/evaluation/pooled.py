"""Averages that are one ratio of sums: micro, over samples, exact match, Hamming."""

from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.proportions import effective_size, wilson
from keras_multilabel.evaluation.units import Units
from keras_multilabel.metrics.averages import kish
from keras_multilabel.utils.arguments import Array

NOTHING = Interval(np.nan, np.nan, np.nan)


def ratio_interval(
    units: Units, numerator: Array, denominator: Array, confidence: float
) -> Interval:
    """The interval of a ratio of sums over rows; NaN if the divisor is 0."""
    over, under = (units.add_up(values) for values in (numerator, denominator))
    total = under.sum()
    if total <= 0:
        return NOTHING
    value = over.sum() / total
    influence = (over - value * under) / total
    return mean_interval(units, value, influence, denominator, confidence)


def mean_interval(
    units: Units, value: Any, influence: Array, trials: Array, confidence: float
) -> Interval:
    """The interval of a mean from 0 to 1, from each unit's influence on it.

    Wilson's interval for the number of independent trials whose share has the same
    variance, so that it stays within 0 and 1, and has a width even if all units agree.

    Args:
        units: What varies independently.
        value: The mean.
        influence: Each unit's contribution: the sum of squares is the variance.
        trials: The number of trials of each row, shape (n_rows,).
        confidence: Such as 0.95.
    """
    n_units = kish(units.add_up(trials))
    value = min(max(float(value), 0.0), 1.0)
    # Plus one unit of independent trials: a single unit, or a few similar ones, show
    # nothing of how units vary.
    n_trials = units.effective(trials)
    variance = (influence**2).sum() + value * (1 - value) / (n_trials * n_units)
    size = effective_size(value, variance, n_units)
    low, high = wilson(value, size, units.z(confidence, n_units))
    return Interval(value, float(low), float(high))
