"""Counting: truth and decisions -> `Counts`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.byte_sums import ColumnSums, blocks
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.tallies import Entries, tally
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

# Truth and decisions of a block -> their entries.
_Reader = Callable[[Array, Array], Entries]


@overload
def confusion_counts(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    axis: int | None = 0,
    label_names: Iterable[Any] | None = None,
) -> Counts: ...
@overload
def confusion_counts(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    axis: tuple[int, int],
    label_names: Iterable[Any] | None = None,
) -> tuple[Counts, Counts]: ...


def confusion_counts(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    axis: int | tuple[int, int] | None = 0,
    label_names: Iterable[Any] | None = None,
) -> Counts | tuple[Counts, Counts]:
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
            per sample), None over both; (0, 1) gives those per label and those per
            sample, read from the data once.
        label_names: One name per label, for the counts to carry along. Default: those
            of the columns, where an argument is a data frame.

    Returns:
        `Counts`: integers, or floats where ``sample_weight`` is given. Two of them for
        ``axis=(0, 1)``.

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
        >>> per_label, per_sample = kml.confusion_counts(y_true, y_pred, axis=(0, 1))
        >>> per_label.tp.tolist(), per_sample.tp.tolist()
        ([1, 1, 0], [1, 1])
    """
    if axis not in (0, 1, None, (0, 1)):
        raise ValueError(f"axis must be 0, 1, None or (0, 1); got {axis!r}.")
    axes = axis if isinstance(axis, tuple) else (axis,)
    if is_dask(y_true, y_pred, sample_weight):
        # (With both axes the second one, which it refuses.)
        found = [_count_dask(y_true, y_pred, sample_weight, axes[-1])]
    else:
        found = _count(check_pair(y_true, y_pred, "y_pred", sample_weight), axes)
    if 0 in axes:
        columns = given_names(label_names, len(found[0].tp), y_true, y_pred)
        found[0] = replace(found[0], label_names=columns)
    elif label_names is not None:
        return replace(found[0], label_names=list(label_names))
    return found[0] if len(found) == 1 else (found[0], found[1])


def _count(rows: Rows, axes: Sequence[int | None]) -> list[Counts]:
    kinds = [axis or 0 for axis in axes]
    with np.errstate(over="ignore"):
        found = _tallied(rows.y_true, rows.other, rows.weight, kinds, _outcomes)
        is_finite = rows.weight is None or all(
            np.isfinite(counts.total).all() for counts in found
        )
    if rows.weight is not None and not is_finite:
        raise ValueError(
            "sample_weight must have a finite sum; it overflows float64, the largest "
            f"weight is {rows.weight.max():g}. Scale the weights down: "
            "scores are the same."
        )
    return [
        counts.sum() if axis is None else counts
        for axis, counts in zip(axes, found, strict=True)
    ]


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
        return _count(rows, [axis])[0], rows.weight
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
    pair = check_pair(y_true, y_pred, "y_pred", weight, of_part=True)
    return _count(pair, [0])[0]


def count_checked(
    truth: Array, decisions: Array, weight: Array | None, axis: int = 0
) -> Counts:
    """`confusion_counts` of what `check_truth` gave and of decisions as bytes."""
    decisions = decisions.view(np.uint8)
    return _tallied(truth, decisions, weight, [axis], _outcomes_of_checked)[0]


def _tallied(
    y_true: Array,
    y_pred: Array,
    weight: Array | None,
    axes: Sequence[int],
    read: _Reader,
) -> list[Counts]:
    tallies = [tally(axis, y_true.shape, weight) for axis in axes]
    itemsize = y_true.itemsize if weight is None else weight.itemsize
    for block in blocks(y_true, itemsize):
        entries = read(y_true[block], y_pred[block])
        for each in tallies:
            each.add(block, entries)
    return [each.counts() for each in tallies]


def _outcomes(y_true: Array, y_pred: Array) -> Entries:
    if y_true.itemsize == y_pred.itemsize == 1:
        truth, decisions = y_true.view(np.uint8), y_pred.view(np.uint8)
        either = truth | decisions
        if either.max(initial=0) <= 1:
            return either, truth, decisions, None
    return _entries(*check_targets(y_true), check_decisions(y_pred))


def _outcomes_of_checked(truth: Array, decisions: Array) -> Entries:
    return _entries(*sides(truth), decisions)


def _entries(truth: Array, known: Array | None, decisions: Array) -> Entries:
    if known is not None:
        decisions = decisions & known
    return truth | decisions, truth, decisions, known
