"""ROC AUC and average precision of a histogram, and bounds of the exact values.

If a bin holds one score of positives and one of negatives, their order is known, and so
are ties. Elsewhere the scores are the mean over all orders within the bin, each equally
likely; the bounds are those of the best and the worst order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from scipy.special import digamma

from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.histogram_tally import merge
from keras_multilabel.utils.arguments import Array

# Rounding may move a sum of equal weights off their multiple by this share.
MULTIPLE = 1e-6
# Labels are scored in blocks of about this many bins.
BLOCK = 2**20


@dataclass(frozen=True, eq=False)
class Sides:
    """Negatives and positives as floats, shape (n_labels, n_bins), bins ascending.

    ``order``: 1 where all positives of a bin are above its negatives, -1 where below, 0
    where all have the same score, NaN where it is not known. ``unit``, shape (n_labels,
    1), is the size of one entry: 1, or 0 if the weights do not show it.
    """

    negative: Array
    positive: Array
    order: Array
    unit: Array

    @classmethod
    def blocks(
        cls, histogram: ScoreHistogram, *, pooled: bool = False
    ) -> Iterator["Sides"]:
        """Process a few labels at a time; pooled: all labels as one."""
        sides = [histogram.negatives.T, histogram.positives.T, *histogram.scores]
        unit = int(histogram.positives.dtype == np.int64)
        if pooled:
            sides = [
                each.sum(0)[None] if index < 2 else reduce(merge, each)[None]
                for index, each in enumerate(sides)
            ]
        step = max(1, BLOCK // sides[0].shape[1])
        for start in range(0, len(sides[0]), step):
            negative, positive, low, high = (
                side[start : start + step].astype(np.float64) for side in sides
            )
            units = np.full((len(negative), 1), unit)
            yield cls(negative, positive, np.sign(high - low), units)

    def near_one(self) -> "Sides":
        """Weights as counts, if all weights of a label are multiples of the smallest.

        That holds if the weights are whole numbers, or all equal. Other weights are
        divided by a power of 2, so that products do not overflow.
        """
        if self.unit.all():
            return self
        both = np.concatenate([self.negative, self.positive], axis=1)
        largest = both.max(1, keepdims=True)
        smallest = np.where(both > 0, both, np.inf).min(1, keepdims=True)
        with np.errstate(over="ignore", invalid="ignore"):
            ratio = both / np.where(largest > 0, smallest, 1)
            near = np.rint(ratio)
            is_near = np.abs(ratio - near) <= MULTIPLE * ratio
        is_multiple = is_near.all(1, keepdims=True)
        counted = is_multiple & (ratio.max(1, keepdims=True) < 2**53)
        scaled = np.where(counted, near, np.ldexp(both, -np.frexp(largest)[1]))
        negative, positive = np.split(scaled, 2, axis=1)
        unit = counted.astype(np.int64)
        return replace(self, negative=negative, positive=positive, unit=unit)

    @property
    def known(self) -> Array:
        """Labels with known entries."""
        return (self.negative + self.positive).sum(1) > 0

    @property
    def pairs(self) -> Array:
        """Pairs of a positive and a negative, per label."""
        return self.negative.sum(1) * self.positive.sum(1)


def score_histogram_labels(
    score: Callable[[Sides, float], Array],
    histogram: ScoreHistogram,
    zero_division: float,
    *,
    pooled: bool = False,
) -> tuple[Array, Array]:
    """Score and number of positives of each label; NaN without known entries."""
    pairs = [
        (
            np.where(sides.known, score(sides.near_one(), zero_division), np.nan),
            sides.positive.sum(1),
        )
        for sides in Sides.blocks(histogram, pooled=pooled)
    ]
    scores, support = np.concatenate(pairs, axis=1)
    return scores, support


def roc_auc(sides: Sides, zero_division: float) -> Array:
    """Share of pairs in the right order; ties, and pairs of unknown order: half."""
    below = np.cumsum(sides.negative, axis=1) - sides.negative
    share = (1 + np.nan_to_num(sides.order)) / 2
    right = (sides.positive * (below + sides.negative * share)).sum(1)
    return divide(right, sides.pairs, zero_division)


def bounds_of_roc_auc(sides: Sides) -> tuple[Array, Array]:
    """Lowest and highest value that the exact ROC AUC may have."""
    unsure = sides.positive * sides.negative * np.isnan(sides.order)
    slack = divide(unsure.sum(1) / 2, sides.pairs, np.nan)
    score = roc_auc(sides, np.nan)
    return score - slack, score + slack


def average_precision(sides: Sides, zero_division: float) -> Array:
    """Mean over the positives of the precision at their score.

    If the order within a bin is known, all its positives have one score. In other bins,
    with k positives and m negatives in any order, and a positives and b negatives
    above, a positive is equally likely at each of the n = k + m places, and of the i -
    1 entries before place i a share of (k - 1) / (n - 1) is positive. So the mean is

        1 / n * sum over i of (a + 1 + (i - 1) (k - 1) / (n - 1)) / (a + b + i),

    which is exact for a bin of one entry. For weights it is the limit for entries of no
    size, an integral: positives and negatives are mixed evenly.
    """
    positive, above, unit = sides.positive, _above(sides.positive), sides.unit
    entries = positive + sides.negative
    start = above + _above(sides.negative)
    rise = divide(positive - unit, entries - unit, 0.0)
    # Places from 1 to n: (a + unit + rise (i - unit)) / (a + b + i).
    bend = (above + unit * (1 - rise) - rise * start) * _reciprocals(
        start, entries, unit
    )
    mixed = divide(positive, entries, 0.0) * (rise * entries + bend)
    area = np.where(np.isnan(sides.order), mixed, _of_one_score(sides)).sum(1)
    return divide(area, positive.sum(1), zero_division)


def _of_one_score(sides: Sides) -> Array:
    """Sum of the precision over positives with one score, where the order is known."""
    after = _above(sides.positive) + sides.positive
    not_below = _above(sides.negative) + sides.negative * (sides.order <= 0)
    return sides.positive * divide(after, after + not_below, 0.0)


def _reciprocals(start: Array, n: Array, unit: Array) -> Array:
    """Sum of 1 / (start + i) for i from 1 to n; without a unit, the integral over i."""
    # Differences of the digamma function lose digits where it is flat.
    near = digamma(start + n + 1) - digamma(start + 1)
    middle = start + 0.5
    far = np.log1p(n / middle) + ((middle + n) ** -2.0 - middle**-2.0) / 24
    integral = np.log1p(divide(n, start, 0.0))
    return np.where(unit == 0, integral, np.where(start < 1000, near, far))


def bounds_of_average_precision(sides: Sides) -> tuple[Array, Array]:
    """Lowest and highest value that the exact average precision may have.

    Highest: in each bin all positives are tied and above all negatives. Lowest: they
    are below them, one after the other.
    """
    positive = sides.positive
    above, above_n = _above(positive), _above(sides.negative)
    after, after_n = above + positive, above_n + sides.negative
    best = positive * divide(after, after + above_n, 0.0)
    # The sum over t of (a + t) / (a + t + b) is k less that of b / (a + t + b).
    lost = after_n * _reciprocals(above + after_n, positive, sides.unit)
    worst = np.maximum(positive - lost, 0.0)
    unknown, area = np.isnan(sides.order), _of_one_score(sides)
    low, high = (
        divide(np.where(unknown, bound, area).sum(1), positive.sum(1), np.nan)
        for bound in (worst, best)
    )
    return low, high


def roc_auc_bounds(histogram: ScoreHistogram) -> tuple[Array, Array]:
    """Bounds of the exact ROC AUC of each label.

    Args:
        histogram: With or without weights, which the bounds treat as the score does.

    Returns:
        ``(lowest, highest)``, each of shape (n_labels,); NaN for labels without
        positives or without negatives. `roc_auc_score` of the histogram is half-way
        between.

    Example:
        >>> import keras_multilabel as kml
        >>> histogram = kml.ScoreHistogram(num_labels=1)
        >>> # In one bin: two scores of negatives, which may be above the positive.
        >>> histogram.update([[1], [0], [0]], [[0.7001], [0.7], [0.7002]])
        >>> kml.roc_auc_bounds(histogram)
        (array([0.]), array([1.]))
    """
    return _joined(bounds_of_roc_auc, histogram)


def average_precision_bounds(histogram: ScoreHistogram) -> tuple[Array, Array]:
    """Bounds of the exact average precision of each label.

    Args:
        histogram: As in `roc_auc_bounds`.

    Returns:
        ``(lowest, highest)``, each of shape (n_labels,); NaN for labels without
        positives.

    Example:
        >>> import keras_multilabel as kml
        >>> histogram = kml.ScoreHistogram(num_labels=1)
        >>> histogram.update([[1], [0], [0]], [[0.7], [0.6], [0.2]])
        >>> [bound.round(3) for bound in kml.average_precision_bounds(histogram)]
        [array([1.]), array([1.])]
    """
    return _joined(bounds_of_average_precision, histogram)


def _joined(
    bounds: Callable[[Sides], tuple[Array, Array]], histogram: ScoreHistogram
) -> tuple[Array, Array]:
    if not isinstance(histogram, ScoreHistogram):
        raise TypeError(
            "histogram must be a ScoreHistogram, whose bins hide the order; got "
            f"{type(histogram).__name__}, whose scores are exact."
        )
    found = [bounds(sides.near_one()) for sides in Sides.blocks(histogram)]
    low, high = np.concatenate(found, axis=1)
    return low, high


def _above(side: Array) -> Array:
    """Sums of the bins above."""
    return np.cumsum(side[:, ::-1], axis=1)[:, ::-1] - side
