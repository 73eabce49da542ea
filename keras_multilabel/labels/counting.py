"""How many positives each label has, from truth in any form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from operator import add
from typing import Any

import numpy as np

from keras_multilabel.labels.encoding import count_rows, encode_labels, sort_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.confusion_counts import count_positives
from keras_multilabel.utils.arguments import Array, check_matrix
from keras_multilabel.utils.dask import is_dask, sum_blocks
from keras_multilabel.utils.label_names import (
    LabelNames,
    given_names,
    library_of,
    merged_names,
    shown_names,
    unknown_label,
)
from keras_multilabel.utils.streams import is_stream
from keras_multilabel.utils.tables import Table, Tabular, counted


@dataclass(frozen=True, eq=False, repr=False)
class LabelCounts(Mapping[Any, int], Tabular):
    """How many positives each label has, and for how many samples it is known.

    A mapping from label to number of positives; for columns without names, from
    position. Counts of two parts of the data add up: columns by position, labels in
    lists by name, so that parts of the data may lack labels that others have.
    ``to_frame()`` returns the printed table as a data frame.

    Attributes:
        positive: How many samples are known to have the label, shape (n_labels,).
        known: For how many the truth is known, same shape.
        n_samples: Number of samples.
        classes: The labels' names, sorted, if they were counted in lists of labels;
            None if they were columns.
        label_names: The same as text, or the names of the columns; None if not given.

    Example:
        >>> import keras_multilabel as kml
        >>> monday = kml.count_labels([["cat"], ["cat", "dog"]])
        >>> tuesday = kml.count_labels([[], ["bird"]])
        >>> both = monday + tuesday
        >>> both
        LabelCounts of 3 labels in 4 samples
              positive  known   share
        bird         1      4  0.2500
        cat          2      4  0.5000
        dog          1      4  0.2500
        >>> both["cat"], both.most_common(1)
        (2, [('cat', 2)])
    """

    positive: Array
    known: Array
    n_samples: int
    classes: list[Any] | None = None
    label_names: list[Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        names = given_names(self.label_names, len(self.positive))
        if names is None and self.classes is not None:
            names = LabelNames(map(str, self.classes), library_of(self.classes))
        object.__setattr__(self, "label_names", names)

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
            # A part without rows may be lists or columns.
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
            label_names=merged_names(self.label_names, other.label_names),
        )

    def __getitem__(self, label: Any) -> int:
        if label not in self:
            raise unknown_label(label, self.label_names)
        return self._by_label[label]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._by_label)

    def __len__(self) -> int:
        return len(self._by_label)

    def __contains__(self, label: object) -> bool:
        return isinstance(label, Hashable) and label in self._by_label

    def __eq__(self, other: object) -> bool:
        """Whether all counts are equal; for any other mapping, the positives."""
        if not isinstance(other, LabelCounts):
            return bool(self._by_label == other)
        return (
            self._by_label == other._by_label
            and np.array_equal(self.known, other.known)
            and self.n_samples == other.n_samples
        )

    __hash__ = None  # type: ignore[assignment]

    def most_common(self, n: int | None = None) -> list[tuple[Any, int]]:
        """The ``n`` most frequent labels with their counts; by default all.

        Among equal counts the earlier label comes first.
        """
        return Counter(self._by_label).most_common(n)

    @cached_property
    def _by_label(self) -> dict[Any, int]:
        names = self.label_names if self.classes is None else self.classes
        labels = range(len(self.positive)) if names is None else names
        return dict(zip(labels, self.positive.tolist(), strict=True))

    def _table(self) -> Table:
        n_labels = len(self.positive)
        names = shown_names(self.label_names, n_labels)
        columns = {
            "positive": self.positive,
            "known": self.known,
            "share": divide(self.positive, self.known, np.nan),
        }
        labels, samples = counted(n_labels, "label"), counted(self.n_samples, "sample")
        return Table(f"LabelCounts of {labels} in {samples}", names, columns)

    def _kind(self) -> str:
        of = "columns" if self.classes is None else "labels in lists"
        return f"{len(self.positive)} {of}"


def count_labels(y: Any, *, label_names: Iterable[Any] | None = None) -> LabelCounts:
    """Count how many samples have each label.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN where
            unknown; or as a scipy.sparse matrix; or one list of labels per sample, also
            as a column of a pandas or polars frame (if all rows have the same length
            and hold only 0, 1, -1 or NaN, they are multi-hot); or a tf.data.Dataset,
            PyDataset or loader of batches (x, y), read once; or a Dask array, or a
            column of label lists of a Dask data frame, whose blocks are counted where
            they are.
        label_names: One name per column. For lists: the labels to count, so that those
            that never occur count 0. Default: the names of a data frame's columns, or
            all labels that occur.

    Returns:
        `LabelCounts`: integers. In lists, the labels that occur are counted; if none
        does, ``classes`` is empty.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If values are not 0, 1 or unknown, batches differ in their labels,
            there is no batch, ``label_names`` is not one name per column, or lists hold
            labels that are not in it.

    Example:
        >>> import keras_multilabel as kml
        >>> counts = kml.count_labels([["cat"], ["dog", "cat"], []])
        >>> dict(counts)
        {'cat': 2, 'dog': 1}
        >>> counts = kml.count_labels([[1, 0], [-1, 1], [0, 0]])
        >>> counts.positive, counts.known
        (array([1, 1]), array([2, 3]))
    """
    given = None if label_names is None else list(label_names)
    if is_dask(y):
        counts: LabelCounts = sum_blocks(partial(count_labels, label_names=given), y=y)
        return counts
    if not is_stream(y) and holds_labels(y):
        return _count_lists(y, given)
    parts = map(_count_matrix, blocks(y))
    first = next(parts, None)
    if first is None:
        raise ValueError("y must have at least one sample; got no batch.")
    counts = reduce(add, parts, first)
    return replace(counts, label_names=given_names(given, len(counts.positive), y))


def _count_lists(rows: Any, classes: list[Any] | None) -> LabelCounts:
    if classes is None:
        positive, classes, n_samples = count_rows(rows)
    else:
        y, classes = encode_labels(rows, classes)
        positive, n_samples = count_positives(y)[0], len(y)
    classes = LabelNames(classes, library_of(rows))
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
    library = library_of(one.classes, other.classes)
    classes = LabelNames(sort_labels(positive), library)
    n_samples = one.n_samples + other.n_samples
    return LabelCounts(
        np.array([positive[label] for label in classes], np.int64),
        np.full(len(classes), n_samples),
        n_samples,
        classes,
    )
