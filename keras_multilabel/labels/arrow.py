"""Columns of lists in Arrow: their labels, without a Python list per row."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array


class ArrowRows(Sequence[list[Any]]):
    """Lists of strings or whole numbers, none of them missing; rows on demand."""

    def __init__(self, lists: Any):
        self._lists = lists

    def __len__(self) -> int:
        return len(self._lists)

    def __getitem__(self, row: Any) -> Any:
        return self._lists[row].as_py()

    def encoded(self) -> tuple[Array, Array, list[Any]]:
        """The number of labels per row, the code of each, and the labels by code."""
        codes = self._lists.flatten().dictionary_encode()
        lengths = self._lists.value_lengths()
        return (
            lengths.to_numpy(zero_copy_only=False).astype(np.int64),
            codes.indices.to_numpy(zero_copy_only=False).astype(np.int64),
            codes.dictionary.to_pylist(),
        )


def arrow_rows(column: Any) -> ArrowRows | None:
    """Return a polars or pyarrow column of lists of labels; None for anything else."""
    library = type(column).__module__.partition(".")[0]
    if library not in ("polars", "pyarrow") or not importlib.util.find_spec("pyarrow"):
        return None
    import pyarrow as pa

    if library == "polars":
        column = column.to_arrow()
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not isinstance(column, (pa.ListArray, pa.LargeListArray)):
        return None
    kind, labels = column.type.value_type, column.flatten()
    is_label = pa.types.is_integer(kind) or kind in (pa.string(), pa.large_string())
    if not is_label or column.null_count or labels.null_count:
        return None
    return ArrowRows(column)
