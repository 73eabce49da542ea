"""Pictures and labels as a tf.data.Dataset, decoded and resized by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import joblib
import numpy as np

from keras_multilabel.images.epochs import Epochs
from keras_multilabel.images.fitting import Fit
from keras_multilabel.images.pictures import READERS, Pictures
from keras_multilabel.images.targets import Targets
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
    numbers = count()
    threads = joblib.cpu_count()

    def epoch_number() -> Array:
        return np.array(next(numbers), np.int64)

    def rows_of(epoch: Any) -> Any:
        """Rows, shapes, and numbers of batches in an epoch."""
        plan = tf.numpy_function(
            lambda epoch: _flat(epochs.batches(int(epoch))), [epoch], [tf.int64] * 3
        )
        for tensor in plan:
            tensor.set_shape([None])
        return tf.data.Dataset.from_tensor_slices(tuple(plan))

    def peek(rows: Any, shapes: Any, batches: Any) -> tuple[Any, ...]:
        parts = tf.numpy_function(
            pictures.peek,
            [rows, shapes],
            (tf.string, tf.int32, tf.int32),
            stateful=False,
        )
        for part, shape in zip(parts, ([None], [None], [None, 8]), strict=True):
            part.set_shape(shape)
        return rows, shapes, batches, *parts

    def load(row: Any, shape: Any, batch: Any, *file: Any) -> tuple[Any, Any, Any]:
        return row, batch, _load(tf, pictures, row, shape, *file)

    def finish(rows: Any, images: Any) -> tuple[Any, ...]:
        return _finish(tf, pictures, targets, dtype, augment, rows, images)

    rows = tf.data.Dataset.from_tensors(0)
    rows = rows.map(lambda _: tf.numpy_function(epoch_number, [], tf.int64))
    files = rows.flat_map(rows_of).batch(CHUNK).map(peek, num_parallel_calls=threads)
    images = files.unbatch().map(load, num_parallel_calls=threads)
    batches = _batched(tf, images, epochs.batch_size, len(pictures.shapes))
    dataset = batches.map(finish, num_parallel_calls=1)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(epochs.steps))
    options = tf.data.Options()
    # Its thread lets an iterator end only when it wakes up: up to a second later.
    options.autotune.enabled = False
    return dataset.prefetch(2).with_options(options)


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


def _load(
    tf: Any,
    pictures: Pictures,
    row: Any,
    shape: Any,
    data: Any,
    reader: Any,
    place: Any,
) -> Any:
    """Return the picture of a row, float32 of its shape.

    One condition is for the usual JPEGs; each more would cost a tenth of a decoding.
    """

    def by_tensorflow(ratio: int) -> Callable[[], tuple[Any, Any]]:
        # As Pillow decodes.
        options = {"ratio": ratio, "dct_method": "INTEGER_ACCURATE"}
        channels = pictures.channels
        return lambda: (tf.io.decode_jpeg(data, channels=channels, **options), place)

    def by_pillow() -> tuple[Any, Any]:
        decoded = tf.numpy_function(
            pictures.decode, [row, shape], (tf.uint8, tf.int32), stateful=False
        )
        return decoded[0], decoded[1]

    def usual() -> Any:
        return _fitted(tf, pictures, by_tensorflow(1)()[0], place, shape, shrinks=True)

    def any_other() -> Any:
        branches = [by_pillow, *map(by_tensorflow, READERS[1:])]
        image, place = tf.switch_case(reader, branches)
        image.set_shape([None, None, pictures.channels])
        place.set_shape([8])
        return _fitted(tf, pictures, image, place, shape, shrinks=False)

    shrinks = tf.reduce_all(place[4:6] <= place[2:4])
    image = tf.cond((reader == READERS.index(1)) & shrinks, usual, any_other)
    image.set_shape(pictures.static_shape)
    return image


def _fitted(
    tf: Any, pictures: Pictures, image: Any, place: Any, shape: Any, *, shrinks: bool
) -> Any:
    fit = Fit(*tf.unstack(place))
    if pictures.resize == "crop":
        image = image[
            fit.top : fit.top + fit.box_height, fit.left : fit.left + fit.box_width
        ]
    image = _interpolated(tf, pictures.interpolation, image, place[4:6], shrinks)
    if pictures.resize in ("pad", "bucket"):
        size = tf.constant(pictures.shapes)[tf.cast(shape, tf.int32)]
        below = size[0] - fit.height - fit.pad_top
        beside = size[1] - fit.width - fit.pad_left
        image = tf.pad(image, [[fit.pad_top, below], [fit.pad_left, beside], [0, 0]])
    return image


def _interpolated(
    tf: Any, interpolation: str, image: Any, size: Any, shrinks: bool
) -> Any:
    """Resize as `images.decoding` does, in float32."""

    def area() -> Any:
        return tf.image.resize(image, size, "area")

    def linear() -> Any:
        smooth = interpolation != "bilinear"
        return tf.image.resize(image, size, "bilinear", antialias=smooth)

    if interpolation != "area":
        return linear()
    return area() if shrinks else tf.cond(_is_larger(tf, image, size), area, linear)


def _is_larger(tf: Any, image: Any, size: Any) -> Any:
    return tf.reduce_all(tf.shape(image)[:2] >= size)


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
        batch = list(augment(*batch))
    if dtype == "uint8":
        images = tf.clip_by_value(tf.round(batch[0]), 0, 255)
        batch[0] = tf.cast(images, tf.uint8)
    return tuple(batch)
