"""ZLPRLoss: of one label it is the binary crossentropy; values by hand."""

import keras
import pytest

import keras_multilabel as kml
from tests.losses.cases import WRONG_BY_FAR

pytestmark = pytest.mark.keras


def test_of_one_label_it_is_the_binary_crossentropy_of_keras(rng):
    y_true = rng.integers(0, 2, (30, 1)).astype("float32")
    logits = rng.normal(0, 2, (30, 1)).astype("float32")
    keras_own = keras.losses.BinaryCrossentropy(from_logits=True)
    ours = kml.ZLPRLoss(from_logits=True)
    assert float(ours(y_true, logits)) == pytest.approx(
        float(keras_own(y_true, logits)), rel=1e-5
    )


def test_wrong_by_far():
    """A value that is known without computing it."""
    loss = kml.ZLPRLoss(from_logits=True)
    assert float(loss(*WRONG_BY_FAR)) == pytest.approx(2e4)
