"""One pass of a model over data: truth, scores and loss together (Keras shell)."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.inference.sources import Source
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
        self.has_loss = _has_loss(model)
        self.output_name = _check_output_name(model, output_name)
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
        y_true, y_score = self._select(y), self._select(y_pred)
        _check_widths(y_true, y_score)
        loss = (
            _compute_loss(self.model, x, y, y_pred, sample_weight)
            if self.has_loss
            else np.nan
        )
        outputs = {"rows": _pack(y_true, y_score, loss)}
        if sample_weight is not None:
            outputs["sample_weight"] = self._select(sample_weight)
        return outputs

    def predict_step(self, *args: Any) -> Any:
        """Predict a batch: ``(data)``, or ``(state, data)`` on JAX.

        The data goes in whole, not its x alone as in Keras's own step.
        """
        if keras.backend.backend() != "jax":
            return self(*args)
        state, data = args
        # return_losses lets the loss see what layers added with add_loss.
        outputs, non_trainable, _ = self.stateless_call(
            *state, data, return_losses=True
        )
        return outputs, non_trainable

    def _select(self, structure: Any) -> Any:
        """The chosen output of a structure with one element per output."""
        if isinstance(structure, dict):
            return structure[self.output_name]
        if isinstance(structure, (list, tuple)):
            return structure[self.model.output_names.index(self.output_name)]
        return structure

    def run(self, source: Source, batch_size: int | None = None) -> PassResult:
        """Pass over the data once."""
        with _weights_kept(self), warnings.catch_warnings():
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


def _has_loss(model: keras.Model) -> bool:
    own = type(model).compute_loss is not keras.Model.compute_loss
    return own or model.loss is not None


def _check_output_name(model: keras.Model, output_name: str | None) -> str | None:
    names = getattr(model, "output_names", None) or []
    if output_name is None:
        if len(names) > 1:
            raise ValueError(
                f"The model has the outputs {names}: pass output_name, the one to "
                "evaluate."
            )
        return names[0] if names else None
    if names and output_name not in names:
        raise ValueError(f"output_name must be one of {names}; got {output_name!r}.")
    return output_name


def takes_training(function: Callable[..., Any]) -> bool:
    """Whether ``function`` is told if it is called to train."""
    return "training" in inspect.signature(function).parameters


def call_inference(model: keras.Model, x: Any) -> Any:
    """What the model gives for ``x`` in inference."""
    return model(x, training=False) if takes_training(model.call) else model(x)


def _compute_loss(model: keras.Model, *args: Any) -> Any:
    if takes_training(model.compute_loss):
        return model.compute_loss(*args, training=False)
    return model.compute_loss(*args)


def _check_widths(y_true: Any, y_score: Any) -> None:
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


@contextmanager
def _weights_kept(scoring_pass: ScoringPass) -> Iterator[None]:
    """Give a JAX model its weights back if a pass breaks off.

    Keras's JAX trainer takes the values out of the variables while it predicts,
    and an exception on the way, say from a data source, would lose them.
    """
    if keras.backend.backend() != "jax":
        yield
        return
    values = [(variable, variable.value) for variable in scoring_pass.model.variables]
    try:
        yield
    except BaseException:
        scoring_pass.jax_state_sync()
        for variable, value in values:
            if not value.is_deleted():
                variable.assign(value)
        raise
