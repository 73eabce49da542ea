"""`score_intervals`: confidence intervals of a model's scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.bootstrap import bootstrap_intervals
from keras_multilabel.evaluation.count_intervals import (
    CountIntervals,
    count_intervals,
)
from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.evaluation.proportions import check_confidence
from keras_multilabel.evaluation.ranking import Ranking
from keras_multilabel.evaluation.ranking_intervals import ranking_intervals
from keras_multilabel.evaluation.score_intervals import FREQUENT, ScoreIntervals
from keras_multilabel.utils.arguments import check_word, check_zero_division
from keras_multilabel.utils.groups import generator
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import IntervalMethod


def score_intervals(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    y_score: npt.ArrayLike | None = None,
    groups: Any = None,
    sample_weight: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    zero_division: float = 0.0,
    confidence: float = 0.95,
    method: IntervalMethod = "analytic",
    n_resamples: int = 1000,
    random_state: Any = None,
) -> ScoreIntervals:
    """Scores with confidence intervals: per label, averaged, and over all entries.

    Per label, precision, recall and the Jaccard index are shares of trials, with
    Wilson's interval; F1 is 2 J / (1 + J) of the Jaccard index J, and so are the ends
    of its interval. The macro average takes the variance of each label from the
    binomial distribution of its share, drawn somewhat towards the mean of all labels,
    and the covariance of labels from each sample's contributions to all of them; it
    corrects the bias of F1 and the skewness of rare labels. Averages that are one ratio
    (micro, weighted, over samples, exact match, Hamming) have Wilson's interval for the
    number of trials that gives the variance of the samples' contributions. So have
    average precision and ROC AUC, with the variance of Boyd et al. where it is wider,
    mixed with that of Hanley and McNeil. The page "Confidence intervals" of the
    documentation shows the coverage in simulations.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out). With labels per step or pixel, shape (n_samples,
            ..., n_labels), the positions of a sample form a group.
        y_pred: Predictions, 0 and 1, same shape.
        y_score: Scores of any scale, same shape, for average precision and ROC AUC.
        groups: Which samples belong together (a patient, a scene), one value each,
            shape (n_samples,). Samples of a group may be alike; groups are independent.
        sample_weight: Shape (n_samples,). Weights say how much a sample counts, not how
            often it was seen: the more they differ, the wider the intervals.
        label_names: One name per label. Default: those of a data frame's columns.
        zero_division: 0.0, 1.0 or NaN: the score of a label where it is 0 / 0. In the
            interval of an average such a label may have any score from 0 to 1. NaN
            leaves it out of averages.
        confidence: Confidence level: the share of such intervals that hold the true
        score.
        method: ``"analytic"``, or ``"bootstrap"`` for percentiles of resamples. The
            latter are far too narrow for averages over rare labels, and do not take
            ``y_score``.
        n_resamples: Number of bootstrap resamples.
        random_state: Seed or generator for the bootstrap.

    Returns:
        `ScoreIntervals`.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, ``groups`` is not one value per sample, or an option is not one of
            those above.

    References:
        E. B. Wilson (1927), Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22.

        G. Y. Zou, A. Donner (2008), Construction of confidence limits about effect
        measures: a general approach. Statistics in Medicine 27: limits of a mean from
        those of its parts.

        E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Comparing the areas
        under two or more correlated receiver operating characteristic curves: a
        nonparametric approach. Biometrics 44.

        J. A. Hanley, B. J. McNeil (1982), The meaning and use of the area under a
        receiver operating characteristic (ROC) curve. Radiology 143.

        K. Boyd, K. H. Eng, C. D. Page (2013), Area under the precision-recall curve:
        point estimates and confidence intervals. ECML PKDD.

        K. W. Lam (2023), Confidence intervals for the F1 score: a comparison of four
        methods. arXiv 2309.14621.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 1], [1, 0]] * 10
        >>> y_pred = [[1, 0], [0, 1], [1, 0], [0, 0]] * 10
        >>> found = kml.score_intervals(y_true, y_pred, label_names=["cat", "dog"])
        >>> cat = found.per_label["recall"]
        >>> [round(float(end[0]), 3) for end in cat]
        [0.667, 0.488, 0.808]
        >>> value, low, high = found.averages["macro"]["f1_score"]
        >>> round(value, 3), round(low, 3), round(high, 3)
        (0.733, 0.626, 0.827)
    """
    zero_division = check_zero_division(zero_division)
    confidence = check_confidence(confidence)
    _check_method(method, n_resamples, y_score)
    predictions = Predictions.of(y_true, y_pred, groups, sample_weight)
    n_labels = predictions.truth.shape[1]
    frequent = predictions.shares("recall", confidence).size >= FREQUENT
    options = confidence, zero_division, frequent
    if method == "bootstrap":
        rng = generator(random_state)
        found = bootstrap_intervals(predictions, *options, n_resamples, rng)
    else:
        found = count_intervals(predictions, *options)
    if y_score is not None:
        ranking = Ranking.of(y_true, y_score, groups, sample_weight)
        found = _joined(found, ranking_intervals(ranking, *options))
    units, support = predictions.units, predictions.counts.support
    return ScoreIntervals(
        found.per_label,
        found.averages,
        found.overall,
        found.frequent,
        support if units.unit == 1 else support * units.unit,
        label_names=given_names(label_names, n_labels, y_true, y_pred),
        confidence=confidence,
        n_samples=units.n_rows,
        n_groups=units.n_groups,
        n_frequent=int(frequent.sum()),
        method=method,
    )


def _joined(
    found: CountIntervals, ranked: tuple[Any, dict[str, Any], Any]
) -> CountIntervals:
    per_label, averages, frequent = ranked
    return CountIntervals(
        found.per_label | per_label,
        {name: each | averages.get(name, {}) for name, each in found.averages.items()},
        found.overall,
        found.frequent | frequent,
    )


def _check_method(method: str, n_resamples: int, y_score: Any) -> None:
    check_word("method", method, IntervalMethod)
    if not isinstance(n_resamples, (int, np.integer)) or n_resamples < 1:
        raise ValueError(
            f"n_resamples must be a whole number of 1 or more; got {n_resamples!r}."
        )
    if method == "bootstrap" and y_score is not None:
        raise ValueError(
            'method="bootstrap" takes predictions only, since every resample of scores '
            'would have to be ranked; got y_score. Use method="analytic".'
        )
