"""Histograms of scores: counts at the edges, merging, files, memory, bad input."""

import json
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

import keras_multilabel as kml
from tests.metrics.histograms import SEVERAL_BLOCKS, data, histogram_of


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_counts_at_every_edge_are_exact(rng, dtype):
    y, s = data(rng, 500, 3)
    s = s.astype(dtype)
    histogram = histogram_of(y, s, bins=300)
    counts = histogram.counts()
    for index in range(0, len(histogram.thresholds), 7):
        decisions = s.astype(np.float64) >= histogram.thresholds[index]
        expected = kml.confusion_counts(y, decisions)
        np.testing.assert_array_equal(counts.tp[index], expected.tp)
        np.testing.assert_array_equal(counts.fp[index], expected.fp)
        np.testing.assert_array_equal(counts.fn[index], expected.fn)
        np.testing.assert_array_equal(counts.tn[index], expected.tn)


def assert_same_counts(found, expected):
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name))
    assert found.axis == expected.axis


def test_counts_at_one_threshold_and_at_one_for_each_label(rng):
    y, s = data(rng)
    histogram = histogram_of(y, s)
    assert_same_counts(histogram.counts(0.5), kml.confusion_counts(y, s >= 0.5))
    each = histogram.thresholds[[300, 800, 900, 1000, 1100, 1678]]
    assert_same_counts(histogram.counts(each), kml.confusion_counts(y, s >= each))
    nobody = histogram.counts(np.nextafter(1, 2))
    assert_same_counts(nobody, kml.confusion_counts(y, np.zeros_like(y)))


def test_a_threshold_between_edges_stands_for_the_next_above():
    histogram = kml.ScoreHistogram(1)
    low, high = histogram.thresholds[900:902]
    assert_same_counts(
        histogram_of([[1]], [[low]]).counts((low + high) / 2),
        kml.confusion_counts([[1]], [[0]]),
    )


def test_unknown_entries_are_left_out(rng):
    y, s = data(rng, SEVERAL_BLOCKS)
    unknown = rng.random(y.shape) < 0.3
    decided = kml.confusion_counts(np.where(unknown, -1, y), s >= 0.5)
    for form in (np.where(unknown, -1, y), np.where(unknown, np.nan, y)):
        assert_same_counts(histogram_of(form, s).counts(0.5), decided)
        sparse_form = sparse.csr_array(form)
        assert_same_counts(histogram_of(sparse_form, s).counts(0.5), decided)


@pytest.mark.parametrize(
    "form", [sparse.csr_matrix, sparse.coo_array, sparse.csc_array]
)
def test_sparse_truth_is_the_same_as_dense(rng, form):
    y, s = data(rng, SEVERAL_BLOCKS)
    dense, thin = histogram_of(y, s), histogram_of(form(y), s)
    np.testing.assert_array_equal(thin.positives, dense.positives)
    np.testing.assert_array_equal(thin.negatives, dense.negatives)


def test_a_row_of_weight_two_counts_twice(rng):
    y, s = data(rng, SEVERAL_BLOCKS)
    weight = rng.integers(0, 4, len(y))
    histogram = histogram_of(y, s, weight)
    twice = histogram_of(np.repeat(y, weight, axis=0), np.repeat(s, weight, axis=0))
    assert histogram.positives.dtype == np.float64
    np.testing.assert_array_equal(histogram.positives, twice.positives)
    np.testing.assert_array_equal(histogram.negatives, twice.negatives)


def test_batches_and_sums_are_the_whole(rng):
    y, s = data(rng, SEVERAL_BLOCKS)
    whole = histogram_of(y, s)
    batches = kml.ScoreHistogram(y.shape[1])
    for start in range(0, len(y), 700):
        batches.update(y[start : start + 700], s[start : start + 700])
    added = histogram_of(y[:1000], s[:1000]) + histogram_of(y[1000:], s[1000:])
    for other in (batches, added):
        np.testing.assert_array_equal(other.positives, whole.positives)
        np.testing.assert_array_equal(other.negatives, whole.negatives)


def test_an_empty_batch_adds_nothing():
    histogram = histogram_of(np.zeros((0, 3)), np.zeros((0, 3)))
    assert not (histogram.positives + histogram.negatives).any()


def test_to_json_and_back(rng):
    y, s = data(rng)
    for weight in (None, rng.random(len(y))):
        histogram = histogram_of(y, s, weight, bins=400)
        again = kml.ScoreHistogram.from_json(histogram.to_json())
        np.testing.assert_array_equal(again.positives, histogram.positives)
        np.testing.assert_array_equal(again.negatives, histogram.negatives)
        np.testing.assert_array_equal(again.thresholds, histogram.thresholds)
        assert again.positives.dtype == histogram.positives.dtype
    assert json.loads(histogram.to_json())["num_labels"] == 6


def test_counts_from_elsewhere(rng):
    histogram = histogram_of(*data(rng))
    again = kml.ScoreHistogram.of_bins(histogram.negatives, histogram.positives)
    assert_same_counts(again.counts(), histogram.counts())
    with pytest.raises(ValueError, match="no histogram of 7 bins; the next has 253"):
        kml.ScoreHistogram.of_bins(np.zeros((7, 2)), np.zeros((7, 2)))


@pytest.mark.parametrize("objective", ["f1", "balanced_accuracy", "youden_j"])
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_thresholds_are_tuned_as_on_samples(rng, objective, average):
    y, s = data(rng)
    # Scores on the edges: binning loses nothing then.
    edges = kml.ScoreHistogram(1).thresholds
    s = edges[np.searchsorted(edges, s, "right") - 1]
    histogram = histogram_of(y, s)
    tuned = kml.tune_thresholds(histogram, None, objective, average=average)
    expected = kml.tune_thresholds(y, s, objective, average=average)
    assert tuned.score == pytest.approx(expected.score, abs=0.01)
    found = histogram.counts(tuned.values)
    assert_same_counts(found, kml.confusion_counts(y, tuned.apply(s)))


def test_thousands_of_labels_take_the_memory_that_the_docs_state(rng):
    n_samples, n_labels = 500, 3000
    s = rng.random((n_samples, n_labels), np.float32)
    y = sparse.csr_array(rng.random(s.shape, np.float32) < 0.001)
    tracemalloc.start()
    try:
        histogram = histogram_of(y, s)
        kml.roc_auc_score(histogram, average="micro")
        kml.average_precision_score(histogram)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    state = 24 * 1679 * n_labels
    assert histogram.nbytes == state
    assert peak < state + 200 * 2**20
    assert histogram.positives.sum() == y.nnz


# Bad input ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "s", "message"),
    [
        ([[1, 0]], [[0.5, 1.5]], "from 0 to 1; got 0.5 to 1.5.*sigmoid"),
        ([[1, 0]], [[0.5, np.nan]], "NaN.* row 0, column 1"),
        ([[1, 0, 0]], [[0.5, 0.5, 0.1]], r"\(n_samples, 2\); got \(1, 3\)"),
        ([[1, 0], [0, 1]], [[0.5, 0.5]], r"got \(2, 2\) and \(1, 2\)"),
        ([[1, 2]], [[0.5, 0.5]], "got 2"),
    ],
)
def test_bad_batches_are_not_counted(y, s, message):
    histogram = kml.ScoreHistogram(2)
    for truth in (y, sparse.csr_array(y)):
        with pytest.raises(ValueError, match=message):
            histogram.update(truth, s)
    assert not (histogram.positives + histogram.negatives).any()


def test_rounding_above_one_counts_as_one():
    """A softmax in float32 may give 1 + 1e-7, which is no logit."""
    above = kml.score_histogram([[1]], np.array([[1.0000001]], np.float32))
    np.testing.assert_array_equal(
        above.positives, kml.score_histogram([[1]], [[1.0]]).positives
    )
    with pytest.raises(ValueError, match=r"from 0 to 1; got 1\.00001"):
        kml.score_histogram([[1]], [[1.00001]])


def test_bad_options():
    with pytest.raises(ValueError, match=r"num_labels must be .* 1 or more; got 0"):
        kml.ScoreHistogram(0)
    for bins in (0, 10**7):
        with pytest.raises(ValueError, match=f"bins must be .*; got {bins}"):
            kml.ScoreHistogram(2, bins)
    with pytest.raises(ValueError, match="same labels and bins"):
        kml.ScoreHistogram(2) + kml.ScoreHistogram(3)
