"""Expected counts, if scores are the probabilities that labels are true.

A sample of probability p counts as p of a positive and 1 - p of a negative. Searches
for thresholds use these counts as they would counts of the truth, which is not read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import Side, SortedLabel
from keras_multilabel.thresholds.curves import Curve
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array, blank_unknown, check_probabilities
from keras_multilabel.utils.parallel import equal_parts, map_threads

Result = TypeVar("Result")

# Entries summed at a time, few enough for the cache.
BLOCK = 2**16
REMEDY = (
    'method="expected" takes them for what is true: fit a LabelCalibrator to the '
    "scores, and pass what its predict_proba gives."
)


@dataclass(frozen=True, eq=False)
class ExpectedCurves:
    """Curves of expected counts.

    Attributes:
        samples: Probabilities and weights; the truth only says which entries are
        unknown.
    """

    samples: Samples

    @classmethod
    def of(cls, samples: Samples) -> "ExpectedCurves":
        """Check that scores are probabilities."""
        check_probabilities(
            blank_unknown(samples.y_score, samples.truth), "y_score", REMEDY
        )
        return cls(samples)

    @property
    def probabilities(self) -> bool:
        """Whether all scores lie from 0 to 1."""
        return True

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return int(self.samples.truth.shape[1])

    @cached_property
    def counts(self) -> Counts:
        """Counts per label if nothing is predicted."""
        positive, total = self._sums(lambda _, p, weight: (weight * p, weight))
        none = np.zeros_like(total)
        return Counts(none, none, positive, np.maximum(total - positive, 0))

    @cached_property
    def evidence(self) -> Array:
        """Effective number of expected positives of each label."""
        sums = self._sums(lambda _, p, weight: (weight * p, weight**2 * p))
        return sums[0] ** 2 / np.where(sums[1] > 0, sums[1], 1)

    def map(self, function: Callable[[Curve, int], Result]) -> list[Result | None]:
        """Sort each label's scores, and hand them to ``function``."""

        def of_label(column: int) -> Result | None:
            score, p, weight = self._label(column)
            if len(score) == 0:
                return None
            order = np.argsort(score)
            score, p, weight = score[order], p[order], weight[order]
            sides = Side(score, weight * p), Side(score, weight * (1 - p))
            return function(SortedLabel(*sides), column)

        return self._map_threads(of_label, range(self.n_labels))

    def counts_at(self, values: Array) -> Counts:
        """Expected counts per label at one threshold each."""

        def terms(score: Array, p: Array, weight: Array) -> tuple[Array, Array]:
            chosen = weight * (score >= values)
            return chosen * p, chosen

        tp, predicted = self._sums(terms)
        # Rounding may put the sums of a part just above the whole.
        tp = np.minimum(tp, self.counts.fn)
        fp = np.clip(predicted - tp, 0, self.counts.tn)
        return Counts(tp, fp, self.counts.fn - tp, self.counts.tn - fp)

    def lowest_predicted(self, values: Array) -> Array:
        """Each label's lowest score at or above a threshold; inf if there is none."""

        def lowest(part: slice) -> Array:
            score = self.samples.y_score[part]
            predicted = (score >= values) & (self.samples.truth[part] >= 0)
            return score.min(0, initial=np.inf, where=predicted)

        return np.min(self._map_threads(lowest, self._blocks), axis=0)

    @property
    def _blocks(self) -> list[slice]:
        return equal_parts(len(self.samples.truth), max(1, BLOCK // self.n_labels))

    def _sums(self, terms: Callable[[Array, Array, Array], tuple[Array, ...]]) -> Array:
        """Sums over known samples of terms of score, probability and weight."""
        samples = self.samples

        def of_block(part: slice) -> Array:
            score, weight = samples.y_score[part], samples.truth[part] >= 0
            if samples.weight is not None:
                weight = weight * samples.weight[part, None]
            parts = terms(score, _probability(score), weight.astype(np.float64))
            return np.array([term.sum(0) for term in parts])

        return np.sum(self._map_threads(of_block, self._blocks), axis=0)

    def _map_threads(self, function: Callable[[Any], Any], items: Any) -> list[Any]:
        return map_threads(function, items, entries=self.samples.truth.size)

    def _label(self, column: int) -> tuple[Array, Array, Array]:
        """Scores, probabilities and weights of the known samples."""
        known = self.samples.truth[:, column] >= 0
        score = self.samples.y_score[known, column]
        weight = self.samples.weight
        weight = np.ones(len(score)) if weight is None else weight[known]
        return score, _probability(score), weight


def _probability(score: Array) -> Array:
    # Rounding may carry it above 1.
    return np.clip(score.astype(np.float64), 0, 1)


def at_break_even(
    curves: ExpectedCurves, objective: Objective, *, pooled: bool
) -> Array:
    """The best threshold of each label, or with ``pooled`` of all together.

    Dinkelbach's method for a ratio. Predict the samples that raise the score at the
    current ratio, compute the new ratio, and repeat until the samples stay the same.
    That takes few steps and no sort. At the threshold one more predicted positive
    neither raises nor lowers the score, so it is also best for other samples with such
    probabilities.
    """
    known = curves.counts.total > 0
    break_even = objective.break_even
    assert break_even is not None
    if objective.adds_up:
        return np.where(known, break_even(np.zeros(len(known))), np.nan)
    reached = np.full(1 if pooled else len(known), -np.inf)
    found = values = np.zeros(len(known))
    while True:
        counts = curves.counts_at(values)
        now = objective.values(_pooled(counts) if pooled else counts)
        better = now > reached
        if not better.any():
            break
        reached, found = np.where(better, now, reached), np.where(better, values, found)
        values = np.where(better, break_even(reached), values)
    # Rounding may put it just above the lowest score that it should reach.
    lowest = curves.lowest_predicted(found)
    if pooled:
        value = min(break_even(reached)[0], lowest.min())
        return np.full(len(known), value if curves.counts.fn.any() else np.nan)
    values = np.minimum(break_even(reached), lowest)
    return np.where(curves.counts.fn > 0, values, np.nan)


def _pooled(counts: Counts) -> Counts:
    total = counts.sum()
    tp, fp, fn, tn = np.array([total.tp, total.fp, total.fn, total.tn])[:, None]
    return Counts(tp, fp, fn, tn, axis=None)
