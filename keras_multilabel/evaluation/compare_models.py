"""`compare_models`: whether one model is better than another on the same samples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.comparison import Comparison, Differences
from keras_multilabel.evaluation.decisions import Decisions
from keras_multilabel.evaluation.p_values import adjusted, two_sided
from keras_multilabel.evaluation.proportions import check_confidence
from keras_multilabel.evaluation.ranking import RANKINGS, Ranking
from keras_multilabel.evaluation.swaps import (
    Pair,
    count_differing,
    exact_p_values,
    swap_sums,
)
from keras_multilabel.evaluation.units import Units
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.ratios import RATIOS, Ratio, check_score_name
from keras_multilabel.utils.arguments import Array, check_word
from keras_multilabel.utils.groups import generator
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import (
    ComparedMetric,
    Correction,
    PooledAverage,
)

DECISION_METRICS = ("f1", "precision", "recall", "jaccard")


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
    """Compare two models on the same samples: the difference, and how sure it is.

    The samples are the same, so that what is hard for both models cancels out: the
    interval of the difference is far narrower than those of the two scores suggest.

    Of decisions, the two models are swapped at random in each sample (or group), which
    changes nothing but chance if they are equally good. The p-value is the share of
    ``n_permutations`` such swaps, and of the data as they are, with a difference as
    large. The interval reaches as many standard deviations of the swaps to either side
    as ``confidence`` asks for. A label's p-value is exact, from the binomial
    distributions of its swaps (for recall McNemar's exact test); with weights, groups
    or thousands of rows that differ it is that of a normal distribution.

    Of scores, the variance is that of what each sample (or group) adds to the
    difference, as DeLong et al. do it for ROC AUC.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out).
        pred_a: Decisions of model a, 0 and 1, same shape; scores for the metrics
            ``"average_precision"`` and ``"roc_auc"``.
        pred_b: Those of model b.
        metric: ``"f1"``, ``"precision"``, ``"recall"`` or ``"jaccard"``, of decisions;
            ``"average_precision"`` or ``"roc_auc"``, of scores.
        average: ``"macro"``, ``"micro"`` (only of decisions) or ``"weighted"``.
        groups: Which samples belong together (a patient, a scene), one value each,
            shape (n_samples,). They are swapped together.
        sample_weight: Shape (n_samples,).
        label_names: One name per label. Default: those of a data frame's columns.
        confidence: Of the intervals, between 0 and 1.
        correction: Of the labels' p-values for their number: ``"holm"`` keeps the
            chance that any of them is wrong, ``"fdr_bh"`` (Benjamini-Hochberg) the
            share of those called significant that is wrong.
        n_permutations: How many random swaps.
        random_state: Seed or generator of the swaps.

    Returns:
        `Comparison`. Where a label has nothing to score its score is 0 (average
        precision, decisions) or NaN and left out (ROC AUC).

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, or an option is not one of those above.

    References:
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
    remedy = "Decisions take the first four, scores the last two."
    metric_name = check_score_name(
        metric, (*DECISION_METRICS, *RANKINGS), "metric", remedy
    )
    check_word("average", average, PooledAverage)
    check_word("correction", correction, Correction)
    check_confidence(confidence)
    _check_permutations(n_permutations)
    task = _Task(metric_name, average, confidence, correction)
    if metric_name in RANKINGS:
        found, units = _compare_scores(
            task, y_true, pred_a, pred_b, groups, sample_weight
        )
    else:
        a = Decisions.of(y_true, pred_a, groups, sample_weight)
        b = Decisions.of(y_true, pred_b, groups, sample_weight)
        rng = generator(random_state)
        found, units = _compare_decisions(task, a, b, n_permutations, rng), a.units
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


@dataclass(frozen=True)
class _Task:
    """What is asked for."""

    metric: str
    average: str
    confidence: float
    correction: str

    def differences(
        self, scores: Array, deviation: Array, z: Any, p_values: Array
    ) -> Differences:
        """Of each label, from the scores of both models, (2, n_labels)."""
        difference = scores[0] - scores[1]
        return Differences(
            *scores,
            difference,
            *_ends(difference, z * deviation),
            p_values,
            adjusted(p_values, self.correction),
        )


def _compare_decisions(
    task: _Task, a: Decisions, b: Decisions, n_swaps: int, rng: np.random.Generator
) -> tuple[Any, ...]:
    ratio, pair = RATIOS[task.metric], Pair.of(a, b)
    swapped = pair.swapped(*swap_sums(a, b, n_swaps, rng))
    z = _z(a.units, task.confidence)
    scores = pair.scores(ratio, None)
    chance = np.diff(swapped.scores(ratio, None), axis=0)[0]
    deviation = np.sqrt((chance**2).mean(0))
    p_values = _label_p_values(pair, a, b, ratio, scores[0] - scores[1], deviation)
    labels = task.differences(scores, deviation, z, p_values)

    score_a, score_b = pair.scores(ratio, task.average).tolist()
    difference = score_a - score_b
    chance = np.diff(swapped.scores(ratio, task.average), axis=0)[0]
    n_extreme = int((np.abs(chance) >= abs(difference) - 1e-12).sum())
    ends = _ends(difference, z * float(np.sqrt((chance**2).mean())))
    p_value = (1 + n_extreme) / (1 + n_swaps)
    return score_a, score_b, difference, *ends, p_value, labels


def _label_p_values(
    pair: Pair,
    a: Decisions,
    b: Decisions,
    ratio: Ratio,
    difference: Array,
    deviation: Array,
) -> Array:
    units = a.units
    degrees = np.inf if units.n_groups is None else max(units.n_groups - 1, 1)
    normal = two_sided(difference, deviation, degrees)
    if units.group is not None or units.weight is not None:
        return np.asarray(normal)
    exact = exact_p_values(pair, *count_differing(a, b), ratio)
    return np.where(np.isnan(exact) | np.isnan(difference), normal, exact)


def _compare_scores(
    task: _Task, y_true: Any, pred_a: Any, pred_b: Any, groups: Any, weight: Any
) -> tuple[tuple[Any, ...], Units]:
    if task.average == "micro":
        raise ValueError(
            f'metric="{task.metric}" must have average "macro" or "weighted"; got '
            '"micro", which ranks the scores of all labels in one list.'
        )
    a, b = (Ranking.of(y_true, each, groups, weight) for each in (pred_a, pred_b))
    if a.samples.truth.shape != b.samples.truth.shape:
        raise ValueError(
            f"pred_b must have the shape of pred_a {a.samples.truth.shape}; got "
            f"{b.samples.truth.shape}."
        )
    at = RANKINGS.index(task.metric)
    undefined = 0.0 if task.metric == RANKINGS[0] else np.nan
    is_known = (a.samples.truth >= 0).any(0)
    n_labels, units = len(is_known), a.units
    scores = np.where(is_known, np.full((2, n_labels), undefined), np.nan)
    deviation, n_units = np.zeros(n_labels), np.zeros(n_labels)
    shares = _shares(a, task, is_known)
    total = np.zeros(units.n_groups or units.n_rows)
    for column in range(n_labels):
        pair = a.label(column)[at], b.label(column)[at]
        if pair[0].influence is None or pair[1].influence is None:
            continue
        scores[:, column] = pair[0].value, pair[1].value
        moved = pair[0].influence - pair[1].influence
        n_units[column] = pair[0].n_units
        deviation[column] = np.sqrt(moved @ moved * _few(n_units[column]))
        total += shares[column] * moved
    z = units.z(task.confidence, n_units)
    degrees = np.maximum(n_units - 1, 1.0)
    p_values = two_sided(scores[0] - scores[1], deviation, degrees)
    labels = task.differences(scores, deviation, z, np.asarray(p_values))
    support = a.samples.counts.support
    score_a, score_b = (
        average_scores(each, task.average, support=support) for each in scores
    )
    difference = score_a - score_b
    spread = float(np.sqrt(total @ total * _few(len(total))))
    ends = _ends(difference, _z(units, task.confidence) * spread)
    p_value = float(two_sided(difference, spread, max(len(total) - 1.0, 1.0)))
    return (score_a, score_b, difference, *ends, p_value, labels), units


def _shares(ranking: Ranking, task: _Task, is_known: Array) -> Array:
    """The share of each label in the average."""
    support = ranking.samples.counts.support
    is_in = is_known & (support > 0)
    if task.metric == "roc_auc":
        is_in &= ranking.samples.counts.tn > 0
    elif task.average == "macro":
        # Those without positives are in it too, at 0.
        return is_known / max(is_known.sum(), 1)
    weight = is_in * (1.0 if task.average == "macro" else support)
    return np.asarray(weight / max(weight.sum(), 1e-300))


def _few(n_units: float) -> float:
    return n_units / (n_units - 1) if n_units > 1 else 1.0


def _z(units: Units, confidence: float) -> float:
    return float(units.z(confidence, np.float64(units.n_groups or units.n_rows)))


def _ends(difference: Any, reach: Any) -> tuple[Any, Any]:
    """The ends of an interval of a difference of scores, from -1 to 1."""
    return (
        np.maximum(difference - reach, -1.0)[()],
        np.minimum(difference + reach, 1.0)[()],
    )


def _check_permutations(n_permutations: int) -> None:
    if not isinstance(n_permutations, (int, np.integer)) or n_permutations < 1:
        raise ValueError(
            "n_permutations must be a whole number of 1 or more; got "
            f"{n_permutations!r}."
        )
