"""Unknown entries: whatever is predicted of them, they lose nothing."""

import numpy as np
import pytest
from keras import ops

from tests.losses.cases import (
    CASES,
    each_class,
    each_input,
    each_loss,
    is_unknown,
    predictions,
    value_and_gradient,
)

pytestmark = pytest.mark.keras


def assert_does_not_matter(batch, name, from_logits, compiled, predicted):
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    other = np.where(is_unknown(y_true), np.float32(predicted), y_pred)
    loss = CASES[name][0](from_logits=from_logits)
    expected, expected_gradients = value_and_gradient(loss, y_true, y_pred, compiled)
    value, gradients = value_and_gradient(loss, y_true, other, compiled)
    assert value == expected
    np.testing.assert_array_equal(gradients, expected_gradients)
    assert (gradients[is_unknown(y_true)] == 0).all()


@each_loss
@each_input
@pytest.mark.parametrize("predicted", [0.9, np.nan, np.inf, -np.inf])
def test_what_is_predicted_does_not_matter(batch, name, from_logits, predicted):
    assert_does_not_matter(batch, name, from_logits, False, predicted)


@each_class
@each_input
def test_what_is_predicted_does_not_matter_compiled(batch, name, from_logits):
    assert_does_not_matter(batch, name, from_logits, True, np.nan)


@each_class
def test_a_prediction_of_nan_is_seen_where_the_truth_is_known(name):
    y_true = np.array([[1, 0, -1, 0.5]], "float32")
    loss = CASES[name][0](from_logits=True)
    for label in (0, 1, 3):
        logits = np.zeros((1, 4), "float32")
        logits[0, label] = np.nan
        assert np.isnan(float(loss(y_true, logits))), label


@each_loss
@pytest.mark.parametrize("code", [-1, -2, -1e-6, -np.inf, np.nan])
def test_nan_and_anything_below_zero_is_unknown(batch, name, code):
    y_true, logits = batch
    other = np.where(is_unknown(y_true), np.float32(code), y_true)
    loss = CASES[name][0](from_logits=True, reduction=None)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(loss(other, logits)),
        ops.convert_to_numpy(loss(y_true, logits)),
    )
