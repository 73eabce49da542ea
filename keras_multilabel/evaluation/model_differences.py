"""The difference of two models: of their decisions by swaps, of scores by influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.evaluation.comparison import Differences
from keras_multilabel.evaluation.decisions import Decisions
from keras_multilabel.evaluation.p_values import adjusted, two_sided
from keras_multilabel.evaluation.ranking import RANKINGS, Ranking
from keras_multilabel.evaluation.swaps import (
    Pair,
    count_differing,
    exact_p_values,
    swap_sums,
)
from keras_multilabel.evaluation.units import Units
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.ratios import RATIOS, Ratio
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True)
class Task:
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
        low, high = _ends(difference, z * deviation)
        corrected = adjusted(p_values, self.correction)
        return Differences(
            scores[0], scores[1], difference, low, high, p_values, corrected
        )


def compare_decisions(
    task: Task, a: Decisions, b: Decisions, n_swaps: int, rng: np.random.Generator
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


def compare_scores(
    task: Task, y_true: Any, pred_a: Any, pred_b: Any, groups: Any, weight: Any
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
    undefined = 0.0 if task.metric == RANKINGS[0] else np.nan
    is_known: Array = np.any(a.samples.truth >= 0, axis=0)
    scores = np.where(is_known, np.full((2, len(is_known)), undefined), np.nan)
    deviation, n_units, total = _sum_up(task, a, b, is_known, scores)
    difference = scores[0] - scores[1]
    p_values = two_sided(difference, deviation, np.maximum(n_units - 1, 1.0))
    z = a.units.z(task.confidence, n_units)
    labels = task.differences(scores, deviation, z, np.asarray(p_values))

    support = a.samples.counts.support
    score_a, score_b = (
        average_scores(each, task.average, support=support) for each in scores
    )
    spread = float(np.sqrt(total @ total * _few(len(total))))
    ends = _ends(score_a - score_b, _z(a.units, task.confidence) * spread)
    degrees = max(len(total) - 1.0, 1.0)
    p_value = float(two_sided(score_a - score_b, spread, degrees))
    return (score_a, score_b, score_a - score_b, *ends, p_value, labels), a.units


def _sum_up(
    task: Task, a: Ranking, b: Ranking, is_known: Array, scores: Array
) -> tuple[Array, Array, Array]:
    """Fill in the scores of both models.

    Returns:
        The standard deviation of each label's difference, how many units have its
        positives, and what each unit adds to the difference of the averages.
    """
    at = RANKINGS.index(task.metric)
    deviation, n_units = np.zeros((2, len(is_known)))
    total, shares = np.zeros(len(a.units)), _shares(a, task, is_known)
    for column in range(len(is_known)):
        one, other = a.label(column)[at], b.label(column)[at]
        if one.influence is None or other.influence is None:
            continue
        scores[:, column] = one.value, other.value
        moved = one.influence - other.influence
        n_units[column] = one.n_units
        deviation[column] = np.sqrt(moved @ moved * _few(one.n_units))
        total += shares[column] * moved
    return deviation, n_units, total


def _shares(ranking: Ranking, task: Task, is_known: Array) -> Array:
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
    return float(units.z(confidence, len(units)))


def _ends(difference: Any, reach: Any) -> tuple[Any, Any]:
    """The ends of an interval of a difference of scores, from -1 to 1."""
    return (
        np.maximum(difference - reach, -1.0)[()],
        np.minimum(difference + reach, 1.0)[()],
    )
