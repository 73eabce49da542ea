"""Labels per step or pixel: of shape (batch, ..., n_labels) each position is a row."""

from typing import Any

import keras
from keras import ops

from keras_multilabel.utils.optional import require

Shape = tuple[int | None, ...]


def rows_of(values: Any) -> Any:
    """A tensor of shape (batch, ..., n_labels) as (rows, n_labels)."""
    if len(values.shape) == 2:
        return values
    return ops.reshape(values, (-1, values.shape[-1]))


def position_weights(sample_weight: Any, y: Any) -> Any:
    """Weights with the shape of ``y`` without labels, one for each position.

    Weights of rows count for each of their positions. Keras would multiply them along
    the wrong axis, and divide by their sum as if a row were one sample.

    Args:
        sample_weight: Shape (batch,) or that of the positions, (batch, ...), or its
            first axes; with or without a last axis of 1.
        y: A tensor, shape (batch, ..., n_labels).
    """
    weight, positions = ops.convert_to_tensor(sample_weight), tuple(y.shape[:-1])
    given = tuple(weight.shape)
    if len(given) == len(positions) + 1 and given[-1] == 1:
        weight = ops.squeeze(weight, -1)
    while len(weight.shape) < len(positions):
        weight = ops.expand_dims(weight, -1)
    if len(weight.shape) != len(positions) or any(
        None not in sizes and sizes[0] not in (1, sizes[1])
        for sizes in zip(weight.shape, positions, strict=True)
    ):
        raise ValueError(
            f"sample_weight must have the shape {positions[:1]}, one weight per row"
            + (f", or {positions}, one per position" if len(positions) > 1 else "")
            + f"; got {given}. Weights of labels are the class_weight of a loss; to "
            "leave an entry out, write -1 into y_true."
        )
    if len(positions) == 1:
        return weight
    return weight * ops.ones_like(y[..., 0], dtype=weight.dtype)


def row_weights(sample_weight: Any, y: Any) -> Any:
    """Weights as float32 (rows,), one for each position of ``y``."""
    weight = ops.cast(ops.convert_to_tensor(sample_weight), "float32")
    return ops.reshape(position_weights(weight, y), (-1,))


def check_shapes(y_true: Any, y_pred: Any, n_labels: int | None = None) -> Any:
    """Return the tensor ``y_true`` if it has the shape of ``y_pred``.

    Otherwise it would broadcast. In a TensorFlow graph the number of labels may only be
    known at run time: then it is checked there.
    """
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    same = len(shapes[0]) == len(shapes[1]) >= 2 and all(
        None in sizes or sizes[0] == sizes[1] for sizes in zip(*shapes, strict=True)
    )
    if same and (n_labels is None or shapes[0][-1] in (None, n_labels)):
        return _of_width(y_true, n_labels or shapes[1][-1])
    width = "n_labels" if n_labels is None else n_labels
    raise ValueError(
        f"y_pred must have y_true's shape, (batch, {width}) or (batch, ..., {width}), "
        f"one column per label in the same order; got y_true {shapes[0]} and "
        f"y_pred {shapes[1]}."
    )


def _of_width(y_true: Any, n_labels: int | None) -> Any:
    if y_true.shape[-1] is not None or keras.backend.backend() != "tensorflow":
        return y_true
    tf = require("tensorflow", extra="tensorflow")
    # TensorFlow's message has both shapes, and this name.
    name = "y_true_must_have_one_column_per_label"
    return tf.ensure_shape(y_true, (*y_true.shape[:-1], n_labels), name=name)
