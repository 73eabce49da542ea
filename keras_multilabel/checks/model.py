"""Mistakes in how the model ends and in the arguments of ``compile``."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_multilabel.checks.compiled import ARGMAX_METRICS, UNREAD
from keras_multilabel.checks.findings import Finding
from keras_multilabel.checks.setup import Setup

# If a zero bias makes the first loss this many times that of the labels' frequencies
# alone, two thirds of it is spent on learning these.
BIAS_FACTOR = 3.0
# Rounding of float16 and of sums over many labels.
TOLERANCE = 1e-3


def find_metrics(setup: Setup) -> Iterator[Finding]:
    """Metrics that score one label of each row."""
    if setup.exclude_each_other:
        return
    for metric in setup.metrics:
        if metric.kind == UNREAD:
            yield _unread_finding(metric.written)
        if metric.kind == "accuracy" or metric.kind in ARGMAX_METRICS.values():
            yield _accuracy_finding(setup, metric.written, metric.kind)
        is_f = metric.kind in ("F1Score", "FBetaScore")
        if is_f and metric.config.get("threshold") is None:
            yield _f1_finding(setup, metric.written)


def _unread_finding(error: str) -> Finding:
    return Finding(
        "unread_metrics",
        "warning",
        "The metrics were not checked: Keras cannot serialize all that the model is "
        "compiled with.",
        why=f"get_compile_config() raises {error.splitlines()[0]}",
        remedy="Give own losses and metrics a get_config, or check the model once "
        "without them.",
    )


def _accuracy_finding(setup: Setup, written: str, kind: str) -> Finding:
    share = float((np.argmax(setup.y, axis=1) == 0).mean())
    resolved = (
        f"The metric {written} becomes CategoricalAccuracy"
        if kind == "accuracy"
        else f"The metric {written} is for one label per row"
    )
    return Finding(
        "categorical_accuracy",
        "error",
        f"{resolved}: it compares the argmax of y and output.",
        why="It looks at one label of each row, and a row without labels counts as "
        f"{setup.names[0]!r}: a model that gives 0 everywhere has an accuracy of "
        f"{share:.3f}.",
        remedy="MultiLabelMetrics gives F1, precision and recall; "
        "keras.metrics.BinaryAccuracy() counts entries.",
    )


def _f1_finding(setup: Setup, written: str) -> Finding:
    positive = np.asarray(setup.positive)
    total = int(positive.sum())
    reachable = int(positive.any(1).sum())
    return Finding(
        "f1_argmax",
        "error",
        f"The metric {written} has threshold=None: it predicts the highest score of "
        "each row, and no other.",
        why=f"Of the {total:,} positives at most {reachable:,} could be found, and in "
        f"the {len(positive) - reachable:,} rows without labels one is predicted "
        "nevertheless.",
        remedy="MultiLabelMetrics, or keras.metrics.F1Score(average='macro', "
        "threshold=0.5).",
    )


def find_head(setup: Setup) -> Iterator[Finding]:
    """A softmax, or a loss, for labels that exclude each other."""
    loss = setup.loss
    if loss is None or setup.exclude_each_other:
        return
    n_several = int((np.asarray(setup.positive).sum(1) > 1).sum())
    n_empty = int((np.asarray(setup.positive).sum(1) == 0).sum())
    counts = f"{n_several:,} of {setup.rows} have several labels, {n_empty:,} none."
    remedy = (
        "End the model in Dense(n_labels, activation='sigmoid') and compile with "
        "'binary_crossentropy' or WeightedBinaryCrossentropy."
    )
    if loss.kind == "categorical":
        yield Finding(
            "categorical_loss",
            "error",
            f"The loss {loss.name} is for labels that exclude each other.",
            why=f"{counts} It looks at the positives only: a row without labels costs "
            "nothing, whatever the model gives for it.",
            remedy=remedy,
        )
    elif loss.kind == "binary" and _is_softmax(setup):
        yield Finding(
            "softmax_head",
            "error",
            "The model ends in a softmax: the scores of a row sum to 1.",
            why=f"{counts} At most one score of a row can be above 0.5, and a row "
            "without labels still has scores of 1 in sum.",
            remedy=remedy,
        )


def _is_softmax(setup: Setup) -> bool:
    scores = setup.y_score
    if setup.head.activation is not None:
        return setup.head.activation == "softmax"
    sums_to_one = np.abs(scores.sum(-1) - 1).max() <= TOLERANCE
    return scores.shape[-1] > 1 and bool((scores >= 0).all() and sums_to_one)


def find_logits(setup: Setup) -> Iterator[Finding]:
    """Logits that the loss reads as probabilities, and the other way round."""
    loss, head, scores = setup.loss, setup.head, setup.y_score
    if loss is None or loss.kind != "binary":
        return
    outside = float(((scores < -TOLERANCE) | (scores > 1 + TOLERANCE)).mean())
    if not loss.from_logits and (outside > 0 or head.activation == "linear"):
        share = f"{outside:.0%} of its outputs on {len(scores)} rows lie"
        yield Finding(
            "logits_as_probabilities",
            "error",
            f"The loss {loss.name} takes probabilities, but the model gives logits.",
            why=f"{share if outside else 'Nothing keeps its outputs from lying'} "
            "outside 0 to 1; the loss clips them there, and clipped outputs have no "
            "gradient.",
            remedy="Compile with from_logits=True, BinaryCrossentropy(from_logits="
            "True) say, or end the model in activation='sigmoid'.",
        )
    if loss.from_logits and head.activation in ("sigmoid", "softmax"):
        fixed = (
            " (On TensorFlow, Keras notices where it can, and warns; on JAX and torch "
            "it does not.)"
        )
        yield Finding(
            "probabilities_as_logits",
            "error",
            f"The loss {loss.name} takes logits (from_logits=True), but the model ends "
            f"in a {head.activation}.",
            why="The sigmoid is taken twice: an output of 0 counts as the probability "
            "0.5 and one of 1 as 0.73, so a label that is surely absent costs 0.69 for "
            f"ever.{fixed if loss.is_of_keras or loss.is_plain else ''}",
            remedy=f"Leave from_logits=True out, or the {head.activation}.",
        )


def find_bias(setup: Setup) -> Iterator[Finding]:
    """A final bias of zero where labels are rare."""
    loss, head = setup.loss, setup.head
    if setup.positive is None or loss is None or not loss.is_plain:
        return
    expected = "linear" if loss.from_logits else "sigmoid"
    if head.dense is None or head.activation != expected or not _is_zero(head.dense):
        return
    at_zero, at_prior = _first_losses(setup)
    if at_zero < BIAS_FACTOR * at_prior:
        return
    shift = "" if loss.class_weight is None else " + np.log(w[:, 1] / w[:, 0])"
    of_weight = "" if loss.class_weight is None else ", w the class_weight of the loss"
    yield Finding(
        "final_bias",
        "warning",
        f"The bias of {head.dense.name!r} is 0, which says that each label is there as "
        "often as not.",
        why=f"With this bias alone the first loss is {at_zero:.3f}; with the labels' "
        f"log-odds it would be {at_prior:.3f}. The first epochs are spent on learning "
        "how rare the labels are.",
        remedy="Give the last Dense layer bias_initializer=keras.initializers.Constant("
        f"np.log(p / (1 - p)){shift}) with p = (y == 1).mean(0).clip(1e-4, 1 - 1e-4)"
        f"{of_weight}.",
    )


def _is_zero(dense: Any) -> bool:
    if dense.bias is None:
        return False
    return not dense.bias.numpy().any()


def _first_losses(setup: Setup) -> tuple[float, float]:
    """Mean loss of a constant 0.5, and of the best constant of each label."""
    positive, known = np.asarray(setup.positive), np.asarray(setup.known)
    # Laplace's rule: few rows do not make a label certain.
    p = (positive.sum(0) + 1) / (known.sum(0) + 2)
    sides = np.stack([1 - p, p], axis=1)
    loss = setup.loss
    if (
        loss is not None
        and loss.class_weight is not None
        and loss.class_weight.shape == sides.shape
    ):
        sides = sides * loss.class_weight
    total = sides.sum(1, keepdims=True)
    best = np.divide(sides, total, out=np.ones_like(sides), where=sides > 0)
    return float(total.mean() * np.log(2)), float(-(sides * np.log(best)).sum(1).mean())
