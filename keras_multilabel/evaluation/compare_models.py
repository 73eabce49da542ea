"""`compare_models`: whether one model is better than another on the same samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.comparison import Comparison
from keras_multilabel.evaluation.model_differences import (
    Task,
    called,
    compare_predictions,
    compare_scores,
)
from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.evaluation.proportions import check_confidence
from keras_multilabel.evaluation.ranking import RANKINGS
from keras_multilabel.metrics.ratios import check_score_name
from keras_multilabel.utils.arguments import check_word
from keras_multilabel.utils.groups import generator
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import ComparedMetric, Correction, PooledAverage

COUNT_METRICS = ("f1", "precision", "recall", "jaccard")


def compare_models(
    y_true: npt.ArrayLike,
    pred_a: npt.ArrayLike,
    pred_b: npt.ArrayLike,
    *,
    metric: ComparedMetric = "f1",
    average: PooledAverage = "macro",
    groups: Any = None,
    sample_weight: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    confidence: float = 0.95,
    correction: Correction = "holm",
    n_permutations: int = 1000,
    random_state: Any = None,
) -> Comparison:
    """Compare two models on the same samples: the difference, and its uncertainty.

    Both models see the same samples, so what is hard for both cancels out: the interval
    of the difference is far narrower than those of the two scores suggest.

    For predictions, the interval is derived from the intervals of both scores, as
    `score_intervals` computes them for labels, and from how strongly the contributions
    of each sample (or group) to the two scores are correlated (Zou and Donner's MOVER).

    For the p-value the two models are swapped at random in each sample (or group),
    which changes only what is due to chance if they are interchangeable: the p-value is
    the share of ``n_permutations`` such swaps, including the data as they are, with a
    difference at least as large. A label's is exact, from the binomial distributions of
    its swaps (for recall McNemar's exact test); with weights, groups or thousands of
    rows that differ, a normal distribution is used. Models with equal F1, precision or
    Jaccard index need not be interchangeable: one may predict a label far more often.
    So for these scores no p-value is less than the one at which the interval would just
    reach 0.

    For scores, the variance is that of each sample's (or group's) contribution to the
    difference, as in DeLong et al. for ROC AUC.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out).
        pred_a: Predictions of model a, 0 and 1, same shape; scores for the metrics
            ``"average_precision"`` and ``"roc_auc"``.
        pred_b: Those of model b.
        metric: ``"f1"``, ``"precision"``, ``"recall"`` or ``"jaccard"``, from
            predictions; ``"average_precision"`` or ``"roc_auc"``, from scores.
        average: ``"macro"``, ``"micro"`` (only with predictions) or ``"weighted"``.
        groups: Which samples belong together (a patient, a scene), one value each,
            shape (n_samples,). They are swapped together.
        sample_weight: Shape (n_samples,).
        label_names: One name per label. Default: those of a data frame's columns.
        confidence: Confidence level of the intervals, between 0 and 1.
        correction: Of the labels' p-values for the number of labels: ``"holm"`` limits
            the chance of any false positive, ``"fdr_bh"`` (Benjamini-Hochberg) the
            share of false positives among the labels called significant.
        n_permutations: Number of random swaps.
        random_state: Seed or generator for the swaps.

    Returns:
        `Comparison`. A label with nothing to score has the score 0 (average precision,
        predictions) or NaN and is left out (ROC AUC).

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, or an option is not one of those above.

    References:
        G. Y. Zou, A. Donner (2008), Construction of confidence limits about effect
        measures: a general approach. Statistics in Medicine 27.

        E. W. Noreen (1989), Computer-Intensive Methods for Testing Hypotheses: An
        Introduction. Wiley: approximate randomization.

        E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Comparing the areas
        under two or more correlated receiver operating characteristic curves: a
        nonparametric approach. Biometrics 44.

        S. Holm (1979), A simple sequentially rejective multiple test procedure.
        Scandinavian Journal of Statistics 6.

        Y. Benjamini, Y. Hochberg (1995), Controlling the false discovery rate: a
        practical and powerful approach to multiple testing. Journal of the Royal
        Statistical Society B 57.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y_true = np.array([[1, 0], [0, 1], [1, 1], [1, 0]] * 10)
        >>> better, worse = y_true.copy(), y_true.copy()
        >>> worse[::4, 0] = 0
        >>> found = kml.compare_models(y_true, better, worse, random_state=0)
        >>> round(found.difference, 3), found.p_value < 0.05
        (0.1, True)
    """
    remedy = "Predictions take the first four, scores the last two."
    metric_name = check_score_name(
        metric, (*COUNT_METRICS, *RANKINGS), "metric", remedy
    )
    check_word("average", average, PooledAverage)
    check_word("correction", correction, Correction)
    check_confidence(confidence)
    _check_permutations(n_permutations)
    task = Task(metric_name, average, confidence, correction)
    if metric_name in RANKINGS:
        found, units = compare_scores(
            task, y_true, pred_a, pred_b, groups, sample_weight
        )
    else:
        with called("pred_a"):
            a = Predictions.of(y_true, pred_a, groups, sample_weight)
        with called("pred_b"):
            b = Predictions.of(y_true, pred_b, groups, sample_weight)
        rng = generator(random_state)
        found, units = compare_predictions(task, a, b, n_permutations, rng), a.units
    n_labels = len(found[-1].difference)
    return Comparison(
        *found,
        metric=metric_name,
        average=average,
        confidence=confidence,
        correction=correction,
        n_samples=units.n_rows,
        n_groups=units.n_groups,
        label_names=given_names(label_names, n_labels, y_true, pred_a, pred_b),
    )


def _check_permutations(n_permutations: int) -> None:
    if not isinstance(n_permutations, (int, np.integer)) or n_permutations < 1:
        raise ValueError(
            "n_permutations must be a whole number of 1 or more; got "
            f"{n_permutations!r}."
        )
