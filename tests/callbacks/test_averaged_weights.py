"""Optimizers that average weights: the pass sees what Keras evaluates."""

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.fits import fit, make_data, make_model, scores_of

pytestmark = pytest.mark.keras


def averaging_model():
    model = make_model()
    optimizer = keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer, "binary_crossentropy")
    return model


def swapped(where, metrics):
    """The list of callbacks, with one that swaps."""
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch="epoch" in where)
    return [swap, metrics] if "before" in where else [metrics, swap]


@pytest.fixture(scope="module")
def by_keras():
    """The history, and the weights at the end, where Keras validates."""
    model, swap = averaging_model(), keras.callbacks.SwapEMAWeights()
    history = fit([swap], model, epochs=3, validation_data=make_data())
    return history, model.get_weights()


@pytest.mark.parametrize("where", ["before", "after", "epoch before", "epoch after"])
def test_the_pass_sees_the_weights_that_keras_evaluates(data, by_keras, where):
    model = averaging_model()
    metrics = kml.MultiLabelMetrics(data, batch_size=32)
    ours, (expected, weights) = [], by_keras

    class Take(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            ours.append(logs["val_loss"])

    history = fit([*swapped(where, metrics), Take()], model, epochs=3)
    np.testing.assert_allclose(ours, expected["val_loss"], rtol=1e-4)
    # (On torch both lose the weights before averaging: Keras's swap shares memory.)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)
    # The model that fit hands back is the one that was validated last.
    for one, two in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)
    scores = scores_of(model, data[0])
    np.testing.assert_allclose(metrics.y_score, scores, rtol=1e-4, atol=1e-6)


def test_averages_that_nobody_swaps_in_are_named(data):
    with pytest.warns(UserWarning, match="averages weights.*SwapEMAWeights"):
        fit([kml.MultiLabelMetrics(data)], averaging_model(), epochs=1)


@pytest.mark.skipif(
    keras.backend.backend() == "jax",
    reason="Keras 3.15 cannot fit a second time with use_ema: it donates buffers twice",
)
def test_a_swap_of_another_fit_is_left_alone(data):
    """It may still be around, with the same model."""
    model = averaging_model()
    stale = keras.callbacks.SwapEMAWeights()
    fit([stale], model, epochs=1)
    with pytest.warns(UserWarning, match="averages weights"):
        fit([kml.MultiLabelMetrics(data)], model, epochs=1)
