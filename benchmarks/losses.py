"""A training step's share of the loss: forward and gradient, against Keras's own.

What is timed is the compiled loss and its gradient with respect to the predictions,
not ``train_on_batch``: there the model's own work, the same for all losses, would hide
them. The losses get probabilities, as they do by default. On torch, where Keras does
not compile by default, it runs as it is.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import ops
from table import Row, named_version, overhead_row
from timing import Timed, interleaved, stopwatch

import keras_multilabel as kml

BACKEND = keras.backend.backend()
PEER = f"{named_version('keras')} on {BACKEND}, BinaryCrossentropy()"

TARGETS = (1.15, 1.5) if BACKEND == "torch" else (1.3, 2)


def rows(*, quick: bool) -> Iterator[Row]:
    y_true, y_pred = batch(256, 527)
    weight = kml.compute_class_weight(y_true)
    steps, repeats = (3, 1) if quick else (200, 7)
    peer = step_time(keras.losses.BinaryCrossentropy(), y_true, y_pred, steps)
    for name, loss, target in [
        ("with class_weight", kml.WeightedBinaryCrossentropy(weight), TARGETS[0]),
        ("default options", kml.AsymmetricLoss(), TARGETS[1]),
    ]:
        ours = step_time(loss, y_true, y_pred, steps)
        compiled = "eager" if BACKEND == "torch" else "compiled"
        yield overhead_row(
            f"{type(loss).__name__}, {name}: {compiled} loss and gradient, "
            f"{steps} batches of {len(y_true)} x {y_true.shape[1]}",
            PEER,
            interleaved(peer, ours, repeats),
            target,
        )


def batch(n_samples: int, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets with some 2 % positives, at least one of each label, and predictions."""
    rng = np.random.default_rng(0)
    y_true = rng.random((n_samples, n_labels)) < 0.02
    y_true[rng.integers(0, n_samples, n_labels), np.arange(n_labels)] = True
    y_pred = 1 / (1 + np.exp(-rng.normal(-2, 2, y_true.shape)))
    return y_true.astype("float32"), y_pred.astype("float32")


def step_time(
    loss: keras.losses.Loss, y_true: np.ndarray, y_pred: np.ndarray, steps: int
) -> Timed:
    """Seconds of ``steps`` times the loss and its gradient, one after the other."""
    step = value_and_gradient(loss)
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)

    def run() -> None:
        for _ in range(steps):
            result = step(y_true, y_pred)
        ops.convert_to_numpy(result[1])

    return stopwatch(run)


def value_and_gradient(loss: keras.losses.Loss) -> Callable[[Any, Any], Any]:
    """``loss`` and its gradient by the predictions, compiled where Keras does so."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        @tf.function(jit_compile=True)
        def step(y_true: Any, y_pred: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                value = loss(y_true, y_pred)
            return value, tape.gradient(value, y_pred)

        return step
    if BACKEND == "jax":
        import jax

        return jax.jit(jax.value_and_grad(loss, argnums=1))
    import torch

    def step(y_true: Any, y_pred: Any) -> Any:
        y_pred = y_pred.detach().requires_grad_()
        value = loss(y_true, y_pred)
        return value.detach(), torch.autograd.grad(value, y_pred)[0]

    return step
