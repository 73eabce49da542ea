"""`TwoWayLoss`: the labels of each sample, and the samples of each label."""

from typing import Any

import keras
from keras import ops

from keras_multilabel.losses.base import (
    MultiLabelLoss,
    check_number,
    weighted_logsumexp,
)
from keras_multilabel.utils.options import Reduction


@keras.saving.register_keras_serializable(package="keras_multilabel")
class TwoWayLoss(MultiLabelLoss):
    """Softmax-like loss over the labels of each sample and the samples of each label.

    With the logits x_p of positives and x_n of negatives, and the temperatures T, the
    loss of a set of entries is ``softplus(T_neg * logsumexp(x_n / T_neg) + T_pos *
    logsumexp(-x_p / T_pos))``: a soft measure of how far the highest negatives are
    above the lowest positives. The sets are

    - the labels of each sample, and
    - the samples of each label: all of the batch, including all positions if there are
      labels per step or pixel.

    The loss of a set without known positives or without known negatives is 0. Unknown
    entries (NaN or below 0) are left out and have no gradient. Soft targets y are
    weights in the sums of exp, y among the positives and 1 - y among the negatives.

    A sample's loss is that of its labels plus the mean loss of the batch's labels,
    taken over the labels that have positives in the batch, as in the authors' code
    (with soft targets, a label counts by their sum, up to 1). So the mean over the
    batch is the sum of both parts. (The authors average the first part over the samples
    with positives, Keras over all samples.)
    ``sample_weight`` weights this sum: the first part by the sample, the second by the
    mean weight of the batch, within which all samples count equally. Since the second
    part depends on the batch, batches should be large enough to hold positives of many
    labels, and an evaluation depends on the batch size.

    Args:
        positive_temperature: T_pos, > 0: the higher, the more all positives count, and
            not only the lowest.
        negative_temperature: T_neg, > 0: the same for negatives.
        from_logits: ``y_pred`` are logits, which suits this loss best; else
            probabilities, which are converted to logits.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    Raises:
        ValueError: If a temperature is not above 0.

    References:
        T. Kobayashi, "Two-Way Multi-Label Loss", CVPR 2023.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> loss = kml.TwoWayLoss(1.0, 1.0, from_logits=True)
        >>> y_true = np.array([[1.0, 0.0], [1.0, 0.0]])
        >>> logits = np.array([[1.0, -1.0], [1.0, -1.0]])
        >>> round(float(loss(y_true, logits)), 4)  # softplus(-2) + 0
        0.1269
    """

    def __init__(
        self,
        positive_temperature: float = 4.0,
        negative_temperature: float = 1.0,
        *,
        from_logits: bool = False,
        reduction: Reduction = "sum_over_batch_size",
        name: str = "two_way_loss",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )
        self.positive_temperature = check_number(
            positive_temperature, "positive_temperature", above=0
        )
        self.negative_temperature = check_number(
            negative_temperature, "negative_temperature", above=0
        )

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return each sample's loss over its labels, plus that of the labels."""
        logits = self.logits(y_pred)
        as_negative = ops.where(known, 1 - target, 0.0)
        samples = tuple(range(len(logits.shape) - 1))
        of_labels = self._one_way(target, as_negative, logits, samples)
        n_labels = ops.sum(ops.minimum(ops.sum(target, axis=samples), 1.0))
        of_samples = self._one_way(target, as_negative, logits, -1)
        return of_samples + ops.sum(of_labels) / ops.maximum(n_labels, 1.0)

    def _one_way(self, positive: Any, negative: Any, logits: Any, axis: Any) -> Any:
        hot, cold = self.positive_temperature, self.negative_temperature
        lowest = -hot * weighted_logsumexp(-logits / hot, positive, axis)
        highest = cold * weighted_logsumexp(logits / cold, negative, axis)
        return ops.softplus(highest - lowest)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the loss."""
        return {
            **super().get_config(),
            "positive_temperature": self.positive_temperature,
            "negative_temperature": self.negative_temperature,
        }
