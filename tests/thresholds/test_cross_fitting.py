"""Thresholds without each fold: those of a search on the other rows alone."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.thresholds.cases import BY_LABEL

FLOORS = {"recall", "precision"}
NAMES = sorted(BY_LABEL.keys() - FLOORS)


def objective_of(name):
    options, score = BY_LABEL[name]
    if name == "callable":
        return lambda counts: score(counts.tp, counts.fp, counts.fn, counts.tn), {}
    return name, options


def problem(rng, kind):
    y_true = (rng.random((60, 4)) < [0.5, 0.2, 0.1, 0.0]).astype(int)
    y_score = rng.random(y_true.shape).astype(np.float32)
    weight = None
    if kind == "ties":
        y_score = y_score.round(1)
    elif kind == "unknown":
        y_true[rng.random(y_true.shape) < 0.3] = -1
        y_true[:, 3] = -1
    elif kind == "infinite":
        y_score = np.where(rng.random(y_score.shape) < 0.2, np.inf, y_score)
    elif kind == "logits":
        y_score = 9 * y_score - 5
    elif kind == "weights":
        weight = rng.choice([0.0, 0.3, 1.0, 7.5], 60)
    return y_true, y_score, weight


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "kind", ["plain", "ties", "unknown", "infinite", "logits", "weights"]
)
@pytest.mark.parametrize("shrinkage", [0, 5])
def test_each_fold_is_decided_as_by_a_search_on_the_others(rng, name, kind, shrinkage):
    y_true, y_score, weight = problem(rng, kind)
    objective, options = objective_of(name)
    options = {**options, "shrinkage": shrinkage}
    fold = rng.integers(4, size=len(y_true))
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(4)]
    tuned = kml.tune_thresholds(
        y_true, y_score, objective, cv=folds, sample_weight=weight, **options
    )
    whole = kml.tune_thresholds(
        y_true, y_score, objective, sample_weight=weight, **options
    )
    np.testing.assert_allclose(tuned.values, whole.values, rtol=1e-12)
    for train, test in folds:
        part = kml.tune_thresholds(
            y_true[train],
            y_score[train],
            objective,
            sample_weight=None if weight is None else weight[train],
            **options,
        )
        found = part.apply(y_score[test])
        np.testing.assert_array_equal(tuned.cv_pred[test], found)


LESS = [np.arange(0, 40, 2), np.arange(1, 40, 2)]
TWICE = [np.r_[np.arange(0, 60, 2), 0, 2, 4], np.arange(1, 60, 2)]
OVERLAPPING = [np.r_[np.arange(0, 60, 2), 1, 3, 5], np.arange(1, 60, 2)]
FROM_THE_END = [np.arange(-60, 0, 2), np.arange(-59, 0, 2)]
MASKS = [np.arange(60) % 2 == 0, np.arange(60) % 2 == 1]


@pytest.mark.parametrize("trains", [LESS, TWICE, OVERLAPPING, FROM_THE_END, MASKS])
def test_other_folds_are_searched_by_themselves(rng, trains):
    y_true, y_score, _ = problem(rng, "plain")
    tests = [np.arange(1, 60, 2), np.arange(0, 60, 2)]
    folds = list(zip(trains, tests, strict=True))
    tuned = kml.tune_thresholds(y_true, y_score, cv=folds)
    for train, test in folds:
        part = kml.tune_thresholds(y_true[train], y_score[train])
        np.testing.assert_array_equal(tuned.cv_pred[test], part.apply(y_score[test]))


@pytest.mark.parametrize("row", [4, -5])
def test_rows_that_do_not_exist_are_named(row):
    folds = [([0, 1], [2, 3]), ([2, row], [0, 1])]
    with pytest.raises(ValueError, match="row indices below 4, the number of samples"):
        kml.tune_thresholds(
            [[1], [0], [1], [0]], [[0.9], [0.1], [0.8], [0.3]], cv=folds
        )


def test_predicting_nothing_is_just_above_the_scores_of_the_others():
    y_true = [[1], [1], [0], [0], [1], [1], [0]]
    y_score = np.array([[0.1], [0.2], [0.5], [0.6], [0.7], [0.62], [0.3]])
    folds = [(np.arange(4), np.arange(4, 7)), (np.arange(4, 7), np.arange(4))]
    tuned = kml.tune_thresholds(y_true, y_score, "youden_j", cv=folds, shrinkage=0)
    assert tuned.cv_pred[4:].tolist() == [[1], [1], [0]]
