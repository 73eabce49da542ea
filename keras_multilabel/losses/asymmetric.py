"""`AsymmetricLoss`: a focal loss that forgives easy negatives more."""

from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.losses.base import (
    MultiLabelLoss,
    as_list,
    check_number,
    check_optional_class_weight,
    clip,
    mean_of_known,
)

# A probability that stands for 0.
TINY = 1e-30


@keras.saving.register_keras_serializable(package="keras_multilabel")
class AsymmetricLoss(MultiLabelLoss):
    """Focal loss that forgives easy negatives more than easy positives.

    With p the probability of a label and p_m = max(p - clip, 0), an entry loses

    - ``-(1 - p)**gamma_pos * log(p)`` if it is positive,
    - ``-p_m**gamma_neg * log(1 - p_m)`` if it is negative: nothing where p is at
      most ``clip``.

    Per sample it is the mean over the labels; unknown entries (-1 or NaN) lose
    nothing and have no gradient. (The authors' code sums over labels and batch.)
    The gradient is the whole one, through the focusing weights too, as the paper
    analyses it; the authors' code can treat these weights as constants.

    Args:
        gamma_neg: How much easy negatives are forgiven, >= 0.
        gamma_pos: How much easy positives are forgiven, >= 0.
        clip: Probability up to which negatives lose nothing, in [0, 1).
        class_weight: Shape (n_labels, 2), as for `WeightedBinaryCrossentropy`.
            Default: 1 everywhere.
        from_logits: ``y_pred`` are logits, not probabilities.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    Raises:
        ValueError: If ``gamma_neg``, ``gamma_pos``, ``clip`` or ``class_weight`` is
            out of its range.

    References:
        T. Ridnik et al., "Asymmetric Loss for Multi-Label Classification", ICCV
        2021.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> loss = kml.AsymmetricLoss(gamma_neg=2.0, gamma_pos=0.0, clip=0.1)
        >>> y_true = np.array([[1.0, 0.0, 0.0]])
        >>> y_pred = np.array([[0.5, 0.6, 0.1]])
        >>> round(float(loss(y_true, y_pred)), 4)  # (ln 2 + 0.25 ln 2 + 0) / 3
        0.2888
    """

    def __init__(
        self,
        gamma_neg: float = 4.0,
        gamma_pos: float = 1.0,
        clip: float = 0.05,
        class_weight: npt.ArrayLike | None = None,
        *,
        from_logits: bool = False,
        reduction: str = "sum_over_batch_size",
        name: str = "asymmetric_loss",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )
        self.gamma_neg = check_number(gamma_neg, "gamma_neg", 0)
        self.gamma_pos = check_number(gamma_pos, "gamma_pos", 0)
        self.clip = check_number(clip, "clip", 0, 1)
        self.class_weight = check_optional_class_weight(class_weight)

    def losses_of_samples(self, positive: Any, negative: Any, y_pred: Any) -> Any:
        """Return the mean over the labels of the focused cross-entropy."""
        log_right, wrong = self._by_truth(positive, y_pred)
        shifted = ops.maximum(wrong - self.clip, 0.0) if self.clip else wrong
        weight = ops.where(
            positive, _power(wrong, self.gamma_pos), _power(shifted, self.gamma_neg)
        )
        return mean_of_known(-weight * log_right, positive, negative, self.class_weight)

    def _by_truth(self, positive: Any, y_pred: Any) -> tuple[Any, Any]:
        """Log of the probability of the truth, shifted; probability of the other."""
        if self.from_logits:
            logits = ops.where(positive, y_pred, -y_pred)
            right, log_right = ops.sigmoid(logits), ops.log_sigmoid(logits)
            if self.clip:
                shifted = ops.minimum(right + self.clip, 1.0)
                # Not of sigmoid itself, which is 0 for a logit of -1000.
                shifted = ops.where(positive, 1.0, shifted)
                log_right = ops.where(positive, log_right, ops.log(shifted))
            return log_right, ops.sigmoid(-logits)
        y_pred = clip(y_pred)
        shifted = ops.minimum(1 - y_pred + self.clip, 1.0)
        log_right = ops.log(ops.where(positive, y_pred, shifted))
        return log_right, ops.where(positive, 1 - y_pred, y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the loss again."""
        return {
            **super().get_config(),
            "gamma_neg": self.gamma_neg,
            "gamma_pos": self.gamma_pos,
            "clip": self.clip,
            "class_weight": as_list(self.class_weight),
        }


def _power(base: Any, exponent: float) -> Any:
    """``base`` in [0, 1] to the power of ``exponent``, with a finite gradient at 0."""
    if exponent in (1, 2, 3, 4):
        # Many times faster than a power: it is most of the loss's time.
        square = base * base if exponent > 1 else base
        return {1: base, 2: square, 3: square * base, 4: square * square}[int(exponent)]
    # Where the gradient of a root would overflow, the root is taken as 0.
    is_tiny = ops.less(base, TINY)
    return ops.where(is_tiny, 0.0, ops.where(is_tiny, 1.0, base) ** exponent)
