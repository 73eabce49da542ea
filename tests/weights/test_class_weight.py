"""Weights of classes: formulas by hand, scikit-learn, laws, bad input."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.utils.class_weight import compute_class_weight as sk_class_weight

import keras_multilabel as kml
from tests.weights.cases import bad_options, bad_targets, counting_loader, forms


def test_balanced_is_that_of_scikit_learn_for_each_label(rng):
    y = rng.random((200, 4)) < [0.1, 0.3, 0.5, 0.9]
    expected = [
        sk_class_weight("balanced", classes=np.array([0, 1]), y=column)
        for column in y.T.astype(int)
    ]
    np.testing.assert_allclose(kml.compute_class_weight(y), expected)


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


def test_one_sided_labels_get_weight_one_and_are_named():
    with pytest.warns(UserWarning, match="get the weight 1") as caught:
        weight = kml.compute_class_weight([[0, 1, 1], [0, 1, 0]])
    assert [str(w.message).partition(":")[0] for w in caught] == [
        "There are no known positives of columns 0, and no known negatives of columns 1"
    ]
    np.testing.assert_allclose(weight, [[1, 1], [1, 1], [1, 1]])
    with pytest.warns(UserWarning, match="no known negatives of 'cat':"):
        kml.compute_class_weight([["cat", "dog"], ["cat"]])


def test_a_label_of_which_nothing_is_known_gets_weight_one():
    y = np.array([[1, -1], [0, -1], [0, -1]])
    with pytest.warns(UserWarning, match="positives of columns 1, and .* columns 1:"):
        weight = kml.compute_class_weight(y)
    np.testing.assert_allclose(weight, [[0.75, 1.5], [1, 1]])


SCHEMES = ["balanced", "sqrt", "effective", "pos_weight"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_mean_weight_of_all_entries_is_one(rng, scheme):
    y = rng.random((300, 6)) < np.geomspace(0.5, 0.02, 6)
    weight = kml.compute_class_weight(y, scheme)
    assert np.where(y, weight[:, 1], weight[:, 0]).mean() == pytest.approx(1)
    plain = kml.compute_class_weight(y, scheme, normalize=False)
    np.testing.assert_allclose(plain / weight, plain[0, 0] / weight[0, 0])


def test_formulas_by_hand():
    y = [[1], [1], [0], [0], [0], [0], [0], [0]]

    def weight(scheme, **options):
        return kml.compute_class_weight(y, scheme, normalize=False, **options)[0]

    np.testing.assert_allclose(weight("balanced"), [8 / 12, 8 / 4])
    np.testing.assert_allclose(weight("sqrt"), [(8 / 12) ** 0.5, 2**0.5])
    np.testing.assert_allclose(weight("pos_weight"), [1, 3])
    expected = [0.1 / (1 - 0.9**6), 0.1 / (1 - 0.9**2)]
    np.testing.assert_allclose(weight("effective", beta=0.9), expected)
    expected = [0.001 / (1 - 0.999**6), 0.001 / (1 - 0.999**2)]
    np.testing.assert_allclose(weight("effective"), expected)
    np.testing.assert_allclose(weight("effective", beta=0), [1, 1])


def test_effective_weights_of_huge_counts_are_exact():
    one, zeros = np.ones((1, 1), np.int8), np.zeros((10**7, 1), np.int8)
    y = iter([one, *[zeros] * 100])
    weight = kml.compute_class_weight(y, "effective", beta=0.999, normalize=False)
    np.testing.assert_allclose(weight, [[0.001, 1]])


def test_clip_limits_after_normalising(rng):
    y = rng.random((300, 6)) < np.geomspace(0.5, 0.02, 6)
    plain = kml.compute_class_weight(y)
    np.testing.assert_array_equal(
        kml.compute_class_weight(y, clip=3), np.minimum(plain, 3)
    )
    np.testing.assert_array_equal(
        kml.compute_class_weight(y, clip=(0.7, 3)), np.clip(plain, 0.7, 3)
    )


def test_every_form_of_truth_gives_the_same(rng):
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    expected = kml.compute_class_weight(y)
    for name, form in forms(y):
        np.testing.assert_allclose(
            kml.compute_class_weight(form), expected, err_msg=name
        )


def test_unknown_entries_of_sparse_and_streamed_truth(rng):
    y = rng.integers(-1, 2, (60, 4)).astype(np.int8)
    expected = kml.compute_class_weight(y)
    np.testing.assert_allclose(kml.compute_class_weight(sparse.csr_matrix(y)), expected)
    halves = iter(
        [(None, y[:30].astype(float)), (None, np.where(y < 0, np.nan, y)[30:])]
    )
    np.testing.assert_allclose(kml.compute_class_weight(halves), expected)


@pytest.mark.keras
def test_keras_data_is_read_once(rng):
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    loader = counting_loader(y)
    np.testing.assert_allclose(
        kml.compute_class_weight(loader), kml.compute_class_weight(y)
    )
    assert loader.reads == 6


def test_tf_data_and_its_endless_kind(rng):
    tf = pytest.importorskip("tensorflow")
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    data = tf.data.Dataset.from_tensor_slices((np.zeros((60, 1)), y)).batch(7)
    np.testing.assert_allclose(
        kml.compute_class_weight(data), kml.compute_class_weight(y)
    )
    with pytest.raises(ValueError, match="before repeat"):
        kml.compute_class_weight(data.repeat())


@bad_targets
def test_bad_targets(y, error, message):
    with pytest.raises(error, match=message):
        kml.compute_class_weight(y)


@bad_options
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.compute_class_weight([[1, 0], [0, 1]], **options)


def test_bad_batches():
    with pytest.raises(ValueError, match="got 4 elements"):
        kml.compute_class_weight(iter([(1, 2, 3, 4)]))
    with pytest.raises(TypeError, match="dict of a, b"):
        kml.compute_class_weight(iter([(1, {"a": 2, "b": 3})]))
    with pytest.raises(ValueError, match="no batch"):
        kml.compute_class_weight(iter([]))
    with pytest.raises(ValueError, match="same labels; got 2 columns and 1"):
        kml.compute_class_weight(iter([np.array([[1, 0]]), np.array([[1]])]))
