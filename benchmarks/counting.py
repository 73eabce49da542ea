"""Scores and confusion matrices from counts, against scikit-learn."""

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import sklearn.metrics
from table import Row, memory_row, named_version, speed_row
from timing import interleaved, peak_megabytes, stopwatch

import keras_multilabel as kml

N_LABELS = 80
AVERAGES = ("micro", "macro", "weighted", "samples")
PEER = named_version("scikit-learn")


def rows(*, quick: bool) -> Iterator[Row]:
    small, large = (5_000, 20_000) if quick else (100_000, 1_000_000)
    for n_samples, dtype, repeats in (
        (small, "uint8", 5),
        (small, "int64", 5),
        (small, "float32", 5),
        (large, "uint8", 3),
    ):
        # scikit-learn's times depend on the type: it makes sparse matrices.
        repeats = 2 if quick else repeats
        y_true, y_pred = decisions(n_samples, dtype)
        size = f"{n_samples:,} x {N_LABELS} {dtype}"
        yield speed_row(
            f"P/R/F1/support, 4 averages, {size}",
            f"{PEER} precision_recall_fscore_support x4",
            interleaved(*four_averages(y_true, y_pred), repeats),
            200 if dtype == "uint8" else 100,
        )
        yield speed_row(
            f"confusion matrix per label, {size}",
            f"{PEER} multilabel_confusion_matrix",
            interleaved(*confusion_matrices(y_true, y_pred), repeats),
            80 if dtype == "uint8" else None,
        )
    for dtype in ("uint8", "float32"):
        y_true, y_pred = decisions(large, dtype)
        for axis in (0, 1):
            yield memory_row(
                f"memory of counting, axis {axis}, {large:,} x {N_LABELS} {dtype}",
                peak_megabytes(lambda: kml.confusion_counts(y_true, y_pred, axis=axis)),  # noqa: B023
                20,
            )


def decisions(n_samples: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Truth with 5 % positives, and decisions that are right for 96 % of entries."""
    rng = np.random.default_rng(0)
    shape = (n_samples, N_LABELS)
    y_true = rng.random(shape, np.float32) < 0.05
    y_pred = y_true ^ (rng.random(shape, np.float32) < 0.04)
    return y_true.astype(dtype), y_pred.astype(dtype)


def four_averages(
    y_true: np.ndarray, y_pred: np.ndarray
) -> tuple[Callable[[], float], Callable[[], float]]:
    def peer() -> list[tuple]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Samples without labels.
            return [
                sklearn.metrics.precision_recall_fscore_support(
                    y_true, y_pred, average=average
                )
                for average in AVERAGES
            ]

    def ours() -> list[tuple]:
        per_label, per_sample = kml.confusion_counts(y_true, y_pred, axis=(0, 1))
        return [
            kml.precision_recall_fscore_support(
                per_sample if average == "samples" else per_label, average=average
            )
            for average in AVERAGES
        ]

    for expected, found in zip(peer(), ours(), strict=True):
        np.testing.assert_allclose(found[:3], expected[:3], rtol=1e-12)
    return stopwatch(peer), stopwatch(ours)


def confusion_matrices(
    y_true: np.ndarray, y_pred: np.ndarray
) -> tuple[Callable[[], float], Callable[[], float]]:
    def peer() -> np.ndarray:
        return sklearn.metrics.multilabel_confusion_matrix(y_true, y_pred)

    def ours() -> np.ndarray:
        return kml.multilabel_confusion_matrix(y_true, y_pred)

    np.testing.assert_array_equal(ours(), peer())
    return stopwatch(peer), stopwatch(ours)
