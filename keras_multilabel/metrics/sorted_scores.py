"""The scores of each label, sorted, positives and negatives apart.

Average precision, ROC AUC and threshold tuners all ask the same: what do the
decisions at a threshold count? The scores of positives and negatives are sorted
apart and thresholds looked up in both. That is exact on ties, takes any float, and
needs no argsort.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array, sides
from keras_multilabel.utils.parallel import equal_parts, map_threads

Result = TypeVar("Result")

# At most this many columns are copied to the sort at a time: two cache lines of
# float32, since a narrower copy takes up to twice as long per column.
COLUMNS = 32
# But no more than this many bytes of scores per thread.
COPY_BYTES = 2**25
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
    def n_positive(self) -> Any:
        """How many positives there are, or what they weigh."""
        return self.above_weight[-1]

    @property
    def n_negative(self) -> Any:
        """How many negatives there are, or what they weigh."""
        return self.below_weight[-1]

    def tp(self) -> Array:
        """Weight of the positives at or above each positive's score."""
        index = np.arange(len(self.above))
        tied = np.append(False, self.above[1:] == self.above[:-1])
        first = np.maximum.accumulate(np.where(tied, 0, index))
        return self.n_positive - self.above_weight[first]

    def fp(self) -> Array:
        """Weight of the negatives at or above each positive's score."""
        return self.n_negative - self.below_weight[self.first_not_below()]

    def first_not_below(self) -> Array:
        """For each positive, where the negatives reach its score."""
        return np.searchsorted(self.below, self.above, "left")

    def first_above(self, first_not_below: Array) -> Array:
        """For each positive, where the negatives exceed its score."""
        # Few scores are tied as a rule, so few are looked up a second time.
        reached = self.below[np.minimum(first_not_below, len(self.below) - 1)]
        tied = np.flatnonzero(reached == self.above)
        first = first_not_below.copy()
        first[tied] = np.searchsorted(self.below, self.above[tied], "right")
        return first

    def candidates(self, *, every: bool) -> Array:
        """Thresholds that decide differently, ascending; the last decides nothing.

        Those at the positives' scores, or with ``every`` at all scores.
        """
        scores = np.append(self.above, self.below) if every else self.above
        highest = max(part[-1] for part in (self.above, self.below) if len(part))
        return np.append(np.unique(scores), np.nextafter(highest, np.inf))

    def counts_at(self, thresholds: Array) -> Counts:
        """What the decisions at each threshold count."""
        tp = (
            self.n_positive - self.above_weight[np.searchsorted(self.above, thresholds)]
        )
        fp = (
            self.n_negative - self.below_weight[np.searchsorted(self.below, thresholds)]
        )
        return Counts(tp, fp, self.n_positive - tp, self.n_negative - fp, axis=None)

    def next_below(self, thresholds: Array) -> Array:
        """The highest score below each threshold; -inf where there is none."""
        found = np.full(len(thresholds), -np.inf)
        for part in (self.above, self.below):
            ends = np.searchsorted(part, thresholds)
            found[ends > 0] = np.maximum(found[ends > 0], part[ends[ends > 0] - 1])
        return found


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
        weight: Of the samples, or None.

    Returns:
        What it returned for each label; None where nothing of a label is known.
    """
    if weight is not None and not weight.all():
        # A row of weight 0 is as if it were not there.
        truth, y_score, weight = (a[weight > 0] for a in (truth, y_score, weight))
    ranks = np.arange(len(truth) + 1)

    def of_part(part: slice) -> list[Result | None]:
        positive, known = sides(_transposed(truth[:, part]))
        rows = _transposed(y_score[:, part])
        masks = [None] * len(rows) if known is None else known.view(np.bool_)
        results: list[Result | None] = []
        for column in zip(positive.view(np.bool_), masks, rows, strict=True):
            scores = _sort_known(*column, weight, ranks)
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
