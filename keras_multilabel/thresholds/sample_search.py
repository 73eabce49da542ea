"""Searches for the best mean score of the samples.

The score of a sample depends on all its labels, so it does not separate by label.
"""

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.curves import halfway
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array, sides
from keras_multilabel.utils.precision import just_above

# Coordinate ascent ends when a sweep gains nothing; mostly after 3 to 5.
SWEEPS = 20


class _Rows:
    """The counts of each sample, as labels are predicted one at a time."""

    def __init__(self, samples: Samples, predictions: Array):
        positive, known = sides(samples.truth)
        self.positive = positive.view(np.bool_)
        self.known = np.ones_like(self.positive) if known is None else known == 1
        self.total = self.known.sum(1)
        self.support = self.positive.sum(1)
        self.predictions = predictions & self.known
        self.tp = (self.predictions & self.positive).sum(1)
        self.predicted = self.predictions.sum(1)

    def values(
        self, rows: Array, tp: Array, predicted: Array, objective: Objective
    ) -> Array:
        """The objective of each of ``rows`` with these predictions."""
        support, fp = self.support[rows], predicted - tp
        negative = self.total[rows] - support - fp
        values = objective.values(Counts(tp, fp, support - tp, negative, axis=None))
        if not np.isfinite(values).all():
            raise ValueError(
                'average="samples" needs an objective that is defined for every '
                "sample; this one gave NaN."
            )
        return values

    def gains(self, rows: Array, column: int, objective: Objective) -> Array:
        """What each of ``rows`` gains if the label is predicted."""
        now, truth = self.predictions[rows, column], self.positive[rows, column]
        tp = self.tp[rows] - (now & truth)
        predicted = self.predicted[rows] - now
        predicted_too = self.values(rows, tp + truth, predicted + 1, objective)
        return predicted_too - self.values(rows, tp, predicted, objective)

    def predict(self, rows: Array, column: int, predictions: Array) -> None:
        """Set the label's predictions in ``rows``."""
        change = predictions.astype(np.int64) - self.predictions[rows, column]
        self.tp[rows] += change * self.positive[rows, column]
        self.predicted[rows] += change
        self.predictions[rows, column] = predictions


def per_sample(samples: Samples, objective: Objective, start: Array) -> Array:
    """Coordinate ascent from ``start`` for the mean score of the samples.

    One label at a time gets its best threshold, given the others. This never lowers the
    mean, and ends where no single threshold can be improved, which need not be the
    joint optimum.
    """
    weight = np.ones(len(samples.truth)) if samples.weight is None else samples.weight
    state = _Rows(samples, samples.predict(start))
    values = start.copy()
    for _ in range(SWEEPS):
        moved = False
        for column in range(len(values)):
            rows = np.flatnonzero(state.known[:, column])
            if len(rows) == 0:
                continue
            gains = weight[rows] * state.gains(rows, column, objective)
            scores = samples.y_score[rows, column]
            now = gains[state.predictions[rows, column]].sum()
            threshold, gain = _best_cut(scores, gains)
            if gain > now + 1e-12 * np.abs(gains).sum():
                values[column], moved = threshold, True
                state.predict(rows, column, scores >= threshold)
        if not moved:
            break
    return values


def one_per_sample(samples: Samples, objective: Objective) -> float:
    """One threshold for all labels, for the mean score of the samples: exact."""
    weight = np.ones(len(samples.truth)) if samples.weight is None else samples.weight
    state = _Rows(samples, np.zeros(samples.truth.shape, bool))
    # Known entries first in each row, by descending score.
    key = np.where(state.known, samples.y_score, -np.inf)
    order = np.argsort(-key, axis=1, kind="stable")
    known = np.take_along_axis(state.known, order, 1)
    tp = np.cumsum(np.take_along_axis(state.positive, order, 1), 1)
    predicted = np.cumsum(known, 1)
    rows = np.arange(len(key))[:, None]
    none = np.zeros((len(key), 1), np.int64)
    tp, predicted = np.hstack([none, tp]), np.hstack([none, predicted])
    gains = np.diff(state.values(rows, tp, predicted, objective), axis=1)
    scores = np.take_along_axis(key, order, 1)[known]
    return _best_cut(scores, (weight[:, None] * gains)[known])[0]


def _best_cut(scores: Array, gains: Array) -> tuple[float, float]:
    """The threshold with the highest sum of gains at or above it, and that sum."""
    order = np.argsort(scores)
    ordered = scores[order]
    thresholds, first = np.unique(ordered, return_index=True)
    sums = np.cumsum(gains[order][::-1])[::-1][first]
    # Nothing is above inf: such a score is predicted at any threshold.
    if ordered[-1] < np.inf:
        top = just_above(ordered[-1])
        thresholds, sums = np.append(thresholds, top), np.append(sums, 0.0)
    best = len(sums) - 1 - int(np.argmax(sums[::-1]))
    low = thresholds[best - 1] if best else -np.inf
    return float(halfway(thresholds[best], low)), float(sums[best])
