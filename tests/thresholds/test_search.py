"""Joint optima against brute force: pooled, within a budget, one for all; shrinkage."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, problems, slow_counts
from tests.thresholds.cases import (
    AVERAGES,
    BY_LABEL,
    OBJECTIVES,
    averaged,
    cuts,
    first_labels,
    ratio,
    scene,
    slow_f,
    tune,
)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=examples(80), deadline=None)
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
@settings(max_examples=examples(30), deadline=None)
@given(problem=problems(levels=6))
def test_no_single_threshold_beats_the_one_for_all_labels(name, average, problem):
    problem = first_labels(problem, 9)
    slow = BY_LABEL[name][1]
    tuned = tune(problem, name, average=average, per_label=False)
    assert len(set(tuned.values)) == 1
    best = max(averaged(problem, cut, slow, average) for cut in cuts(problem[2]))
    assert tuned.score == pytest.approx(best)
    assert averaged(problem, tuned.values, slow, average) == pytest.approx(best)


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@settings(max_examples=examples(80), deadline=None)
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


def test_a_budget_may_end_among_positives_alone():
    """The hull has no corner there, and nothing was predicted."""
    y_true, y_score = [[1], [1], [1], [1], [0]], [[0.9], [0.8], [0.7], [0.6], [0.1]]
    tuned = kml.tune_thresholds(y_true, y_score, average="micro", max_positives=2)
    assert (tuned.n_positives, tuned.score) == (2, pytest.approx(2 / 3))


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


def test_micro_is_never_lower_than_per_label_or_one_for_all(rng):
    y_true, y_score = scene(rng, 2000, 20)
    joint = kml.tune_thresholds(y_true, y_score, average="micro", shrinkage=0)
    for options in ({"average": "macro"}, {"average": "micro", "per_label": False}):
        other = kml.tune_thresholds(y_true, y_score, shrinkage=0, **options)
        score = kml.f1_score(y_true, other.apply(y_score), average="micro")
        assert joint.score >= score
    assert joint.score > score


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
