"""One pass of a model over data: truth, scores and loss together."""

import math
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
from keras_multilabel.inference.outputs import chosen_output, declared_names, names_of
from keras_multilabel.inference.sources import Source
from keras_multilabel.utils import keras_internals
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.positions import check_shapes, row_weights, rows_of


@dataclass(frozen=True, eq=False)
class PassResult:
    """The results of one pass over the data, row by row.

    Attributes:
        y_true: Truth of the chosen output, shape (n_rows, n_labels): a row for each
            sample, or each position with labels per step or pixel.
        y_score: The model's output for the same rows.
        sample_weight: Shape (n_rows,), or None if the data has none.
        loss: Mean loss over the samples; None for a model without a loss.
        sample: For labels per step or pixel, the sample that each row is a position of,
            ascending; None if each row is a sample.
    """

    y_true: Array
    y_score: Array
    sample_weight: Array | None
    loss: float | None
    sample: Array | None = None

    @property
    def n_samples(self) -> int:
        """The number of samples, whatever the number of positions."""
        return len(self.y_true) if self.sample is None else int(self.sample[-1]) + 1


class ScoringPass(keras.Model):
    """A model around a model, whose predictions include truth, scores and loss.

    Its ``predict`` reads every kind of data that Keras reads, and each batch gives x, y
    and the prediction together, so no order of rows is assumed. Only the truth of
    arrays, which are read in their order, does not pass through the graph.
    """

    def __init__(
        self, model: keras.Model, source: Source, output_name: str | None = None
    ):
        # float32 whatever the global policy: the loss is computed outside the model's
        # own layers, as in evaluate.
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
        """Predict a batch ``(x, y[, sample_weight])`` and compute its loss."""
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
        self._is_positions = len(y_true.shape) > 2
        loss = (
            inference_loss(self.model, x, y, y_pred, sample_weight)
            if self.has_loss
            else np.nan
        )
        outputs = {
            "y_score": _full_precision(rows_of(y_score)),
            "batches": _batch_row(loss, y_true),
        }
        if self.source.arrays is not None:
            return outputs
        outputs["y_true"] = rows_of(y_true)
        if sample_weight is not None:
            weight = self.chosen.select(sample_weight, "sample_weight")
            outputs["sample_weight"] = row_weights(weight, y_true)
        return outputs

    def predict_step(self, *args: Any) -> Any:
        """Predict a batch, passed as a whole, not only x as in Keras's step."""
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
        loss, n_samples, n_positions = outputs["batches"].T
        _check_batches(len(loss), source.steps)
        loss = np.average(loss, weights=n_samples) if n_samples.any() else np.nan
        if source.arrays is None:
            y_true, weight = outputs["y_true"], outputs.get("sample_weight")
        else:
            y_true, weight = self._beside_arrays(*source.arrays[1:])
        y_score = outputs["y_score"]
        return PassResult(
            y_true[: len(y_score)],
            y_score,
            None if weight is None else weight[: len(y_score)],
            float(loss) if self.has_loss else None,
            _samples_of(n_samples, n_positions) if self._is_positions else None,
        )

    def _beside_arrays(
        self, y: Any, sample_weight: Any = None
    ) -> tuple[Array, Array | None]:
        """Truth and weights, row by row, of arrays that are read in their order."""
        truth = _as_array(self.chosen.select(y, "y"))
        y_true = truth.reshape(-1, truth.shape[-1])
        if sample_weight is None:
            return y_true, None
        weight = _as_array(self.chosen.select(sample_weight, "sample_weight"))
        return y_true, _by_position(weight, truth.shape[:-1])


def _by_position(weight: Array, positions: tuple[int, ...]) -> Array:
    """Weights of samples, or of positions, one for each position."""
    if weight.shape[1:][-1:] == (1,):
        weight = weight[..., 0]
    if weight.ndim > len(positions):  # one for each label: raises where it is used
        return weight
    missing = (1,) * (len(positions) - weight.ndim)
    return np.broadcast_to(weight.reshape(weight.shape + missing), positions).ravel()


def _as_array(values: Any) -> Array:
    if hasattr(values, "toarray"):
        return np.asarray(values.toarray())
    return np.asarray(ops.convert_to_numpy(values))


def _full_precision(y_score: Any) -> Any:
    """Scores in a NumPy type, without rounding them."""
    double = keras.backend.standardize_dtype(y_score.dtype) == "float64"
    return y_score if double else ops.cast(y_score, "float32")


def _batch_row(loss: Any, y_true: Any) -> Any:
    """Loss, number of samples and of positions per sample of a batch; shape (1, 3)."""
    # Returned apart from the scores: beside them they cost JAX 0.2 ms a batch.
    n_samples, *positions, _ = ops.shape(y_true)
    numbers = (loss, n_samples, math.prod(positions))
    row = ops.stack([ops.cast(number, "float32") for number in numbers])
    return ops.expand_dims(row, 0)


def _samples_of(n_samples: Array, n_positions: Array) -> Array:
    """The sample of each row; batches differ in the number of positions per sample."""
    n_samples, n_positions = n_samples.astype(np.int64), n_positions.astype(np.int64)
    per_sample = np.repeat(n_positions, n_samples)
    return np.repeat(np.arange(len(per_sample)), per_sample)


def _check_batches(found: int, steps: int | None) -> None:
    if steps is not None and found < steps:
        raise ValueError(
            f"validation_steps is {steps}, but validation_data ran out after {found} "
            "batches."
        )
