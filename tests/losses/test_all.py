"""All losses against naive NumPy in float64, on every backend; in fit; bad input."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

import keras_multilabel as kml
from tests.fits import fit, ready
from tests.losses.cases import (
    CASES,
    CLASSES,
    assert_gradients,
    each_class,
    each_input,
    each_loss,
    expected_losses,
    is_unknown,
    predictions,
    value_and_gradient,
)
from tests.strategies import examples

pytestmark = pytest.mark.keras


# Values and gradients -------------------------------------------------------------


@each_loss
@each_input
def test_the_losses_of_samples_are_those_of_the_formula(batch, name, from_logits):
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    loss = CASES[name][0](from_logits=from_logits, reduction=None)
    losses = ops.convert_to_numpy(loss(y_true, y_pred))
    expected = expected_losses(name, y_true, y_pred, from_logits)
    assert losses.shape == (12,)
    np.testing.assert_allclose(losses, expected, rtol=2e-5, atol=1e-6)


@each_loss
@each_input
def test_gradients_are_those_of_the_formula(batch, name, from_logits):
    """TRAPS 16: and unknown entries have none."""
    assert_gradients(batch, name, from_logits, compiled=False)


@each_class
@each_input
def test_compiled_gradients_are_those_of_the_formula(batch, name, from_logits):
    """And what is predicted for unknown entries does not matter either."""
    assert_gradients(batch, name, from_logits, compiled=True)


@each_loss
def test_a_batch_of_which_nothing_is_known(name):
    y_true = np.tile(np.array([-1, -1e-6, -np.inf, np.nan], "float32"), (12, 1))
    y_pred = np.full((12, 4), 0.3, "float32")
    result, gradients = value_and_gradient(CASES[name][0](), y_true, y_pred)
    assert result == 0
    assert (gradients == 0).all()


# Numbers at their limits ----------------------------------------------------------


# From where exp overflows or underflows, and from where sigmoid is 0 or 1.
EXTREMES = [-1e4, -120, -95, -17, 0, 17, 95, 120, 1e4]


def all_pairs(values):
    """Rows of two labels, with each pair of values and each pair of sides."""
    kinds = (1, 0, -1, 0.3)
    sides = np.array([[a, b] for a in kinds for b in kinds], "float32")
    pairs = np.array([[a, b] for a in values for b in values], "float32")
    y_true = np.repeat(sides, len(pairs), 0)
    y_pred = np.tile(pairs, (len(sides), 1))
    # The cases have four labels.
    return np.hstack([y_true, y_true]), np.hstack([y_pred, y_pred])


def assert_finite(name, compiled):
    y_true, logits = all_pairs(EXTREMES)
    loss = CASES[name][0](from_logits=True)
    value, gradients = value_and_gradient(loss, y_true, logits, compiled)
    assert 0 < value < 1e5
    assert np.isfinite(gradients).all()
    assert gradients.any()


@each_loss
def test_extreme_logits(name):
    assert_finite(name, compiled=False)


@each_class
def test_extreme_logits_compiled(name):
    assert_finite(name, compiled=True)


@each_loss
def test_extreme_logits_each_row_by_itself(name):
    """The mean of the batch could hide what a row does."""
    y_true, logits = all_pairs(EXTREMES)
    losses = CASES[name][0](from_logits=True, reduction=None)(y_true, logits)
    losses = ops.convert_to_numpy(losses)
    assert np.isfinite(losses).all()
    assert (losses >= 0).all()


@each_loss
def test_probabilities_of_zero_and_one(name):
    y_true, y_pred = all_pairs([0, 1e-30, 1e-8, 1e-3, 0.5, 0.9, 0.999, 1 - 1e-7, 1])
    value, gradients = value_and_gradient(CASES[name][0](), y_true, y_pred)
    assert 0 < value < 100
    assert np.isfinite(gradients).all()


@each_class
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize(("of_loss", "tolerance"), [(None, 1e-5), ("same", 1e-2)])
def test_half_precision(batch, name, dtype, of_loss, tolerance):
    """Of what the model says, and of the loss itself, which then is rounded."""
    y_true, logits = batch
    logits[6:9] = [[30, -30, 30, -30], [-30, 30, -30, 30], [0, 0, 0, 0]]
    y_pred = ops.cast(predictions(logits, name, False), dtype)
    exact = CASES[name][0]()(y_true, ops.cast(y_pred, "float32"))
    loss = CASES[name][0](dtype=of_loss and dtype)
    value, gradients = value_and_gradient(loss, y_true, y_pred)
    assert value == pytest.approx(float(exact), rel=tolerance)
    assert np.isfinite(gradients).all()


@each_class
@pytest.mark.parametrize("policy", ["mixed_float16"], indirect=True)
def test_fit_in_mixed_precision(batch, name, policy):
    y_true, logits = batch
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, "sigmoid")])
    model.compile(keras.optimizers.SGD(0.1), CASES[name][0]())
    history = fit([], model, train=ready(logits, y_true))["loss"]
    assert np.isfinite(history).all()
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


TARGETS = arrays(
    np.float32,
    (12, 4),
    elements=st.sampled_from([-1, 0, 1, np.nan, 1e-40, 0.3, 1 - 2**-24]),
)
LOGITS = arrays(np.float32, (12, 4), elements=st.floats(-1e4, 1e4, width=32))


@given(TARGETS, LOGITS)
@settings(max_examples=examples(10), deadline=None)
def test_finite_and_not_negative_for_any_targets_and_logits(y_true, logits):
    for name in CLASSES:
        loss = CASES[name][0](from_logits=True)
        value, gradients = value_and_gradient(loss, y_true, logits)
        assert np.isfinite(value)
        assert value >= 0
        assert np.isfinite(gradients).all()
        assert (gradients[is_unknown(y_true)] == 0).all()


# In a model -----------------------------------------------------------------------


@pytest.fixture
def data(rng):
    x = rng.normal(size=(64, 6)).astype("float32")
    y = (x[:, :4] > 0.5).astype("float32")
    y[rng.random(y.shape) < 0.1] = -1
    return x, y


@each_class
def test_fit_save_and_load(tmp_path, data, name):
    """(`test_positions` fits models that XLA compiles.)"""
    x, y = data
    loss = CASES[name][0](from_logits=True)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.compile(keras.optimizers.SGD(0.1), loss)
    history = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.loss) is type(loss)
    assert loaded.loss.get_config() == loss.get_config()
    value = loaded.evaluate(x, y, batch_size=64, verbose=0)
    y_pred = ops.convert_to_numpy(model(x))
    assert value == pytest.approx(expected_losses(name, y, y_pred, True).mean(), 1e-5)


@each_class
def test_the_configuration_makes_the_same_loss_again(name):
    loss = CASES[name][0](
        from_logits=True, reduction="sum", name="other", dtype="float16"
    )
    config = json.loads(json.dumps(loss.get_config()))
    again = type(loss).from_config(config)
    assert again.get_config() == config == loss.get_config()
    assert (again.dtype, again.reduction, again.name) == ("float16", "sum", "other")
    serialized = keras.saving.serialize_keras_object(loss)
    assert keras.saving.deserialize_keras_object(serialized).get_config() == config


# Bad input ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ([1.0, 2.0], r"\(n_labels, 2\).*got \(2,\)"),
        ([[1.0, 2.0, 3.0]], r"got \(1, 3\)"),
        ([[1.0, -2.0]], "not negative"),
        ([[1.0, np.inf]], "finite"),
    ],
)
@pytest.mark.parametrize("loss", [kml.WeightedBinaryCrossentropy, kml.AsymmetricLoss])
def test_bad_weights(loss, class_weight, message):
    with pytest.raises(ValueError, match=message):
        loss(class_weight=class_weight)


@pytest.mark.parametrize("name", ["bce-options", "asymmetric-options", "balanced"])
def test_options_for_another_number_of_labels_are_an_error(name):
    with pytest.raises(ValueError, match=r"is for 4 labels; y_pred has 3"):
        CASES[name][0]()(ops.zeros((2, 3)), ops.ones((2, 3)) / 2)


@each_class
def test_targets_of_another_shape_are_an_error(name):
    """They would broadcast."""
    loss = CASES[name][0]()
    for shape in [(2, 1), (1, 4), (4,), (2, 4, 1)]:
        with pytest.raises(ValueError, match="y_pred must have y_true's shape"):
            loss(ops.zeros(shape), ops.ones((2, 4)) / 2)
