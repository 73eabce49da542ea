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
    y, s = rare_scores()
    yield from worst_rows(y, s)
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


def rare_scores() -> tuple[np.ndarray, np.ndarray]:
    """Truth and logits of 14 findings in 25,596 X-rays, simulated: 86 to 6,112 each."""
    rng = np.random.default_rng(0)
    positives = np.geomspace(86, 6112, 14).round().astype(int)
    separation = rng.permutation(np.linspace(0.75, 1.9, 14))  # ROC AUC of .70 to .91
    y = np.zeros((25_596, 14), np.uint8)
    for label, n in enumerate(positives):
        y[rng.choice(len(y), n, replace=False), label] = 1
    share = positives / len(y)
    logits = separation * (rng.normal(size=y.shape) + separation * (y - 0.5))
    return y, logits + np.log(share / (1 - share))


def worst_rows(y: np.ndarray, logits: np.ndarray) -> Iterator[Row]:
    """Scores as they are, saturated and coarse: the label with the largest error."""
    plain, sharp = (
        (1 / (1 + np.exp(-scale * logits))).astype(np.float32) for scale in (1, 6)
    )
    bfloat16 = (plain.view(np.uint32) >> 16 << 16).view(np.float32)
    for name, s, bins in (
        ("plain", plain, None),
        ("saturated", sharp, None),
        ("one decimal", plain.round(1), None),
        ("two decimals", plain.round(2), None),
        ("three decimals", plain.round(3), None),
        ("bfloat16", bfloat16, None),
        ("bfloat16, bins=6095", bfloat16, 6095),
    ):
        exact = kml.average_precision_score(y, s, average=None)
        known = kml.score_histogram(y, s, bins=bins)
        counted = kml.ScoreHistogram.of_bins(known.negatives, known.positives)
        ours, of_counts = (
            abs(kml.average_precision_score(each, average=None) - exact).max()
            for each in (known, counted)
        )
        yield Row(
            f"average precision of 25,596 x 14, rare labels, {name}: worst label",
            "",
            "",
            f"{ours:.1e}",
            f"of counts alone {of_counts:.1e}",
            "<= 0.001",
            bool(ours <= 1e-3),
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
        "<= 4 ns",
        median(each) <= 4,
    )


def state_row() -> Row:
    histogram = kml.ScoreHistogram(N_LABELS)
    bins = len(histogram.thresholds)
    work = f"state of ScoreHistogram({N_LABELS}): 24 bytes x {bins:,} bins x labels"
    ours = f"{histogram.nbytes / 1e6:.1f} MB"
    return Row(work, "", "", ours, "whatever n_samples is", "", None)
