"""What the losses share: tensors in full precision, masks, checked options."""

import math
from abc import ABC, abstractmethod
from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.utils.arguments import Array, check_class_weight

# Stands for minus infinity in sums of exponentials: far below any logit, also where
# it is multiplied by a temperature, and without the NaN gradient of infinity.
NEVER = -1e20


class MultiLabelLoss(keras.losses.Loss, ABC):
    """A loss of which each sample has one value; unknown entries have no part in it.

    Private. A loss gives `losses_of_samples`, and its own options to `get_config`.
    """

    def __init__(self, *, from_logits: bool, reduction: str, name: str, dtype: Any):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample, shape (batch,)."""
        y_pred = _in_full_precision(ops.convert_to_tensor(y_pred))
        y_true = ops.cast(y_true, y_pred.dtype)
        _check_same_shape(y_true.shape, y_pred.shape)
        return self.losses_of_samples(
            ops.equal(y_true, 1), ops.equal(y_true, 0), y_pred
        )

    @abstractmethod
    def losses_of_samples(self, positive: Any, negative: Any, y_pred: Any) -> Any:
        """The loss of each sample; an entry neither positive nor negative is unknown.

        ``y_pred`` is float32 or float64, as the model gives it: `logits` tells.
        """

    def logits(self, y_pred: Any) -> Any:
        """``y_pred`` as logits."""
        if self.from_logits:
            return y_pred
        y_pred = clip(y_pred)
        return ops.log(y_pred) - ops.log1p(-y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the loss again."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "dtype": self.dtype,
        }


def clip(probabilities: Any) -> Any:
    """Away from 0 and 1, as Keras's own cross-entropies do it."""
    epsilon = keras.config.epsilon()
    return ops.clip(probabilities, epsilon, 1 - epsilon)


def masked_logsumexp(values: Any, mask: Any, axis: Any = -1) -> Any:
    """Log of the sum of exp over the entries of ``mask``; about `NEVER` for none."""
    return ops.logsumexp(ops.where(mask, values, NEVER), axis=axis)


def mean_of_known(
    entries: Any, positive: Any, negative: Any, class_weight: Array | None
) -> Any:
    """The mean over all labels of ``entries``, weighed by side; unknown ones are 0."""
    if class_weight is None:
        weight = ops.cast(ops.logical_or(positive, negative), entries.dtype)
    else:
        check_width("class_weight", len(class_weight), entries.shape)
        by_side = ops.convert_to_tensor(class_weight, dtype=entries.dtype)
        weight = ops.where(negative, by_side[:, 0], 0.0)
        weight = ops.where(positive, by_side[:, 1], weight)
    return ops.mean(weight * entries, axis=-1)


def check_number(
    value: float,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: float = -math.inf,
) -> float:
    """Return ``value`` if low <= value < high, value > above, and it is finite."""
    if low <= value < high and above < value and math.isfinite(value):
        return value
    bounds = [
        text
        for text, bound in [
            (f">= {low:g}", low),
            (f"> {above:g}", above),
            (f"< {high:g}", high),
        ]
        if math.isfinite(bound)
    ]
    expected = " ".join(["a finite number", " and ".join(bounds)]).rstrip()
    raise ValueError(f"{name} must be {expected}; got {value!r}.")


def check_width(name: str, n_labels: int, shape: tuple[int | None, ...]) -> None:
    """Raise if ``y_pred`` has another number of labels than the option ``name``."""
    # One row of weights would broadcast in silence.
    if shape[-1] != n_labels:
        raise ValueError(f"{name} is for {n_labels} labels; y_pred has {shape[-1]}.")


def check_optional_class_weight(class_weight: npt.ArrayLike | None) -> Array | None:
    """Return ``class_weight`` as float64 (n_labels, 2), or None."""
    return None if class_weight is None else check_class_weight(class_weight)


def as_list(values: Array | None) -> Any:
    """As what JSON holds."""
    return None if values is None else values.tolist()


def _check_same_shape(
    y_true: tuple[int | None, ...], y_pred: tuple[int | None, ...]
) -> None:
    """Raise if the shapes differ where both are known: they would broadcast."""
    same_rank = len(y_true) == len(y_pred)
    if not same_rank or any(
        None not in sizes and sizes[0] != sizes[1]
        for sizes in zip(y_true, y_pred, strict=True)
    ):
        raise ValueError(
            "y_pred must have y_true's shape, one column per label; got y_true "
            f"{tuple(y_true)} and y_pred {tuple(y_pred)}."
        )


def _in_full_precision(values: Any) -> Any:
    # In float16 and bfloat16, 1 - epsilon() is 1, and its logarithm infinite.
    is_double = keras.backend.standardize_dtype(values.dtype) == "float64"
    return ops.cast(values, "float64" if is_double else "float32")
