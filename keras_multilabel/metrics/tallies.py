"""What blocks of truth and decisions are added up in: counts per label, per sample."""

from typing import Protocol

import numpy as np

from keras_multilabel.metrics.byte_sums import ColumnSums, row_sums
from keras_multilabel.metrics.counts import OUTCOMES, Counts
from keras_multilabel.utils.arguments import Array

# Per entry of a block, 0 or 1: either positive, truth positive, predicted positive,
# known. None stands for 1 everywhere, which takes no memory and no adding up.
Entries = tuple[Array, Array, Array, Array | None]


class Tally(Protocol):
    """Adds up entries of one block of rows after another."""

    def add(self, block: slice, entries: Entries) -> None:
        """Add the rows of a block."""

    def counts(self) -> Counts:
        """Counts of all blocks; asked for once."""


def tally(axis: int, shape: tuple[int, ...], weight: Array | None) -> Tally:
    """The tally of counts over an axis of truth of that shape."""
    if axis == 1:
        return PerSample(shape, weight)
    return PerLabel(shape) if weight is None else WeightedPerLabel(shape, weight)


class PerLabel:
    """Counts per label."""

    def __init__(self, shape: tuple[int, ...]):
        self._sums = [ColumnSums(shape[1]) for _ in OUTCOMES]

    def add(self, block: slice, entries: Entries) -> None:
        """Add the rows of a block."""
        for sums, kind in zip(self._sums, entries, strict=True):
            sums.add(kind, len(entries[0]))

    def counts(self) -> Counts:
        """Counts of all blocks; asked for once."""
        either, truth, decisions, known = (sums.total for sums in self._sums)
        return Counts(*_four(either, truth, decisions, known))


class WeightedPerLabel:
    """Weights per label.

    Those of each outcome are summed apart: a difference of sums loses the small beside
    the large.
    """

    def __init__(self, shape: tuple[int, ...], weight: Array):
        self._weight = weight
        self._total = np.zeros((4, shape[1]))

    def add(self, block: slice, entries: Entries) -> None:
        """Add the rows of a block."""
        for total, outcome in zip(self._total, _apart(*entries), strict=True):
            total += self._weight[block] @ outcome.astype(np.float64)

    def counts(self) -> Counts:
        """Weights of all blocks; asked for once."""
        tp, fp, fn, tn = self._total
        return Counts(tp, fp, fn, tn)


class PerSample:
    """Counts per sample, times its weight."""

    def __init__(self, shape: tuple[int, ...], weight: Array | None):
        self._weight = weight
        self._sums = np.full((4, shape[0]), shape[1], np.int32)

    def add(self, block: slice, entries: Entries) -> None:
        """Add the rows of a block."""
        for sums, kind in zip(self._sums, entries, strict=True):
            if kind is not None:
                sums[block] = row_sums(kind)

    def counts(self) -> Counts:
        """Counts of all blocks; asked for once."""
        either, truth, decisions, known = self._sums
        tp, fp, fn, tn = _four(either, truth, decisions, known)
        if self._weight is not None:
            tp, fp, fn, tn = (each * self._weight for each in (tp, fp, fn, tn))
        return Counts(tp, fp, fn, tn, axis=1)


def _apart(
    either: Array, truth: Array, decisions: Array, known: Array | None
) -> tuple[Array, ...]:
    """Per entry, 0 or 1: tp, fp, fn, tn."""
    negative = either ^ (1 if known is None else known)
    return truth & decisions, either ^ truth, either ^ decisions, negative


def _four(
    either: Array, truth: Array, decisions: Array, known: Array
) -> tuple[Array, Array, Array, Array]:
    """Sums of the entries -> tp, fp, fn, tn, which take their place in memory."""
    missed = np.subtract(either, decisions, out=decisions)
    known -= either
    either -= truth
    truth -= missed
    return truth, either, missed, known
