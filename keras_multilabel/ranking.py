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
from keras_multilabel._parallel import equal_parts, map_threads
from keras_multilabel.averages import average_scores

Result = TypeVar("Result")

# At most this many columns are copied to the sort at a time: two cache lines of
# float32, since a narrower copy takes up to twice as long per column.
COLUMNS = 32
# And this many rows of them: what is read stays in the cache while it is written.
BLOCK_ROWS = 512


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
        index = np.arange(len(self.above))
        tied = np.append(False, self.above[1:] == self.above[:-1])
        first = np.maximum.accumulate(np.where(tied, 0, index))
        return self.positives - self.above_weight[first]

    def fp(self) -> Array:
        """Weight of the negatives at or above each positive's score."""
        return self.negatives - self.below_weight[self._first_not_below()]

    def _first_not_below(self) -> Array:
        """For each positive, where the negatives reach its score."""
        return np.searchsorted(self.below, self.above, "left")

    def _first_above(self, first_not_below: Array) -> Array:
        """For each positive, where the negatives exceed its score."""
        # Few scores are tied as a rule, so few are looked up a second time.
        reached = self.below[np.minimum(first_not_below, len(self.below) - 1)]
        tied = np.flatnonzero(reached == self.above)
        first = first_not_below.copy()
        first[tied] = np.searchsorted(self.below, self.above[tied], "right")
        return first

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
        first = self._first_not_below()
        twice = self.below_weight[first] + self.below_weight[self._first_above(first)]
        return float(twice @ np.diff(self.above_weight) / (2 * pairs))


def _sort_unweighted(positive: Array, score: Array, ranks: Array) -> SortedScores:
    """Sort the scores of one label, which are overwritten; ``ranks`` is 0, 1, 2, ..."""
    positives = np.flatnonzero(positive)
    above = score[positives]
    above.sort()
    # In place, with the positives sent to the end: a third faster than to copy the
    # negatives and sort them.
    score[positives] = np.inf
    score.sort()
    below = score[: len(score) - len(above)]
    return SortedScores(above, ranks[: len(above) + 1], below, ranks[: len(below) + 1])


def _sort_weighted(score: Array, weight: Array) -> tuple[Array, Array]:
    """The scores ascending, and the weight before each and in all."""
    order = np.argsort(score)
    return score[order], np.append(0.0, np.cumsum(weight[order]))


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
    ranks = np.arange(len(y_true) + 1)

    def columns(chosen: slice) -> list[Result | None]:
        positive, known = check_targets(_transposed(y_true[:, chosen]))
        rows = _transposed(y_score[:, chosen])
        masks = [None] * len(rows) if known is None else known.view(np.bool_)
        sort = (
            _sort_known(*column, weight, ranks)
            for column in zip(positive.view(np.bool_), masks, rows, strict=True)
        )
        return [None if scores is None else function(scores) for scores in sort]

    parts = map_threads(columns, equal_parts(y_true.shape[1], COLUMNS))
    return [result for part in parts for result in part]


def _transposed(columns: Array) -> Array:
    """A copy with the columns as rows, made in blocks that stay in the cache."""
    copy = np.empty(columns.shape[::-1], columns.dtype)
    for start in range(0, len(columns), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        copy[:, block] = columns[block].T
    return copy


def _sort_known(
    positive: Array,
    known: Array | None,
    score: Array,
    weight: Array | None,
    ranks: Array,
) -> SortedScores | None:
    if known is not None:
        positive, score = positive[known], score[known]
        weight = None if weight is None else weight[known]
    if len(positive) == 0:
        return None
    if weight is None:
        return _sort_unweighted(positive, score, ranks)
    above = _sort_weighted(score[positive], weight[positive])
    return SortedScores(*above, *_sort_weighted(score[~positive], weight[~positive]))


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
