"""Pictures and labels as a tf.data.Dataset, decoded and resized by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import joblib
import numpy as np

from keras_multilabel.images.epochs import Epochs
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.images.targets import Targets
from keras_multilabel.images.tf_decoding import load
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require

# Files that Python reads at a time, since each call of it takes 0.2 ms of CPU.
CHUNK = 16


def tf_dataset(
    pictures: Pictures,
    targets: Targets,
    epochs: Epochs,
    dtype: str,
    augment: Callable[..., Any] | None,
) -> Any:
    """Return the ``tf.data.Dataset``; each pass over it is another epoch."""
    tf = require("tensorflow", extra="images,tensorflow")
    threads = joblib.cpu_count()

    def peek(rows: Any, shapes: Any, batches: Any) -> tuple[Any, ...]:
        parts = tf.numpy_function(
            pictures.peek, [rows, shapes], (tf.string, tf.int32, tf.int32)
        )
        for part, shape in zip(parts, ([None], [None], [None, 8]), strict=True):
            part.set_shape(shape)
        return rows, shapes, batches, *parts

    def decode(row: Any, shape: Any, batch: Any, *file: Any) -> tuple[Any, Any, Any]:
        return row, batch, load(tf, pictures, row, shape, *file)

    def finish(rows: Any, images: Any) -> tuple[Any, ...]:
        return _finish(tf, pictures, targets, dtype, augment, rows, images)

    rows = _rows_of_epochs(tf, epochs)
    files = rows.batch(CHUNK).map(peek, num_parallel_calls=threads).unbatch()
    images = files.map(decode, num_parallel_calls=threads)
    batches = _batched(tf, images, epochs.batch_size, len(pictures.shapes))
    dataset = batches.map(finish)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(epochs.steps))
    options = tf.data.Options()
    # Its thread lets an iterator end only when it wakes up: up to a second later.
    options.autotune.enabled = False
    return dataset.prefetch(2).with_options(options)


def _rows_of_epochs(tf: Any, epochs: Epochs) -> Any:
    """Rows, shapes, and numbers of batches; of another epoch in each pass."""
    numbers = count()

    def next_epoch() -> tuple[Array, Array, Array]:
        return _flat(epochs.batches(next(numbers)))

    def rows_of(_: Any) -> Any:
        plan = tf.numpy_function(next_epoch, [], [tf.int64] * 3)
        for tensor in plan:
            tensor.set_shape([None])
        return tf.data.Dataset.from_tensor_slices(tuple(plan))

    return tf.data.Dataset.from_tensors(0).flat_map(rows_of)


def _flat(batches: list[tuple[int, Array]]) -> tuple[Array, Array, Array]:
    lengths = [len(rows) for _, rows in batches]
    shapes = np.repeat([shape for shape, _ in batches], lengths)
    rows = np.concatenate([rows for _, rows in batches])
    return rows.astype(np.int64), shapes, np.repeat(np.arange(len(batches)), lengths)


def _batched(tf: Any, images: Any, batch_size: int, n_shapes: int) -> Any:
    """Batch pictures, which come in the order of their batches."""
    if n_shapes == 1:
        return images.batch(batch_size).map(lambda rows, _, images: (rows, images))
    # All batches but one are of that size: that one would wait for the end.
    return images.group_by_window(
        key_func=lambda row, batch, image: batch,
        reduce_func=lambda _, group: group.map(
            lambda row, batch, image: (row, image)
        ).batch(batch_size),
        window_size=batch_size,
    )


def _finish(
    tf: Any,
    pictures: Pictures,
    targets: Targets,
    dtype: str,
    augment: Callable[..., Any] | None,
    rows: Any,
    images: Any,
) -> tuple[Any, ...]:
    """Add labels and weights to a batch, augment it, and give it its type."""

    def of_rows(function: Callable[[Array], Array], shape: list[int | None]) -> Any:
        values = tf.numpy_function(function, [rows], tf.float32, stateful=False)
        values.set_shape(shape)
        return values

    images.set_shape([None, *pictures.static_shape])
    batch = [images, of_rows(targets.labels, [None, targets.n_labels])]
    if targets.weights is not None:
        batch.append(of_rows(targets.weights_of, [None]))
    if augment is not None:
        batch = list(augment(tf, *batch))
    if dtype == "uint8":
        images = tf.clip_by_value(tf.round(batch[0]), 0, 255)
        batch[0] = tf.cast(images, tf.uint8)
    return tuple(batch)
