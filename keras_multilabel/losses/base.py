"""What the losses share: tensors in full precision, masks, checked options."""

import math
from abc import ABC, abstractmethod
from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.losses import torch_ops
from keras_multilabel.utils.arguments import Array, check_class_weight
from keras_multilabel.utils.constructor import constructor_repr
from keras_multilabel.utils.keras_internals import replace_where_not
from keras_multilabel.utils.options import Reduction
from keras_multilabel.utils.positions import check_shapes, position_weights

BACKEND = keras.backend.backend()
# Stands for minus infinity in sums of exponentials: far below any logit, also where
# it is multiplied by a temperature, and without the NaN gradient of infinity.
NEVER = -1e20
# The smallest normal float32: processors may take smaller ones as 0.
TINY = 1.17549435e-38
# What is computed with in place of a prediction of which the truth is unknown: any
# finite number would do, as probability and as logit.
STAND_IN = 0.5


class MultiLabelLoss(keras.losses.Loss, ABC):
    """A loss with one value per sample; unknown entries are left out.

    Private. A loss gives `losses_of_samples`, and its own options to `get_config`.
    Labels are the last axis; whatever stands before it are samples.
    """

    def __init__(
        self, *, from_logits: bool, reduction: Reduction, name: str, dtype: Any
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = from_logits

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss, reduced; ``sample_weight`` is one per sample, or per row."""
        if sample_weight is not None:
            sample_weight = position_weights(sample_weight, y_pred)
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample: the shape of ``y_true`` without labels."""
        y_pred = _in_full_precision(ops.convert_to_tensor(y_pred))
        y_true = ops.cast(y_true, y_pred.dtype)
        y_true = check_shapes(y_true, y_pred)
        # Before anything is computed: NaN times 0 is NaN, in gradients too.
        if BACKEND == "torch":
            known, target = torch_ops.known(y_true), torch_ops.target(y_true)
            y_pred = torch_ops.replace_where_not(known, y_pred, STAND_IN)
        else:
            known = ops.greater_equal(y_true, 0)
            target = ops.where(known, ops.minimum(y_true, 1.0), 0.0)
            y_pred = replace_where_not(known, y_pred, STAND_IN)
        return self.losses_of_samples(target, known, y_pred)

    @abstractmethod
    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """The loss of each sample.

        Args:
            target: From 0 to 1; 0 where it is unknown.
            known: Whether it is known; booleans, on torch 0 and 1 as floats.
            y_pred: As the model gives it, float32 or float64; `logits` makes logits
                of it. A finite number where the target is unknown.
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

    def __repr__(self) -> str:
        usual = {"dtype": keras.config.floatx()}
        return constructor_repr(type(self), self.get_config(), usual)


def clip(probabilities: Any) -> Any:
    """Away from 0 and 1, as Keras's own cross-entropies do it."""
    epsilon = keras.config.epsilon()
    if BACKEND == "torch":
        return torch_ops.clip(probabilities, epsilon, 1 - epsilon)
    return ops.clip(probabilities, epsilon, 1 - epsilon)


def split_sides(target: Any, logits: Any) -> tuple[Any, Any]:
    """Logits for the loss as a positive, and for that as a negative.

    Where a side has no part in the target they are 0, since 0 times the infinite loss
    of an infinite logit would be NaN.
    """
    as_positive = ops.where(ops.greater(target, 0), logits, 0.0)
    return as_positive, ops.where(ops.less(target, 1), logits, 0.0)


def interpolate(target: Any, at_one: Any, at_zero: Any) -> Any:
    """From ``at_zero`` to ``at_one``, exact at both ends."""
    if BACKEND == "torch":
        return torch_ops.interpolate(target, at_one, at_zero)
    return target * at_one + (1 - target) * at_zero


def at_most_one(values: Any) -> Any:
    """``values``, of at most 2, with 1 in place of what is above it.

    Exactly. On torch the gradient of a minimum takes ten times as long.
    """
    return values - ops.relu(values - 1)


def masked_logsumexp(values: Any, mask: Any, axis: Any = -1) -> Any:
    """Log of the sum of exp over the entries of ``mask``; about `NEVER` for none."""
    return ops.logsumexp(ops.where(mask, values, NEVER), axis=axis)


def weighted_logsumexp(values: Any, weight: Any, axis: Any = -1) -> Any:
    """Log of the sum of ``weight * exp(values)``; about `NEVER` if all are 0."""
    has_weight = ops.greater_equal(weight, TINY)
    log_weight = ops.log(ops.where(has_weight, weight, 1.0))
    return masked_logsumexp(values + log_weight, has_weight, axis)


def mean_of_known(
    entries: Any, target: Any, known: Any, class_weight: Array | None
) -> Any:
    """The mean over all labels of ``entries``, weighted; unknown ones are 0."""
    weight = ops.cast(known, entries.dtype)
    if class_weight is not None:
        check_width("class_weight", len(class_weight), entries.shape)
        negative, positive = (
            ops.convert_to_tensor(class_weight[:, side], dtype=entries.dtype)
            for side in (0, 1)
        )
        weight = weight * interpolate(target, positive, negative)
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


def _in_full_precision(values: Any) -> Any:
    # In float16 and bfloat16, 1 - epsilon() is 1, and its logarithm infinite.
    is_double = keras.backend.standardize_dtype(values.dtype) == "float64"
    return ops.cast(values, "float64" if is_double else "float32")
