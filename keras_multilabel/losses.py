"""Losses that honour class weights and unknown entries, on every backend."""

from typing import Any

import keras
import numpy.typing as npt
from keras import ops

from keras_multilabel.weights import check_class_weight


@keras.saving.register_keras_serializable(package="keras_multilabel")
class WeightedBinaryCrossentropy(keras.losses.Loss):
    """Binary cross-entropy with a weight for each label's negatives and positives.

    Keras's own ``fit(class_weight=...)`` reads a multi-hot row as one class, its
    argmax; this loss weighs each entry. Per sample it is the mean over the labels
    of ``w * bce``, where w is ``class_weight[label, 0]`` for a negative and
    ``class_weight[label, 1]`` for a positive. Unknown entries (-1 or NaN) have no
    part in the sum and no gradient; the mean stays one over all labels, so that
    a sample counts by what is known of it.

    Args:
        class_weight: Shape (n_labels, 2), as `compute_class_weight` gives it:
            column 0 weighs the label's negatives, column 1 its positives.
            Default: 1 everywhere.
        from_logits: ``y_pred`` are logits, not probabilities.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss.

    Raises:
        ValueError: If ``class_weight`` has not the shape (n_labels, 2), or holds
            negative or infinite values.

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
        from_logits: bool = False,
        reduction: str = "sum_over_batch_size",
        name: str = "weighted_binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.class_weight = (
            None if class_weight is None else check_class_weight(class_weight)
        )
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample, shape (batch,)."""
        y_pred = ops.convert_to_tensor(y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        self._check_width(y_pred.shape[-1])
        positive, negative = ops.equal(y_true, 1), ops.equal(y_true, 0)
        known = ops.logical_or(positive, negative)
        # A finite stand-in, since a NaN times weight 0 is NaN still.
        truth = ops.cast(positive, y_pred.dtype)
        entries = keras.losses.binary_crossentropy(
            ops.expand_dims(truth, -1), ops.expand_dims(y_pred, -1), self.from_logits
        )
        weight = ops.cast(known, entries.dtype)
        if self.class_weight is not None:
            by_side = ops.cast(self.class_weight, entries.dtype)
            weight = weight * ops.where(positive, by_side[:, 1], by_side[:, 0])
        return ops.mean(weight * entries, axis=-1)

    def _check_width(self, n_labels: int) -> None:
        # One row of weights would broadcast in silence.
        if self.class_weight is not None and len(self.class_weight) != n_labels:
            raise ValueError(
                f"class_weight is for {len(self.class_weight)} labels; y_pred has "
                f"{n_labels}."
            )

    def get_config(self) -> dict[str, Any]:
        """Return what makes the loss again."""
        weight = None if self.class_weight is None else self.class_weight.tolist()
        return {
            **super().get_config(),
            "class_weight": weight,
            "from_logits": self.from_logits,
        }
