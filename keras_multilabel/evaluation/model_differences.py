"""The difference of two models, from their predictions or their scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.evaluation.comparison import Differences
from keras_multilabel.evaluation.p_values import adjusted, two_sided
from keras_multilabel.evaluation.paired import Paired, Reach, pooled_reach
from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.evaluation.proportions import quantile
from keras_multilabel.evaluation.ranking import RANKINGS, Ranking
from keras_multilabel.evaluation.swaps import (
    Pair,
    count_differing,
    exact_p_values,
    swap_sums,
)
from keras_multilabel.evaluation.units import Units
from keras_multilabel.metrics.averages import average_scores, divide
from keras_multilabel.metrics.ratios import RATIOS, Ratio
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads

# Degrees of freedom of the variance over all labels, which is added to that of each.
PRIOR_DEGREES = 3.0
# Weights moved by swaps are added up in float32.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Task:
    """The options of the comparison."""

    metric: str
    average: str
    confidence: float
    correction: str

    def differences(self, scores: Array, reach: Reach, p_values: Array) -> Differences:
        """Of each label, from the scores of both models, (2, n_labels)."""
        difference = scores[0] - scores[1]
        low, high = _ends(difference, reach)
        corrected = adjusted(p_values, self.correction)
        return Differences(
            scores[0], scores[1], difference, low, high, p_values, corrected
        )


@contextmanager
def called(argument: str) -> Iterator[None]:
    """Use the caller's names for predictions and scores in errors."""
    try:
        yield
    except (TypeError, ValueError) as error:
        text = str(error).replace("y_pred", argument).replace("y_score", argument)
        raise type(error)(text) from error


def compare_predictions(
    task: Task, a: Predictions, b: Predictions, n_swaps: int, rng: np.random.Generator
) -> tuple[Any, ...]:
    """The first results of `Comparison`, from predictions."""
    ratio, pair = RATIOS[task.metric], Pair.of(a, b)
    swapped = pair.swapped(*swap_sums(a, b, n_swaps, rng))
    of_labels, of_average = _reach(task, a, b, pair)
    z = _z(a.units, task.confidence)
    scores = pair.scores(ratio, None)
    chance = np.diff(swapped.scores(ratio, None), axis=0)[0]
    deviation = np.sqrt((chance**2).mean(0))
    difference = scores[0] - scores[1]
    p_values = _label_p_values(pair, a, b, ratio, difference, deviation)
    p_values = _no_less(p_values, task, a.units, difference, of_labels, z)
    labels = task.differences(scores, of_labels, p_values)

    score_a, score_b = pair.scores(ratio, task.average).tolist()
    difference = score_a - score_b
    chance = np.diff(swapped.scores(ratio, task.average), axis=0)[0]
    n_extreme = int((np.abs(chance) >= abs(difference) - ROUNDING).sum())
    ends = _ends(difference, of_average)
    p_value = (1 + n_extreme) / (1 + n_swaps)
    p_value = float(_no_less(p_value, task, a.units, difference, of_average, z))
    return score_a, score_b, difference, *ends, p_value, labels


def _reach(
    task: Task, a: Predictions, b: Predictions, pair: Pair
) -> tuple[Reach, Reach]:
    """How far the intervals reach, for the labels and for the average."""
    paired = Paired(a, b, task.metric, task.confidence)
    if task.average == "micro":
        return paired.labels, pooled_reach(a, b, task.metric, task.confidence)
    weight = pair.is_known * (1.0 if task.average == "macro" else pair.support)
    return paired.labels, paired.average(weight / max(weight.sum(), 1e-300))


def _no_less(
    p_values: Any, task: Task, units: Units, difference: Any, reach: Reach, z: float
) -> Any:
    """P-values from swaps, or those at which the intervals end at 0, if larger.

    Models that differ in how often they predict a label are not interchangeable, even
    if their F1 or precision is equal. For recall the swaps suffice.
    """
    if task.metric == "recall":
        return p_values
    towards = np.where(np.asarray(difference) > 0, reach.below, reach.above)
    others = two_sided(difference, towards / z, _degrees_of(units))
    return np.maximum(p_values, others)


def _degrees_of(units: Units) -> float:
    return np.inf if units.n_groups is None else max(units.n_groups - 1.0, 1.0)


def _label_p_values(
    pair: Pair,
    a: Predictions,
    b: Predictions,
    ratio: Ratio,
    difference: Array,
    deviation: Array,
) -> Array:
    units = a.units
    normal = two_sided(difference, deviation, _degrees_of(units))
    if units.group is not None or units.weight is not None:
        return np.asarray(normal)
    exact = exact_p_values(pair, *count_differing(a, b), ratio)
    return np.where(np.isnan(exact) | np.isnan(difference), normal, exact)


def compare_scores(
    task: Task, y_true: Any, pred_a: Any, pred_b: Any, groups: Any, weight: Any
) -> tuple[tuple[Any, ...], Units]:
    """The same from scores, and the units."""
    if task.average == "micro":
        raise ValueError(
            f'metric="{task.metric}" must have average "macro" or "weighted"; got '
            '"micro", which ranks the scores of all labels in one list.'
        )
    with called("pred_a"):
        a = Ranking.of(y_true, pred_a, groups, weight)
    with called("pred_b"):
        b = Ranking.of(y_true, pred_b, groups, weight)
    undefined = 0.0 if task.metric == RANKINGS[0] else np.nan
    is_known: Array = np.any(a.samples.truth >= 0, axis=0)
    scores = np.where(is_known, np.full((2, len(is_known)), undefined), np.nan)
    moved, n_units = _moved(task, a, b, scores)
    deviation = _deviation(moved, n_units, scores)
    difference, degrees = scores[0] - scores[1], _degrees(n_units)
    p_values = np.asarray(two_sided(difference, deviation, degrees))
    z = quantile(task.confidence, degrees)
    labels = task.differences(scores, Reach(z * deviation, z * deviation), p_values)

    support = a.samples.counts.support
    score_a, score_b = (
        average_scores(each, task.average, support=support) for each in scores
    )
    spread = _spread(moved, deviation, _shares(a, task, is_known))
    reach = _z(a.units, task.confidence) * spread
    ends = _ends(score_a - score_b, Reach(reach, reach))
    p_value = float(two_sided(score_a - score_b, spread, max(len(a.units) - 1.0, 1.0)))
    return (score_a, score_b, score_a - score_b, *ends, p_value, labels), a.units


def _moved(task: Task, a: Ranking, b: Ranking, scores: Array) -> tuple[Array, Array]:
    """Each unit's contribution to each label's difference; and how many have positives.

    The scores of both models are filled in.
    """
    at, n_labels = RANKINGS.index(task.metric), scores.shape[1]
    moved, n_units = np.zeros((n_labels, len(a.units)), np.float32), np.zeros(n_labels)

    def add(column: int) -> None:
        one, other = a.label(column)[at], b.label(column)[at]
        if one.influence is not None and other.influence is not None:
            scores[:, column] = one.value, other.value
            moved[column] = one.influence - other.influence
            n_units[column] = one.n_units

    # Units may be few groups of many rows, which are what takes time.
    map_threads(add, range(n_labels), entries=a.samples.truth.size)
    return moved, n_units


def _deviation(moved: Array, n_units: Array, scores: Array) -> Array:
    """Standard deviation of each label's difference.

    Few positives do not show it: it is mixed with that of all labels, relative to the
    variance s (1 - s) of a share s as large as the label's score.
    """
    n_seen = np.maximum(n_units, 1.0)
    # The sum of squares around the mean of n is n - 1 times a variance.
    squares = n_units**2 * np.einsum("ij,ij->i", moved, moved, dtype=np.float64)
    own = n_seen - 1
    share = np.nan_to_num(scores).mean(0)
    seen = n_units > 0
    mean = share[seen].mean() if seen.any() else 0.0
    share = (n_units * share + mean) / (n_units + 1)
    typical = share * (1 - share)
    # A single unit shows no variance: then use that of such a share.
    expected = own @ typical
    pooled = squares.sum() / expected if expected > 0 else 1.0
    mixed = (squares + PRIOR_DEGREES * pooled * typical) / (own + PRIOR_DEGREES)
    return np.where(seen, np.sqrt(mixed / n_seen), 0.0)


def _degrees(n_units: Array) -> Array:
    return np.maximum(n_units - 1, 0.0) + PRIOR_DEGREES


def _spread(moved: Array, deviation: Array, shares: Array) -> float:
    """Standard deviation of the difference of the averages."""
    own = np.sqrt(np.einsum("ij,ij->i", moved, moved, dtype=np.float64))
    steps = shares * divide(deviation, own, 0.0)
    total = steps.astype(np.float32) @ moved
    hidden = (shares * deviation)[own == 0]
    return float(np.sqrt(np.square(total, dtype=float).sum() + hidden @ hidden))


def _shares(ranking: Ranking, task: Task, is_known: Array) -> Array:
    """The share of each label in the average."""
    support = ranking.samples.counts.support
    is_in = is_known & (support > 0)
    if task.metric == "roc_auc":
        is_in &= ranking.samples.counts.tn > 0
    elif task.average == "macro":
        # Labels without positives count too, at 0.
        return is_known / max(is_known.sum(), 1)
    weight = is_in * (1.0 if task.average == "macro" else support)
    return np.asarray(weight / max(weight.sum(), 1e-300))


def _z(units: Units, confidence: float) -> float:
    return float(units.z(confidence, len(units)))


def _ends(difference: Any, reach: Reach) -> tuple[Any, Any]:
    """The ends of an interval of a difference of scores, from -1 to 1."""
    return (
        np.maximum(difference - reach.below, -1.0)[()],
        np.minimum(difference + reach.above, 1.0)[()],
    )
