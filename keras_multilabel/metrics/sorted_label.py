"""The scores of one label, sorted, positives and negatives separately.

Average precision, ROC AUC and threshold tuners all need the counts of the predictions
at a threshold. The scores of positives and negatives are sorted separately and
thresholds looked up in both. That is exact on ties, takes any float, and needs no
argsort.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_multilabel.metrics.averages import kish, near_one
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.precision import just_above


@dataclass(frozen=True, eq=False)
class Side:
    """The positives of one label, or its negatives, by ascending score.

    Weights are summed from the top and from the bottom: a difference of two sums would
    lose small weights beside a large one.

    Attributes:
        scores: Shape (n,).
        weight: Weight of each, shape (n,); None: each counts 1.
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
        """Number of scores, or their total weight."""
        return len(self) if self.weight is None else self._sums_before[-1]

    def weight_from(self, index: Array) -> Array:
        """Weight of the scores from each index on."""
        return len(self) - index if self.weight is None else self._sums_from[index]

    def weight_before(self, index: Array) -> Array:
        """Weight of the scores before each index."""
        return index if self.weight is None else self._sums_before[index]

    @property
    def effective_size(self) -> float:
        """Effective number of scores, given their weights."""
        weight = self.weight
        return float(len(self) if weight is None else kish(near_one(weight)[0]))

    @classmethod
    def merged(cls, sides: Sequence["Side"]) -> "Side":
        """All of them as one."""
        scores = np.concatenate([side.scores for side in sides])
        weights = [side.weight for side in sides if side.weight is not None]
        if not weights:
            scores.sort()
            return cls(scores, None)
        return sort_weighted(scores, np.concatenate(weights))

    def sum(self, values: Array) -> float:
        """Weighted sum of a value for each."""
        weight = self.weight
        return float(values.sum(dtype=float) if weight is None else values @ weight)

    def mean(self, values: Array) -> float:
        """Weighted mean of a value for each."""
        return self.sum(values) / float(self.total)


@dataclass(frozen=True, eq=False)
class SortedLabel:
    """The scores of one label, positives and negatives apart, ascending."""

    above: Side
    below: Side

    @classmethod
    def merged(cls, labels: Sequence["SortedLabel"]) -> "SortedLabel":
        """All of them as one."""
        return cls(
            Side.merged([label.above for label in labels]),
            Side.merged([label.below for label in labels]),
        )

    @property
    def n_positive(self) -> Any:
        """Number of positives, or their total weight."""
        return self.above.total

    @property
    def n_negative(self) -> Any:
        """Number of negatives, or their total weight."""
        return self.below.total

    def tp(self) -> Array:
        """Weight of the positives at or above each positive's score."""
        scores = self.above.scores
        index = np.arange(len(scores))
        tied = np.append(False, scores[1:] == scores[:-1])
        return self.above.weight_from(np.maximum.accumulate(np.where(tied, 0, index)))

    def fp(self) -> Array:
        """Weight of the negatives at or above each positive's score."""
        return self.below.weight_from(self.first_not_below)

    @cached_property
    def first_not_below(self) -> Array:
        """For each positive, the index from which negatives reach its score."""
        return np.searchsorted(self.below.scores, self.above.scores, "left")

    def first_above(self) -> Array:
        """For each positive, the index from which negatives exceed its score."""
        above, below = self.above.scores, self.below.scores
        # Few scores are tied as a rule, so few are looked up a second time.
        first = self.first_not_below.copy()
        reached = below[np.minimum(first, len(below) - 1)]
        tied = np.flatnonzero(reached == above)
        first[tied] = np.searchsorted(below, above[tied], "right")
        return first

    def candidates(self, *, every: bool) -> Array:
        """Thresholds whose predictions differ, ascending; the last predicts least.

        Those at the positives' scores, or with ``every`` at all scores, and one above
        all scores, where nothing is predicted: unless there are scores of inf, which
        reach any threshold.
        """
        above, below = self.above.scores, self.below.scores
        scores = np.concatenate([above, below]) if every else above
        return np.unique(np.append(scores, just_above(self.highest)))

    @property
    def highest(self) -> Any:
        """The highest score."""
        return max(side.scores[-1] for side in (self.above, self.below) if len(side))

    def steps(self, *, every: bool) -> tuple[Array, Counts]:
        """The candidates, and the counts of the predictions at each."""
        thresholds = self.candidates(every=every)
        return thresholds, self.counts_at(thresholds)

    @property
    def lowest(self) -> Any:
        """The lowest score."""
        return min(side.scores[0] for side in (self.above, self.below) if len(side))

    def counts_at(self, thresholds: Array) -> Counts:
        """The counts of the predictions at each threshold."""
        tp, fp, fn, tn = self.cells_at(thresholds)
        return Counts(tp, fp, fn, tn, axis=None)

    def cells_at(self, thresholds: Array) -> Array:
        """The four counts at each threshold, shape (4, n_thresholds)."""
        tp = np.searchsorted(self.above.scores, thresholds)
        fp = np.searchsorted(self.below.scores, thresholds)
        return np.array(
            [
                self.above.weight_from(tp),
                self.below.weight_from(fp),
                self.above.weight_before(tp),
                self.below.weight_before(fp),
            ]
        )

    def next_below(self, thresholds: Array) -> Array:
        """The highest score below each threshold; -inf where there is none."""
        found = np.full(len(thresholds), -np.inf)
        for scores in (self.above.scores, self.below.scores):
            ends = np.searchsorted(scores, thresholds)
            found[ends > 0] = np.maximum(found[ends > 0], scores[ends[ends > 0] - 1])
        return found


def sort_weighted(score: Array, weight: Array) -> Side:
    """Sort scores and their weights."""
    order = np.argsort(score)
    return Side(score[order], weight[order])
