"""Truth, scores and weights in one checked value, which need not be checked again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import near_one
from keras_multilabel.metrics.confusion_counts import count_checked
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.label_sorting import map_labels
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.utils.arguments import (
    Array,
    are_probabilities,
    check_scores,
    check_truth,
)
from keras_multilabel.utils.parallel import equal_parts, map_threads
from keras_multilabel.utils.rows import check_pair, check_rows

Result = TypeVar("Result")

# Entries that are predicted and counted at a time.
BLOCK = 2**19


@dataclass(frozen=True, eq=False)
class Samples:
    """Truth, scores and weights of samples, checked once.

    Attributes:
        truth: int8, shape (n_samples, n_labels): 1, 0 and, where unknown, -1.
        y_score: float32 or float64 without NaN, same shape.
        weight: float64, shape (n_samples,), or None.
        sample: For labels per step or pixel, the sample that each row is a position of,
            ascending; None if each row is a sample.
    """

    truth: Array
    y_score: Array
    weight: Array | None
    sample: Array | None = None

    @classmethod
    def of(
        cls,
        y_true: npt.ArrayLike,
        y_score: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None,
    ) -> "Samples":
        """Check truth, scores and weights."""
        rows = check_pair(y_true, y_score, "y_score", sample_weight)
        truth = check_truth(check_rows(rows.y_true))
        return cls(truth, check_scores(rows.other, truth), rows.weight, rows.sample)

    def rows(self, chosen: Array) -> "Samples":
        """Some of the samples."""
        weight = None if self.weight is None else self.weight[chosen]
        return Samples(self.truth[chosen], self.y_score[chosen], weight)

    def scaled(self) -> tuple["Samples", float]:
        """The same with weights near 1, and the unit that they were divided by.

        Their sums, squares and products neither overflow nor vanish. The unit is a
        power of 2, so that nothing is rounded and ties stay ties; or, if all weights
        are equal, that weight, so that they count like no weights.
        """
        if self.weight is None or not self.weight.any():
            return self, 1.0
        largest = self.weight.max()
        if (self.weight[self.weight > 0] == largest).all():
            return replace(self, weight=self.weight / largest), float(largest)
        weight, exponent = near_one(self.weight)
        return replace(self, weight=weight), float(np.ldexp(1.0, exponent))

    @property
    def present(self) -> "Samples":
        """The samples with nonzero weight: rows of weight 0 do not count."""
        if self.weight is None or self.weight.all():
            return self
        return self.rows(self.weight > 0)

    @property
    def pooled(self) -> "Samples":
        """All labels as one column."""
        truth, weight = self.truth, self.weight
        repeated = None if weight is None else np.repeat(weight, truth.shape[1])
        return Samples(truth.reshape(-1, 1), self.y_score.reshape(-1, 1), repeated)

    def map(
        self, function: Callable[[SortedLabel, int], Result]
    ) -> list[Result | None]:
        """Sort each label's scores, and hand them to ``function``."""
        present = self.present
        return map_labels(function, present.truth, present.y_score, present.weight)

    def predict(self, values: Array) -> Array:
        """1 where a score reaches its threshold, as bool."""
        return self.y_score >= values

    def in_positions(self, rows: Array, shape: tuple[int, ...]) -> Array:
        """Results for each row, in the shape of the given data."""
        return rows if self.sample is None else rows.reshape(shape)

    def counts_at(self, values: Array) -> Counts:
        """Counts per label at one threshold each."""
        if self.weight is not None:
            return self.count(self.predict(values))

        def of_rows(part: slice) -> Counts:
            return count_checked(self.truth[part], self.y_score[part] >= values, None)

        # In blocks that stay in the cache, so that predictions are read from memory
        # once.
        blocks = equal_parts(len(self.truth), max(1, BLOCK // self.truth.shape[1]))
        counts = map_threads(of_rows, blocks, entries=self.truth.size)
        return sum(counts[1:], start=counts[0])

    def count(self, predictions: Array, axis: int = 0) -> Counts:
        """Counts of predictions, bytes of 0 and 1: per label, or per sample."""
        return count_checked(self.truth, predictions, self.weight, axis)

    @cached_property
    def counts(self) -> Counts:
        """Counts per label if nothing is predicted."""
        return self.count(self._nothing)

    @cached_property
    def evidence(self) -> Array:
        """Effective number of positives of each label."""
        if self.weight is None:
            return self.counts.support
        # Kish's effective sample size: a constant weight of 0.1 or 10 changes nothing.
        weight, exponent = near_one(self.weight)
        squares = replace(self, weight=weight**2).counts.support
        support = np.ldexp(self.counts.support, -exponent)
        return support**2 / np.where(squares > 0, squares, 1)

    @property
    def _nothing(self) -> Array:
        return np.broadcast_to(np.uint8(0), self.truth.shape)

    @cached_property
    def probabilities(self) -> bool:
        """Whether all scores lie from 0 to 1."""
        return are_probabilities(self.y_score)
