"""`Counts`: true and false positives and negatives, which all scores rest on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import (
    given_names,
    label_index,
    merged_names,
    names_at,
    shown_names,
)
from keras_multilabel.utils.tables import Table, Tabular, counted

OUTCOMES = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, eq=False, repr=False)
class Counts(Tabular):
    """True and false positives and negatives, in four arrays of one shape.

    Counts of two parts of the data add up to those of the whole, so they merge over
    batches, files and machines; ratios are computed once, at the end. ``counts["dog"]``
    are the counts of one label, and ``to_frame()`` returns the printed table as a data
    frame.

    Attributes:
        tp: True positives: how many (or what weight of) entries are 1 in both.
        fp: False positives: 0 in ``y_true``, 1 in ``y_pred``.
        fn: False negatives: 1 in ``y_true``, 0 in ``y_pred``.
        tn: True negatives: 0 in both.
        axis: The axis of ``y_true`` that was counted over: 0 gives counts per label,
            shape ``(..., n_labels)``; 1 counts per sample, shape ``(n_samples,)``; None
            one total, shape ``(...,)``.
        label_names: The labels' names, in the order of the last axis; None if not
            given. Plots and tuning use them.

    Example:
        >>> import keras_multilabel as kml
        >>> names = ["cat", "dog"]
        >>> monday = kml.confusion_counts(
        ...     [[1, 0], [1, 1]], [[1, 1], [0, 1]], label_names=names
        ... )
        >>> tuesday = kml.confusion_counts([[0, 1]], [[0, 1]], label_names=names)
        >>> monday + tuesday
        Counts of 2 labels
             tp  fp  fn  tn
        cat   1   0   1   1
        dog   2   1   0   0
        >>> (monday + tuesday)["dog"]
        Counts(tp=2, fp=1, fn=0, tn=0)
        >>> (monday + tuesday).sum()
        Counts(tp=3, fp=1, fn=1, tn=1)
    """

    tp: Array
    fp: Array
    fn: Array
    tn: Array
    axis: int | None = 0
    label_names: list[Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        arrays = [np.asarray(array) for array in self._arrays()]
        if len({array.shape for array in arrays}) != 1:
            raise ValueError(
                "tp, fp, fn and tn must have one shape; got "
                f"{', '.join(str(array.shape) for array in arrays)}."
            )
        for name, array in zip(OUTCOMES, arrays, strict=True):
            object.__setattr__(self, name, _widened(array, self.axis))
        if self.label_names is not None:
            object.__setattr__(self, "label_names", self._check_names())

    def _arrays(self) -> list[Array]:
        return [getattr(self, name) for name in OUTCOMES]

    def _check_names(self) -> list[Any] | None:
        if self.axis != 0 or self.tp.ndim == 0:
            raise ValueError(
                "label_names go with counts per label, over axis 0, of the shape "
                f"(..., n_labels); got counts over axis {self.axis} of the shape "
                f"{self.tp.shape}."
            )
        return given_names(self.label_names, self.tp.shape[-1])

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
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        names = merged_names(self.label_names, other.label_names)
        return _counts((a + b for a, b in pairs), self.axis, names)

    def __getitem__(self, label: Any) -> "Counts":
        """Counts of one label or several.

        Args:
            label: A name or a position; or a list of either, a slice or a mask, for
                several. (For counts per sample: positions of samples.)

        Returns:
            `Counts`: for a single label without the axis of labels, like one total.

        Raises:
            KeyError: If no label has that name.
            IndexError: If there is no such position.
        """
        index = label_index(label, self.label_names)
        arrays = [array[..., index] for array in self._arrays()]
        is_one = arrays[0].ndim < self.tp.ndim
        names = None if is_one else names_at(self.label_names, index)
        axis = None if is_one else self.axis
        return _counts(arrays, axis, names)

    def sum(self, axis: int = -1) -> "Counts":
        """Add the counts up over one of their axes: over labels, or samples."""
        arrays = [array.sum(axis) for array in self._arrays()]
        if self.axis != 0 or axis in (-1, self.tp.ndim - 1):
            return _counts(arrays, None, None)
        return _counts(arrays, 0, self.label_names)

    def _table(self) -> Table:
        shape, columns = self.tp.shape, dict(zip(OUTCOMES, self._arrays(), strict=True))
        if not shape:
            values = ", ".join(f"{name}={value}" for name, value in columns.items())
            return Table(f"Counts({values})")
        if len(shape) > 1:
            of = f" of {counted(shape[-1], 'label')}" if self.axis == 0 else ""
            return Table(f"Counts{of}, shape {shape}")
        if self.axis != 0:
            kind = "sample" if self.axis == 1 else "total"
            title = f"Counts of {counted(shape[0], kind)}"
            return Table(title, range(shape[0]), columns, kind)
        names = shown_names(self.label_names, shape[0])
        return Table(f"Counts of {counted(shape[0], 'label')}", names, columns)


def _counts(
    arrays: Iterable[Array], axis: int | None, names: list[Any] | None
) -> Counts:
    tp, fp, fn, tn = arrays
    return Counts(tp, fp, fn, tn, axis, label_names=names)


def _widened(array: Array, axis: int | None) -> Array:
    """Counts in a type that their sums cannot overflow."""
    # Counts of a sample are at most the number of labels.
    if axis == 1 and array.dtype == np.int32 and array.max(initial=0) < 2**29:
        return array
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64, copy=False)
