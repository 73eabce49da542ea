"""The column of each label of each row."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from keras_multilabel.labels.arrow import ArrowRows
from keras_multilabel.labels.forms import check_rows
from keras_multilabel.utils.arguments import Array

CHUNK = 2**13  # rows that are encoded at a time, few enough to stay in the cache
# The first row of a chunk, how many labels each row has, and their columns.
Columns = tuple[int, Array, Array]


class New(dict[Hashable, int]):
    """Label -> column, the next one for a label not seen before."""

    def __missing__(self, label: Hashable) -> int:
        self[label] = column = len(self)
        return column


class Given(dict[Hashable, int]):
    """Label -> column of given classes; -1 for others, which are counted."""

    def __init__(self, classes: list[Hashable]):
        super().__init__((label, column) for column, label in enumerate(classes))
        self.unseen: Counter[Hashable] = Counter()

    def __missing__(self, label: Hashable) -> int:
        self.unseen[label] += 1
        return -1


def columns_of(
    rows: Sequence[Any], name: str, column_of: dict[Hashable, int]
) -> list[Columns]:
    """In chunks: the first row, the number of labels of each row, and their columns."""
    if isinstance(rows, ArrowRows):
        return _arrow_columns(rows, column_of)
    chunks = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        check_rows(chunk, name, start)
        lengths = np.fromiter(map(len, chunk), np.int64, len(chunk))
        # __getitem__ asks __missing__; ``get`` with a default would be slower.
        found = map(column_of.__getitem__, chain.from_iterable(chunk))
        chunks.append((start, lengths, np.fromiter(found, np.int64, lengths.sum())))
    return chunks


def _arrow_columns(rows: ArrowRows, column_of: dict[Hashable, int]) -> list[Columns]:
    lengths, codes, labels = rows.encoded()
    times = np.bincount(codes, minlength=len(labels))
    # A part of a column may list labels that none of its rows has.
    columns = np.full(len(labels), -1)
    for code in np.flatnonzero(times).tolist():
        columns[code] = column_of[labels[code]]
        if isinstance(column_of, Given) and columns[code] < 0:
            column_of.unseen[labels[code]] += int(times[code]) - 1
    found, ends = columns[codes], np.concatenate([[0], np.cumsum(lengths)])
    starts = range(0, len(rows), CHUNK)
    parts = [(start, lengths[start : start + CHUNK]) for start in starts]
    return [
        (start, part, found[ends[start] : ends[start + len(part)]])
        for start, part in parts
    ]


def places_of(column_of: dict[Hashable, int], order: list[Hashable]) -> Array:
    """The position in ``order`` of each column's label."""
    place = np.empty(len(order), np.int64)
    place[[column_of[label] for label in order]] = np.arange(len(order))
    return place


def row_of_each(start: int, lengths: Array) -> Array:
    """The row of each label in a chunk."""
    return np.repeat(np.arange(start, start + len(lengths)), lengths)
