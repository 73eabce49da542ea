"""The first rows of training data of any kind, for `check_setup`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.inference.sources import check_source
from keras_multilabel.utils.streams import batches, keras_reads

MOST_ROWS = 10_000


@dataclass(frozen=True)
class Rows:
    """The rows read from the data.

    Attributes:
        x: The first batch, as passed to the model.
        y: The truth of all rows that were read.
        sample_weight: Their weights, or None.
        batch_size: Rows of the first batch.
        is_part: Whether there may be more rows than were read.
    """

    x: Any
    y: Any
    sample_weight: Any
    batch_size: int
    is_part: bool


def read_rows(data: Any, batch_size: int | None) -> Rows:
    """Read arrays whole, and from a stream batches until ``MOST_ROWS`` rows."""
    opened = _open(data)
    if isinstance(opened, tuple):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(opened)
        size = batch_size or 32
        few = keras.tree.map_structure(lambda array: _for_model(array[:size]), x)
        return Rows(few, y, weight, size, is_part=False)
    parts: list[Any] = []
    n_rows = 0
    for batch in batches(opened):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(batch)
        if y is None:
            raise ValueError(
                "data must give (x, y) or (x, y, sample_weight); it gave x alone."
            )
        if not parts:
            few = keras.tree.map_structure(_for_model, x)
        parts.append(keras.tree.map_structure(as_array, (y, weight)))
        _check_same_width(parts[0][0], parts[-1][0])
        n_rows += len(keras.tree.flatten(parts[-1])[0])
        if n_rows >= MOST_ROWS:
            break
    if not n_rows:
        raise ValueError("data is empty: it gave no rows.")
    y, weight = keras.tree.map_structure(
        lambda *blocks: None if blocks[0] is None else np.concatenate(blocks), *parts
    )
    size = len(keras.tree.flatten(parts[0])[0])
    return Rows(few, y, weight, size, is_part=n_rows >= MOST_ROWS)


def _check_same_width(first: Any, other: Any) -> None:
    """Raise if two batches of y, or of one of its parts, have other labels."""
    for one, two in zip(*map(keras.tree.flatten, (first, other)), strict=True):
        if one.shape[1:] != two.shape[1:]:
            raise ValueError(
                "All batches of y must have the same labels in their columns; data "
                f"gave batches of y of the shapes {one.shape} and {two.shape}."
            )


def _open(data: Any) -> Any:
    """The arrays, or an object that gives batches when indexed or iterated."""
    if isinstance(data, Iterator) and not keras_reads(data):
        raise ValueError(
            "data is an iterator, and the batches read here would be missing in fit: "
            "pass a callable that makes a fresh one."
        )
    is_made = callable(data) and not keras_reads(data)
    made = data() if is_made and not isinstance(data, Iterable) else data
    # An endless dataset is fine, since only its beginning is read.
    steps = 1 if keras_reads(made) else None
    try:
        if isinstance(made, Iterator) and made is not data and not keras_reads(made):
            return made
        return check_source(made, steps).open()
    except (TypeError, ValueError) as error:
        # The checks name the argument of the callback.
        text = str(error).replace("validation_data", "data")
        raise type(error)(text) from error


def _for_model(array: Any) -> Any:
    """Tensors of other backends become arrays, which every model takes."""
    return array if ops.is_tensor(array) else as_array(array)


def as_array(values: Any) -> Any:
    """An array of a tensor of any backend, or of a sparse matrix; None stays None."""
    if values is None or isinstance(values, np.ndarray):
        return values
    if hasattr(values, "toarray"):
        return values.toarray()
    array = np.asarray(ops.convert_to_numpy(values))
    # ml_dtypes (bfloat16) are of kind "V".
    return array.astype(np.float32) if array.dtype.kind == "V" else array
