"""`LabelCalibrator` against scikit-learn and scipy, and its laws."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

import keras_multilabel as kml
from tests.strategies import problems

METHODS = ["platt", "temperature", "beta"]
each_method = pytest.mark.parametrize("method", METHODS)


@pytest.fixture
def data(rng):
    """Scores that are too bold, and too low for the second label."""
    logits = rng.normal(-1, 2, (400, 3))
    probability = expit(logits * [0.5, 1, 0.8] + [0, 1, -0.5])
    y_true = (rng.random(logits.shape) < probability).astype(np.int8)
    return y_true, expit(logits)


def terms(method, y_score):
    if method == "beta":
        return np.stack([np.log(y_score), -np.log1p(-y_score)])
    return logit(y_score)[None]


def by_scipy(method, y_true, y_score, strength):
    """Coefficients of one label: slopes, then the intercept."""
    x = terms(method, y_score)
    prior = np.append(np.ones(len(x)), 0)

    def penalized(theta):
        margin = theta[:-1] @ x + theta[-1]
        losses = np.logaddexp(0, np.where(y_true == 1, -margin, margin))
        return losses.sum() + strength / 2 * ((theta - prior) ** 2).sum()

    return minimize(penalized, prior, tol=1e-12).x


@pytest.mark.parametrize("method", ["platt", "beta"])
@pytest.mark.parametrize("strength", [0.5, 5, 100])
def test_it_minimizes_the_penalized_log_loss(data, method, strength):
    y_true, y_score = data
    calibrator = kml.LabelCalibrator(method, strength).fit(y_score, y_true)
    for label in range(3):
        expected = by_scipy(method, y_true[:, label], y_score[:, label], strength)
        found = [*calibrator.coef_[:, label], calibrator.intercept_[label]]
        np.testing.assert_allclose(found, expected, atol=2e-4)


def test_without_a_penalty_it_is_logistic_regression(data):
    y_true, y_score = data
    calibrator = kml.LabelCalibrator(strength=0).fit(y_score, y_true)
    for label in range(3):
        x = logit(y_score[:, [label]])
        model = LogisticRegression(C=np.inf, tol=1e-10).fit(x, y_true[:, label])
        assert calibrator.coef_[0, label] == pytest.approx(model.coef_[0, 0], rel=1e-4)
        expected = model.predict_proba(x)[:, 1]
        found = calibrator.predict_proba(y_score)[:, label]
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_one_temperature_for_all_labels(data):
    y_true, y_score = data
    calibrator = kml.LabelCalibrator("temperature", strength=0).fit(y_score, y_true)
    assert len(set(calibrator.coef_.ravel())) == 1
    assert not calibrator.intercept_.any()

    def loss(slope):
        return kml.log_loss(y_true, expit(slope * logit(y_score)), average="micro")

    best = minimize(loss, 1.0, tol=1e-10).x[0]
    assert calibrator.coef_[0, 0] == pytest.approx(best, abs=1e-3)


@each_method
def test_the_loss_of_the_data_falls_and_the_order_stays(data, method):
    y_true, y_score = data
    calibrated = kml.LabelCalibrator(method).fit(y_score, y_true).predict_proba(y_score)
    assert calibrated.min() >= 0
    assert calibrated.max() <= 1
    assert kml.log_loss(y_true, calibrated) < kml.log_loss(y_true, y_score)
    for label in range(3):
        order = np.argsort(y_score[:, label], kind="stable")
        assert (np.diff(calibrated[order, label]) >= 0).all()
    before = kml.roc_auc_score(y_true, y_score, average=None)
    np.testing.assert_array_equal(
        kml.roc_auc_score(y_true, calibrated, average=None), before
    )


@each_method
def test_logits_give_what_their_probabilities_give(data, method):
    y_true, y_score = data
    expected = kml.LabelCalibrator(method).fit(y_score, y_true)
    logits = logit(y_score)
    found = kml.LabelCalibrator(method, from_logits=True).fit(logits, y_true)
    np.testing.assert_allclose(found.coef_, expected.coef_, rtol=1e-6)
    np.testing.assert_allclose(
        found.predict_proba(logits), expected.predict_proba(y_score), rtol=1e-6
    )


@each_method
@given(problem=problems())
def test_weights_and_unknown_entries_are_as_rows_repeated_or_left_out(method, problem):
    y_true, _, y_score, weight = problem
    found = kml.LabelCalibrator(method).fit(y_score, y_true, weight)
    rows = np.repeat(np.arange(len(y_true)), weight.astype(int))
    expected = kml.LabelCalibrator(method).fit(y_score[rows], y_true[rows])
    np.testing.assert_allclose(found.coef_, expected.coef_, atol=1e-6)
    np.testing.assert_allclose(found.intercept_, expected.intercept_, atol=1e-6)
    spoiled = np.where(y_true == -1, np.nan, y_score)
    again = kml.LabelCalibrator(method).fit(spoiled, y_true, weight)
    np.testing.assert_array_equal(again.coef_, found.coef_)
    assert np.isfinite(found.predict_proba(y_score)).all()


@each_method
def test_a_label_of_which_nothing_is_known_keeps_its_scores(method):
    y_score = np.array([[0.2, 0.3], [0.4, 0.9]])
    calibrator = kml.LabelCalibrator(method).fit(y_score, [[-1, np.nan]] * 2)
    np.testing.assert_allclose(calibrator.predict_proba(y_score), y_score)


def test_rare_labels_are_hardly_changed(rng):
    y_score = rng.random((500, 2)) * 0.2
    y_true = np.zeros((500, 2), int)
    y_true[:2, 0] = 1  # two positives
    y_true[:, 1] = rng.random(500) < 3 * y_score[:, 1]
    weak, strong = (
        kml.LabelCalibrator(strength=strength).fit(y_score, y_true)
        for strength in (0.01, 500)
    )
    for calibrator in (weak, strong):
        assert np.isfinite(calibrator.coef_).all()
    assert abs(strong.coef_[0, 0] - 1) < abs(weak.coef_[0, 0] - 1)


@each_method
def test_a_label_that_is_ranked_the_wrong_way_round_keeps_its_order(rng, method):
    y_score = rng.random((300, 1))
    y_true = rng.random((300, 1)) > y_score
    calibrator = kml.LabelCalibrator(method).fit(y_score, y_true)
    assert (calibrator.coef_ > 0).all()
    found = calibrator.predict_proba(np.array([[0.1], [0.5], [0.9]]))[:, 0]
    assert (np.diff(found) > 0).all()


@each_method
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_saturated_scores(method, dtype):
    y_score = np.array([[0.0], [1.0], [1.0], [0.0]], dtype)
    calibrator = kml.LabelCalibrator(method).fit(y_score, [[0], [1], [0], [1]])
    found = calibrator.predict_proba(y_score)
    assert np.isfinite(found).all()
    assert 0 < found.min() < found.max() < 1


@each_method
def test_separable_labels_without_a_penalty_end(method):
    y_score = np.array([[0.1], [0.2], [0.8], [0.9]])
    calibrator = kml.LabelCalibrator(method, 0).fit(y_score, [[0], [0], [1], [1]])
    assert np.isfinite(calibrator.predict_proba(y_score)).all()
    only = kml.LabelCalibrator(method, 0).fit(y_score, [[1]] * 4)
    assert np.isfinite(only.predict_proba(y_score)).all()


def test_it_is_an_estimator(data):
    y_true, y_score = data
    calibrator = clone(kml.LabelCalibrator("beta", strength=2))
    assert calibrator.get_params() == {
        "method": "beta",
        "strength": 2,
        "from_logits": False,
    }
    fitted = calibrator.fit(y_score, y_true)
    assert fitted is calibrator
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(
        again.predict_proba(y_score), fitted.predict_proba(y_score)
    )


@pytest.mark.parametrize(
    ("options", "y_score", "message"),
    [
        ({"method": "isotonic"}, [[0.5]], "method must be one of"),
        ({"strength": -1}, [[0.5]], "strength must be a number, not below 0"),
        ({"strength": np.nan}, [[0.5]], "strength must be a number"),
        ({}, [[2.5]], "X must be probabilities.*from_logits=True"),
        ({}, [[0.5, 0.5]], "shape"),
    ],
)
def test_bad_input(options, y_score, message):
    with pytest.raises(ValueError, match=message):
        kml.LabelCalibrator(**options).fit(y_score, [[1]])


def test_what_it_was_not_fitted_to():
    with pytest.raises(NotFittedError):
        kml.LabelCalibrator().predict_proba([[0.5]])
    calibrator = kml.LabelCalibrator().fit([[0.5], [0.2]], [[1], [0]])
    with pytest.raises(ValueError, match="must have 1 columns"):
        calibrator.predict_proba([[0.5, 0.5]])
    with pytest.raises(ValueError, match="X must be probabilities"):
        calibrator.predict_proba([[5.0]])
