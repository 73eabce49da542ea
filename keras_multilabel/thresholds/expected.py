"""Counts that are expected where scores are the probabilities that labels are true.

A sample of probability p is p of a positive and 1 - p of a negative, so searches for
thresholds find here what they find in counts of the truth: no label is looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_scores import Side, SortedScores
from keras_multilabel.thresholds.curves import Curve
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array, blank_unknown, check_probabilities
from keras_multilabel.utils.parallel import map_threads

Result = TypeVar("Result")

REMEDY = (
    'method="expected" takes them for what is true: fit a LabelCalibrator to the '
    "scores, and pass what its predict_proba gives."
)


@dataclass(frozen=True, eq=False)
class ExpectedCurves:
    """Curves of expected counts.

    Attributes:
        samples: Probabilities and weights; of the truth only what is unknown is used.
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
        """How many labels there are."""
        return int(self.samples.truth.shape[1])

    @cached_property
    def counts(self) -> Counts:
        """Counts per label when nothing is decided."""
        return self.counts_at(np.full(self.n_labels, np.inf))

    @cached_property
    def evidence(self) -> Array:
        """Effective number of expected positives of each label."""

        def of_label(column: int) -> float:
            _, p, weight = self._label(column)
            squares = weight**2 @ p
            return float((weight @ p) ** 2 / squares) if squares else 0.0

        return np.array(map_threads(of_label, range(self.n_labels)))

    def map(self, function: Callable[[Curve, int], Result]) -> list[Result | None]:
        """Sort each label's scores, and hand them to ``function``."""

        def of_label(column: int) -> Result | None:
            score, p, weight = self._label(column)
            if len(score) == 0:
                return None
            order = np.argsort(score)
            score, p, weight = score[order], p[order], weight[order]
            sides = Side(score, weight * p), Side(score, weight * (1 - p))
            return function(SortedScores(*sides), column)

        return map_threads(of_label, range(self.n_labels))

    def counts_at(self, values: Array) -> Counts:
        """Expected counts per label at one threshold each."""

        def of_label(column: int) -> tuple[float, ...]:
            score, p, weight = self._label(column)
            decided = score >= values[column]
            positive, negative = weight * p, weight * (1 - p)
            return (
                positive[decided].sum(),
                negative[decided].sum(),
                positive[~decided].sum(),
                negative[~decided].sum(),
            )

        cells = map_threads(of_label, range(self.n_labels))
        return Counts(*np.array(cells).reshape(-1, 4).T)

    def same_decisions(self, some: Array, others: Array) -> Array:
        """Where two thresholds of a label decide the same, per label."""

        def of_label(column: int) -> bool:
            score, _, _ = self._label(column)
            n_decided = [np.sum(score >= values[column]) for values in (some, others)]
            return bool(n_decided[0] == n_decided[1])

        return np.array(map_threads(of_label, range(self.n_labels)))

    def _label(self, column: int) -> tuple[Array, Array, Array]:
        """Scores, probabilities and weights of the known samples."""
        known = self.samples.truth[:, column] >= 0
        score = self.samples.y_score[known, column]
        weight = self.samples.weight
        weight = np.ones(len(score)) if weight is None else weight[known]
        # Rounding may carry a probability above 1.
        return score, np.clip(score.astype(np.float64), 0, 1), weight


def at_break_even(
    values: Array, curves: ExpectedCurves, objective: Objective, *, pooled: bool
) -> Array:
    """Move thresholds to where one more decision neither gains nor loses.

    There they are best for other samples of the same probabilities too. Between the
    two scores that a threshold separates nothing changes on those tuned on; where
    rounding or ties would take it out of there, it stays.
    """
    if objective.break_even is None:
        return values
    counts = curves.counts_at(values)
    reached = objective.values(counts.sum() if pooled else counts)
    moved = np.broadcast_to(objective.break_even(reached), values.shape)
    same = curves.same_decisions(values, moved) & ~np.isnan(values) & ~np.isnan(moved)
    return np.where(same, moved, values)
