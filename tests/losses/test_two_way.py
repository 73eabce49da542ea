"""TwoWayLoss: samples and labels without one of the sides; bad options."""

import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.losses.cases import (
    CASES,
    WRONG_BY_FAR,
    assert_gradients,
    expected_losses,
    value_and_gradient,
)

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("name", ["two-way", "two-way-options"])
def test_labels_without_positives_are_not_in_the_mean(batch, name):
    """Nor do labels without negatives lose; they count, as in the authors' code."""
    y_true, logits = batch
    y_true[:, 0] = np.minimum(y_true[:, 0], 0)
    y_true[:, 1] = np.maximum(np.abs(y_true[:, 1]), 1)
    losses = CASES[name][0](from_logits=True, reduction=None)(y_true, logits)
    expected = expected_losses(name, y_true, logits, True)
    np.testing.assert_allclose(ops.convert_to_numpy(losses), expected, rtol=2e-5)
    assert_gradients((y_true, logits), name, from_logits=True, compiled=False)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_it_loses_neither_without_positives_nor_without_negatives(value):
    y_true = np.full((3, 4), value, "float32")
    loss = kml.TwoWayLoss(from_logits=True)
    result, gradients = value_and_gradient(loss, y_true, np.eye(3, 4, dtype="float32"))
    assert result == 0
    assert not gradients.any()


def test_wrong_by_far():
    """A value that is known without computing it: the columns have one side only."""
    loss = kml.TwoWayLoss(from_logits=True)
    assert float(loss(*WRONG_BY_FAR)) == pytest.approx(2e4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positive_temperature": 0}, "positive_temp.* > 0; got 0"),
        ({"negative_temperature": -1.0}, "negative_temp.* > 0; got -1"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.TwoWayLoss(**options)
