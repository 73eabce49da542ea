"""Model and data before ``fit`` -> the facts to check."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras

from keras_multilabel.checks.compiled import (
    LossFacts,
    MetricFacts,
    read_loss,
    read_metrics,
)
from keras_multilabel.checks.head import Head, read_head
from keras_multilabel.checks.rows import as_array, read_rows
from keras_multilabel.inference.calling import call_inference
from keras_multilabel.inference.outputs import Output, chosen_output, names_of
from keras_multilabel.utils.arguments import Array, check_label_names, is_unknown


@dataclass(frozen=True, eq=False)
class Setup:
    """One output of a compiled model, its truth, and the other arguments of ``fit``.

    Attributes:
        y: The truth as it was read.
        positive: Where y is 1, shape (n_samples, n_labels); None if y is not a
            multi-hot matrix of the output's width.
        known: Where y is 0 or 1; None likewise.
        y_score: The output for the first batch.
        names: One name per column of the output.
        label_names: The given names, which may not fit the output.
        class_weight: For ``fit``.
        sample_weight: For ``fit``, or from the data.
        batch_size: Rows of the first batch.
        is_part: Whether there may be more rows than were read.
        loss: Facts about the loss; None without one.
        metrics: Facts about the metrics.
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
        """A description of the rows that were read."""
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
    """Return the facts about a model, its data and the other arguments of ``fit``."""
    given = None if label_names is None else [str(name) for name in label_names]
    if given is not None:
        check_label_names(given, len(given))
    rows = read_rows(data, batch_size)
    y_pred = _predict(model, rows.x)
    output = chosen_output(names_of(model, y_pred), output_name)
    weight = rows.sample_weight if sample_weight is None else sample_weight
    y_score = as_array(output.select(y_pred, "the model's output"))
    y = as_array(output.select(rows.y, "y"))
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
        sample_weight=output.select(weight, "sample_weight"),
        batch_size=rows.batch_size,
        is_part=rows.is_part,
        loss=read_loss(output.setting(model.loss), y_score),
        metrics=tuple(read_metrics(model, output)),
        head=read_head(model, rows.x, _position(y_pred, output)),
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


def holds_class_indices(y: Array, width: int) -> bool:
    """One number per row for a model of several labels, or text."""
    if y.dtype.kind not in "biuf":
        return True
    return width > 1 and (y.ndim == 1 or y.shape[1:] == (1,))


def _predict(model: keras.Model, x: Any) -> Any:
    """The model's output for ``x``; stateful layers keep their state."""
    if not model.built:
        return call_inference(model, x)
    with keras.StatelessScope():
        return call_inference(model, x)


def _position(y_pred: Any, output: Output) -> int:
    """The position of the output in the flat list of outputs."""
    if isinstance(y_pred, dict):
        return keras.tree.flatten({key: key for key in y_pred}).index(output.name)
    return output.names.index(str(output.name))
