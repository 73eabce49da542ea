"""Histograms of scores: how exact, how fast and how large."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Iterator
from statistics import median

import keras
import numpy as np
from table import Row, named_version
from timing import stopwatch

import keras_multilabel as kml

N_LABELS = 80
KERAS_AUC = f"{named_version('keras')} AUC(multi_label=True, num_thresholds=200)"


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 5_000 if quick else 100_000
    for name, scale in (("plain", 1), ("saturated", 6), ("very saturated", 15)):
        yield from error_rows(name, *scores(n_samples, scale))
    yield update_row(*scores(n_samples if quick else 500_000, 1), 1 if quick else 5)
    yield state_row()


def scores(n_samples: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Truth of 0.5 to 50 % positives, and scores; a higher scale saturates them."""
    rng = np.random.default_rng(0)
    share = rng.permutation(np.geomspace(0.5, 0.005, N_LABELS))
    y = rng.random((n_samples, N_LABELS)) < share
    logits = scale * (
        rng.normal(size=y.shape) + 2 * y + np.log(share / (1 - share)) / 2
    )
    return y.astype(np.uint8), (1 / (1 + np.exp(-logits))).astype(np.float32)


def error_rows(name: str, y: np.ndarray, s: np.ndarray) -> Iterator[Row]:
    histogram = kml.ScoreHistogram(N_LABELS)
    histogram.update(y, s)
    work = f"{{}} of {len(y):,} x {N_LABELS}, {name} scores: error of the mean"
    for metric, score, curve, most in (
        ("ROC AUC", kml.roc_auc_score, "ROC", 2e-4),
        ("average precision", kml.average_precision_score, "PR", 1e-3),
    ):
        exact = score(y, s, average=None)
        ours = score(histogram, average=None) - exact
        theirs = keras_auc(curve, y, s) - exact.mean()
        yield Row(
            work.format(metric),
            KERAS_AUC,
            f"{abs(theirs):.1e}",
            f"{abs(ours.mean()):.1e}",
            f"worst label {abs(ours).max():.1e}",
            f"<= {most:g}",
            bool(abs(ours.mean()) <= most),
        )


def keras_auc(curve: str, y: np.ndarray, s: np.ndarray) -> float:
    metric = keras.metrics.AUC(curve=curve, multi_label=True, num_labels=N_LABELS)
    for start in range(0, len(y), 5000):
        metric.update_state(y[start : start + 5000], s[start : start + 5000])
    return float(metric.result())


def update_row(y: np.ndarray, s: np.ndarray, repeats: int) -> Row:
    histogram = kml.ScoreHistogram(N_LABELS)
    timed = stopwatch(lambda: histogram.update(y, s))
    timed()
    each = [timed() / y.size * 1e9 for _ in range(repeats)]
    return Row(
        f"ScoreHistogram.update on the host, {len(y):,} x {N_LABELS}",
        "",
        "",
        f"{median(each):.2g} ns per element",
        f"{min(each):.2g} to {max(each):.2g}, n={len(each)}",
        "<= 8 ns",
        median(each) <= 8,
    )


def state_row() -> Row:
    histogram = kml.ScoreHistogram(N_LABELS)
    bins = len(histogram.thresholds)
    work = f"state of ScoreHistogram({N_LABELS}): 16 bytes x {bins:,} bins x labels"
    ours = f"{histogram.nbytes / 1e6:.1f} MB"
    return Row(work, "", "", ours, "whatever n_samples is", "", None)
