"""Tuning thresholds, and what they are worth on other data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import as_float, average_scores
from keras_multilabel.metrics.counts import Counts, confusion_counts
from keras_multilabel.model_selection.split import stratified_folds
from keras_multilabel.thresholds.curves import Curves, Samples, Steps
from keras_multilabel.thresholds.objectives import Objective, check_objective
from keras_multilabel.thresholds.sample_search import one_per_sample, per_sample
from keras_multilabel.thresholds.search import (
    DEFAULT,
    all_labels,
    each_label,
    one_for_all,
    pull,
    within_budget,
)
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.utils.arguments import (
    Array,
    check_average,
    check_label_names,
    check_targets,
)

# A label with so many positives goes half-way to the pooled threshold. Of 0 to 20 the
# best held-out macro F1, on average over labels that are alike and that are not: the
# simulation in benchmarks/thresholds.py.
SHRINKAGE = 5.0

Folds = Iterable[tuple[npt.ArrayLike, npt.ArrayLike]]


@runtime_checkable
class ThresholdCounts(Protocol):
    """Counts at thresholds, of more samples than are kept."""

    @property
    def thresholds(self) -> Array:
        """Ascending, shape (n_thresholds,)."""

    def counts(self) -> Counts:
        """Counts of the decisions at each, shape (n_thresholds, n_labels)."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """What to search for."""

    objective: Objective
    average: str | None
    per_label: bool
    shrinkage: float
    budget: float | None


def tune_thresholds(
    y_true: npt.ArrayLike | ThresholdCounts,
    y_score: npt.ArrayLike | None = None,
    objective: str | Callable[[Counts], Any] = "f1",
    *,
    average: str | None = "macro",
    beta: float = 1.0,
    min_precision: float | None = None,
    min_recall: float | None = None,
    costs: npt.ArrayLike | None = None,
    max_positives: float | None = None,
    cv: int | Folds | None = None,
    per_label: bool = True,
    shrinkage: float | str = "auto",
    label_names: Iterable[Any] | None = None,
    sample_weight: npt.ArrayLike | None = None,
    random_state: int | np.random.Generator | None = None,
) -> Thresholds:
    """Find the thresholds with the best score, and say what they are worth.

    Tune on validation data, not on training data. ``score`` on the data tuned on
    flatters, the more so the rarer the labels: report ``cv_score``.

    With ``shrinkage=0`` the result is the optimum on the data given, over all
    candidate thresholds, exact except where noted. Of equally good thresholds the
    highest is taken (for ``"precision"`` the lowest), and put half-way to the next
    score below, where the decisions are the same.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out). Or an object with ``thresholds``, ascending,
            and ``counts()``, `Counts` of shape (n_thresholds, n_labels), and then no
            ``y_score``: its thresholds are the candidates.
        y_score: Scores of any scale, same shape.
        objective: ``"f1"``, ``"fbeta"`` (with ``beta``), ``"jaccard"``,
            ``"balanced_accuracy"``, ``"youden_j"``, ``"matthews"``; ``"recall"`` with
            ``min_precision`` (the highest recall at this precision or more);
            ``"precision"`` with ``min_recall``; ``"cost"`` with ``costs``;
            ``"prevalence"`` (decide a label as often as it is true); or a callable
            that takes `Counts` of any shape and returns scores of that shape,
            higher is better, such as ``lambda counts: counts.tp - 3 * counts.fp``.
        average: ``"macro"``, ``"weighted"`` or None: each label's own optimum.
            ``"micro"``: the joint optimum of the score of the pooled counts (exact
            for all named objectives but those with a floor, which come as close as
            one label's next step). ``"samples"``: coordinate ascent for the mean
            score of the samples, from each label's own optimum; a heuristic that
            never ends lower than it began.
        beta: Weight of recall against precision in ``"fbeta"``.
        min_precision: Floor for ``"recall"``, of each label, or with
            ``average="micro"`` of the pooled counts.
        min_recall: Floor for ``"precision"``, likewise.
        costs: Cost of a false positive and of a false negative; one pair, or one per
            label, shape (n_labels, 2). The score is minus the mean cost per decision.
        max_positives: Most positive decisions on the data given, in all (their weight,
            with ``sample_weight``). By a Lagrangian: ``n_positives`` says how
            many are made, fewer by at most one label's next step.
        cv: Tune on all parts but one and score that one, in turn: a number of
            stratified parts, or pairs of row indices (train, test), such as
            ``GroupKFold(5).split(x, groups=patients)``. The thresholds returned are
            those of all data.
        per_label: False: one threshold for all labels (exact).
        shrinkage: Pull each label's threshold toward the median of all, the more the
            fewer positives it has: a label with this many goes half-way. ``"auto"``:
            5, which won on held-out macro F1 in a simulation with rare labels, and
            none with ``max_positives``. 0: the exact optimum on the data given.
            Probabilities are pulled on the logit scale. No floor is crossed.
        label_names: One name per label, to carry along.
        sample_weight: Shape (n_samples,).
        random_state: Seed or generator of the parts of ``cv``.

    Returns:
        `Thresholds`. A label without known positives gets the pooled threshold, or
        0.5 with ``shrinkage=0``, and scores 0 (NaN, and no part in averages, if
        nothing of it is known). ``"micro"`` and the objectives
        ``"cost"``, ``"prevalence"`` and ``"recall"`` need no positives: there its
        threshold lies just above its highest score, as wherever deciding nothing is
        best. A label that is always positive, or whose scores are all the same, is
        decided always or never.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, there are no samples, an option is unknown, or options do not go
            together.

    References:
        Z. C. Lipton, C. Elkan and B. Naryanaswamy, "Optimal Thresholding of
        Classifiers to Maximize F1 Measure", ECML PKDD 2014.
        W. Dinkelbach, "On Nonlinear Fractional Programming", Management Science 13,
        1967 (``"micro"``: its linear problem is solved for all ratios at once).
        T. Fawcett and A. Niculescu-Mizil, "PAV and the ROC Convex Hull", Machine
        Learning 68, 2007.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_score = [[1], [0], [1]], [[0.2], [0.1], [0.4]]
        >>> tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0)
        >>> round(float(tuned.values[0]), 3), tuned.score
        (0.15, 1.0)
        >>> rare = kml.tune_thresholds(
        ...     y_true, y_score, "recall", min_precision=0.9, shrinkage=0
        ... )
        >>> rare.score
        1.0
    """
    plan = _check_plan(
        check_objective(
            objective,
            beta=beta,
            min_precision=min_precision,
            min_recall=min_recall,
            costs=costs,
        ),
        check_average(average),
        per_label=per_label,
        shrinkage=shrinkage,
        max_positives=max_positives,
    )
    if isinstance(y_true, ThresholdCounts):
        _refuse_samples_options(plan, y_score, sample_weight, cv)
        steps = Steps.of(np.asarray(y_true.thresholds), y_true.counts())
        return _tuned(steps, plan, label_names)
    if y_score is None:
        raise TypeError("y_score is missing: pass y_true and y_score.")
    samples = Samples.of(y_true, y_score, sample_weight)
    tuned = _tuned(samples.present, plan, label_names)
    if plan.average == "samples":
        decisions = samples.decide(tuned.values)
        tuned = replace(tuned, score=_score_decisions(plan, samples, decisions))
    if cv is None:
        return tuned
    folds = _check_folds(cv, samples, random_state)
    parts = [_search_part(samples, train, plan) for train, _ in folds]
    decisions = np.empty(samples.y_true.shape, np.uint8)
    for part, (_, test) in zip(parts, folds, strict=True):
        decisions[test] = samples.y_score[test] >= part
    return replace(
        tuned,
        cv_score=_score_decisions(plan, samples, decisions),
        cv_pred=decisions,
        std=np.std(parts, axis=0, ddof=1),
    )


def mean_score(
    objective: Objective,
    average: str | None,
    y_true: Array,
    y_pred: Array,
    weight: Array | None,
) -> Any:
    """The objective of decisions, averaged over labels or samples."""
    if average != "samples":
        counts = confusion_counts(y_true, y_pred, sample_weight=weight)
        return _score_labels(objective, average, counts)
    rows = replace(confusion_counts(y_true, y_pred, axis=1), axis=None)
    scores = np.where(rows.total > 0, objective.score(rows), np.nan)
    return average_scores(scores, average, support=rows.support, sample_weight=weight)


def _score_labels(objective: Objective, average: str | None, counts: Counts) -> Any:
    if average == "micro":
        return as_float(objective.score(counts.sum()))
    scores = np.where(counts.total > 0, objective.score(counts), np.nan)
    return average_scores(scores, average, support=counts.support)


def _score_decisions(plan: _Plan, samples: Samples, y_pred: Array) -> Any:
    return mean_score(
        plan.objective, plan.average, samples.y_true, y_pred, samples.weight
    )


def _tuned(
    curves: Curves, plan: _Plan, label_names: Iterable[Any] | None
) -> Thresholds:
    values = _search(curves, plan)
    counts = curves.counts_at(values)
    average = None if plan.average == "samples" else plan.average
    return Thresholds(
        values,
        check_label_names(label_names, len(values)),
        score=_score_labels(plan.objective, average, counts),
        objective=plan.objective.name,
        average=plan.average,
        n_positives=(counts.tp + counts.fp).sum().item(),
    )


def _check_plan(
    objective: Objective,
    average: str | None,
    *,
    per_label: bool,
    shrinkage: float | str,
    max_positives: float | None,
) -> _Plan:
    """Return the plan, if its parts go together."""
    floor = objective.allowed is not None
    if average in ("micro", "samples") and objective.adds_up:
        raise ValueError(
            f'objective="{objective.name}" adds up over labels: its average is '
            f'"macro", "weighted" or None; got {average!r}.'
        )
    if average == "samples" and floor:
        raise ValueError(
            'A floor holds for each label, or with average="micro" for all together; '
            'got average="samples".'
        )
    if floor and average != "micro" and not (per_label and max_positives is None):
        raise ValueError(
            "With one threshold for all labels, or with max_positives, a floor can "
            f'only be on the pooled counts: average="micro"; got {average!r}.'
        )
    if max_positives is not None:
        if not max_positives >= 0:
            raise ValueError(f"max_positives must be 0 or more; got {max_positives!r}.")
        if average == "samples":
            raise ValueError('max_positives does not go with average="samples".')
    strength = _check_shrinkage(shrinkage, max_positives)
    return _Plan(objective, average, per_label, strength, max_positives)


def _check_shrinkage(shrinkage: float | str, max_positives: float | None) -> float:
    if isinstance(shrinkage, str) and shrinkage == "auto":
        return SHRINKAGE if max_positives is None else 0.0
    if isinstance(shrinkage, str) or not 0 <= shrinkage < np.inf:
        raise ValueError(
            f'shrinkage must be "auto", or a number of 0 or more; got {shrinkage!r}.'
        )
    if shrinkage and max_positives is not None:
        raise ValueError("shrinkage would break max_positives: pass shrinkage=0.")
    return float(shrinkage)


def _refuse_samples_options(
    plan: _Plan, y_score: Any, sample_weight: Any, cv: Any
) -> None:
    given = {"y_score": y_score, "sample_weight": sample_weight, "cv": cv}
    for name, value in given.items():
        if value is not None:
            raise TypeError(f"{name} needs the samples; got their counts.")
    if plan.average == "samples":
        raise ValueError('average="samples" needs the samples; got their counts.')


def _check_folds(
    cv: int | Folds, samples: Samples, random_state: Any
) -> list[tuple[Array, Array]]:
    """Return pairs of row indices; each row is in one test part."""
    n_rows = len(samples.y_true)
    if isinstance(cv, (int, np.integer)):
        if not 2 <= cv <= n_rows:
            raise ValueError(
                f"cv must be from 2 parts to {n_rows}, one for each sample; got {cv}."
            )
        truth, _ = check_targets(samples.y_true)
        folds = stratified_folds(truth, int(cv), random_state)
        return [
            (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
            for fold in range(cv)
        ]
    pairs = [(np.asarray(train), np.asarray(test)) for train, test in cv]
    tested = np.concatenate([test for _, test in pairs]) if pairs else np.empty(0)
    if len(pairs) < 2 or not np.array_equal(np.sort(tested), np.arange(n_rows)):
        raise ValueError(
            "cv must be at least two pairs of row indices (train, test) that test "
            f"each of the {n_rows} samples once."
        )
    return pairs


def _search_part(samples: Samples, rows: Array, plan: _Plan) -> Array:
    part = samples.rows(rows)
    if plan.budget is not None:
        whole = samples.counts.total.sum()
        share = part.counts.total.sum() / whole if whole else 0.0
        plan = replace(plan, budget=plan.budget * share)
    return _search(part.present, plan)


def _search(curves: Curves, plan: _Plan) -> Array:
    """The thresholds of all labels, never NaN."""
    n_labels = len(curves.evidence)
    _check_costs(plan.objective.costs, n_labels)
    if not curves.counts.total.any():
        return np.full(n_labels, DEFAULT)
    if not plan.per_label:
        return np.full(n_labels, _search_one(curves, plan))
    return pull(_search_labels(curves, plan), curves, plan.objective, plan.shrinkage)


def _check_costs(costs: Array | None, n_labels: int) -> None:
    if costs is not None and len(costs) != n_labels:
        raise ValueError(
            f"costs must be one pair, or one for each of the {n_labels} labels; got "
            f"{len(costs)}."
        )


def _search_one(curves: Curves, plan: _Plan) -> float:
    if plan.average == "samples":
        return one_per_sample(cast(Samples, curves), plan.objective)
    importance = None if plan.average == "micro" else _importance(curves, plan.average)
    value = one_for_all(curves, plan.objective, importance, plan.budget)
    return DEFAULT if np.isnan(value) else value


def _search_labels(curves: Curves, plan: _Plan) -> Array:
    if plan.average == "micro":
        return all_labels(curves, plan.objective, plan.budget)
    if plan.budget is not None:
        importance = _importance(curves, plan.average)
        return within_budget(curves, plan.objective, importance, plan.budget)
    values = each_label(curves, plan.objective)
    if plan.average != "samples":
        return values
    start = pull(values, curves, plan.objective, 0)
    return per_sample(cast(Samples, curves), plan.objective, start)


def _importance(curves: Curves, average: str | None) -> Array:
    """What each label's score counts in the average."""
    support = curves.counts.support
    known = curves.counts.total > 0
    weighted = average == "weighted" and support.any()
    return np.where(known, support if weighted else 1.0, 0.0)
