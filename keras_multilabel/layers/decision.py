"""From scores to decisions in operations of Keras, for tensors and for graphs."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops
from sklearn.utils.validation import check_is_fitted

from keras_multilabel.calibration.label_calibrator import LabelCalibrator
from keras_multilabel.calibration.operations import calibrated, constant_for
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.utils.arguments import Array, check_at_most, check_label_names
from keras_multilabel.utils.precision import round_up


class Decision:
    """Called on scores (..., n_labels), it gives ``{"scores", "decisions"}``.

    The arguments are those of `ThresholdDecision`, which says what they mean.
    """

    def __init__(
        self,
        thresholds: Thresholds | npt.ArrayLike,
        label_names: Iterable[Any] | None,
        from_logits: bool,
        at_least_one: bool,
        at_most: int | None,
        calibrator: LabelCalibrator | None = None,
    ):
        if isinstance(thresholds, Thresholds):
            names = thresholds.label_names if label_names is None else label_names
            thresholds, label_names = thresholds.values, names
        self.thresholds = _check_thresholds(thresholds)
        # Here and as floats: torch.compile cannot trace what NumPy does.
        self._rounded = {
            dtype: tuple(round_up(self.thresholds, dtype).tolist())
            for dtype in ("float32", "float64")
        }
        self.label_names = check_label_names(label_names, len(self.thresholds))
        self.from_logits = from_logits
        self.at_least_one = at_least_one
        self.at_most = check_at_most(at_most)
        self._calibrator = _check_calibrator(
            calibrator, len(self.thresholds), from_logits
        )

    def __call__(self, y_score: Any) -> dict[str, Any]:
        """Decide for a tensor, or extend the graph of a symbolic one."""
        self.check_width(y_score.shape)
        dtype = _precision(y_score)
        scores = ops.cast(y_score, dtype)
        if self._calibrator is not None:
            scores = calibrated(
                scores,
                self._calibrator.coef_,
                self._calibrator.intercept_,
                from_logits=self._calibrator.from_logits,
            )
        elif self.from_logits:
            scores = ops.sigmoid(scores)
        thresholds = constant_for(scores, self._rounded[dtype], dtype)
        decided = ops.greater_equal(scores, thresholds)
        if self.at_least_one or self.at_most is not None:
            margins = _margins(scores, thresholds)
            if self.at_least_one:
                decided = _at_least_one(decided, margins, scores)
            if self.at_most is not None:
                decided = _at_most(decided, margins, scores, self.at_most)
        return {"scores": scores, "decisions": ops.cast(decided, "uint8")}

    def check_width(self, shape: tuple[int | None, ...]) -> None:
        """Raise where one threshold, or one column, would broadcast in silence."""
        n_labels = len(self.thresholds)
        if len(shape) == 0 or shape[-1] != n_labels:
            raise ValueError(
                f"The decision has {n_labels} thresholds; y_score must have the shape "
                f"(..., {n_labels}), one column per label, got {tuple(shape)}."
            )


def _check_thresholds(thresholds: npt.ArrayLike) -> Array:
    values = np.array(thresholds, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(
            "thresholds must have the shape (n_labels,), one per label; got "
            f"{values.shape}. One for all labels is np.full(n_labels, threshold)."
        )
    if np.isnan(values).any():
        raise ValueError(
            "thresholds must not be NaN; got one at label "
            f"{np.flatnonzero(np.isnan(values))[0]}. A label that is never to be "
            "decided has the threshold inf."
        )
    return values


def _check_calibrator(
    calibrator: LabelCalibrator | None, n_labels: int, from_logits: bool
) -> LabelCalibrator | None:
    if calibrator is None:
        return None
    check_is_fitted(calibrator)
    if calibrator.n_features_in_ != n_labels:
        raise ValueError(
            f"calibrator must have the {n_labels} labels of the thresholds; it was "
            f"fitted to {calibrator.n_features_in_}."
        )
    if from_logits and not calibrator.from_logits:
        raise ValueError(
            "from_logits=True, but the calibrator was fitted to probabilities: fit "
            "LabelCalibrator(from_logits=True) to the model's logits."
        )
    return calibrator


def _precision(y_score: Any) -> str:
    """The precision in which scores are compared: float64 if they have it."""
    dtype = keras.backend.standardize_dtype(y_score.dtype)
    if isinstance(y_score, keras.KerasTensor) and dtype == "float64":
        # JAX without x64 calls a symbolic tensor float64, and computes in float32.
        real = ops.convert_to_tensor(np.zeros(1, dtype))
        dtype = keras.backend.standardize_dtype(real.dtype)
    return "float64" if dtype == "float64" else "float32"


def _margins(scores: Any, thresholds: Any) -> Any:
    """By how much each score passes its threshold; a NaN by minus infinity."""
    # inf - inf is NaN, and backends differ in where they sort a NaN.
    margins = ops.subtract(scores, thresholds)
    margins = ops.where(ops.equal(scores, thresholds), 0.0, margins)
    return ops.where(ops.isnan(margins), -np.inf, margins)


def _at_least_one(decided: Any, margins: Any, scores: Any) -> Any:
    """Decide the largest margin where nothing is decided."""
    # A score of NaN or a threshold of inf: what nothing can decide.
    can_be = ops.greater(margins, -np.inf)
    best = ops.logical_and(can_be, _largest(margins, scores, 1))
    is_empty = ops.logical_not(ops.any(decided, axis=-1, keepdims=True))
    return ops.logical_or(decided, ops.logical_and(is_empty, best))


def _at_most(decided: Any, margins: Any, scores: Any, k: int) -> Any:
    """Keep the ``k`` decisions with the largest margins."""
    margins = ops.where(decided, margins, -np.inf)
    return ops.logical_and(decided, _largest(margins, scores, k))


def _largest(margins: Any, scores: Any, k: int) -> Any:
    """Whether each label's margin is among the row's ``k`` largest.

    Of equal margins the higher score goes first, of equal scores the first label.
    """
    # With sorts alone: argmax on TensorFlow cannot be exported to LiteRT, and on torch
    # max cannot be compiled, take_along_axis not exported, and top_k is not stable.
    k = min(k, margins.shape[-1])
    kth = ops.sort(margins, axis=-1)[..., -k, None]
    above = ops.greater(margins, kth)
    tied = ops.equal(margins, kth)
    room = k - ops.sum(ops.cast(above, "int32"), axis=-1, keepdims=True)
    by_score = ops.where(tied, _ranks(ops.negative(scores)), margins.shape[-1])
    return ops.logical_or(
        above, ops.logical_and(tied, ops.less(_ranks(by_score), room))
    )


def _ranks(values: Any) -> Any:
    """The place of each value from the smallest on; of equals the first is first."""
    # argsort is stable on the three backends. The order of the order is the rank.
    return ops.argsort(ops.argsort(values, axis=-1), axis=-1)
