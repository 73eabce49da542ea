"""Blocks of Dask collections, each counted where it lies, added as a tree (floor 0).

All counts of this package merge with ``+``, so one function serves them all. Dask is
imported by the first of its collections that comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from keras_multilabel._checks import Array
from keras_multilabel._extras import require

# So many partial results are added at a time, on one worker.
FAN_IN = 8


def is_dask(*values: Any) -> bool:
    """Whether one of the values is a Dask collection; does not import Dask."""
    return any(
        hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")
        for value in values
    )


def sum_blocks(function: Callable[..., Any], **values: Any) -> Any:
    """``function`` of each block of rows, added up with ``+`` as a tree.

    Args:
        function: Takes one NumPy block of each value, in their order, and returns what
            ``+`` adds up. Neither may change what it is given: the work of a lost
            worker is done once more.
        **values: Dask arrays (chunks may be of unknown size) or data frames, arrays
            beside them, and None, which stays None. A column of a data frame that
            comes alone is given to ``function`` in pandas blocks. The names are
            those in errors.
    """
    given = {name: value for name, value in values.items() if value is not None}
    if len(given) == 1 and _is_column(value := next(iter(given.values()))):
        results = _map_column(function, value)
    else:
        results = _map_rows(function, list(values), _aligned(given))
    return _sum_tree(list(np.ravel(results.to_delayed())))


def _sum_tree(parts: list[Any]) -> Any:
    add_up = require("dask", extra="dask").delayed(_add_up, pure=True)
    while len(parts) > 1:
        groups = range(0, len(parts), FAN_IN)
        parts = [add_up(parts[start : start + FAN_IN]) for start in groups]
    return parts[0].compute()


def _add_up(parts: list[Any]) -> Any:
    return reduce(add, parts)


def _is_column(value: Any) -> bool:
    return hasattr(value, "map_partitions") and getattr(value, "ndim", None) == 1


def _map_column(function: Callable[..., Any], column: Any) -> Any:
    """A lazy column whose partitions are results, whatever ``function`` returns."""
    if str(column.dtype) in ("string", "str"):
        raise TypeError(
            f"{column.name!r} must be a column of lists of labels; got strings. Dask "
            "makes strings of the lists in a pandas frame unless "
            'dask.config.set({"dataframe.convert-string": False}) comes first.'
        )
    meta = (column.name, object)
    return column.map_partitions(function, meta=meta, enforce_metadata=False)


def _map_rows(
    function: Callable[..., Any], names: list[str], arrays: dict[str, Any]
) -> Any:
    """A lazy array whose chunks are results, whatever ``function`` returns."""
    present = [name in arrays for name in names]

    def of_blocks(*blocks: Array) -> Any:
        rest = iter(blocks)
        return function(*(next(rest) if is_given else None for is_given in present))

    with_axes = [(array, tuple(range(array.ndim))) for array in arrays.values()]
    return require("dask.array", extra="dask").blockwise(
        of_blocks,
        (0,),
        *(part for pair in with_axes for part in pair),
        concatenate=True,
        align_arrays=False,
        meta=np.empty(0, object),
    )


def _aligned(values: dict[str, Any]) -> dict[str, Any]:
    """Dask arrays with the same chunks of rows, and each row in one chunk."""
    rows = next(_as_array(value) for value in values.values() if is_dask(value))
    arrays = {name: _as_array(value) for name, value in values.items()}
    _check_shapes(arrays)
    return {name: _split(name, array, rows.chunks[0]) for name, array in arrays.items()}


def _as_array(value: Any) -> Any:
    if hasattr(value, "to_dask_array"):
        return value.to_dask_array()
    array = require("dask.array", extra="dask")
    if isinstance(value, array.Array):
        return value
    if is_dask(value):
        raise TypeError(
            "Dask arrays, and data frames and their columns, are counted; got a "
            f"{type(value).__name__}."
        )
    return array.from_array(np.asarray(value), chunks=-1)


def _check_shapes(arrays: dict[str, Any]) -> None:
    """Raise where shapes differ; sizes that are not known yet pass."""
    (first_name, first), *others = arrays.items()
    for name, array in others:
        n_axes = 1 if name == "sample_weight" else max(first.ndim, array.ndim)
        expected = first.shape[:n_axes]
        pairs = zip(array.shape, expected, strict=False)
        differs = any(a != b for a, b in pairs if not np.isnan(a + b))
        if differs or array.ndim != len(expected):
            raise ValueError(
                f"{name} must have the shape {expected}, with the rows of "
                f"{first_name}; got {array.shape}."
            )


def _split(name: str, array: Any, rows: tuple[float, ...]) -> Any:
    """The array in the given chunks of rows, of all columns each."""
    columns = dict.fromkeys(range(1, array.ndim), -1)
    if not np.isnan([*rows, *array.chunks[0]]).any():
        return array.rechunk({0: rows, **columns})
    if len(array.chunks[0]) != len(rows):
        raise ValueError(
            f"{name} must come in {len(rows)} chunks of rows, as the others do; got "
            f"{len(array.chunks[0])}. Their sizes are not known, so they cannot be "
            "split anew: call compute_chunk_sizes() on each of them first."
        )
    return array.rechunk(columns)
