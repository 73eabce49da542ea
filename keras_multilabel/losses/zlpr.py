"""`ZLPRLoss`: each positive above 0 and above each negative of the sample."""

from typing import Any

import keras
from keras import ops

from keras_multilabel.losses.base import MultiLabelLoss, weighted_logsumexp
from keras_multilabel.utils.options import Reduction


@keras.saving.register_keras_serializable(package="keras_multilabel")
class ZLPRLoss(MultiLabelLoss):
    """Zero-bounded log-sum-exp & pairwise rank-based loss.

    With the logits s of a sample's labels, it is ``log(1 + sum(exp(-s_i))) + log(1 +
    sum(exp(s_j)))`` over its positives i and its negatives j: each positive should be
    above each negative, and 0 between them, so a label is predicted if its logit is
    above 0 (its probability above 0.5). Soft targets y are weights in both sums, as in
    the paper: ``log(1 + sum(y * exp(-s))) + log(1 + sum((1 - y) * exp(s)))``, which is
    minimal at ``s = log(y / (1 - y)) / 2``, above 0 if y is above 0.5.

    The loss of a sample grows about as the logarithm of the number of labels, and is
    neither a sum nor a mean over them. Unknown entries (NaN or below 0) are left out of
    both sums and have no gradient; the loss of a sample without known entries is 0.

    Args:
        from_logits: ``y_pred`` are logits, which suits this loss best; else
            probabilities, which are converted to logits.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    References:
        J. Su et al., "ZLPR: A Novel Loss for Multi-label Classification",
        arXiv:2208.02955, 2022.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> loss = kml.ZLPRLoss(from_logits=True)
        >>> y_true = np.array([[1.0, 0.0, 0.0, -1.0]])
        >>> round(float(loss(y_true, np.zeros((1, 4)))), 4)  # ln(1 + 1) + ln(1 + 2)
        1.7918
    """

    def __init__(
        self,
        *,
        from_logits: bool = False,
        reduction: Reduction = "sum_over_batch_size",
        name: str = "zlpr_loss",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return the loss of each sample's labels together."""
        logits = self.logits(y_pred)
        # log(1 + sum(exp(x))) is the softplus of log(sum(exp(x))).
        as_negative = ops.where(known, 1 - target, 0.0)
        return ops.softplus(weighted_logsumexp(-logits, target)) + ops.softplus(
            weighted_logsumexp(logits, as_negative)
        )
