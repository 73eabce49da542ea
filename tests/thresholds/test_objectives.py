"""Each objective against brute force; floors, costs, callables, ties."""

import numpy as np
import pytest
from hypothesis import given, settings

import keras_multilabel as kml
from tests.strategies import examples, problems, slow_counts
from tests.thresholds.cases import (
    AVERAGES,
    BY_LABEL,
    NEEDS_POSITIVES,
    OBJECTIVES,
    by_name,
    cuts,
    first_labels,
    scene,
    tune,
)


def label_scores(problem, thresholds, slow):
    """Score of each label, NaN where nothing is known."""
    y_true, _, y_score, weight = problem
    counts = slow_counts(y_true, y_score >= thresholds, weight).T
    return np.array([slow(*c) if sum(c) else np.nan for c in counts])


@pytest.mark.parametrize("name", BY_LABEL)
@settings(max_examples=examples(100), deadline=None)
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


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=examples(15), deadline=None)
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


def test_matthews_does_not_overflow(rng):
    y_true = rng.integers(0, 2, (200_000, 1)).astype(np.int8)
    y_score = (y_true + rng.random(y_true.shape)) / 2
    tuned = kml.tune_thresholds(y_true, y_score, "matthews", shrinkage=0)
    assert tuned.score == pytest.approx(1)


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


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_where_nothing_is_known_there_is_no_score(average):
    tuned = kml.tune_thresholds([[-1, -1]], [[0.2, 0.3]], average=average)
    assert np.isnan(tuned.score).all()
