"""`MultiLabelSoftmaxCrossentropy`: a softmax with the target 1/k on k labels."""

from typing import Any

import keras
from keras import ops

from keras_multilabel.losses.base import MultiLabelLoss, clip, masked_logsumexp
from keras_multilabel.utils.options import Reduction


@keras.saving.register_keras_serializable(package="keras_multilabel")
class MultiLabelSoftmaxCrossentropy(MultiLabelLoss):
    """Softmax cross-entropy with the target 1/k on each of a sample's k labels.

    The loss of a sample is the mean over its positives of ``-log(p)``, with p the
    softmax over its labels. Soft targets y become ``y / max(sum(y), 1)``: if their sum
    is below 1, the sample counts less, down to 0 without positives. Unknown entries
    (NaN or below 0) are left out of the softmax, which is over the known labels only
    (probabilities are divided by their sum over them), and have no gradient.

    A sample without known positives has no target: its loss and gradient are 0,
    whatever the model predicts. ``(y_true == 1).any(1).mean()`` is the share of samples
    that this loss learns from; if it is well below 1, use a loss that learns from
    negatives too. The softmax ranks labels, but does not say how many are present: tune
    thresholds, or predict the top few.

    Args:
        from_logits: ``y_pred`` are logits; else the output of a softmax over the
            labels, which sums to 1 (not sigmoids).
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    References:
        D. Mahajan et al., "Exploring the Limits of Weakly Supervised Pretraining",
        ECCV 2018.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> loss = kml.MultiLabelSoftmaxCrossentropy()
        >>> y_true = np.array([[1.0, 1.0, 0.0]])
        >>> y_pred = np.array([[0.5, 0.125, 0.375]])
        >>> round(float(loss(y_true, y_pred)), 4)  # (ln 2 + ln 8) / 2
        1.3863
    """

    def __init__(
        self,
        *,
        from_logits: bool = False,
        reduction: Reduction = "sum_over_batch_size",
        name: str = "multi_label_softmax_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return the mean over each sample's positives of the cross-entropy."""
        # Logits up to a constant per sample, which the softmax ignores.
        logits = y_pred if self.from_logits else ops.log(clip(y_pred))
        total = ops.expand_dims(masked_logsumexp(logits, known), -1)
        # 0 times the infinite loss of an infinite logit would be NaN.
        entries = ops.where(ops.greater(target, 0), total - logits, 0.0)
        n_positives = ops.sum(target, axis=-1)
        return ops.sum(target * entries, axis=-1) / ops.maximum(n_positives, 1.0)
