"""Pictures of many labels, made and written as PNG."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from table import Row, named_version
from timing import interleaved, stopwatch

import keras_multilabel as kml

DRAWN_BY = named_version("matplotlib")


def rows(*, quick: bool) -> Iterator[Row]:
    n_labels = 10 if quick else 80
    many = counts_of(n_labels)
    yield picture_row(
        f"confusion matrices of {n_labels} labels, 20 on a page",
        lambda: kml.plot_confusion_matrices(many),
        1.5,
    )
    n_labels = 20 if quick else 500
    more = counts_of(n_labels)
    yield picture_row(
        f"outcome bars of {n_labels} labels, 80 on a page",
        lambda: kml.plot_label_outcomes(more, top=None, max_per_page=80),
        1.5,
    )
    yield confusion_row(2_000 if quick else 100_000, 80)


def picture_row(work: str, draw: Callable[[], Any], target: float) -> Row:
    """Seconds to draw, and beside them those to write PNG files, which Agg takes."""

    def draw_only() -> None:
        draw()
        plt.close("all")

    def draw_and_write() -> None:
        for drawn in draw():
            getattr(drawn, "figure", drawn).savefig(io.BytesIO(), dpi=100)
        plt.close("all")

    written, ours = interleaved(
        stopwatch(draw_and_write), stopwatch(draw_only), 3
    ).medians()
    return Row(
        work,
        f"{DRAWN_BY}: the same, written as PNG",
        f"{written:.3g} s",
        f"{ours:.3g} s",
        "",
        f"<= {target:g} s",
        ours <= target,
    )


def confusion_row(n_samples: int, n_labels: int) -> Row:
    """Label x label against the plain product of the whole in float64."""
    rng = np.random.default_rng(0)
    y_true = (rng.random((n_samples, n_labels)) < 0.04).astype(np.uint8)
    y_pred = y_true ^ (rng.random(y_true.shape) < 0.02)

    def whole() -> np.ndarray:
        return label_confusion_of_all_rows(y_true, y_pred)

    def ours() -> np.ndarray:
        return kml.label_confusion_matrix(y_true, y_pred)

    np.testing.assert_array_equal(whole(), ours())
    theirs, own = interleaved(stopwatch(whole), stopwatch(ours), 5).medians()
    return Row(
        f"label_confusion_matrix of {n_samples:,} x {n_labels}",
        f"{named_version('numpy')}: all rows at once, in float64",
        f"{theirs:.3g} s",
        f"{own:.3g} s",
        f"{theirs / own:.3g}x",
        "<= 0.15 s",
        own <= 0.15,
    )


def label_confusion_of_all_rows(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """The same matrix, without blocks."""
    missed, excess = y_true & ~y_pred & 1, y_pred & ~y_true & 1
    none = ~y_true.any(1)
    any_missed = missed.any(1) | none
    source = np.where(any_missed[:, None], missed, y_true)
    left = np.column_stack([source, none]).astype(np.float64)
    nothing = any_missed & ~excess.any(1)
    right = np.column_stack([excess, nothing]).astype(np.float64)
    matrix = (left.T @ right).astype(np.int64)
    matrix[np.diag_indices(y_true.shape[1])] += (y_true & y_pred).sum(0, dtype=np.int64)
    return matrix


def counts_of(n_labels: int) -> kml.Counts:
    """Counts of a long tail of labels."""
    rng = np.random.default_rng(0)
    support = np.maximum(20_000 // np.arange(1, n_labels + 1), 3)
    tp = rng.binomial(support, 0.7)
    fp = rng.binomial(support, 0.4)
    names = [f"a label's name {index}" for index in range(n_labels)]
    tn = 100_000 - support - fp
    return kml.Counts(tp, fp, support - tp, tn, label_names=names)
