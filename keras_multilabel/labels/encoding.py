"""Lists of labels <-> multi-hot arrays, in a fixed order of labels."""

import warnings
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np

from keras_multilabel.labels.arrow import ArrowRows, arrow_rows
from keras_multilabel.labels.columns import (
    CHUNK,
    Columns,
    Given,
    New,
    columns_of,
    places_of,
    row_of_each,
)
from keras_multilabel.labels.forms import (
    check_no_missing,
    check_not_multi_hot,
    rows_of_column,
)
from keras_multilabel.utils.arguments import Array, check_matrix, check_targets, listed
from keras_multilabel.utils.options import OnUnseen

Row = Iterable[Hashable]


def encode_labels(
    rows: Iterable[Row | str],
    classes: Iterable[Hashable] | None = None,
    *,
    sep: str | None = None,
    unknown: Iterable[Row | str] | None = None,
    on_unseen: OnUnseen = "error",
) -> tuple[Array, list[Any]]:
    """Turn lists of labels into multi-hot targets.

    Args:
        rows: One collection of labels per sample: a list of lists, or a pandas,
            polars or pyarrow column of lists. An empty list is a sample without
            labels. With ``sep``, strings such as ``"cat,dog"``.
        classes: The labels in the order of the columns. Default: those that occur in
            ``rows`` or ``unknown``, sorted. Required if the labels are the numbers 0
            and 1: rows of equal length with nothing else are taken as multi-hot.
        sep: What separates the labels if rows are strings. Spaces around labels are
            dropped.
        unknown: Labels whose truth is unknown, one row per sample; they become -1
            unless the same row names them in ``rows``.
        on_unseen: What to do with labels outside ``classes``: ``"error"``, or
            ``"ignore"``, which leaves them out and warns how many there were.

    Returns:
        ``(multi_hot, classes)``: an int8 array (n_samples, n_labels) of 1, 0 and
        -1 (unknown), and the list of labels in the order of its columns.

    Raises:
        TypeError: If a row is a string without ``sep``, bytes, or not a collection.
        ValueError: If a label is missing (None or NaN), rows are multi-hot already and
            ``classes`` is not given, labels are not in ``classes``, classes repeat, or
            ``unknown`` does not have one row per sample.

    Example:
        >>> import keras_multilabel as kml
        >>> y, classes = kml.encode_labels([["cat", "dog"], [], ["bird"]])
        >>> classes
        ['bird', 'cat', 'dog']
        >>> y
        array([[0, 1, 1],
               [0, 0, 0],
               [1, 0, 0]], dtype=int8)
        >>> kml.encode_labels(["dog", "cat, dog"], ["dog", "cat"], sep=",")[0]
        array([[1, 0],
               [1, 1]], dtype=int8)
    """
    if on_unseen not in get_args(OnUnseen):
        raise ValueError(f'on_unseen must be "error" or "ignore"; got {on_unseen!r}.')
    entries = look_up_labels(rows, classes, sep=sep, unknown=unknown)
    multi_hot = np.zeros((entries.n_rows, len(entries.order)), np.int8)
    for row, column, value in entries.parts():
        multi_hot[row, column] = value
    report_unseen(entries.unseen, on_unseen, "on_unseen")
    return multi_hot, entries.order


class Entries(NamedTuple):
    """Which rows name which labels, in chunks of rows."""

    n_rows: int
    order: list[Any]
    # Labels outside the given classes, and how often each occurs.
    unseen: Counter[Hashable]
    # Value, and in chunks: the first row, the number of labels per row, their columns.
    found: list[tuple[list[Columns], int]]
    place: Array

    def parts(self) -> Iterator[tuple[Array, Array, int]]:
        """Rows and columns of entries, and their value: -1 first, which 1 overrides."""
        for chunks, value in self.found:
            for start, lengths, columns in chunks:
                row = row_of_each(start, lengths)
                seen = columns >= 0
                if not seen.all():
                    row, columns = row[seen], columns[seen]
                yield row, self.place[columns], value

    def rows_with_unseen(self) -> Array:
        """The rows that name a label outside the classes, in ascending order."""
        rows = [
            row_of_each(start, lengths)[columns < 0]
            for chunks, _ in self.found
            for start, lengths, columns in chunks
        ]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)


def look_up_labels(
    rows: Iterable[Row | str],
    classes: Iterable[Hashable] | None,
    *,
    sep: str | None,
    unknown: Iterable[Row | str] | None,
) -> Entries:
    """Find the column of each label of each row; arguments of `encode_labels`."""
    positive = _as_list(rows, "rows", sep)
    doubtful = None if unknown is None else _as_list(unknown, "unknown", sep)
    if doubtful is not None and len(doubtful) != len(positive):
        raise ValueError(
            f"unknown must have one row per sample ({len(positive)}); "
            f"got {len(doubtful)}."
        )
    column_of = New() if classes is None else Given(_check_classes(classes))
    found = [
        (columns_of(rows, name, column_of), value)
        for rows, name, value in (
            (doubtful or [], "unknown", -1),
            (positive, "rows", 1),
        )
    ]
    unseen = column_of.unseen if isinstance(column_of, Given) else Counter()
    labels = unseen if isinstance(column_of, Given) else column_of
    check_no_missing(positive, "rows", labels)
    check_no_missing(doubtful or [], "unknown", labels)
    if classes is None:
        check_not_multi_hot(positive, labels)
    order = sort_labels(column_of) if classes is None else list(column_of)
    if not order:
        raise ValueError(
            "rows hold no label at all: encode_labels(..., classes=[...]) names them."
        )
    return Entries(len(positive), order, unseen, found, places_of(column_of, order))


def count_rows(rows: Iterable[Row]) -> tuple[Array, list[Any], int]:
    """How many rows have each label, the labels sorted, and the number of rows.

    The column sums of `encode_labels`, without the matrix.
    """
    samples = _as_list(rows, "rows", None)
    column_of = New()
    chunks = columns_of(samples, "rows", column_of)
    check_no_missing(samples, "rows", column_of)
    n_labels = len(column_of)
    kind = np.int32 if n_labels * CHUNK < 2**31 else np.int64  # the former sorts faster
    counts: Array = np.zeros(n_labels, np.int64)
    for _, lengths, columns in chunks:
        counts += np.bincount(columns, minlength=n_labels)
        # A label that a row names twice counts once: sorted keys show it.
        row: Array = np.repeat(np.arange(len(lengths), dtype=kind), lengths)
        key = columns.astype(kind) * len(lengths) + row
        key.sort()
        again = key[1:][key[1:] == key[:-1]] // len(lengths)
        counts -= np.bincount(again, minlength=n_labels)
    order = sort_labels(column_of)
    return counts[np.argsort(places_of(column_of, order))], order, len(samples)


def decode_labels(multi_hot: Any, classes: Sequence[Any]) -> list[list[Any]]:
    """Turn multi-hot targets, or predictions, back into lists of labels.

    Args:
        multi_hot: Shape (n_samples, n_labels): 1 means that the label is present; 0,
            and -1 or NaN (unknown), that it is left out.
        classes: The labels in the order of the columns.

    Returns:
        One list of labels per sample, in the order of ``classes``.

    Raises:
        TypeError: If ``multi_hot`` does not hold numbers.
        ValueError: If ``classes`` does not name each column, or there are other values
            than those above.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.decode_labels([[0, 1, 1], [0, 0, 0]], ["bird", "cat", "dog"])
        [['cat', 'dog'], []]
    """
    positive, _ = check_targets(check_matrix(multi_hot, "multi_hot"))
    if len(classes) != positive.shape[1]:
        raise ValueError(
            f"classes must name the {positive.shape[1]} columns of multi_hot; "
            f"got {len(classes)}."
        )
    names = [classes[column] for column in np.nonzero(positive)[1].tolist()]
    ends = np.cumsum(positive.sum(1, dtype=np.int64)).tolist()
    return [names[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _as_list(rows: Any, name: str, sep: str | None) -> Sequence[Any]:
    """Return the rows as a list, with strings split; or as an Arrow column."""
    if isinstance(rows, str):
        raise TypeError(f"{name} must be one list of labels per sample; got a string.")
    held = rows if isinstance(rows, ArrowRows) else arrow_rows(rows)
    if held is not None:
        return held
    # Iterating over a polars column gives columns, over a pyarrow one its own scalars.
    column = rows_of_column(rows)
    rows = list(rows) if column is None else column
    if sep is not None:
        return [_split(row, sep) if isinstance(row, str) else row for row in rows]
    return rows


def _split(row: str, sep: str) -> list[str]:
    return [label for part in row.split(sep) if (label := part.strip())]


def _check_classes(classes: Iterable[Hashable]) -> list[Hashable]:
    if isinstance(classes, str):
        raise TypeError(f"classes must be a list of labels; got {classes!r}.")
    order = list(classes)
    if len(set(order)) != len(order):
        twice = [label for label, count in Counter(order).items() if count > 1]
        raise ValueError(f"classes must differ; got {listed(twice)} more than once.")
    if not order:
        raise ValueError("classes must name at least one label; got none.")
    return order


def sort_labels(labels: Iterable[Hashable]) -> list[Hashable]:
    """The labels sorted; if they have no order, a TypeError with a remedy."""
    try:
        return sorted(labels)  # type: ignore[type-var]
    except TypeError as error:
        raise TypeError(
            "Labels of different types have no order: pass classes=[...], or make "
            f"them all strings ({error})."
        ) from error


def report_unseen(unseen: Counter[Hashable], policy: str, option: str) -> None:
    """Raise or warn, depending on the option, if labels are not classes."""
    if not unseen:
        return
    found = f"{unseen.total()} labels outside classes: {listed(list(unseen))}"
    if policy == "error":
        raise ValueError(
            f'{found}. Add them to classes, or pass {option}="ignore" to leave '
            "them out."
        )
    warnings.warn(f"Left out {found}.", stacklevel=3)
