"""Model and data as they stand before ``fit`` -> the facts to check (Keras shell)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.checks.compiled import (
    LossFacts,
    MetricFacts,
    per_output,
    read_loss,
    read_metrics,
)
from keras_multilabel.checks.head import Head, read_head
from keras_multilabel.inference.scoring_pass import call_inference
from keras_multilabel.inference.sources import check_source, keras_reads
from keras_multilabel.utils.arguments import Array, check_label_names

MOST_ROWS = 10_000


@dataclass(frozen=True)
class Rows:
    """What was read of the data.

    Attributes:
        x: The first batch, as the model takes it.
        y: The truth of all rows that were read.
        sample_weight: Their weights, or None.
        batch_size: Rows of the first batch.
        is_part: There may be more rows than were read.
    """

    x: Any
    y: Any
    sample_weight: Any
    batch_size: int
    is_part: bool


@dataclass(frozen=True, eq=False)
class Setup:
    """One output of a compiled model, its truth, and what ``fit`` will be given.

    Attributes:
        y: The truth as it was read.
        positive: Where y is 1, shape (n_samples, n_labels); None if y is no
            multi-hot matrix of the output's width.
        known: Where y is 0 or 1; None likewise.
        y_score: The output for the first batch.
        names: One name per column of the output.
        label_names: The names that were given, which may not fit the output.
        class_weight: For ``fit``.
        sample_weight: For ``fit``, or from the data.
        batch_size: Rows of the first batch.
        is_part: There may be more rows than were read.
        loss: What is known of the loss; None without one.
        metrics: What is known of the metrics.
        head: The end of the network.
    """

    y: Array
    positive: Array | None
    known: Array | None
    y_score: Array
    names: list[str]
    label_names: list[str] | None
    class_weight: Any
    sample_weight: Any
    batch_size: int
    is_part: bool
    loss: LossFacts | None
    metrics: tuple[MetricFacts, ...]
    head: Head

    @property
    def rows(self) -> str:
        """The rows that were read, in words."""
        return f"the {'first ' if self.is_part else ''}{len(self.y):,} rows"

    @property
    def exclude_each_other(self) -> bool:
        """Each row has exactly one label: Keras's single-label tools fit."""
        if self.positive is None or self.positive.shape[1] == 1:
            return True
        return bool((self.positive.sum(1) == 1).all())


def read_setup(
    model: keras.Model,
    data: Any,
    *,
    class_weight: Any,
    sample_weight: Any,
    label_names: Iterable[Any] | None,
    batch_size: int | None,
    output_name: str | None,
) -> Setup:
    """Return the facts about a model, its data and what ``fit`` will be given."""
    given = None if label_names is None else [str(name) for name in label_names]
    if given is not None:
        check_label_names(given, len(given))
    rows = read_rows(data, batch_size)
    y_pred = _predict(model, rows.x)
    outputs = _output_names(model, y_pred)
    name = _check_output_name(outputs, output_name)
    weight = rows.sample_weight if sample_weight is None else sample_weight
    y_score = _as_array(_select(y_pred, outputs, name, "the model's output"))
    y = _as_array(_select(rows.y, outputs, name, "y"))
    n_labels = y_score.shape[-1]
    positive, known = _truth(y, n_labels)
    fits = given is not None and len(given) == n_labels
    return Setup(
        y=y,
        positive=positive,
        known=known,
        y_score=y_score,
        names=check_label_names(given if fits else None, n_labels),
        label_names=given,
        class_weight=class_weight,
        sample_weight=_select(weight, outputs, name, "sample_weight"),
        batch_size=rows.batch_size,
        is_part=rows.is_part,
        loss=read_loss(per_output(model.loss, outputs, name), y_score),
        metrics=tuple(read_metrics(model, outputs, name)),
        head=read_head(model, rows.x, _position(y_pred, outputs, name)),
    )


def _truth(y: Array, n_labels: int) -> tuple[Array | None, Array | None]:
    """Where y is positive, and where it is known; None if it is not multi-hot."""
    if y.ndim == 1 and n_labels == 1:
        y = y[:, None]
    if y.ndim != 2 or y.shape[1] != n_labels or y.dtype.kind not in "biuf":
        return None, None
    positive = y == 1
    known = positive | (y == 0)
    return (positive, known) if is_unknown(y[~known]).all() else (None, None)


def is_unknown(values: Array) -> Array:
    """Where values say "unknown": -1 or NaN."""
    return np.asarray((values == -1) | (values != values))


def holds_class_indices(y: Array, width: int) -> bool:
    """One number per row for a model of several labels, or text."""
    if y.dtype.kind not in "biuf":
        return True
    return width > 1 and (y.ndim == 1 or y.shape[1:] == (1,))


def read_rows(data: Any, batch_size: int | None) -> Rows:
    """Read arrays whole, and of a stream batches until ``MOST_ROWS`` rows."""
    opened = _open(data)
    if isinstance(opened, tuple):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(opened)
        size = batch_size or 32
        few = keras.tree.map_structure(lambda array: _for_model(array[:size]), x)
        return Rows(few, y, weight, size, is_part=False)
    batches: list[Any] = []
    n_rows = 0
    for batch in _batches(opened):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(batch)
        if y is None:
            raise ValueError(
                "data must give (x, y) or (x, y, sample_weight); it gave x alone."
            )
        if not batches:
            few = keras.tree.map_structure(_for_model, x)
        batches.append(keras.tree.map_structure(_as_array, (y, weight)))
        n_rows += len(keras.tree.flatten(batches[-1])[0])
        if n_rows >= MOST_ROWS:
            break
    if not n_rows:
        raise ValueError("data is empty: it gave no rows.")
    y, weight = keras.tree.map_structure(
        lambda *parts: None if parts[0] is None else np.concatenate(parts), *batches
    )
    size = len(keras.tree.flatten(batches[0])[0])
    return Rows(few, y, weight, size, is_part=n_rows >= MOST_ROWS)


def _open(data: Any) -> Any:
    """The arrays, or what gives batches when indexed or iterated."""
    if isinstance(data, Iterator) and not keras_reads(data):
        raise ValueError(
            "data is an iterator, and the batches read here would be missing in fit: "
            "pass a callable that makes a fresh one."
        )
    is_made = callable(data) and not keras_reads(data)
    made = data() if is_made and not isinstance(data, Iterable) else data
    # An endless dataset will do, since only its beginning is read.
    steps = 1 if keras_reads(made) else None
    try:
        if isinstance(made, Iterator) and made is not data and not keras_reads(made):
            return made
        return check_source(made, steps).open()
    except (TypeError, ValueError) as error:
        # The checks speak of the argument of the callback.
        text = str(error).replace("validation_data", "data")
        raise type(error)(text) from error


def _batches(opened: Any) -> Iterator[Any]:
    if not isinstance(opened, keras.utils.PyDataset):
        return iter(opened)
    # Iterating would run past its end.
    length = opened.num_batches
    return (opened[index] for index in (count() if length is None else range(length)))


def _for_model(array: Any) -> Any:
    """Tensors of other backends become arrays, which every model takes."""
    return array if ops.is_tensor(array) else _as_array(array)


def _as_array(values: Any) -> Any:
    if values is None or isinstance(values, np.ndarray):
        return values
    if hasattr(values, "toarray"):
        return values.toarray()
    array = np.asarray(ops.convert_to_numpy(values))
    # ml_dtypes (bfloat16) are of kind "V".
    return array.astype(np.float32) if array.dtype.kind == "V" else array


def _predict(model: keras.Model, x: Any) -> Any:
    """What the model gives for ``x``; stateful layers keep their state."""
    if not model.built:
        return call_inference(model, x)
    with keras.StatelessScope():
        return call_inference(model, x)


def _output_names(model: keras.Model, y_pred: Any) -> list[str]:
    if isinstance(y_pred, dict):
        return list(y_pred)
    if isinstance(y_pred, (list, tuple)):
        names = getattr(model, "output_names", None)
        return list(names or (f"output_{index}" for index in range(len(y_pred))))
    return list(getattr(model, "output_names", None) or ["output"])[:1]


def _check_output_name(names: list[str], output_name: str | None) -> str:
    if output_name is None and len(names) > 1:
        raise ValueError(
            f"The model has the outputs {names}: pass output_name, the one to check."
        )
    if output_name is not None and output_name not in names:
        raise ValueError(f"output_name must be one of {names}; got {output_name!r}.")
    return output_name or names[0]


def _select(structure: Any, names: list[str], name: str, what: str) -> Any:
    if isinstance(structure, dict):
        if name not in structure:
            raise ValueError(f"{what} has no {name!r}; got {sorted(structure)}.")
        return structure[name]
    if isinstance(structure, (list, tuple)) and len(names) > 1:
        if len(structure) != len(names):
            raise ValueError(
                f"{what} must have one element per output, {names}; got "
                f"{len(structure)}."
            )
        return structure[names.index(name)]
    return structure


def _position(y_pred: Any, names: list[str], name: str) -> int:
    """Where the output stands in the flat list of outputs."""
    if isinstance(y_pred, dict):
        return keras.tree.flatten({key: key for key in y_pred}).index(name)
    return names.index(name)
