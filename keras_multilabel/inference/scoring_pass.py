"""One pass of a model over data: truth, scores and loss together."""

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.inference.calling import (
    call_inference,
    has_loss,
    inference_loss,
)
from keras_multilabel.inference.outputs import chosen_output, declared_names, names_of
from keras_multilabel.inference.sources import Source
from keras_multilabel.utils import keras_internals
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.positions import check_shapes, row_weights, rows_of


@dataclass(frozen=True, eq=False)
class PassResult:
    """What one pass over the data gave, row by row.

    Attributes:
        y_true: Truth of the chosen output, shape (n_rows, n_labels): a row for each
            sample, or each position of labels per step or pixel.
        y_score: The model's output for the same rows.
        sample_weight: Shape (n_rows,), or None where the data has none.
        loss: Mean loss over the samples; None for a model without a loss.
        sample: Of labels per step or pixel, the sample of which each row is a
            position, ascending; None where each row is a sample.
    """

    y_true: Array
    y_score: Array
    sample_weight: Array | None
    loss: float | None
    sample: Array | None = None


class ScoringPass(keras.Model):
    """A model around a model, whose prediction is its scores, and what goes with them.

    Its ``predict`` reads every kind of data that Keras reads, and each batch gives
    x, y and the prediction together, so no order of rows has to be assumed. Only the
    truth of arrays, which are read in their order, does not come back through the
    graph.
    """

    def __init__(
        self, model: keras.Model, source: Source, output_name: str | None = None
    ):
        # float32 whatever the global policy: the loss is taken outside the model's
        # own layers, as evaluate takes it.
        super().__init__(autocast=False, dtype="float32")
        self.model = model
        self.source = source
        self.has_loss = has_loss(model)
        # A subclassed model names its outputs in its first prediction.
        self.output_name = output_name
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
        if not self.chosen.names:
            names = names_of(self.model, y_pred)
            self.chosen = chosen_output(names, self.output_name)
        y_true = self.chosen.select(y, "y")
        y_score = self.chosen.select(y_pred, "The model's output")
        y_true = check_shapes(y_true, y_score)
        loss = (
            inference_loss(self.model, x, y, y_pred, sample_weight)
            if self.has_loss
            else np.nan
        )
        if self.source.arrays is not None:
            return {"rows": _side_by_side(rows_of(y_score), loss)}
        self._is_positions = len(y_true.shape) > 2
        rows = _with_truth(y_true, rows_of(y_score), loss)
        if sample_weight is None:
            return {"rows": rows}
        weight = self.chosen.select(sample_weight, "sample_weight")
        return {"rows": rows, "sample_weight": row_weights(weight, y_true)}

    def predict_step(self, *args: Any) -> Any:
        """Predict a batch, which goes in whole, not its x alone as in Keras's step."""
        return keras_internals.predict_whole_batch(self, *args)

    def run(self, batch_size: int | None = None) -> PassResult:
        """Pass over the data once."""
        source = self.source
        with keras_internals.weights_kept(self, self.model), warnings.catch_warnings():
            # Data of unknown length ends so; too few batches are an error below.
            warnings.filterwarnings("ignore", "Your input ran out of data")
            outputs = self.predict(
                source.open(), batch_size=batch_size, steps=source.steps, verbose=0
            )
        if source.arrays is not None:
            result = self._beside_arrays(outputs["rows"], *source.arrays[1:])
        else:
            result = _unpack(outputs["rows"], outputs.get("sample_weight"))
            if self._is_positions:
                result = replace(result, sample=_samples_of(outputs["rows"][:, -1]))
            _check_batches(int((outputs["rows"][:, -1] > 0).sum()), source.steps)
        return result if self.has_loss else replace(result, loss=None)

    def _beside_arrays(
        self, rows: Array, y: Any, sample_weight: Any = None
    ) -> PassResult:
        """The rows beside the truth, and weights, that were read with them."""
        truth = _as_array(self.chosen.select(y, "y"))
        y_true = truth.reshape(-1, truth.shape[-1])[: len(rows)]
        weight = None
        if sample_weight is not None:
            weight = _as_array(self.chosen.select(sample_weight, "sample_weight"))
            weight = _by_position(weight, truth.shape[:-1])[: len(rows)]
        # The mean over rows weights each batch by its size, as evaluate does.
        loss = float(rows[:, -1].mean(dtype=np.float64))
        sample = None
        if truth.ndim > 2:
            sample = np.repeat(np.arange(len(truth)), math.prod(truth.shape[1:-1]))
        return PassResult(y_true, rows[:, :-1], weight, loss, sample)


def _by_position(weight: Array, positions: tuple[int, ...]) -> Array:
    """Weights of samples, or of positions, one for each position."""
    if weight.shape[1:][-1:] == (1,):
        weight = weight[..., 0]
    if weight.ndim > len(positions):  # one for each label: an error where it is used
        return weight
    missing = (1,) * (len(positions) - weight.ndim)
    return np.broadcast_to(weight.reshape(weight.shape + missing), positions).ravel()


def _as_array(values: Any) -> Array:
    if hasattr(values, "toarray"):
        return np.asarray(values.toarray())
    return np.asarray(ops.convert_to_numpy(values))


# ``predict`` spends some 0.3 ms on each array of each batch, as much as a small model
# takes; so all goes into one, side by side.


def _side_by_side(y_score: Any, loss: Any, *others: Any) -> Any:
    """Other columns, those of the scores, and in each row the loss of the batch."""
    # Whole numbers up to 2^24 and bfloat16 scores are exact in float32.
    double = keras.backend.standardize_dtype(y_score.dtype) == "float64"
    dtype = "float64" if double else "float32"
    columns = [ops.cast(each, dtype) for each in (*others, y_score)]
    loss = ops.ones_like(columns[-1][:, :1]) * ops.cast(loss, dtype)
    return ops.concatenate([*columns, loss], axis=1)


def _with_truth(y_true: Any, y_score: Any, loss: Any) -> Any:
    """Truth, scores, loss, and in the first row of the batch its number of samples."""
    rows = _side_by_side(y_score, loss, rows_of(y_true))
    is_first = ops.cast(ops.arange(ops.shape(rows)[0]) == 0, rows.dtype)
    n_samples = is_first * ops.cast(ops.shape(y_true)[0], rows.dtype)
    return ops.concatenate([rows, ops.expand_dims(n_samples, 1)], axis=1)


def _unpack(rows: Array, sample_weight: Array | None) -> PassResult:
    n_labels = (rows.shape[1] - 2) // 2
    loss = np.average(rows[:, -2], weights=rows[:, -1]) if rows[:, -1].any() else np.nan
    return PassResult(
        rows[:, :n_labels], rows[:, n_labels:-2], sample_weight, float(loss)
    )


def _samples_of(n_samples: Array) -> Array:
    """Of each row, its sample; batches differ in how many rows a sample has.

    The first row of a batch says how many samples the batch has, the others 0.
    """
    starts = np.flatnonzero(n_samples)
    per_batch = n_samples[starts].astype(np.int64)
    n_rows = np.diff([*starts, len(n_samples)])
    return np.repeat(
        np.arange(per_batch.sum()), np.repeat(n_rows // per_batch, per_batch)
    )


def _check_batches(found: int, steps: int | None) -> None:
    if steps is not None and found < steps:
        raise ValueError(
            f"validation_steps is {steps}, but validation_data ran out after {found} "
            "batches."
        )
