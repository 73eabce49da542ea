"""A CSV file with an image's labels in one cell -> a table, a row per image."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from keras_multilabel.readers.csv_file import CsvFile
from keras_multilabel.readers.pictures import read_sizes
from keras_multilabel.readers.table import make_table, unique_labels
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import pandas


def read_label_strings(
    file: str | os.PathLike[str],
    *,
    sep: str,
    filename_col: str = "filename",
    labels_col: str = "labels",
    unknown_col: str | None = None,
    no_label: str | None = None,
    directory: str | os.PathLike[str] | None = None,
    delimiter: str = ",",
    measure: bool = False,
) -> pandas.DataFrame:
    r"""Read a CSV file with the labels of each image in one cell, as ``"cat|dog"``.

    The file is read row by row. Spaces around labels are dropped, and a label counts
    once per image.

    Args:
        file: The CSV file, with a header.
        sep: What separates the labels in their cell, such as ``"|"`` or ``" "``.
        filename_col: Column of file names.
        labels_col: Column of labels; an empty cell is an image without labels.
        unknown_col: Column of labels whose truth is unknown, written the same way.
            Default: all are known.
        no_label: A cell value that means no labels, such as ``"No Finding"``. Default:
            that is a label like any other.
        directory: The folder that the file names start from. Default: that of the file.
        delimiter: What separates the cells.
        measure: Whether to read width and height from the header of each image, after
            the rotation in its EXIF data.

    Returns:
        A DataFrame with one row per image: ``filename``, ``labels`` and ``unknown``
        (lists of str; empty if there are none), ``width`` and ``height`` in pixels
        (``<NA>`` unless measured, and if there is no file). ``.attrs["directory"]`` is
        the folder of the images, which `image_dataset_from_dataframe` reads.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not UTF-8 or not CSV, a row does not have as many
            cells as the header, a file is named twice, a column is missing or appears
            twice, a label is both present and unknown or stands beside ``no_label``, or
            ``sep`` is empty.
        ImportError: If pandas is not installed.

    Example:
        >>> import pathlib, tempfile
        >>> import keras_multilabel as kml
        >>> file = pathlib.Path(tempfile.mkdtemp(), "train.csv")
        >>> _ = file.write_text("filename,labels\na.jpg,cat|dog\nb.jpg,\n")
        >>> kml.read_label_strings(file, sep="|")[["filename", "labels"]]
          filename      labels
        0    a.jpg  [cat, dog]
        1    b.jpg          []
    """
    require("pandas", extra="images")
    if not isinstance(sep, str) or not sep:
        raise ValueError(f'sep must be what separates labels, as "|"; got {sep!r}.')
    path = Path(file)
    names, labels, unknown = [], [], []
    with path.open(encoding="utf-8-sig", newline="") as text:
        csv_file = CsvFile(path, text, delimiter)
        column = csv_file.position("labels_col", labels_col)
        other = (
            None
            if unknown_col is None
            else csv_file.position("unknown_col", unknown_col)
        )
        for name, cells in csv_file.rows(filename_col):
            present = _split(cells[column], sep)
            doubtful = [] if other is None else _split(cells[other], sep)
            if no_label in present:
                present = _without(no_label, present, csv_file)
            if not set(present).isdisjoint(doubtful):
                raise ValueError(
                    f"{csv_file.where()}, has labels that are both present and "
                    f"unknown: {sorted(set(present).intersection(doubtful))}. Take "
                    f"them out of {labels_col!r} or of {unknown_col!r}."
                )
            names.append(name)
            labels.append(present)
            unknown.append(doubtful)
    folder = path.parent if directory is None else directory
    return make_table(
        folder,
        filename=names,
        labels=labels,
        unknown=unknown,
        size=read_sizes(folder, names, measure=measure),
    )


def _split(cell: str, sep: str) -> list[str]:
    return unique_labels(label for part in cell.split(sep) if (label := part.strip()))


def _without(no_label: str | None, labels: list[str], csv_file: CsvFile) -> list[str]:
    if len(labels) > 1:
        raise ValueError(
            f"{csv_file.where()}, has {no_label!r}, which is to mean no label, beside "
            f"others: {labels}."
        )
    return []
