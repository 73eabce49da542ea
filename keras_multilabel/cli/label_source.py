"""Files of labels -> truth to describe, and the table of images if there is one.

The kind is recognized by the folder or file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import keras_multilabel as kml
from keras_multilabel.cli.score_file import (
    BadInput,
    about,
    header,
    is_score_table,
    read_score_file,
)
from keras_multilabel.utils.arguments import listed


class LabelSource(NamedTuple):
    """Labels of a data set.

    Attributes:
        y: Multi-hot truth.
        label_names: One name per column, or None.
        table: The table of a reader, or None.
    """

    y: Any
    label_names: list[Any] | None
    table: Any = None


def read_labels(path: Path, sep: str | None) -> LabelSource:
    """Read labels from any kind of source."""
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder.")
    kind = path.suffix.lower()
    if kind in (".npz", ".parquet") or (kind == ".csv" and is_score_table(path)):
        file = read_score_file(path)
        return LabelSource(file.y_true, file.label_names)
    with about(path):
        table = _read_table(path, sep)
        y, classes = kml.encode_labels(table["labels"], unknown=table["unknown"])
    return LabelSource(y, classes, table)


def _read_table(path: Path, sep: str | None) -> Any:
    if path.is_dir():
        is_voc = (path / "Annotations").is_dir()
        return kml.read_voc(path) if is_voc else kml.read_label_folders(path)
    if path.suffix.lower() == ".json":
        return kml.read_coco(path)
    if path.suffix.lower() != ".csv":
        raise BadInput(
            f"{path}: expected a folder, or a file that ends in .npz, .csv, .parquet "
            "or .json."
        )
    _check_columns(path, sep)
    if sep is not None:
        return kml.read_label_strings(path, sep=sep)
    return kml.read_one_hot(path)


def _check_columns(path: Path, sep: str | None) -> None:
    columns = header(path)
    needed = ["filename"] + ["labels"] * (sep is not None)
    if missing := [name for name in needed if name not in columns]:
        raise BadInput(
            f"{path}: it must have the column {listed(missing)}; it has "
            f"{listed(columns)}."
        )
    if sep is None and "labels" in columns:
        raise BadInput(
            f"{path}: its column 'labels' holds names; pass what separates them, such "
            'as --sep "|".'
        )
