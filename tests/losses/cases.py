"""The losses as naive NumPy in float64, and what the tests compare with it."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml

BACKEND = keras.backend.backend()
WEIGHT = np.array([[1.0, 4.0], [0.5, 2.0], [1.0, 0.0], [3.0, 0.5]])
FREQUENCY = np.array([50, 3, 20, 90])
# One positive and one negative, both wrong by far; what is unknown does not matter.
WRONG_BY_FAR = (
    np.array([[1.0, 0.0, -1.0, -1.0]], "float32"),
    np.array([[-1e4, 1e4, 1e4, 0.0]], "float32"),
)

# The formulas, entry by entry ------------------------------------------------------


def is_unknown(y_true):
    return ~(y_true >= 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def mean_over_labels(entry):
    """Losses of samples from ``entry(label, target, logit, row of y_true)``."""

    def losses(y_true, logits):
        values = np.zeros(y_true.shape)
        for row, label in np.argwhere(~is_unknown(y_true)):
            y = float(y_true[row, label])
            values[row, label] = entry(label, y, logits[row, label], y_true[row])
        return values.mean(1)

    return losses


def between(y, at_zero, at_one):
    return at_zero if y == 0 else at_one if y == 1 else y * at_one + (1 - y) * at_zero


def weight_of(class_weight, label, y):
    return 1 if class_weight is None else between(y, *class_weight[label])


def weighted(class_weight=None, label_smoothing=0.0):
    def entry(label, y, x, _):
        target = y * (1 - label_smoothing) + label_smoothing / 2
        p = sigmoid(x)
        bce = -(target * np.log(p) + (1 - target) * np.log(1 - p))
        return weight_of(class_weight, label, y) * bce

    return mean_over_labels(entry)


def asymmetric(gamma_neg=4, gamma_pos=1, clip=0.05, class_weight=None):
    def entry(label, y, x, _):
        p = sigmoid(x)
        positive = -((1 - p) ** gamma_pos) * np.log(p)
        p = max(p - clip, 0)
        negative = -(p**gamma_neg) * np.log(1 - p)
        return weight_of(class_weight, label, y) * between(y, negative, positive)

    return mean_over_labels(entry)


def balanced(
    frequency, n, alpha=0.1, beta=10, mu=0.2, negative_scale=2, kappa=0.05, gamma=0
):
    n = np.broadcast_to(n, frequency.shape)

    def entry(label, y, x, row):
        known = ~is_unknown(row)
        of_sample = (row[known] / frequency[known]).sum()
        r = 1 / frequency[label] / of_sample if of_sample else np.inf
        weight = alpha + sigmoid(beta * (r - mu))
        z = x - kappa * np.log(n[label] / frequency[label] - 1)
        positive = (1 - sigmoid(z)) ** gamma * np.log(1 + np.exp(-z))
        z = negative_scale * z
        negative = sigmoid(z) ** gamma * np.log(1 + np.exp(z)) / negative_scale
        return weight * between(y, negative, positive)

    return mean_over_labels(entry)


def zlpr(y_true, logits):
    losses = []
    for y, x in known_sets(y_true, logits):
        above, below = (y * np.exp(-x)).sum(), ((1 - y) * np.exp(x)).sum()
        losses.append(np.log(1 + above) + np.log(1 + below))
    return np.array(losses)


def known_sets(y_true, logits):
    for y, x in zip(y_true.astype(float), logits, strict=True):
        known = ~is_unknown(y)
        yield y[known], x[known]


def softmax(y_true, logits):
    losses = []
    for y, x in known_sets(y_true, logits):
        target = y / max(y.sum(), 1)
        losses.append(-(target * np.log(np.exp(x) / np.exp(x).sum())).sum())
    return np.array(losses)


def two_way(t_pos=4, t_neg=1):
    def of_set(y, x):
        if not (y > 0).any() or not (y < 1).any():
            return 0.0
        highest = t_neg * np.log(((1 - y) * np.exp(x / t_neg)).sum())
        lowest = -t_pos * np.log((y * np.exp(-x / t_pos)).sum())
        return np.log(1 + np.exp(highest - lowest))

    def losses(y_true, logits):
        of_samples = [of_set(*row) for row in known_sets(y_true, logits)]
        columns = list(known_sets(y_true.T, logits.T))
        n_labels = sum(min(y.sum(), 1) for y, _ in columns)
        of_labels = sum(of_set(*column) for column in columns) / max(n_labels, 1)
        return np.array(of_samples) + of_labels

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


def differentiated(loss, compiled=False):
    """A function for the loss and its gradient by y_pred, on any backend."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def both(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                value = loss(y_true, y_pred)
            return value, tape.gradient(value, y_pred)

        both = tf.function(both, jit_compile=True) if compiled else both
    elif BACKEND == "jax":
        import jax

        both = jax.value_and_grad(loss, argnums=1)
        both = jax.jit(both) if compiled else both
    else:
        import torch

        if compiled:
            torch._dynamo.reset()
            # The graph is captured and run; machine code takes minutes to make.
            loss = torch.compile(loss, backend="aot_eager")

        def both(y_true, y_pred):
            y_pred = y_pred.detach().requires_grad_()
            value = loss(y_true, y_pred)
            value.backward()
            return value.detach(), y_pred.grad

    def in_numpy(y_true, y_pred):
        found = both(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
        value, gradients = (
            ops.convert_to_numpy(ops.cast(each, "float32")) for each in found
        )
        return float(value), gradients

    return in_numpy


def value_and_gradient(loss, y_true, y_pred, compiled=False):
    return differentiated(loss, compiled)(y_true, y_pred)


def assert_gradients(batch, name, from_logits, compiled):
    y_true, logits = batch
    y_pred = predictions(logits, name, from_logits)
    both = differentiated(CASES[name][0](from_logits=from_logits), compiled)
    value, gradients = both(y_true, y_pred)
    expected = expected_losses(name, y_true, y_pred, from_logits).mean()
    assert value == pytest.approx(expected, rel=1e-5)
    expected = expected_gradient(name, y_true, y_pred, from_logits)
    np.testing.assert_allclose(gradients, expected, rtol=1e-3, atol=2e-6)
    assert (gradients[is_unknown(y_true)] == 0).all()
    if compiled:
        assert_unknown_does_not_matter(both, y_true, y_pred)


def assert_unknown_does_not_matter(both, y_true, y_pred):
    """Whatever is predicted of an unknown entry, it has no loss and no gradient."""
    expected, expected_gradients = both(y_true, y_pred)
    unknown, other = is_unknown(y_true), y_pred.copy()
    other[unknown] = np.resize([0.9, np.nan, np.inf, -np.inf], unknown.sum())
    value, gradients = both(y_true, other)
    assert value == expected
    np.testing.assert_array_equal(gradients, expected_gradients)
    assert (gradients[unknown] == 0).all()
