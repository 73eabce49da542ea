"""Losses against NumPy in float64, their gradients, and a real fit."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml

pytestmark = pytest.mark.keras

WEIGHT = np.array([[1.0, 4.0], [0.5, 2.0], [1.0, 0.0]])


def reference(y_true, y_prob, weight):
    """Per sample, in float64."""
    positive, negative = y_true == 1, y_true == 0
    entries = np.zeros(y_true.shape)
    entries[positive] = (weight[:, 1] * -np.log(y_prob))[positive]
    entries[negative] = (weight[:, 0] * -np.log1p(-y_prob))[negative]
    return entries.mean(1)


@pytest.fixture
def batch(rng):
    y_true = rng.integers(-1, 2, (40, 3)).astype("float32")
    y_true[:5][y_true[:5] == -1] = np.nan
    return y_true, rng.normal(size=(40, 3)).astype("float32")


@pytest.mark.parametrize("class_weight", [None, WEIGHT])
def test_value_from_probabilities_and_logits(batch, class_weight):
    y_true, logits = batch
    probabilities = 1 / (1 + np.exp(-logits.astype(float)))
    expected = reference(
        y_true, probabilities, np.ones((3, 2)) if class_weight is None else class_weight
    ).mean()
    from_logits = kml.WeightedBinaryCrossentropy(class_weight, from_logits=True)
    from_probabilities = kml.WeightedBinaryCrossentropy(class_weight)
    assert float(from_logits(y_true, logits)) == pytest.approx(expected, rel=1e-5)
    assert float(
        from_probabilities(y_true, probabilities.astype("float32"))
    ) == pytest.approx(expected, rel=1e-5)


def test_without_weights_and_unknowns_it_is_that_of_keras(rng):
    y_true = rng.integers(0, 2, (30, 4)).astype("float32")
    y_pred = rng.random((30, 4)).astype("float32")
    weight = rng.random(30).astype("float32")
    ours, keras_own = (
        kml.WeightedBinaryCrossentropy(),
        keras.losses.BinaryCrossentropy(),
    )
    assert float(ours(y_true, y_pred)) == pytest.approx(
        float(keras_own(y_true, y_pred))
    )
    assert float(ours(y_true, y_pred, sample_weight=weight)) == pytest.approx(
        float(keras_own(y_true, y_pred, sample_weight=weight)), rel=1e-6
    )


def gradient(loss, y_true, y_pred):
    """Of the loss by y_pred, on any backend."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tensor = tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            value = loss(y_true, tensor)
        return tape.gradient(value, tensor).numpy()
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(lambda p: loss(y_true, p))(y_pred))
    import torch

    tensor = torch.tensor(y_pred, requires_grad=True)
    loss(y_true, tensor).backward()
    return tensor.grad.numpy()


def test_unknown_entries_have_no_gradient_and_the_rest_a_right_one(batch):
    """TRAPS 16."""
    y_true, logits = batch
    loss = kml.WeightedBinaryCrossentropy(WEIGHT, from_logits=True)
    gradients = gradient(loss, y_true, logits)
    probabilities = 1 / (1 + np.exp(-logits.astype(float)))
    by_side = np.where(y_true == 1, WEIGHT[:, 1], WEIGHT[:, 0])
    known = (y_true == 0) | (y_true == 1)
    expected = (
        np.where(known, by_side * (probabilities - (y_true == 1)), 0) / y_true.size
    )
    np.testing.assert_allclose(gradients, expected, atol=1e-7)


def test_extreme_logits_stay_finite():
    y_true = np.array([[1.0, 0.0, -1.0]], "float32")
    logits = np.array([[-1000.0, 1000.0, 1000.0]], "float32")
    loss = kml.WeightedBinaryCrossentropy(from_logits=True)
    assert float(loss(y_true, logits)) == pytest.approx(2000 / 3)
    assert np.isfinite(gradient(loss, y_true, logits)).all()


@pytest.mark.parametrize("dtype", ["int8", "bool", "float32"])
def test_targets_of_any_dtype(dtype):
    y_true = np.array([[1, 0], [0, 0]]).astype(dtype)
    y_pred = np.full((2, 2), 0.5, "float32")
    loss = kml.WeightedBinaryCrossentropy()
    assert float(loss(y_true, y_pred)) == pytest.approx(np.log(2))


def test_minus_one_in_int8_is_unknown():
    y_true = np.array([[1, -1]], "int8")
    loss = kml.WeightedBinaryCrossentropy()
    assert float(loss(y_true, np.full((1, 2), 0.5, "float32"))) == pytest.approx(
        np.log(2) / 2
    )


def test_fit_save_and_load(tmp_path, rng):
    x = rng.normal(size=(64, 5)).astype("float32")
    y = (x[:, :3] > 0.5).astype("float32")
    loss = kml.WeightedBinaryCrossentropy(kml.compute_class_weight(y))
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), loss)
    history = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(x, y, verbose=0) == pytest.approx(
        model.evaluate(x, y, verbose=0)
    )
    np.testing.assert_array_equal(loaded.loss.class_weight, loss.class_weight)


def test_class_weight_reaches_every_label_where_that_of_keras_does_not():
    """TRAPS 1: Keras takes the argmax of a multi-hot row."""
    y_true = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], "float32")
    y_pred = np.full((2, 3), 0.5, "float32")
    light = np.ones((3, 2))
    heavy = light.copy()
    heavy[2, 1] = 100.0
    values = [
        float(kml.WeightedBinaryCrossentropy(weight)(y_true, y_pred))
        for weight in (light, heavy)
    ]
    assert values[1] - values[0] == pytest.approx(99 * np.log(2) / 3, rel=1e-5)

    def of_keras(weights):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
        model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
        history = model.fit(y_pred, y_true, class_weight=weights, verbose=0)
        return history.history["loss"][0]

    assert of_keras({0: 1, 1: 1, 2: 100}) == pytest.approx(of_keras({0: 1, 1: 1, 2: 1}))


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ([1.0, 2.0], r"\(n_labels, 2\).*got \(2,\)"),
        ([[1.0, 2.0, 3.0]], r"got \(1, 3\)"),
        ([[1.0, -2.0]], "not negative"),
        ([[1.0, np.inf]], "finite"),
    ],
)
def test_bad_weights(class_weight, message):
    with pytest.raises(ValueError, match=message):
        kml.WeightedBinaryCrossentropy(class_weight)


def test_a_weight_for_another_number_of_labels_is_an_error():
    loss = kml.WeightedBinaryCrossentropy(WEIGHT)
    with pytest.raises(ValueError, match=r"3 labels.*4"):
        loss(ops.zeros((2, 4)), ops.ones((2, 4)) / 2)
