"""Intervals of average precision and ROC AUC, per label and averaged."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.macro import Labels
from keras_multilabel.evaluation.pooled import NOTHING, mean_interval
from keras_multilabel.evaluation.proportions import wilson
from keras_multilabel.evaluation.ranking import RANKINGS, Ranked, Ranking
from keras_multilabel.evaluation.ranking_pooled import pooled_intervals
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# Trials at 1/2 that are added to those of each label to estimate the variance of its
# score.
PRIOR_TRIALS = 1.0
Scored = dict[str, Interval]
# A unit's contributions, for each score: to the mean of all labels, to that of the
# frequent ones, and to the mean weighted by support.
MACRO, FREQUENT, WEIGHTED = range(3)


def ranking_intervals(
    ranking: Ranking, confidence: float, zero_division: float, frequent: Array
) -> tuple[Scored, dict[str, Scored], Scored]:
    """Per label, averaged, and the macro average of the frequent labels."""
    labels, sums, hidden = _label_by_label(ranking, frequent)
    per_label: Scored = {}
    micro = pooled_intervals(ranking, confidence, zero_division)
    averages: dict[str, Scored] = {"micro": micro, "macro": {}, "weighted": {}}
    few: Scored = {}
    for at, name in enumerate(RANKINGS):
        undefined = zero_division if name == "average_precision" else np.nan
        each = _labels(ranking, [pair[at] for pair in labels], confidence, undefined)
        per_label[name] = each.interval
        squares = (sums[at] ** 2).sum(1)
        squares[MACRO] += hidden[at].sum()
        squares[FREQUENT] += hidden[at] @ frequent
        n_units = sums.shape[-1]
        averages["macro"][name] = each.mean(squares[MACRO], n_units, undefined)
        few[name] = each.mean(
            squares[FREQUENT], n_units, undefined, frequent, corrected=True
        )
        averages["weighted"][name] = _weighted(
            ranking, each, sums[at, WEIGHTED], confidence
        )
    return per_label, averages, few


def _label_by_label(
    ranking: Ranking, frequent: Array
) -> tuple[list[tuple[Ranked, Ranked]], Array, Array]:
    """Each label's scores, each unit's contributions to averages, and the rest.

    The arrays have the shapes (2, 3, n_units) and (2, n_labels).
    """
    samples = ranking.samples
    hidden = np.zeros((len(RANKINGS), len(frequent)))
    counts = samples.counts.support
    n_units = len(ranking.units)

    def of_part(part: slice) -> tuple[list[tuple[Ranked, Ranked]], Array]:
        labels: list[tuple[Ranked, Ranked]] = []
        sums = np.zeros((len(RANKINGS), 3, n_units))
        for column in range(part.start, part.stop):
            scores = ranking.label(column)
            positive = ranking.units.add_up((samples.truth[:, column] == 1) * 1.0)
            for each, into in zip(scores, sums, strict=True):
                if each.influence is None:
                    continue
                step = _step(each)
                into[MACRO] += step
                into[FREQUENT] += step * frequent[column]
                into[WEIGHTED] += each.influence * counts[column]
                into[WEIGHTED] += each.value * positive
            hidden[:, column] = [_hidden(each) for each in scores]
            one, other = (each._replace(influence=None) for each in scores)
            labels.append((one, other))
        return labels, sums

    columns = equal_parts(len(frequent), len(frequent))
    parts = map_threads(of_part, columns, entries=samples.truth.size)
    labels = [label for found, _ in parts for label in found]
    return labels, np.sum([sums for _, sums in parts], axis=0), hidden


def _deviation(value: Any, size: Any) -> Any:
    """The variance of a share near this one, so that a perfect score has one too."""
    shrunken = (size * value + PRIOR_TRIALS / 2) / (size + PRIOR_TRIALS)
    return np.sqrt(shrunken * (1 - shrunken) / np.maximum(size, 1.0))


def _step(score: Ranked) -> Array:
    """Each unit's contribution to the sum of the labels' scores, 0 without any."""
    influence = np.asarray(score.influence)
    spread = np.sqrt(influence @ influence)
    scale = _deviation(score.value, score.size) / spread if spread > 0 else 0.0
    return np.asarray(influence * scale)


def _hidden(score: Ranked) -> float:
    """The variance of a score that no unit has any influence on, such as a perfect one.

    It is that of this label alone: nothing shows its covariance with others.
    """
    if score.influence is None or score.influence.any():
        return 0.0
    return float(_deviation(score.value, score.size) ** 2)


def _labels(
    ranking: Ranking, scores: list[Ranked], confidence: float, zero_division: float
) -> Labels:
    value, size, n_units, bias = np.array([each[:4] for each in scores]).T
    is_known: Array = np.any(ranking.samples.truth >= 0, axis=0)
    has_trials = ~np.isnan(value)
    bias = _with_single(bias, n_units)
    given = np.where(has_trials, value, 0.0)
    z = ranking.units.z(confidence, n_units)
    low, high = wilson(given, size, z)
    # With few positives the score is biased: the interval extends to the unbiased one.
    others = wilson(np.clip(given - bias, 0.0, 1.0), size, z)
    ends = np.minimum(low, others[0]), np.maximum(high, others[1])
    value = np.where(has_trials, value, zero_division)
    is_nan = ~is_known | np.isnan(value)
    interval = Interval(*(np.where(is_nan, np.nan, x) for x in (value, *ends)))
    deviation = np.where(has_trials, _deviation(given, size), 0.0)
    units, skew = ranking.units, (low + high) / 2 - given
    z_of_mean = units.z(confidence, len(units))
    return Labels(
        interval, bias, deviation, z_of_mean, has_trials, is_known, value, skew
    )


def _with_single(bias: Array, n_positive: Array) -> Array:
    """The bias of labels with a single positive, which do not show it, from the others.

    It falls with the number of positives n about as 1 / (n + 2).
    """
    single = np.isnan(bias)
    shown = ~single & (n_positive > 1)
    expected = (1 / (n_positive + 2))[shown].sum()
    of_one = bias[shown].sum() / expected / 3 if shown.any() else 0.0
    return np.where(single, of_one, bias)


def _weighted(
    ranking: Ranking, labels: Labels, sums: Array, confidence: float
) -> Interval:
    """The average weighted by support."""
    value = labels.interval.value
    support = np.where(np.isnan(value), 0.0, ranking.samples.counts.support)
    mean = average_scores(value, "weighted", support=support)
    positives = ((ranking.samples.truth == 1) & ~np.isnan(value)).sum(1)
    if np.isnan(mean):
        return NOTHING
    if not positives.any():
        return Interval(mean, 0.0, 1.0)
    units = ranking.units
    influence = (sums - mean * units.add_up(positives.astype(float))) / support.sum()
    plain = mean_interval(units, mean, influence, positives, confidence)
    unbiased = mean - support @ labels.bias / support.sum()
    other = mean_interval(units, unbiased, influence, positives, confidence)
    return Interval(mean, min(mean, other.low), max(plain.high, other.high))
