"""The scores of each label, sorted, positives and negatives apart.

Average precision, ROC AUC and threshold tuners all ask the same: what do the
decisions at a threshold count? The scores of positives and negatives are sorted
apart and thresholds looked up in both. That is exact on ties, takes any float, and
needs no argsort.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array, sides
from keras_multilabel.utils.parallel import equal_parts, map_threads
from keras_multilabel.utils.precision import just_above

Result = TypeVar("Result")

# At most this many columns are copied to the sort at a time: two cache lines of
# float32, since a narrower copy takes up to twice as long per column.
COLUMNS = 32
# But no more than this many bytes of scores per thread.
COPY_BYTES = 2**25
# And this many rows of them: what is read stays in the cache while it is written.
BLOCK_ROWS = 512


@dataclass(frozen=True, eq=False)
class Side:
    """The positives of one label, or its negatives, by ascending score.

    Weights are summed from the top and from the bottom: a difference of two sums would
    lose the small weights beside a large one.

    Attributes:
        scores: Shape (n,).
        weight: Of each, shape (n,); None: each counts 1.
    """

    scores: Array
    weight: Array | None

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def _sums_from(self) -> Array:
        return np.append(np.cumsum(self.weight[::-1])[::-1], 0.0)  # type: ignore[index]

    @cached_property
    def _sums_before(self) -> Array:
        return np.append(0.0, np.cumsum(self.weight))  # type: ignore[arg-type]

    @property
    def total(self) -> Any:
        """How many there are, or what they weigh."""
        return len(self) if self.weight is None else self._sums_before[-1]

    def weight_from(self, index: Array) -> Array:
        """Weight of those from each index on."""
        return len(self) - index if self.weight is None else self._sums_from[index]

    def weight_before(self, index: Array) -> Array:
        """Weight of those before each index."""
        return index if self.weight is None else self._sums_before[index]

    def mean(self, values: Array) -> float:
        """Weighted mean of a value for each."""
        total = values.sum() if self.weight is None else values @ self.weight
        return float(total / self.total)


@dataclass(frozen=True, eq=False)
class SortedScores:
    """The scores of one label, positives and negatives apart, ascending."""

    above: Side
    below: Side

    @property
    def n_positive(self) -> Any:
        """How many positives there are, or what they weigh."""
        return self.above.total

    @property
    def n_negative(self) -> Any:
        """How many negatives there are, or what they weigh."""
        return self.below.total

    def tp(self) -> Array:
        """Weight of the positives at or above each positive's score."""
        scores = self.above.scores
        index = np.arange(len(scores))
        tied = np.append(False, scores[1:] == scores[:-1])
        return self.above.weight_from(np.maximum.accumulate(np.where(tied, 0, index)))

    def fp(self) -> Array:
        """Weight of the negatives at or above each positive's score."""
        return self.below.weight_from(self.first_not_below())

    def first_not_below(self) -> Array:
        """For each positive, where the negatives reach its score."""
        return np.searchsorted(self.below.scores, self.above.scores, "left")

    def first_above(self, first_not_below: Array) -> Array:
        """For each positive, where the negatives exceed its score."""
        above, below = self.above.scores, self.below.scores
        # Few scores are tied as a rule, so few are looked up a second time.
        reached = below[np.minimum(first_not_below, len(below) - 1)]
        tied = np.flatnonzero(reached == above)
        first = first_not_below.copy()
        first[tied] = np.searchsorted(below, above[tied], "right")
        return first

    def candidates(self, *, every: bool) -> Array:
        """Thresholds that decide differently, ascending; the last decides least.

        Those at the positives' scores, or with ``every`` at all scores, and one above
        all scores, where nothing is decided: unless there are scores of inf, which
        reach any threshold.
        """
        parts = [side.scores for side in (self.above, self.below) if len(side)]
        scores = np.concatenate(parts) if every else self.above.scores
        beyond = just_above(max(part[-1] for part in parts))
        return np.unique(np.append(scores, beyond))

    def counts_at(self, thresholds: Array) -> Counts:
        """What the decisions at each threshold count."""
        tp = np.searchsorted(self.above.scores, thresholds)
        fp = np.searchsorted(self.below.scores, thresholds)
        return Counts(
            self.above.weight_from(tp),
            self.below.weight_from(fp),
            self.above.weight_before(tp),
            self.below.weight_before(fp),
            axis=None,
        )

    def next_below(self, thresholds: Array) -> Array:
        """The highest score below each threshold; -inf where there is none."""
        found = np.full(len(thresholds), -np.inf)
        for scores in (self.above.scores, self.below.scores):
            ends = np.searchsorted(scores, thresholds)
            found[ends > 0] = np.maximum(found[ends > 0], scores[ends[ends > 0] - 1])
        return found


def _sort_unweighted(positive: Array, score: Array) -> SortedScores:
    """Sort the scores of one label, which are overwritten."""
    positives = np.flatnonzero(positive)
    above = score[positives]
    above.sort()
    # In place, with the positives sent to the end: a third faster than to copy the
    # negatives and sort them.
    score[positives] = np.inf
    score.sort()
    return SortedScores(Side(above, None), Side(score[: len(score) - len(above)], None))


def _sort_weighted(score: Array, weight: Array) -> Side:
    order = np.argsort(score)
    return Side(score[order], weight[order])


def map_labels(
    function: Callable[[SortedScores, int], Result],
    truth: Array,
    y_score: Array,
    weight: Array | None,
) -> list[Result | None]:
    """Sort each label's scores and call ``function(scores, column)``, in threads.

    Args:
        function: What to make of each label.
        truth: What `check_truth` gave.
        y_score: Its scores, without NaN.
        weight: Of the samples, above 0; or None.

    Returns:
        What it returned for each label; None where nothing of a label is known.
    """

    def of_part(part: slice) -> list[Result | None]:
        positive, known = sides(_transposed(truth[:, part]))
        rows = _transposed(y_score[:, part])
        masks = [None] * len(rows) if known is None else known.view(np.bool_)
        results: list[Result | None] = []
        for column in zip(positive.view(np.bool_), masks, rows, strict=True):
            scores = _sort_known(*column, weight)
            index = part.start + len(results)
            results.append(None if scores is None else function(scores, index))
        return results

    most = max(1, min(COLUMNS, COPY_BYTES // max(1, len(truth) * y_score.itemsize)))
    parts = map_threads(of_part, equal_parts(truth.shape[1], most))
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
) -> SortedScores | None:
    if known is not None:
        positive, score = positive[known], score[known]
        weight = None if weight is None else weight[known]
    if len(positive) == 0:
        return None
    if weight is None:
        return _sort_unweighted(positive, score)
    return SortedScores(
        _sort_weighted(score[positive], weight[positive]),
        _sort_weighted(score[~positive], weight[~positive]),
    )
