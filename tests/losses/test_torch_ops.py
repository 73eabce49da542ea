"""Gradients that are given, not derived: against differences, in float64, twice."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
import keras_multilabel.losses.torch_ops as torch_ops
from tests.losses.cases import WEIGHT

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(keras.backend.backend() != "torch", reason="torch alone"),
]
# A hard and a soft target of each kind, both unknowns, and what is above 1.
TRUTH = np.array([[1, 0, -1, 0.3], [0, 1, 0.5, np.nan], [1, 2, 0, 0]])


@pytest.fixture
def y_true():
    return ops.convert_to_tensor(TRUTH, "float64")


@pytest.fixture
def p(rng):
    p = ops.convert_to_tensor(rng.uniform(0.1, 0.9, TRUTH.shape), "float64")
    return p.requires_grad_()


def assert_gradients(function, values):
    import torch

    assert torch.autograd.gradcheck(function, values)
    assert torch.autograd.gradgradcheck(function, values)


def test_masks(y_true):
    known, target = torch_ops.known(y_true), torch_ops.target(y_true)
    assert (ops.convert_to_numpy(known) == (TRUTH >= 0)).all()
    assert (
        ops.convert_to_numpy(target) == np.where(TRUTH >= 0, np.minimum(TRUTH, 1), 0)
    ).all()


def test_a_target_of_infinity_is_1_and_of_minus_infinity_0():
    infinite = ops.convert_to_tensor(np.array([np.inf, -np.inf]))
    assert torch_ops.target(infinite).tolist() == [1, 0]


def test_replace_where_not(y_true, p):
    known = torch_ops.known(y_true)
    assert_gradients(lambda p: torch_ops.replace_where_not(known, p, 0.5), p)
    replaced = torch_ops.replace_where_not(known, p * np.nan, 0.5)
    assert (replaced == 0.5).tolist() == (known == 0).tolist()


def test_clip(p):
    low, high = 0.3, 0.7
    assert_gradients(lambda p: torch_ops.clip(p, low, high), p)
    values = ops.convert_to_tensor([0.0, low, 0.5, high, 1.0], "float64")
    values.requires_grad_()
    clipped = torch_ops.clip(values, low, high)
    clipped.sum().backward()
    assert clipped.tolist() == [low, low, 0.5, high, high]
    assert values.grad.tolist() == [0, 1, 1, 1, 0]


def test_interpolate(y_true, p):
    target = torch_ops.target(y_true)
    assert_gradients(lambda p: torch_ops.interpolate(target, p, 1 - p), p)


def test_crossentropy(y_true, p):
    target = torch_ops.target(y_true)
    assert_gradients(lambda p: torch_ops.crossentropy(target, p), p)
    expected = ops.convert_to_numpy(ops.binary_crossentropy(target, p))
    found = ops.convert_to_numpy(torch_ops.crossentropy(target, p))
    np.testing.assert_allclose(found, expected)


def test_crossentropy_next_to_0_and_1():
    p = ops.convert_to_tensor(np.float32([1e-7, 1e-7, 1 - 1e-7, 1 - 1e-7]))
    target = ops.convert_to_tensor(np.float32([0, 1, 0, 1]))
    exact = ops.convert_to_numpy(p).astype("float64")
    expected = -np.log(np.where(target == 1, exact, 1 - exact))
    entries = torch_ops.crossentropy(target, p.requires_grad_())
    np.testing.assert_allclose(ops.convert_to_numpy(entries), expected, rtol=1e-6)
    entries.sum().backward()
    expected = (exact - ops.convert_to_numpy(target)) / exact / (1 - exact)
    np.testing.assert_allclose(p.grad, expected, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("WeightedBinaryCrossentropy", {"label_smoothing": 0.2}),
        ("AsymmetricLoss", {}),
        ("AsymmetricLoss", {"clip": 0.0, "gamma_neg": 1.0}),
    ],
)
def test_whole_losses_can_be_differentiated_twice(
    y_true, p, name, options, from_logits
):
    """As a penalty on gradients does it."""
    import torch

    loss = getattr(kml, name)(
        class_weight=WEIGHT, from_logits=from_logits, dtype="float64", **options
    )
    known = torch_ops.known(y_true)

    first = torch.autograd.grad(loss(y_true, p), p, create_graph=True)[0]
    second = torch.autograd.grad((first**2).sum(), p)[0]
    for gradient in (first, second):
        assert torch.isfinite(gradient).all()
        assert (gradient[known == 0] == 0).all()
        assert gradient[known == 1].any()
