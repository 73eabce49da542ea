"""Counts of labels: every form of truth, merging, bad input."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import keras_multilabel as kml

LISTS = st.lists(st.lists(st.sampled_from("abcde")), max_size=12)


def as_tuple(counts):
    return (
        counts.positive.tolist(),
        counts.known.tolist(),
        counts.n_samples,
        counts.classes,
    )


@pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float64])
def test_columns_are_counted_where_they_are_known(rng, dtype):
    y = rng.choice([-1, 0, 1], (300, 5)).astype(dtype)
    expected = ((y == 1).sum(0).tolist(), (y >= 0).sum(0).tolist(), 300, None)
    assert as_tuple(kml.count_labels(y)) == expected
    assert as_tuple(kml.count_labels(iter([y[:7], y[7:]]))) == expected
    y[y == 0] = np.nan if dtype != np.int8 else -1
    counts = kml.count_labels(y)
    np.testing.assert_array_equal(counts.known, counts.positive)
    np.testing.assert_array_equal(counts.negative, 0)


def test_sparse_matrices_and_bools(rng):
    y = rng.random((50, 6)) < 0.2
    expected = (y.sum(0).tolist(), [50] * 6, 50, None)
    assert as_tuple(kml.count_labels(y)) == expected
    assert as_tuple(kml.count_labels(sparse.csr_array(y))) == expected


@pytest.mark.parametrize("column", [list, pd.Series, pl.Series])
def test_lists_of_labels(column):
    rows = column([["dog"], ["cat", "dog"], [], ["dog", "dog"]])
    counts = kml.count_labels(rows)
    assert as_tuple(counts) == ([1, 3], [4, 4], 4, ["cat", "dog"])
    np.testing.assert_array_equal(counts.negative, [3, 1])


@pytest.mark.parametrize("column", [list, pd.Series, pl.Series])
def test_columns_of_multi_hot_rows_are_a_matrix(column):
    rows = [[1, 0, 0], [1, -1, 1], [0, 1, 1]]
    counts = kml.count_labels(column(rows))
    assert as_tuple(counts) == ([2, 1, 2], [3, 2, 3], 3, None)
    np.testing.assert_array_equal(
        kml.compute_class_weight(column(rows)), kml.compute_class_weight(rows)
    )
    np.testing.assert_array_equal(
        kml.compute_sample_weight(column(rows)), kml.compute_sample_weight(rows)
    )
    texts = kml.plot_label_counts(column(rows)).texts
    assert len(texts) == 3
    assert kml.f1_score(column(rows), [[1, 0, 0], [1, 1, 1], [0, 1, 1]]) == 1
    unknown = column([[1.0, float("nan")], [0.0, 1.0]])
    assert as_tuple(kml.count_labels(unknown)) == ([1, 1], [2, 1], 2, None)


@pytest.mark.parametrize("column", [pd.Series, pl.Series])
@pytest.mark.parametrize("rows", [[[0, 1], [1]], [[0, 2], [1, 2]], [[3], [4]]])
def test_columns_of_other_numbers_are_labels(column, rows):
    assert kml.count_labels(column(rows)).classes == sorted(
        {n for row in rows for n in row}
    )


def test_ragged_tensors_of_multi_hot_rows_are_a_matrix():
    tf = pytest.importorskip("tensorflow")
    rows = tf.ragged.constant([[1, 0], [1, 1]])
    assert as_tuple(kml.count_labels(rows)) == ([2, 1], [2, 2], 2, None)


def test_missing_labels_are_no_label():
    with pytest.raises(ValueError, match="row 1 holds None"):
        kml.count_labels([["a"], ["b", None]])


def test_batches_of_other_labels_are_named():
    batches = [np.eye(3), np.eye(2)]
    for function in (
        kml.count_labels,
        kml.compute_class_weight,
        kml.compute_sample_weight,
    ):
        with pytest.raises(ValueError, match="got 3 columns and 2 columns"):
            function(iter(batches))


@given(LISTS, LISTS)
def test_lists_merge_as_if_counted_in_one(one, other):
    merged = kml.count_labels(one) + kml.count_labels(other)
    assert as_tuple(merged) == as_tuple(kml.count_labels(one + other))


def test_columns_merge_as_if_counted_in_one(rng):
    y = rng.choice([-1, 0, 1], (40, 3))
    merged = kml.count_labels(y[:13]) + kml.count_labels(y[13:13])
    merged = merged + kml.count_labels(y[13:])
    assert as_tuple(merged) == as_tuple(kml.count_labels(y))


def test_counts_of_other_labels_do_not_add_up():
    lists, two = kml.count_labels([["a"]]), kml.count_labels([[1, 0]])
    with pytest.raises(ValueError, match="got 1 labels in lists and 2 columns"):
        lists + two
    with pytest.raises(ValueError, match="got 2 columns and 3 columns"):
        two + kml.count_labels([[1, 0, 0]])
    with pytest.raises(TypeError):
        two + 1


@given(LISTS)
def test_they_are_a_mapping_from_label_to_count(rows):
    counts = kml.count_labels(rows)
    expected = Counter(label for row in rows for label in set(row))
    assert isinstance(counts, Mapping)
    assert counts == dict(counts) == expected
    assert len(counts) == len(expected)
    assert list(counts) == sorted(expected)
    assert sum(counts.values()) == expected.total()
    assert all(counts[label] == n for label, n in expected.items())
    assert all(type(n) is int for n in counts.values())
    assert ("a" in counts, "x" in counts) == ("a" in expected, False)
    assert counts.get("x", 0) == 0
    assert [] not in counts
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    assert counts.most_common() == ordered
    assert counts.most_common(2) == ordered[:2]


def test_labels_that_are_no_text_and_columns_are_keys_too():
    assert dict(kml.count_labels([[7], [3, 7]])) == {3: 1, 7: 2}
    assert kml.count_labels([[7], [3, 7]]).label_names == ["3", "7"]
    assert dict(kml.count_labels([[1, 0], [1, 1]])) == {0: 2, 1: 1}
    frame = pd.DataFrame({"cat": [1, 0], "dog": [1, -1]})
    assert dict(kml.count_labels(frame)) == {"cat": 1, "dog": 1}
    batches = iter([np.array([[1, 0]]), np.array([[1, 1]])])
    assert dict(kml.count_labels(batches, label_names="ab")) == {"a": 2, "b": 1}


def test_equal_are_counts_of_which_all_is_equal():
    y = np.array([[1, 0], [0, 1]])
    assert kml.count_labels(y) == kml.count_labels(y[::-1])
    assert kml.count_labels(y) != kml.count_labels(y, label_names="ab")
    assert kml.count_labels(y) != kml.count_labels([[1, 0], [-1, 1]])
    assert kml.count_labels(y) != kml.count_labels([[1, 0], [0, 1], [0, 0]])
    assert kml.count_labels(y) != [1, 1]


def test_names_of_lists_are_the_labels_to_count():
    rows = [["dog"], [], ["dog", "cat"]]
    counts = kml.count_labels(rows, label_names=["owl", "dog", "cat"])
    assert dict(counts) == {"owl": 0, "dog": 2, "cat": 1}
    assert counts.known.tolist() == [3, 3, 3]
    assert counts + kml.count_labels([["owl"]]) == {"owl": 1, "dog": 2, "cat": 1}
    with pytest.raises(ValueError, match="outside classes: 'cat'"):
        kml.count_labels(rows, label_names=["dog"])


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([[2, 0]], ValueError, "got 2"),
        ([1, 0], TypeError, "collection of labels"),
        (np.array([1, 0]), ValueError, "n_labels"),
        (iter([]), ValueError, "no batch"),
        ([["a"], [1]], TypeError, "no order"),
    ],
)
def test_bad_targets(y, error, message):
    with pytest.raises(error, match=message):
        kml.count_labels(y)
