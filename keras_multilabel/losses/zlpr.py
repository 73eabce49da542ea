"""Losses that compare the labels of a sample, or the samples of a label."""

from typing import Any

import keras
from keras import ops

from keras_multilabel.losses.base import (
    MultiLabelLoss,
    check_number,
    clip,
    masked_logsumexp,
)


@keras.saving.register_keras_serializable(package="keras_multilabel")
class ZLPRLoss(MultiLabelLoss):
    """Zero-bounded log-sum-exp & pairwise rank-based loss.

    With the logits s of a sample's labels, it is
    ``log(1 + sum(exp(-s_i))) + log(1 + sum(exp(s_j)))`` over its positives i and
    its negatives j: each positive is to be above each negative, and 0 between
    them, so a label is decided where its logit is above 0 (its probability above
    0.5). Per sample it grows about as the logarithm of the number of labels, and
    is neither a sum nor a mean over them. Unknown entries (-1 or NaN) are left out
    of both sums and have no gradient; a sample of which nothing is known loses
    nothing.

    Args:
        from_logits: ``y_pred`` are logits, which suits this loss best; else they
            are probabilities, of which it takes the logits.
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
        reduction: str = "sum_over_batch_size",
        name: str = "zlpr_loss",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )

    def losses_of_samples(self, positive: Any, negative: Any, y_pred: Any) -> Any:
        """Return the loss of each sample's labels together."""
        logits = self.logits(y_pred)
        # log(1 + sum(exp(x))) is the softplus of log(sum(exp(x))).
        return ops.softplus(masked_logsumexp(-logits, positive)) + ops.softplus(
            masked_logsumexp(logits, negative)
        )


@keras.saving.register_keras_serializable(package="keras_multilabel")
class MultiLabelSoftmaxCrossentropy(MultiLabelLoss):
    """Softmax cross-entropy with the target 1/k on each of a sample's k labels.

    Per sample it is the mean over its positives of ``-log(p)``, with p the softmax
    over its labels. Unknown entries (-1 or NaN) are left out of the softmax, which
    is one over the known labels only (probabilities are divided by their sum over
    them), and have no gradient.

    A sample without known positives has no target: it loses nothing, and what the
    model says of it goes unnoticed. ``(y_true == 1).any(1).mean()`` is the share
    of samples that this loss learns from; where it is well below 1, take a loss
    that learns from negatives too. The softmax ranks labels, it does not say how
    many there are: tune thresholds, or decide the first few.

    Args:
        from_logits: ``y_pred`` are logits; else what a softmax over the labels
            makes of them, so that they sum to 1 (not sigmoids).
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
        reduction: str = "sum_over_batch_size",
        name: str = "multi_label_softmax_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )

    def losses_of_samples(self, positive: Any, negative: Any, y_pred: Any) -> Any:
        """Return the mean over each sample's positives of the cross-entropy."""
        # Logits, but for a constant of each sample, which the softmax does not see.
        logits = y_pred if self.from_logits else ops.log(clip(y_pred))
        known = ops.logical_or(positive, negative)
        total = ops.expand_dims(masked_logsumexp(logits, known), -1)
        losses = ops.sum(ops.where(positive, total - logits, 0.0), axis=-1)
        n_positives = ops.sum(ops.cast(positive, losses.dtype), axis=-1)
        return losses / ops.maximum(n_positives, 1.0)


@keras.saving.register_keras_serializable(package="keras_multilabel")
class TwoWayLoss(MultiLabelLoss):
    """Softmax-like loss over the labels of each sample and the samples of each label.

    With the logits x_p of positives and x_n of negatives, and the temperatures T,
    one set of entries loses
    ``softplus(T_neg * logsumexp(x_n / T_neg) + T_pos * logsumexp(-x_p / T_pos))``:
    how far the highest negatives are above the lowest positives, softly. It is
    taken over

    - the labels of each sample, and
    - the samples of each label: all of the batch.

    A set without known positives or without known negatives loses nothing.
    Unknown entries (-1 or NaN) are left out and have no gradient.

    A sample's loss is that of its labels plus the mean loss of the batch's labels,
    taken over the labels that have positives in the batch, as in the authors'
    code. So the mean over the batch is the sum of both ways. (The authors take the
    first mean over the samples with positives, Keras over all of them.)
    ``sample_weight`` weighs this sum: the first part by the sample, the second by
    the mean weight of the batch, within which all samples count alike. Since the
    second part depends on the batch, batches should be large enough to hold
    positives of many labels, and an evaluation depends on the batch size.

    Args:
        positive_temperature: T_pos, > 0: the higher, the more all positives count,
            and not only the lowest.
        negative_temperature: T_neg, > 0: the same for negatives.
        from_logits: ``y_pred`` are logits, which suits this loss best; else they
            are probabilities, of which it takes the logits.
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
        reduction: str = "sum_over_batch_size",
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

    def losses_of_samples(self, positive: Any, negative: Any, y_pred: Any) -> Any:
        """Return each sample's loss over its labels, plus that of the labels."""
        logits = self.logits(y_pred)
        batch = tuple(range(len(logits.shape) - 1))
        of_labels = self._one_way(positive, negative, logits, batch)
        has_positives = ops.cast(ops.any(positive, axis=batch), logits.dtype)
        n_labels = ops.maximum(ops.sum(has_positives), 1.0)
        of_samples = self._one_way(positive, negative, logits, -1)
        return of_samples + ops.sum(of_labels) / n_labels

    def _one_way(self, positive: Any, negative: Any, logits: Any, axis: Any) -> Any:
        hot, cold = self.positive_temperature, self.negative_temperature
        lowest = -hot * masked_logsumexp(-logits / hot, positive, axis)
        highest = cold * masked_logsumexp(logits / cold, negative, axis)
        return ops.softplus(highest - lowest)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the loss again."""
        return {
            **super().get_config(),
            "positive_temperature": self.positive_temperature,
            "negative_temperature": self.negative_temperature,
        }
