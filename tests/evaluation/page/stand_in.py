"""A report as the page reads it, made of public functions alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import keras_multilabel as kml

Z = 1.959963984540054


@dataclass(frozen=True)
class Intervals:
    per_label: Any
    averages: Any
    overall: Any
    support: Any
    label_names: Any
    confidence: float
    n_samples: int
    n_groups: int | None
    method: str


@dataclass(frozen=True)
class Report:
    y_true: Any
    y_score: Any
    y_pred: Any
    thresholds: Any
    intervals: Intervals
    counts: Any
    label_names: Any
    ranking: Any
    sample_weight: Any = None
    groups: Any = None
    images: Any = None
    tuned_on: str | None = None
    zero_division: float = 0.0


def wilson(hits, rows):
    with np.errstate(divide="ignore", invalid="ignore"):
        p, t = hits / rows, Z**2 / rows
        centre, half = (p + t / 2) / (1 + t), np.sqrt(t * p * (1 - p) + t**2 / 4)
    low, high = (
        np.maximum(0, centre - half / (1 + t)),
        np.minimum(1, centre + half / (1 + t)),
    )
    nothing = np.asarray(rows) == 0
    return (
        np.where(nothing, 0, p),
        np.where(nothing, 0, low),
        np.where(nothing, 1, high),
    )


def of_f1(counts):
    parts = wilson(counts.tp, counts.tp + counts.fp + counts.fn)
    return tuple(2 * part / (1 + part) for part in parts)


def around(value):
    return (value, value - 0.02, value + 0.02)


def stand_in(
    y_true, y_score, thresholds=0.5, *, y_pred=None, names=None, weight=None, **rest
):
    y_true = np.asarray(y_true)
    n_labels = y_true.shape[1]
    own = (
        None if y_score is None else np.broadcast_to(thresholds, n_labels).astype(float)
    )
    if y_pred is None:
        y_pred = kml.apply_thresholds(y_score, own)
    counts = kml.confusion_counts(y_true, y_pred, sample_weight=weight)
    per_label = {
        "precision": wilson(counts.tp, counts.predicted),
        "recall": wilson(counts.tp, counts.support),
        "f1_score": of_f1(counts),
    }
    averages = {
        average: {
            name: around(score(y_true, y_pred, average=average, sample_weight=weight))
            for name, score in (
                ("precision", kml.precision_score),
                ("recall", kml.recall_score),
                ("f1_score", kml.f1_score),
            )
        }
        for average in ("micro", "macro", "weighted", "samples")
    }
    if y_score is not None:
        for name, score in (
            ("average_precision", kml.average_precision_score),
            ("roc_auc", kml.roc_auc_score),
        ):
            each = score(y_true, y_score, average=None, sample_weight=weight)
            per_label[name] = around(each)
            averages["macro"][name] = around(float(np.mean(each)))
    intervals = Intervals(
        per_label,
        averages,
        {
            "subset_accuracy": around(kml.subset_accuracy_score(y_true, y_pred)),
            "hamming_loss": around(kml.hamming_loss(y_true, y_pred)),
        },
        counts.support,
        names,
        0.95,
        len(y_true),
        None,
        "analytic",
    )
    ranking = {"label_ranking_average_precision": 0.9, "coverage_error": 2.5}
    return Report(
        y_true,
        y_score,
        y_pred,
        own,
        intervals,
        counts,
        names,
        ranking,
        sample_weight=weight,
        **rest,
    )


def population(n_samples, n_labels, seed=0):
    """Truth and scores of labels from frequent to rare."""
    rng = np.random.default_rng(seed)
    share = np.maximum(0.4 / np.arange(1, n_labels + 1) ** 0.9, 3 / n_samples)
    y_true = (rng.random((n_samples, n_labels)) < share).astype(np.int8)
    x = rng.standard_normal(y_true.shape, np.float32) + 2.4 * y_true - 1.2
    logit = np.log(share / (1 - share)) + 2.4 * x
    return y_true, (1 / (1 + np.exp(-logit))).astype(np.float32)
