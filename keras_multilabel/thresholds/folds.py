"""Each label's best threshold on all samples, and without each fold, from one sort.

The scores of each fold are sorted separately. Counts of several folds are the sum of
the counts of each, so each fold is looked up once, and the samples without a fold need
no sort or search of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.metrics.averages import kish, near_one
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.label_sorting import Parts, map_parts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.thresholds.curves import halfway
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.precision import just_above


class Found(NamedTuple):
    """For all samples, and then for those without each fold: shape (1 + n_folds, ...).

    Attributes:
        values: Each label's best threshold, NaN if there is none, (..., n_labels).
        evidence: Effective number of its positives, (..., n_labels).
    """

    values: Array
    evidence: Array


def each_label_without(
    samples: Samples, folds: Sequence[slice], objective: Objective
) -> Found:
    """Each label's own best threshold, as `each_label` finds it without floors.

    Args:
        samples: In the order of the folds, all weights above 0.
        folds: The rows of each fold.
        objective: The score to reach.
    """

    def of_label(parts: Parts, column: int) -> Array:
        own = objective.of_label(column)
        if not any(parts):
            return np.array([np.full(len(parts) + 1, np.nan), np.zeros(len(parts) + 1)])
        label = _Folds(parts, every=not own.monotone)
        return np.array([label.best(own), label.evidence()])

    found = map_parts(of_label, samples.truth, samples.y_score, samples.weight, folds)
    values, evidence = np.array(found).transpose(1, 2, 0)
    return Found(values, evidence)


@dataclass(frozen=True, eq=False)
class _Folds:
    """One label's scores, sorted fold by fold; not all folds are None.

    Results have a row for all folds, and then one for the others of each fold.

    Attributes:
        parts: Scores of each fold; None without known entries.
        every: Whether thresholds at negatives' scores are candidates.
    """

    parts: Parts
    every: bool

    @cached_property
    def known(self) -> list[SortedLabel]:
        """Those that are not None."""
        return [part for part in self.parts if part is not None]

    @cached_property
    def kept(self) -> Array:
        """Which of the known parts each row has, shape (1 + n_folds, n_known)."""
        folds = [at for at, part in enumerate(self.parts) if part is not None]
        return np.arange(-1, len(self.parts))[:, None] != np.array(folds)

    @cached_property
    def thresholds(self) -> Array:
        """The candidates of all folds, ascending; at the last nothing is predicted."""
        return np.unique(
            np.concatenate([part.candidates(every=self.every) for part in self.known])
        )

    def counts(self) -> Counts:
        """Of each row at the candidates, shape (1 + n_folds, n_candidates)."""
        cells = np.array([part.cells_at(self.thresholds) for part in self.known])
        if cells.dtype.kind == "i":
            left = np.where(self.kept.all(1), len(self.known), self.kept.argmin(1))
            none = np.zeros_like(cells[:1])
            found = cells.sum(0) - np.concatenate([cells, none])[left]
        else:
            # In a difference of sums a large weight would hide small ones.
            found = np.array([cells[row].sum(0) for row in self.kept])
        tp, fp, fn, tn = found.swapaxes(0, 1)
        return Counts(tp, fp, fn, tn, axis=None)

    def best(self, objective: Objective) -> Array:
        """The best threshold of each row, NaN if there is none.

        Candidates of the fold left out stay: they are no better than the next one
        above, and of equally good ones the highest is taken.
        """
        counts = self.counts()
        values = objective.values(counts)
        at = values.shape[1] - 1 - values[:, ::-1].argmax(1)
        is_good = self.kept.any(1) & (values.max(1) > -np.inf)
        if objective.needs_positives:
            is_good &= counts.support[:, 0] > 0
        high = np.minimum(self.thresholds[at], just_above(self._highest()))
        below = np.array([part.next_below(high) for part in self.known]).T
        low = np.where(self.kept, below, -np.inf).max(1)
        return np.where(is_good, halfway(high, low), np.nan)

    def _highest(self) -> Array:
        """The highest score of each row, of the type of the scores."""
        highest = np.array([part.highest for part in self.known])
        return np.where(self.kept, highest, highest.dtype.type(-np.inf)).max(1)

    def evidence(self) -> Array:
        """Effective number of positives of each row."""
        weights = [part.above.weight for part in self.known]
        if weights[0] is None:
            return self.kept @ np.array([len(part.above) for part in self.known], float)
        return np.array([self._effective(weights, row) for row in self.kept])

    @staticmethod
    def _effective(weights: Sequence[Any], kept: Array) -> float:
        chosen = [weight for weight, one in zip(weights, kept, strict=True) if one]
        return float(kish(near_one(np.concatenate(chosen or [[]]))[0]))
