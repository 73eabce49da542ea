"""Ranking scores of weights and scores of all sizes, against scikit-learn."""

import math

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings

import keras_multilabel as kml
from tests.strategies import examples, hard_problems

SCORES = ("average_precision_score", "roc_auc_score")
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.UndefinedMetricWarning"
)


def exact(name, truth, score, weight):
    """The score by its definition, summed without rounding; NaN if undefined."""
    positive, negative = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
    above = math.fsum(weight[positive])
    below = math.fsum(weight[negative])
    if above == 0 or (name == "roc_auc_score" and below == 0):
        return np.nan if name == "roc_auc_score" else 0.0
    if name == "roc_auc_score":
        return math.fsum(
            (weight[i] / above)
            * (weight[j] / below)
            * (0.5 * (score[i] >= score[j]) + 0.5 * (score[i] > score[j]))
            for i in positive
            for j in negative
        )
    precision = [
        math.fsum(weight[positive][score[positive] >= score[i]])
        / math.fsum(weight[truth >= 0][score[truth >= 0] >= score[i]])
        for i in positive
        if weight[i] > 0
    ]
    share = weight[positive][weight[positive] > 0] / above
    return math.fsum(np.array(precision) * share)


@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=examples(200), deadline=None)
@given(problem=hard_problems())
def test_scores_are_those_of_the_definition(name, problem):
    y_true, y_score, weight = problem
    found = getattr(kml, name)(y_true, y_score, average=None, sample_weight=weight)
    # Divided as a score does not depend on it: 1e305 nine times is no float.
    unit = weight / weight.max()
    for column, value in enumerate(found):
        known = y_true[:, column] >= 0
        if not weight[known].any():
            assert np.isnan(value)
            continue
        expected = exact(name, y_true[:, column], y_score[:, column], unit)
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-290, nan_ok=True)


@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=examples(100), deadline=None)
@given(problem=hard_problems(infinite=False))
def test_scores_equal_scikit_learns_on_finite_scores(name, problem):
    y_true, y_score, weight = problem
    weight = weight / weight.max()
    found = getattr(kml, name)(y_true, y_score, average=None, sample_weight=weight)
    for truth, score, value in zip(y_true.T, y_score.T, found, strict=True):
        chosen = (truth >= 0) & (weight > 0)
        if len(set(truth[chosen])) < 2:
            continue
        column = truth[chosen], score[chosen].astype(np.float64)
        expected = getattr(sk, name)(*column, sample_weight=weight[chosen])
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_lognormal_weights_are_as_in_scikit_learn(rng, name, average):
    y_true = (rng.random((5000, 4)) < [0.02, 0.1, 0.3, 0.6]).astype(int)
    y_score = (rng.random(y_true.shape) + 0.2 * y_true).round(3)
    weight = rng.lognormal(sigma=5, size=len(y_true))
    options = {"average": average, "sample_weight": weight}
    np.testing.assert_allclose(
        getattr(kml, name)(y_true, y_score, **options),
        getattr(sk, name)(y_true, y_score, **options),
        rtol=1e-12,
    )


def test_a_large_weight_at_the_bottom_leaves_the_small_ones_above():
    y_true, y_score = [[1], [0], [1], [0]], [[0.9], [0.8], [0.7], [0.1]]
    weight = [1, 1, 1, 1e17]
    found = kml.average_precision_score(y_true, y_score, sample_weight=weight)
    assert found == pytest.approx((1 + 2 / 3) / 2)


def test_counts_keep_small_weights_beside_large_ones():
    """fp was a difference of 1e17 and 1e17 + 1."""
    counts = kml.confusion_counts(
        [[1], [0], [0], [1], [-1]],
        [[1], [1], [0], [0], [1]],
        sample_weight=[1e17, 1, 2, 3, 4],
    )
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (1e17, 1, 3, 2)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted", "samples"])
@pytest.mark.parametrize("size", [1e-170, 5e-324, 0.1, 1e200, 1.7e308])
def test_weights_of_one_size_count_as_none(rng, name, average, size):
    y_true = (rng.random((60, 3)) < 0.4).astype(int)
    y_score = rng.random((60, 3)) + 0.2 * y_true
    weight = np.full(60, size)
    score = getattr(kml, name)
    np.testing.assert_allclose(
        score(y_true, y_score, average=average, sample_weight=weight),
        score(y_true, y_score, average=average),
        rtol=1e-14,
    )
