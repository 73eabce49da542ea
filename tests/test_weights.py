"""Class and sample weights: formulas by hand, scikit-learn, laws, bad input."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight as sk_class_weight

import keras_multilabel as kml


def test_balanced_is_that_of_scikit_learn_for_each_label(rng):
    y = rng.random((200, 4)) < [0.1, 0.3, 0.5, 0.9]
    expected = [
        sk_class_weight("balanced", classes=np.array([0, 1]), y=column)
        for column in y.T.astype(int)
    ]
    np.testing.assert_allclose(kml.compute_class_weight(y), expected)


def test_inverse_is_total_over_count():
    weight = kml.compute_class_weight([[1], [0], [0], [0]], "inverse")
    np.testing.assert_allclose(weight, [[4 / 3, 4]])


def test_both_sides_of_a_balanced_label_weigh_the_same(rng):
    y = rng.random((300, 5)) < 0.2
    negative, positive = kml.compute_class_weight(y).T
    np.testing.assert_allclose((~y).sum(0) * negative, y.sum(0) * positive)


def test_unknown_entries_are_left_out():
    known = kml.compute_class_weight([[1], [0], [0]])
    np.testing.assert_array_equal(
        kml.compute_class_weight([[1], [0], [0], [-1]]), known
    )
    np.testing.assert_array_equal(
        kml.compute_class_weight([[1], [0], [0], [np.nan]]), known
    )


def test_lists_of_labels_are_taken_sorted():
    rows = [["dog"], ["cat", "dog"], [], ["dog"]]
    np.testing.assert_array_equal(
        kml.compute_class_weight(rows),
        kml.compute_class_weight(kml.encode_labels(rows)[0]),
    )
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(
        kml.compute_sample_weight(pandas.Series(rows)), kml.compute_sample_weight(rows)
    )


def test_one_sided_labels_get_weight_one_and_are_named():
    with pytest.warns(UserWarning, match="No known") as caught:
        weight = kml.compute_class_weight([[0, 1, 1], [0, 1, 0]])
    assert [str(w.message).partition(";")[0] for w in caught] == [
        "No known negatives of the labels in columns 1",
        "No known positives of the labels in columns 0",
    ]
    np.testing.assert_allclose(weight, [[0.5, 1], [1, 0.5], [1, 1]])


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


@pytest.mark.parametrize(
    "function", [kml.compute_class_weight, kml.compute_sample_weight]
)
@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([[2, 0], [0, 1]], ValueError, "got 2"),
        ([1, 0], TypeError, "collection of labels"),
        (np.array([1, 0]), ValueError, "n_labels"),
        (np.zeros((0, 3)), ValueError, "at least one sample"),
        ([], ValueError, "no label at all"),
        ("cat", TypeError, "numbers"),
    ],
)
def test_bad_targets(function, y, error, message):
    with pytest.raises(error, match=message):
        function(y)


def test_bad_options():
    with pytest.raises(ValueError, match="'sqrt'"):
        kml.compute_class_weight([[1]], "sqrt")
    with pytest.raises(ValueError, match='must be "mean"'):
        kml.compute_sample_weight([[1], [0]], reduce="product")
