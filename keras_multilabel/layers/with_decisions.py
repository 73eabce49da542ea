"""Thresholds inside the model: one file that maps x to scores and predictions."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy.typing as npt

from keras_multilabel.calibration.label_calibrator import LabelCalibrator
from keras_multilabel.layers.decision import Decision
from keras_multilabel.layers.label_names import layer_of_names
from keras_multilabel.thresholds.thresholds import Thresholds


def with_decisions(
    model: keras.Model,
    thresholds: Thresholds | npt.ArrayLike,
    label_names: Iterable[Any] | None = None,
    *,
    calibrator: LabelCalibrator | None = None,
    from_logits: bool = False,
    at_least_one: bool = False,
    at_most: int | None = None,
) -> keras.Model:
    """Return ``model`` with thresholds on its output, to save and serve.

    The new model takes the inputs of ``model``, returns ``{"scores", "decisions"}`` as
    `ThresholdDecision` does, and shares its layers and weights. It is not compiled;
    ``model`` does not change. Only Keras's own operations are added: a ``.keras`` file
    of it loads where only Keras is installed (an ``.h5`` file does not: that format has
    layers only). `label_names` reads the names back.

    Args:
        model: A trained Functional or built Sequential model with one output of
            shape (..., n_labels).
        thresholds: As for `ThresholdDecision`.
        label_names: As for `ThresholdDecision`.
        calibrator: A fitted `LabelCalibrator`. ``"scores"`` are then calibrated, and
            thresholds apply to calibrated scores: tune them on
            ``calibrator.predict_proba(y_score)``. Whether it takes logits is set in the
            calibrator itself.
        from_logits: As for `ThresholdDecision`.
        at_least_one: As for `ThresholdDecision`.
        at_most: As for `ThresholdDecision`.

    Returns:
        A Functional model.

    Raises:
        ValueError: If ``model`` is subclassed or not built, or has several outputs; if
            the calibrator was fitted to other labels; or as for `ThresholdDecision`.
        NotFittedError: If the calibrator is not fitted.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> dense = keras.layers.Dense(2, "sigmoid", kernel_initializer="zeros")
        >>> model = keras.Sequential([keras.Input((3,)), dense])
        >>> served = kml.with_decisions(model, [0.5, 0.6], ["cat", "dog"])
        >>> result = served.predict(np.ones((1, 3)), verbose=0)
        >>> result["scores"].tolist(), result["decisions"].tolist()
        ([[0.5, 0.5]], [[1, 0]])
    """
    inputs, output = _ends(model)
    predict = Decision(
        thresholds, label_names, from_logits, at_least_one, at_most, calibrator
    )
    outputs = predict(output)
    outputs["decisions"] = layer_of_names(predict.label_names)(outputs["decisions"])
    return keras.Model(inputs, outputs, name=f"{model.name}_with_decisions")


def _ends(model: keras.Model) -> tuple[Any, Any]:
    """The inputs of a model, in the structure that it takes, and its one output."""
    # Only models with a graph have it: not subclassed ones, nor unbuilt Sequentials.
    outputs = getattr(model, "outputs", None)
    if not outputs:
        raise ValueError(
            "model must be a Functional or a built Sequential model; got "
            f"{_described(model)}. Build a Sequential with model.build(input_shape); "
            "in a subclassed model, put keras_multilabel.ThresholdDecision on the "
            "output yourself."
        )
    if len(outputs) > 1:
        raise ValueError(
            f"model must have one output; got {len(outputs)}. Put "
            "keras_multilabel.ThresholdDecision on the output with the scores "
            "yourself: keras.Model(model.input, layer(model.outputs[0]))."
        )
    if isinstance(model, keras.Sequential):
        return model.inputs[0], outputs[0]
    return model.input, outputs[0]


def _described(model: Any) -> str:
    is_unbuilt = isinstance(model, keras.Sequential)
    return "a Sequential that is not built" if is_unbuilt else type(model).__name__
