"""`WeightedBinaryCrossentropy`: a weight for each side of each label."""

from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.losses import torch_ops
from keras_multilabel.losses.base import (
    BACKEND,
    MultiLabelLoss,
    as_list,
    check_number,
    check_optional_class_weight,
    clip,
    mean_of_known,
)
from keras_multilabel.utils.options import Reduction


@keras.saving.register_keras_serializable(package="keras_multilabel")
class WeightedBinaryCrossentropy(MultiLabelLoss):
    """Binary cross-entropy with a weight for each label's negatives and positives.

    Keras's own ``fit(class_weight=...)`` reads a multi-hot row as one class, its
    argmax; this loss weights each entry. Per sample it is the mean over the labels
    of ``w * bce``, where w is ``class_weight[label, 0]`` for a negative and
    ``class_weight[label, 1]`` for a positive. Unknown entries (NaN, or below 0 as
    -1) have no part in the sum and no gradient, whatever the model predicts; the
    mean stays one over all labels, so that a sample counts by what is known of it.

    Soft targets y between 0 and 1 (MixUp, CutMix, votes) are learned from: bce is
    Keras's of y, and w lies between the two weights,
    ``(1 - y) * class_weight[label, 0] + y * class_weight[label, 1]``. A target above
    1 counts as 1, in each of our losses: a graph cannot raise.

    ``y_true`` and ``y_pred`` are of shape (batch, ..., n_labels), for labels per step
    or pixel too: each position is a sample. ``sample_weight`` is of shape (batch,)
    or (batch, ...). Padding, written as unknown, loses 0 and still counts in the
    mean; weight it 0 under ``reduction="mean_with_sample_weight"`` for a mean over
    the other positions. This holds for all our losses.

    Args:
        class_weight: Shape (n_labels, 2), as `compute_class_weight` gives it:
            column 0 weights the label's negatives, column 1 its positives.
            Default: 1 everywhere.
        label_smoothing: s in [0, 1): the target of a positive is 1 - s/2, that of
            a negative s/2, as for `keras.losses.BinaryCrossentropy`. The weight
            is that of the side before smoothing.
        from_logits: ``y_pred`` are logits, not probabilities.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    Raises:
        ValueError: If ``class_weight`` has not the shape (n_labels, 2), or holds
            negative or infinite values, or ``label_smoothing`` is not in [0, 1).

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> loss = kml.WeightedBinaryCrossentropy([[1.0, 3.0], [1.0, 1.0]])
        >>> y_true = np.array([[1.0, 0.0], [0.0, -1.0]])
        >>> y_pred = np.array([[0.5, 0.5], [0.5, 0.5]])
        >>> round(float(loss(y_true, y_pred)), 4)  # (3 + 1 + 1 + 0) ln 2 / 4
        0.8664
    """

    def __init__(
        self,
        class_weight: npt.ArrayLike | None = None,
        *,
        label_smoothing: float = 0.0,
        from_logits: bool = False,
        reduction: Reduction = "sum_over_batch_size",
        name: str = "weighted_binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )
        self.class_weight = check_optional_class_weight(class_weight)
        self.label_smoothing = check_number(label_smoothing, "label_smoothing", 0, 1)

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return the mean over the labels of the weighted cross-entropy."""
        smooth = target
        if self.label_smoothing:
            smooth = target * (1 - self.label_smoothing) + self.label_smoothing / 2
        entries = self._crossentropy(smooth, y_pred)
        return mean_of_known(entries, target, known, self.class_weight)

    def _crossentropy(self, target: Any, y_pred: Any) -> Any:
        """Of each entry."""
        if BACKEND == "torch" and not self.from_logits:
            return torch_ops.crossentropy(target, clip(y_pred))
        return ops.binary_crossentropy(target, y_pred, self.from_logits)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the loss again."""
        return {
            **super().get_config(),
            "class_weight": as_list(self.class_weight),
            "label_smoothing": self.label_smoothing,
        }
