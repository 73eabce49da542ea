"""ROC AUC and average precision of a histogram, and bounds of the exact ones.

Within a bin the order of scores is not known. The scores are the mean over all orders,
each equally likely; the bounds are those of the best and the worst order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import digamma

from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.bins import LEADING_BITS
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.utils.arguments import Array

# From here to 1 a float32 has at most one value in a bin.
TIED_FROM = 1 - 2.0 ** (LEADING_BITS - 24)
# Labels are scored in blocks of about this many bins.
BLOCK = 2**20


@dataclass(frozen=True, eq=False)
class Sides:
    """Negatives and positives as floats, shape (n_labels, n_bins), bins ascending.

    ``tied``, shape (n_bins,), tells the bins of one float32 value: those near 1, and
    that of 0. ``unit`` is what one entry counts, 1; of weights it is not known, and 0:
    any amount may be cut in two.
    """

    negative: Array
    positive: Array
    tied: Array
    unit: int

    @classmethod
    def blocks(
        cls, histogram: ScoreHistogram, *, pooled: bool = False
    ) -> Iterator["Sides"]:
        """A few labels at a time; pooled: all labels as one."""
        negative, positive = histogram.negatives.T, histogram.positives.T
        edges = histogram.thresholds
        tied = (edges == 0) | (edges >= TIED_FROM)
        if pooled:
            negative, positive = negative.sum(0)[None], positive.sum(0)[None]
        unit = int(histogram.positives.dtype == np.int64)
        step = max(1, BLOCK // len(edges))
        for start in range(0, len(negative), step):
            part = slice(start, start + step)
            yield cls(
                negative[part].astype(np.float64),
                positive[part].astype(np.float64),
                tied,
                unit,
            )

    def near_one(self) -> "Sides":
        """Weights divided by a power of 2 per label: products stay within the floats."""
        if self.unit:
            return self
        largest = np.maximum(self.negative, self.positive).max(1, keepdims=True)
        exponent = -np.frexp(largest)[1]
        negative = np.ldexp(self.negative, exponent)
        return replace(
            self, negative=negative, positive=np.ldexp(self.positive, exponent)
        )

    @property
    def known(self) -> Array:
        """Labels of which anything is known."""
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
    """Score and number of positives of each label; NaN if nothing is known of it."""
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
    """Share of pairs in the right order; pairs within a bin count half."""
    below = np.cumsum(sides.negative, axis=1) - sides.negative
    right = (sides.positive * (below + sides.negative / 2)).sum(1)
    return divide(right, sides.pairs, zero_division)


def bounds_of_roc_auc(sides: Sides) -> tuple[Array, Array]:
    """Lowest and highest value that the exact ROC AUC may have."""
    # In the last bin all are 1.0, and half is exact.
    unsure = (sides.positive * sides.negative)[:, :-1].sum(1) / 2
    slack = divide(unsure, sides.pairs, np.nan)
    score = roc_auc(sides, np.nan)
    return score - slack, score + slack


def average_precision(sides: Sides, zero_division: float) -> Array:
    """Mean over the positives of the precision at their score.

    In tied bins it is that at the lower edge. In another, with k positives and m
    negatives in any order, and a positives and b negatives above, a positive is at each
    of the n = k + m places alike, and of the i - 1 entries before place i a share of
    (k - 1) / (n - 1) is positive. So the mean is

        1 / n * sum over i of (a + 1 + (i - 1) (k - 1) / (n - 1)) / (a + b + i),

    which is exact for a bin of one entry. Of weights it is the limit for entries of no
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
    at_edge = positive * divide(above + positive, start + entries, 0.0)
    area = np.where(sides.tied, at_edge, mixed).sum(1)
    return divide(area, positive.sum(1), zero_division)


def _reciprocals(start: Array, n: Array, unit: int) -> Array:
    """Sum of 1 / (start + i) for i from 1 to n; without a unit the integral over i."""
    if not unit:
        return np.log1p(divide(n, start, 0.0))
    # Differences of the digamma function lose digits where it is flat.
    middle = start + 0.5
    far = np.log1p(n / middle) + ((middle + n) ** -2.0 - middle**-2.0) / 24
    near = digamma(start + n + 1) - digamma(start + 1)
    return np.where(start < 1000, near, far)


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
    # In the last bin all are 1.0, a tie.
    tie = positive * divide(positive, positive + sides.negative, 0.0)
    best[:, -1] = worst[:, -1] = tie[:, -1]
    low, high = (divide(area.sum(1), positive.sum(1), np.nan) for area in (worst, best))
    return low, high


def roc_auc_bounds(histogram: ScoreHistogram) -> tuple[Array, Array]:
    """Where the exact ROC AUC of each label must lie.

    Args:
        histogram: Without weights, or with: then they count as the score counts them.

    Returns:
        ``(lowest, highest)``, each of shape (n_labels,); NaN for labels with one side
        only. `roc_auc_score` of the histogram is half-way between.

    Example:
        >>> import keras_multilabel as kml
        >>> histogram = kml.ScoreHistogram(num_labels=1)
        >>> histogram.update([[1], [0], [0]], [[0.7001], [0.7], [0.2]])  # one bin, 0.2
        >>> kml.roc_auc_bounds(histogram)
        (array([0.5]), array([1.]))
    """
    return _joined(bounds_of_roc_auc, histogram)


def average_precision_bounds(histogram: ScoreHistogram) -> tuple[Array, Array]:
    """Where the exact average precision of each label must lie.

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
    found = [bounds(sides.near_one()) for sides in Sides.blocks(histogram)]
    low, high = np.concatenate(found, axis=1)
    return low, high


def _above(side: Array) -> Array:
    """How many are in higher bins."""
    return np.cumsum(side[:, ::-1], axis=1)[:, ::-1] - side
