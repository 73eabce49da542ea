"""Counts of the predictions at each threshold, label by label.

Searches for thresholds need nothing else from the data. `metrics.samples.Samples`
answers from scores that it sorts, `Sorted` from scores that are sorted already, `Steps`
from counts at given thresholds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array, are_probabilities
from keras_multilabel.utils.precision import just_above

Result = TypeVar("Result")


class Curve(Protocol):
    """Counts of one label's predictions at each threshold."""

    @property
    def n_positive(self) -> Any:
        """Number of positives, or their total weight."""

    def candidates(self, *, every: bool) -> Array:
        """Thresholds whose predictions differ, ascending; the last predicts least."""

    def steps(self, *, every: bool) -> tuple[Array, Counts]:
        """The candidates, and the counts at each."""

    def counts_at(self, thresholds: Array) -> Counts:
        """Counts of the predictions at each threshold."""

    def next_below(self, thresholds: Array) -> Array:
        """The highest score below each threshold; -inf where there is none."""


class Curves(Protocol):
    """The curves of all labels."""

    @property
    def counts(self) -> Counts:
        """Counts per label if nothing is predicted."""

    @property
    def evidence(self) -> Array:
        """Number of positives of each label; with weights, the effective number."""

    @property
    def probabilities(self) -> bool:
        """Whether all scores lie from 0 to 1."""

    def map(self, function: Callable[[Curve, int], Result]) -> list[Result | None]:
        """``function(curve, column)`` for each label; None without known entries."""

    def counts_at(self, values: Array) -> Counts:
        """Counts per label at one threshold each."""


@dataclass(frozen=True, eq=False)
class Sorted:
    """Curves of scores that are sorted already."""

    ranked: SortedScores

    @cached_property
    def counts(self) -> Counts:
        """Counts per label if nothing is predicted."""
        tp, fp, fn, tn = self.ranked.cells_at(np.full(self.ranked.num_labels, np.inf))
        # Scores of inf reach any threshold.
        none = np.zeros_like(tp)
        return Counts(none, none, fn + tp, tn + fp)

    @cached_property
    def evidence(self) -> Array:
        """Effective number of positives of each label."""
        found = self.ranked.map(lambda label, _: label.above.effective_size)
        return np.array([size or 0.0 for size in found])

    @property
    def probabilities(self) -> bool:
        """Whether all scores lie from 0 to 1."""
        return self.ranked.probabilities

    def map(self, function: Callable[[Curve, int], Result]) -> list[Result | None]:
        """Hand each label's scores to ``function``."""
        return self.ranked.map(function)

    def counts_at(self, values: Array) -> Counts:
        """Counts per label at one threshold each."""
        return Counts(*self.ranked.cells_at(values))


@dataclass(frozen=True, eq=False)
class _Steps:
    """One label's curve from counts at given thresholds, ascending."""

    thresholds: Array
    counts: Counts

    @property
    def n_positive(self) -> Any:
        return self.counts.support[0]

    def candidates(self, *, every: bool) -> Array:
        return self.thresholds

    def steps(self, *, every: bool) -> tuple[Array, Counts]:
        return self.thresholds, self.counts

    def counts_at(self, thresholds: Array) -> Counts:
        index = np.searchsorted(self.thresholds, thresholds)
        c = self.counts
        return Counts(c.tp[index], c.fp[index], c.fn[index], c.tn[index], axis=None)

    def next_below(self, thresholds: Array) -> Array:
        # The scores between two thresholds are not known, so no threshold is moved.
        return thresholds


@dataclass(frozen=True, eq=False)
class Steps:
    """Counts at thresholds, ascending: shape (n_thresholds, n_labels)."""

    thresholds: Array
    all_counts: Counts

    @classmethod
    def of(cls, thresholds: Array, counts: Counts) -> "Steps":
        """Add a threshold above all others, where nothing is predicted.

        Not if the highest is inf already: scores of inf are predicted at any threshold.
        """
        if (
            thresholds.ndim != 1
            or len(thresholds) == 0
            or counts.tp.ndim != 2
            or len(counts.tp) != len(thresholds)
            or not (np.diff(thresholds) > 0).all()
        ):
            raise ValueError(
                "Counts at thresholds must have the shape (n_thresholds, n_labels), "
                f"the thresholds ascending; got counts of shape {counts.tp.shape} at "
                f"thresholds of shape {thresholds.shape}."
            )
        if thresholds[-1] == np.inf:
            return cls(thresholds, counts)
        c, top = counts, just_above(thresholds[-1])
        none = np.zeros_like(c.tp[-1:])
        return cls(
            np.append(thresholds, top),
            Counts(
                np.concatenate([c.tp, none]),
                np.concatenate([c.fp, none]),
                np.concatenate([c.fn, c.support[-1:]]),
                np.concatenate([c.tn, c.fp[-1:] + c.tn[-1:]]),
                axis=None,
            ),
        )

    def map(self, function: Callable[[Curve, int], Result]) -> list[Result | None]:
        """Hand each label's counts to ``function``."""
        known = self.counts.total > 0
        return [
            function(_Steps(self.thresholds, self._label(column)), column)
            if known[column]
            else None
            for column in range(len(known))
        ]

    def _label(self, column: int) -> Counts:
        return self._at((slice(None), column))

    def _at(self, index: Any, axis: int | None = None) -> Counts:
        c = self.all_counts
        return Counts(c.tp[index], c.fp[index], c.fn[index], c.tn[index], axis)

    def counts_at(self, values: Array) -> Counts:
        """Counts per label at one threshold each."""
        rows = np.searchsorted(self.thresholds, values)
        rows = np.minimum(rows, len(self.thresholds) - 1)
        return self._at((rows, np.arange(len(values))), axis=0)

    @cached_property
    def counts(self) -> Counts:
        """Counts per label if nothing is predicted."""
        return self._at(-1, axis=0)

    @property
    def evidence(self) -> Array:
        """Number of positives of each label."""
        return self.counts.support

    @property
    def probabilities(self) -> bool:
        """Whether all thresholds lie from 0 to 1."""
        # The last one predicts nothing, and may lie just above 1.
        return are_probabilities(self.thresholds[:-1])


def lowered(curve: Curve, thresholds: Array) -> Array:
    """Half-way from each threshold to the next score below: same predictions."""
    return halfway(thresholds, curve.next_below(thresholds))


def halfway(high: npt.ArrayLike, low: npt.ArrayLike) -> Array:
    """The middle between two scores, or ``high`` if there is no number between."""
    high, low = np.asarray(high, np.float64), np.asarray(low, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        middle = (high + low) / 2
    # Neighboring floats have none, and -inf has no middle to anything.
    return np.where((low < middle) & (middle <= high), middle, high)
