"""`AsymmetricLoss`: a focal loss that forgives easy negatives more."""

from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.losses.base import (
    MultiLabelLoss,
    as_list,
    at_most_one,
    check_number,
    check_optional_class_weight,
    clip,
    interpolate,
    mean_of_known,
    split_sides,
)
from keras_multilabel.utils.options import Reduction

# A probability that stands for 0.
NEARLY_ZERO = 1e-30


@keras.saving.register_keras_serializable(package="keras_multilabel")
class AsymmetricLoss(MultiLabelLoss):
    """Focal loss that forgives easy negatives more than easy positives.

    With p the probability of a label and p_m = max(p - clip, 0), an entry loses

    - ``-(1 - p)**gamma_pos * log(p)`` if it is positive,
    - ``-p_m**gamma_neg * log(1 - p_m)`` if it is negative: nothing where p is at
      most ``clip``.

    A soft target y loses y times what a positive does and 1 - y times what a negative
    does; class weights are interpolated as well. Per sample it is the mean over the
    labels; unknown entries (NaN or below 0) lose nothing and have no gradient.
    (The authors' code sums over labels and batch.)
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
        reduction: Reduction = "sum_over_batch_size",
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

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return the mean over the labels of the focused cross-entropy."""
        sides = self._of_logits if self.from_logits else self._of_probabilities
        entries = interpolate(target, *sides(target, y_pred))
        # Not -mean, which could be -0.
        return 0.0 - mean_of_known(entries, target, known, self.class_weight)

    # What an entry gains as a positive, and as a negative.

    def _of_probabilities(self, target: Any, y_pred: Any) -> tuple[Any, Any]:
        p = clip(y_pred)
        q = 1 - p
        positive = _power(q, self.gamma_pos) * ops.log(p)
        if self.clip:
            # Where q + clip is above 1, p is at most clip, and the power is 0.
            p, q = ops.relu(p - self.clip), q + self.clip
        return positive, _power(p, self.gamma_neg) * ops.log(q)

    def _of_logits(self, target: Any, logits: Any) -> tuple[Any, Any]:
        as_positive, as_negative = split_sides(target, logits)
        wrong = ops.sigmoid(-as_positive)
        positive = _power(wrong, self.gamma_pos) * ops.log_sigmoid(as_positive)
        wrong = ops.sigmoid(as_negative)
        if self.clip:
            wrong = ops.relu(wrong - self.clip)
            log_right = ops.log(at_most_one(ops.sigmoid(-as_negative) + self.clip))
        else:
            # Not the log of sigmoid itself, which is 0 for a logit of -1000.
            log_right = ops.log_sigmoid(-as_negative)
        return positive, _power(wrong, self.gamma_neg) * log_right

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
    is_tiny = ops.less(base, NEARLY_ZERO)
    return ops.where(is_tiny, 0.0, ops.where(is_tiny, 1.0, base) ** exponent)
