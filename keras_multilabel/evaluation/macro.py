"""The interval of a mean over labels, of which some have few trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.pooled import NOTHING
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Labels:
    """What the macro average needs of each label, arrays of shape (n_labels,).

    Attributes:
        interval: Score and interval of each label.
        bias: By how much the score of a sample is too high, in the mean.
        deviation: Its standard deviation.
        z: How many deviations the interval goes to either side.
        has_trials: Where there is anything to score.
        is_known: Where the truth is known at all.
        expected: The share, or its Jaccard index, that bias and deviation assume.
    """

    interval: Interval
    bias: Array
    deviation: Array
    z: Any
    has_trials: Array
    is_known: Array
    expected: Array

    def mean(
        self, variance: float, n_units: int, zero_division: float, among: Any = True
    ) -> Interval:
        """The mean over the labels.

        Args:
            variance: Of the sum over the labels of their scores, as the units vary.
            n_units: How many these are: few do not show how labels vary together.
            zero_division: The score of a label without trials, which may in truth be
                anything from 0 to 1. NaN leaves such labels out.
            among: Of which labels, shape (n_labels,); True: of all.
        """
        known = self.is_known & among
        seen = self.has_trials & known
        n_seen, n_known = int(seen.sum()), int(known.sum())
        alone = (self.deviation[seen] ** 2).sum()
        variance += (alone - variance) / n_units
        value, low, high = self._mean_of_seen(seen, variance)
        if np.isnan(zero_division) or n_seen == n_known:
            return Interval(value, low, high)
        n_unseen = n_known - n_seen
        if n_seen == 0:
            return Interval(float(zero_division), 0.0, 1.0)
        return Interval(
            (value * n_seen + zero_division * n_unseen) / n_known,
            low * n_seen / n_known,
            (high * n_seen + n_unseen) / n_known,
        )

    def _mean_of_seen(self, seen: Array, variance: float) -> Interval:
        value, low, high = (np.asarray(each)[seen] for each in self.interval)
        if len(value) == 0:
            return NOTHING
        mean = float(value.mean())
        if len(value) == 1:
            return Interval(mean, float(low[0]), float(high[0]))
        z = float(np.max(np.broadcast_to(self.z, seen.shape)[seen]))
        half = z * np.sqrt(variance) / len(value)
        centre = mean - self.bias[seen].mean() + _shift(value, low, high)
        ends = max(0.0, centre - half), min(1.0, centre + half)
        return Interval(mean, float(min(ends[0], mean)), float(max(ends[1], mean)))


def _shift(value: Array, low: Array, high: Array) -> float:
    """How far the middle of the interval of the mean lies from the mean.

    The middle of a label's interval is shifted by the skewness of its score, a third
    cumulant over a variance. Third cumulants add up as variances do.
    """
    squares = (high - low) ** 2
    shifts = (low + high) / 2 - value
    return float((shifts * squares).sum() / max(squares.sum(), 1e-300) / len(value))
