"""Tuned thresholds against brute force; laws; labels that allow no choice."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from keras_multilabel.model_selection.split import stratified_folds
from tests.strategies import problems, slow_counts

AVERAGES = ["macro", "weighted", "micro", "samples"]


def ratio(a, b, empty=0.0):
    return a / b if b else empty


def slow_f(tp, fp, fn, tn, beta=1.0):
    return ratio((1 + beta**2) * tp, (1 + beta**2) * tp + beta**2 * fn + fp)


def slow_balanced(tp, fp, fn, tn):
    return (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2


def slow_matthews(tp, fp, fn, tn):
    sides = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return ratio(tp * tn - fp * fn, sides**0.5)


def slow_recall(tp, fp, fn, tn):
    return ratio(tp, tp + fn) if ratio(tp, tp + fp, 1.0) >= 0.6 else -np.inf


def slow_precision(tp, fp, fn, tn):
    return ratio(tp, tp + fp) if ratio(tp, tp + fn, 1.0) >= 0.6 else -np.inf


# name -> (arguments, score of one label's counts written out)
OBJECTIVES = {
    "f1": ({}, slow_f),
    "fbeta": ({"beta": 2.0}, lambda *c: slow_f(*c, beta=2.0)),
    "jaccard": ({}, lambda tp, fp, fn, tn: ratio(tp, tp + fp + fn)),
    "balanced_accuracy": ({}, slow_balanced),
    "youden_j": ({}, lambda *c: 2 * slow_balanced(*c) - 1),
    "matthews": ({}, slow_matthews),
}
BY_LABEL = {
    **OBJECTIVES,
    "recall": ({"min_precision": 0.6}, slow_recall),
    "precision": ({"min_recall": 0.6}, slow_precision),
    "cost": ({"costs": (1, 3)}, lambda tp, fp, fn, tn: -(fp + 3 * fn)),
    "prevalence": ({}, lambda tp, fp, fn, tn: -abs(fp - fn)),
    "callable": ({}, lambda tp, fp, fn, tn: tp - 0.5 * fp - 0.1 * fp**2),
}
NEEDS_POSITIVES = {*OBJECTIVES, "precision"}


def by_name(name):
    """Positional and keyword arguments of tune_thresholds."""
    options, _ = BY_LABEL[name]
    if name == "callable":
        return (lambda c: c.tp - 0.5 * c.fp - 0.1 * c.fp**2), options
    return name, options


def tune(problem, name, **options):
    y_true, _, y_score, weight = problem
    # Without weights the integers take another way.
    weight = None if (weight == 1).all() else weight
    objective, chosen = by_name(name)
    return kml.tune_thresholds(
        y_true,
        y_score,
        objective,
        shrinkage=0,
        sample_weight=weight,
        **chosen,
        **options,
    )


def cuts(score):
    """A threshold for every different decision."""
    return [*np.unique(score), np.inf]


def label_scores(problem, thresholds, slow):
    """Score of each label, NaN where nothing is known."""
    y_true, _, y_score, weight = problem
    counts = slow_counts(y_true, y_score >= thresholds, weight).T
    return np.array([slow(*c) if sum(c) else np.nan for c in counts])


@pytest.mark.parametrize("name", BY_LABEL)
@settings(max_examples=100, deadline=None)
@given(problem=problems(levels=6))
def test_no_threshold_of_a_label_beats_the_tuned_one(name, problem):
    y_true, _, y_score, weight = problem
    slow = BY_LABEL[name][1]
    tuned = tune(problem, name)
    assert np.isfinite(tuned.values).all()
    reached = label_scores(problem, tuned.values, slow)
    for column, score in enumerate(y_score.T):
        part = (y_true[:, [column]], None, y_score[:, [column]], weight)
        best = max(label_scores(part, cut, slow)[0] for cut in cuts(score))
        positive = ((y_true[:, column] == 1) & (weight > 0)).any()
        if np.isnan(best):
            assert tuned.values[column] == 0.5
        elif positive or name not in NEEDS_POSITIVES:
            assert reached[column] == pytest.approx(best)
        else:
            assert tuned.values[column] == 0.5


def averaged(problem, thresholds, slow, average):
    """The score that ``average`` speaks of, written out."""
    y_true, _, y_score, weight = problem
    y_pred = y_score >= thresholds
    counts = slow_counts(y_true, y_pred, weight)
    if average == "micro":
        return slow(*counts.sum(1))
    if average == "samples":
        pairs = zip(y_true, y_pred, strict=True)
        counts = np.array([slow_counts(t[:, None], p[:, None])[:, 0] for t, p in pairs])
        weights = weight * (counts.sum(1) > 0)
    else:
        counts = counts.T
        known = counts.sum(1) > 0
        weights = counts[:, [0, 2]].sum(1) if average == "weighted" else known
        weights = weights if weights.any() else known
    scores = [slow(*c) for c in counts]
    return np.average(scores, weights=weights)


def first_labels(problem, n):
    """Some labels of a problem of which anything is known."""
    y_true, y_pred, y_score, weight = problem
    assume(((y_true[:, :n] >= 0).any(1) & (weight > 0)).any())
    return y_true[:, :n], y_pred[:, :n], y_score[:, :n], weight


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=80, deadline=None)
@given(problem=problems(levels=4))
def test_no_joint_choice_beats_the_micro_optimum(name, problem):
    problem = first_labels(problem, 3)
    slow = OBJECTIVES[name][1]
    tuned = tune(problem, name, average="micro")
    grid = itertools.product(*map(cuts, problem[2].T))
    best = max(averaged(problem, np.array(choice), slow, "micro") for choice in grid)
    assert averaged(problem, tuned.values, slow, "micro") == pytest.approx(best)
    assert tuned.score == pytest.approx(best)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", ["f1", "matthews", "jaccard", "callable"])
@settings(max_examples=30, deadline=None)
@given(problem=problems(levels=6))
def test_no_single_threshold_beats_the_one_for_all_labels(name, average, problem):
    problem = first_labels(problem, 9)
    slow = BY_LABEL[name][1]
    tuned = tune(problem, name, average=average, per_label=False)
    assert len(set(tuned.values)) == 1
    best = max(averaged(problem, cut, slow, average) for cut in cuts(problem[2]))
    assert tuned.score == pytest.approx(best)
    assert averaged(problem, tuned.values, slow, average) == pytest.approx(best)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=50, deadline=None)
@given(problem=problems(levels=6))
def test_samples_never_ends_lower_than_macro_and_at_an_optimum(name, problem):
    problem = first_labels(problem, 4)
    slow = OBJECTIVES[name][1]
    start = averaged(problem, tune(problem, name).values, slow, "samples")
    tuned = tune(problem, name, average="samples")
    end = averaged(problem, tuned.values, slow, "samples")
    assert tuned.score == pytest.approx(end)
    assert end >= start - 1e-12
    for column, score in enumerate(problem[2].T):
        for cut in cuts(score):
            other = np.where(np.arange(len(tuned)) == column, cut, tuned.values)
            assert averaged(problem, other, slow, "samples") <= end + 1e-9


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@settings(max_examples=80, deadline=None)
@given(problem=problems(levels=4), share=st.floats(0, 1))
def test_within_a_budget_nothing_as_small_is_better(average, problem, share):
    problem = first_labels(problem, 3)
    y_true, _, y_score, weight = problem
    budget = share * (weight @ (y_true >= 0)).sum()
    tuned = tune(problem, "f1", average=average, max_positives=budget)

    def decided(thresholds):
        return (weight @ ((y_score >= thresholds) & (y_true >= 0))).sum()

    assert decided(tuned.values) == pytest.approx(tuned.n_positives)
    assert tuned.n_positives <= budget + 1e-9
    best = max(
        averaged(problem, np.array(choice), slow_f, average)
        for choice in itertools.product(*map(cuts, y_score.T))
        if decided(np.array(choice)) <= tuned.n_positives
    )
    # A Lagrangian solution is the best of all that decide no more than it does.
    assert averaged(problem, tuned.values, slow_f, average) == pytest.approx(best)


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_a_budget_may_be_used_up(rng, average):
    y_true, y_score = scene(rng)
    free = kml.tune_thresholds(y_true, y_score, average=average, shrinkage=0)
    exact = kml.tune_thresholds(
        y_true, y_score, average=average, max_positives=free.n_positives
    )
    np.testing.assert_array_equal(exact.values, free.values)


@given(problems(levels=6), st.floats(0, 1))
def test_one_threshold_for_all_keeps_the_budget(problem, share):
    problem = first_labels(problem, 9)
    y_true, _, y_score, weight = problem
    budget = share * (weight @ (y_true >= 0)).sum()
    options = {"per_label": False, "average": "micro", "max_positives": budget}
    tuned = tune(problem, "f1", **options)
    allowed = [
        averaged(problem, cut, slow_f, "micro")
        for cut in cuts(y_score)
        if (weight @ ((y_score >= cut) & (y_true >= 0))).sum() <= budget
    ]
    assert tuned.score == pytest.approx(max(allowed))


@given(problem=problems(levels=6))
def test_a_floor_on_pooled_counts_is_kept(problem):
    problem = first_labels(problem, 9)
    tuned = tune(problem, "recall", average="micro")
    tp, fp, _, _ = slow_counts(problem[0], problem[2] >= tuned.values, problem[3]).sum(
        1
    )
    assert ratio(tp, tp + fp, 1.0) >= 0.6


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=15, deadline=None)
@given(problem=problems(levels=6))
def test_weight_two_is_a_row_twice(name, average, problem):
    y_true, y_pred, y_score, weight = first_labels(problem, 9)
    repeats = weight.astype(int)
    ones = np.ones(repeats.sum())
    twice = [array.repeat(repeats, axis=0) for array in (y_true, y_pred, y_score)]
    weighted = tune((y_true, y_pred, y_score, weight), name, average=average)
    repeated = tune((*twice, ones), name, average=average)
    np.testing.assert_array_equal(weighted.values, repeated.values)
    assert weighted.score == pytest.approx(repeated.score)


@dataclass
class CountsAtThresholds:
    """What a histogram of scores offers."""

    y_true: np.ndarray
    y_score: np.ndarray
    weight: np.ndarray

    @property
    def thresholds(self):
        return np.unique(self.y_score)

    def counts(self):
        each = [
            slow_counts(self.y_true, self.y_score >= threshold, self.weight)
            for threshold in self.thresholds
        ]
        return kml.Counts(*np.stack(each, axis=1))


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@pytest.mark.parametrize("name", BY_LABEL)
@pytest.mark.parametrize("per_label", [True, False])
@settings(max_examples=15, deadline=None)
@given(problem=problems(levels=6))
def test_counts_at_all_scores_give_what_the_samples_give(
    per_label, name, average, problem
):
    if name in ("cost", "prevalence") and average == "micro":
        return
    if name in ("recall", "precision") and average != "micro" and not per_label:
        return
    y_true, _, y_score, weight = first_labels(problem, 9)
    objective, options = by_name(name)
    options = {**options, "average": average, "per_label": per_label}
    counts = CountsAtThresholds(y_true, y_score, weight)
    ours = kml.tune_thresholds(counts, None, objective, **options, shrinkage=0)
    samples = tune(
        (y_true, None, y_score, weight), name, average=average, per_label=per_label
    )
    assert ours.score == pytest.approx(samples.score, nan_ok=True)


def scene(rng, n_samples=400, n_labels=6, **options):
    """Truth and probabilities of labels from frequent to rare."""
    rates = np.geomspace(0.4, 0.01, n_labels)
    y_true = (rng.random((n_samples, n_labels)) < rates).astype(np.int8)
    logits = 2 * y_true - 2 + rng.normal(size=y_true.shape)
    return y_true, 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_permuting_labels_permutes_thresholds(rng, average):
    y_true, y_score = scene(rng)
    order = rng.permutation(6)
    options = {"average": average, "shrinkage": "auto" if average != "samples" else 0}
    straight = kml.tune_thresholds(y_true, y_score, **options).values
    permuted = kml.tune_thresholds(y_true[:, order], y_score[:, order], **options)
    if average == "samples":  # ascent takes the labels in turn
        assert permuted.score == pytest.approx(permuted.score, abs=0.02)
    else:
        np.testing.assert_array_equal(permuted.values, straight[order])


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_the_order_of_samples_does_not_matter(rng, average):
    y_true, y_score = scene(rng)
    order = rng.permutation(len(y_true))
    here = kml.tune_thresholds(y_true, y_score, average=average)
    there = kml.tune_thresholds(y_true[order], y_score[order], average=average)
    np.testing.assert_array_equal(here.values, there.values)


def test_micro_is_never_lower_than_per_label_or_one_for_all(rng):
    y_true, y_score = scene(rng, 2000, 20)
    joint = kml.tune_thresholds(y_true, y_score, average="micro", shrinkage=0)
    for options in ({"average": "macro"}, {"average": "micro", "per_label": False}):
        other = kml.tune_thresholds(y_true, y_score, shrinkage=0, **options)
        score = kml.f1_score(y_true, other.apply(y_score), average="micro")
        assert joint.score >= score
    assert joint.score > score


def test_matthews_does_not_overflow(rng):
    y_true = rng.integers(0, 2, (200_000, 1)).astype(np.int8)
    y_score = (y_true + rng.random(y_true.shape)) / 2
    tuned = kml.tune_thresholds(y_true, y_score, "matthews", shrinkage=0)
    assert tuned.score == pytest.approx(1)


def test_never_worse_than_one_half_on_the_data_tuned_on(rng):
    for _ in range(50):
        y_true, y_score = scene(rng, 60)
        tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0).apply(y_score)
        ours, half = (
            kml.f1_score(y_true, pred, average=None) for pred in (tuned, y_score >= 0.5)
        )
        assert (ours >= half).all()


# Where the threshold lies


def test_the_threshold_lies_half_way_to_the_next_score_below():
    y_true, y_score = [[0], [0], [1], [1]], [[0.1], [0.2], [0.6], [0.9]]
    assert kml.tune_thresholds(y_true, y_score, shrinkage=0).values == [0.4]
    one = kml.tune_thresholds(y_true, y_score, per_label=False)
    assert one.values == [0.4]


def test_neighbouring_floats_have_nothing_between_them():
    low = np.float32(0.3)
    high = np.nextafter(low, np.float32(1))
    y_score = np.array([[low], [high]])
    tuned = kml.tune_thresholds([[0], [1]], y_score, shrinkage=0)
    assert tuned.apply(y_score).tolist() == [[0], [1]]


def test_equally_good_thresholds_give_the_highest_but_for_precision():
    y_true, y_score = [[1], [0], [1]], [[0.9], [0.4], [0.1]]
    # F1: 2/3 at 0.9; 4/5 at 0.1. Youden: 1/2 at 0.9, 0 at 0.1.
    assert kml.tune_thresholds(y_true, y_score, "youden_j", shrinkage=0).values == 0.65
    y_true, y_score = [[1], [1], [0]], [[0.9], [0.7], [0.1]]
    # Precision 1 at both; the lower finds more.
    options = {"min_recall": 0.5, "shrinkage": 0}
    tuned = kml.tune_thresholds(y_true, y_score, "precision", **options)
    assert tuned.values == pytest.approx(0.4)
    # Matching nothing and everything wrongly: the highest.
    tuned = kml.tune_thresholds([[1], [0]], [[0.2], [0.8]], "matthews", shrinkage=0)
    assert tuned.values > 0.8


def test_labels_that_allow_no_choice_have_defined_thresholds():
    y_true = np.array([[0, 1, 1, -1], [0, 1, 0, -1]])
    y_score = np.array([[0.3, 0.3, 0.5, 0.1], [0.6, 0.8, 0.5, 0.2]])
    tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0)
    # No positives; all positive; constant scores; nothing known.
    assert tuned.values.tolist() == [0.5, 0.3, 0.5, 0.5]
    assert tuned.score == pytest.approx((0 + 1 + 2 / 3) / 3)
    each = kml.tune_thresholds(y_true, y_score, average=None, shrinkage=0).score
    np.testing.assert_allclose(each, [0, 1, 2 / 3, np.nan])


@pytest.mark.parametrize("shrinkage", [0, "auto"])
@pytest.mark.parametrize("average", [None, *AVERAGES])
@pytest.mark.parametrize("name", BY_LABEL)
def test_degenerate_labels_never_give_nan(name, average, shrinkage):
    if average in ("micro", "samples") and name in ("cost", "prevalence"):
        return
    if average == "samples" and name in ("recall", "precision"):
        return
    objective, options = by_name(name)
    y_true = np.array([[0, 1, 1, -1], [0, 1, 0, -1]])
    y_score = np.array([[0.0, 1.0, 0.5, 0.1], [0.0, 1.0, 0.5, 0.2]], np.float32)
    for rows in (slice(None), slice(1)):
        tuned = kml.tune_thresholds(
            y_true[rows], y_score[rows], objective, average=average,
            shrinkage=shrinkage, **options,
        )  # fmt: skip
        assert np.isfinite(tuned.values).all()


def test_nothing_known_at_all():
    for average in (None, *AVERAGES):
        tuned = kml.tune_thresholds([[-1, -1]], [[0.2, 0.3]], average=average)
        assert tuned.values.tolist() == [0.5, 0.5]
    assert np.isnan(kml.tune_thresholds([[-1]], [[0.2]]).score)


def test_a_floor_that_cannot_be_met_decides_nothing():
    y_true, y_score = [[0], [1]], [[0.9], [0.1]]
    for shrinkage in (0, "auto"):
        tuned = kml.tune_thresholds(
            y_true, y_score, "recall", min_precision=0.9, shrinkage=shrinkage
        )
        assert not tuned.apply(y_score).any()
        assert tuned.score == 0
    # Just above the highest score: a higher one yet would be decided.
    assert tuned.apply([[0.95]]).all()


def test_costs_per_label(rng):
    y_true, y_score = scene(rng)
    costs = rng.random((6, 2))
    together = kml.tune_thresholds(y_true, y_score, "cost", costs=costs, shrinkage=0)
    alone = [
        kml.tune_thresholds(
            y_true[:, [j]], y_score[:, [j]], "cost", costs=costs[j], shrinkage=0
        )
        for j in range(6)
    ]
    assert together.values.tolist() == [tuned.values[0] for tuned in alone]
    assert together.score == pytest.approx(np.mean([tuned.score for tuned in alone]))
    # Missing costs nothing: nothing is decided. False alarms cost nothing: all is.
    never = kml.tune_thresholds(y_true, y_score, "cost", costs=(1, 0), shrinkage=0)
    assert never.n_positives == 0
    always = kml.tune_thresholds(y_true, y_score, "cost", costs=(0, 1), shrinkage=0)
    assert always.score == 0


def test_prevalence_is_matched(rng):
    y_true, y_score = scene(rng)
    tuned = kml.tune_thresholds(y_true, y_score, "prevalence", shrinkage=0)
    np.testing.assert_array_equal(tuned.apply(y_score).sum(0), y_true.sum(0))


def test_n_positives_counts_the_decisions(rng):
    y_true, y_score = scene(rng)
    tuned = kml.tune_thresholds(y_true, y_score)
    assert tuned.n_positives == tuned.apply(y_score).sum()


# Shrinkage


def test_shrinkage_pulls_by_support_on_the_logit_scale(rng):
    y_true, y_score = scene(rng, 1000)
    own = kml.tune_thresholds(y_true, y_score, shrinkage=0).values
    pulled = kml.tune_thresholds(y_true, y_score, shrinkage=20).values
    share = y_true.sum(0) / (y_true.sum(0) + 20)
    line = np.log(own / (1 - own))
    order = np.argsort(line)
    half = np.searchsorted(np.cumsum(share[order]), share.sum() / 2)
    pooled = line[order][half]
    expected = 1 / (1 + np.exp(-(pooled + share * (line - pooled))))
    np.testing.assert_allclose(pulled, expected)
    assert abs(pulled - own)[-1] > abs(pulled - own)[0]


def test_scores_that_are_no_probabilities_are_pulled_as_they_are(rng):
    y_true, y_score = scene(rng, 1000)
    logits = np.log(y_score / (1 - y_score))
    own = kml.tune_thresholds(y_true, logits, shrinkage=0).values
    pulled = kml.tune_thresholds(y_true, logits, shrinkage=1e9).values
    assert np.ptp(own) > 0.5
    np.testing.assert_allclose(pulled, pulled[0], atol=1e-3)


def test_a_label_without_positives_gets_the_pooled_threshold(rng):
    y_true, y_score = scene(rng)
    y_true[:, 0], y_true[:, 1] = 0, -1
    values = kml.tune_thresholds(y_true, y_score).values
    assert values[0] == values[1] != 0.5
    assert values[0] == pytest.approx(np.median(values), abs=0.2)


def test_shrinkage_never_crosses_a_floor(rng):
    for floor in (0.3, 0.6, 0.9):
        y_true, y_score = scene(rng, 150, 12)
        tuned = kml.tune_thresholds(y_true, y_score, "recall", min_precision=floor)
        reached = kml.precision_score(
            y_true, tuned.apply(y_score), average=None, zero_division=1.0
        )
        assert (reached >= floor).all()
        tuned = kml.tune_thresholds(y_true, y_score, "precision", min_recall=floor)
        reached = kml.recall_score(
            y_true, tuned.apply(y_score), average=None, zero_division=1.0
        )
        assert (reached >= floor).all()


def test_weights_of_one_size_do_not_change_the_pull(rng):
    y_true, y_score = scene(rng)
    weights = (None, np.full(len(y_true), 0.001), np.full(len(y_true), 1000))
    values = [
        kml.tune_thresholds(y_true, y_score, sample_weight=weight).values
        for weight in weights
    ]
    np.testing.assert_allclose(values[1], values[0])
    np.testing.assert_allclose(values[2], values[0])


# Cross-fitting


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_cross_fitting_scores_samples_that_were_not_tuned_on(rng, average):
    y_true, y_score = scene(rng, 300)
    weight = rng.integers(0, 3, len(y_true))
    folds = [
        (np.arange(100, 300), np.arange(100)),
        (np.arange(100), np.arange(100, 300)),
    ]
    options = {"average": average}
    tuned = kml.tune_thresholds(
        y_true, y_score, cv=folds, sample_weight=weight, **options
    )
    parts = []
    for train, test in folds:
        part = kml.tune_thresholds(
            y_true[train], y_score[train], sample_weight=weight[train], **options
        )
        parts.append(part.values)
        np.testing.assert_array_equal(tuned.cv_pred[test], part.apply(y_score[test]))
    np.testing.assert_allclose(tuned.std, np.std(parts, axis=0, ddof=1))
    expected = kml.f1_score(
        y_true, tuned.cv_pred, average=average, sample_weight=weight
    )
    np.testing.assert_allclose(tuned.cv_score, expected)
    whole = kml.tune_thresholds(y_true, y_score, sample_weight=weight, **options)
    np.testing.assert_array_equal(tuned.values, whole.values)
    np.testing.assert_allclose(tuned.score, whole.score)


def test_on_noise_the_cross_fitted_score_is_the_honest_one(rng):
    y_true = (rng.random((300, 100)) < 0.03).astype(np.int8)
    noise, fresh = rng.random(y_true.shape), rng.random(y_true.shape)
    tuned = kml.tune_thresholds(y_true, noise, cv=5, shrinkage=0, random_state=0)
    truth = kml.f1_score(y_true, tuned.apply(fresh))
    assert tuned.score > truth + 0.05
    assert tuned.cv_score == pytest.approx(truth, abs=0.02)


def test_the_budget_is_shared_out_to_the_parts(rng):
    y_true, y_score = scene(rng)
    tuned = kml.tune_thresholds(
        y_true, y_score, max_positives=200, cv=4, random_state=0
    )
    assert tuned.n_positives <= 200
    assert 0.7 * tuned.n_positives < tuned.cv_pred.sum() < 1.3 * tuned.n_positives


def test_the_seed_gives_the_same_parts_again(rng):
    y_true, y_score = scene(rng)
    first, again, other = (
        kml.tune_thresholds(y_true, y_score, cv=3, random_state=seed)
        for seed in (1, 1, 2)
    )
    assert first.cv_score == again.cv_score
    assert not np.array_equal(first.std, other.std)


@settings(deadline=None)
@given(
    problem=problems(unknown=False), n_folds=st.integers(2, 4), seed=st.integers(0, 9)
)
def test_folds_share_out_all_samples_and_the_rarest_label(problem, n_folds, seed):
    truth = problem[0].astype(np.uint8)
    folds = stratified_folds(truth, n_folds, seed)
    sizes = np.bincount(folds, minlength=n_folds)
    assert sizes.sum() == len(truth)
    assert len(sizes) == n_folds
    support = truth.sum(0)
    if support.any():
        rarest = np.argmin(np.where(support > 0, support, len(truth) + 1))
        shares = np.bincount(folds[truth[:, rarest] == 1], minlength=n_folds)
        assert np.ptp(shares) <= 1


def test_folds_are_of_like_size_and_stratified(rng):
    truth, _ = scene(rng, 1003)
    folds = stratified_folds(truth.astype(np.uint8), 5, 0)
    assert np.ptp(np.bincount(folds)) <= 10
    shares = np.array([truth[folds == fold].sum(0) for fold in range(5)])
    assert (np.ptp(shares, axis=0) <= np.maximum(2, 0.1 * shares.mean(0))).all()


# Bad input


class Histogram:
    thresholds = np.array([0.5, 0.2])

    def counts(self):
        return kml.Counts(*np.zeros((4, 2, 1), int))


FLOOR = {"min_precision": 0.5}
Y, S = [[1, 0], [0, 1]], [[0.1, 0.9], [0.3, 0.2]]


def raises(message, error=ValueError, *args, y_true=Y, y_score=S, **options):
    return pytest.param(args, y_true, y_score, options, error, message, id=message)


@pytest.mark.parametrize(
    ("args", "y_true", "y_score", "options", "error", "message"),
    [
        raises("objective must be one of f1", ValueError, "auc"),
        raises("or a callable", TypeError, 3),
        raises("average must be one of", average="mean"),
        raises("NaN", y_score=[[np.nan, 0], [0, 0]]),
        raises("one column", y_score=[[0.1], [0.2]]),
        raises("got 2", y_true=[[2, 0], [0, 1]]),
        raises("got 1 names", label_names=["a"]),
        raises("one sample", y_true=np.zeros((0, 1)), y_score=np.zeros((0, 1))),
        raises("y_score is missing", TypeError, y_score=None),
        raises('beta is an option of objective="fbeta"', beta=2),
        raises('min_precision is an option of objective="recall"', min_precision=0.5),
        raises('costs is an option of objective="cost"', costs=(1, 2)),
        raises("needs min_precision", ValueError, "recall"),
        raises("needs min_recall", ValueError, "precision", min_recall=2),
        raises("needs costs", ValueError, "cost"),
        raises(r"\(n_labels, 2\)", ValueError, "cost", costs=(1, 2, 3)),
        raises("not negative", ValueError, "cost", costs=(1, -2)),
        raises("2 labels; got 3", ValueError, "cost", costs=np.ones((3, 2))),
        raises("adds up over labels", ValueError, "prevalence", average="micro"),
        raises("shrinkage must be", shrinkage=-1),
        raises("shrinkage must be", shrinkage="none"),
        raises("would break max_positives", max_positives=3, shrinkage=2),
        raises("max_positives must be 0 or more", max_positives=-3),
        raises("does not go with", max_positives=3, average="samples"),
        raises("A floor holds", ValueError, "recall", average="samples", **FLOOR),
        raises("pooled counts", ValueError, "recall", per_label=False, **FLOOR),
        raises("from 2 parts to 2", cv=3),
        raises("from 2 parts to 2", cv=1),
        raises("each of the 2 samples once", cv=[([0], [1]), ([0], [1])]),
        raises("one value per label", ValueError, lambda counts: 1.0),
        raises("the thresholds ascending", y_true=Histogram(), y_score=None),
        raises("cv needs", TypeError, y_true=Histogram(), y_score=None, cv=2),
        raises("y_score needs the samples", TypeError, y_true=Histogram()),
        raises("defined for every sample", ValueError, lambda c: c.tp * np.nan,
               average="samples"),
    ],
)  # fmt: skip
def test_bad_input_says_what_was_expected(
    args, y_true, y_score, options, error, message
):
    with pytest.raises(error, match=message):
        kml.tune_thresholds(y_true, y_score, *args, **options)
