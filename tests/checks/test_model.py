"""Findings about the model: its metrics, its end, its loss and its final bias."""

import functools
import warnings

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.checks.setups import (
    HEADS,
    IS_TENSORFLOW,
    make_model,
    names_of,
    only,
    rare_data,
)
from tests.fits import scores_of

pytestmark = pytest.mark.keras


# Metrics


@pytest.mark.parametrize(
    "metric", ["accuracy", "acc", keras.metrics.categorical_accuracy]
)
def test_accuracy_looks_at_the_argmax(data, metric):
    """TRAPS 12: nothing is learned, nothing is found, and it is accurate."""
    x, y = data
    model = make_model("linear", "mse", metrics=[metric], kernel_initializer="zeros")
    share = model.test_on_batch(x, y, return_dict=True)
    (accuracy,) = (value for name, value in share.items() if name != "loss")
    assert accuracy == pytest.approx((y.argmax(1) == 0).mean())
    text = only(kml.check_setup(model, data), "categorical_accuracy")
    assert f"a model that gives 0 everywhere has an accuracy of {accuracy:.3f}" in text

    fixed = make_model(metrics=[keras.metrics.BinaryAccuracy(), "AUC"])
    assert kml.check_setup(fixed, data) == []
    exclusive = (x[:3], np.eye(3))
    model = make_model("softmax", "categorical_crossentropy", metrics=[metric])
    assert kml.check_setup(model, exclusive) == []


def test_accuracy_is_found_among_weighted_metrics_and_after_fit(data):
    model = make_model()
    model.compile("sgd", "binary_crossentropy", weighted_metrics=("accuracy",))
    model.fit(*data, verbose=0)
    assert names_of(kml.check_setup(model, data)) == ["categorical_accuracy"]


@pytest.mark.parametrize(
    "make", [lambda: "f1_score", keras.metrics.F1Score, keras.metrics.FBetaScore]
)
def test_f1_without_a_threshold_decides_the_argmax(data, make):
    """TRAPS 11."""
    _, y = data
    of_perfect = keras.metrics.F1Score(average="micro")
    of_perfect.update_state(y, 0.9 * y + [0.03, 0.02, 0.01])  # without ties
    assert float(of_perfect.result()) < 0.7
    text = only(kml.check_setup(make_model(metrics=[make()]), data), "f1_argmax")
    total, reachable = int(y.sum()), int(y.any(1).sum())
    assert f"Of the {total} positives at most {reachable} could be found" in text

    fixed = make_model(metrics=[keras.metrics.F1Score(threshold=0.5)])
    assert kml.check_setup(fixed, data) == []


def own_metric(y_true, y_pred):
    return ops.mean(y_pred)


class Accuracy(keras.metrics.CategoricalAccuracy):
    """A class of one's own, of which nothing is known."""


@pytest.mark.parametrize(
    "metric",
    [
        own_metric,
        lambda y_true, y_pred: ops.mean(y_pred),
        Accuracy(),
    ],
)
def test_metrics_of_ones_own_are_left_alone(data, metric):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert kml.check_setup(make_model(metrics=[metric]), data) == []


class Raises(keras.metrics.Mean):
    def get_config(self):
        raise ValueError("of one's own")


@pytest.mark.parametrize(
    ("metric", "error"),
    [
        (functools.partial(keras.metrics.binary_accuracy, threshold=0.3), "Error"),
        (Raises(name="mine"), "ValueError: of one's own"),
    ],
)
def test_metrics_that_cannot_be_read_are_not_called_right(data, metric, error):
    """Keras reveals all or none: "accuracy" beside them is not found."""
    model = make_model(metrics=[metric, "accuracy"])
    assert error in only(kml.check_setup(model, data), "unread_metrics", "warning")


def test_without_metrics_there_are_none_to_read(data):
    class Own(keras.losses.BinaryCrossentropy):
        def get_config(self):
            raise NotImplementedError

    assert kml.check_setup(make_model(loss=Own()), data) == []


# The end of the model


@pytest.mark.parametrize("kind", HEADS)
def test_softmax_under_a_binary_loss(data, kind):
    y = data[1]
    model = HEADS[kind]("softmax")
    model.compile("sgd", "binary_crossentropy")
    text = only(kml.check_setup(model, data), "softmax_head")
    several, none = int((y.sum(1) > 1).sum()), int((y.sum(1) == 0).sum())
    assert f"{several} of the 96 rows have several labels, {none} none." in text
    assert (scores_of(model, data[0]) > 0.5).sum(1).max() <= 1
    fixed = HEADS[kind]("sigmoid")
    fixed.compile("sgd", "binary_crossentropy")
    assert kml.check_setup(fixed, data) == []


@pytest.mark.parametrize("kind", HEADS)
def test_probabilities_under_from_logits(data, kind):
    model = HEADS[kind]("sigmoid")
    model.compile("sgd", kml.WeightedBinaryCrossentropy(from_logits=True))
    only(kml.check_setup(model, data), "probabilities_as_logits")


@pytest.mark.parametrize(
    "loss",
    [
        keras.losses.BinaryCrossentropy(from_logits=True),
        kml.WeightedBinaryCrossentropy(from_logits=True),
    ],
)
def test_probabilities_under_from_logits_cost_for_ever(data, loss):
    x, y = data
    perfect = make_model(
        loss=loss,
        bias_initializer=keras.initializers.Constant(-100.0),
        kernel_initializer="zeros",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # by which TensorFlow names it
        cost = perfect.test_on_batch(x, 0 * y)
    assert cost == pytest.approx(0.0 if IS_TENSORFLOW else np.log(2), abs=1e-6)
    text = only(kml.check_setup(perfect, data), "probabilities_as_logits")
    assert "surely absent costs 0.69 for ever" in text
    assert "On TensorFlow, Keras notices" in text


def test_tensorflow_notices_nothing_under_other_losses(data):
    model = make_model(loss=kml.ZLPRLoss(from_logits=True))
    text = only(kml.check_setup(model, data), "probabilities_as_logits")
    assert "On TensorFlow" not in text


@pytest.mark.parametrize(
    "loss",
    [
        "binary_crossentropy",
        "bce",
        keras.losses.BinaryFocalCrossentropy(),
        kml.WeightedBinaryCrossentropy(),
    ],
)
def test_logits_as_probabilities(data, loss):
    model = make_model("linear", loss)
    scores = scores_of(model, data[0][:32])
    outside = ((scores < 0) | (scores > 1)).mean()
    text = only(kml.check_setup(model, data), "logits_as_probabilities")
    assert f"{outside:.0%} of its outputs on 32 rows lie outside 0 to 1" in text
    assert kml.check_setup(make_model("sigmoid", loss), data) == []


def test_clipped_outputs_have_no_gradient(data):
    """Wrong ones stay; from logits they have one."""
    x, y = data
    stuck = make_model(
        "linear",
        "binary_crossentropy",
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(-5.0),
    )
    stuck.train_on_batch(x, 0 * y + 1)
    np.testing.assert_array_equal(stuck.get_weights()[1], [-5, -5, -5])
    only(kml.check_setup(stuck, data), "logits_as_probabilities")
    of_logits = keras.losses.BinaryCrossentropy(from_logits=True)
    assert kml.check_setup(make_model("linear", of_logits), data) == []


def test_a_linear_head_is_found_whatever_it_gives_now(data):
    model = make_model("linear", kernel_initializer="zeros")
    text = only(kml.check_setup(model, data), "logits_as_probabilities")
    assert "Nothing keeps its outputs from lying outside 0 to 1" in text


def test_other_losses_take_any_output(data):
    class Own(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return ops.mean((y_pred - y_true) ** 2, axis=-1)

    for loss in ("mse", Own(), lambda t, p: ops.mean((p - t) ** 2, axis=-1)):
        assert kml.check_setup(make_model("linear", loss), data) == []


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "categorical_crossentropy"),
        ("softmax", keras.losses.CategoricalFocalCrossentropy()),
        ("sigmoid", "crossentropy"),
        ("linear", keras.losses.CategoricalCrossentropy(from_logits=True)),
    ],
)
def test_categorical_losses(data, activation, loss):
    x, y = data
    model = make_model(activation, loss)
    assert model.test_on_batch(x, 0 * y) == pytest.approx(0, abs=1e-6)
    text = only(kml.check_setup(model, data), "categorical_loss")
    assert "a row without labels costs nothing" in text


# The final bias


def prior_bias(y):
    p = (y == 1).mean(0).clip(1e-4, 1 - 1e-4)
    return keras.initializers.Constant(np.log(p / (1 - p)))


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_a_final_bias_of_zero_where_labels_are_rare(activation):
    x, y = rare_data()
    loss = keras.losses.BinaryCrossentropy(from_logits=activation == "linear")
    blind = {"activation": activation, "loss": loss, "kernel_initializer": "zeros"}
    first = make_model(**blind).test_on_batch(x, y)
    fixed = make_model(**blind, bias_initializer=prior_bias(y))
    at_prior = fixed.test_on_batch(x, y)
    found = kml.check_setup(make_model(activation, loss), (x, y))
    text = only(found, "final_bias", "warning")
    assert f"With this bias alone the first loss is {first:.3f}" in text
    told = float(text.partition("log-odds it would be ")[2][:5])
    # check_setup counts one more row of each kind.
    assert at_prior <= told <= at_prior + 0.02
    assert kml.check_setup(fixed, (x, y)) == []


def test_a_final_bias_that_is_not_plainly_zero(tmp_path):
    x, y = rare_data()
    trained = make_model()
    trained.train_on_batch(x, y)
    assert kml.check_setup(trained, (x, y)) == []
    assert kml.check_setup(make_model(use_bias=False), (x, y)) == []
    # Balanced weights make both sides as frequent: zero is the best bias.
    balanced = kml.WeightedBinaryCrossentropy(kml.compute_class_weight(y))
    assert kml.check_setup(make_model(loss=balanced), (x, y)) == []
    light = np.tile([1.0, 2.0], (3, 1))
    weighed = make_model(loss=kml.WeightedBinaryCrossentropy(light))
    text = only(kml.check_setup(weighed, (x, y)), "final_bias", "warning")
    assert "+ np.log(w[:, 1] / w[:, 0])" in text
    fixed = make_model(bias_initializer=prior_bias(y))
    fixed.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.get_weights()[1], fixed.get_weights()[1])
