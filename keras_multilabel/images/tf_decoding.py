"""A file -> a fitted picture, in TensorFlow's graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras_multilabel.images.fitting import Fit
from keras_multilabel.images.pictures import READERS, Pictures


def load(
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
