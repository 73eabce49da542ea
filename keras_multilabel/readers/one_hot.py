"""A CSV file with a column per label -> a table with one row per image."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keras_multilabel.readers.csv_file import CsvFile
from keras_multilabel.readers.pictures import read_sizes
from keras_multilabel.readers.table import make_table
from keras_multilabel.utils.arguments import check_word, listed
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.options import Blank, Doubt

if TYPE_CHECKING:
    import pandas

_MEANING = {
    **dict.fromkeys(("1", "1.0", "true"), "positive"),
    **dict.fromkeys(("0", "0.0", "false"), "negative"),
    **dict.fromkeys(("-1", "-1.0", "u"), "uncertain"),
    **dict.fromkeys(("", "nan", "na", "n/a", "none", "null", "<na>"), "blank"),
}


def read_one_hot(
    file: str | os.PathLike[str],
    *,
    filename_col: str = "filename",
    label_cols: Sequence[str] | slice | None = None,
    uncertain: Doubt | Mapping[str, Doubt] = "unknown",
    blank: Blank = "error",
    directory: str | os.PathLike[str] | None = None,
    delimiter: str = ",",
    measure: bool = False,
) -> pandas.DataFrame:
    r"""Read a CSV file with a column of 0 and 1 per label, such as CheXpert's.

    A cell is 1 or true (present), 0 or false (absent), -1 or u (uncertain), or blank
    (empty, NaN, NA, None or null). The label files of PASCAL VOC use -1 (absent) and 0
    (difficult) differently: read their annotations with `read_voc`.

    The file is read row by row.

    Args:
        file: The CSV file, with a header.
        filename_col: Column of file names, such as CheXpert's ``"Path"``.
        label_cols: The columns of labels: a list of names, or a slice of them as in
            pandas, both ends included; ``slice("No Finding", None)`` is all from that
            one on, which in CheXpert follows ``AP/PA``. Default: all except
            ``filename_col``.
        uncertain: The meaning of an uncertain cell. ``"unknown"``: the label goes to
            the column ``unknown``. ``"positive"``, ``"negative"``: it is present, or
            absent. (The U-Ignore, U-Ones and U-Zeros of CheXpert.) A dict sets it per
            label; those left out are unknown.
        blank: The meaning of a blank cell. ``"negative"``: the label is absent, the
            usual reading of CheXpert's blanks, findings that a report did not mention.
            ``"unknown"``: the truth is unknown. ``"error"``: a blank cell raises, since
            the right meaning depends on the data.
        directory: The folder that the file names start from. Default: that of the file.
        delimiter: What separates the cells.
        measure: Whether to read width and height from the header of each image, after
            the rotation in its EXIF data.

    Returns:
        A DataFrame with one row per image: ``filename``, ``labels`` and ``unknown``
        (lists of str; empty if there are none), ``width`` and ``height`` in pixels
        (``<NA>`` unless measured, and if there is no file). ``.attrs["directory"]`` is
        the folder of the images, which `image_dataset_from_dataframe` reads, and
        ``.attrs["classes"]`` the labels in the order of the columns, for its
        ``classes=``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not UTF-8 or not CSV, a row does not have as many
            cells as the header, a cell is none of the above, a file is named twice, a
            column is missing or appears twice, or an option is out of range.
        ImportError: If pandas is not installed.

    Example:
        >>> import pathlib, tempfile
        >>> import keras_multilabel as kml
        >>> file = pathlib.Path(tempfile.mkdtemp(), "train.csv")
        >>> _ = file.write_text("Path,Age,Edema,Fracture\na.jpg,68,1,\nb.jpg,41,-1,1")
        >>> table = kml.read_one_hot(
        ...     file,
        ...     filename_col="Path",
        ...     label_cols=["Edema", "Fracture"],
        ...     blank="negative",
        ... )
        >>> table[["filename", "labels", "unknown"]]
          filename      labels  unknown
        0    a.jpg     [Edema]       []
        1    b.jpg  [Fracture]  [Edema]
    """
    require("pandas", extra="images")
    check_word("blank", blank, Blank)
    path = Path(file)
    names, labels, unknown = [], [], []
    with path.open(encoding="utf-8-sig", newline="") as text:
        csv_file = CsvFile(path, text, delimiter)
        columns = _label_columns(csv_file, filename_col, label_cols)
        readings = _readings(columns, uncertain, blank)
        for name, cells in csv_file.rows(filename_col):
            present, doubtful = [], []
            for label, column in columns.items():
                cell = cells[column]
                said = readings[label].get(cell)
                if said is None:
                    said = _read_cell(cell, label, readings, csv_file)
                if said == "positive":
                    present.append(label)
                elif said == "unknown":
                    doubtful.append(label)
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
        classes=columns,
    )


def _label_columns(
    csv_file: CsvFile, filename_col: str, label_cols: Sequence[str] | slice | None
) -> dict[str, int]:
    """The position of each label's column."""
    if isinstance(label_cols, str):
        raise TypeError(f"label_cols must be a list of columns; got {label_cols!r}.")
    file_place = csv_file.position("filename_col", filename_col)
    if isinstance(label_cols, slice):
        if label_cols.step is not None:
            raise ValueError(f"label_cols must have no step; got {label_cols}.")
        start, stop = label_cols.start, label_cols.stop
        first = 0 if start is None else csv_file.position("label_cols", start)
        last = (
            len(csv_file.columns)
            if stop is None
            else csv_file.position("label_cols", stop) + 1
        )
        label_cols = csv_file.columns[first:last]
    if label_cols is None:
        label_cols = [name for name in csv_file.columns if name != filename_col]
    found = {name: csv_file.position("label_cols", name) for name in label_cols}
    if not found or file_place in found.values() or len(found) != len(label_cols):
        raise ValueError(
            "label_cols must name at least one column, each once, and not that of the "
            f"files, {filename_col!r}; got {listed(label_cols)}."
        )
    return found


def _readings(
    columns: Mapping[str, int], uncertain: Doubt | Mapping[str, Doubt], blank: Blank
) -> dict[str, dict[str, str]]:
    """The meaning of each cell value, by label."""
    policies: Mapping[str, Doubt]
    if isinstance(uncertain, Mapping):
        policies = uncertain
        if others := [label for label in uncertain if label not in columns]:
            raise ValueError(
                f"uncertain must name labels; {listed(others)} are none of "
                f"{listed(list(columns))}."
            )
    else:
        policies = dict.fromkeys(columns, uncertain)
    for word in policies.values():
        check_word("uncertain", word, Doubt)
    said_of_blank = {"blank": blank} if blank != "error" else {}
    readings = {}
    for label in columns:
        policy: dict[str, str] = {
            "positive": "positive",
            "negative": "negative",
            "uncertain": policies.get(label, "unknown"),
            **said_of_blank,
        }
        readings[label] = {
            cell: policy[meaning]
            for cell, meaning in _MEANING.items()
            if meaning in policy
        }
    return readings


def _read_cell(
    cell: str, label: str, readings: Mapping[str, Mapping[str, str]], csv_file: CsvFile
) -> str:
    """The meaning of a cell written another way, or an error."""
    plain = cell.strip().lower()
    said = readings[label].get(plain)
    if said is not None:
        return said
    if _MEANING.get(plain) == "blank":
        raise ValueError(
            f"{csv_file.where()}, has a blank cell in column {label!r}: pass "
            'blank="negative" if that means that the label is absent, or "unknown" '
            "if the truth is unknown."
        )
    raise ValueError(
        f"{csv_file.where()}, must have 1, 0, -1 or a blank in column {label!r}; got "
        f"{cell!r}. If that column is no label, pass label_cols=, a list of those "
        'that are, or slice("first label", None) for all from one on.'
    )
