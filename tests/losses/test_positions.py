"""Labels per step or pixel, shape (batch, ..., n_labels), and sample weights."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.fits import fit, ready
from tests.losses.cases import (
    BACKEND,
    CASES,
    each_class,
    expected_losses,
    value_and_gradient,
)

pytestmark = pytest.mark.keras
SHAPES = [(3, 4), (4, 3), (2, 3, 2)]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
each_reduction = pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"]
)


@each_class
def test_sample_weight(batch, rng, name):
    y_true, logits = batch
    weight = rng.random(12).astype("float32")
    loss = CASES[name][0](from_logits=True)
    losses = expected_losses(name, y_true, logits, True)
    for shape in [(12,), (12, 1)]:
        value = float(loss(y_true, logits, sample_weight=weight.reshape(shape)))
        assert value == pytest.approx((weight * losses).mean(), rel=1e-5)


@each_class
@each_shape
def test_each_position_is_a_sample(batch, name, shape):
    """All the positions of a batch are its samples."""
    y_true, logits = batch
    loss = CASES[name][0](from_logits=True, reduction=None)
    losses = loss(y_true.reshape(*shape, 4), logits.reshape(*shape, 4))
    np.testing.assert_allclose(
        ops.convert_to_numpy(losses),
        ops.convert_to_numpy(loss(y_true, logits)).reshape(shape),
        rtol=1e-6,
    )


@each_class
@each_shape
@each_reduction
def test_weights_of_rows_and_of_positions(batch, rng, name, shape, reduction):
    """The numbers are those of the flattened arrays."""
    y_true, logits = batch
    loss = CASES[name][0](from_logits=True, reduction=reduction)
    for of in [shape, (*shape, 1), shape[:1], (shape[0], *[1] * (len(shape) - 1))]:
        weight = rng.random(of).astype("float32")
        axes = shape if of == (*shape, 1) else (*of, *[1] * (len(shape) - len(of)))
        flat = np.broadcast_to(weight.reshape(axes), shape).reshape(-1)
        value = loss(
            y_true.reshape(*shape, 4), logits.reshape(*shape, 4), sample_weight=weight
        )
        expected = float(loss(y_true, logits, sample_weight=flat))
        assert float(value) == pytest.approx(expected, rel=1e-5)


def test_a_mean_with_sample_weight_divides_by_the_weights(batch):
    y_true, logits = batch
    weight = np.arange(12, dtype="float32")
    loss = kml.WeightedBinaryCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    losses = expected_losses("bce", y_true, logits, True)
    value = float(loss(y_true, logits, sample_weight=weight))
    assert value == pytest.approx((weight * losses).sum() / weight.sum(), rel=1e-5)


@each_class
def test_gradients_of_positions(batch, name):
    y_true, logits = batch
    loss = CASES[name][0](from_logits=True)
    _, expected = value_and_gradient(loss, y_true, logits)
    _, gradients = value_and_gradient(
        loss, y_true.reshape(3, 4, 4), logits.reshape(3, 4, 4)
    )
    np.testing.assert_allclose(gradients.reshape(12, 4), expected, rtol=1e-5, atol=1e-8)


@each_class
def test_fit_per_step(rng, name):
    """With padding, as unknown, and weights of the rows; compiled by XLA."""
    x = rng.normal(size=(16, 5, 6)).astype("float32")
    y = (x[..., :4] > 0.5).astype("float32")
    y[rng.random((16, 5)) < 0.2] = -1
    weight = rng.random(16).astype("float32")
    loss = CASES[name][0](from_logits=True)
    model = keras.Sequential([keras.Input((None, 6)), keras.layers.Dense(4)])
    # (For torch's machine code takes minutes to make.)
    model.compile(keras.optimizers.SGD(0.1), loss, jit_compile=BACKEND != "torch")
    y_pred = ops.convert_to_numpy(model(x))
    losses = expected_losses(name, y.reshape(-1, 4), y_pred.reshape(-1, 4), True)
    # All rows are one batch.
    history = fit([], model, 3, train=ready(x, y, weight))["loss"]
    expected = (np.repeat(weight, 5) * losses).mean()
    assert history[0] == pytest.approx(expected, rel=1e-4)
    assert history[-1] < history[0]


@each_class
@pytest.mark.parametrize("shape", [(4, 4), (4, 3), (3,), (4, 1, 1)], ids=str)
def test_weights_of_another_shape_are_an_error(name, shape):
    """Keras takes (n, n_labels) in silence where the batch has n_labels rows."""
    loss = CASES[name][0]()
    with pytest.raises(ValueError, match=r"sample_weight must have .*\(4,\).*; got"):
        loss(ops.zeros((4, 4)), ops.ones((4, 4)) / 2, sample_weight=ops.ones(shape))


def test_the_mask_of_a_layer_is_kept(rng):
    """Masked steps lose nothing, and the mean is one over the others."""
    x = rng.integers(1, 9, (8, 5))
    x[:, 3:] = 0
    y = rng.integers(0, 2, (8, 5, 4)).astype("float32")
    model = keras.Sequential(
        [keras.layers.Embedding(9, 6, mask_zero=True), keras.layers.Dense(4)]
    )
    model.compile("sgd", kml.WeightedBinaryCrossentropy(from_logits=True))
    value = model.evaluate(x, y, batch_size=8, verbose=0)
    y_pred = ops.convert_to_numpy(model(x))[:, :3]
    losses = expected_losses("bce", y[:, :3].reshape(-1, 4), y_pred.reshape(-1, 4), 1)
    assert value == pytest.approx(losses.mean(), rel=1e-4)
