"""Splitters: laws, scikit-learn's tools, forms of truth, groups, bad input."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import (
    BaseCrossValidator,
    GridSearchCV,
    check_cv,
    cross_val_predict,
    cross_val_score,
)
from sklearn.tree import DecisionTreeClassifier

import keras_multilabel as kml
from tests.paths import SHARED
from tests.strategies import examples, settings

KFOLDS = (kml.MultilabelStratifiedKFold, kml.MultilabelStratifiedGroupKFold)
SPLITTERS = (*KFOLDS, kml.MultilabelStratifiedShuffleSplit)


def long_tailed(seed, n, n_labels):
    rates = np.geomspace(0.4, 0.002, n_labels)
    return (np.random.default_rng(seed).random((n, n_labels)) < rates).astype(np.uint8)


def folds_of(cv, y, groups=None):
    """The fold of each row, if each is tested once, and trained on otherwise."""
    n = len(y)
    folds = np.full(n, -1)
    for fold, (train, test) in enumerate(cv.split(np.zeros(n), y, groups)):
        assert (folds[test] == -1).all()
        folds[test] = fold
        np.testing.assert_array_equal(np.setdiff1d(np.arange(n), test), train)
    assert (folds >= 0).all()
    return folds


def counts_of(y, folds, k):
    return np.stack([y[folds == fold].sum(0, dtype=int) for fold in range(k)])


def label_distribution(y, folds, k):
    """Mean of |positives / negatives in a fold - in all|, over folds and labels."""
    total, n = y.sum(0, dtype=float), len(y)
    counts = counts_of(y, folds, k)
    sizes = np.bincount(folds, minlength=k)[:, None]
    return np.abs(counts / (sizes - counts) - total / (n - total)).mean()


@given(st.integers(2, 60), st.integers(1, 6), st.floats(0, 1), st.integers(0, 10**6))
@settings(deadline=None, max_examples=examples(60))
def test_folds_are_disjoint_and_of_equal_size(n, n_labels, rate, seed):
    rng = np.random.default_rng(seed)
    y = (rng.random((n, n_labels)) < rate).astype(int)
    k = int(rng.integers(2, n + 1))
    cv = kml.MultilabelStratifiedKFold(k, shuffle=True, random_state=seed)
    sizes = np.bincount(folds_of(cv, y), minlength=k)
    assert np.ptp(sizes) <= 1
    assert sizes.min() >= 1


@given(st.integers(2, 60), st.integers(2, 30), st.integers(0, 10**6))
@settings(deadline=None, max_examples=examples(60))
def test_no_group_is_split_and_no_fold_is_empty(n, n_groups, seed):
    rng = np.random.default_rng(seed)
    groups = np.append(rng.integers(0, n_groups, n), [0, 1])
    y = (rng.random((n + 2, 3)) < 0.3).astype(int)
    k = int(rng.integers(2, len(set(groups.tolist())) + 1))
    cv = kml.MultilabelStratifiedGroupKFold(k, shuffle=True, random_state=seed)
    folds = folds_of(cv, y, groups)
    assert set(folds) == set(range(k))
    for group in set(groups.tolist()):
        assert len(set(folds[groups == group])) == 1


@pytest.mark.parametrize("seed", range(10))
def test_counts_are_within_one_row_and_no_worse_than_iterative(seed):
    peer = pytest.importorskip("iterstrat.ml_stratifiers")
    y = long_tailed(seed, 1000, 20)
    ours = kml.MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    theirs = peer.MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    folds, peers = folds_of(ours, y), folds_of(theirs, y)
    assert np.abs(counts_of(y, folds, 5) - y.sum(0) / 5).max() < 1
    # Where both are at the optimum, sums of floats may differ in their last digits.
    limit = label_distribution(y, peers, 5) * (1 + 1e-9)
    assert label_distribution(y, folds, 5) <= limit


def test_swaps_even_what_dealing_cannot():
    # No row is without labels, so that the last label dealt meets full folds.
    rng = np.random.default_rng(0)
    y = (rng.random((2000, 30)) < 0.5).astype(int)
    folds = folds_of(kml.MultilabelStratifiedKFold(4), y)
    assert np.bincount(folds).tolist() == [500] * 4
    assert np.abs(counts_of(y, folds, 4) - y.sum(0) / 4).max() <= 2


@pytest.mark.parametrize("name", ["emotions", "scene", "yeast", "enron"])
def test_a_split_of_real_labels_is_no_worse_than_iterative(name):
    path = SHARED / "tables" / f"{name}.npz"
    if not path.exists():
        pytest.skip(f"{path} is missing")
    peer = pytest.importorskip("iterstrat.ml_stratifiers")
    with np.load(path, allow_pickle=True) as tables:
        y = np.concatenate([tables["Y_train"], tables["Y_test"]]).astype(int)
    distances = np.zeros(2)
    for seed in range(3):
        options = {"n_splits": 1, "test_size": 0.2, "random_state": seed}
        for at, library in enumerate((kml, peer)):
            cv = library.MultilabelStratifiedShuffleSplit(**options)
            ((_, test),) = cv.split(y, y)
            parts = np.isin(np.arange(len(y)), test).astype(int)
            distances[at] += label_distribution(y, parts, 2)
    assert distances[0] <= distances[1] * (1 + 1e-9)


def test_groups_are_even_where_they_are_many():
    y = long_tailed(3, 4000, 20)
    groups = np.random.default_rng(0).integers(0, 800, 4000)
    folds = folds_of(kml.MultilabelStratifiedGroupKFold(5), y, groups)
    assert np.abs(counts_of(y, folds, 5) - y.sum(0) / 5).max() <= 3
    assert np.abs(np.bincount(folds) - 800).max() <= 3


@pytest.mark.parametrize("seed", range(8))
def test_no_move_and_no_swap_of_groups_would_improve_small_data(seed):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(30), rng.integers(1, 12, 30))
    y = (rng.random((len(groups), 4)) < 0.3).astype(int)
    folds = folds_of(kml.MultilabelStratifiedGroupKFold(3), y, groups)
    columns = np.column_stack([y, np.ones(len(y), int)])
    counts = np.stack([columns[groups == group].sum(0) for group in range(30)])
    fold_of = folds[np.searchsorted(groups, np.arange(30))]

    def excess(fold_of):
        totals = np.stack([counts[fold_of == fold].sum(0) for fold in range(3)])
        return ((3 * totals - counts.sum(0)) ** 2).sum()

    least = excess(fold_of)
    for one in range(30):
        for fold in range(3):
            assert excess(np.where(np.arange(30) == one, fold, fold_of)) >= least
        for other in range(one):
            swapped = fold_of.copy()
            swapped[[one, other]] = fold_of[[other, one]]
            assert excess(swapped) >= least


def test_a_group_as_large_as_half_the_data_gets_a_fold():
    groups = np.repeat(["big", "a", "b", "c", "d"], [20, 5, 5, 5, 5])
    y = np.zeros((40, 1), int)
    folds = folds_of(kml.MultilabelStratifiedGroupKFold(2), y, groups)
    assert np.bincount(folds).tolist() == [20, 20]


def test_groups_may_be_of_any_values():
    pandas = pytest.importorskip("pandas")
    y, numbers = long_tailed(0, 60, 3), np.repeat(np.arange(20), 3)
    expected = folds_of(kml.MultilabelStratifiedGroupKFold(4), y, numbers)
    strings = [f"{number:02}" for number in numbers]
    mixed = [int(n) if n % 2 else str(n // 2 * 2 + 1) for n in numbers]  # 1 and "1"
    forms = [strings, np.array(strings), pandas.Series(strings), mixed, numbers / 2]
    for groups in [*forms, np.array(mixed, object)]:
        folds = folds_of(kml.MultilabelStratifiedGroupKFold(4), y, groups)
        np.testing.assert_array_equal(folds, expected)


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_the_seed_decides(splitter):
    y, groups = long_tailed(0, 200, 5), np.arange(200) // 2
    shuffle = {"shuffle": True} if splitter in KFOLDS else {}

    def parts(seed):
        cv = splitter(3, random_state=seed, **shuffle)
        return [test.tolist() for _, test in cv.split(y, y, groups)]

    assert parts(1) == parts(1) != parts(2)
    one, two = np.random.RandomState(7), np.random.RandomState(7)
    assert parts(one) == parts(two) != parts(one)


@pytest.mark.parametrize("splitter", KFOLDS)
def test_without_shuffling_the_folds_are_always_the_same(splitter):
    y, groups = long_tailed(0, 100, 5), np.arange(100) // 2
    first, second = (folds_of(splitter(3), y, groups) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_all_forms_of_truth_give_the_same_folds():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    y = long_tailed(1, 90, 4)
    y[0] = 1
    lists = kml.decode_labels(y, list("abcd"))
    unknown = y.astype(float)
    unknown[(y == 0) & (np.arange(90)[:, None] % 3 == 0)] = np.nan
    forms = [
        y.astype(bool),
        unknown,
        sparse.csc_matrix(y),
        sparse.coo_array(np.where(np.isnan(unknown), -1, unknown)),
        lists,
        pandas.Series(lists),
        polars.Series(lists),
        pandas.DataFrame(y),
        polars.DataFrame(y),
    ]
    cv = kml.MultilabelStratifiedKFold(3)
    expected = [test.tolist() for _, test in cv.split(None, y)]
    for form in forms:
        assert [test.tolist() for _, test in cv.split(None, form)] == expected


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_scikit_learn_takes_them(splitter):
    rng = np.random.default_rng(0)
    y, groups = long_tailed(0, 120, 3), np.arange(120) // 2
    x = y + rng.normal(size=y.shape)
    cv = splitter(3)
    assert isinstance(cv, BaseCrossValidator)
    assert check_cv(cv, y, classifier=True) is cv
    assert cv.get_n_splits(x, y, groups) == cv.get_n_splits() == 3
    assert repr(cv).startswith(f"{splitter.__name__}(n_splits=3")
    assert (
        repr(pickle.loads(pickle.dumps(cv))) == repr(clone(cv, safe=False)) == repr(cv)
    )
    tree = DecisionTreeClassifier(random_state=0)
    assert len(cross_val_score(tree, x, y, cv=cv, groups=groups)) == 3
    search = GridSearchCV(tree, {"max_depth": [1, 3]}, cv=cv)
    assert search.fit(x, y, groups=groups).n_splits_ == 3
    if splitter in KFOLDS:
        predicted = cross_val_predict(tree, x, y, cv=cv, groups=groups)
        assert predicted.shape == y.shape


def test_metadata_routing_brings_groups():
    import sklearn

    y, groups = long_tailed(0, 60, 3), np.arange(60) // 3
    cv = kml.MultilabelStratifiedGroupKFold(3)
    with sklearn.config_context(enable_metadata_routing=True):
        tree = DecisionTreeClassifier()
        scores = cross_val_score(tree, y, y, cv=cv, params={"groups": groups})
    assert len(scores) == 3


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: kml.MultilabelStratifiedKFold(1), ValueError, "2 or more; got 1"),
        (lambda: kml.MultilabelStratifiedKFold(2.5), ValueError, "whole number"),
        (lambda: kml.MultilabelStratifiedKFold(shuffle=1), TypeError, "True or False"),
        (
            lambda: kml.MultilabelStratifiedKFold(random_state=0),
            ValueError,
            "shuffle=True",
        ),
        (lambda: kml.MultilabelStratifiedShuffleSplit(0), ValueError, "1 or more"),
    ],
)
def test_bad_options(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("x", "y", "groups", "message"),
    [
        (None, [[1], [0], [1]], None, "needs groups"),
        (None, [[1], [0], [1]], [0, 1], r"shape \(3,\); got \(2,\)"),
        (None, [[1], [0], [1]], [0, 1, None], "missing at row 2"),
        (None, [[1], [0], [1]], [0.0, np.nan, 1.0], "missing at row 1"),
        (None, [[1], [0], [1]], ["a", 1, None], "missing at row 2"),
        (None, [[1], [0], [1]], [0, 0, 0], "2 groups or more.*got 1"),
        (None, [[1], [0], [2]], [0, 0, 1], "got 2"),
        ([1, 2], [[1], [0], [1]], [0, 0, 1], "3 rows; got 2"),
    ],
)
def test_bad_input_of_groups(x, y, groups, message):
    with pytest.raises(ValueError, match=message):
        list(kml.MultilabelStratifiedGroupKFold(2).split(x, y, groups))


def test_bad_data():
    with pytest.raises(ValueError, match="at most the number of samples, 3; got 5"):
        kml.MultilabelStratifiedKFold().split(None, [[1], [0], [1]])
    with pytest.raises(ValueError, match="got 3"):
        kml.MultilabelStratifiedKFold(2).split(None, sparse.csr_array([[3], [1]]))
    with pytest.raises(ValueError, match="leaves both parts"):
        kml.MultilabelStratifiedShuffleSplit().split(None, [[1], [0], [1]])


@pytest.mark.parametrize("form", [np.array, sparse.csr_array])
def test_a_wrong_value_of_y_names_y(form):
    y = form([[0, 2], [1, 0], [1, 1], [0, 1]])
    with pytest.raises(ValueError, match=r"^y must hold 0 and 1"):
        next(kml.MultilabelStratifiedKFold(2).split(np.zeros(4), y))
