"""The layer that thresholds scores, for subclassed models."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy.typing as npt

from keras_multilabel.layers.decision import Decision
from keras_multilabel.thresholds.thresholds import Thresholds


@keras.saving.register_keras_serializable(package="keras_multilabel")
class ThresholdDecision(keras.layers.Layer):
    """A last layer that predicts labels: 1 where a score reaches its threshold.

    It is for subclassed models: `with_decisions` needs no layer of ours. It has no
    weights: thresholds and label names are its configuration, so they are saved with
    the model, exact to the bit, and exported with it. The predictions equal those of
    `apply_thresholds` on the same scores, whatever the dtype policy. (TensorFlow and
    JAX read numbers below 1.2e-38 as 0, and a positive threshold below that counts as
    1.2e-38.) A label with a NaN score is not predicted.

    Args:
        thresholds: `Thresholds`, or an array of shape (n_labels,).
        label_names: One name per label, in the order of the columns. Default: those of
            ``thresholds``; ``"label 0"`` and so on if it has none.
        from_logits: The inputs of the layer are logits; it turns them into
            probabilities, to which the thresholds apply.
        at_least_one: If no label of a row is predicted, predict the one with the
            largest margin, ``y_score - thresholds``; if several are equal, the one with
            the highest score, then the first.
        at_most: If more labels of a row are predicted than this, keep those with the
            largest margins; ties are broken likewise. Default: no limit. (Margins are
            computed in the scores' precision, in `apply_thresholds` in float64: nearly
            equal ones may rank differently.)
        **kwargs: ``name`` and ``dtype``, as for every Keras layer.

    Returns:
        When called on scores of shape (..., n_labels), a dict of tensors of this shape:
        ``"scores"``, float32 (float64 in a float64 model), and ``"decisions"``, the
        predictions, uint8, 0 and 1.

    Raises:
        ValueError: If thresholds are NaN or not one-dimensional, there is not one name
            per label, ``at_most`` is not a positive whole number, or the layer is
            called on scores of another width.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> layer = kml.ThresholdDecision([0.5, 0.3], ["cat", "dog"])
        >>> result = layer(np.array([[0.5, 0.2], [0.1, 0.4]], "float32"))
        >>> np.asarray(result["decisions"]).tolist()
        [[1, 0], [0, 1]]
        >>> layer.label_names
        ['cat', 'dog']
    """

    def __init__(
        self,
        thresholds: Thresholds | npt.ArrayLike,
        label_names: Iterable[Any] | None = None,
        *,
        from_logits: bool = False,
        at_least_one: bool = False,
        at_most: int | None = None,
        **kwargs: Any,
    ):
        # A float16 policy must not round the scores: 0.5001 would reach 0.5002.
        super().__init__(autocast=False, **kwargs)
        self._predict = Decision(
            thresholds, label_names, from_logits, at_least_one, at_most
        )
        self.thresholds = self._predict.thresholds
        self.label_names = self._predict.label_names
        self.from_logits = from_logits
        self.at_least_one = at_least_one
        self.at_most = self._predict.at_most
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Check the width of the scores; there are no weights to make."""
        self._predict.check_width(input_shape)

    def call(self, y_score: Any) -> dict[str, Any]:
        """Return the scores and the predictions, each of shape (..., n_labels)."""
        return self._predict(y_score)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the layer."""
        return {
            **super().get_config(),
            # Python writes float64 to JSON so that it reads back unchanged to the bit.
            "thresholds": self.thresholds.tolist(),
            "label_names": list(self.label_names),
            "from_logits": self.from_logits,
            "at_least_one": self.at_least_one,
            "at_most": self.at_most,
        }
