"""Blocks of Dask collections, each counted where it is, added as a tree.

All counts of this package merge with ``+``, so one function serves them all. Dask is
only imported once one of its collections is passed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from keras_multilabel.utils.matrices import check_columns
from keras_multilabel.utils.optional import require

# Partial results added at a time, on one worker.
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
        function: Takes a block of each value, in their order, and returns results that
            ``+`` adds up. Neither may change its inputs: the work of a lost worker is
            repeated.
        **values: Dask arrays (chunks may have unknown sizes), arrays beside them, and
            None, which stays None; or data frames and columns, of which ``function``
            gets pandas blocks. The names appear in errors.
    """
    given = {name: value for name, value in values.items() if value is not None}
    first, *others = given
    for name in others:
        check_columns(given[first], given[name], name)
    of_blocks = _beside_none(function, [name in given for name in values])
    if all(map(_is_frame, given.values())):
        results = _map_frames(of_blocks, given)
    else:
        results = _map_arrays(of_blocks, _aligned(given))
    return _sum_tree(list(np.ravel(results.to_delayed())))


def _sum_tree(parts: list[Any]) -> Any:
    add_up = require("dask", extra="dask").delayed(_add_up, pure=True)
    while len(parts) > 1:
        groups = range(0, len(parts), FAN_IN)
        parts = [add_up(parts[start : start + FAN_IN]) for start in groups]
    return parts[0].compute()


def _add_up(parts: list[Any]) -> Any:
    return reduce(add, parts)


def _beside_none(function: Callable[..., Any], is_given: list[bool]) -> Any:
    """The function of the given values alone; None takes the place of the others."""

    def of_blocks(*blocks: Any) -> Any:
        rest = iter(blocks)
        return function(*(next(rest) if given else None for given in is_given))

    return of_blocks


def _is_frame(value: Any) -> bool:
    return hasattr(value, "to_dask_array")


def _map_frames(of_blocks: Callable[..., Any], frames: dict[str, Any]) -> Any:
    """A lazy column whose partitions are results, whatever the function returns.

    It is one expression of all collections, so a file that several of them come from is
    read once, and Dask, which may put several files into a partition, does so for all
    alike.
    """
    for name, frame in frames.items():
        if frame.ndim == 1 and str(frame.dtype) in ("string", "str"):
            raise TypeError(
                f"{name} must be a column of lists of labels; got strings. Dask makes "
                "strings of the lists in a pandas frame unless "
                'dask.config.set({"dataframe.convert-string": False}) comes first.'
            )
    first, *others = frames.values()
    names = " and ".join(frames)

    def of_rows(*blocks: Any) -> Any:
        lengths = [len(block) for block in blocks]
        if len(set(lengths)) > 1:
            raise ValueError(_unlike(names, "rows in a partition", lengths))
        return of_blocks(*blocks)

    numbers = [frame.npartitions for frame in frames.values()]
    if len(set(numbers)) > 1:
        raise ValueError(_unlike(names, "partitions", numbers))
    return first.map_partitions(
        of_rows,
        *others,
        meta=("result", object),
        enforce_metadata=False,
        align_dataframes=False,
    )


def _unlike(names: str, what: str, got: list[int]) -> str:
    return (
        f"{names} must have the same rows in the same partitions; got "
        f"{' and '.join(map(str, got))} {what}. Frames with a common index get common "
        "partitions with repartition(divisions=...); or keep all columns in one frame."
    )


def _map_arrays(of_blocks: Callable[..., Any], arrays: dict[str, Any]) -> Any:
    """A lazy array whose chunks are results, whatever the function returns."""
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
    if _is_frame(value):
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
    """Raise if shapes differ; sizes that are not known yet pass."""
    (first_name, first), *others = arrays.items()
    for name, array in others:
        n_axes = max(first.ndim, array.ndim)
        if name == "sample_weight":  # one per sample, or per position
            n_axes = max(1, min(array.ndim, first.ndim - 1))
        expected = first.shape[:n_axes]
        pairs = zip(array.shape, expected, strict=False)
        differs = any(a != b for a, b in pairs if not np.isnan(a + b))
        if differs or array.ndim != len(expected):
            raise ValueError(
                f"{name} must have the shape {expected}, with the rows of "
                f"{first_name}; got {array.shape}."
            )


def _split(name: str, array: Any, rows: tuple[float, ...]) -> Any:
    """The array in the given chunks of rows, each with all columns."""
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
