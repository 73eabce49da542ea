"""WeightedBinaryCrossentropy beside that of Keras; class weights; targets."""

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.losses.cases import BACKEND, WRONG_BY_FAR

pytestmark = pytest.mark.keras


def test_without_options_and_unknowns_it_is_that_of_keras(rng):
    y_true = rng.integers(0, 2, (30, 4)).astype("float32")
    y_pred = rng.random((30, 4)).astype("float32")
    y_pred[0] = [0, 1, 0, 1]
    for smoothing in [0.0, 0.1]:
        ours = kml.WeightedBinaryCrossentropy(label_smoothing=smoothing)
        keras_own = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
        assert float(ours(y_true, y_pred)) == pytest.approx(
            float(keras_own(y_true, y_pred)), rel=1e-6
        )


def test_a_saturated_sigmoid_trains_as_under_the_loss_of_keras():
    """On TensorFlow by its logits, which Keras keeps beside the probabilities."""

    def trained(loss, y):
        dense = keras.layers.Dense(2, "sigmoid", kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((3,)), dense])
        model.compile(keras.optimizers.SGD(1.0), loss)
        model.set_weights([np.zeros((3, 2)), np.full(2, -50.0)])
        value = model.train_on_batch(np.ones((4, 3)), y)
        return float(value), model.get_weights()[1]

    y = np.array([[1.0, 1.0]] * 4)
    value, bias = trained(kml.WeightedBinaryCrossentropy(), y)
    expected, expected_bias = trained(keras.losses.BinaryCrossentropy(), y)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(bias, expected_bias)
    y[:, 1] = np.nan
    value, bias = trained(kml.WeightedBinaryCrossentropy(), y)
    assert value == pytest.approx(expected / 2)
    np.testing.assert_allclose(bias, [expected_bias[0], -50])
    assert (bias[0] != -50) == (BACKEND == "tensorflow")


def test_wrong_by_far():
    """A value that is known without computing it."""
    loss = kml.WeightedBinaryCrossentropy(from_logits=True)
    assert float(loss(*WRONG_BY_FAR)) == pytest.approx(5e3)


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


def test_a_dict_of_class_weights_has_no_order_of_labels():
    with pytest.raises(TypeError, match="no order of labels, with the keys 'dog'"):
        kml.WeightedBinaryCrossentropy({"dog": 3.0})


@pytest.mark.parametrize(
    ("label_smoothing", "message"),
    [(1.0, ">= 0 and < 1; got 1.0"), (-0.1, "label_smoothing")],
)
def test_bad_options(label_smoothing, message):
    with pytest.raises(ValueError, match=message):
        kml.WeightedBinaryCrossentropy(label_smoothing=label_smoothing)
