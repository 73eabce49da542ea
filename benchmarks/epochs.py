"""One epoch with honest metrics, against fit alone and the classic recipe.

Each timed run is a ``fit`` of two epochs of which the second counts: the first
traces and compiles.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import time
from collections.abc import Callable, Iterator
from itertools import tee
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.metrics import f1_score, precision_score, recall_score
from table import Row, named_version, overhead_row, speed_row
from timing import interleaved

import keras_multilabel as kml

PEER = f"{named_version('keras')} on {keras.backend.backend()}"
Arrays = tuple[np.ndarray, np.ndarray]


def rows(*, quick: bool) -> Iterator[Row]:
    scale, repeats = (20, 1) if quick else (1, 3)
    train = images(4_000 // scale)
    val = images(4_000 // scale)
    yield plain_row("CNN", small_cnn, train, val, 32, repeats, 1.05)
    train = features(200_000 // scale)
    val = features(200_000 // scale)
    yield plain_row("MLP", mlp, train, val, 256, repeats, 1.1)
    yield recipe_row("MLP", mlp, train, val, 256, min(repeats, 3))


def plain_row(
    name: str,
    make_model: Callable[[], keras.Model],
    train: Arrays,
    val: Arrays,
    batch_size: int,
    repeats: int,
    target: float,
) -> Row:
    """Ours against Keras's own validation."""
    model = make_model()

    def peer() -> float:
        return epoch_seconds(
            model,
            train,
            batch_size,
            validation_data=val,
            validation_batch_size=batch_size,
        )

    def ours() -> float:
        metrics = kml.MultiLabelMetrics(val, batch_size=batch_size)
        return epoch_seconds(model, train, batch_size, metrics)

    return overhead_row(
        f"one epoch, {sizes(name, train, val, batch_size)}",
        f"{PEER}, fit(validation_data=val), no callback",
        interleaved(peer, ours, repeats),
        target,
    )


def recipe_row(
    name: str,
    make_model: Callable[[], keras.Model],
    train: Arrays,
    val: Arrays,
    batch_size: int,
    repeats: int,
) -> Row:
    """Ours against the callback of the old articles."""
    model = make_model()

    def peer() -> float:
        steps = -(-len(val[0]) // batch_size)
        recipe = ClassicRecipe(endless_batches(*val, batch_size), steps)
        return epoch_seconds(model, train, batch_size, recipe)

    def ours() -> float:
        metrics = kml.MultiLabelMetrics(val, batch_size=batch_size)
        return epoch_seconds(model, train, batch_size, metrics)

    return speed_row(
        f"one epoch, {sizes(name, train, val, batch_size)}",
        f"{PEER}, classic recipe (tee, predict, 3 x {named_version('scikit-learn')})",
        interleaved(peer, ours, repeats),
        2,
    )


class ClassicRecipe(keras.callbacks.Callback):
    """Weighted F1, precision and recall as the articles of 2019 and later do it."""

    def __init__(self, validation_generator: Iterator[Arrays], validation_steps: int):
        super().__init__()
        self.validation_generator = validation_generator
        self.validation_steps = validation_steps

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Draw the batches twice: for the truth, and for the predictions."""
        truth, inputs = tee(self.validation_generator)
        y_true = np.vstack([next(truth)[1] for _ in range(self.validation_steps)])
        y_true = y_true.astype(int)
        inputs = (batch for batch in inputs)  # Keras 3 reads no tee.
        y_score = self.model.predict(inputs, steps=self.validation_steps, verbose=0)
        y_pred = (y_score > 0.5).astype(int)
        options = {"average": "weighted", "zero_division": 0}
        logs["val_f1_score"] = f1_score(y_true, y_pred, **options)
        logs["val_precision"] = precision_score(y_true, y_pred, **options)
        logs["val_recall"] = recall_score(y_true, y_pred, **options)


def endless_batches(x: np.ndarray, y: np.ndarray, batch_size: int) -> Iterator[Arrays]:
    """Batches as Keras's old generators give them: without end."""
    while True:
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]


def epoch_seconds(
    model: keras.Model,
    train: Arrays,
    batch_size: int,
    *callbacks: keras.callbacks.Callback,
    **options: Any,
) -> float:
    """Seconds of the second epoch, validation and callbacks included."""
    marks = []
    mark = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: marks.append(time.perf_counter()),
        on_epoch_end=lambda *_: marks.append(time.perf_counter()),
    )
    model.fit(
        *train,
        batch_size=batch_size,
        epochs=2,
        verbose=0,
        callbacks=[*callbacks, mark],
        **options,
    )
    return marks[-1] - marks[-2]


def mlp() -> keras.Model:
    """A small tabular model: 64 features, 100 labels."""
    return _compiled(
        [
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(100, activation="sigmoid"),
        ]
    )


def small_cnn() -> keras.Model:
    """Three convolutions on 32 x 32 pixels, 20 labels."""
    return _compiled(
        [
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(20, activation="sigmoid"),
        ]
    )


def _compiled(stack: list[keras.Layer]) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(stack)
    model.compile("adam", "binary_crossentropy")
    return model


def features(n_samples: int) -> Arrays:
    """64 features; 100 labels with some 5 % positives that depend on them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n_samples, 64), np.float32)
    y = x @ np.random.default_rng(1).standard_normal((64, 100), np.float32) > 13
    return x, y.astype(np.float32)


def images(n_samples: int) -> Arrays:
    """Noise of 32 x 32 pixels; 20 labels. Only the time matters here."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n_samples, 32, 32, 3), np.float32)
    return x, (rng.random((n_samples, 20)) < 0.1).astype(np.float32)


def sizes(name: str, train: Arrays, val: Arrays, batch_size: int) -> str:
    n_val, n_labels = val[1].shape
    return (
        f"{name}, {len(train[0]):,} training rows, validation "
        f"{n_val:,} x {n_labels}, batches of {batch_size}"
    )
