"""Counting: truth and decisions -> `Counts`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.byte_sums import ColumnSums, blocks, row_sums
from keras_multilabel.metrics.counts import OUTCOMES, Counts
from keras_multilabel.utils.arguments import (
    Array,
    check_decisions,
    check_targets,
    sides,
)
from keras_multilabel.utils.dask import is_dask, sum_blocks
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.rows import (
    Rows,
    check_pair,
    check_rows,
    check_sample_weight,
    check_weighed,
)

_Entries = tuple[Array, Array, Array, Array | None]
# Truth and decisions of a block -> their entries.
_Reader = Callable[[Array, Array], _Entries]


def confusion_counts(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    axis: int | None = 0,
    label_names: Iterable[Any] | None = None,
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
        label_names: One name per label, for the counts to carry along. Default: those
            of the columns, where an argument is a data frame.

    Returns:
        `Counts`: integers, or floats where ``sample_weight`` is given.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ or values are not 0, 1 or unknown; or if ``axis``
            is 1 with Dask; or if ``label_names`` is not one name per label, or there
            are no counts per label to name.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0, 1], [0, 1, -1]]
        >>> y_pred = [[1, 1, 0], [0, 1, 1]]
        >>> kml.confusion_counts(y_true, y_pred, label_names=["cat", "dog", "cow"])
        Counts of 3 labels
             tp  fp  fn  tn
        cat   1   0   0   1
        dog   1   1   0   0
        cow   0   0   1   0
        >>> kml.confusion_counts(y_true, y_pred, axis=1).tp.tolist()
        [1, 1]
    """
    if axis not in (0, 1, None):
        raise ValueError(f"axis must be 0, 1 or None; got {axis!r}.")
    if is_dask(y_true, y_pred, sample_weight):
        counts = _count_dask(y_true, y_pred, sample_weight, axis)
    else:
        counts = _count(check_pair(y_true, y_pred, "y_pred", sample_weight), axis)
    if axis == 0:
        names = given_names(label_names, len(counts.tp), y_true, y_pred)
        return replace(counts, label_names=names)
    if label_names is None:
        return counts
    return replace(counts, label_names=list(label_names))


def _count(rows: Rows, axis: int | None) -> Counts:
    count = _count_rows if axis == 1 else _count_columns
    with np.errstate(over="ignore"):
        counts = count(rows.y_true, rows.other, rows.weight, _outcomes)
        is_finite = np.isfinite(counts.total).all()
    if rows.weight is not None and not is_finite:
        raise ValueError(
            "sample_weight must have a finite sum; it overflows float64, the largest "
            f"weight is {rows.weight.max():g}. Scale the weights down: "
            "scores are the same."
        )
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
    n_positive, n_known = (ColumnSums(y_true.shape[1]) for _ in range(2))
    for block in blocks(y_true, y_true.itemsize):
        positive, known = check_targets(y_true[block])
        n_positive.add(positive, len(positive))
        n_known.add(known, len(positive))
    return n_positive.total, n_known.total


def _count_dask(y_true: Any, y_pred: Any, weight: Any, axis: int | None) -> Counts:
    if axis == 1:
        raise ValueError(
            "axis=1 gives a count for every sample, which is no sum over blocks: with "
            "Dask, axis must be 0 or None."
        )
    counts: Counts = sum_blocks(
        _count_block, y_true=y_true, y_pred=y_pred, sample_weight=weight
    )
    check_weighed(counts.total.any(), weight)
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
    if weight is not None:
        return _weight_columns(y_true, y_pred, weight, read)
    sums = [ColumnSums(y_true.shape[1]) for _ in OUTCOMES]
    for block in blocks(y_true, y_true.itemsize):
        outcomes = read(y_true[block], y_pred[block])
        for column_sums, entries in zip(sums, outcomes, strict=True):
            column_sums.add(entries, len(outcomes[0]))
    tp, fp, fn, tn = _four(*(column_sums.total for column_sums in sums))
    return Counts(tp, fp, fn, tn, axis=0)


def _weight_columns(
    y_true: Array, y_pred: Array, weight: Array, read: _Reader
) -> Counts:
    total = np.zeros((4, y_true.shape[1]))
    for block in blocks(y_true, weight.itemsize):
        outcomes = _apart(*read(y_true[block], y_pred[block]))
        for row, entries in zip(total, outcomes, strict=True):
            row += weight[block] @ entries.astype(np.float64)
    tp, fp, fn, tn = total
    return Counts(tp, fp, fn, tn, axis=0)


def _count_rows(
    y_true: Array, y_pred: Array, weight: Array | None, read: _Reader
) -> Counts:
    sums = np.full((4, len(y_true)), y_true.shape[1], np.int32)
    for block in blocks(y_true, y_true.itemsize):
        outcomes = read(y_true[block], y_pred[block])
        for row, entries in zip(sums, outcomes, strict=True):
            if entries is not None:
                row[block] = row_sums(entries)
    total = _four(*sums)
    if weight is not None:
        total = [outcome * weight for outcome in total]
    return Counts(*total, axis=1)


def _outcomes(y_true: Array, y_pred: Array) -> _Entries:
    """Per entry, 0 or 1: either positive, truth positive, predicted positive, known.

    None stands for 1 everywhere, which takes no memory and no adding up.
    """
    if y_true.itemsize == y_pred.itemsize == 1:
        truth, decisions = y_true.view(np.uint8), y_pred.view(np.uint8)
        either = truth | decisions
        if either.max(initial=0) <= 1:
            return either, truth, decisions, None
    return _entries(*check_targets(y_true), check_decisions(y_pred))


def _outcomes_of_checked(truth: Array, decisions: Array) -> _Entries:
    return _entries(*sides(truth), decisions)


def _entries(truth: Array, known: Array | None, decisions: Array) -> _Entries:
    if known is not None:
        decisions = decisions & known
    return truth | decisions, truth, decisions, known


def _apart(either: Array, truth: Array, decisions: Array, known: Array | None) -> Any:
    """Per entry, 0 or 1: tp, fp, fn, tn.

    Weights are summed apart: a difference of sums loses the small beside the large.
    """
    negative = either ^ (1 if known is None else known)
    return truth & decisions, either ^ truth, either ^ decisions, negative


def _four(either: Array, truth: Array, decisions: Array, known: Array) -> list[Array]:
    """Sums of the entries -> tp, fp, fn, tn."""
    missed = either - decisions
    return [truth - missed, either - truth, missed, known - either]
