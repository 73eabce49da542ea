"""Pictures and labels as a tf.data.Dataset, decoded and resized by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import count
from typing import Any

import joblib
import numpy as np

from keras_multilabel.images.cache import PictureCache
from keras_multilabel.images.epochs import Epochs
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.images.targets import Targets
from keras_multilabel.images.tf_decoding import load, read_all
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require

# Files that Python reads at a time, since each call to Python takes 0.2 ms of CPU.
CHUNK = 16


def tf_dataset(
    pictures: Pictures,
    targets: Targets,
    epochs: Epochs,
    dtype: str,
    augment: Callable[..., Any] | None,
    cache: PictureCache | None,
) -> Any:
    """Return the ``tf.data.Dataset``; each pass over it is another epoch."""
    tf = require("tensorflow", extra="images,tensorflow")
    numbers = count()
    images = (
        _decoded(tf, pictures, epochs, numbers)
        if cache is None
        else _kept(tf, pictures, epochs, numbers, cache)
    )

    def finish(rows: Any, images: Any) -> tuple[Any, ...]:
        return _finish(tf, pictures, targets, dtype, augment, rows, images)

    # Layers that draw random numbers draw them in the order of the batches.
    threads = None if augment is not None else joblib.cpu_count()
    dataset = images.map(finish, num_parallel_calls=threads)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(epochs.steps))
    options = tf.data.Options()
    # Its thread lets an iterator end only when it wakes up: up to a second later.
    options.autotune.enabled = False
    return dataset.prefetch(2).with_options(options)


def _decoded(tf: Any, pictures: Pictures, epochs: Epochs, numbers: count[int]) -> Any:
    """Batches of rows and their images, float32, decoded."""
    threads, n_shapes = joblib.cpu_count(), len(pictures.shapes)

    def next_epoch(_: Any) -> Any:
        plan = tf.numpy_function(
            lambda: _flat(epochs.batches(next(numbers))), [], [tf.int64] * 3
        )
        for tensor in plan:
            tensor.set_shape([None])
        return tuple(plan)

    def peek(rows: Any, shapes: Any, batches: Any) -> tuple[Any, ...]:
        parts = tf.numpy_function(
            pictures.peek, [rows, shapes], (tf.string, tf.bool, tf.int32)
        )
        for part, shape in zip(parts, ([None], [None], [None, 8]), strict=True):
            part.set_shape(shape)
        return rows, shapes, batches, *parts

    def decode(row: Any, shape: Any, batch: Any, *file: Any) -> tuple[Any, ...]:
        image = load(tf, pictures, row, shape, *file)
        return (row, image) if n_shapes == 1 else (row, image, batch)

    # No flat_map: its function would be optimized again in each epoch, for 50 ms.
    rows = tf.data.Dataset.from_tensors(0).map(next_epoch).unbatch()
    files = rows.batch(CHUNK).map(peek, num_parallel_calls=threads).unbatch()
    images = files.map(decode, num_parallel_calls=threads)
    if n_shapes == 1:
        return images.batch(epochs.batch_size)
    # All batches except one have that size: that one would wait for the end.
    return images.group_by_window(
        key_func=lambda row, image, batch: batch,
        reduce_func=lambda _, group: group.map(
            lambda row, image, batch: (row, image)
        ).batch(epochs.batch_size),
        window_size=epochs.batch_size,
    )


def _kept(
    tf: Any,
    pictures: Pictures,
    epochs: Epochs,
    numbers: count[int],
    cache: PictureCache,
) -> Any:
    """Batches of rows and their images, uint8, from the cache."""
    batches_of = lru_cache(4)(epochs.batches)
    decode = partial(read_all, tf, pictures)

    def next_epoch(_: Any) -> tuple[Any, Any]:
        number = tf.numpy_function(lambda: np.int64(next(numbers)), [], tf.int64)
        steps = tf.range(epochs.steps, dtype=tf.int64)
        return tf.fill([epochs.steps], number), steps

    def read(epoch: Array, step: Array) -> tuple[Array, Array]:
        shape, rows = batches_of(int(epoch))[int(step)]
        return rows.astype(np.int64), cache.read_all(rows, shape, decode)

    def load(epoch: Any, step: Any) -> tuple[Any, Any]:
        rows, images = tf.numpy_function(read, [epoch, step], (tf.int64, tf.uint8))
        rows.set_shape([None])
        images.set_shape([None, *pictures.static_shape])
        return rows, images

    batches = tf.data.Dataset.from_tensors(0).map(next_epoch).unbatch()
    return batches.map(load, num_parallel_calls=joblib.cpu_count())


def _flat(batches: list[tuple[int, Array]]) -> tuple[Array, Array, Array]:
    """The row, the shape and the batch of each picture of an epoch."""
    lengths = [len(rows) for _, rows in batches]
    shapes = np.repeat([shape for shape, _ in batches], lengths)
    rows = np.concatenate([rows for _, rows in batches])
    return rows.astype(np.int64), shapes, np.repeat(np.arange(len(batches)), lengths)


def _as_bytes(tf: Any, images: Any) -> Any:
    if images.dtype == tf.uint8:
        return images
    return tf.cast(tf.clip_by_value(tf.round(images), 0, 255), tf.uint8)


def _finish(
    tf: Any,
    pictures: Pictures,
    targets: Targets,
    dtype: str,
    augment: Callable[..., Any] | None,
    rows: Any,
    images: Any,
) -> tuple[Any, ...]:
    """Add labels and weights to a batch, augment it, and cast it."""

    def of_rows(
        function: Callable[..., Array], shape: list[int | None], *size: Any
    ) -> Any:
        values = tf.numpy_function(function, [rows, *size], tf.float32, stateful=False)
        values.set_shape(shape)
        return values

    images.set_shape([None, *pictures.static_shape])
    batch = [images, of_rows(targets.labels, [None, targets.n_labels])]
    if targets.weights is not None:
        batch.append(of_rows(targets.weights_of, [None]))
    if augment is not None or dtype == "float32":
        batch[0] = tf.cast(images, tf.float32)
    if augment is not None:
        batch = list(augment(tf, *batch))
    if dtype == "uint8":
        batch[0] = _as_bytes(tf, batch[0])
    if targets.masks is not None:
        height, width = tf.unstack(tf.shape(images)[1:3])
        shape = [None, *pictures.static_shape[:2], 1]
        batch[0] = batch[0], of_rows(targets.masks_of, shape, height, width)
    return tuple(batch)
