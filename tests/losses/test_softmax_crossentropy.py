"""MultiLabelSoftmaxCrossentropy: of one positive it is that of Keras."""

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.losses.cases import WRONG_BY_FAR, value_and_gradient

pytestmark = pytest.mark.keras


def test_with_one_label_it_is_that_of_keras(rng):
    y_true = np.eye(5, dtype="float32")
    logits = rng.normal(size=(5, 5)).astype("float32")
    keras_own = keras.losses.CategoricalCrossentropy(from_logits=True)
    ours = kml.MultiLabelSoftmaxCrossentropy(from_logits=True)
    assert float(ours(y_true, logits)) == pytest.approx(
        float(keras_own(y_true, logits)), rel=1e-5
    )


def test_wrong_by_far():
    """A value that is known without computing it."""
    loss = kml.MultiLabelSoftmaxCrossentropy(from_logits=True)
    assert float(loss(*WRONG_BY_FAR)) == pytest.approx(2e4)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_negatives_it_loses_but_not_without_positives(value):
    y_true = np.full((3, 4), value, "float32")
    loss = kml.MultiLabelSoftmaxCrossentropy(from_logits=True)
    result, gradients = value_and_gradient(loss, y_true, np.eye(3, 4, dtype="float32"))
    assert (result > 0) == (value == 1)
    assert gradients.any() == (value == 1)
