"""Labels described: against sums written out, in every form of truth."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

import keras_multilabel as kml
from tests.strategies import SHAPES

TRUTH = SHAPES.flatmap(
    lambda shape: arrays(np.int8, shape, elements=st.integers(-1, 1))
)


def facts_of(summary):
    return (
        summary.positive.tolist(),
        summary.known.tolist(),
        summary.n_samples,
        summary.n_empty,
        summary.n_label_sets,
        summary.cooccurrence.tolist(),
        np.round(summary.expected, 9).tolist(),
    )


def pair_by_pair(y):
    """Observed and expected co-occurrence, each pair over the rows that know both."""
    n_labels = y.shape[1]
    observed, expected = np.zeros((n_labels, n_labels)), np.zeros((n_labels, n_labels))
    for i in range(n_labels):
        for j in range(n_labels):
            both = y[(y[:, i] >= 0) & (y[:, j] >= 0)][:, [i, j]] == 1
            observed[i, j] = both.all(1).sum()
            if len(both):
                expected[i, j] = both[:, 0].mean() * both[:, 1].mean() * len(both)
    return observed, expected


@given(TRUTH)
def test_every_figure_is_the_sum_written_out(y):
    summary = kml.describe_labels(y)
    observed, expected = pair_by_pair(y)
    assert summary.positive.tolist() == (y == 1).sum(0).tolist()
    assert summary.known.tolist() == (y >= 0).sum(0).tolist()
    assert summary.n_samples == len(y)
    assert summary.n_empty == sum(1 not in row for row in y)
    assert summary.n_label_sets == len({tuple(row == 1) for row in y})
    assert summary.cardinality == pytest.approx((y == 1).sum(1).mean())
    assert summary.unknown_share == pytest.approx((y == -1).mean())
    known = y[y >= 0]
    density = known.mean() if known.size else np.nan
    assert summary.density == pytest.approx(density, nan_ok=True)
    np.testing.assert_array_equal(summary.cooccurrence, observed)
    np.testing.assert_allclose(summary.expected, expected, atol=1e-9)
    np.testing.assert_allclose(summary.expected, summary.expected.T)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(summary.lift, observed / expected)


@given(TRUTH)
def test_the_form_does_not_matter(y):
    expected = facts_of(kml.describe_labels(y))
    as_nan = np.where(y < 0, np.nan, y)
    half = len(y) // 2
    for form in (
        sparse.csr_array(y),
        sparse.coo_array(y),
        as_nan.astype(np.float32),
        pd.DataFrame(as_nan),
        pl.DataFrame(y, schema=[f"c{i}" for i in range(y.shape[1])]),
        iter([y[:half], y[half:]]),
    ):
        assert facts_of(kml.describe_labels(form)) == expected


@pytest.mark.parametrize("column", [list, pd.Series, pl.Series])
def test_lists_are_as_their_columns(column):
    rows = [["dog"], ["cat", "dog"], [], ["dog", "dog"], ["bird"]]
    y, classes = kml.encode_labels(rows)
    summary = kml.describe_labels(column(rows))
    assert summary.label_names == classes
    assert facts_of(summary) == facts_of(kml.describe_labels(y))
    given = kml.describe_labels(column(rows), label_names=["dog", "cat", "bird", "cow"])
    assert given.positive.tolist() == [3, 1, 1, 0]


@pytest.mark.parametrize("share", [0.02, 0.6])
def test_many_rows_in_several_parts(rng, share):
    y = (rng.random((300_000, 40)) < share).astype(np.int8)
    y[rng.random(len(y)) < 0.3, 3] = -1
    summary = kml.describe_labels(y)
    positive = (y == 1).astype(float)
    np.testing.assert_array_equal(summary.cooccurrence, positive.T @ positive)
    packed = np.packbits(y == 1, axis=1)
    assert summary.n_label_sets == len(np.unique(packed, axis=0))
    assert facts_of(kml.describe_labels(sparse.csr_array(y))) == facts_of(summary)


def test_imbalance_is_that_of_the_paper():
    """IRLbl and MeanIR of Charte et al. on a case worked out by hand."""
    y = np.zeros((12, 3), int)
    y[:8, 0], y[:4, 1], y[11, 2] = 1, 1, 1
    summary = kml.describe_labels(y)
    np.testing.assert_allclose(summary.imbalance_ratio, [1, 2, 8])
    assert summary.mean_imbalance_ratio == pytest.approx(11 / 3)


def test_labels_without_positives_or_knowledge():
    summary = kml.describe_labels([[1, 0, -1], [1, 0, -1], [0, 0, -1]])
    np.testing.assert_array_equal(summary.imbalance_ratio, [1, np.inf, np.nan])
    assert summary.mean_imbalance_ratio == 1
    assert np.isnan(kml.describe_labels([[0, -1]]).mean_imbalance_ratio)
    assert np.isnan(kml.describe_labels([[-1, -1]]).density)


def test_labels_that_attract_and_avoid_each_other():
    y = np.repeat([[1, 1, 0], [0, 0, 1]], 50, axis=0)
    lift = kml.describe_labels(y).lift
    assert lift[0, 1] == 2
    assert lift[0, 2] == 0


def test_print_frame_and_notebook():
    summary = kml.describe_labels(
        pd.DataFrame([[1, 0], [1, 1], [-1, 0]], columns=["<b>", "dog"])
    )
    title, facts, more, head, *rows = repr(summary).splitlines()
    assert title == "LabelSummary of 2 labels in 3 samples"
    assert facts.startswith("1.0000 labels a sample (density 0.6000), 3 label sets, ")
    assert more == "16.67 % of entries unknown, mean imbalance ratio 2.0000"
    assert head.split() == ["positive", "known", "share", "imbalance", "ratio"]
    assert [row.split()[0] for row in rows] == ["<b>", "dog"]
    frame = summary.to_frame()
    assert frame.index.tolist() == ["<b>", "dog"]
    assert frame["imbalance ratio"].tolist() == [1, 3]
    html = summary._repr_html_()
    assert "3 samples<br>1.0000 labels" in html
    assert "&lt;b&gt;" in html
    column = pl.Series([["cat"], ["dog"]])
    assert isinstance(kml.describe_labels(column).to_frame(), pl.DataFrame)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (np.zeros((0, 3)), ValueError, "at least one sample"),
        ([], ValueError, "sample|label"),
        (iter([]), ValueError, "at least one sample"),
        (sparse.csr_array((0, 3)), ValueError, "at least one sample"),
        (sparse.csr_array([[0, 2]]), ValueError, "must hold 0 and 1.*got 2"),
        ([[0, 2]], ValueError, "must hold 0 and 1.*got 2"),
        ([["a"], "b"], TypeError, "row 1 is 'b'"),
        (iter([np.eye(2), np.eye(3)]), ValueError, "got 2 columns and 3"),
    ],
)
def test_what_is_refused(y, error, message):
    with pytest.raises(error, match=message):
        kml.describe_labels(y)


def test_names_must_fit():
    with pytest.raises(ValueError, match="must name the 2 labels"):
        kml.describe_labels(np.eye(2), label_names=["a"])
