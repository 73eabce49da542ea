"""Each label's best threshold on all samples, and without each fold, from one sort.

The scores of each fold are sorted apart. What decisions count in some folds together is
the sum of what they count in each, so that each fold is looked up once, and the samples
without each fold need no sort and no search of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.metrics.averages import near_one
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.label_sorting import Parts, map_parts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.thresholds.search import best_of
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.precision import just_above


class Found(NamedTuple):
    """Of all samples, and then of those without each fold: shape (1 + n_folds, ...).

    Attributes:
        values: Each label's best threshold, NaN where there is none, (..., n_labels).
        evidence: Effective number of its positives, (..., n_labels).
    """

    values: Array
    evidence: Array


def each_label_without(
    samples: Samples, folds: Sequence[slice], objective: Objective
) -> Found:
    """Each label's own best threshold, as `each_label` finds it without floors.

    Args:
        samples: In the order of the folds, with weights above 0.
        folds: The rows of each fold.
        objective: The score to reach.
    """

    def of_label(parts: Parts, column: int) -> Array:
        own = objective.of_label(column)
        label = _Folds(parts, every=not own.monotone)
        found = np.zeros((2, len(parts) + 1))
        for row, fold in enumerate((None, *range(len(parts)))):
            kept = [at for at, part in enumerate(parts) if part and at != fold]
            rest = _Rest(label, kept)
            value = best_of(rest, own) if kept else np.nan
            found[:, row] = value, rest.evidence
        return found

    found = map_parts(of_label, samples.truth, samples.y_score, samples.weight, folds)
    values, evidence = np.array(found).transpose(1, 2, 0)
    return Found(values, evidence)


@dataclass(frozen=True, eq=False)
class _Folds:
    """One label's scores, sorted fold by fold.

    Attributes:
        parts: Those of each fold; None where nothing is known.
        every: Whether thresholds at negatives' scores are candidates.
    """

    parts: Parts
    every: bool

    @cached_property
    def thresholds(self) -> Array:
        """The candidates of all folds, ascending; at the last nothing is decided."""
        present = [part for part in self.parts if part is not None]
        return np.unique(
            np.concatenate([part.candidates(every=self.every) for part in present])
        )

    @cached_property
    def cells(self) -> list[Array]:
        """What each fold counts at these."""
        return [
            np.zeros((4, len(self.thresholds)), np.int64)
            if part is None
            else part.cells_at(self.thresholds)
            for part in self.parts
        ]

    @cached_property
    def total(self) -> Array:
        """What all folds count there."""
        return np.sum(self.cells, axis=0)


@dataclass(frozen=True, eq=False)
class _Rest:
    """The curve of some folds together."""

    label: _Folds
    kept: list[int]

    @cached_property
    def parts(self) -> list[SortedLabel]:
        found = (self.label.parts[fold] for fold in self.kept)
        return [part for part in found if part is not None]

    @property
    def n_positive(self) -> Any:
        return sum(part.n_positive for part in self.parts)

    @property
    def evidence(self) -> float:
        weights = [part.above.weight for part in self.parts]
        known = [weight for weight in weights if weight is not None and len(weight)]
        if not known:
            return float(sum(len(part.above) for part in self.parts))
        weight, _ = near_one(np.concatenate(known))
        return float(weight.sum() ** 2 / (weight @ weight))

    def steps(self, *, every: bool) -> tuple[Array, Counts]:
        # Those of the folds left out stay: they decide no better than the next one
        # above, and of equally good ones the highest is taken.
        beyond = just_above(max(part.highest for part in self.parts))
        tp, fp, fn, tn = self._cells()
        thresholds = np.minimum(self.label.thresholds, beyond)
        return thresholds, Counts(tp, fp, fn, tn, axis=None)

    def _cells(self) -> Array:
        cells = self.label.cells
        if self.label.total.dtype == np.int64:
            left = [each for at, each in enumerate(cells) if at not in self.kept]
            return self.label.total - sum(left)
        # In a difference of sums a large weight would hide small ones.
        return np.sum([cells[fold] for fold in self.kept], axis=0)

    def next_below(self, thresholds: Array) -> Array:
        return np.max([part.next_below(thresholds) for part in self.parts], axis=0)
