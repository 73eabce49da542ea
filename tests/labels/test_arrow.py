"""Columns of lists in polars and pyarrow give what the same Python lists give."""

import subprocess
import sys
import warnings

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import keras_multilabel as kml

ROWS = [["b", "a"], [], ["c"], ["a", "a"], ["d", "b"]] * 4000
NUMBERS = [[3, 1], [], [2]]


def chunked(rows):
    half = len(rows) // 2
    return pa.chunked_array([pa.array(rows[:half]), pa.array(rows[half:])])


def large(rows):
    kind = pa.string() if isinstance(rows[0][0], str) else pa.int64()
    return pa.array(rows, pa.large_list(kind))


COLUMNS = {
    "polars": pl.Series,
    "pyarrow": pa.array,
    "large": large,
    "chunked": chunked,
    "part": lambda rows: pa.array([["z"], *rows, ["y"]])[1:-1],
    "polars part": lambda rows: pl.Series([["z"], *rows, ["y"]])[1:-1],
}
each_column = pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)


@each_column
def test_the_same_matrix_and_labels(column):
    y, classes = kml.encode_labels(column(ROWS))
    expected, order = kml.encode_labels(ROWS)
    assert classes == order == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("column", [pl.Series, pa.array, large, chunked])
def test_whole_numbers_are_labels(column):
    y, classes = kml.encode_labels(column(NUMBERS))
    assert classes == [1, 2, 3]
    assert y.tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]


@each_column
def test_given_classes_and_unknown_ones(column):
    unknown = [["c"], ["d"], ["c"], [], []] * 4000
    order = ["d", "c", "b", "a"]
    y, _ = kml.encode_labels(column(ROWS), order, unknown=column(unknown))
    expected, _ = kml.encode_labels(ROWS, order, unknown=unknown)
    np.testing.assert_array_equal(y, expected)


@each_column
def test_labels_outside_the_classes_are_counted(column):
    told = []
    for rows, unknown in ((column(ROWS), column(ROWS)), (ROWS, ROWS)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            y, _ = kml.encode_labels(rows, ["b"], unknown=unknown, on_unseen="ignore")
        told.append((str(caught[0].message), y.tolist()))
    assert told[0] == told[1]
    assert told[0][0].startswith("Left out 40000 labels outside classes")


@each_column
def test_counts(column):
    counts = kml.count_labels(column(ROWS))
    assert counts.label_names == ["a", "b", "c", "d"]
    assert counts.positive.tolist() == [8000, 8000, 4000, 4000]


@pytest.mark.parametrize("column", [pl.Series, pa.array])
@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([["a"], None], TypeError, "row 1 is None"),
        ([["a"], ["b", None]], ValueError, "row 1 holds None"),
        ([[0, 1], [1, 0]], ValueError, "multi-hot already"),
    ],
)
def test_the_same_errors(column, rows, error, message):
    with pytest.raises(error, match=message):
        kml.encode_labels(column(rows))


def test_python_lists_do_not_import_arrow():
    code = """
import sys
import keras_multilabel as kml
kml.encode_labels([["a"], []])
assert "pyarrow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
