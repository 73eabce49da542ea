"""The interval of the difference of two models' scores, from the interval of each.

Swapping the models' predictions shows what chance does if the two models are
interchangeable. Two models may be equally good but not interchangeable: one predicts a
label often, the other seldom. Then the ends of their own intervals, and how the scores
vary together, show how uncertain the difference is.

References:
    G. Y. Zou and A. Donner (2008), Construction of confidence limits about effect
    measures: a general approach. Statistics in Medicine 27 (MOVER).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.evaluation.pooled import ratio_interval
from keras_multilabel.evaluation.predictions import (
    BLOCK_ROWS,
    TRIALS,
    Predictions,
    stacked,
    trial_coefficients,
)
from keras_multilabel.evaluation.proportions import f1_of_jaccard
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# The share of trials that a score is, or rises with.
SHARES = {
    "f1": "f1_score",
    "jaccard": "f1_score",
    "precision": "precision",
    "recall": "recall",
}


class Reach(NamedTuple):
    """How far an interval reaches below the difference and above it.

    Attributes:
        below: Shape (n_labels,), or a float.
        above: Likewise.
    """

    below: Any
    above: Any


class _Model(NamedTuple):
    """One model's score, or one per label, with the ends of its interval."""

    score: Any
    low: Any
    high: Any


class Paired:
    """The differences of two models' scores, label by label.

    Attributes:
        labels: How far the interval of each label's difference reaches.
    """

    def __init__(self, a: Predictions, b: Predictions, metric: str, confidence: float):
        self._pair = a, b
        models = [_model(each, metric, confidence) for each in self._pair]
        self._steps = [_steps(each, metric) for each in self._pair]
        of_a, of_b, of_both = self._sum_up(_products)
        differ = ((a.y_pred != b.y_pred) & (a.truth >= 0)).any(0)
        reach = _reach(models, of_a, of_b, of_both)
        self.labels = Reach(*(np.where(differ, each, 0.0) for each in reach))
        self._spread = np.sqrt(np.maximum(of_a + of_b - 2 * of_both, 0.0))

    def average(self, shares: Array) -> Reach:
        """For the sum of the differences, weighted by the labels' ``shares``."""
        steps = shares * np.stack(self.labels)
        # Scores of 0 and 1 do not show how they vary: within one unit all labels may
        # vary together, across many units each by itself.
        hidden = np.where(self._spread > 0, 0.0, steps)
        alone, together = (hidden**2).sum(1), hidden.sum(1) ** 2
        alone += (together - alone) / len(self._pair[0].units)
        scales = divide(steps, np.broadcast_to(self._spread, steps.shape), 0.0)

        def squares(one: Array, other: Array) -> Array:
            return np.square((one - other) @ scales.T).sum(0)

        return Reach(*np.sqrt(self._sum_up(squares) + alone).tolist())

    def _sum_up(self, function: Callable[[Array, Array], Array]) -> Array:
        """The sum over blocks of units, of a function of both models' influences."""

        def of_block(rows: slice) -> Array:
            pairs = zip(self._pair, self._steps, strict=True)
            return function(*(_influence(*pair, rows) for pair in pairs))

        blocks = equal_parts(len(self._pair[0].units), BLOCK_ROWS)
        return np.sum(map_threads(of_block, blocks), axis=0)


def pooled_reach(
    a: Predictions, b: Predictions, metric: str, confidence: float
) -> Reach:
    """For the difference of all labels pooled."""
    if (a.y_pred == b.y_pred)[a.truth >= 0].all():
        return Reach(0.0, 0.0)
    trial, units = np.array(TRIALS[SHARES[metric]], float), a.units
    models, influences = [], []
    for each in (a, b):
        hits, trials = each.of_rows.tp, trial @ stacked(each.of_rows)
        found = np.nan_to_num(ratio_interval(units, hits, trials, confidence))
        total = max(float(units.add_up(trials).sum()), 1e-300)
        slope = _slope(found[0], metric) / total
        influences.append(units.add_up(hits - found[0] * trials) * slope)
        models.append(_Model(*_scores(found, metric)))
    x, y = influences
    return _reach(models, x @ x, y @ y, x @ y)


def _model(predictions: Predictions, metric: str, confidence: float) -> _Model:
    found = predictions.shares(SHARES[metric], confidence)
    return _Model(*_scores(np.stack([found.value, *found.bounds()]), metric))


def _steps(predictions: Predictions, metric: str) -> Array:
    """What both, truth and prediction of an entry add to each score, (3, n_labels)."""
    trial, sums = np.array(TRIALS[SHARES[metric]]), stacked(predictions.counts)
    trials = trial @ sums
    share = divide(sums[0], trials, 0.0)
    steps = trial_coefficients(SHARES[metric], share) * _slope(share, metric)
    return np.asarray(divide(steps, np.broadcast_to(trials, steps.shape), 0.0))


def _scores(shares: Array, metric: str) -> Array:
    """Shares of trials as scores."""
    return np.asarray(f1_of_jaccard(shares) if metric == "f1" else shares)


def _slope(share: Any, metric: str) -> Any:
    """How much a score rises as its share of trials does."""
    return 2 / (1 + share) ** 2 if metric == "f1" else 1.0


def _reach(models: list[_Model], of_a: Any, of_b: Any, of_both: Any) -> Reach:
    """From the intervals of both, and sums of squares and products of influences."""
    a, b = models
    together = divide(of_both, np.sqrt(of_a * of_b), 0.0).clip(-1, 1)

    def reach(one: Array, other: Array) -> Array:
        squares = one**2 + other**2 - 2 * together * one * other
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)))

    return Reach(
        reach(a.score - a.low, b.high - b.score),
        reach(a.high - a.score, b.score - b.low),
    )


def _influence(predictions: Predictions, steps: Array, rows: slice) -> Array:
    """What each unit adds to a model's scores, (n_units, n_labels)."""
    units = predictions.units
    if units.group is not None:
        entries = tuple(each[rows] for each in predictions.of_groups)
    else:
        entries = predictions.entries(rows)
    total = sum(each * step for each, step in zip(entries, steps, strict=True))
    if units.group is None and units.weight is not None:
        total = total * units.weight[rows, None]
    return np.asarray(total)


def _products(one: Array, other: Array) -> Array:
    """Sums of squares of both and of their products, (3, n_labels)."""
    pairs = ((one, one), (other, other), (one, other))
    return np.stack([np.einsum("ij,ij->j", x, y) for x, y in pairs])
