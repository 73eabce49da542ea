"""Labels per step or pixel: of shape (batch, ..., n_labels) each position is a row."""

from typing import Any

from keras import ops

Shape = tuple[int | None, ...]


def rows_of(values: Any) -> Any:
    """A tensor of shape (batch, ..., n_labels) as (rows, n_labels)."""
    if len(values.shape) == 2:
        return values
    return ops.reshape(values, (-1, values.shape[-1]))


def row_weights(sample_weight: Any, y: Any) -> Any:
    """Weights as float32 (rows,), one for each position of ``y``.

    Args:
        sample_weight: Shape (batch,) or that of the positions, (batch, ...), or a part
            of it from the left; each may have a last axis of 1.
        y: A tensor, shape (batch, ..., n_labels).
    """
    weight = ops.cast(ops.convert_to_tensor(sample_weight), "float32")
    shape, positions = tuple(weight.shape), tuple(y.shape[:-1])
    if len(shape) > 1 and shape[-1] == 1:
        weight, shape = ops.squeeze(weight, -1), shape[:-1]
    fits = 1 <= len(shape) <= len(positions) and all(
        None in sizes or sizes[0] == sizes[1]
        for sizes in zip(shape, positions, strict=False)
    )
    if not fits:
        raise ValueError(
            "sample_weight must have the shape (batch,), one weight per sample"
            + (f", or {positions}" if len(positions) > 1 else "")
            + f"; got {tuple(ops.shape(sample_weight))}."
        )
    if len(shape) < len(positions):
        missing = tuple(range(len(shape), len(positions)))
        weight = ops.expand_dims(weight, missing) + ops.cast(
            ops.zeros_like(y[..., 0]), "float32"
        )
    return ops.reshape(weight, (-1,))


def check_shapes(y_true: Shape, y_pred: Shape, n_labels: int | None = None) -> None:
    """Raise if the shapes differ where both are known, or are no rows of labels."""
    same = len(y_true) == len(y_pred) >= 2 and all(
        None in sizes or sizes[0] == sizes[1]
        for sizes in zip(y_true, y_pred, strict=True)
    )
    if same and (n_labels is None or y_true[-1] in (None, n_labels)):
        return
    width = "n_labels" if n_labels is None else n_labels
    raise ValueError(
        "y and the model's output must have one shape, "
        f"(batch, {width}) or (batch, ..., {width}), a column per label in the same "
        f"order; y has {tuple(y_true)}, the output {tuple(y_pred)}."
    )
