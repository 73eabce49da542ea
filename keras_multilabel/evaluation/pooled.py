"""Averages that are one ratio of sums: micro, over samples, exact match, Hamming."""

from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.proportions import effective_size, wilson
from keras_multilabel.evaluation.units import Units, kish
from keras_multilabel.utils.arguments import Array

NOTHING = Interval(np.nan, np.nan, np.nan)


def ratio_interval(
    units: Units, numerator: Array, denominator: Array, confidence: float
) -> Interval:
    """The interval of a sum over a sum, of values of the rows; NaN of nothing."""
    over, under = (units.add_up(values) for values in (numerator, denominator))
    total = under.sum()
    if total <= 0:
        return NOTHING
    value = over.sum() / total
    return mean_interval(units, value, (over - value * under) / total, under, confidence)


def mean_interval(
    units: Units, value: Any, influence: Array, share: Array, confidence: float
) -> Interval:
    """The interval of a mean from 0 to 1, from each unit's influence on it.

    It is Wilson's at the number of independent trials of which a share has the same
    variance, so that it stays within 0 and 1, and has a width where all units agree.

    Args:
        units: What varies independently.
        value: The mean.
        influence: What each unit adds to it: the sum of squares is its variance.
        share: How much of the mean each unit is.
        confidence: Such as 0.95.
    """
    n_units = kish(share)
    value = min(max(float(value), 0.0), 1.0)
    # A further unit of the greatest variance: a single one, or a few alike, say little.
    variance = (influence**2).sum() + value * (1 - value) / n_units**2
    size = effective_size(value, variance, n_units)
    low, high = wilson(value, size, units.z(confidence, n_units))
    return Interval(value, float(low), float(high))
