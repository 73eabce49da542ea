"""Average precision and ROC AUC, exact, from sorted scores.

Only the positives' scores matter as thresholds: between two of them a lower
threshold adds false positives and nothing else.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import histogram_ranking
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.histogram_ranking import Sides, score_histogram_labels
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.signatures import Ranked, averaged_ranking
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.metrics.stand_ins import check_given, refuse_samples
from keras_multilabel.utils.arguments import (
    Array,
    check_average,
    check_zero_division,
    listed,
)
from keras_multilabel.utils.options import Average

Score = Callable[[SortedLabel, float], float]


def average_precision(scores: SortedLabel, zero_division: float) -> float:
    """Mean over the positives of the precision at their score."""
    if scores.n_positive == 0:
        return zero_division
    tp = scores.tp()
    return scores.above.mean(tp / (tp + scores.fp()))


def roc_auc(scores: SortedLabel, zero_division: float) -> float:
    """Share of (positive, negative) pairs in the right order; ties half."""
    if scores.n_positive == 0 or scores.n_negative == 0:
        return zero_division
    first, below = scores.first_not_below, scores.below
    twice = below.weight_before(first) + below.weight_before(scores.first_above())
    # Divided before it is weighted: a product of weights may overflow.
    return scores.above.mean(twice / scores.n_negative) / 2


def _ranking_score(
    score: Score,
    of_histogram: Callable[[Sides, float], Array],
    y_true: Ranked,
    y_score: npt.ArrayLike | None,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    check_average(average)
    zero_division = check_zero_division(zero_division)
    if isinstance(y_true, (ScoreHistogram, SortedScores)):
        refuse_samples(y_true, y_score, average, sample_weight)
    if isinstance(y_true, ScoreHistogram):
        scores, support = score_histogram_labels(
            of_histogram, y_true, zero_division, pooled=average == "micro"
        )
        return average_ranking(scores, support, average)
    if isinstance(y_true, SortedScores):
        scores, support = rank_sorted(score, y_true, average, zero_division)
        return average_ranking(scores, support, average)
    samples = Samples.of(y_true, check_given(y_score), sample_weight)
    scores, support = rank_samples(score, samples, average, zero_division)
    return average_ranking(scores, support, average, samples.weight)


def rank_samples(
    score: Score, samples: Samples, average: str | None, zero_division: float
) -> tuple[Array, Array]:
    """Score and support of each label, or sample, or of all as one for "micro"."""
    if average == "micro":
        samples = samples.pooled
    elif average == "samples":
        samples = Samples(samples.truth.T, samples.y_score.T, None)
    return _rank(score, samples.scaled()[0], zero_division)


def rank_sorted(
    score: Score, ranked: SortedScores, average: str | None, zero_division: float
) -> tuple[Array, Array]:
    """Score and support of each label, or of all as one for "micro"."""
    return _rank(score, ranked.pooled if average == "micro" else ranked, zero_division)


def _rank(
    score: Score, labels: Samples | SortedScores, zero_division: float
) -> tuple[Array, Array]:
    def of_label(scores: SortedLabel, _: int) -> tuple[float, float]:
        return score(scores, zero_division), scores.n_positive

    pairs = labels.map(of_label)
    scores, support = np.array([pair or (np.nan, 0.0) for pair in pairs]).T
    return scores, support


def average_ranking(
    scores: Array, support: Array, average: str | None, weight: Array | None = None
) -> Any:
    """The average of results of `rank_samples`; warns of labels that are left out."""
    if average == "micro":
        return float(scores[0])
    if average in ("macro", "weighted"):
        _warn_undefined(np.flatnonzero(np.isnan(scores)).tolist())
    return average_scores(scores, average, support=support, sample_weight=weight)


def _warn_undefined(columns: list[int]) -> None:
    if not columns:
        return
    from sklearn.exceptions import UndefinedMetricWarning

    warnings.warn(
        f"The score of the labels in columns {listed(columns, 20)} is undefined, "
        "for lack of known positives or negatives; they are left out of the average.",
        UndefinedMetricWarning,
        stacklevel=5,
    )


@averaged_ranking
def average_precision_score(
    y_true: Ranked,
    y_score: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Average precision: the mean over the positives of the precision at their score.

    Equal to the step-wise area under the precision-recall curve,
    sum of (R_n - R_(n-1)) P_n over the thresholds.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out). Or, without ``y_score``, `SortedScores` or a
            `ScoreHistogram`, which may be inexact: see `ScoreHistogram`.
        y_score: Scores of any scale, same shape; only their order matters.
        average: None, ``"micro"``, ``"macro"``, ``"weighted"`` or ``"samples"`` (only
            with ``y_true`` and ``y_score``).
        sample_weight: Shape (n_samples,); `SortedScores` and histograms have their own.
        zero_division: 0.0, 1.0 or NaN: the score of a label without positives.

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label without
        known entries.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, or there are no samples.

    References:
        C. Buckley and E. M. Voorhees, "Evaluating Evaluation Measure Stability",
        SIGIR 2000.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> kml.average_precision_score(y_true, y_score, average=None).round(3)
        array([0.833, 1.   ])
    """
    return _ranking_score(
        average_precision,
        histogram_ranking.average_precision,
        y_true,
        y_score,
        average,
        sample_weight,
        zero_division,
    )


@averaged_ranking
def roc_auc_score(
    y_true: Ranked,
    y_score: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = np.nan,
) -> Any:
    """ROC AUC: how likely a positive scores higher than a negative (ties: half).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out). Or, without ``y_score``, `SortedScores` or a
            `ScoreHistogram`, which may be inexact: see `ScoreHistogram`.
        y_score: Scores of any scale, same shape; only their order matters.
        average: None, ``"micro"``, ``"macro"``, ``"weighted"`` or ``"samples"`` (only
            with ``y_true`` and ``y_score``).
        sample_weight: Shape (n_samples,); `SortedScores` and histograms have their own.
        zero_division: 0.0, 1.0 or NaN: the score of a label that has positives only, or
            negatives only. NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, or there are no samples.

    Warns:
        UndefinedMetricWarning: If labels were left out of an average.

    References:
        J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a
        receiver operating characteristic (ROC) curve", Radiology 143, 1982.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> kml.roc_auc_score(y_true, y_score, average=None)
        array([0.5, 1. ])
    """
    return _ranking_score(
        roc_auc,
        histogram_ranking.roc_auc,
        y_true,
        y_score,
        average,
        sample_weight,
        zero_division,
    )
