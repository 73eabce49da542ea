"""Average precision and ROC AUC per label, exact, against scikit-learn."""

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

    def peer() -> tuple[np.ndarray, np.ndarray]:
        return (
            sklearn.metrics.average_precision_score(y_true, y_score, average=None),
            sklearn.metrics.roc_auc_score(y_true, y_score, average=None),
        )

    def ours() -> tuple[np.ndarray, np.ndarray]:
        return (
            kml.average_precision_score(y_true, y_score, average=None),
            kml.roc_auc_score(y_true, y_score, average=None),
        )

    np.testing.assert_allclose(ours(), peer(), rtol=1e-12)
    yield speed_row(
        f"AP and ROC AUC per label, {n_samples:,} x {N_LABELS} float32",
        PEER,
        interleaved(stopwatch(peer), stopwatch(ours), 2 if quick else 5),
        20,
    )


def scores(n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth with 5 % positives, and what a fair sigmoid classifier says of it."""
    rng = np.random.default_rng(0)
    y_true = rng.random((n_samples, N_LABELS), np.float32) < 0.05
    noise = rng.standard_normal(y_true.shape, np.float32)
    logits = 1.5 * noise + np.where(y_true, np.float32(-0.5), np.float32(-3.5))
    return y_true.astype(np.uint8), 1 / (1 + np.exp(-logits))
