"""A table of images and labels, checked before any training."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from keras_multilabel.utils.arguments import listed


def check_frame(df: Any, columns: Iterable[str | None]) -> nw.DataFrame[Any]:
    """Return the table as a narwhals frame, if it has the columns and any row."""
    try:
        frame = nw.from_native(df, eager_only=True)
    except TypeError as error:
        raise TypeError(
            "df must be a pandas or polars DataFrame (a LazyFrame: call .collect() "
            f"on it); got {type(df).__name__}."
        ) from error
    for column in columns:
        if column is not None and column not in frame.columns:
            raise ValueError(
                f"df must have the column {column!r}; it has {listed(frame.columns)}."
            )
    if len(frame) == 0:
        raise ValueError("df must have at least one row, an image; it is empty.")
    return frame


def check_paths(
    names: Sequence[Any], directory: str | os.PathLike[str] | None, df: Any
) -> list[str]:
    """Return the path of each image, if all are there and none twice.

    Without ``directory`` paths start from the folder that the table itself names, as
    that of `read_voc` does, or else from the current one.
    """
    for row, name in enumerate(names):
        if not isinstance(name, (str, os.PathLike)) or not os.fspath(name):
            raise ValueError(f"Each row must name a file; row {row} has {name!r}.")
    own = getattr(df, "attrs", {}).get("directory")
    folder = own if directory is None else directory
    paths = [os.fspath(os.path.join(folder or "", name)) for name in names]
    _check_no_repeats(paths)
    if missing := [path for path in paths if not os.path.isfile(path)]:
        raise FileNotFoundError(
            f"{len(missing)} of {len(paths)} images are missing: {listed(missing)}. "
            + _where_they_were_sought(directory, own)
        )
    return paths


def _check_no_repeats(paths: Sequence[str]) -> None:
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        by_file[os.path.normcase(os.path.abspath(path))].append(path)
    if repeated := [same for same in by_file.values() if len(same) > 1]:
        written = dict.fromkeys(path for same in repeated for path in same)
        raise ValueError(
            f"Each image must have one row; {len(repeated)} have more: "
            f"{listed([*written])}. If df has one row per label, gather them: "
            'df.groupby("filename", as_index=False)["labels"].agg(list).'
        )


def _where_they_were_sought(directory: Any, own: Any) -> str:
    if directory is not None:
        return f"directory= ({directory!r}) is put before each file name."
    if own is not None:
        return (
            f'The table names their folder, attrs["directory"]={own!r}: pass '
            "directory=, the folder that file names start from, if it is another."
        )
    return (
        f"File names start from the current folder, {os.getcwd()!r}: pass directory=, "
        "the folder that they start from. (The table of read_voc names its own in "
        'attrs["directory"], which merge, groupby and files lose.)'
    )
