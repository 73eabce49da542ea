"""Weights of samples, from those of their labels: row by row, laws, bad input."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.weights.cases import bad_options, bad_targets, counting_loader, forms


@pytest.mark.parametrize("reduce", ["mean", "max", "sum", "geometric"])
@pytest.mark.parametrize("unknown", [False, True])
def test_sample_weights_row_by_row(rng, reduce, unknown):
    y = rng.integers(-1 if unknown else 0, 2, (200, 5)).astype(np.int8)
    y[:5] = 0
    y[5] = -1 if unknown else 0
    negative, positive = kml.compute_class_weight(y, "sqrt").T
    join = {
        "mean": np.mean,
        "max": np.max,
        "sum": np.sum,
        "geometric": lambda w: np.prod(w) ** (1 / len(w)),
    }
    absent = join["geometric" if reduce == "geometric" else "mean"]
    expected = []
    for row in y:
        if (row == 1).any():
            expected.append(join[reduce](positive[row == 1]))
        else:
            expected.append(absent(negative[row == 0]) if (row == 0).any() else 1.0)
    plain = kml.compute_sample_weight(y, "sqrt", reduce, normalize=False)
    np.testing.assert_allclose(plain, expected)
    weight = kml.compute_sample_weight(y, "sqrt", reduce)
    np.testing.assert_allclose(weight, np.array(expected) / np.mean(expected))


def test_sample_weight_is_the_mean_over_the_labels_and_has_mean_one():
    y = np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
    _, (common, rare) = kml.compute_class_weight(y).T
    negatives = kml.compute_class_weight(y)[:, 0].mean()
    expected = np.array([common, common, (common + rare) / 2, negatives])
    weight = kml.compute_sample_weight(y)
    np.testing.assert_allclose(weight, expected / expected.mean())
    assert weight.mean() == pytest.approx(1)


def test_weights_stay_in_proportion_with_many_rare_labels(rng):
    """TRAPS 3: a product over 80 labels at 2 % spans 6e13."""
    y = rng.random((2000, 80)) < 0.02
    weight = kml.compute_sample_weight(y)
    assert weight.max() / weight.min() < 100


def test_a_row_of_which_nothing_is_known_weighs_one():
    y = np.array([[1.0, 0.0], [0.0, 1.0], [np.nan, np.nan]])
    np.testing.assert_allclose(kml.compute_sample_weight(y), 1.0)


def test_clip_limits_after_normalising(rng):
    y = rng.random((300, 6)) < np.geomspace(0.5, 0.02, 6)
    weight = kml.compute_sample_weight(y)
    np.testing.assert_array_equal(
        kml.compute_sample_weight(y, clip=1.5), np.minimum(weight, 1.5)
    )


def test_every_form_of_truth_gives_the_same(rng):
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    expected = kml.compute_sample_weight(y)
    for name, form in forms(y):
        np.testing.assert_allclose(
            kml.compute_sample_weight(form), expected, err_msg=name
        )


@pytest.mark.keras
def test_keras_data_is_read_once(rng):
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    loader = counting_loader(y)
    np.testing.assert_allclose(
        kml.compute_sample_weight(loader), kml.compute_sample_weight(y)
    )
    assert loader.reads == 6


@bad_targets
def test_bad_targets(y, error, message):
    with pytest.raises(error, match=message):
        kml.compute_sample_weight(y)


@bad_options
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.compute_sample_weight([[1, 0], [0, 1]], **options)


def test_bad_reduction():
    with pytest.raises(ValueError, match="got 'product'"):
        kml.compute_sample_weight([[1], [0]], reduce="product")
