"""Average precision and ROC AUC per label, exact, against scikit-learn.

With and without ties: scores of two decimals are tied a thousand times.
"""

from collections.abc import Iterator

import numpy as np
import sklearn.metrics
from table import Row, named_version, speed_row
from timing import interleaved, stopwatch

import keras_multilabel as kml

N_LABELS = 80
PEER = f"{named_version('scikit-learn')} average_precision_score + roc_auc_score"


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 5_000 if quick else 100_000
    y_true, y_score = scores(n_samples)
    yield from both_rows(y_true, y_score, "", 2 if quick else 5)
    yield from both_rows(y_true, y_score.round(2), ", two decimals", 2 if quick else 5)
    if not quick:
        # The first of them alone: the peer takes half a minute.
        yield next(both_rows(*scores(1_000_000), "", 3))


def both_rows(
    y_true: np.ndarray, y_score: np.ndarray, kind: str, repeats: int
) -> Iterator[Row]:
    def peer() -> tuple[np.ndarray, np.ndarray]:
        return (
            sklearn.metrics.average_precision_score(y_true, y_score, average=None),
            sklearn.metrics.roc_auc_score(y_true, y_score, average=None),
        )

    def apart() -> tuple[np.ndarray, np.ndarray]:
        return (
            kml.average_precision_score(y_true, y_score, average=None),
            kml.roc_auc_score(y_true, y_score, average=None),
        )

    def from_one_sort() -> tuple[np.ndarray, np.ndarray]:
        ranked = kml.SortedScores(y_true, y_score)
        return (
            kml.average_precision_score(ranked, average=None),
            kml.roc_auc_score(ranked, average=None),
        )

    np.testing.assert_allclose(apart(), peer(), rtol=1e-12)
    np.testing.assert_allclose(from_one_sort(), peer(), rtol=1e-12)
    work = f"AP and ROC AUC per label, {len(y_true):,} x {N_LABELS} float32{kind}"
    for ours, title, target in (
        (from_one_sort, f"{work}, from `SortedScores`", 35),
        (apart, f"{work}, each by itself", None),
    ):
        pair = interleaved(stopwatch(peer), stopwatch(ours), repeats)
        yield speed_row(title, PEER, pair, target)


def scores(n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth with 5 % positives, and what a fair sigmoid classifier says of it."""
    rng = np.random.default_rng(0)
    y_true = rng.random((n_samples, N_LABELS), np.float32) < 0.05
    noise = rng.standard_normal(y_true.shape, np.float32)
    logits = 1.5 * noise + np.where(y_true, np.float32(-0.5), np.float32(-3.5))
    return y_true.astype(np.uint8), 1 / (1 + np.exp(-logits))
