"""What thresholds are tuned for: scores of counts, higher is better."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import (
    as_float,
    average_scores,
    divide,
    near_one,
)
from keras_multilabel.metrics.confusion_counts import count_checked
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import Array

Score = Callable[[Counts], Array]


@dataclass(frozen=True, eq=False)
class Objective:
    """A score of counts, and the properties that a search may rely on.

    Attributes:
        name: As the user gave it.
        score: Counts of any shape -> scores of that shape.
        allowed: Counts -> where the floor holds; None without a floor.
        monotone: More true positives or fewer false positives never lower the score, so
            the best threshold lies at a positive's score, or above all.
        adds_up: The score of all labels is a sum over labels. It cannot be computed
            from pooled counts or per sample.
        needs_positives: The score means nothing for a label without positives.
        prefers_low: The lowest of equally good thresholds is taken.
        costs: Shape (n_labels, 2), where they differ by label.
        break_even: Best score -> the probability from which one more predicted positive
            does not lower the score; None if it does not follow from the score.
    """

    name: str
    score: Score
    allowed: Callable[[Counts], Array] | None = None
    monotone: bool = True
    adds_up: bool = False
    needs_positives: bool = True
    prefers_low: bool = False
    costs: Array | None = None
    break_even: Callable[[Array], Array] | None = None

    @property
    def has_floor(self) -> bool:
        """Whether there is a floor that must hold."""
        return self.allowed is not None

    def of_label(self, column: int) -> "Objective":
        """The objective of one label, with its own costs."""
        if self.costs is None:
            return self
        return replace(
            self, score=_cost(self.costs[column]), costs=None, break_even=None
        )

    def of_units(self, unit: float) -> "Objective":
        """The same objective for counts divided by a unit of weight."""

        def score(counts: Counts) -> Array:
            tp, fp, fn, tn = (
                cell * unit for cell in (counts.tp, counts.fp, counts.fn, counts.tn)
            )
            return self.score(Counts(tp, fp, fn, tn, counts.axis))

        return self if unit == 1 else replace(self, score=score)

    def values(self, counts: Counts) -> Array:
        """Score of each candidate; -inf where it is not allowed or undefined."""
        values = np.asarray(self.score(counts), np.float64)
        if values.shape != counts.tp.shape:
            raise ValueError(
                "A callable objective must return a score for each of its counts, "
                f"shape {counts.tp.shape}; got {values.shape}. Averages are taken "
                "by tune_thresholds: return one value per label."
            )
        allowed = ~np.isnan(values)
        if self.allowed is not None:
            allowed &= self.allowed(counts)
        return np.where(allowed, values, -np.inf)

    def best(self, values: Array) -> int:
        """Index of the best of some candidates, thresholds ascending."""
        if self.prefers_low:
            return int(np.argmax(values))
        return len(values) - 1 - int(np.argmax(values[::-1]))


def check_objective(
    objective: str | Callable[[Counts], Any],
    *,
    beta: float,
    min_precision: float | None,
    min_recall: float | None,
    costs: npt.ArrayLike | None,
) -> Objective:
    """Return the objective that was asked for, with its options."""
    name = objective if isinstance(objective, str) else ""
    _check_used(name, beta != 1, "beta", "fbeta")
    _check_used(name, min_precision is not None, "min_precision", "recall")
    _check_used(name, min_recall is not None, "min_recall", "precision")
    _check_used(name, costs is not None, "costs", "cost")
    if not isinstance(objective, str):
        return _from_callable(objective)
    simple = OBJECTIVES.get(name.removesuffix("_score"))
    if simple is not None:
        return simple
    if name == "fbeta":
        return Objective(
            name,
            _ratio(ratios.f_beta(beta)),
            break_even=lambda score: score / (1 + beta**2),
        )
    if name == "recall":
        return _with_floor(name, "min_precision", min_precision)
    if name == "precision":
        return _with_floor(name, "min_recall", min_recall)
    if name == "cost":
        return _with_costs(costs)
    names = [*OBJECTIVES, "fbeta", "recall", "precision", "cost"]
    raise ValueError(
        f"objective must be one of {', '.join(names)}, or a callable on Counts; got "
        f"{objective!r}."
    )


def _check_used(name: str, given: bool, option: str, objective: str) -> None:
    if given and name != objective:
        raise ValueError(f'{option} is an option of objective="{objective}" alone.')


def _from_callable(function: Callable[[Counts], Any]) -> Objective:
    if not callable(function):
        raise TypeError(
            f"objective must be a name or a callable on Counts; got {function!r}."
        )
    name = getattr(function, "__name__", type(function).__name__)
    return Objective(name, function, monotone=False, needs_positives=False)


def _ratio(ratio: ratios.Ratio, zero_division: float = 0.0) -> Score:
    """The bare formula, for counts that are checked already."""
    return lambda counts: divide(*ratio(counts), zero_division)


def _balanced_accuracy(counts: Counts) -> Array:
    return (_youden_j(counts) + 1) / 2


def _youden_j(counts: Counts) -> Array:
    true_negative_rate = divide(counts.tn, counts.tn + counts.fp, 0.0)
    return divide(counts.tp, counts.support, 0.0) + true_negative_rate - 1


def _matthews(counts: Counts) -> Array:
    # Floats, since a product of four counts overflows integers at 55,000 samples; and
    # scaled to about 1, since a product of tiny or huge weights overflows floats.
    arrays = np.array([counts.tp, counts.fp, counts.fn, counts.tn], np.float64)
    (tp, fp, fn, tn), _ = near_one(arrays)
    sides = np.sqrt((tp + fn) * (fp + tn)) * np.sqrt((tp + fp) * (fn + tn))
    return divide(tp * tn - fp * fn, sides, 0.0)


def _prevalence(counts: Counts) -> Array:
    """Minus the difference between predicted and true positives, as a share."""
    return -divide(np.abs(counts.fp - counts.fn), counts.total, np.nan)


OBJECTIVES = {
    "f1": Objective("f1", _ratio(ratios.RATIOS["f1"]), break_even=lambda f1: f1 / 2),
    "jaccard": Objective(
        "jaccard", _ratio(ratios.RATIOS["jaccard"]), break_even=lambda j: j / (1 + j)
    ),
    "balanced_accuracy": Objective("balanced_accuracy", _balanced_accuracy),
    "youden_j": Objective("youden_j", _youden_j),
    "matthews": Objective("matthews", _matthews),
    "prevalence": Objective(
        "prevalence", _prevalence, monotone=False, adds_up=True, needs_positives=False
    ),
}


def _with_floor(name: str, option: str, floor: float | None) -> Objective:
    if floor is None or not 0 <= floor <= 1:
        raise ValueError(
            f'objective="{name}" needs {option}, from 0 to 1; got {floor!r}.'
        )
    # If nothing is predicted, or there are no positives, the floor holds.
    precision = _ratio(ratios.precision, zero_division=1.0)
    recall = _ratio(ratios.recall, zero_division=1.0)
    if name == "recall":
        return Objective(
            name,
            _ratio(ratios.recall),
            lambda counts: precision(counts) >= floor,
            needs_positives=False,
        )
    return Objective(
        name,
        _ratio(ratios.precision),
        lambda counts: recall(counts) >= floor,
        prefers_low=True,
    )


def _with_costs(costs: npt.ArrayLike | None) -> Objective:
    if costs is None:
        raise ValueError(
            'objective="cost" needs costs=(false positive, false negative).'
        )
    pairs = np.asarray(costs, np.float64)
    if pairs.shape != (2,) and (pairs.ndim != 2 or pairs.shape[1] != 2):
        raise ValueError(
            "costs must be (false positive, false negative), or have the shape "
            f"(n_labels, 2); got {pairs.shape}."
        )
    if not (np.isfinite(pairs).all() and (pairs >= 0).all()):
        raise ValueError("costs must be finite and not negative.")
    by_label = pairs if pairs.ndim == 2 else None
    return Objective(
        "cost",
        _cost(pairs),
        adds_up=True,
        needs_positives=False,
        costs=by_label,
        break_even=lambda _: divide(pairs[..., 0], pairs.sum(-1), np.nan),
    )


def _cost(costs: Array) -> Score:
    """Minus the mean cost per entry."""

    def score(counts: Counts) -> Array:
        total = costs[..., 0] * counts.fp + costs[..., 1] * counts.fn
        return -divide(total, counts.total, np.nan)

    return score


def score_predictions(
    objective: Objective, average: str | None, samples: Samples, y_pred: Array
) -> Any:
    """The objective of predictions, averaged over labels or samples."""
    if average != "samples":
        return score_labels(objective, average, samples.count(y_pred))
    rows = replace(count_checked(samples.truth, y_pred, None, axis=1), axis=None)
    scores = np.where(rows.total > 0, objective.score(rows), np.nan)
    return average_scores(
        scores, average, support=rows.support, sample_weight=samples.weight
    )


def score_labels(objective: Objective, average: str | None, counts: Counts) -> Any:
    """The objective of counts per label: of each, averaged, or of their sum."""
    if average == "micro":
        # Shaped as one threshold of many, since a callable takes arrays of counts.
        sums = counts.sum()
        cells = np.array([sums.tp, sums.fp, sums.fn, sums.tn])[:, None]
        tp, fp, fn, tn = cells
        pooled = Counts(tp, fp, fn, tn, axis=None)
        scores = np.where(pooled.total > 0, objective.score(pooled), np.nan)
        return as_float(scores[0])
    scores = np.where(counts.total > 0, objective.score(counts), np.nan)
    return average_scores(scores, average, support=counts.support)
