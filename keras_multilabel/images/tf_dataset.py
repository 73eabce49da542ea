"""Pictures and labels as a tf.data.Dataset, decoded and resized by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import joblib
import numpy as np

from keras_multilabel.images.cache import PictureCache
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
    cache: PictureCache | None,
) -> Any:
    """Return the ``tf.data.Dataset``; each pass over it is another epoch."""
    tf = require("tensorflow", extra="images,tensorflow")
    numbers = count()

    def next_epoch() -> tuple[Array, Array, Array, np.bool_]:
        is_kept = cache is not None and cache.is_full
        return *_flat(epochs.batches(next(numbers))), np.bool_(is_kept)

    def of_epoch(_: Any) -> Any:
        *plan, is_kept = tf.numpy_function(
            next_epoch, [], [*[tf.int64] * 3, tf.bool], stateful=True
        )
        for tensor in plan:
            tensor.set_shape([None])
        if cache is None:
            return _decoded(tf, pictures, plan, epochs.batch_size)
        # One of the two is empty.
        n_kept = tf.where(is_kept, tf.size(plan[0]), 0)
        decoded = [tensor[n_kept:] for tensor in plan]
        kept = [tensor[:n_kept] for tensor in plan]
        return (
            _decoded(tf, pictures, decoded, epochs.batch_size)
            .map(partial(_store, tf, cache))
            .concatenate(_kept(tf, pictures, cache, kept, epochs.batch_size))
        )

    def finish(rows: Any, images: Any) -> tuple[Any, ...]:
        return _finish(tf, pictures, targets, dtype, augment, rows, images)

    dataset = tf.data.Dataset.from_tensors(0).flat_map(of_epoch).map(finish)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(epochs.steps))
    options = tf.data.Options()
    # Its thread lets an iterator end only when it wakes up: up to a second later.
    options.autotune.enabled = False
    return dataset.prefetch(2).with_options(options)


def _decoded(tf: Any, pictures: Pictures, plan: list[Any], batch_size: int) -> Any:
    """Batches of rows and float32 images of an epoch's rows, shapes and batches."""
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

    rows = tf.data.Dataset.from_tensor_slices(tuple(plan))
    files = rows.batch(CHUNK).map(peek, num_parallel_calls=threads).unbatch()
    images = files.map(decode, num_parallel_calls=threads)
    return _batched(tf, images, batch_size, len(pictures.shapes))


def _kept(
    tf: Any, pictures: Pictures, cache: PictureCache, plan: list[Any], batch_size: int
) -> Any:
    """The same from the cache, uint8."""

    def read(rows: Any, shapes: Any) -> tuple[Any, Any]:
        images = tf.numpy_function(cache.read, [rows, shapes[0]], tf.uint8)
        images.set_shape([None, *pictures.static_shape])
        return rows, images

    slices = tf.data.Dataset.from_tensor_slices((plan[0], plan[2], plan[1]))
    batches = _batched(tf, slices, batch_size, len(pictures.shapes))
    return batches.map(read, num_parallel_calls=joblib.cpu_count())


def _store(tf: Any, cache: PictureCache, rows: Any, images: Any) -> tuple[Any, Any]:
    pixels = tf.numpy_function(cache.store, [rows, _as_bytes(tf, images)], tf.uint8)
    pixels.set_shape(images.shape)
    return rows, pixels


def _as_bytes(tf: Any, images: Any) -> Any:
    if images.dtype == tf.uint8:
        return images
    return tf.cast(tf.clip_by_value(tf.round(images), 0, 255), tf.uint8)


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
    if augment is not None or dtype == "float32":
        batch[0] = tf.cast(images, tf.float32)
    if augment is not None:
        batch = list(augment(tf, *batch))
    if dtype == "uint8":
        batch[0] = _as_bytes(tf, batch[0])
    return tuple(batch)
