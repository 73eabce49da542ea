"""A table of images and labels, checked before any training."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from keras_multilabel.images.files import (
    check_no_repeats,
    missing_rows,
    paths_of,
    where_they_were_sought,
)
from keras_multilabel.labels.arrow import arrow_rows
from keras_multilabel.labels.encoding import Entries, report_unseen
from keras_multilabel.labels.sparse import encode_sparse
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.parallel import map_threads


@dataclass(frozen=True)
class Columns:
    """The names of the columns, and what separates labels in strings."""

    filename: str
    labels: str | None
    unknown: str | None
    sample_weight: str | None
    sep: str | None


@dataclass(frozen=True)
class Policies:
    """What to do with rows that cannot be used."""

    missing_file: str
    unreadable: str
    unseen_label: str


@dataclass(frozen=True, eq=False)
class Samples:
    """The usable rows of a table, and the others.

    ``labels`` are int8 CSR of 1 and -1; ``reasons`` name the dropped rows and files.
    """

    frame: nw.DataFrame[Any]
    rows: Array
    paths: list[str]
    labels: Any
    weights: Array | None
    class_names: list[Any]
    reasons: dict[int, tuple[str, str]]

    def take(self, places: Array) -> Samples:
        """Some of the samples."""
        return replace(
            self,
            rows=self.rows[places],
            paths=[self.paths[place] for place in places.tolist()],
            labels=self.labels[places],
            weights=None if self.weights is None else self.weights[places],
        )

    def drop(self, reasons: dict[int, str]) -> Samples:
        """The samples without those at these positions."""
        if not reasons:
            return self
        kept = np.ones(len(self.paths), bool)
        kept[list(reasons)] = False
        told = {
            int(self.rows[place]): (self.paths[place], reason)
            for place, reason in reasons.items()
        }
        left = self.take(np.flatnonzero(kept))
        return replace(left, reasons={**self.reasons, **told})

    @property
    def dropped(self) -> Any:
        """A table of row, file and reason, from the same library as ``frame``."""
        rows = sorted(self.reasons)
        columns = {
            "row": nw.new_series(
                "row", rows, nw.Int64, backend=self.frame.implementation
            )
        }
        for place, name in enumerate(("file", "reason")):
            values = [self.reasons[row][place] for row in rows]
            columns[name] = nw.new_series(
                name, values, nw.String, backend=self.frame.implementation
            )
        return nw.from_dict(columns).to_native()


def read_table(
    df: Any,
    columns: Columns,
    policies: Policies,
    *,
    directory: str | os.PathLike[str] | None,
    classes: Iterable[Hashable] | None,
) -> Samples:
    """Check the table and return its samples, without those that policies drop."""
    frame = check_frame(
        df,
        "df",
        [columns.filename, columns.labels, columns.unknown, columns.sample_weight],
    )
    own = getattr(df, "attrs", {}).get("directory")
    paths = paths_of(
        frame[columns.filename].to_list(), own if directory is None else directory
    )
    check_no_repeats(paths)
    missing = missing_rows(paths)
    if missing and policies.missing_file == "error":
        raise FileNotFoundError(
            f"{len(missing)} of {len(paths)} images are missing: "
            f"{listed([paths[row] for row in missing])}. "
            + where_they_were_sought(directory, own)
            + ' on_missing_file="drop" leaves their rows out.'
        )
    if not isinstance(classes, str | None):  # A string is refused by encode_sparse.
        classes = list(classes)
    lists, unknown = _labels(frame, columns, classes)
    matrix, found = encode_sparse(lists, classes, sep=columns.sep, unknown=unknown)
    reasons = dict.fromkeys(missing, "the file is missing")
    reasons.update(_unseen(found, policies.unseen_label, lists, unknown, columns.sep))
    samples = Samples(
        frame,
        np.arange(len(paths)),
        paths,
        matrix,
        _weights(frame, columns.sample_weight),
        found.order,
        {},
    )
    return _check_any_left(samples.drop(reasons))


def drop_unreadable(samples: Samples, read: Callable[[str], object]) -> Samples:
    """The samples without those whose file makes ``read`` raise."""

    def problem(path: str) -> str | None:
        try:
            read(path)
        except ValueError as error:
            return f"the image cannot be read: {error.__cause__ or error}"
        return None

    problems = map_threads(problem, samples.paths)
    reasons = {place: told for place, told in enumerate(problems) if told is not None}
    return _check_any_left(samples.drop(reasons))


def check_frame(df: Any, name: str, columns: Iterable[str | None]) -> nw.DataFrame[Any]:
    """Return the table as a narwhals frame, if it has the columns and any row."""
    try:
        frame = nw.from_native(df, eager_only=True)
    except TypeError as error:
        raise TypeError(
            f"{name} must be a pandas or polars DataFrame, or a pyarrow Table (a "
            f"LazyFrame: call .collect() on it); got {type(df).__name__}."
        ) from error
    for column in columns:
        if column is not None and column not in frame.columns:
            raise ValueError(
                f"{name} must have the column {column!r}; it has "
                f"{listed(frame.columns)}."
            )
    if len(frame) == 0:
        raise ValueError(f"{name} must have at least one row, an image; it is empty.")
    return frame


def _labels(
    frame: nw.DataFrame[Any], columns: Columns, classes: Iterable[Hashable] | None
) -> tuple[Sequence[Any], Sequence[Any] | None]:
    """The lists of labels, and of those that are unknown: all, without a column."""
    if columns.labels is not None:
        unknown = None if columns.unknown is None else _lists(frame[columns.unknown])
        return _lists(frame[columns.labels]), unknown
    if not classes or columns.unknown is not None:
        raise ValueError(
            "labels_col=None, images whose labels are unknown, needs classes and goes "
            f"without unknown_col; got classes={classes!r} and "
            f"unknown_col={columns.unknown!r}."
        )
    return [[]] * len(frame), [classes] * len(frame)


def _lists(column: nw.Series[Any]) -> Sequence[Any]:
    """The rows of a column; arrays as lists, since their labels are NumPy's scalars."""
    held = arrow_rows(column.to_native())
    if held is not None:
        return held
    return [
        row.tolist() if isinstance(row, np.ndarray) else row for row in column.to_list()
    ]


def _unseen(
    found: Entries,
    policy: str,
    lists: Sequence[Any],
    unknown: Sequence[Any] | None,
    sep: str | None,
) -> dict[int, str]:
    """Why rows with labels outside the classes are dropped, if they are."""
    if policy != "drop":
        report_unseen(found.unseen, policy, "on_unseen_label")
        return {}
    reasons = {}
    for row in found.rows_with_unseen().tolist():
        named = [lists[row]] if unknown is None else [lists[row], unknown[row]]
        labels = [
            label.strip() if isinstance(label, str) and sep else label
            for labels in named
            for label in (labels.split(sep) if isinstance(labels, str) else labels)
        ]
        outside = dict.fromkeys(label for label in labels if label in found.unseen)
        reasons[row] = f"labels outside classes: {listed([*outside])}"
    return reasons


def _weights(frame: nw.DataFrame[Any], column: str | None) -> Array | None:
    if column is None:
        return None
    values = frame[column].to_list()
    try:
        weights = np.array(values, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"The column {column!r} must hold numbers, one weight per row ({error})."
        ) from error
    if wrong := np.flatnonzero(~(np.isfinite(weights) & (weights >= 0))).tolist():
        raise ValueError(
            f"The column {column!r} must hold weights, finite and not below 0; row "
            f"{wrong[0]} has {values[wrong[0]]!r} ({len(wrong)} such)."
        )
    return weights.astype(np.float32)


def _check_any_left(samples: Samples) -> Samples:
    if not samples.paths:
        row, (path, reason) = next(iter(samples.reasons.items()))
        raise ValueError(
            f"No row is left of {len(samples.reasons)}, all are dropped: row {row}, "
            f"{path!r}, since {reason}."
        )
    return samples
