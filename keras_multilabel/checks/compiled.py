"""The arguments of ``compile`` -> facts about loss and metrics.

Only public attributes of Keras are read: ``model.loss`` and ``get_compile_config``.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from keras_multilabel.inference.outputs import Output
from keras_multilabel.losses.weighted_binary_crossentropy import (
    WeightedBinaryCrossentropy,
)
from keras_multilabel.utils.arguments import Array

BINARY = {
    keras.losses.binary_crossentropy: keras.losses.BinaryCrossentropy,
    keras.losses.binary_focal_crossentropy: keras.losses.BinaryFocalCrossentropy,
}
CATEGORICAL = {
    keras.losses.categorical_crossentropy: keras.losses.CategoricalCrossentropy,
    keras.losses.categorical_focal_crossentropy: (
        keras.losses.CategoricalFocalCrossentropy
    ),
    keras.losses.sparse_categorical_crossentropy: (
        keras.losses.SparseCategoricalCrossentropy
    ),
}
# The functions whose names appear in a compile config; a user's own function may only
# have another name.
ARGMAX_METRICS = {
    "categorical_accuracy": "CategoricalAccuracy",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
}


# The kind of metrics that Keras does not reveal.
UNREAD = "unread"


@dataclass(frozen=True, eq=False)
class LossFacts:
    """Facts about a loss.

    Attributes:
        name: As a user would write it.
        kind: ``"binary"``, ``"categorical"`` or ``"other"``.
        from_logits: None if the loss does not say.
        knows_unknown: Whether -1 and NaN are left out; None if that cannot be told.
        class_weight: Shape (n_labels, 2), for our losses.
        is_plain: Binary cross-entropy, whose best constant output is the prior.
        is_of_keras: One of Keras's own.
    """

    name: str
    kind: str = "other"
    from_logits: bool | None = None
    knows_unknown: bool | None = None
    class_weight: Array | None = None
    is_plain: bool = False
    is_of_keras: bool = False


@dataclass(frozen=True)
class MetricFacts:
    """A compiled metric, of Keras or ours: how it was written, its class and config.

    Of kind ``UNREAD`` it stands for all, and why they cannot be read is written.
    """

    written: str
    kind: str
    config: dict[str, Any]


def read_loss(given: Any, y_score: Array) -> LossFacts | None:
    """Facts about a loss as given to ``compile``; None without one."""
    if given is None:
        return None
    loss = _resolve_loss(given, y_score)
    name = given if isinstance(given, str) else _name_of(loss)
    if _is_ours(loss):
        return _our_loss(loss, name)
    for kind, known in (("binary", BINARY), ("categorical", CATEGORICAL)):
        for function, loss_type in known.items():
            if loss is function or isinstance(loss, loss_type):
                return _keras_loss(loss, name, kind)
    own = _is_of_keras(loss)
    return LossFacts(name, knows_unknown=False if own else None, is_of_keras=own)


def _resolve_loss(given: Any, y_score: Array) -> Any:
    if str(given).lower() not in ("crossentropy", "ce"):
        return keras.losses.get(given)
    # Keras chooses by the shapes.
    if y_score.shape[-1] == 1:
        return keras.losses.binary_crossentropy
    return keras.losses.categorical_crossentropy


def _name_of(loss: Any) -> str:
    return getattr(loss, "__name__", type(loss).__name__)


def _is_ours(loss: Any) -> bool:
    name = keras.saving.get_registered_name(type(loss))
    return str(name).startswith("keras_multilabel>")


def _is_of_keras(thing: Any) -> bool:
    """Whether it is a class of Keras itself, not one derived from it."""
    of = thing if hasattr(thing, "__name__") else type(thing)
    return str(of.__module__).partition(".")[0] == "keras"


def _our_loss(loss: Any, name: str) -> LossFacts:
    from_logits = loss.get_config().get("from_logits")
    return LossFacts(
        name,
        kind="other" if from_logits is None else "binary",
        from_logits=from_logits,
        knows_unknown=True,
        class_weight=getattr(loss, "class_weight", None),
        is_plain=isinstance(loss, WeightedBinaryCrossentropy),
    )


def _keras_loss(loss: Any, name: str, kind: str) -> LossFacts:
    try:
        config = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    except Exception:  # of a user's class, which then does not say
        return LossFacts(name)
    own = _is_of_keras(loss)
    is_plain = loss is keras.losses.binary_crossentropy or (
        type(loss) is keras.losses.BinaryCrossentropy and not config["label_smoothing"]
    )
    return LossFacts(
        name,
        kind=kind,
        from_logits=bool(config.get("from_logits", False)),
        knows_unknown=False if own else None,
        is_plain=is_plain,
        is_of_keras=own,
    )


def read_metrics(model: keras.Model, output: Output) -> Iterator[MetricFacts]:
    """The metrics given to ``compile`` for the output."""
    try:
        config = _compile_config(model)
    except Exception as error:  # of any get_config, which may be a user's
        if any(metric.name != "loss" for metric in model.metrics):
            yield MetricFacts(f"{type(error).__name__}: {error}", UNREAD, {})
        return
    for argument in ("metrics", "weighted_metrics"):
        given = config.get(argument)
        chosen = given if len(output.names) == 1 else output.setting(given)
        for metric in _flat(chosen):
            facts = _metric_facts(metric)
            if facts is not None:
                yield facts


def _compile_config(model: keras.Model) -> dict[str, Any]:
    """The arguments of ``compile``, serialized."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of lambdas, which are not loaded here
        return dict(model.get_compile_config())


def _flat(given: Any) -> Iterator[Any]:
    """The metrics in lists of lists, or in a dict with lists per output."""
    if isinstance(given, dict) and "class_name" not in given:
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        for inner in given:
            yield from _flat(inner)
    elif given is not None:
        yield given


def _metric_facts(given: Any) -> MetricFacts | None:
    if isinstance(given, str):
        if given.lower() in ("accuracy", "acc"):
            return MetricFacts(repr(given), "accuracy", {})
        try:
            metric = keras.metrics.get(given)
        except ValueError:  # fit will report it
            return None
        return MetricFacts(repr(given), type(metric).__name__, metric.get_config())
    kind, config = given["class_name"], given["config"]
    if kind == "function" and config in ARGMAX_METRICS:
        return MetricFacts(config, ARGMAX_METRICS[config], {})
    if str(given.get("module")).partition(".")[0] in ("keras", "keras_multilabel"):
        return MetricFacts(kind, kind, config)
    return None
