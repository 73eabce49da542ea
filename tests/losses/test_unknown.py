"""Unknown entries: whatever is predicted of them, they lose nothing."""

import numpy as np
import pytest
from keras import ops

from tests.losses.cases import (
    CASES,
    assert_unknown_does_not_matter,
    differentiated,
    each_class,
    each_input,
    each_loss,
    is_unknown,
    predictions,
)

pytestmark = pytest.mark.keras


@each_loss
@each_input
def test_what_is_predicted_does_not_matter(batch, name, from_logits):
    """(Compiled, this is tested with the gradients.)"""
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    both = differentiated(CASES[name][0](from_logits=from_logits))
    assert_unknown_does_not_matter(both, y_true, y_pred)


@each_class
def test_a_prediction_of_nan_is_seen_where_the_truth_is_known(name):
    y_true = np.array([[1, 0, -1, 0.5]], "float32")
    loss = CASES[name][0](from_logits=True)
    for label in (0, 1, 3):
        logits = np.zeros((1, 4), "float32")
        logits[0, label] = np.nan
        assert np.isnan(float(loss(y_true, logits))), label


@each_loss
def test_nan_and_anything_below_zero_is_unknown(batch, name):
    y_true, logits = batch
    unknown = is_unknown(y_true)
    other = y_true.copy()
    other[unknown] = np.resize([-1, -2, -1e-6, -np.inf, np.nan], unknown.sum())
    loss = CASES[name][0](from_logits=True, reduction=None)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(loss(other, logits)),
        ops.convert_to_numpy(loss(y_true, logits)),
    )
