"""How many positives each label has, of truth in any form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from keras_multilabel.labels.encoding import count_rows, sort_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.metrics.counts import count_positives
from keras_multilabel.utils.arguments import Array, check_matrix
from keras_multilabel.utils.dask import is_dask, sum_blocks
from keras_multilabel.utils.streams import is_stream


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """How many positives each label has, and of how many samples it is known.

    Those of two parts of the data add up: columns by their place, names by name, so
    that parts of the data may lack labels that others have.

    Attributes:
        positive: How many samples are known to have the label, shape (n_labels,).
        known: Of how many the truth is known, same shape.
        n_samples: How many samples there are.
        classes: The labels' names, sorted, where they were counted in lists of labels;
            None where they were columns.

    Example:
        >>> import keras_multilabel as kml
        >>> monday = kml.count_labels([["cat"], ["cat", "dog"]])
        >>> tuesday = kml.count_labels([[], ["bird"]])
        >>> both = monday + tuesday
        >>> both.classes, both.positive, both.n_samples
        (['bird', 'cat', 'dog'], array([1, 2, 1]), 4)
    """

    positive: Array
    known: Array
    n_samples: int
    classes: list[Any] | None = None

    @property
    def negative(self) -> Array:
        """``known - positive``."""
        return self.known - self.positive

    def __add__(self, other: LabelCounts) -> LabelCounts:
        if not isinstance(other, LabelCounts):
            return NotImplemented
        if self.classes is not None and other.classes is not None:
            return _add_by_name(self, other)
        for counts, rest in ((self, other), (other, self)):
            # A part without rows has not said whether its rows would be lists.
            if counts.n_samples == 0 and counts.classes == []:
                return rest
        if self.classes != other.classes or len(self.positive) != len(other.positive):
            raise ValueError(
                "Only counts of the same columns, or of lists of labels, add up: every "
                f"batch must have the same labels; got {self._kind()} and "
                f"{other._kind()}."
            )
        return LabelCounts(
            self.positive + other.positive,
            self.known + other.known,
            self.n_samples + other.n_samples,
        )

    def _kind(self) -> str:
        of = "columns" if self.classes is None else "labels in lists"
        return f"{len(self.positive)} {of}"


def count_labels(y: Any) -> LabelCounts:
    """Count how many samples have each label.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN where
            unknown; or as a scipy.sparse matrix; or one list of labels per sample, a
            column of a pandas or polars frame too (where all rows have one length and
            hold 0, 1, -1 or NaN only, they are multi-hot); or a tf.data.Dataset,
            PyDataset or loader of batches (x, y), read once; or a Dask array, or a
            column of label lists of a Dask data frame, whose blocks are counted where
            they are.

    Returns:
        `LabelCounts`: integers. Of lists of labels, those that occur are counted; where
        none does, ``classes`` is empty.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If values are not 0, 1 or unknown, batches differ in their labels,
            or there is no batch.

    Example:
        >>> import keras_multilabel as kml
        >>> counts = kml.count_labels([["cat"], ["dog", "cat"], []])
        >>> dict(zip(counts.classes, counts.positive.tolist()))
        {'cat': 2, 'dog': 1}
        >>> counts = kml.count_labels([[1, 0], [-1, 1], [0, 0]])
        >>> counts.positive, counts.known
        (array([1, 1]), array([2, 3]))
    """
    if is_dask(y):
        counts: LabelCounts = sum_blocks(count_labels, y=y)
        return counts
    if not is_stream(y) and holds_labels(y):
        return _count_lists(y)
    parts = map(_count_matrix, blocks(y))
    first = next(parts, None)
    if first is None:
        raise ValueError("y must have at least one sample; got no batch.")
    return reduce(add, parts, first)


def _count_lists(rows: Any) -> LabelCounts:
    positive, classes, n_samples = count_rows(rows)
    return LabelCounts(positive, np.full(len(classes), n_samples), n_samples, classes)


def _count_matrix(y: Array) -> LabelCounts:
    positive, known = count_positives(check_matrix(y, "y"))
    return LabelCounts(positive, known, len(y))


def _add_by_name(one: LabelCounts, other: LabelCounts) -> LabelCounts:
    positive: Counter[Any] = Counter()
    for counts in (one, other):
        positive.update(
            dict(zip(counts.classes or (), counts.positive.tolist(), strict=True))
        )
    classes = sort_labels(positive)
    n_samples = one.n_samples + other.n_samples
    return LabelCounts(
        np.array([positive[label] for label in classes], np.int64),
        np.full(len(classes), n_samples),
        n_samples,
        classes,
    )
