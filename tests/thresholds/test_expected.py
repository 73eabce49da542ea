"""Thresholds of probabilities: what is expected of them, by brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, problems
from tests.thresholds.cases import (
    BY_LABEL,
    NEEDS_POSITIVES,
    OBJECTIVES,
    cuts,
    first_labels,
    scene,
    slow_f,
    tune,
)


def expected_counts(problem, thresholds):
    """tp, fp, fn, tn of each label, shape (4, n_labels), written out."""
    y_true, _, p, weight = problem
    decided = p >= thresholds
    present = weight[:, None] * (y_true >= 0)
    cells = [decided * p, decided * (1 - p), ~decided * p, ~decided * (1 - p)]
    return np.array([(present * cell).sum(0) for cell in cells])


def reached(problem, thresholds, slow):
    return [slow(*c) for c in expected_counts(problem, thresholds).T]


def present(problem):
    """Labels of which something of any weight is known."""
    y_true, _, _, weight = problem
    return ((y_true >= 0) & (weight > 0)[:, None]).any(0)


@pytest.mark.parametrize("name", BY_LABEL)
@settings(max_examples=examples(60), deadline=None)
@given(problem=problems(levels=6))
def test_no_threshold_is_expected_to_do_better(name, problem):
    problem = first_labels(problem, 5)
    slow = BY_LABEL[name][1]
    tuned = tune(problem, name, average=None, method="expected")
    ours = reached(problem, tuned.values, slow)
    every = [reached(problem, cut, slow) for cut in cuts(problem[2])]
    counts = expected_counts(problem, np.inf)
    chosen = present(problem)
    if name in NEEDS_POSITIVES:
        chosen &= counts[2] > 0
    np.testing.assert_allclose(
        np.array(ours)[chosen], np.max(every, axis=0)[chosen], atol=1e-9
    )


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=examples(40), deadline=None)
@given(problem=problems(levels=4))
def test_no_joint_choice_is_expected_to_do_better(name, problem):
    problem = first_labels(problem, 3)
    slow = OBJECTIVES[name][1]
    tuned = tune(problem, name, average="micro", method="expected")

    def pooled(thresholds):
        return slow(*expected_counts(problem, thresholds).sum(1))

    best = max(map(pooled, map(np.array, itertools.product(*map(cuts, problem[2].T)))))
    assert pooled(tuned.values) == pytest.approx(best)


@pytest.mark.parametrize("average", ["macro", "micro"])
@settings(max_examples=examples(40), deadline=None)
@given(problem=problems(levels=4), share=st.floats(0, 1))
def test_a_budget_is_kept_and_nothing_as_small_is_better(average, problem, share):
    problem = first_labels(problem, 3)
    y_true, _, p, weight = problem
    budget = share * (weight @ (y_true >= 0)).sum()
    tuned = tune(
        problem, "f1", average=average, max_positives=budget, method="expected"
    )

    def decided(thresholds):
        return (weight @ ((p >= thresholds) & (y_true >= 0))).sum()

    def score(thresholds):
        counts = expected_counts(problem, thresholds)
        if average == "micro":
            return slow_f(*counts.sum(1))
        return sum(slow_f(*c) for c in counts.T)

    assert decided(tuned.values) <= budget + 1e-9
    best = max(
        score(np.array(choice))
        for choice in itertools.product(*map(cuts, p.T))
        if decided(np.array(choice)) <= decided(tuned.values)
    )
    assert score(tuned.values) == pytest.approx(best)


@pytest.mark.parametrize("average", ["macro", "micro"])
@pytest.mark.parametrize("name", ["f1", "jaccard", "matthews"])
@settings(max_examples=examples(20), deadline=None)
@given(problem=problems(levels=6))
def test_no_single_threshold_is_expected_to_do_better(name, average, problem):
    problem = first_labels(problem, 5)
    slow = OBJECTIVES[name][1]
    tuned = tune(problem, name, average=average, per_label=False, method="expected")
    assert len(set(tuned.values)) == 1

    def score(threshold):
        counts = expected_counts(problem, threshold)
        if average == "micro":
            return slow(*counts.sum(1))
        return np.mean(np.array([slow(*c) for c in counts.T])[present(problem)])

    assert score(tuned.values) == pytest.approx(max(map(score, cuts(problem[2]))))


# Where the threshold lies


def test_thresholds_are_half_the_expected_f1(rng):
    y_true, p = scene(rng)
    tuned = kml.tune_thresholds(y_true, p, method="expected")
    tp, fp, fn, _ = expected_counts((y_true, None, p, np.ones(len(p))), tuned.values)
    np.testing.assert_allclose(tuned.values, tp / (2 * tp + fp + fn))


@pytest.mark.parametrize(
    ("name", "options", "break_even"),
    [
        ("f1", {}, lambda score: score / 2),
        ("fbeta", {"beta": 2}, lambda score: score / 5),
        ("jaccard", {}, lambda score: score / (1 + score)),
    ],
)
def test_jointly_all_labels_have_one_threshold(rng, name, options, break_even):
    y_true, p = scene(rng)
    tuned = kml.tune_thresholds(
        y_true, p, name, average="micro", method="expected", **options
    )
    counts = expected_counts((y_true, None, p, np.ones(len(p))), tuned.values)
    slow = BY_LABEL[name][1]
    np.testing.assert_allclose(tuned.values, break_even(slow(*counts.sum(1))))


def test_costs_say_where_to_cut_whatever_the_scores(rng):
    y_true, p = scene(rng, 30)
    costs = rng.uniform(1, 5, (6, 2))
    tuned = kml.tune_thresholds(y_true, p, "cost", costs=costs, method="expected")
    np.testing.assert_allclose(tuned.values, costs[:, 0] / costs.sum(1))
    one = kml.tune_thresholds(y_true, p, "cost", costs=(1, 4), method="expected")
    np.testing.assert_allclose(one.values, 0.2)
    free = kml.tune_thresholds(y_true, p, "cost", costs=(0, 0), method="expected")
    assert np.isfinite(free.values).all()


def test_the_prevalence_is_the_sum_of_probabilities(rng):
    y_true, p = scene(rng)
    tuned = kml.tune_thresholds(y_true, p, "prevalence", method="expected")
    assert (abs(tuned.apply(p).sum(0) - p.sum(0)) <= 0.5 + 1e-9).all()


def test_ties_and_beta_0_keep_a_decision():
    p = np.full((1000, 1), 0.1)
    for beta in (0, 1):
        tuned = kml.tune_thresholds(p > 1, p, "fbeta", beta=beta, method="expected")
        assert tuned.n_positives == 1000


# What it is told by


def test_the_truth_is_used_for_the_score_alone(rng):
    y_true, p = scene(rng)
    here = kml.tune_thresholds(y_true, p, method="expected")
    there = kml.tune_thresholds(1 - y_true, p, method="expected")
    np.testing.assert_array_equal(here.values, there.values)
    assert here.score == kml.f1_score(y_true, here.apply(p), average="macro")
    assert there.score == kml.f1_score(1 - y_true, here.apply(p), average="macro")


def test_unknown_entries_are_left_out_and_weights_are_rows(rng):
    y_true, p = scene(rng)
    weight = rng.integers(0, 4, len(p))
    repeated = np.repeat(np.arange(len(p)), weight)
    ours = kml.tune_thresholds(y_true, p, sample_weight=weight, method="expected")
    rows = kml.tune_thresholds(y_true[repeated], p[repeated], method="expected")
    np.testing.assert_allclose(ours.values, rows.values)
    y_true = y_true.astype(float)
    y_true[:100] = np.nan
    p[:100] = np.nan
    rest = kml.tune_thresholds(y_true[100:], p[100:], method="expected")
    ours = kml.tune_thresholds(y_true, p, method="expected")
    np.testing.assert_allclose(ours.values, rest.values)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, bool])
def test_any_precision_and_layout(rng, dtype):
    y_true, p = scene(rng)
    p = np.asfortranarray(p > 0.5 if dtype is bool else p.astype(dtype))
    tuned = kml.tune_thresholds(y_true[:, ::-1], p[:, ::-1], method="expected")
    exact = kml.tune_thresholds(y_true, p.astype(float), method="expected")
    np.testing.assert_allclose(tuned.values[::-1], exact.values)


def test_labels_that_allow_no_choice_have_defined_thresholds():
    y_true = [[0, 1, 1, -1], [1, 1, 0, -1]]
    p = [[0.0, 1.0, 0.5, 0.1], [0.0, 1.0, 0.5, 0.2]]
    tuned = kml.tune_thresholds(y_true, p, method="expected")
    # Nothing expected; all; constant; nothing known.
    assert tuned.values.tolist() == [0.5, 0.5, pytest.approx(1 / 3), 0.5]
    assert tuned.apply(p).tolist() == [[0, 1, 1, 0], [0, 1, 1, 0]]
    one = kml.tune_thresholds([[1]], [[0.3]], method="expected")
    assert one.n_positives == 1


def test_what_rounding_carries_above_1_is_a_probability():
    p = np.array([[1 + 5e-7], [1.0], [0.1]])
    tuned = kml.tune_thresholds([[1], [1], [0]], p, method="expected")
    assert tuned.values[0] == pytest.approx(2 / 4.1)
    none = kml.tune_thresholds(
        [[1], [1], [0]], p, method="expected", max_positives=0, average="micro"
    )
    assert none.n_positives == 0


def test_positions_of_a_sequence_are_rows(rng):
    y_true, p = scene(rng)
    rows = kml.tune_thresholds(y_true, p, method="expected")
    shape = (40, 10, 6)
    steps = kml.tune_thresholds(
        y_true.reshape(shape), p.reshape(shape), method="expected", cv=3
    )
    np.testing.assert_allclose(steps.values, rows.values)
    assert steps.cv_pred.shape == shape


def test_cross_fitting_and_the_tuner(rng):
    y_true, p = scene(rng)
    folds = [
        (np.arange(200), np.arange(200, 400)),
        (np.arange(200, 400), np.arange(200)),
    ]
    tuned = kml.tune_thresholds(y_true, p, method="expected", cv=folds)
    for train, test in folds:
        part = kml.tune_thresholds(y_true[train], p[train], method="expected")
        np.testing.assert_array_equal(tuned.cv_pred[test], part.apply(p[test]))
    tuner = kml.ThresholdTuner(method="expected").fit(p, y_true)
    np.testing.assert_array_equal(tuner.thresholds_.values, tuned.values)


def test_with_probabilities_that_are_true_it_beats_counts_on_fresh_rows(rng):
    p = rng.beta(0.3, 5, (300, 100))
    y_true, fresh = rng.random((2, *p.shape)) < p
    counts, expected = (
        kml.f1_score(fresh, kml.tune_thresholds(y_true, p, method=m).apply(p))
        for m in ("counts", "expected")
    )
    assert expected > counts + 0.005


def test_shrinkage_may_be_asked_for(rng):
    y_true, p = scene(rng)
    plain = kml.tune_thresholds(y_true, p, method="expected").values
    pulled = kml.tune_thresholds(y_true, p, method="expected", shrinkage=50).values
    assert np.ptp(pulled) < 0.7 * np.ptp(plain)


class Histogram:
    thresholds = np.array([0.2, 0.5])

    def counts(self):
        return kml.Counts(*np.ones((4, 2, 1), int))


@pytest.mark.parametrize(
    ("y_true", "y_score", "options", "error", "message"),
    [
        ([[1], [0]], [[2.0], [0.1]], {}, ValueError, "fit a LabelCalibrator"),
        ([[1], [0]], [[0.2], [-0.1]], {}, ValueError, "must be probabilities"),
        ([[1]], [[0.2]], {"method": "mean"}, ValueError, "method must be one of"),
        ([[1]], [[0.2]], {"average": "samples"}, ValueError, "does not go with"),
        (Histogram(), None, {}, TypeError, "needs the samples"),
    ],
)
def test_bad_input_says_what_was_expected(y_true, y_score, options, error, message):
    with pytest.raises(error, match=message):
        kml.tune_thresholds(y_true, y_score, **{"method": "expected", **options})
