"""Class and sample weights: formulas by hand, scikit-learn, laws, bad input."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
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
    y = [[1], [0], [0], [0]]
    weight = kml.compute_class_weight(y, "inverse", normalize=False)
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


SCHEMES = ["balanced", "inverse", "sqrt", "effective", "pos_weight"]


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
    np.testing.assert_allclose(weight("inverse"), [8 / 6, 8 / 2])
    np.testing.assert_allclose(weight("sqrt"), [(8 / 12) ** 0.5, 2**0.5])
    np.testing.assert_allclose(weight("pos_weight"), [1, 3])
    expected = [0.1 / (1 - 0.9**6), 0.1 / (1 - 0.9**2)]
    np.testing.assert_allclose(weight("effective", beta=0.9), expected)
    expected = [0.001 / (1 - 0.999**6), 0.001 / (1 - 0.999**2)]
    np.testing.assert_allclose(weight("effective"), expected)
    np.testing.assert_allclose(weight("effective", beta=0), [1, 1])


def test_effective_weights_of_huge_counts_are_exact():
    from keras_multilabel.weights.class_weight import _effective

    np.testing.assert_allclose(_effective(0.999)(np.array([1, 10**9])), [1, 0.001])


def test_clip_limits_after_normalising(rng):
    y = rng.random((300, 6)) < np.geomspace(0.5, 0.02, 6)
    plain = kml.compute_class_weight(y)
    np.testing.assert_array_equal(
        kml.compute_class_weight(y, clip=3), np.minimum(plain, 3)
    )
    np.testing.assert_array_equal(
        kml.compute_class_weight(y, clip=(0.7, 3)), np.clip(plain, 0.7, 3)
    )
    weight = kml.compute_sample_weight(y)
    np.testing.assert_array_equal(
        kml.compute_sample_weight(y, clip=1.5), np.minimum(weight, 1.5)
    )


def forms(y):
    """The same truth as users have it."""
    dense = np.asarray(y)
    rows = [[f"label {j}" for j in np.flatnonzero(row == 1)] for row in dense]
    batches = [(None, dense[:7]), (None, dense[7:30], None), (None, dense[30:])]
    yield "sparse", sparse.csr_matrix(dense)
    yield "sparse array", sparse.coo_array(dense)
    yield "data frame", pd.DataFrame(dense)
    yield "stream", iter(batches)
    yield "lists", rows
    yield "sets", [set(row) for row in rows]
    yield "pandas", pd.Series(rows)
    yield "polars", pl.Series(rows)
    yield "repeated labels", [row * 2 for row in rows]


@pytest.mark.parametrize(
    "compute", [kml.compute_class_weight, kml.compute_sample_weight]
)
def test_every_form_of_truth_gives_the_same(rng, compute):
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    expected = compute(y)
    for name, form in forms(y):
        np.testing.assert_allclose(compute(form), expected, err_msg=name)


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
    import keras

    y = (rng.random((60, 4)) < 0.3).astype(np.int8)

    class Loader(keras.utils.PyDataset):
        reads = 0

        def __len__(self):
            return 6

        def __getitem__(self, index):
            Loader.reads += 1
            return np.zeros((10, 1)), y[10 * index : 10 * index + 10]

    loader = Loader(workers=1)
    np.testing.assert_allclose(
        kml.compute_class_weight(loader), kml.compute_class_weight(y)
    )
    assert Loader.reads == 6
    np.testing.assert_allclose(
        kml.compute_sample_weight(loader), kml.compute_sample_weight(y)
    )
    assert Loader.reads == 12


def test_tf_data_and_its_endless_kind(rng):
    tf = pytest.importorskip("tensorflow")
    y = (rng.random((60, 4)) < 0.3).astype(np.int8)
    data = tf.data.Dataset.from_tensor_slices((np.zeros((60, 1)), y)).batch(7)
    np.testing.assert_allclose(
        kml.compute_class_weight(data), kml.compute_class_weight(y)
    )
    with pytest.raises(ValueError, match="before repeat"):
        kml.compute_class_weight(data.repeat())


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "cube"}, "scheme must be one of balanced, .*'cube'"),
        ({"scheme": "distribution_balanced"}, "DistributionBalancedLoss"),
        ({"beta": 0.9}, 'option of "effective"'),
        ({"scheme": "effective", "beta": 1}, "from 0 to below 1; got 1"),
        ({"clip": -1}, "clip must be"),
        ({"clip": (3, 2)}, "clip must be"),
        ({"clip": 0}, "clip must be"),
        ({"clip": float("nan")}, "clip must be"),
    ],
)
def test_bad_options(options, message):
    for compute in (kml.compute_class_weight, kml.compute_sample_weight):
        with pytest.raises(ValueError, match=message):
            compute([[1, 0], [0, 1]], **options)


def test_bad_reduction_and_batches():
    with pytest.raises(ValueError, match="got 'product'"):
        kml.compute_sample_weight([[1], [0]], reduce="product")
    with pytest.raises(ValueError, match="got 4 elements"):
        kml.compute_class_weight(iter([(1, 2, 3, 4)]))
    with pytest.raises(TypeError, match="dict of a, b"):
        kml.compute_class_weight(iter([(1, {"a": 2, "b": 3})]))
    with pytest.raises(ValueError, match="no batch"):
        kml.compute_class_weight(iter([]))
    with pytest.raises(ValueError, match="same labels; got 2 columns and 1"):
        kml.compute_class_weight(iter([np.array([[1, 0]]), np.array([[1]])]))
