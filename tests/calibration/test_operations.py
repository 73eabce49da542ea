"""Calibration in Keras: what NumPy gives.

That Keras alone loads the files is tested with those of models with decisions.
"""

import keras
import numpy as np
import pytest
from scipy.special import logit

import keras_multilabel as kml
from tests.layers.decisions import make_model, to_numpy

pytestmark = pytest.mark.keras
METHODS = ["platt", "temperature", "beta"]
each_method = pytest.mark.parametrize("method", METHODS)


@pytest.fixture
def data(rng):
    y_score = rng.random((300, 4)).astype("float32")
    y_score[:2] = [[0, 1, 1e-30, 1 - 6e-8]] * 2
    return (rng.random((300, 4)) < y_score**2).astype("int8"), y_score


@each_method
def test_the_layer_gives_what_the_calibrator_gives(data, method):
    y_true, y_score = data
    calibrator = kml.LabelCalibrator(method).fit(y_score, y_true)
    found = np.asarray(keras.ops.convert_to_numpy(calibrator.to_layer()(y_score)))
    expected = calibrator.predict_proba(y_score)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-7)


@each_method
def test_logits(data, method):
    y_true, y_score = data
    logits = logit(y_score[2:]).astype("float32")
    calibrator = kml.LabelCalibrator(method, from_logits=True).fit(logits, y_true[2:])
    found = np.asarray(keras.ops.convert_to_numpy(calibrator.to_layer()(logits)))
    expected = calibrator.predict_proba(logits)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("from_logits", [False, True])
@each_method
def test_a_model_with_decisions_calibrates_first(rng, data, method, from_logits):
    x = rng.normal(size=(300, 6)).astype("float32")
    model = make_model(None if from_logits else "sigmoid")
    y_score = keras.ops.convert_to_numpy(model(x))
    calibrator = kml.LabelCalibrator(method, from_logits=from_logits)
    calibrated = calibrator.fit(y_score, data[0]).predict_proba(y_score)
    tuned = kml.tune_thresholds(data[0], calibrated)
    served = kml.with_decisions(model, tuned, calibrator=calibrator)
    result = to_numpy(served(x))
    np.testing.assert_allclose(result["scores"], calibrated, rtol=2e-5, atol=1e-7)
    decisions = kml.apply_thresholds(result["scores"], tuned)
    np.testing.assert_array_equal(result["decisions"], decisions)


def test_half_precision_does_not_round_the_scores(rng, data):
    x = rng.normal(size=(300, 6)).astype("float32")
    model = make_model()
    calibrator = kml.LabelCalibrator().fit(model(x), data[0])
    expected = kml.with_decisions(model, np.full(4, 0.3), calibrator=calibrator)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        served = kml.with_decisions(model, np.full(4, 0.3), calibrator=calibrator)
        found = to_numpy(served(x))["scores"]
    finally:
        keras.config.set_dtype_policy(before)
    assert found.dtype == np.float32
    expected = to_numpy(expected(x))["scores"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_bad_calibrators():
    model = make_model()
    calibrator = kml.LabelCalibrator()
    with pytest.raises(ValueError, match="not fitted"):
        kml.with_decisions(model, np.full(4, 0.5), calibrator=calibrator)
    calibrator.fit([[0.5], [0.1]], [[1], [0]])
    with pytest.raises(ValueError, match="the 4 labels of the thresholds"):
        kml.with_decisions(model, np.full(4, 0.5), calibrator=calibrator)
    calibrator.fit(np.full((2, 4), 0.5), np.eye(2, 4))
    with pytest.raises(ValueError, match="fitted to probabilities"):
        kml.with_decisions(
            model, np.full(4, 0.5), calibrator=calibrator, from_logits=True
        )


@each_method
def test_onnx_has_the_operations(data, method):
    """tf2onnx knows no Log1p."""
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("a graph of TensorFlow")
    layer = kml.LabelCalibrator(method).fit(data[1], data[0]).to_layer()
    spec = tf.TensorSpec((None, 4), tf.float32)
    graph = tf.function(layer).get_concrete_function(spec).graph
    used = {operation.type for operation in graph.get_operations()}
    assert {"Log", "Sigmoid"} <= used
    assert "Log1p" not in used
