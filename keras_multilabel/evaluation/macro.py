"""The interval of a mean over labels, some of which have few trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.pooled import NOTHING
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Labels:
    """Inputs of the macro average for each label, arrays of shape (n_labels,).

    Attributes:
        interval: Score and interval of each label.
        bias: By how much the sample's score is too high on average.
        deviation: Its standard deviation.
        z: How many deviations the interval of the mean extends to either side.
        has_trials: Where there is anything to score.
        is_known: Labels with known entries.
        expected: The share, or its Jaccard index, that bias and deviation assume.
        skew: From the score to the middle of its plain Wilson interval.
    """

    interval: Interval
    bias: Array
    deviation: Array
    z: float
    has_trials: Array
    is_known: Array
    expected: Array
    skew: Array

    def mean(
        self,
        variance: float,
        n_units: int,
        zero_division: float,
        among: Any = True,
        *,
        corrected: bool = False,
    ) -> Interval:
        """The mean over the labels.

        Args:
            variance: Of the sum of the labels' scores, as the units vary.
            n_units: Number of units: few do not show how labels vary together.
            zero_division: The score of a label without trials, whose true value may be
                anything from 0 to 1. NaN leaves such labels out.
            among: Which labels, shape (n_labels,); True: all.
            corrected: Whether the bias is subtracted from the value, as from the
            interval.
        """
        known = self.is_known & among
        seen = self.has_trials & known
        n_seen, n_known = int(seen.sum()), int(known.sum())
        alone = (self.deviation[seen] ** 2).sum()
        variance += (alone - variance) / n_units
        value, low, high = self._mean_of_seen(seen, variance, corrected)
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

    def _mean_of_seen(self, seen: Array, variance: float, corrected: bool) -> Interval:
        value, low, high = (np.asarray(each)[seen] for each in self.interval)
        if len(value) == 0:
            return NOTHING
        mean, bias = float(value.mean()), float(self.bias[seen].mean())
        if len(value) == 1:
            return Interval(mean, float(low[0]), float(high[0]))
        half = self.z * np.sqrt(variance) / len(value)
        centre = mean - bias + self._shift(seen)
        ends = max(0.0, centre - half), min(1.0, centre + half)
        mean = min(max(mean - bias, 0.0), 1.0) if corrected else mean
        return Interval(mean, float(min(ends[0], mean)), float(max(ends[1], mean)))

    def _shift(self, seen: Array) -> float:
        """How far the middle of the interval of the mean lies from the mean.

        The middle of a label's interval is shifted by the skewness of its score, a
        third cumulant over a variance. Third cumulants add up as variances do.
        """
        squares = self.deviation[seen] ** 2
        total = max(float(squares.sum()), 1e-300)
        return float((self.skew[seen] * squares).sum() / total / seen.sum())
