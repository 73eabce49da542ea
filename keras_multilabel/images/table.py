"""A table of images and labels, checked before any training."""

from __future__ import annotations

import os
from collections import Counter
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
    names: Sequence[Any], directory: str | os.PathLike[str] | None
) -> list[str]:
    """Return the path of each image, if all are there and none twice."""
    for row, name in enumerate(names):
        if not isinstance(name, (str, os.PathLike)) or not os.fspath(name):
            raise ValueError(f"Each row must name a file; row {row} has {name!r}.")
    paths = [os.fspath(os.path.join(directory or "", name)) for name in names]
    _check_no_repeats(paths)
    _check_files(paths, directory)
    return paths


def _check_no_repeats(paths: Sequence[str]) -> None:
    repeated = [path for path, count in Counter(paths).items() if count > 1]
    if repeated:
        raise ValueError(
            f"Each image must have one row; {len(repeated)} have more: "
            f"{listed(repeated)}. If df has one row per label, gather them: "
            'df.groupby("filename", as_index=False)["labels"].agg(list).'
        )


def _check_files(
    paths: Sequence[str], directory: str | os.PathLike[str] | None
) -> None:
    missing = [path for path in paths if not os.path.isfile(path)]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(paths)} images are missing: {listed(missing)}. "
            f"directory= ({directory!r}) is put before each file name."
        )
