"""Histograms that come from elsewhere: what is refused, and what must not be lost."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

import keras_multilabel as kml
from tests.metrics.histograms import histogram_of
from tests.strategies import hard_weights


def text_of(**changes):
    """A small histogram's JSON, with some fields changed; None takes one away."""
    fields = json.loads(histogram_of([[1], [0]], [[0.7], [0.2]]).to_json())
    fields.update(changes)
    return json.dumps({name: it for name, it in fields.items() if it is not None})


NEGATIVES = [[884], [1]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": None}, "an object of version, num_labels"),
        ({"more": 1}, "an object of version, num_labels"),
        ({"version": 2}, "version must be 1.*got 2"),
        ({"version": True}, "version must be 1.*got True"),
        ({"num_labels": 1.0}, "num_labels must be a whole number"),
        ({"num_labels": 10**12}, "cells must be a list of 2000000000000 rows"),
        ({"bins": 1680}, "bins: there is no histogram of 1680"),
        ({"bins": "1679"}, "bins must be a whole number"),
        ({"dtype": "object"}, "dtype must be one of int64, float64; got 'object'"),
        ({"dtype": ["int64"]}, "dtype must be one of"),
        ({"cells": [NEGATIVES]}, "cells must be a list of 2 rows"),
        ({"cells": [NEGATIVES, 3]}, r"cells\[1\] must be two lists"),
        ({"cells": [NEGATIVES, [[1], [2, 3]]]}, r"cells\[1\] must be two lists"),
        ({"cells": [NEGATIVES, [[3, 3], [2, 3]]]}, r"cells\[1\].*each once"),
        ({"cells": [NEGATIVES, [[-1], [2]]]}, r"cells\[1\].*from 0 to 1678"),
        ({"cells": [NEGATIVES, [[1679], [2]]]}, r"cells\[1\].*from 0 to 1678"),
        ({"cells": [NEGATIVES, [[1.0], [2]]]}, r"cells\[1\].*from 0 to 1678"),
        ({"cells": [NEGATIVES, [[1], [-2]]]}, r"cells\[1\].*not negative; got -2"),
        ({"cells": [NEGATIVES, [[1], [2.5]]]}, r"cells\[1\].*of int64; got 2.5"),
        ({"cells": [NEGATIVES, [[1], [True]]]}, r"cells\[1\].*of int64; got True"),
        ({"cells": [NEGATIVES, [[1], [2**63]]]}, r"cells\[1\].*of int64"),
        (
            {"dtype": "float64", "cells": [NEGATIVES, [[1], [np.nan]]]},
            r"cells\[1\].*not negative; got nan",
        ),
        (
            {"dtype": "float64", "cells": [NEGATIVES, [[1], [np.inf]]]},
            r"cells\[1\].*finite.*got inf",
        ),
        (
            {"dtype": "float64", "cells": [NEGATIVES, [[1], ["1"]]]},
            r"cells\[1\].*of float64; got '1'",
        ),
        (
            {"dtype": "float64", "cells": [NEGATIVES, [[1], [10**400]]]},
            r"cells\[1\].*of float64",
        ),
    ],
)
def test_a_field_that_is_wrong_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        kml.ScoreHistogram.from_json(text_of(**changes))
    kml.ScoreHistogram.from_json(text_of())


@pytest.mark.parametrize("text", ["[]", "3", '"version"', "null"])
def test_json_of_something_else_is_refused(text):
    with pytest.raises(ValueError, match="to_json wrote"):
        kml.ScoreHistogram.from_json(text)


@pytest.mark.parametrize(
    ("negatives", "positives", "error", "message"),
    [
        (np.zeros((253, 2)), np.zeros((253, 3)), ValueError, r"one shape; got \(253"),
        (np.zeros(253), np.zeros(253), ValueError, r"negatives must have the shape"),
        (np.zeros((253, 0)), np.zeros((253, 0)), ValueError, r"\(n_bins, n_labels\)"),
        (np.full((253, 1), -1), np.zeros((253, 1)), ValueError, "negatives.*got -1"),
        (np.zeros((253, 1)), np.full((253, 1), np.nan), ValueError, "positives.*nan"),
        (np.zeros((253, 1)), np.full((253, 1), "1"), TypeError, "positives must be nu"),
        (
            np.full((253, 1), 2**63, np.uint64),
            np.zeros((253, 1)),
            ValueError,
            "negatives must be numbers of int64",
        ),
    ],
)
def test_counts_from_elsewhere_are_checked(negatives, positives, error, message):
    with pytest.raises(error, match=message):
        kml.ScoreHistogram.of_bins(negatives, positives)


def test_small_types_from_elsewhere_do_not_overflow():
    cells = np.full((253, 1), 200, np.uint8)
    histogram = kml.ScoreHistogram.of_bins(cells, cells)
    assert histogram.negatives.dtype == np.int64
    assert (histogram + histogram).counts(0.0).tp == 2 * 253 * 200


def test_counts_at_no_number():
    histogram = histogram_of([[1, 0]], [[0.7, 0.2]])
    with pytest.raises(ValueError, match="must not be NaN"):
        histogram.counts(np.nan)
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        histogram.counts([0.5, 0.5, 0.5])
    assert histogram.counts([-np.inf, np.inf]).predicted.tolist() == [1, 0]


def test_a_batch_that_is_refused_leaves_integers():
    histogram = histogram_of([[1]], [[0.7]])
    with pytest.raises(ValueError, match="got 2"):
        histogram.update([[2]], [[0.5]], [0.5])
    assert histogram.positives.dtype == histogram.negatives.dtype == np.int64
    assert histogram.positives.sum() == 1


@pytest.mark.parametrize("weighted_first", [True, False])
def test_batches_with_and_without_weights_lose_nothing(weighted_first):
    """The small weight is in the bin of negatives to which the plain batch adds 0."""
    weighted = ([[0]], [[0.7]], [1e-30])
    plain = ([[1]], [[0.7]])
    histogram = kml.ScoreHistogram(1)
    for batch in (weighted, plain) if weighted_first else (plain, weighted):
        histogram.update(*batch)
    assert histogram.negatives.sum() == 1e-30
    assert histogram.positives.sum() == 1


def test_small_weights_above_a_large_one_are_counted():
    histogram = histogram_of([[1], [0], [0]], [[0.9], [0.8], [0.1]], [1, 1, 1e17])
    counts = histogram.counts(0.5)
    assert (counts.tp[0], counts.fp[0], counts.tn[0]) == (1, 1, 1e17)
    upside_down = histogram_of([[0], [0]], [[0.9], [0.1]], [1e17, 1])
    assert upside_down.counts(0.5).tn == 1


@pytest.mark.parametrize("size", [1e-170, 1e-320, 1e200, 1e305])
def test_scores_of_weights_of_one_size(rng, size):
    y_true = (rng.random((40, 3)) < 0.4).astype(int)
    y_score = rng.random((40, 3))
    plain = histogram_of(y_true, y_score)
    weighted = histogram_of(y_true, y_score, np.full(40, size))
    for score in (kml.roc_auc_score, kml.average_precision_score):
        for average in (None, "macro", "weighted", "micro"):
            np.testing.assert_allclose(
                score(weighted, average=average), score(plain, average=average)
            )
    for bounds in (kml.roc_auc_bounds, kml.average_precision_bounds):
        np.testing.assert_allclose(bounds(weighted), bounds(plain))


def test_entries_of_sparse_truth_that_are_stored_twice_are_added_up():
    twice = sparse.csr_array(([1, 1], [0, 0], [0, 2]), shape=(1, 2))
    with pytest.raises(ValueError, match="got 2"):
        kml.score_histogram(twice, [[0.5, 0.5]])
    zeros = sparse.csr_array(([1, 0], [0, 0], [0, 2]), shape=(1, 2))
    found = kml.score_histogram(zeros, [[0.5, 0.5]])
    np.testing.assert_array_equal(found.positives.sum(0), [1, 0])
    np.testing.assert_array_equal(found.negatives.sum(0), [0, 1])


# Laws


@st.composite
def batches(draw):
    """(y_true, y_score, weight or None) of two labels, a few."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(1, 6))
        y_true = draw(arrays(np.int8, (n, 2), elements=st.integers(-1, 1)))
        kind = draw(st.sampled_from([np.float16, np.float32, np.float64]))
        scores = st.floats(0, 1, width=np.dtype(kind).itemsize * 8)
        y_score = draw(arrays(kind, (n, 2), elements=scores))
        found.append((y_true, y_score, draw(st.none() | hard_weights(n))))
    return found


def assert_same(found, expected, rtol=0.0):
    for name in ("negatives", "positives"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=rtol)


@settings(deadline=None)
@given(batches(), st.randoms())
def test_parts_in_any_order_add_up_to_the_whole(parts, random):
    whole = kml.ScoreHistogram(2, 300)
    for part in parts:
        whole.update(*part)
    random.shuffle(parts)
    merged = kml.ScoreHistogram(2, 300)
    for part in parts:
        merged = histogram_of(*part, bins=300) + merged
    # Sums of floats depend on their order by a rounding each, those of integers not.
    plain = all(weight is None for *_, weight in parts)
    assert_same(merged, whole, 0.0 if plain else 1e-14)


@settings(deadline=None)
@given(batches())
def test_json_and_back_loses_no_bit(parts):
    histogram = kml.ScoreHistogram(2, 300)
    for part in parts:
        histogram.update(*part)
    text = histogram.to_json()

    def refuse(name):
        raise AssertionError(name)

    json.loads(text, parse_constant=refuse)
    assert_same(kml.ScoreHistogram.from_json(text), histogram)
