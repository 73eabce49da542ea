"""Truth, scores and weights as rows: of samples, or of labels per step or pixel."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keras_multilabel.utils.matrices import (
    Array,
    as_numbers,
    check_columns,
    check_positions,
)


class Rows(NamedTuple):
    """Truth beside scores or predictions, a row per sample, or per position.

    Attributes:
        y_true: Shape (n_rows, n_labels).
        other: Scores or predictions, same shape.
        weight: float64, shape (n_rows,), or None.
        sample: For labels per step or pixel, the sample that each row is a position of,
            shape (n_rows,); None if each row is a sample.
    """

    y_true: Array
    other: Array
    weight: Array | None
    sample: Array | None


def check_pair(
    y_true: npt.ArrayLike,
    other: npt.ArrayLike,
    name: str,
    sample_weight: npt.ArrayLike | None = None,
    *,
    of_part: bool = False,
) -> Rows:
    """Return ``y_true`` and ``other`` as numeric arrays of one shape, with weights.

    If both are data frames, their columns must be the same, in the same order.
    """
    check_columns(y_true, other, name)
    y_true, other = check_positions(y_true, "y_true"), check_positions(other, name)
    if y_true.shape != other.shape:
        raise ValueError(
            f"{name} must have y_true's shape {y_true.shape}, one column per "
            f"label; got {other.shape}."
        )
    positions = y_true.shape[:-1]
    weight = check_sample_weight(sample_weight, positions, of_part=of_part)
    sample = None
    if len(positions) > 1:
        sample = np.repeat(np.arange(positions[0]), math.prod(positions[1:]))
    return Rows(flatten(y_true), flatten(other), weight, sample)


def flatten(values: Array) -> Array:
    """An array (n_samples, ..., n_labels) as (n_rows, n_labels)."""
    return values.reshape(math.prod(values.shape[:-1]), values.shape[-1])


def check_rows(y_true: Array) -> Array:
    """Return ``y_true`` if it has any rows: without rows there is no score."""
    if len(y_true) == 0:
        raise ValueError("y_true must have at least one sample; got 0.")
    return y_true


def check_weighted(any_counted: Any, sample_weight: Any) -> None:
    """Raise if all weights are 0, which is allowed in parts of the data."""
    # (Weights of a lazy array are read again, if nothing was counted.)
    if sample_weight is not None and not any_counted:
        weight = as_numbers(sample_weight, "sample_weight")
        check_sample_weight(weight, weight.shape)


def check_sample_weight(
    sample_weight: Any, positions: tuple[int, ...], *, of_part: bool = False
) -> Array | None:
    """Return ``sample_weight`` as float64 (n_rows,), or None.

    Args:
        sample_weight: One weight per sample, which then counts for each of its
            positions, or one per position.
        positions: The shape of the truth without labels; ``(n_samples,)`` if flat.
        of_part: Whether it belongs to a part of the data, such as a batch, which may
        have only zeros.
    """
    if sample_weight is None:
        return None
    weight = as_numbers(sample_weight, "sample_weight").astype(np.float64, copy=False)
    if weight.ndim == 0 or weight.shape != positions[: weight.ndim]:
        raise ValueError(
            f"sample_weight must have the shape {positions[:1]}, one weight per sample"
            + (f", or {positions}, one per position" if len(positions) > 1 else "")
            + f"; got {weight.shape}."
        )
    n = len(weight)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError(
            "sample_weight must be finite and not negative, without NaN, <NA> or "
            "masked entries."
        )
    if not of_part and n and not weight.any():
        raise ValueError(
            f"sample_weight must not be 0 for all samples; got {n} zeros, and a score "
            "of nothing is no number."
        )
    missing = (1,) * (len(positions) - weight.ndim)
    return np.broadcast_to(weight.reshape(weight.shape + missing), positions).ravel()
