"""Stratified splits: laws, kinds of arrays, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import keras_multilabel as kml


def long_tailed(rng, n=3000, n_labels=30):
    return (rng.random((n, n_labels)) < np.geomspace(0.4, 0.001, n_labels)).astype(int)


def test_labels_are_as_frequent_in_both_parts(rng):
    y = long_tailed(rng)
    train, test = kml.multilabel_train_test_split(y, stratify=y, test_size=0.2)
    assert len(test) == 600
    total = y.sum(0)
    assert np.abs(test.sum(0) - 0.2 * total).max() <= np.maximum(2, 0.02 * total).max()
    several = total > 1
    assert (test.sum(0)[several] > 0).all()
    assert (train.sum(0)[total > 0] > 0).all()


def test_better_than_a_random_split(rng):
    y = long_tailed(rng)
    wanted = 0.2 * y.sum(0)
    stratified = kml.multilabel_train_test_split(y, stratify=y, test_size=0.2)[1].sum(0)
    at_random = y[rng.permutation(len(y))[:600]].sum(0)
    assert np.abs(stratified - wanted).sum() < 0.3 * np.abs(at_random - wanted).sum()


@settings(deadline=None)
@given(
    st.integers(2, 60), st.integers(1, 5), st.floats(0.0, 1.0), st.integers(0, 10**6)
)
def test_parts_are_disjoint_and_of_the_size_asked_for(n, n_labels, rate, seed):
    rng = np.random.default_rng(seed)
    y = rng.random((n, n_labels)) < rate
    n_test = int(rng.integers(1, n))
    rows = np.arange(n)
    train, test = kml.multilabel_train_test_split(rows, stratify=y, test_size=n_test)
    assert len(test) == n_test
    assert sorted([*train, *test]) == rows.tolist()


@pytest.mark.parametrize("test_size", [0.1, 0.5, 0.9])
def test_single_positives_train_and_pairs_are_in_both_parts(test_size):
    y = np.zeros((40, 3), int)
    y[7, 0] = y[[8, 9], 1] = 1
    y[::2, 2] = 1
    for seed in range(5):
        train, test = kml.multilabel_train_test_split(
            y, stratify=y, test_size=test_size, random_state=seed
        )
        assert (train[:, :2].sum(0).tolist(), test[:, 0].sum()) == ([1, 1], 0)
        assert test[:, 1].sum() == 1


def test_no_group_is_in_both_parts(rng):
    y = long_tailed(rng, n=2000, n_labels=10)
    groups = rng.integers(0, 400, 2000)
    train, test, in_train, in_test = kml.multilabel_train_test_split(
        y, groups, stratify=y, test_size=0.2, groups=groups, random_state=0
    )
    assert not set(in_train) & set(in_test)
    assert abs(len(test) - 400) <= 3
    assert np.abs(test.sum(0) - 0.2 * y.sum(0)).max() <= 3
    assert len(train) + len(test) == 2000


@pytest.mark.parametrize("n_test", [1, 39])
def test_groups_leave_rows_to_both_parts(n_test):
    groups = np.arange(40) // 10
    parts = kml.multilabel_train_test_split(
        groups, stratify=np.eye(40, 3), test_size=n_test, groups=groups
    )
    assert min(map(len, parts)) == 10


def test_lists_of_labels_stratify_as_their_matrix(rng):
    y = long_tailed(rng, n=100, n_labels=4)
    y[0] = 1
    rows = np.arange(100)
    by_matrix, by_lists = (
        kml.multilabel_train_test_split(rows, stratify=truth, random_state=0)[1]
        for truth in (y, kml.decode_labels(y, list("abcd")))
    )
    np.testing.assert_array_equal(by_matrix, by_lists)


def test_the_seed_decides(rng):
    y = long_tailed(rng, n=200, n_labels=5)

    def split(seed):
        return kml.multilabel_train_test_split(
            np.arange(200), stratify=y, random_state=seed
        )[1].tolist()

    assert split(1) == split(1) != split(2)


def test_kinds_of_arrays_keep_their_kind_and_their_rows(rng):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    y = long_tailed(rng, n=40, n_labels=3)
    numbers = np.arange(40)
    arrays = (
        numbers,
        numbers.tolist(),
        pandas.DataFrame({"n": numbers}, index=numbers[::-1]),
        polars.DataFrame({"n": numbers}),
        sparse.csr_array(numbers[:, None]),
    )
    parts = kml.multilabel_train_test_split(*arrays, stratify=y, random_state=0)
    assert len(parts) == 10
    for part, array in zip(parts[1::2], arrays, strict=True):
        assert type(part) is type(array)
    array, plain, frame, polars_frame, matrix = parts[1::2]
    assert array.tolist() == plain == frame["n"].tolist() == polars_frame["n"].to_list()
    assert matrix.toarray().ravel().tolist() == plain


@pytest.mark.parametrize("kind", ["coo", "dia", "bsr", "lil", "dok"])
def test_sparse_matrices_without_an_index(rng, kind):
    y = long_tailed(rng, n=40, n_labels=3)
    matrix = sparse.csr_matrix(y).asformat(kind)
    train, test = kml.multilabel_train_test_split(matrix, stratify=matrix)
    assert train.format == test.format == "csr"
    assert (train.shape[0], test.shape[0]) == (30, 10)
    assert (train.sum(0) + test.sum(0)).tolist() == [y.sum(0).tolist()]


@pytest.mark.keras
def test_tensors(rng):
    y = long_tailed(rng, n=40, n_labels=3)
    tensor = pytest.importorskip("keras").ops.convert_to_tensor(y)
    train, test = kml.multilabel_train_test_split(tensor, stratify=tensor)
    assert type(train) is type(test) is type(tensor)
    assert (train.shape[0], test.shape[0]) == (30, 10)
    both = np.concatenate([np.asarray(train), np.asarray(test)])
    assert sorted(both.tolist()) == sorted(y.tolist())


def test_unknown_entries_count_as_negative():
    y = np.array([[1.0], [np.nan], [-1.0], [1.0]])
    _, test = kml.multilabel_train_test_split(y, stratify=y, test_size=2)
    assert (test == 1).sum() == 1


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [
        ((), {"stratify": [[1], [0]]}, TypeError, "at least one array"),
        (([1, 2, 3],), {"stratify": [[1], [0]]}, ValueError, "2 rows; got 3"),
        (([1, 2],), {"stratify": [1, 0]}, ValueError, "n_labels"),
        (([1, 2],), {"stratify": [[3], [0]]}, ValueError, "got 3"),
        (([1, 2],), {"stratify": [[1], [0]], "test_size": 2}, ValueError, "both parts"),
        (([1, 2],), {"stratify": [[1], [0]], "test_size": 1.5}, ValueError, "1.5"),
        (([1, 2],), {"stratify": [[1], [0]], "test_size": 0.1}, ValueError, "0.1"),
    ],
)
def test_bad_input_says_what_was_expected(arrays, options, error, message):
    with pytest.raises(error, match=message):
        kml.multilabel_train_test_split(*arrays, **options)
