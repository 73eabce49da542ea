"""Lists of labels or a matrix: which of both the truth is, and whether it is valid."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from keras_multilabel.utils.matrices import is_missing

TEXT = (str, bytes, bytearray, memoryview)


def holds_labels(y: Any) -> bool:
    """Whether ``y`` is lists of labels; else it is treated as a matrix.

    Rows of a column are a matrix if all have one length and hold 0, 1, -1 or NaN.
    """
    if (rows := rows_of_column(y)) is not None:
        return not is_multi_hot(rows)
    if not isinstance(y, (list, tuple)):
        return False
    # Rows of numbers of one length are a matrix; anything else is lists of labels.
    lengths = set()
    for row in y:
        if not hasattr(row, "__len__"):
            continue
        lengths.add(len(row))
        if len(lengths) > 1 or 0 in lengths or isinstance(row, (set, frozenset)):
            return True
        if isinstance(row[0], str):
            return True
    return not lengths


def rows_of_column(column: Any) -> list[Any] | None:
    """The rows of a pandas, polars or pyarrow column as Python objects, or None."""
    for name in ("to_list", "to_pylist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return None


def is_multi_hot(rows: Iterable[Any]) -> bool:
    """Whether all rows have one length, and hold only 0, 1, -1 or NaN."""
    lengths = set()
    for row in rows:
        if isinstance(row, (*TEXT, set, frozenset)) or not hasattr(row, "__len__"):
            return False
        lengths.add(len(row))
        if len(lengths) > 1 or 0 in lengths or not all(map(_is_target, row)):
            return False
    return bool(lengths)


def _is_target(value: Any) -> bool:
    is_number = isinstance(value, (bool, int, float, np.number, np.bool_))
    return is_missing(value) or (is_number and bool(value in (0, 1, -1)))


def check_not_multi_hot(rows: Iterable[Any], labels: Iterable[Hashable]) -> None:
    """Raise if rows, which hold these labels, are multi-hot already."""
    if set(labels) <= {-1, 0, 1} and is_multi_hot(rows):
        raise ValueError(
            "rows are multi-hot already: all have one length and hold 0, 1 or -1 only. "
            "Use np.asarray(rows). If these numbers are labels, pass classes=[0, 1]."
        )


def check_no_missing(
    rows: Iterable[Any], name: str, labels: Iterable[Hashable]
) -> None:
    """Raise if a label is None, NaN or <NA>, which stands for no class."""
    if not any(map(is_missing, labels)):
        return
    for index, row in enumerate(rows):
        if missing := [label for label in row if is_missing(label)]:
            raise ValueError(
                f"{name} must name labels; row {index} holds {missing[0]!r}, a missing "
                "one. Leave it out, or give it a name of its own."
            )


def check_rows(rows: Sequence[Any], name: str, start: int) -> None:
    """Raise if a row, of which the first is row ``start``, is no collection."""
    for kind in set(map(type, rows)):
        if issubclass(kind, TEXT) or not hasattr(kind, "__len__"):
            index = next(i for i, row in enumerate(rows) if type(row) is kind)
            _raise_row(rows[index], name, start + index)


def _raise_row(row: Any, name: str, index: int) -> None:
    if isinstance(row, str):
        remedy = 'Pass sep="," if it lists labels, or put it in a list if it is one.'
    elif isinstance(row, TEXT):
        remedy = "Bytes become a string with bytes(row).decode(); put it in a list."
    elif is_missing(row):
        remedy = "A missing row is no list: [] says that there are no labels."
    else:
        remedy = "One label alone goes into a list too."
    raise TypeError(
        f"{name} must be one collection of labels per sample; row {index} is "
        f"{row!r}. {remedy}"
    )
