"""A loss that weights each entry by how rare the sample's labels are."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from keras_multilabel.losses.base import (
    TINY,
    MultiLabelLoss,
    as_list,
    check_number,
    check_width,
    interpolate,
    mean_of_known,
    split_sides,
)
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.options import Reduction


@keras.saving.register_keras_serializable(package="keras_multilabel")
class DistributionBalancedLoss(MultiLabelLoss):
    """Binary cross-entropy for long tails of labels that occur together.

    For a label i with n_i positives among N samples, and a sample with the labels J,
    three things change in the cross-entropy of the logit z:

    - *Re-balanced weighting.* The weight of an entry is ``alpha + sigmoid(beta * (r -
      mu))``, where ``r = (1 / n_i) / sum(1 / n_j for j in J)``: how often the sample
      would be drawn for the label i alone, over how often it is drawn for all its
      labels. A sample without known positives is never drawn for a label; its weight is
      alpha + 1, the limit, as in the authors' code.
    - *Negative-tolerant regularisation.* z is shifted to ``z - nu`` with ``nu = kappa *
      log(N / n_i - 1)``, and the loss of a negative is ``log(1 + exp(negative_scale *
      (z - nu))) / negative_scale``, which soon vanishes for easy negatives.
    - *Focal weight*, only with ``gamma``: entries are multiplied by ``(1 - q)**gamma``,
      where q is the probability that the shifted and scaled logit assigns to the truth.
      The paper's DB-Focal has gamma 2. (The authors' code then doubles the loss.)

    The loss of a soft target y_i is y_i times that of a positive plus 1 - y_i times
    that of a negative, and ``r = (1 / n_i) / sum(y_j / n_j)``, the sum over all known
    labels. The loss of a sample is the mean over the labels; the loss and gradient of
    unknown entries (NaN or below 0) are 0. nu is as in the paper; the authors' code
    divides it by ``negative_scale``, so its ``init_bias`` is ``kappa * negative_scale``
    here.

    Args:
        class_frequency: Shape (n_labels,): n_i, the number of training samples with
            each label. With ``y`` the training targets: ``(y == 1).sum(0)``.
        n_samples: N, the number of training samples; if entries are unknown, the number
            of known ones of each label, shape (n_labels,): ``((y == 0) | (y ==
            1)).sum(0)``.
        alpha: The lowest weight of an entry, >= 0.
        beta: How steeply the weight rises with r, >= 0.
        mu: The r at the middle of the rise; the authors use 0.2 for COCO and 0.3 for
            VOC.
        negative_scale: lambda in the paper, > 0; the authors use 2 for COCO and 5 for
            VOC.
        kappa: How far the prior shifts the logit, >= 0.
        gamma: Exponent of the focal weight, >= 0. Default: none.
        from_logits: ``y_pred`` are logits, not probabilities.
        reduction: As for every Keras loss.
        name: As for every Keras loss.
        dtype: As for every Keras loss. The loss itself is computed in float32 at
            least.

    Raises:
        ValueError: If ``class_frequency`` is not one-dimensional or not everywhere
            between 0 and ``n_samples``, both excluded, or an option is out of range.

    References:
        T. Wu et al., "Distribution-Balanced Loss for Multi-Label Classification in
        Long-Tailed Datasets", ECCV 2020, and its code,
        github.com/wutong16/DistributionBalancedLoss.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y_train = np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
        >>> loss = kml.DistributionBalancedLoss(y_train.sum(0), len(y_train))
        >>> y_pred = np.full((1, 2), 0.5)
        >>> round(float(loss(np.array([[1.0, 0.0]]), y_pred)), 4)  # the common label
        0.5421
        >>> round(float(loss(np.array([[0.0, 1.0]]), y_pred)), 4)  # the rare one
        0.5635
    """

    def __init__(
        self,
        class_frequency: npt.ArrayLike,
        n_samples: npt.ArrayLike,
        *,
        alpha: float = 0.1,
        beta: float = 10.0,
        mu: float = 0.2,
        negative_scale: float = 2.0,
        kappa: float = 0.05,
        gamma: float = 0.0,
        from_logits: bool = False,
        reduction: Reduction = "sum_over_batch_size",
        name: str = "distribution_balanced_loss",
        dtype: Any = None,
    ):
        super().__init__(
            from_logits=from_logits, reduction=reduction, name=name, dtype=dtype
        )
        self.class_frequency, self.n_samples = _check_frequency(
            class_frequency, n_samples
        )
        self.alpha = check_number(alpha, "alpha", 0)
        self.beta = check_number(beta, "beta", 0)
        self.mu = check_number(mu, "mu")
        self.negative_scale = check_number(negative_scale, "negative_scale", above=0)
        self.kappa = check_number(kappa, "kappa", 0)
        self.gamma = check_number(gamma, "gamma", 0)
        # Here, since torch.compile does not trace NumPy well.
        odds = self.n_samples / self.class_frequency - 1
        self._shift = self.kappa * np.log(odds)
        # Only ratios count: scaled so that float32 holds them well.
        self._rarity = self.class_frequency.min() / self.class_frequency

    def losses_of_samples(self, target: Any, known: Any, y_pred: Any) -> Any:
        """Return the mean over the labels of the re-balanced cross-entropy."""
        check_width("class_frequency", len(self.class_frequency), y_pred.shape)
        logits = self.logits(y_pred)
        logits = logits - ops.convert_to_tensor(self._shift, dtype=logits.dtype)
        as_positive, as_negative = split_sides(target, logits)
        entries = interpolate(
            target,
            self._crossentropy(as_positive),
            self._crossentropy(-self.negative_scale * as_negative)
            / self.negative_scale,
        )
        entries = entries * self._rebalanced(target, logits.dtype)
        return mean_of_known(entries, target, known, None)

    def _crossentropy(self, logits: Any) -> Any:
        """Cross-entropy of the logit of the truth, with the focal weight."""
        if self.gamma == 0:
            return -ops.log_sigmoid(logits)
        # As exp, since a power has no finite gradient at 0.
        focus = ops.exp(self.gamma * ops.log_sigmoid(-logits))
        return -focus * ops.log_sigmoid(logits)

    def _rebalanced(self, target: Any, dtype: str) -> Any:
        """The re-balanced weight of each entry."""
        rarity = ops.convert_to_tensor(self._rarity, dtype=dtype)
        drawn = ops.sum(target * rarity, axis=-1, keepdims=True)
        is_drawn = ops.greater_equal(drawn, TINY)
        ratio = rarity / ops.where(is_drawn, drawn, 1.0)
        rise = ops.sigmoid(self.beta * (ratio - self.mu))
        return self.alpha + ops.where(is_drawn, rise, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the loss."""
        return {
            **super().get_config(),
            "class_frequency": as_list(self.class_frequency),
            "n_samples": as_list(self.n_samples),
            "alpha": self.alpha,
            "beta": self.beta,
            "mu": self.mu,
            "negative_scale": self.negative_scale,
            "kappa": self.kappa,
            "gamma": self.gamma,
        }


def _check_frequency(
    class_frequency: npt.ArrayLike, n_samples: npt.ArrayLike
) -> tuple[Array, Array]:
    """Return both as float64: positives of each label, and samples."""
    frequency = np.array(class_frequency, dtype=np.float64)
    total = np.array(n_samples, dtype=np.float64)
    if frequency.ndim != 1 or len(frequency) == 0:
        raise ValueError(
            "class_frequency must have the shape (n_labels,), the positives of each "
            f"label; got {frequency.shape}."
        )
    if total.shape not in ((), frequency.shape):
        raise ValueError(
            "n_samples must be a number, or one per label, shape "
            f"{frequency.shape}; got {total.shape}."
        )
    wrong = ~((frequency > 0) & (frequency < total) & np.isfinite(total))
    if wrong.any():
        label = np.flatnonzero(wrong)[0]
        raise ValueError(
            "class_frequency must lie between 0 and n_samples, both excluded; got "
            f"{frequency[label]:g} of {np.broadcast_to(total, wrong.shape)[label]:g} "
            f"at label {label}. A label without positives, or without negatives, has "
            "no odds: np.clip(class_frequency, 1, n_samples - 1) takes the nearest."
        )
    return frequency, total
