"""Expected calibration error against a slow one, and against scikit-learn's bins."""

import numpy as np
import pytest
from hypothesis import given
from sklearn.calibration import calibration_curve

import keras_multilabel as kml
from tests.strategies import problems


def uniform_by_scikit_learn(positive, probability, n_bins):
    """The error from the points of its curve, which has no empty bins."""
    shares, means = calibration_curve(positive, probability, n_bins=n_bins)
    edges = np.linspace(0, 1, n_bins + 1)[1:-1]
    counts = np.bincount(np.searchsorted(edges, probability), minlength=n_bins)
    return np.abs(shares - means) @ counts[counts > 0] / len(positive)


@pytest.mark.parametrize("n_bins", [1, 5, 15])
def test_uniform_bins_are_those_of_scikit_learn(rng, n_bins):
    y_score = rng.random((300, 4)).round(2)
    y_true = (rng.random((300, 4)) < y_score**2).astype(int)
    options = {"strategy": "uniform", "n_bins": n_bins}
    columns = zip(y_true.T, y_score.T, strict=True)
    expected = [uniform_by_scikit_learn(*pair, n_bins) for pair in columns]
    result = kml.calibration_error(y_true, y_score, average=None, **options)
    np.testing.assert_allclose(result, expected, rtol=1e-9)
    pooled = uniform_by_scikit_learn(y_true.ravel(), y_score.ravel(), n_bins)
    result = kml.calibration_error(y_true, y_score, average="micro", **options)
    assert result == pytest.approx(pooled)


def by_quantiles(positive, probability, n_bins):
    """Bins of equal counts, where no two probabilities are equal."""
    order = np.argsort(probability)
    parts = np.array_split(order, n_bins)
    off = [abs((probability[part] - positive[part]).sum()) for part in parts]
    return sum(off) / len(positive)


def test_quantile_bins_hold_as_many_samples(rng):
    y_score = rng.random((300, 3))
    y_true = (rng.random((300, 3)) < y_score**2).astype(int)
    columns = zip(y_true.T, y_score.T, strict=True)
    expected = [by_quantiles(*pair, 15) for pair in columns]
    result = kml.calibration_error(y_true, y_score, average=None)
    np.testing.assert_allclose(result, expected, rtol=1e-9)
    assert kml.calibration_error(y_true, y_score) == pytest.approx(np.mean(expected))
    weighted = kml.calibration_error(y_true, y_score, average="weighted")
    assert weighted == pytest.approx(np.average(expected, weights=y_true.sum(0)))


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
@given(problem=problems())
def test_a_weight_of_two_is_the_sample_twice(strategy, problem):
    y_true, _, y_score, weight = problem
    options = {"average": None, "n_bins": 3, "strategy": strategy}
    result = kml.calibration_error(y_true, y_score, sample_weight=weight, **options)
    rows = np.repeat(np.arange(len(y_true)), weight.astype(int))
    expected = kml.calibration_error(y_true[rows], y_score[rows], **options)
    np.testing.assert_allclose(result, expected, atol=1e-12)


def test_a_pooled_error_hides_labels():
    """One label too high and one too low by as much."""
    y_true = np.repeat([[1, 0], [0, 1]], 50, axis=0)
    y_score = np.tile([0.3, 0.7], (100, 1))
    options = {"n_bins": 1}
    assert kml.calibration_error(y_true, y_score, **options) == pytest.approx(0.2)
    pooled = kml.calibration_error(y_true, y_score, average="micro", **options)
    assert pooled == pytest.approx(0)


def test_a_label_of_which_nothing_is_known_is_left_out():
    y_true, y_score = [[1, -1], [1, np.nan]], [[0.5, 0.5], [0.5, np.nan]]
    result = kml.calibration_error(y_true, y_score, average=None)
    np.testing.assert_array_equal(result, [0.5, np.nan])
    assert kml.calibration_error(y_true, y_score) == 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"average": "samples"}, "has no average='samples'"),
        ({"n_bins": 0}, "n_bins must be a positive integer"),
        ({"n_bins": 2.5}, "n_bins must be a positive integer"),
        ({"strategy": "equal"}, "strategy must be one of"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.calibration_error([[1]], [[0.5]], **options)


def test_logits_are_refused():
    with pytest.raises(ValueError, match="probabilities, from 0 to 1"):
        kml.calibration_error([[1]], [[3.5]])
