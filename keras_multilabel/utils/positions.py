"""Labels per step or pixel: of shape (batch, ..., n_labels) each position is a row."""

from typing import Any

from keras import ops

Shape = tuple[int | None, ...]


def rows_of(values: Any) -> Any:
    """A tensor of shape (batch, ..., n_labels) as (rows, n_labels)."""
    if len(values.shape) == 2:
        return values
    return ops.reshape(values, (-1, values.shape[-1]))


def position_weights(sample_weight: Any, y: Any) -> Any:
    """Weights with the shape of ``y`` without labels, one for each position.

    Weights of rows count for each position in them. Keras would multiply them with the
    wrong axis, and divide by their sum as if a row were one sample.

    Args:
        sample_weight: Shape (batch,) or that of the positions, (batch, ...), or a part
            of it from the left; with or without a last axis of 1.
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


def check_shapes(y_true: Shape, y_pred: Shape, n_labels: int | None = None) -> None:
    """Raise if the shapes differ where both are known: they would broadcast."""
    same = len(y_true) == len(y_pred) >= 2 and all(
        None in sizes or sizes[0] == sizes[1]
        for sizes in zip(y_true, y_pred, strict=True)
    )
    if same and (n_labels is None or y_true[-1] in (None, n_labels)):
        return
    width = "n_labels" if n_labels is None else n_labels
    raise ValueError(
        f"y_pred must have y_true's shape, (batch, {width}) or (batch, ..., {width}), "
        f"one column per label in the same order; got y_true {tuple(y_true)} and "
        f"y_pred {tuple(y_pred)}."
    )
