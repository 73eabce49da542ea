"""Brier score and log loss against scikit-learn, and with unknown entries."""

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics as sk

import keras_multilabel as kml
from tests.strategies import problems

OURS = {"brier": kml.brier_score, "log_loss": kml.log_loss}
THEIRS = {
    "brier": sk.brier_score_loss,
    "log_loss": lambda y, p, **options: sk.log_loss(y, p, labels=[0, 1], **options),
}
each_score = pytest.mark.parametrize("name", OURS)


@pytest.fixture
def data(rng):
    y_score = rng.random((200, 5)).astype(np.float32)
    return (rng.random((200, 5)) < 0.4).astype(np.int8), y_score, rng.random(200)


@each_score
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_label_is_scored_as_scikit_learn_does(data, name, dtype, weighted):
    y_true, y_score, weight = data
    y_score = y_score.astype(dtype)
    options = {"sample_weight": weight} if weighted else {}
    expected = [THEIRS[name](*pair, **options) for pair in zip(y_true.T, y_score.T)]  # noqa: B905
    result = OURS[name](y_true, y_score, average=None, **options)
    np.testing.assert_allclose(result, expected, rtol=1e-5)
    macro = OURS[name](y_true, y_score, **options)
    assert macro == pytest.approx(np.mean(expected), rel=1e-5)
    support = (y_true * (weight[:, None] if weighted else 1)).sum(0)
    mean = np.average(expected, weights=support)
    result = OURS[name](y_true, y_score, average="weighted", **options)
    assert result == pytest.approx(mean, rel=1e-5)


@each_score
def test_micro_and_samples_without_weights_are_the_mean_entry(data, name):
    y_true, y_score, weight = data
    expected = THEIRS[name](y_true.ravel(), y_score.ravel())
    for average in ("micro", "samples"):
        result = OURS[name](y_true, y_score, average=average)
        assert result == pytest.approx(expected, rel=1e-5)
    rows = [THEIRS[name](*pair) for pair in zip(y_true, y_score)]  # noqa: B905
    result = OURS[name](y_true, y_score, average="samples", sample_weight=weight)
    assert result == pytest.approx(np.average(rows, weights=weight), rel=1e-5)


@each_score
@given(problem=problems())
def test_unknown_entries_and_weights_are_as_rows_left_out_or_repeated(name, problem):
    y_true, _, y_score, weight = problem
    result = OURS[name](y_true, y_score, average=None, sample_weight=weight)
    for label, value in enumerate(result):
        rows = np.repeat(np.arange(len(y_true)), weight.astype(int))
        rows = rows[y_true[rows, label] >= 0]
        if len(rows) == 0:
            assert np.isnan(value)
            continue
        pair = y_true[rows, label], y_score[rows, label].astype(float)
        assert value == pytest.approx(THEIRS[name](*pair), rel=1e-9, abs=1e-12)


@each_score
def test_a_perfect_score_is_zero(name):
    y_true = np.array([[1, 0], [0, 1]])
    assert OURS[name](y_true, y_true.astype(float)) == pytest.approx(0, abs=1e-15)


def test_a_wrong_certainty_is_finite():
    assert kml.log_loss([[1]], np.float32([[0]])) == pytest.approx(15.94, abs=0.01)


@each_score
@pytest.mark.parametrize(
    ("y_true", "y_score", "message"),
    [
        ([[1, 0]], [[2.0, 0.5]], "y_score must be probabilities, from 0 to 1"),
        ([[1, 0]], [[np.nan, 0.5]], "must not hold NaN"),
        ([[1, 0]], [[0.5]], "must have y_true's shape"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "at least one sample"),
    ],
)
def test_bad_input(name, y_true, y_score, message):
    with pytest.raises(ValueError, match=message):
        OURS[name](y_true, y_score)


@each_score
def test_what_stands_where_truth_is_unknown_is_not_looked_at(name):
    y_true = [[1, -1], [0, 1]]
    one = OURS[name](y_true, [[0.7, 0.1], [0.2, 0.9]], average=None)
    other = OURS[name](y_true, [[0.7, np.nan], [0.2, 0.9]], average=None)
    np.testing.assert_array_equal(one, other)
