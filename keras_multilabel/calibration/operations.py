"""Calibration in operations of Keras, for tensors and for graphs."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_multilabel.calibration.logits import LARGEST, LEAST, MOST
from keras_multilabel.utils.arguments import Array


def calibrated(
    y_score: Any, coef: Array, intercept: Array, *, from_logits: bool
) -> Any:
    """Return the probabilities of scores (..., n_labels), float32 or float64.

    ``coef`` and ``intercept`` are those of a `LabelCalibrator`.
    """
    dtype = keras.backend.standardize_dtype(y_score.dtype)

    def constant(values: Array) -> Any:
        return constant_for(y_score, tuple(values.tolist()), dtype)

    if from_logits:
        logits = ops.clip(y_score, -LARGEST, LARGEST)
    else:
        probability = ops.clip(y_score, LEAST, MOST)
        # Not log1p, which tf2onnx lacks; rounding 1 - p costs the logit 6e-8.
        logits = ops.subtract(ops.log(probability), ops.log(1 - probability))
    if len(coef) == 1:
        margin = ops.multiply(logits, constant(coef[0]))
    else:
        low = ops.multiply(ops.softplus(ops.negative(logits)), constant(-coef[0]))
        high = ops.multiply(ops.softplus(logits), constant(coef[1]))
        margin = ops.add(low, high)
    return ops.sigmoid(ops.add(margin, constant(intercept)))


def constant_for(tensor: Any, values: tuple[float, ...], dtype: str) -> Any:
    """``values`` as the other argument of an operation on ``tensor``."""
    if isinstance(tensor, keras.KerasTensor):
        # A tensor in a graph becomes another input of its ONNX file.
        return np.array(values, dtype)
    # torch.compile cannot trace NumPy.
    return ops.convert_to_tensor(values, dtype=dtype)


def as_layer(coef: Array, intercept: Array, *, from_logits: bool) -> keras.Model:
    """A model that uses only Keras's own operations, from scores to probabilities."""
    scores = keras.Input((coef.shape[1],), name="scores")
    outputs = calibrated(scores, coef, intercept, from_logits=from_logits)
    return keras.Model(scores, outputs, name="calibration")
