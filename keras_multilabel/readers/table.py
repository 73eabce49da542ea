"""The result of every reader: a table with a row per image, built and checked here."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from keras_multilabel.utils.arguments import listed
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import pandas

Size = tuple[int | None, int | None]

NO_SIZE: Size = (None, None)
# The limit of PNG; other formats have smaller ones.
LARGEST_SIDE = 2**31 - 1


def make_table(
    directory: str | os.PathLike[str],
    *,
    filename: list[str],
    labels: list[list[str]],
    unknown: list[list[str]],
    size: Iterable[Size],
    classes: Iterable[str] | None = None,
    **extras: list[Any],
) -> pandas.DataFrame:
    """Return the table of `read_voc`, `read_coco` and the others.

    Args:
        directory: The folder that file names start from.
        filename: The file of each image.
        labels: Its labels.
        unknown: Its labels whose truth is unknown.
        size: Its (width, height); Nones if not known.
        classes: The labels in the order of the source, if it lists them.
        **extras: Further columns.
    """
    pandas = require("pandas", extra="images")
    width, height = zip(*size, strict=True)
    table = pandas.DataFrame(
        {
            "filename": filename,
            "labels": labels,
            "unknown": unknown,
            "width": pandas.array(width, dtype="Int64"),
            "height": pandas.array(height, dtype="Int64"),
            **extras,
        }
    )
    table.attrs["directory"] = os.fspath(directory)
    if classes is not None:
        table.attrs["classes"] = list(classes)
    return table


def is_text(name: str) -> bool:
    """Whether a name is text that tables and file systems accept."""
    # Bytes of a file name that are not UTF-8, and halves of characters in JSON, are
    # surrogates, which cannot be encoded.
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in name


def as_size(width: object, height: object) -> Size:
    """Return a size in whole pixels, Nones if a side is not above zero.

    Raises ValueError, TypeError or OverflowError for what cannot be a picture's size.
    """
    sides = _as_side(width), _as_side(height)
    return sides if min(sides) > 0 else NO_SIZE


def _as_side(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    try:
        side = int(value)
    except ValueError:  # "60.5"
        side = int(float(value))
    if side > LARGEST_SIDE:
        raise OverflowError
    return side


def unique_labels(labels: Iterable[str]) -> list[str]:
    """The labels, each once, in order of first appearance."""
    return list(dict.fromkeys(labels))


def check_files_once(names: Sequence[str], source: object) -> None:
    """Raise if ``source`` has several rows for one file."""
    if len(set(names)) == len(names):
        return
    twice = [name for name, count in Counter(names).items() if count > 1]
    raise ValueError(f"{source} must name each file once; it repeats {listed(twice)}.")
