"""Checked truth and scores, and the ranking scores of each label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.proportions import effective_size
from keras_multilabel.evaluation.ranking_influence import Bins
from keras_multilabel.evaluation.units import (
    Units,
    check_groups,
    check_has_samples,
)
from keras_multilabel.metrics.averages import kish
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import Array

RANKINGS = ("average_precision", "roc_auc")
# The variance of ROC AUC is mixed with that of this many positives with exponential
# scores: few positives do not show how they vary.
PRIOR_POSITIVES = 5.0
# Influences on a perfect ranking, or of a single group, are 0 except for rounding.
ROUNDING = 1e-12


class Ranked(NamedTuple):
    """One score of one label, or of all pooled.

    Attributes:
        value: The score; NaN where it is undefined.
        size: Effective number of trials: a share of so many is as certain.
        n_units: Effective number of units with positives.
        bias: By how much the sample's score is too high on average.
        influence: Each unit's contribution to the score, shape (n_units,); None where
            it is undefined.
    """

    value: float
    size: float
    n_units: float
    bias: float
    influence: Array | None


UNDEFINED = Ranked(np.nan, 0.0, 0.0, 0.0, None)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Truth, scores and units.

    Attributes:
        samples: int8 truth, scores, and weights near 1 (or None).
        units: What varies independently.
    """

    samples: Samples
    units: Units

    @classmethod
    def of(
        cls,
        y_true: npt.ArrayLike,
        y_score: npt.ArrayLike,
        groups: Any,
        sample_weight: npt.ArrayLike | None,
    ) -> Ranking:
        """Check them; rows of weight 0 do not count."""
        check_has_samples(y_true)
        samples = Samples.of(y_true, y_score, sample_weight)
        group = check_groups(groups, len(samples.truth), samples.sample)
        present = samples.present
        if group is not None and samples.weight is not None:
            group = group[samples.weight > 0]
        units = Units.of(len(present.truth), present.weight, group)
        kept = Samples(present.truth, present.y_score, units.weight)
        return cls(kept, units)

    def label(self, column: int) -> tuple[Ranked, Ranked]:
        """Average precision and ROC AUC of one label."""
        truth = np.ascontiguousarray(self.samples.truth[:, column])
        score, weight = self.samples.y_score[:, column], self.units.weight
        known = None if truth.min() >= 0 else truth >= 0
        if known is not None:
            truth, score = truth[known], score[known]
            weight = None if weight is None else weight[known]
        positive = truth == 1
        if not positive.any():
            return UNDEFINED, UNDEFINED
        bins = Bins.of(positive, score, weight)
        n_positive, n_units = self._sizes(positive, weight, known)
        found = bins.average_precision()
        influence = self._in_units(found.of_rows, known)
        most = self._most(n_positive, n_units)
        # Boyd: AP varies at least as a share with as many trials as positives.
        size = min(_size(found.value, influence, n_units, most), n_positive)
        bias = found.value - bins.precision_of_others()
        precision = Ranked(found.value, size, n_units, bias, influence)
        if positive.all():
            return precision, UNDEFINED
        found = bins.roc_auc()
        influence = self._in_units(found.of_rows, known)
        n_negative = self._sizes(~positive, weight, known)[0]
        typical = hanley_mcneil_size(found.value, n_positive, n_negative)
        most = self._most(typical, n_units)
        varied = n_units / _size(found.value, influence, n_units, np.inf)
        size = (n_units + PRIOR_POSITIVES) / (varied + PRIOR_POSITIVES / most)
        return precision, Ranked(found.value, size, n_units, 0.0, influence)

    def _sizes(
        self, side: Array, weight: Array | None, known: Array | None
    ) -> tuple[float, float]:
        """Effective numbers of the rows of one side, and of the units they lie in."""
        n_rows = float(side.sum()) if weight is None else float(kish(weight[side]))
        if self.units.group is None:
            return n_rows, n_rows
        return n_rows, float(kish(self._in_units(side.astype(float), known)))

    def _in_units(self, of_rows: Array, known: Array | None) -> Array:
        """Values of the known rows, weighted and summed in each unit."""
        if known is not None:
            every = np.zeros(len(known))
            every[known] = of_rows
            of_rows = every
        of_units = self.units.add_up(of_rows)
        return of_units if np.sqrt(of_units @ of_units) > ROUNDING else 0.0 * of_units

    def _most(self, size: float, n_units: float) -> float:
        """The size to use if the rows show no variance; groups may be of one kind."""
        return size if self.units.group is None else min(size, n_units)


def _size(value: float, influence: Array, n_units: float, most: float) -> float:
    """Effective number of trials, as the units vary."""
    few = n_units / (n_units - 1) if n_units > 1 else 1.0
    return float(effective_size(value, float(influence @ influence) * few, most))


def hanley_mcneil_size(auc: float, n_positive: float, n_negative: float) -> float:
    """The number of trials at which a share varies as an AUC of exponential scores.

    It is AUC (1 - AUC) over Hanley and McNeil's variance, written so that nothing is
    divided by 0 if the AUC is 1.
    """
    above = (n_positive - 1) * (1 - auc) / (2 - auc)
    below = (n_negative - 1) * auc / (1 + auc)
    return n_positive * n_negative / (1 + max(above, 0.0) + max(below, 0.0))
