"""Thresholds inside the model: one file that maps x to scores and decisions."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.utils.arguments import Array, check_at_most, check_label_names
from keras_multilabel.utils.precision import round_up


@keras.saving.register_keras_serializable(package="keras_multilabel")
class ThresholdDecision(keras.layers.Layer):
    """The last layer of a model that decides: 1 where a score reaches its threshold.

    It has no weights: thresholds and label names are its configuration, so they
    are saved with the model, exact to the bit, and exported with it. The decisions
    are those of `apply_thresholds` on the same scores, whatever the dtype policy.
    (TensorFlow and JAX read numbers below 1.2e-38 as 0, and a positive threshold
    below that counts as 1.2e-38.) A NaN score decides nothing.

    Args:
        thresholds: `Thresholds`, or an array of shape (n_labels,).
        label_names: One name per label, in the order of the columns. Default:
            those of ``thresholds``; ``"label 0"`` and so on where it has none.
        from_logits: The layer's input are logits; it turns them into
            probabilities, to which the thresholds apply.
        at_least_one: A row without any decision decides the label with the
            largest margin, ``y_score - thresholds``; the first of equals.
        at_most: Where more labels of a row are decided than this, those with the
            largest margins stay; the first of equals. Default: no limit. (Margins
            are taken in the scores' precision, those of `apply_thresholds` in
            float64: nearly equal ones may rank differently.)
        **kwargs: ``name`` and ``dtype``, as for every Keras layer.

    Returns:
        When called on scores of shape (..., n_labels), a dict of tensors of this
        shape: ``"scores"``, float32 (float64 in a float64 model), and
        ``"decisions"``, uint8, 0 and 1.

    Raises:
        ValueError: If thresholds are NaN or not one-dimensional, names are not one
            per label, ``at_most`` is no positive whole number, or the layer is
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
        # A policy of float16 must not round the scores: 0.5001 would reach 0.5002.
        super().__init__(autocast=False, **kwargs)
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
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Check the width of the scores; there are no weights to make."""
        self._check_width(input_shape)

    def call(self, y_score: Any) -> dict[str, Any]:
        """Return the scores and the decisions, each of shape (..., n_labels)."""
        self._check_width(y_score.shape)
        is_double = keras.backend.standardize_dtype(y_score.dtype) == "float64"
        dtype = "float64" if is_double else "float32"
        scores = ops.cast(y_score, dtype)
        if self.from_logits:
            scores = ops.sigmoid(scores)
        thresholds = ops.convert_to_tensor(self._rounded[dtype], dtype=dtype)
        decided = ops.greater_equal(scores, thresholds)
        margins = _margins(scores, thresholds)
        if self.at_least_one:
            decided = _at_least_one(decided, margins)
        if self.at_most is not None:
            decided = _at_most(decided, margins, self.at_most)
        return {"scores": scores, "decisions": ops.cast(decided, "uint8")}

    def _check_width(self, shape: tuple[int | None, ...]) -> None:
        # One threshold, or one column, would broadcast in silence.
        if len(shape) == 0 or shape[-1] != len(self.thresholds):
            raise ValueError(
                f"{self.name} has {len(self.thresholds)} thresholds; y_score must "
                f"have the shape (..., {len(self.thresholds)}), one column per "
                f"label, got {tuple(shape)}."
            )

    def get_config(self) -> dict[str, Any]:
        """Return what makes the layer again."""
        return {
            **super().get_config(),
            # Python writes float64 to JSON so that it reads back to the bit.
            "thresholds": self.thresholds.tolist(),
            "label_names": list(self.label_names),
            "from_logits": self.from_logits,
            "at_least_one": self.at_least_one,
            "at_most": self.at_most,
        }


def with_decisions(
    model: keras.Model,
    thresholds: Thresholds | npt.ArrayLike,
    label_names: Iterable[Any] | None = None,
    *,
    from_logits: bool = False,
    at_least_one: bool = False,
    at_most: int | None = None,
) -> keras.Model:
    """Return ``model`` with a `ThresholdDecision` on its output, to save and serve.

    The new model takes what ``model`` takes, returns ``{"scores", "decisions"}`` and
    shares its layers and weights. It is not compiled; ``model`` stays as it was.

    Args:
        model: A trained Functional or built Sequential model with one output of
            shape (..., n_labels).
        thresholds: As for `ThresholdDecision`.
        label_names: As for `ThresholdDecision`.
        from_logits: As for `ThresholdDecision`.
        at_least_one: As for `ThresholdDecision`.
        at_most: As for `ThresholdDecision`.

    Returns:
        A Functional model.

    Raises:
        ValueError: If ``model`` is subclassed or not built, or has several outputs;
            or as `ThresholdDecision` does.

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
    layer = ThresholdDecision(
        thresholds,
        label_names,
        from_logits=from_logits,
        at_least_one=at_least_one,
        at_most=at_most,
    )
    return keras.Model(inputs, layer(output), name=f"{model.name}_with_decisions")


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


def _margins(scores: Any, thresholds: Any) -> Any:
    """By how much each score passes its threshold; a NaN by minus infinity."""
    # inf - inf is NaN, and backends differ in where they sort a NaN.
    margins = ops.subtract(scores, thresholds)
    margins = ops.where(ops.equal(scores, thresholds), 0.0, margins)
    return ops.where(ops.isnan(margins), -np.inf, margins)


def _at_least_one(decided: Any, margins: Any) -> Any:
    """Decide the largest margin where nothing is decided."""
    # Not argmax: that of Keras on TensorFlow cannot be exported to LiteRT.
    largest = _from_largest(margins)[..., :1]
    is_largest = ops.equal(largest, ops.arange(decided.shape[-1]))
    is_empty = ops.logical_not(ops.any(decided, axis=-1, keepdims=True))
    # A score of NaN or a threshold of inf: what nothing can decide.
    can_be = ops.greater(margins, -np.inf)
    fallback = ops.logical_and(is_largest, can_be)
    return ops.logical_or(decided, ops.logical_and(is_empty, fallback))


def _at_most(decided: Any, margins: Any, k: int) -> Any:
    """Keep the ``k`` decisions with the largest margins."""
    order = _from_largest(ops.where(decided, margins, -np.inf))
    # The order of the order is each label's rank.
    return ops.logical_and(decided, ops.less(ops.argsort(order, axis=-1), k))


def _from_largest(values: Any) -> Any:
    """The labels of each row from the largest value on, the first of equals first."""
    # argsort is stable on the three backends; top_k on torch is not.
    return ops.argsort(ops.negative(values), axis=-1)
