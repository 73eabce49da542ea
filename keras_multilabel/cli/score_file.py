"""Files of truth, scores and predictions -> arrays."""

from __future__ import annotations

import csv
import re
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import listed
from keras_multilabel.utils.matrices import Array
from keras_multilabel.utils.optional import require

# The arrays of an .npz file, and the column names of a table.
ARRAYS = ("y_true", "y_score", "y_pred")
PREFIXES = {"y_true": "true/", "y_score": "score/", "y_pred": "pred/"}
OF_ROWS = {"sample_weight": "sample_weight", "groups": "group", "images": "image"}


class BadInput(Exception):  # noqa: N818
    """A problem with a file, written for the user."""


class BadOption(Exception):  # noqa: N818
    """A problem with options that do not go together."""


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Name the file in errors of what is done with it."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError) as error:
        message = str(error.args[0] if isinstance(error, KeyError) else error)
        named = message if message.startswith(str(path)) else f"{path}: {message}"
        raise BadInput(named) from error
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


@contextmanager
def warnings_of(path: Path) -> Iterator[None]:
    """Name the file in warnings, a line each, without a line of our code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for text in dict.fromkeys(str(each.message) for each in caught):
        print(f"{path}: warning: {text}", file=sys.stderr)


@dataclass(frozen=True, eq=False)
class ScoreFile:
    """The contents of a file, as the functions take them.

    Attributes:
        path: The file.
        y_true: Truth, shape (n_samples, n_labels).
        y_score: Scores, same shape, or None.
        y_pred: Predictions, same shape, or None.
        label_names: One per label, or None.
        sample_weight: Shape (n_samples,), or None.
        groups: Likewise.
        images: Likewise.
    """

    path: Path
    y_true: Array
    y_score: Array | None = None
    y_pred: Array | None = None
    label_names: list[str] | None = None
    sample_weight: Array | None = None
    groups: Array | None = None
    images: Array | None = None


def read_score_file(path: Path) -> ScoreFile:
    """Read a file by its ending."""
    readers = {".npz": _from_npz, ".csv": _from_csv, ".parquet": _from_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path}: expected a file that ends in {', '.join(readers)}.")
    with about(path):
        return reader(path)


def is_score_table(path: Path) -> bool:
    """Whether a CSV file has columns of truth, by its first line."""
    with about(path):
        return any(name.startswith(PREFIXES["y_true"]) for name in header(path))


def _from_npz(path: Path) -> ScoreFile:
    # NumPy would read any other file as Python objects.
    if path.exists() and not zipfile.is_zipfile(path):
        raise ValueError("it is no .npz file of NumPy, as numpy.savez writes it.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except ValueError as error:
        raise ValueError(
            f"it holds what cannot be read ({error}). Text is saved as "
            "numpy.array(names, dtype=str)."
        ) from error
    if "y_true" not in arrays:
        raise ValueError(f"it has no array y_true; it has {listed(list(arrays))}.")
    names = arrays.get("label_names")
    if names is not None and names.ndim != 1:
        raise ValueError(
            f"label_names must be one name per label; got the shape {names.shape}."
        )
    known = {name: arrays[name] for name in [*ARRAYS, *OF_ROWS] if name in arrays}
    if "images" in known:
        known["images"] = _from_folder(path, known["images"])
    return ScoreFile(
        path, **known, label_names=None if names is None else names.astype(str).tolist()
    )


def _from_csv(path: Path) -> ScoreFile:
    columns = header(path)
    if re.search(f"[;\t]({'|'.join(PREFIXES.values())})", ",".join(columns)):
        raise ValueError("its columns must be separated by commas, numbers as 0.5.")
    if twice := [name for name, n in Counter(columns).items() if n > 1]:
        raise ValueError(f"its columns must differ; it repeats {listed(twice)}.")
    pandas = require("pandas", extra="images")
    text = {name: str for name in ("group", "image") if name in columns}
    return _from_frame(path, pandas.read_csv(path, dtype=text, encoding="utf-8-sig"))


def header(path: Path) -> list[str]:
    """The names of the columns of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _from_parquet(path: Path) -> ScoreFile:
    pandas = require("pandas", extra="images")
    require("pyarrow", extra="report")
    return _from_frame(path, pandas.read_parquet(path))


def _from_frame(path: Path, frame: Any) -> ScoreFile:
    columns = [str(column) for column in frame.columns]
    frame.columns = columns
    labels = {
        name: [c.removeprefix(prefix) for c in columns if c.startswith(prefix)]
        for name, prefix in PREFIXES.items()
    }
    order = labels["y_true"]
    if not order:
        raise ValueError(
            f"it has no column true/NAME; it has {listed(columns)}. For each label it "
            "must have a column true/NAME, and score/NAME or pred/NAME."
        )
    if not len(frame):
        raise ValueError("it has no rows below the names of its columns.")
    arrays = {}
    for name, prefix in PREFIXES.items():
        if labels[name]:
            _check_same_labels(order, labels[name], prefix, columns)
            arrays[name] = _numbers(frame, [prefix + label for label in order])
    rows = {
        name: np.asarray(frame[column])
        for name, column in OF_ROWS.items()
        if column in columns
    }
    if "images" in rows:
        rows["images"] = _from_folder(path, rows["images"])
    return ScoreFile(path, **arrays, **rows, label_names=order)


def _check_same_labels(
    order: list[str], labels: list[str], prefix: str, columns: list[str]
) -> None:
    """Raise if the columns of scores have other labels than those of truth."""
    missing = [prefix + label for label in order if label not in labels]
    missing += [PREFIXES["y_true"] + label for label in labels if label not in order]
    if not missing:
        return
    others = [c for c in columns if not c.startswith(tuple(PREFIXES.values()))]
    near = [get_close_matches(name, others, 1, cutoff=0.8) for name in missing]
    slips = [name for names in near for name in names]
    raise ValueError(
        f"columns true/NAME and {prefix}NAME must be of the same labels; it has no "
        f"{listed(missing)}." + (f" Is it {listed(slips)}?" if slips else "")
    )


def _from_folder(path: Path, images: Array) -> Any:
    """Relative picture names start from the folder of the file; pixels are kept."""
    return [
        path.parent / image if isinstance(image, str) else image for image in images
    ]


def _numbers(frame: Any, columns: list[str]) -> Array:
    part = frame[columns]
    for column in columns:
        kind = part[column].dtype.kind
        if kind not in "biuf":
            row, text = _first_text(part[column])
            raise ValueError(
                f"the column {column!r} must hold numbers; row {row} has {text!r}."
            )
    return np.asarray(part)


def _first_text(column: Any) -> tuple[int, Any]:
    """The first cell that is not a number, and its row, counted from 1."""
    for row, value in enumerate(column.tolist(), 1):
        # Booleans beside empty cells are objects; alone, they are numbers.
        if isinstance(value, bool):
            return row, value
        try:
            float(value)
        except (TypeError, ValueError):
            return row, value
    return 1, column.iloc[0]
