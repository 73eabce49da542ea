"""Lists of labels <-> multi-hot, against MultiLabelBinarizer; bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import MultiLabelBinarizer

import keras_multilabel as kml

ROWS = st.lists(
    st.lists(st.sampled_from("abcdefg"), max_size=5), min_size=1, max_size=30
)


@given(ROWS)
def test_equal_to_multilabelbinarizer(rows):
    if not any(rows):
        return
    binarizer = MultiLabelBinarizer()
    expected = binarizer.fit_transform(rows)
    multi_hot, classes = kml.encode_labels(rows)
    np.testing.assert_array_equal(multi_hot, expected)
    assert classes == binarizer.classes_.tolist()
    assert multi_hot.dtype == np.int8


@given(ROWS)
def test_decode_undoes_encode(rows):
    multi_hot, classes = kml.encode_labels(rows, list("gfedcba"))
    assert [set(row) for row in kml.decode_labels(multi_hot, classes)] == [
        set(row) for row in rows
    ]


def test_classes_fix_the_order_of_the_columns():
    """TRAPS 25."""
    multi_hot, classes = kml.encode_labels([["b"], ["a", "c"]], ["c", "a", "b"])
    assert classes == ["c", "a", "b"]
    assert multi_hot.tolist() == [[0, 0, 1], [1, 1, 0]]


def test_a_row_without_labels_is_kept():
    """TRAPS 19: "no label" is data."""
    multi_hot, _ = kml.encode_labels([["a"], [], ["b"]])
    assert multi_hot.tolist() == [[1, 0], [0, 0], [0, 1]]


def test_unknown_labels_become_minus_one_unless_named():
    multi_hot, classes = kml.encode_labels([["a"], ["b"]], unknown=[["a", "c"], []])
    assert classes == ["a", "b", "c"]
    assert multi_hot.tolist() == [[1, 0, -1], [0, 1, 0]]
    assert kml.decode_labels(multi_hot, classes) == [["a"], ["b"]]


# Rows are encoded in chunks of 8,192.
@pytest.mark.parametrize("n_rows", [7, 8191, 8192, 8193, 20_000])
def test_chunks_do_not_show(n_rows):
    some = [["a"], [], ["b", "a"], ["c"], ["b"], [], ["a"]]
    rows = (some * (n_rows // 7 + 1))[:n_rows]
    multi_hot, classes = kml.encode_labels(rows)
    np.testing.assert_array_equal(multi_hot, MultiLabelBinarizer().fit_transform(rows))
    assert kml.decode_labels(multi_hot, classes) == [sorted(row) for row in rows]


def test_bad_rows_are_counted_over_all_chunks():
    with pytest.raises(TypeError, match="row 20000 is None"):
        kml.encode_labels([["a"]] * 20_000 + [None])


def test_collections_of_any_kind_and_labels_of_any_type():
    rows = [{3}, (1, 2), frozenset(), np.array([2])]
    multi_hot, classes = kml.encode_labels(rows)
    assert classes == [1, 2, 3]
    assert multi_hot.tolist() == [[0, 0, 1], [1, 1, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_frames(library):
    frames = pytest.importorskip(library)
    column = frames.Series([["a", "b"], [], ["b"]])
    multi_hot, classes = kml.encode_labels(column)
    assert classes == ["a", "b"]
    assert multi_hot.tolist() == [[1, 1], [0, 0], [0, 1]]


def test_labels_that_are_0_and_1_need_classes():
    assert kml.encode_labels([[0, 1], [1, 1]], [0, 1])[0].tolist() == [[1, 1], [0, 1]]
    assert kml.encode_labels([[0, 1], [1]])[0].tolist() == [[1, 1], [0, 1]]


def test_strings_are_split_only_when_asked():
    assert kml.encode_labels(["a, b", "", "b,"], sep=",")[0].tolist() == [
        [1, 1],
        [0, 0],
        [0, 1],
    ]
    with pytest.raises(TypeError, match=r"row 1 is 'cat,dog'.*sep"):
        kml.encode_labels([["cat"], "cat,dog"])


def test_labels_outside_classes_are_an_error_or_reported():
    rows = [["a", "x"], ["x", "y"], ["b"]]
    with pytest.raises(ValueError, match="3 labels outside classes: 'x', 'y'"):
        kml.encode_labels(rows, ["a", "b"])
    with pytest.warns(UserWarning, match="Left out 3 labels"):
        multi_hot, _ = kml.encode_labels(rows, ["a", "b"], on_unseen="ignore")
    assert multi_hot.tolist() == [[1, 0], [0, 0], [0, 1]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kml.encode_labels("cat"), TypeError, "got a string"),
        (lambda: kml.encode_labels([["a"], None]), TypeError, "row 1 is None.*missing"),
        (lambda: kml.encode_labels([["a"], float("nan")]), TypeError, "row 1 is nan"),
        (
            lambda: kml.encode_labels([["a"], 3]),
            TypeError,
            "row 1 is 3.*goes into a list",
        ),
        (lambda: kml.encode_labels([b"ab"]), TypeError, r"row 0 is b'ab'.*decode"),
        (lambda: kml.encode_labels([["a"], [None]]), ValueError, "row 1 holds None"),
        (
            lambda: kml.encode_labels([["a", float("nan")]], ["a"], on_unseen="ignore"),
            ValueError,
            "row 0 holds nan, a missing",
        ),
        (
            lambda: kml.encode_labels([["a"]], unknown=[[None]]),
            ValueError,
            "unknown must name labels; row 0 holds None",
        ),
        (
            lambda: kml.encode_labels([[0, 1], [1, 1]]),
            ValueError,
            r"multi-hot already.*pass classes=\[0, 1\]",
        ),
        (lambda: kml.encode_labels([[], []]), ValueError, r"no label at all.*classes="),
        (lambda: kml.encode_labels([["a", 1]]), TypeError, "no order: pass classes"),
        (
            lambda: kml.encode_labels([["a"]], ["a", "a"]),
            ValueError,
            "'a' more than once",
        ),
        (lambda: kml.encode_labels([["a"]], "a"), TypeError, "list of labels"),
        (lambda: kml.encode_labels([["a"]], []), ValueError, "at least one"),
        (
            lambda: kml.encode_labels([["a"]], unknown=[[], []]),
            ValueError,
            r"\(1\); got 2",
        ),
        (lambda: kml.encode_labels([["a"]], on_unseen="drop"), ValueError, "on_unseen"),
        (lambda: kml.decode_labels([[1, 0]], ["a"]), ValueError, "2 columns.*got 1"),
        (lambda: kml.decode_labels([[2]], ["a"]), ValueError, "got 2"),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
