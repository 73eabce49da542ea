"""Tuning thresholds, and estimating their score on new data."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.thresholds.cross_fitting import Folds, cross_fit
from keras_multilabel.thresholds.curves import Curves, Sorted, Steps
from keras_multilabel.thresholds.objectives import (
    check_objective,
    score_labels,
    score_predictions,
)
from keras_multilabel.thresholds.plan import Plan, check_plan, search, searched
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import Average, ObjectiveName, ThresholdMethod


@runtime_checkable
class ThresholdCounts(Protocol):
    """Counts at thresholds, for more samples than fit in memory."""

    @property
    def thresholds(self) -> Array:
        """Ascending, shape (n_thresholds,)."""

    def counts(self) -> Counts:
        """Counts of the predictions at each, shape (n_thresholds, n_labels)."""


def tune_thresholds(
    y_true: npt.ArrayLike | ThresholdCounts | SortedScores,
    y_score: npt.ArrayLike | None = None,
    objective: ObjectiveName | Callable[[Counts], Any] = "f1",
    *,
    average: Average | None = "macro",
    beta: float = 1.0,
    min_precision: float | None = None,
    min_recall: float | None = None,
    costs: npt.ArrayLike | None = None,
    max_positives: float | None = None,
    cv: int | Folds | None = None,
    per_label: bool = True,
    shrinkage: float | Literal["auto"] = "auto",
    method: ThresholdMethod = "counts",
    label_names: Iterable[Any] | None = None,
    sample_weight: npt.ArrayLike | None = None,
    random_state: int | np.random.Generator | None = None,
) -> Thresholds:
    """Find the thresholds with the best score, and estimate that score on new data.

    Tune on validation data, not on training data. ``score``, on the data used for
    tuning, is optimistic, the more so the rarer the labels: report ``cv_score``.

    With ``shrinkage=0`` the result is the optimum on the given data, over all candidate
    thresholds, exact except where noted. If several thresholds are equally good the
    highest is taken (for ``"precision"`` the lowest), and moved half-way to the next
    score below, which does not change the predictions.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out). For labels per step or pixel, shape (n_samples,
            ..., n_labels), each position counts as a sample. Or, without ``y_score``,
            `SortedScores`; or an object with ``thresholds``, ascending, and
            ``counts()``, `Counts` of shape (n_thresholds, n_labels): its thresholds are
            then the candidates, and its counts, weighted or not, are taken as numbers
            of samples.
        y_score: Scores of any scale, same shape; infinite ones too. A score of inf
            reaches every threshold.
        objective: ``"f1"``, ``"fbeta"`` (with ``beta``), ``"jaccard"``,
            ``"balanced_accuracy"``, ``"youden_j"``, ``"matthews"``; ``"recall"`` with
            ``min_precision`` (the highest recall at this precision or more);
            ``"precision"`` with ``min_recall``; ``"cost"`` with ``costs``;
            ``"prevalence"`` (predict a label as often as it is true); or a callable
            that takes `Counts` of any shape and returns scores of that shape,
            higher is better, such as ``lambda counts: counts.tp - 3 * counts.fp``.
        average: ``"macro"``, ``"weighted"`` or None: each label's own optimum.
            ``"micro"``: the joint optimum of the score of the pooled counts (exact for
            all named objectives except those with a floor, which come within one
            label's next step). ``"samples"``: coordinate ascent for the mean score of
            the samples, from each label's own optimum; a heuristic that never ends
            lower than it began.
        beta: Weight of recall relative to precision in ``"fbeta"``.
        min_precision: Lowest allowed precision for ``"recall"``, of each label, or with
            ``average="micro"`` of the pooled counts.
        min_recall: Lowest allowed recall for ``"precision"``, likewise.
        costs: Cost of a false positive and of a false negative; one pair, or one per
            label, shape (n_labels, 2). The score is minus the mean cost per entry.
        max_positives: Maximum number of predicted positives on the given data, over all
            labels (their weight, with ``sample_weight``). Found by a Lagrangian:
            ``n_positives`` says how many are predicted, short of the limit by at most
            one label's next step.
        cv: Tune on all parts but one and score that one, in turn: a number of
            stratified parts, or pairs of row indices (train, test), such as
            ``GroupKFold(5).split(x, groups=patients)``. The thresholds returned are
            tuned on all data. The positions of a sample stay together.
        per_label: False: one threshold for all labels (exact).
        shrinkage: Pull each label's threshold toward the median of all, the more the
            fewer positives it has: a label with this many goes half-way. ``"auto"``: 5,
            which gave the best held-out macro F1 in a simulation with rare labels; 0
            with ``max_positives`` or ``method="expected"``. 0: the exact optimum on the
            given data. Probabilities are pulled on the logit scale. No floor is
            crossed, and infinite thresholds are not pulled.
        method: ``"counts"``: the thresholds that are best for the given truth.
            ``"expected"``: those with the best expected score, if ``y_score`` are the
            probabilities that labels are true: each sample with p = 0.8 counts as 0.8
            of a positive. Calibrate first, with `LabelCalibrator`. The truth is then
            used only for ``score`` and ``cv_score``, so that rare labels do not follow
            accidents.
        label_names: One name per label, to carry along. Default: the names of the
            columns, if an argument is a data frame, or of the counts given as
            ``y_true``.
        sample_weight: Shape (n_samples,), or one per position: each sample's counts are
            multiplied by it. The scale does not matter (except to a callable and to
            ``max_positives``). With ``shrinkage=0`` weight 2 equals repeating a row.
            Shrinkage uses Kish's effective number of positives, (sum of w)^2 / (sum of
            w^2): a sample that counts twice is still one observation. If your weights
            say how often a sample was seen, repeat the rows: ``np.repeat``.
        random_state: Seed or generator for the parts of ``cv``.

    Returns:
        `Thresholds`. A label without known positives gets the pooled threshold, or 0.5
        with ``shrinkage=0``, and scores 0 (NaN, left out of averages, if it has no
        known entries). ``"micro"`` and the objectives ``"cost"``, ``"prevalence"`` and
        ``"recall"`` need no positives: there its threshold lies just above its highest
        score, as wherever it is best to predict nothing. A label that is always
        positive, or whose scores are all the same, is predicted always or never.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, there are no samples, an option is unknown, or options do not go
            together.

    Warns:
        UserWarning: If no threshold keeps a floor: because of scores of inf, for which
            the threshold is inf, or because ``max_positives`` is too low.

    References:
        Z. C. Lipton, C. Elkan and B. Naryanaswamy, "Optimal Thresholding of
        Classifiers to Maximize F1 Measure", ECML PKDD 2014.

        W. Dinkelbach, "On Nonlinear Fractional Programming", Management Science 13,
        1967 (``"micro"``: its linear problem is solved for all ratios at once).

        T. Fawcett and A. Niculescu-Mizil, "PAV and the ROC Convex Hull", Machine
        Learning 68, 2007.

        N. Ye, K. M. A. Chai, W. S. Lee and H. L. Chieu, "Optimizing F-measure: A Tale
        of Two Approaches", ICML 2012 (``"expected"`` beside ``"counts"``).

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
    plan = check_plan(
        check_objective(
            objective,
            beta=beta,
            min_precision=min_precision,
            min_recall=min_recall,
            costs=costs,
        ),
        average,
        per_label=per_label,
        shrinkage=shrinkage,
        max_positives=max_positives,
        method=method,
    )
    named = isinstance(objective, str)
    if isinstance(y_true, (SortedScores, ThresholdCounts)):
        _refuse_rows(y_true, plan, y_score, sample_weight, cv)
        return _tune_stand_in(y_true, plan, label_names, named=named)
    if y_score is None:
        raise TypeError("y_score is missing: pass y_true and y_score.")
    samples, unit = Samples.of(y_true, y_score, sample_weight), 1.0
    if named:
        samples, unit = samples.scaled()  # a callable may depend on the counts' size
    plan = plan.in_units(unit)
    fitted = None if cv is None else cross_fit(samples, plan, cv, random_state)
    values = None if fitted is None else fitted.values
    names = (label_names, y_true, y_score)
    tuned = _tuned(samples.present, plan, *names, unit=unit, values=values)
    if plan.average == "samples":
        predictions = samples.predict(tuned.values)
        tuned = replace(tuned, score=_score(plan, samples, predictions))
    if fitted is None:
        return tuned
    return replace(
        tuned,
        cv_score=_score(plan, samples, fitted.predictions),
        cv_pred=samples.in_positions(fitted.predictions, np.shape(y_true)),
        std=_spread(fitted.parts),
    )


def _tune_stand_in(
    given: SortedScores | ThresholdCounts,
    plan: Plan,
    label_names: Iterable[Any] | None,
    *,
    named: bool,
) -> Thresholds:
    if isinstance(given, SortedScores):
        unit = given.unit
        if not named:
            plan = replace(plan, objective=plan.objective.of_units(unit))
        own = plan.in_units(unit)
        return _tuned(Sorted(given), own, label_names, given, unit=unit)
    counts = given.counts()
    steps = Steps.of(np.asarray(given.thresholds), counts)
    return _tuned(steps, plan, label_names, counts)


def _spread(parts: Array) -> Array:
    """Standard deviation over the parts; NaN where thresholds are infinite."""
    with np.errstate(invalid="ignore"):
        return np.asarray(parts.std(0, ddof=1))


def _score(plan: Plan, samples: Samples, y_pred: Array) -> Any:
    return score_predictions(plan.objective, plan.average, samples, y_pred)


def _refuse_rows(
    stand_in: Any, plan: Plan, y_score: Any, sample_weight: Any, cv: Any
) -> None:
    kind = "sorted scores" if isinstance(stand_in, SortedScores) else "counts"
    given = {"y_score": y_score, "sample_weight": sample_weight, "cv": cv}
    for name, value in given.items():
        if value is not None:
            raise TypeError(f"{name} needs the samples; got their {kind}.")
    if plan.average == "samples":
        raise ValueError(f'average="samples" needs the samples; got their {kind}.')
    if plan.expected:
        raise TypeError(f'method="expected" needs the samples; got their {kind}.')


def _tuned(
    curves: Curves,
    plan: Plan,
    label_names: Iterable[Any] | None,
    *named: Any,
    unit: float = 1.0,
    values: Array | None = None,
) -> Thresholds:
    own = searched(curves, plan)
    values = search(own, plan) if values is None else values
    names = given_names(label_names, len(values), *named)
    counts = curves.counts_at(values)
    _warn_broken(own.counts_at(values) if plan.expected else counts, plan, names)
    average = None if plan.average == "samples" else plan.average
    n_positives = counts.predicted.sum().item()
    return Thresholds(
        values,
        names,
        score=score_labels(plan.objective, average, counts),
        objective=plan.objective.name,
        average=plan.average,
        n_positives=n_positives if unit == 1 else n_positives * unit,
    )


def _warn_broken(counts: Counts, plan: Plan, names: list[Any] | None) -> None:
    """Warn if no threshold keeps a floor: scores of inf reach all of them."""
    allowed = plan.objective.allowed
    if allowed is None:
        return
    pooled = plan.average == "micro"
    broken = np.flatnonzero(~allowed(counts.sum() if pooled else counts)).tolist()
    if broken:
        labels = broken if names is None else [names[column] for column in broken]
        kind = "columns" if names is None else "the columns"
        where = "" if pooled else f" in {kind} {listed(labels, 20)}"
        warnings.warn(
            f"No threshold keeps the floor{where}: scores of inf reach all of them, or "
            "max_positives is too low. Those returned predict as little as possible.",
            UserWarning,
            stacklevel=4,
        )
