"""Files -> fitted pictures in TensorFlow, in its graph or eagerly.

Raw operations are used: each further one costs a millisecond at the start of every
epoch, when TensorFlow optimizes the graph again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_multilabel.images.decoding import padded
from keras_multilabel.images.fitting import Fit
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads


def load(
    tf: Any,
    pictures: Pictures,
    row: Any,
    shape: Any,
    data: Any,
    is_plain: Any,
    place: Any,
) -> Any:
    """Return the picture of a row, float32 of its shape."""

    def by_tensorflow() -> Any:
        pixels = _decoded(tf, pictures, data)
        return _fitted(tf, pictures, pixels, place, shape)

    def by_pillow() -> Any:
        pixels = tf.numpy_function(
            pictures.read, [row, shape], tf.uint8, stateful=False
        )
        return tf.cast(pixels, tf.float32)

    image = tf.cond(is_plain, by_tensorflow, by_pillow)
    image.set_shape(pictures.static_shape)
    return image


def _fitted(tf: Any, pictures: Pictures, image: Any, place: Any, shape: Any) -> Any:
    if pictures.resize == "crop":
        fit = Fit(*tf.unstack(place))
        image = image[
            fit.top : fit.top + fit.box_height, fit.left : fit.left + fit.box_width
        ]
    image = _resized(tf, pictures, image, place[4:6])
    if pictures.resize in ("pad", "bucket"):
        before = place[6:8]
        size = tf.constant(pictures.shapes)[tf.cast(shape, tf.int32)]
        bars = tf.stack([before, size - place[4:6] - before], 1)
        image = tf.pad(image, tf.concat([bars, [[0, 0]]], 0))
    return image


def read_all(tf: Any, pictures: Pictures, rows: Array, shape: int) -> Array:
    """Return the pictures of rows, uint8 of (n_rows, height, width, channels)."""

    def read(row: int) -> Array:
        data, place = pictures.peek_at(row, shape)
        if not data:
            return pictures.read(row, shape)
        pixels = _decoded(tf, pictures, data).numpy()
        box = pixels[place.top :, place.left :][: place.box_height, : place.box_width]
        image = _resized(tf, pictures, box, (place.height, place.width)).numpy()
        inner = np.rint(image).clip(0, 255).astype(np.uint8)
        return padded(inner, place, pictures.shapes[shape])

    return np.stack(map_threads(read, rows.tolist()))


def _decoded(tf: Any, pictures: Pictures, data: Any) -> Any:
    """Pixels of a JPEG, as Pillow decodes it."""
    return tf.raw_ops.DecodeJpeg(
        contents=data, channels=pictures.channels, dct_method="INTEGER_ACCURATE"
    )


def _resized(tf: Any, pictures: Pictures, image: Any, size: Any) -> Any:
    options = {"images": image[None], "size": size}
    if pictures.interpolation == "area":
        return tf.raw_ops.ResizeArea(**options)[0]
    return tf.raw_ops.ResizeBilinear(**options, half_pixel_centers=True)[0]
