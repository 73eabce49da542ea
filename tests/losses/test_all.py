"""Losses against naive NumPy in float64, on every backend: values and gradients."""

import json
from functools import partial

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

import keras_multilabel as kml

pytestmark = pytest.mark.keras

BACKEND = keras.backend.backend()
WEIGHT = np.array([[1.0, 4.0], [0.5, 2.0], [1.0, 0.0], [3.0, 0.5]])
FREQUENCY = np.array([50, 3, 20, 90])

# The formulas, entry by entry ------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def mean_over_labels(entry):
    """Losses of samples from ``entry(label, is_positive, logit, row of y_true)``."""

    def losses(y_true, logits):
        values = np.zeros(y_true.shape)
        for row, label in np.argwhere((y_true == 0) | (y_true == 1)):
            is_positive = y_true[row, label] == 1
            values[row, label] = entry(
                label, is_positive, logits[row, label], y_true[row]
            )
        return values.mean(1)

    return losses


def weighted(class_weight=None, label_smoothing=0.0):
    def entry(label, is_positive, x, _):
        target = is_positive * (1 - label_smoothing) + label_smoothing / 2
        weight = 1 if class_weight is None else class_weight[label, int(is_positive)]
        p = sigmoid(x)
        return -weight * (target * np.log(p) + (1 - target) * np.log(1 - p))

    return mean_over_labels(entry)


def asymmetric(gamma_neg=4, gamma_pos=1, clip=0.05, class_weight=None):
    def entry(label, is_positive, x, _):
        p = sigmoid(x)
        weight = 1 if class_weight is None else class_weight[label, int(is_positive)]
        if is_positive:
            return -weight * (1 - p) ** gamma_pos * np.log(p)
        p = max(p - clip, 0)
        return -weight * p**gamma_neg * np.log(1 - p)

    return mean_over_labels(entry)


def balanced(
    frequency, n, alpha=0.1, beta=10, mu=0.2, negative_scale=2, kappa=0.05, gamma=0
):
    n = np.broadcast_to(n, frequency.shape)

    def entry(label, is_positive, x, row):
        of_sample = (1 / frequency)[row == 1].sum()
        r = 1 / frequency[label] / of_sample if of_sample else np.inf
        weight = alpha + sigmoid(beta * (r - mu))
        z = x - kappa * np.log(n[label] / frequency[label] - 1)
        if is_positive:
            return weight * (1 - sigmoid(z)) ** gamma * np.log(1 + np.exp(-z))
        z = negative_scale * z
        focus = sigmoid(z) ** gamma
        return weight * focus * np.log(1 + np.exp(z)) / negative_scale

    return mean_over_labels(entry)


def zlpr(y_true, logits):
    return np.array(
        [
            np.log(1 + np.exp(-x[y == 1]).sum()) + np.log(1 + np.exp(x[y == 0]).sum())
            for y, x in zip(y_true, logits, strict=True)
        ]
    )


def softmax(y_true, logits):
    losses = []
    for y, x in zip(y_true, logits, strict=True):
        known = (y == 0) | (y == 1)
        x, target = x[known], (y == 1)[known] / max((y == 1).sum(), 1)
        losses.append(-(target * np.log(np.exp(x) / np.exp(x).sum())).sum())
    return np.array(losses)


def two_way(t_pos=4, t_neg=1):
    def of_set(y, x):
        if not (y == 1).any() or not (y == 0).any():
            return 0.0
        highest = t_neg * np.log(np.exp(x[y == 0] / t_neg).sum())
        lowest = -t_pos * np.log(np.exp(-x[y == 1] / t_pos).sum())
        return np.log(1 + np.exp(highest - lowest))

    def losses(y_true, logits):
        of_samples = np.array(
            [of_set(*row) for row in zip(y_true, logits, strict=True)]
        )
        columns = [
            (y, x) for y, x in zip(y_true.T, logits.T, strict=True) if (y == 1).any()
        ]
        return of_samples + sum(of_set(*column) for column in columns) / max(
            len(columns), 1
        )

    return losses


def logit(p):
    return np.log(p / (1 - p))


def case(name, formula, *args, **options):
    logits = np.log if name == "MultiLabelSoftmaxCrossentropy" else logit
    make = partial(getattr(kml, name), *args, **options)
    return make, formula, logits


# Name: how it is made, its formula on logits, and the logits of probabilities.
CASES = {
    "bce": case("WeightedBinaryCrossentropy", weighted()),
    "bce-options": case(
        "WeightedBinaryCrossentropy",
        weighted(WEIGHT, 0.2),
        WEIGHT,
        label_smoothing=0.2,
    ),
    "asymmetric": case("AsymmetricLoss", asymmetric()),
    "asymmetric-options": case(
        "AsymmetricLoss", asymmetric(0.3, 0.5, 0.2, WEIGHT), 0.3, 0.5, 0.2, WEIGHT
    ),
    "asymmetric-no-clip": case("AsymmetricLoss", asymmetric(0.5, 0, 0), 0.5, 0, 0),
    "balanced": case(
        "DistributionBalancedLoss", balanced(FREQUENCY, 100), FREQUENCY, 100
    ),
    "balanced-options": case(
        "DistributionBalancedLoss",
        balanced(FREQUENCY, np.array([60, 70, 80, 95]), 0.3, 5, 0.4, 5, 0.5, 2),
        FREQUENCY,
        [60, 70, 80, 95],
        alpha=0.3,
        beta=5,
        mu=0.4,
        negative_scale=5,
        kappa=0.5,
        gamma=2,
    ),
    "zlpr": case("ZLPRLoss", zlpr),
    "softmax": case("MultiLabelSoftmaxCrossentropy", softmax),
    "two-way": case("TwoWayLoss", two_way()),
    "two-way-options": case("TwoWayLoss", two_way(0.5, 2), 0.5, 2),
}
each_loss = pytest.mark.parametrize("name", CASES)
# One of each class, with all its options.
CLASSES = [
    "bce-options",
    "asymmetric-options",
    "balanced-options",
    "zlpr",
    "softmax",
    "two-way-options",
]
each_class = pytest.mark.parametrize("name", CLASSES)
each_input = pytest.mark.parametrize("from_logits", [False, True])


# Tools ----------------------------------------------------------------------------


@pytest.fixture
def batch(rng):
    """Targets with every kind of row and column, and logits."""
    y_true = rng.integers(-1, 2, (12, 4)).astype("float32")
    y_true[:6][y_true[:6] == -1] = np.nan
    y_true[0], y_true[1], y_true[2], y_true[3] = 1, 0, -1, np.nan
    y_true[4] = [0, 0, np.nan, 0]
    y_true[5] = [1, 1, -1, 1]
    return y_true, rng.normal(0, 2, (12, 4)).astype("float32")


def predictions(logits, name, from_logits):
    if from_logits:
        return logits
    logits = logits.astype(float)
    if CASES[name][2] is np.log:
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    else:
        p = sigmoid(logits)
    return p.astype("float32")


def expected_losses(name, y_true, y_pred, from_logits):
    _, formula, logits = CASES[name]
    y_pred = y_pred.astype(float)
    return formula(y_true, y_pred if from_logits else logits(y_pred))


def expected_gradient(name, y_true, y_pred, from_logits):
    """By central differences."""
    step, gradients = 1e-5, np.zeros(y_pred.shape)
    for index in np.ndindex(y_pred.shape):
        sides = [y_pred.astype(float), y_pred.astype(float)]
        sides[0][index] += step
        sides[1][index] -= step
        up, down = (
            expected_losses(name, y_true, side, from_logits).mean() for side in sides
        )
        gradients[index] = (up - down) / (2 * step)
    return gradients


def value_and_gradient(loss, y_true, y_pred, compiled=False):
    """Of the loss, and by y_pred, on any backend."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def both(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                value = loss(y_true, y_pred)
            return value, tape.gradient(value, y_pred)

        both = tf.function(both, jit_compile=True) if compiled else both
        value, gradients = both(y_true, y_pred)
    elif BACKEND == "jax":
        import jax

        both = jax.value_and_grad(loss, argnums=1)
        value, gradients = (jax.jit(both) if compiled else both)(y_true, y_pred)
    else:
        import torch

        y_pred = y_pred.detach().requires_grad_()
        if compiled:
            torch._dynamo.reset()
            # The graph is captured and run; machine code takes minutes to make.
            loss = torch.compile(loss, backend="aot_eager")
        value = loss(y_true, y_pred)
        value.backward()
        value, gradients = value.detach(), y_pred.grad
    to_numpy = [
        ops.convert_to_numpy(ops.cast(x, "float32")) for x in (value, gradients)
    ]
    return float(to_numpy[0]), to_numpy[1]


def is_unknown(y_true):
    return ~((y_true == 0) | (y_true == 1))


@pytest.fixture
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


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


def assert_gradients(batch, name, from_logits, compiled):
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    loss = CASES[name][0](from_logits=from_logits)
    value, gradients = value_and_gradient(loss, y_true, y_pred, compiled)
    expected = expected_losses(name, y_true, y_pred, from_logits).mean()
    assert value == pytest.approx(expected, rel=1e-5)
    expected = expected_gradient(name, y_true, y_pred, from_logits)
    np.testing.assert_allclose(gradients, expected, rtol=1e-3, atol=2e-6)
    assert (gradients[is_unknown(y_true)] == 0).all()


@each_loss
@each_input
def test_gradients_are_those_of_the_formula(batch, name, from_logits):
    """TRAPS 16: and unknown entries have none."""
    assert_gradients(batch, name, from_logits, compiled=False)


@each_class
@each_input
def test_compiled_gradients_are_those_of_the_formula(batch, name, from_logits):
    assert_gradients(batch, name, from_logits, compiled=True)


@each_loss
def test_what_is_predicted_of_unknown_entries_does_not_matter(batch, name):
    y_true, logits = batch
    y_pred = predictions(logits, name, False)
    other = np.where(is_unknown(y_true), 0.9, y_pred).astype("float32")
    loss = CASES[name][0](reduction=None)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(loss(y_true, y_pred)),
        ops.convert_to_numpy(loss(y_true, other)),
    )


@each_loss
@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_a_batch_of_which_nothing_is_known(name, value):
    y_true = np.full((12, 4), value, "float32")
    y_pred = np.full((12, 4), 0.3, "float32")
    result, gradients = value_and_gradient(CASES[name][0](), y_true, y_pred)
    assert result == 0
    assert (gradients == 0).all()


@pytest.mark.parametrize("name", ["softmax", "two-way"])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_positives_or_without_negatives(name, value):
    """The softmax needs positives, the two-way loss both."""
    y_true = np.full((3, 4), value, "float32")
    result, gradients = value_and_gradient(
        CASES[name][0](from_logits=True), y_true, np.eye(3, 4, dtype="float32")
    )
    loses = name == "softmax" and value == 1
    assert (result > 0) == loses
    assert gradients.any() == loses


@each_class
def test_sample_weight(batch, rng, name):
    y_true, logits = batch
    weight = rng.random(12).astype("float32")
    loss = CASES[name][0](from_logits=True)
    losses = expected_losses(name, y_true, logits, True)
    for shape in [(12,), (12, 1)]:
        value = float(loss(y_true, logits, sample_weight=weight.reshape(shape)))
        assert value == pytest.approx((weight * losses).mean(), rel=1e-5)


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


def test_asymmetric_without_asymmetry_is_focal_loss(rng):
    y_true = rng.integers(0, 2, (30, 4)).astype("float32")
    y_pred = rng.random((30, 4)).astype("float32")
    ours = kml.AsymmetricLoss(2, 2, 0)
    keras_own = keras.losses.BinaryFocalCrossentropy(gamma=2)
    assert float(ours(y_true, y_pred)) == pytest.approx(
        float(keras_own(y_true, y_pred)), rel=1e-5
    )


def test_softmax_with_one_label_is_that_of_keras(rng):
    y_true = np.eye(5, dtype="float32")
    logits = rng.normal(size=(5, 5)).astype("float32")
    keras_own = keras.losses.CategoricalCrossentropy(from_logits=True)
    ours = kml.MultiLabelSoftmaxCrossentropy(from_logits=True)
    assert float(ours(y_true, logits)) == pytest.approx(
        float(keras_own(y_true, logits)), rel=1e-5
    )


@each_class
def test_sequences_have_one_loss_for_each_step(batch, name):
    """Shape (batch, steps, labels); all the steps of a batch are its samples."""
    y_true, logits = batch
    loss = CASES[name][0](from_logits=True, reduction=None)
    losses = loss(y_true.reshape(3, 4, 4), logits.reshape(3, 4, 4))
    np.testing.assert_allclose(
        ops.convert_to_numpy(losses),
        ops.convert_to_numpy(loss(y_true, logits)).reshape(3, 4),
        rtol=1e-6,
    )


# Numbers at their limits ----------------------------------------------------------


# From where exp overflows or underflows, and from where sigmoid is 0 or 1.
EXTREMES = [-1e4, -120, -95, -17, 0, 17, 95, 120, 1e4]


def all_pairs(values):
    """Rows of two labels, with each pair of values and each pair of sides."""
    sides = np.array([[a, b] for a in (1, 0, -1) for b in (1, 0, -1)], "float32")
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


def test_wrong_by_far():
    """Values that are known without computing them."""
    y_true = np.array([[1.0, 0.0, -1.0, -1.0]], "float32")
    logits = np.array([[-1e4, 1e4, 1e4, 0.0]], "float32")

    def value(loss, *args, **options):
        return float(loss(*args, from_logits=True, **options)(y_true, logits))

    assert value(kml.WeightedBinaryCrossentropy) == pytest.approx(5e3)
    # 1 - p_m is clip = 0.05.
    expected = (1e4 - 0.95**4 * np.log(0.05)) / 4
    assert value(kml.AsymmetricLoss) == pytest.approx(expected)
    assert value(kml.ZLPRLoss) == pytest.approx(2e4)
    assert value(kml.MultiLabelSoftmaxCrossentropy) == pytest.approx(2e4)
    # The columns have one side only.
    assert value(kml.TwoWayLoss) == pytest.approx(2e4)


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
    history = model.fit(logits, y_true, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


TARGETS = arrays(np.float32, (12, 4), elements=st.sampled_from([-1, 0, 1, np.nan]))
LOGITS = arrays(np.float32, (12, 4), elements=st.floats(-1e4, 1e4, width=32))


@given(TARGETS, LOGITS)
@settings(max_examples=10, deadline=None)
def test_finite_and_not_negative_for_any_targets_and_logits(y_true, logits):
    for name in CLASSES:
        loss = CASES[name][0](from_logits=True)
        value, gradients = value_and_gradient(loss, y_true, logits)
        assert np.isfinite(value)
        assert value >= 0
        assert np.isfinite(gradients).all()
        assert (gradients[is_unknown(y_true)] == 0).all()


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


# In a model -----------------------------------------------------------------------


@pytest.fixture
def data(rng):
    x = rng.normal(size=(64, 6)).astype("float32")
    y = (x[:, :4] > 0.5).astype("float32")
    y[rng.random(y.shape) < 0.1] = -1
    return x, y


@each_class
def test_fit_save_and_load(tmp_path, data, name):
    """Compiled, where that does not take minutes."""
    loss = CASES[name][0](from_logits=True)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.compile(keras.optimizers.Adam(0.05), loss, jit_compile=BACKEND != "torch")
    history = model.fit(*data, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.loss) is type(loss)
    assert loaded.loss.get_config() == loss.get_config()
    value = loaded.evaluate(*data, batch_size=64, verbose=0)
    assert value == pytest.approx(model.evaluate(*data, batch_size=64, verbose=0))
    y_pred = model.predict(data[0], verbose=0)
    expected = expected_losses(name, data[1], y_pred, True).mean()
    assert value == pytest.approx(expected, rel=1e-4)


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


def test_a_dict_of_class_weights_has_no_order_of_labels():
    with pytest.raises(TypeError, match="no order of labels, with the keys 'dog'"):
        kml.WeightedBinaryCrossentropy({"dog": 3.0})


@pytest.mark.parametrize(
    ("loss", "options", "message"),
    [
        (
            "WeightedBinaryCrossentropy",
            {"label_smoothing": 1.0},
            ">= 0 and < 1; got 1.0",
        ),
        ("WeightedBinaryCrossentropy", {"label_smoothing": -0.1}, "label_smoothing"),
        ("AsymmetricLoss", {"gamma_neg": -1}, "gamma_neg must be .* >= 0; got -1"),
        ("AsymmetricLoss", {"gamma_pos": np.inf}, "gamma_pos must be a finite .*inf"),
        ("AsymmetricLoss", {"gamma_pos": np.nan}, "gamma_pos must be .*got nan"),
        ("AsymmetricLoss", {"clip": 1}, "clip must be .* >= 0 and < 1; got 1"),
        ("TwoWayLoss", {"positive_temperature": 0}, "positive_temp.* > 0; got 0"),
        ("TwoWayLoss", {"negative_temperature": -1.0}, "negative_temp.* > 0; got -1"),
    ],
)
def test_bad_options(loss, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(kml, loss)(**options)


@pytest.mark.parametrize(
    ("frequency", "n_samples", "options", "message"),
    [
        ([[1, 2]], 5, {}, r"class_frequency must have the shape .*got \(1, 2\)"),
        ([], 5, {}, r"got \(0,\)"),
        ([1, 2], [5, 5, 5], {}, r"n_samples must be .*\(2,\); got \(3,\)"),
        ([1, 0], 5, {}, r"both excluded; got 0 of 5 at label 1.*np\.clip"),
        ([5, 1], 5, {}, "got 5 of 5 at label 0"),
        ([1, np.nan], 5, {}, "got nan of 5 at label 1"),
        ([1, 2], np.inf, {}, "got 1 of inf"),
        ([1, 2], 5, {"alpha": -1}, "alpha must be .* >= 0; got -1"),
        ([1, 2], 5, {"beta": -1}, "beta"),
        ([1, 2], 5, {"mu": np.nan}, "mu must be a finite number; got nan"),
        ([1, 2], 5, {"negative_scale": 0}, "negative_scale must be .* > 0; got 0"),
        ([1, 2], 5, {"kappa": -1}, "kappa"),
        ([1, 2], 5, {"gamma": -1}, "gamma"),
    ],
)
def test_bad_frequencies(frequency, n_samples, options, message):
    with pytest.raises(ValueError, match=message):
        kml.DistributionBalancedLoss(frequency, n_samples, **options)


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
