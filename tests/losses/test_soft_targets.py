"""Targets between 0 and 1: MixUp, CutMix, label smoothing, votes."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.fits import fit, ready
from tests.losses.cases import (
    CASES,
    each_class,
    each_input,
    each_loss,
    expected_losses,
    predictions,
    value_and_gradient,
)

pytestmark = pytest.mark.keras


@each_loss
@each_input
def test_soft_targets_are_learned_from(rng, name, from_logits):
    """They once counted as unknown: a loss of 0 for all that MixUp made."""
    y_true = rng.uniform(0.1, 0.9, (8, 4)).astype("float32")
    y_pred = predictions(rng.normal(size=(8, 4)), name, from_logits)
    y_pred = y_pred.astype("float32")
    loss = CASES[name][0](from_logits=from_logits)
    value, gradients = value_and_gradient(loss, y_true, y_pred)
    expected = expected_losses(name, y_true, y_pred, from_logits).mean()
    assert value == pytest.approx(expected, rel=1e-5)
    assert value > 0
    assert (gradients != 0).all()


@each_loss
@each_input
@pytest.mark.parametrize("near_zero", [1e-40, 1e-14])
def test_losses_are_continuous_in_the_targets(batch, name, from_logits, near_zero):
    """Also where a sample or a label loses its last positive, or negative."""
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    hard = np.where(y_true > 0, np.round(y_true), y_true)
    just_above = np.where(hard == 0, np.float32(near_zero), hard)
    just_below = np.where(hard == 1, np.float32(1 - 2**-24), hard)
    loss = CASES[name][0](from_logits=from_logits, reduction=None)
    for targets in (just_above, just_below):
        np.testing.assert_allclose(
            ops.convert_to_numpy(loss(targets, y_pred)),
            ops.convert_to_numpy(loss(hard, y_pred)),
            rtol=1e-4,
            atol=1e-4,
        )


@each_loss
def test_targets_above_one_count_as_one(batch, name):
    y_true, logits = batch
    above = np.where(y_true == 1, [1 + 1e-6, 2, 100, np.inf], y_true)
    loss = CASES[name][0](from_logits=True)
    assert float(loss(above.astype("float32"), logits)) == float(loss(y_true, logits))


@pytest.mark.parametrize("name", ["asymmetric-no-clip", "asymmetric", "balanced"])
def test_infinite_logits_of_the_right_side_lose_nothing(name):
    """As float16 makes of large ones: 0 times the loss of the other side is no NaN."""
    y_true = np.array([[1, 0, 1, 0]], "float32")
    logits = np.array([[np.inf, -np.inf, np.inf, -np.inf]], "float32")
    loss = CASES[name][0](from_logits=True)
    value, gradients = value_and_gradient(loss, y_true, logits)
    assert value == 0
    assert not gradients.any()


# Beside Keras ----------------------------------------------------------------------


@each_input
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_binary_crossentropy_is_that_of_keras(rng, from_logits, smoothing):
    y_true = rng.random((30, 4)).astype("float32")
    y_pred = predictions(rng.normal(0, 3, (30, 4)), "bce", from_logits)
    y_pred = y_pred.astype("float32")
    options = {"label_smoothing": smoothing, "from_logits": from_logits}
    ours = kml.WeightedBinaryCrossentropy(**options)
    keras_own = keras.losses.BinaryCrossentropy(**options)
    value, gradients = value_and_gradient(ours, y_true, y_pred)
    expected, expected_gradients = value_and_gradient(keras_own, y_true, y_pred)
    assert value == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(gradients, expected_gradients, rtol=1e-5, atol=1e-8)


def test_softmax_is_that_of_keras_for_targets_that_sum_to_one(rng):
    y_true = rng.dirichlet(np.ones(5), 9).astype("float32")
    logits = rng.normal(size=(9, 5)).astype("float32")
    keras_own = keras.losses.CategoricalCrossentropy(from_logits=True)
    ours = kml.MultiLabelSoftmaxCrossentropy(from_logits=True)
    assert float(ours(y_true, logits)) == pytest.approx(
        float(keras_own(y_true, logits)), rel=1e-5
    )


def test_class_weights_are_interpolated():
    loss = kml.WeightedBinaryCrossentropy([[1.0, 3.0]], from_logits=True)
    value = float(loss(np.array([[0.25]]), np.array([[0.0]])))
    assert value == pytest.approx(1.5 * np.log(2))


@pytest.mark.parametrize("gamma", [0, 2])
def test_focal_losses_are_linear_in_the_target(rng, gamma):
    """y times the loss of a positive, and 1 - y times that of a negative."""
    loss = kml.AsymmetricLoss(gamma, gamma, 0.05, from_logits=True)
    logits = rng.normal(size=(5, 4)).astype("float32")
    at_zero, soft, at_one = (
        float(loss(np.full((5, 4), y, "float32"), logits)) for y in (0, 0.25, 1)
    )
    assert soft == pytest.approx(0.75 * at_zero + 0.25 * at_one, rel=1e-5)


def test_zlpr_is_least_where_its_docstring_says():
    """Where exp(2 s) = y / (1 - y), so that y above 0.5 is a positive logit."""
    y_true = np.array([[0.2, 0.5, 0.9, 1e-3]], "float32")
    best = (np.log(y_true / (1 - y_true)) / 2).astype("float32")
    _, gradients = value_and_gradient(kml.ZLPRLoss(from_logits=True), y_true, best)
    np.testing.assert_allclose(gradients, 0, atol=1e-6)


# In fit ---------------------------------------------------------------------------


@each_class
def test_fit_with_mixup(rng, name):
    x = rng.normal(size=(64, 6)).astype("float32")
    y = (x[:, :4] > 0.5).astype("float32")
    share = rng.beta(0.5, 0.5, (64, 1)).astype("float32")
    x, y = (share * a + (1 - share) * a[::-1] for a in (x, y))
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.compile(keras.optimizers.SGD(0.1), CASES[name][0](from_logits=True))
    history = fit([], model, epochs=3, train=ready(x, y))["loss"]
    assert history[-1] < history[0]


def test_weight_of_a_side_is_as_it_was_for_hard_targets():
    """To the bit, also where the weights are far apart."""
    weight = np.array([[1e6, 0.1], [0.1, 1e6]])
    loss = kml.WeightedBinaryCrossentropy(weight, from_logits=True, reduction=None)
    y_true = np.array([[1, 0], [0, 1]], "float32")
    losses = ops.convert_to_numpy(loss(y_true, np.zeros((2, 2), "float32")))
    np.testing.assert_allclose(losses, np.log(2) * np.array([0.1, 1e6]), rtol=1e-6)
