"""Reports: the scores of ranking and the text against scikit-learn's, and the whole."""

from collections.abc import Iterator
from statistics import median

import numpy as np
import sklearn.metrics
from ranking import N_LABELS, scores
from table import Row, named_version, speed_row
from timing import interleaved, stopwatch

import keras_multilabel as kml
from keras_multilabel.evaluation.rank_scores import rank_scores

SKLEARN = named_version("scikit-learn")
PEERS = {
    "label_ranking_average_precision": (
        sklearn.metrics.label_ranking_average_precision_score
    ),
    "coverage_error": sklearn.metrics.coverage_error,
    "label_ranking_loss": sklearn.metrics.label_ranking_loss,
}


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 2_000 if quick else 100_000
    y_true, y_score = scores(n_samples)
    # scikit-learn takes row by row.
    yield ranking_row(y_true[:10_000], y_score[:10_000])
    yield text_row(y_true, (y_score >= 0.5).astype(np.uint8))
    for thresholds in (0.5, "cv"):
        timed = stopwatch(
            lambda thresholds=thresholds: kml.evaluation_report(
                y_true, y_score, thresholds, random_state=0
            )
        )
        taken = median([timed() for _ in range(4)][1:])
        work = f"evaluation_report, {thresholds=}, {n_samples:,} x {N_LABELS} float32"
        yield Row(work, "", "", f"{taken:.3g} s", "", "", None)


def ranking_row(y_true: np.ndarray, y_score: np.ndarray) -> Row:
    """The three of scikit-learn's scores that do not come from counts."""

    def peer() -> dict[str, float]:
        return {name: score(y_true, y_score) for name, score in PEERS.items()}

    def ours() -> dict[str, float]:
        return rank_scores(y_true.view(np.int8), y_score, None)

    assert all(np.isclose(ours()[name], peer()[name], rtol=1e-12) for name in PEERS)
    return speed_row(
        f"LRAP, coverage error, ranking loss, {len(y_true):,} x {N_LABELS} float32",
        f"{SKLEARN}, the three",
        interleaved(stopwatch(peer), stopwatch(ours), 3),
        None,
    )


def text_row(y_true: np.ndarray, y_pred: np.ndarray) -> Row:
    """The same text."""
    data = y_true, y_pred

    def peer() -> str:
        return sklearn.metrics.classification_report(*data, zero_division=0.0)

    def ours() -> str:
        return kml.classification_report(*data)

    assert ours() == peer()
    return speed_row(
        f"classification_report, {len(y_true):,} x {N_LABELS} uint8",
        f"{SKLEARN} classification_report",
        interleaved(stopwatch(peer), stopwatch(ours), 3),
        None,
    )
