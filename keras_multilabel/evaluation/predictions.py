"""Checked truth and predictions, and the sums that intervals of scores need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.proportions import Shares, effective_size
from keras_multilabel.evaluation.units import (
    Units,
    check_groups,
    check_has_samples,
)
from keras_multilabel.metrics.averages import divide, kish
from keras_multilabel.metrics.confusion_counts import count_checked
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import (
    Array,
    check_predictions,
    check_truth,
    sides,
)
from keras_multilabel.utils.parallel import equal_parts, map_threads
from keras_multilabel.utils.rows import check_pair, check_rows

# Each score is the share of trials that are positive in both truth and prediction. A
# trial counts as a sum of multiples of both + truth + prediction: those predicted,
# those that are true, and those that are either, whose share is the Jaccard index,
# which F1 rises with.
TRIALS = {"precision": (0, 0, 1), "recall": (0, 1, 0), "f1_score": (-1, 1, 1)}
# Rows converted to floats at a time.
BLOCK_ROWS = 1024


@dataclass(frozen=True, eq=False)
class Predictions:
    """Truth, predictions and units.

    Attributes:
        truth: int8, shape (n_rows, n_labels): 1, 0 and, where unknown, -1.
        y_pred: uint8, 0 and 1, same shape.
        units: What varies independently.
    """

    truth: Array
    y_pred: Array
    units: Units

    @classmethod
    def of(
        cls,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        groups: Any,
        sample_weight: npt.ArrayLike | None,
    ) -> Predictions:
        """Check them; rows of weight 0 do not count."""
        check_has_samples(y_true)
        rows = check_pair(y_true, y_pred, "y_pred", sample_weight)
        truth = check_truth(check_rows(rows.y_true))
        group = check_groups(groups, len(truth), rows.sample)
        predicted, weight = check_predictions(rows.other), rows.weight
        if weight is not None and not weight.all():
            kept = weight > 0
            truth, predicted, weight = truth[kept], predicted[kept], weight[kept]
            group = None if group is None else group[kept]
        return cls(truth, predicted, Units.of(len(truth), weight, group))

    @cached_property
    def counts(self) -> Counts:
        """Per label, with weights near 1."""
        return count_checked(self.truth, self.y_pred, self.units.weight)

    @cached_property
    def of_rows(self) -> Counts:
        """Per row, without weights."""
        return count_checked(self.truth, self.y_pred, None, axis=1)

    @cached_property
    def _squares(self) -> Array:
        """As `stacked` of the counts, but with squared weights."""
        weight = self.units.weight
        squares = None if weight is None else weight**2
        return stacked(count_checked(self.truth, self.y_pred, squares))

    @cached_property
    def of_groups(self) -> tuple[Array, Array, Array]:
        """Both, truth and predictions, each summed in every group."""
        return tuple(map(self.units.add_up, self.entries(slice(None))))  # type: ignore[return-value]

    def entries(self, rows: slice) -> tuple[Array, Array, Array]:
        """Both, truth and predictions as bytes of 0 and 1, where the truth is known."""
        positive, known = sides(self.truth[rows])
        predicted = self.y_pred[rows]
        predicted = predicted if known is None else predicted & known
        return positive & predicted, positive, predicted

    def shares(self, score: str, confidence: float) -> Shares:
        """The share of trials that is the score, or the Jaccard index for F1."""
        trial = np.array(TRIALS[score])
        sums = stacked(self.counts)
        value = divide(sums[0], trial @ sums, 0.0)
        if self.units.group is None:
            size = self._size_of_rows(value, trial)
            return Shares(value, size, self.units.z(confidence, size))
        size, n_groups = self._size_of_groups(value, trial)
        return Shares(value, size, self.units.z(confidence, n_groups))

    def _size_of_rows(self, value: Array, trial: Array) -> Array:
        """Effective number of trials; with weights the smaller of two."""
        sums = stacked(self.counts)
        n_trials = (trial @ sums).astype(float)
        if self.units.weight is None:
            return n_trials
        hits, trials = self._squares[0], trial @ self._squares
        most = divide(n_trials**2, trials, 0.0)
        squares = hits * (1 - value) ** 2 + (trials - hits) * value**2
        variance = divide(squares, n_trials**2, 0.0)
        return np.minimum(effective_size(value, variance, most), most)

    def _size_of_groups(self, value: Array, trial: Array) -> tuple[Array, Array]:
        """Effective number of trials, and of the groups that have any."""
        trials = sum(c * x for c, x in zip(trial, self.of_groups, strict=True))
        n_groups = kish(trials)
        squares = ((self.of_groups[0] - value * trials) ** 2).sum(0)
        variance = divide(squares, trials.sum(0) ** 2, 0.0)
        variance = variance * divide(n_groups, n_groups - 1, 1.0)
        most = self._size_of_rows(value, trial)
        size = effective_size(value, variance, n_groups)
        return np.minimum(size, most), n_groups

    def spread(self, score: str, share: Array) -> Array:
        """Root of the sum of squares of hit - share * trial, over the units."""
        trial = np.array(TRIALS[score])
        if self.units.group is None:
            hits, trials = self._squares[0], trial @ self._squares
            squares = hits * (1 - share) ** 2 + (trials - hits) * share**2
        else:
            trials = sum(c * x for c, x in zip(trial, self.of_groups, strict=True))
            squares = ((self.of_groups[0] - share * trials) ** 2).sum(0)
        return np.sqrt(squares)

    def project(self, coefficients: Array) -> Array:
        """Sums over the labels of both, truth and predictions times coefficients.

        Args:
            coefficients: Shape (3, n_labels, k).

        Returns:
            Shape (n_units, k), each row weighted.
        """
        matrix = coefficients.reshape(-1, coefficients.shape[-1])
        if self.units.group is not None:
            parts = zip(self.of_groups, coefficients, strict=True)
            return np.asarray(sum(entries @ each for entries, each in parts))
        single = matrix.astype(np.float32)
        projected = np.empty((len(self.truth), matrix.shape[1]))

        def of_part(part: slice) -> None:
            for start in range(part.start, part.stop, BLOCK_ROWS):
                rows = slice(start, min(start + BLOCK_ROWS, part.stop))
                entries = np.hstack(self.entries(rows)).astype(np.float32)
                projected[rows] = entries @ single

        blocks = equal_parts(len(self.truth), len(self.truth))
        map_threads(of_part, blocks, entries=self.truth.size)
        return self.units.weighted(projected)


def trial_coefficients(score: str, share: Array) -> Array:
    """The coefficients of hit - share * trial, shape (3, n_labels)."""
    of_trial = -np.multiply.outer(np.array(TRIALS[score]), share)
    of_trial[0] += 1
    return of_trial


def stacked(counts: Counts) -> Array:
    """True positives, positives and predicted positives, which trials are sums of."""
    return np.stack([counts.tp, counts.support, counts.predicted])
