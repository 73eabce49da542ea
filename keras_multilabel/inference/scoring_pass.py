"""One pass of a model over data: truth, scores and loss together."""

import warnings
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.inference.calling import (
    call_inference,
    has_loss,
    inference_loss,
)
from keras_multilabel.inference.outputs import chosen_output, declared_names
from keras_multilabel.inference.sources import Source
from keras_multilabel.utils import keras_internals
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class PassResult:
    """What one pass over the data gave, row by row.

    Attributes:
        y_true: Truth of the chosen output, shape (n_samples, n_labels).
        y_score: The model's output for the same rows.
        sample_weight: Shape (n_samples,), or None where the data has none.
        loss: Mean loss over the samples; None for a model without a loss.
    """

    y_true: Array
    y_score: Array
    sample_weight: Array | None
    loss: float | None


class ScoringPass(keras.Model):
    """A model around a model, whose prediction is (truth, score, weight, loss).

    Its ``predict`` reads every kind of data that Keras reads, and each batch gives
    x, y and the prediction together, so no order of rows has to be assumed.
    """

    def __init__(self, model: keras.Model, output_name: str | None = None):
        # float32 whatever the global policy: the loss is taken outside the model's
        # own layers, as evaluate takes it.
        super().__init__(autocast=False, dtype="float32")
        self.model = model
        self.has_loss = has_loss(model)
        self.chosen = chosen_output(declared_names(model), output_name)
        self.built = True
        self.compile(
            loss=None, run_eagerly=model.run_eagerly, jit_compile=model.jit_compile
        )

    def call(self, data: Any) -> dict[str, Any]:
        """Predict a batch ``(x, y[, sample_weight])`` and take its loss."""
        if len(data) == 1:
            (data,) = data
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if y is None:
            raise ValueError(
                "validation_data must give (x, y) or (x, y, sample_weight); it gave x "
                "alone."
            )
        y_pred = call_inference(self.model, x)
        y_true = self.chosen.select(y, "y")
        y_score = self.chosen.select(y_pred, "The model's output")
        _check_columns(y_true, y_score)
        loss = (
            inference_loss(self.model, x, y, y_pred, sample_weight)
            if self.has_loss
            else np.nan
        )
        outputs = {"rows": _pack(y_true, y_score, loss)}
        if sample_weight is not None:
            outputs["sample_weight"] = self.chosen.select(
                sample_weight, "sample_weight"
            )
        return outputs

    def predict_step(self, *args: Any) -> Any:
        """Predict a batch, which goes in whole, not its x alone as in Keras's step."""
        return keras_internals.predict_whole_batch(self, *args)

    def run(self, source: Source, batch_size: int | None = None) -> PassResult:
        """Pass over the data once."""
        with keras_internals.weights_kept(self, self.model), warnings.catch_warnings():
            # Data of unknown length ends so; too few batches are an error below.
            warnings.filterwarnings("ignore", "Your input ran out of data")
            outputs = self.predict(
                source.open(), batch_size=batch_size, steps=source.steps, verbose=0
            )
        y_true, y_score, loss, first = _unpack(outputs["rows"])
        _check_batches(int(first.sum()), source.steps)
        return PassResult(
            y_true,
            y_score,
            _flat(outputs.get("sample_weight")),
            float(loss.mean(dtype=np.float64)) if self.has_loss else None,
        )


def _flat(sample_weight: Array | None) -> Array | None:
    """Keras takes weights of shape (n_samples, 1), too."""
    if sample_weight is not None and sample_weight.shape[1:] == (1,):
        return sample_weight[:, 0]
    return sample_weight


def _pack(y_true: Any, y_score: Any, loss: Any) -> Any:
    """One array of truth, score, loss and "first of its batch", side by side.

    ``predict`` spends some 0.3 ms on each array of each batch, as much as a small
    model takes; so all goes into one. The loss is repeated in each row, so that its
    mean over rows weighs each batch by its size, as evaluate does.
    """
    # Whole numbers up to 2^24 and bfloat16 scores are exact in float32.
    double = keras.backend.standardize_dtype(y_score.dtype) == "float64"
    dtype = "float64" if double else "float32"
    y_true, y_score, loss = (ops.cast(v, dtype) for v in (y_true, y_score, loss))
    column = ops.ones_like(y_score[:, :1])
    first = ops.cast(ops.arange(ops.shape(y_score)[0]) == 0, column.dtype)
    columns = [y_true, y_score, column * loss, ops.expand_dims(first, 1)]
    return ops.concatenate(columns, axis=1)


def _unpack(rows: Array) -> tuple[Array, Array, Array, Array]:
    n_labels = (rows.shape[1] - 2) // 2
    return rows[:, :n_labels], rows[:, n_labels:-2], rows[:, -2], rows[:, -1]


def _check_columns(y_true: Any, y_score: Any) -> None:
    # Shapes are static where this is traced; an unknown width is None there.
    if len(y_true.shape) != 2 or len(y_score.shape) != 2:
        raise ValueError(
            "y and the model's output must have the shape (batch, n_labels); got "
            f"{tuple(y_true.shape)} and {tuple(y_score.shape)}."
        )
    if None not in (y_true.shape[1], y_score.shape[1]) and (
        y_true.shape[1] != y_score.shape[1]
    ):
        raise ValueError(
            f"The model's output has {y_score.shape[1]} columns, y has "
            f"{y_true.shape[1]}: both need one per label, in the same order."
        )


def _check_batches(found: int, steps: int | None) -> None:
    if steps is not None and found < steps:
        raise ValueError(
            f"validation_steps is {steps}, but validation_data ran out after {found} "
            "batches."
        )
