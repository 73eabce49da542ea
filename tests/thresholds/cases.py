"""Scores of thresholds written out, and problems to tune them on."""

import warnings

import numpy as np
from hypothesis import assume

import keras_multilabel as kml
from tests.strategies import slow_counts

AVERAGES = ["macro", "weighted", "micro", "samples"]


def ratio(a, b, empty=0.0):
    return a / b if b else empty


def slow_f(tp, fp, fn, tn, beta=1.0):
    return ratio((1 + beta**2) * tp, (1 + beta**2) * tp + beta**2 * fn + fp)


def slow_balanced(tp, fp, fn, tn):
    return (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2


def slow_matthews(tp, fp, fn, tn):
    sides = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return ratio(tp * tn - fp * fn, sides**0.5)


def slow_recall(tp, fp, fn, tn):
    return ratio(tp, tp + fn) if ratio(tp, tp + fp, 1.0) >= 0.6 else -np.inf


def slow_precision(tp, fp, fn, tn):
    return ratio(tp, tp + fp) if ratio(tp, tp + fn, 1.0) >= 0.6 else -np.inf


# name -> (arguments, score of one label's counts written out)
OBJECTIVES = {
    "f1": ({}, slow_f),
    "fbeta": ({"beta": 2.0}, lambda *c: slow_f(*c, beta=2.0)),
    "jaccard": ({}, lambda tp, fp, fn, tn: ratio(tp, tp + fp + fn)),
    "balanced_accuracy": ({}, slow_balanced),
    "youden_j": ({}, lambda *c: 2 * slow_balanced(*c) - 1),
    "matthews": ({}, slow_matthews),
}
BY_LABEL = {
    **OBJECTIVES,
    "recall": ({"min_precision": 0.6}, slow_recall),
    "precision": ({"min_recall": 0.6}, slow_precision),
    "cost": ({"costs": (1, 3)}, lambda tp, fp, fn, tn: -(fp + 3 * fn)),
    "prevalence": ({}, lambda tp, fp, fn, tn: -abs(fp - fn)),
    "callable": ({}, lambda tp, fp, fn, tn: tp - 0.5 * fp - 0.1 * fp**2),
}
NEEDS_POSITIVES = {*OBJECTIVES, "precision"}


def by_name(name):
    """Positional and keyword arguments of tune_thresholds."""
    options, _ = BY_LABEL[name]
    if name == "callable":
        return (lambda c: c.tp - 0.5 * c.fp - 0.1 * c.fp**2), options
    return name, options


def tune(problem, name, **options):
    y_true, _, y_score, weight = problem
    # Without weights the integers take another way.
    weight = None if (weight == 1).all() else weight
    objective, chosen = by_name(name)
    return kml.tune_thresholds(
        y_true,
        y_score,
        objective,
        shrinkage=0,
        sample_weight=weight,
        **chosen,
        **options,
    )


def cuts(score):
    """A threshold for every different decision."""
    return [*np.unique(score), np.inf]


def averaged(problem, thresholds, slow, average):
    """The score that ``average`` speaks of, written out."""
    y_true, _, y_score, weight = problem
    y_pred = y_score >= thresholds
    counts = slow_counts(y_true, y_pred, weight)
    if average == "micro":
        return slow(*counts.sum(1))
    if average == "samples":
        pairs = zip(y_true, y_pred, strict=True)
        counts = np.array([slow_counts(t[:, None], p[:, None])[:, 0] for t, p in pairs])
        weights = weight * (counts.sum(1) > 0)
    else:
        counts = counts.T
        known = counts.sum(1) > 0
        weights = counts[:, [0, 2]].sum(1) if average == "weighted" else known
        weights = weights if weights.any() else known
    scores = [slow(*c) for c in counts]
    return np.average(scores, weights=weights)


def first_labels(problem, n):
    """Some labels of a problem of which anything is known."""
    y_true, y_pred, y_score, weight = problem
    assume(((y_true[:, :n] >= 0).any(1) & (weight > 0)).any())
    return y_true[:, :n], y_pred[:, :n], y_score[:, :n], weight


def scene(rng, n_samples=400, n_labels=6):
    """Truth and probabilities of labels from frequent to rare."""
    rates = np.geomspace(0.4, 0.01, n_labels)
    y_true = (rng.random((n_samples, n_labels)) < rates).astype(np.int8)
    logits = 2 * y_true - 2 + rng.normal(size=y_true.shape)
    return y_true, 1 / (1 + np.exp(-logits))


def tune_quietly(y_true, y_score, name, weight, **options):
    """Thresholds for an objective of `BY_LABEL`, with the options that it needs."""
    with warnings.catch_warnings():
        # Of floors that scores of inf break.
        warnings.filterwarnings("ignore", "No threshold keeps", UserWarning)
        return kml.tune_thresholds(
            y_true,
            y_score,
            name,
            sample_weight=weight,
            **BY_LABEL[name][0],
            **options,
        )
