"""Average precision and ROC AUC, exact, from sorted scores (floor 2).

Only the positives' scores matter as thresholds: between two of them a lower
threshold adds false positives and nothing else. So the scores of positives and
negatives are sorted apart and looked up in each other. That is exact on ties,
takes any float, and needs no argsort.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from keras_multilabel._checks import (
    Array,
    check_average,
    check_pair,
    check_rows,
    check_sample_weight,
    check_scores,
    check_targets,
    check_zero_division,
    listed,
)
from keras_multilabel._parallel import map_threads
from keras_multilabel.averages import average_scores

Result = TypeVar("Result")

# Columns are copied to the sort this many at a time: one cache line of float32.
COLUMNS = 16


@dataclass(frozen=True, eq=False)
class SortedScores:
    """The scores of one label, positives and negatives apart, ascending.

    Attributes:
        above: The positives' scores, shape (n_positives,).
        above_weight: The weight of the positives before each, and of all:
            shape (n_positives + 1,).
        below: The negatives' scores, shape (n_negatives,).
        below_weight: As ``above_weight``, of the negatives.
    """

    above: Array
    above_weight: Array
    below: Array
    below_weight: Array

    @property
    def positives(self) -> Any:
        """Weight of all positives."""
        return self.above_weight[-1]

    @property
    def negatives(self) -> Any:
        """Weight of all negatives."""
        return self.below_weight[-1]

    def tp(self) -> Array:
        """Weight of the positives at or above each positive's score."""
        first = np.searchsorted(self.above, self.above, "left")
        return self.positives - self.above_weight[first]

    def fp(self) -> Array:
        """Weight of the negatives at or above each positive's score."""
        return self.negatives - self._negatives_before("left")

    def _negatives_before(self, side: Any) -> Array:
        return self.below_weight[np.searchsorted(self.below, self.above, side)]

    def average_precision(self, zero_division: float) -> float:
        """Mean over the positives of the precision at their score."""
        if self.positives == 0:
            return zero_division
        tp = self.tp()
        precision = tp / (tp + self.fp())
        return float(precision @ np.diff(self.above_weight) / self.positives)

    def roc_auc(self, zero_division: float) -> float:
        """Share of (positive, negative) pairs in the right order; ties half."""
        pairs = float(self.positives) * float(self.negatives)
        if pairs == 0:
            return zero_division
        twice = self._negatives_before("left") + self._negatives_before("right")
        return float(twice @ np.diff(self.above_weight) / (2 * pairs))


def sort_scores(
    positive: Array, score: Array, weight: Array | None = None
) -> SortedScores:
    """Sort the scores of one label.

    Args:
        positive: Bool truth, shape (n_samples,).
        score: Scores without NaN, same shape.
        weight: Weights of the samples, same shape.
    """
    return SortedScores(
        *_sort(score, weight, positive), *_sort(score, weight, ~positive)
    )


def _sort(score: Array, weight: Array | None, chosen: Array) -> tuple[Array, Array]:
    """The chosen scores ascending, and the weight before each and in all."""
    score = score[chosen]
    if weight is None:
        score.sort()
        return score, np.arange(len(score) + 1)
    order = np.argsort(score)
    return score[order], np.append(0.0, np.cumsum(weight[chosen][order]))


def map_labels(
    function: Callable[[SortedScores], Result],
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
) -> list[Result | None]:
    """Sort each label's scores and hand them to ``function``, in threads.

    Returns:
        What it returned for each label; None where nothing of a label is known.
    """
    return _map_columns(function, *_check_ranking(y_true, y_score, sample_weight))


def _check_ranking(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None,
) -> tuple[Array, Array, Array | None]:
    y_true, y_score = check_pair(y_true, y_score, "y_score")
    y_score = check_scores(y_score)
    weight = check_sample_weight(sample_weight, len(y_true))
    if weight is not None and not weight.all():
        # A row of weight 0 is as if it were not there.
        y_true, y_score, weight = (a[weight > 0] for a in (y_true, y_score, weight))
    return check_rows(y_true), y_score, weight


def _map_columns(
    function: Callable[[SortedScores], Result],
    y_true: Array,
    y_score: Array,
    weight: Array | None,
) -> list[Result | None]:
    def columns(start: int) -> list[Result | None]:
        chosen = slice(start, start + COLUMNS)
        positive, known = check_targets(np.ascontiguousarray(y_true[:, chosen].T))
        rows = np.ascontiguousarray(y_score[:, chosen].T)
        masks = [None] * len(rows) if known is None else known.view(np.bool_)
        sort = (
            _sort_known(*column, weight)
            for column in zip(positive.view(np.bool_), masks, rows, strict=True)
        )
        return [None if scores is None else function(scores) for scores in sort]

    parts = map_threads(columns, range(0, y_true.shape[1], COLUMNS))
    return [result for part in parts for result in part]


def _sort_known(
    positive: Array, known: Array | None, y_score: Array, weight: Array | None
) -> SortedScores | None:
    if known is not None:
        positive, y_score = positive[known], y_score[known]
        weight = None if weight is None else weight[known]
    return sort_scores(positive, y_score, weight) if len(positive) else None


def _ranking_score(
    score: Callable[[SortedScores, float], float],
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    check_average(average)
    zero_division = check_zero_division(zero_division)
    y_true, y_score, weight = _check_ranking(y_true, y_score, sample_weight)
    column_weight = weight
    if average == "micro":
        y_true, y_score, column_weight = _pool(y_true, y_score, weight)
    if average == "samples":
        y_true, y_score, column_weight = y_true.T, y_score.T, None

    def of_column(scores: SortedScores) -> tuple[float, float]:
        return score(scores, zero_division), scores.positives

    pairs = _map_columns(of_column, y_true, y_score, column_weight)
    scores, support = np.array([pair or (np.nan, 0.0) for pair in pairs]).T
    if average == "micro":
        return float(scores[0])
    if average in ("macro", "weighted"):
        _warn_undefined(np.flatnonzero(np.isnan(scores)).tolist())
    return average_scores(scores, average, support=support, sample_weight=weight)


def _pool(
    y_true: Array, y_score: Array, weight: Array | None
) -> tuple[Array, Array, Array | None]:
    """All labels as one column."""
    repeated = None if weight is None else np.repeat(weight, y_true.shape[1])
    return y_true.reshape(-1, 1), y_score.reshape(-1, 1), repeated


def _warn_undefined(columns: list[int]) -> None:
    if not columns:
        return
    from sklearn.exceptions import UndefinedMetricWarning

    warnings.warn(
        f"The score of the labels in columns {listed(columns, 20)} is undefined, for "
        "want of known positives or negatives; they are left out of the average.",
        UndefinedMetricWarning,
        stacklevel=4,
    )


def average_precision_score(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Average precision: the mean over the positives of the precision at their score.

    Equal to the step-wise area under the precision-recall curve,
    sum of (R_n - R_(n-1)) P_n over the thresholds.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out).
        y_score: Scores of any scale, same shape; only their order matters.
        average: None, ``"micro"``, ``"macro"``, ``"weighted"`` or ``"samples"``.
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score of a label without positives.

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label
        of which nothing is known.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, or there are no samples.

    References:
        C. Buckley and E. M. Voorhees, "Evaluating Evaluation Measure Stability",
        SIGIR 2000.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> kml.average_precision_score(y_true, y_score, average=None).round(3)
        array([0.833, 1.   ])
    """
    return _ranking_score(
        SortedScores.average_precision,
        y_true,
        y_score,
        average,
        sample_weight,
        zero_division,
    )


def roc_auc_score(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = np.nan,
) -> Any:
    """ROC AUC: how likely a positive scores higher than a negative (ties: half).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out).
        y_score: Scores of any scale, same shape; only their order matters.
        average: None, ``"micro"``, ``"macro"``, ``"weighted"`` or ``"samples"``.
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score of a label that has positives
            only, or negatives only. NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, or there are no samples.

    Warns:
        UndefinedMetricWarning: If labels were left out of an average.

    References:
        J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a
        receiver operating characteristic (ROC) curve", Radiology 143, 1982.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> kml.roc_auc_score(y_true, y_score, average=None)
        array([0.5, 1. ])
    """
    return _ranking_score(
        SortedScores.roc_auc, y_true, y_score, average, sample_weight, zero_division
    )
