"""Counts: true and false positives and negatives, the idea all scores rest on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.byte_sums import blocks, column_sums, row_sums
from keras_multilabel.utils.arguments import (
    Array,
    check_decisions,
    check_targets,
    sides,
)
from keras_multilabel.utils.dask import is_dask, sum_blocks
from keras_multilabel.utils.rows import (
    Rows,
    check_pair,
    check_rows,
    check_sample_weight,
)

_Entries = tuple[Array, Array, Array, Array | None]
# Truth and decisions of a block -> their entries.
_Reader = Callable[[Array, Array], _Entries]


@dataclass(frozen=True, eq=False)
class Counts:
    """True and false positives and negatives, in four arrays of one shape.

    Counts of two parts of the data add up to those of the whole, so they merge
    over batches, files and machines; ratios are taken once, at the end.

    Attributes:
        tp: True positives: how many (or what weight of) entries are 1 in both.
        fp: False positives: 0 in ``y_true``, 1 in ``y_pred``.
        fn: False negatives: 1 in ``y_true``, 0 in ``y_pred``.
        tn: True negatives: 0 in both.
        axis: The axis of ``y_true`` that was counted over: 0 gives counts per
            label, shape ``(..., n_labels)``; 1 counts per sample, shape
            ``(n_samples,)``; None one total, shape ``(...,)``.

    Example:
        >>> import keras_multilabel as kml
        >>> monday = kml.confusion_counts([[1, 0], [1, 1]], [[1, 1], [0, 1]])
        >>> tuesday = kml.confusion_counts([[0, 1]], [[0, 1]])
        >>> (monday + tuesday).tp
        array([1, 2])
        >>> (monday + tuesday).sum()
        Counts(tp=3, fp=1, fn=1, tn=1)
    """

    tp: Array
    fp: Array
    fn: Array
    tn: Array
    axis: int | None = 0

    def __post_init__(self) -> None:
        arrays = [np.asarray(getattr(self, name)) for name in ("tp", "fp", "fn", "tn")]
        if len({array.shape for array in arrays}) != 1:
            raise ValueError(
                "tp, fp, fn and tn must have one shape; got "
                f"{', '.join(str(array.shape) for array in arrays)}."
            )
        for name, array in zip(("tp", "fp", "fn", "tn"), arrays, strict=True):
            object.__setattr__(self, name, _widened(array, self.axis))

    @property
    def support(self) -> Array:
        """``tp + fn``, the positives in ``y_true``."""
        return self.tp + self.fn

    @property
    def predicted(self) -> Array:
        """``tp + fp``, the positives in ``y_pred``."""
        return self.tp + self.fp

    @property
    def total(self) -> Array:
        """``tp + fp + fn + tn``, the known entries."""
        return self.tp + self.fp + self.fn + self.tn

    def __add__(self, other: "Counts") -> "Counts":
        if not isinstance(other, Counts):
            return NotImplemented
        if self.axis == 1 or self.axis != other.axis or self.tp.shape != other.tp.shape:
            raise ValueError(
                "Only counts of the same labels add up: both over axis 0 (or None) "
                f"and of one shape; got axis {self.axis} {self.tp.shape} and "
                f"axis {other.axis} {other.tp.shape}."
            )
        return Counts(
            self.tp + other.tp,
            self.fp + other.fp,
            self.fn + other.fn,
            self.tn + other.tn,
            self.axis,
        )

    def sum(self, axis: int = -1) -> "Counts":
        """Add the counts up over one axis of theirs: over labels, or samples."""
        arrays = (self.tp, self.fp, self.fn, self.tn)
        tp, fp, fn, tn = (array.sum(axis) for array in arrays)
        return Counts(tp, fp, fn, tn, axis=None)

    def __repr__(self) -> str:
        return f"Counts(tp={self.tp}, fp={self.fp}, fn={self.fn}, tn={self.tn})"


def _widened(array: Array, axis: int | None) -> Array:
    """Counts in a type that sums of them do not leave."""
    # Those of a sample are at most the number of labels.
    if axis == 1 and array.dtype == np.int32:
        return array
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64, copy=False)


def confusion_counts(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    axis: int | None = 0,
) -> Counts:
    """Count true and false positives and negatives, per label or per sample.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where it is unknown. Unknown entries are left out. Of labels per step
            or pixel, shape (n_samples, ..., n_labels), each position is a sample.
        y_pred: Decisions, 0 and 1, same shape. Each of the arrays may be a Dask array
            or data frame, whose blocks are counted where they are.
        sample_weight: Shape (n_samples,), or one for each position, (n_samples, ...).
            A row of weight 2 counts twice.
        axis: 0 counts over samples (a count per label), 1 over labels (a count
            per sample), None over both.

    Returns:
        `Counts`: integers, or floats where ``sample_weight`` is given.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ or values are not 0, 1 or unknown; or if ``axis``
            is 1 with Dask.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0, 1], [0, 1, -1]]
        >>> y_pred = [[1, 1, 0], [0, 1, 1]]
        >>> kml.confusion_counts(y_true, y_pred)
        Counts(tp=[1 1 0], fp=[0 1 0], fn=[0 0 1], tn=[1 0 0])
        >>> kml.confusion_counts(y_true, y_pred, axis=1).tp.tolist()
        [1, 1]
    """
    if axis not in (0, 1, None):
        raise ValueError(f"axis must be 0, 1 or None; got {axis!r}.")
    if is_dask(y_true, y_pred, sample_weight):
        return _count_dask(y_true, y_pred, sample_weight, axis)
    return _count(check_pair(y_true, y_pred, "y_pred", sample_weight), axis)


def _count(rows: Rows, axis: int | None) -> Counts:
    count = _count_rows if axis == 1 else _count_columns
    counts = count(rows.y_true, rows.other, rows.weight, _outcomes)
    return counts.sum() if axis is None else counts


def take_counts(
    y_true: npt.ArrayLike | Counts,
    y_pred: npt.ArrayLike | None,
    sample_weight: npt.ArrayLike | None,
    axis: int,
) -> tuple[Counts, Array | None]:
    """Count over ``axis``, or check counts that were taken before; and the weights."""
    if not isinstance(y_true, Counts):
        if y_pred is None:
            raise TypeError("y_pred is missing: pass y_true and y_pred, or Counts.")
        if is_dask(y_true, y_pred, sample_weight):
            return _count_dask(y_true, y_pred, sample_weight, axis), None
        rows = check_pair(y_true, y_pred, "y_pred", sample_weight)
        check_rows(rows.y_true)
        return _count(rows, axis), rows.weight
    if y_pred is not None:
        raise TypeError("Counts hold the decisions already: pass them alone.")
    if y_true.axis not in (axis, None):
        raise ValueError(
            f"This score needs counts over axis {axis} (0: per label, 1: per sample); "
            f"got counts over axis {y_true.axis}. Take them with "
            f"confusion_counts(..., axis={axis})."
        )
    if sample_weight is None or axis == 0:
        return y_true, None
    return y_true, check_sample_weight(sample_weight, y_true.tp.shape)


def count_positives(y_true: Array) -> tuple[Array, Array]:
    """How many positives and known entries each label has, each (n_labels,)."""
    n_known, n_positive = np.zeros((2, y_true.shape[1]), np.int64)
    for block in blocks(y_true, y_true.itemsize):
        positive, known = check_targets(y_true[block])
        n_positive += column_sums(positive, len(positive), None)
        n_known += column_sums(known, len(positive), None)
    return n_positive, n_known


def _count_dask(y_true: Any, y_pred: Any, weight: Any, axis: int | None) -> Counts:
    if axis == 1:
        raise ValueError(
            "axis=1 gives a count for every sample, which is no sum over blocks: with "
            "Dask, axis must be 0 or None."
        )
    counts: Counts = sum_blocks(
        _count_block, y_true=y_true, y_pred=y_pred, sample_weight=weight
    )
    return counts if axis == 0 else counts.sum()


def _count_block(y_true: Array, y_pred: Array, weight: Array | None) -> Counts:
    return _count(check_pair(y_true, y_pred, "y_pred", weight, of_part=True), 0)


def count_checked(
    truth: Array, decisions: Array, weight: Array | None, axis: int = 0
) -> Counts:
    """`confusion_counts` of what `check_truth` gave and of decisions as bytes."""
    count = _count_rows if axis == 1 else _count_columns
    return count(truth, decisions.view(np.uint8), weight, _outcomes_of_checked)


def _count_columns(
    y_true: Array, y_pred: Array, weight: Array | None, read: _Reader
) -> Counts:
    total = np.zeros((4, y_true.shape[1]), np.int64 if weight is None else float)
    for block in blocks(y_true, y_true.itemsize if weight is None else 8):
        row_weight = None if weight is None else weight[block]
        outcomes = read(y_true[block], y_pred[block])
        if weight is not None:
            outcomes = _apart(*outcomes)
        for row, entries in zip(total, outcomes, strict=True):
            row += column_sums(entries, len(outcomes[0]), row_weight)
    tp, fp, fn, tn = _four(total) if weight is None else total
    return Counts(tp, fp, fn, tn, axis=0)


def _count_rows(
    y_true: Array, y_pred: Array, weight: Array | None, read: _Reader
) -> Counts:
    total = np.empty((4, len(y_true)), np.int32)
    for block in blocks(y_true, y_true.itemsize):
        outcomes = read(y_true[block], y_pred[block])
        total[:, block] = _four(
            [row_sums(entries, y_true.shape[1]) for entries in outcomes]
        )
    tp, fp, fn, tn = total if weight is None else total * weight
    return Counts(tp, fp, fn, tn, axis=1)


def _outcomes(y_true: Array, y_pred: Array) -> _Entries:
    """Per entry, 0 or 1: both positive, truth positive, predicted positive, known.

    None stands for 1 everywhere, which takes no memory and no adding up.
    """
    return _entries(*check_targets(y_true), check_decisions(y_pred))


def _outcomes_of_checked(truth: Array, decisions: Array) -> _Entries:
    return _entries(*sides(truth), decisions)


def _entries(positive: Array, known: Array | None, decisions: Array) -> _Entries:
    if known is not None:
        decisions = decisions & known
    return positive & decisions, positive, decisions, known


def _apart(both: Array, truth: Array, decision: Array, known: Array | None) -> _Entries:
    """Per entry, 0 or 1: tp, fp, fn, tn.

    Weights are summed apart: a difference of sums loses the small beside the large.
    """
    negative = (truth | decision) ^ (1 if known is None else known)
    return both, decision ^ both, truth ^ both, negative


def _four(sums: Any) -> Any:
    """Sums of the four outcomes -> tp, fp, fn, tn."""
    both, truth, decision, known = sums
    # Weights may round to just below zero.
    negative = np.maximum(known - truth - decision + both, 0)
    return both, decision - both, truth - both, negative
