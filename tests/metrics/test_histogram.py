"""Histograms of scores: counts at the edges, scores near the exact ones, merging."""

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

import keras_multilabel as kml
from keras_multilabel.metrics.histogram import bin_of, thresholds


def data(rng, n_samples=3000, n_labels=6, scale=1.0):
    """Truth and scores; a higher ``scale`` saturates them."""
    y = rng.random((n_samples, n_labels)) < np.geomspace(0.5, 0.02, n_labels)
    logits = scale * rng.normal(2.0 * y - 1, 1.0)
    return y.astype(np.int8), (1 / (1 + np.exp(-logits))).astype(np.float32)


def histogram_of(y_true, y_score, sample_weight=None, **options):
    histogram = kml.ScoreHistogram(np.shape(y_score)[1], **options)
    histogram.update(y_true, y_score, sample_weight)
    return histogram


# Bins -----------------------------------------------------------------------------

PROBABILITIES = st.one_of(
    st.floats(0, 1),
    st.floats(0, 1, width=32),
    st.sampled_from([0.0, 0.5, 1.0, 5e-324, 2.0**-24, 1 - 2.0**-24]),
    st.sampled_from(thresholds().tolist()),
)


@given(PROBABILITIES, st.sampled_from([0, 3, 5, 8]))
def test_a_score_is_in_the_bin_of_the_last_edge_it_is_not_below(score, bits):
    edges = thresholds(bits)
    for dtype in (np.float32, np.float64):
        scores = np.array([score], dtype)
        scores = np.clip(np.append(scores, np.nextafter(scores, [-1, 2])), 0, 1)
        scores = scores.astype(dtype)
        expected = np.searchsorted(edges, scores.astype(np.float64), "right") - 1
        np.testing.assert_array_equal(bin_of(scores, bits), expected)


@pytest.mark.parametrize(("bins", "expected"), [(None, 1679), (1, 253), (1680, 3151)])
def test_there_are_at_least_as_many_bins_as_asked_for(bins, expected):
    histogram = kml.ScoreHistogram(2, bins)
    assert histogram.thresholds.shape == (expected,)
    assert (np.diff(histogram.thresholds) > 0).all()
    assert histogram.positives.shape == histogram.negatives.shape == (expected, 2)
    assert histogram.nbytes == 16 * expected * 2


# Counts ---------------------------------------------------------------------------


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
    y, s = data(rng)
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
    y, s = data(rng)
    dense, thin = histogram_of(y, s), histogram_of(form(y), s)
    np.testing.assert_array_equal(thin.positives, dense.positives)
    np.testing.assert_array_equal(thin.negatives, dense.negatives)


def test_a_row_of_weight_two_counts_twice(rng):
    y, s = data(rng)
    weight = rng.integers(0, 4, len(y))
    histogram = histogram_of(y, s, weight)
    twice = histogram_of(np.repeat(y, weight, axis=0), np.repeat(s, weight, axis=0))
    assert histogram.positives.dtype == np.float64
    np.testing.assert_array_equal(histogram.positives, twice.positives)
    np.testing.assert_array_equal(histogram.negatives, twice.negatives)


def test_batches_and_sums_are_the_whole(rng, monkeypatch):
    y, s = data(rng)
    whole = histogram_of(y, s)
    batches = kml.ScoreHistogram(y.shape[1])
    for start in range(0, len(y), 700):
        batches.update(y[start : start + 700], s[start : start + 700])
    added = histogram_of(y[:1000], s[:1000]) + histogram_of(y[1000:], s[1000:])
    monkeypatch.setattr("keras_multilabel.metrics.histogram.BLOCK", 6 * 500)
    parts = histogram_of(y, s)
    for other in (batches, added, parts):
        np.testing.assert_array_equal(other.positives, whole.positives)
        np.testing.assert_array_equal(other.negatives, whole.negatives)


def test_an_empty_batch_adds_nothing():
    histogram = histogram_of(np.zeros((0, 3)), np.zeros((0, 3)))
    assert not (histogram.positives + histogram.negatives).any()


def test_to_files_and_back(rng, tmp_path):
    y, s = data(rng)
    for weight in (None, rng.random(len(y))):
        histogram = histogram_of(y, s, weight, bins=400)
        histogram.to_npz(tmp_path / "histogram.npz")
        for again in (
            kml.ScoreHistogram.from_json(histogram.to_json()),
            kml.ScoreHistogram.from_npz(tmp_path / "histogram.npz"),
        ):
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


# Many labels ----------------------------------------------------------------------


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
    state = 16 * 1679 * n_labels
    assert histogram.nbytes == state
    assert peak < state + 200 * 2**20
    assert histogram.positives.sum() == y.nnz


# Scores ---------------------------------------------------------------------------

AVERAGES = [None, "micro", "macro", "weighted"]


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("scale", [1, 6, 15])
def test_scores_are_near_the_exact_ones(rng, average, scale):
    y, s = data(rng, 20_000, scale=scale)
    histogram = histogram_of(y, s)
    np.testing.assert_allclose(
        kml.roc_auc_score(histogram, average=average),
        kml.roc_auc_score(y, s, average=average),
        atol=3e-4,
    )
    np.testing.assert_allclose(
        kml.average_precision_score(histogram, average=average),
        kml.average_precision_score(y, s, average=average),
        atol=3e-3,
    )


def test_scores_of_weighted_samples(rng):
    y, s = data(rng, 20_000)
    weight = rng.random(len(y))
    histogram = histogram_of(y, s, weight)
    for score in (kml.roc_auc_score, kml.average_precision_score):
        expected = score(y, s, sample_weight=weight, average=None)
        np.testing.assert_allclose(score(histogram, average=None), expected, atol=3e-3)


@given(
    arrays(np.int8, (30, 2), elements=st.sampled_from([0, 0, 1, -1])),
    arrays(
        np.float32,
        (30, 2),
        elements=st.sampled_from(
            [0, 1e-9, 0.3, 0.3001, 0.3002, 0.7, 0.7001, 1 - 2**-24, 1]
        ),
    ),
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_exact_scores_and_those_of_the_histogram_lie_within_the_bounds(y, s):
    histogram = histogram_of(y, s)
    for score, bounds in (
        (kml.roc_auc_score, kml.roc_auc_bounds),
        (kml.average_precision_score, kml.average_precision_bounds),
    ):
        low, high = bounds(histogram)
        for value in (
            score(y, s, average=None, zero_division=np.nan),
            score(histogram, average=None, zero_division=np.nan),
        ):
            np.testing.assert_array_equal(np.isnan(value), np.isnan(low))
            assert not ((value < low - 1e-12) | (value > high + 1e-12)).any()


def test_bounds_are_as_tight_as_bins_that_hold_one_score(rng):
    edges = thresholds()
    s = edges[rng.integers(0, len(edges), (400, 3))]
    y = (rng.random(s.shape) < s).astype(int)
    y[:, 0] = s[:, 0] > 0.3
    histogram = histogram_of(y, s)
    low, high = kml.roc_auc_bounds(histogram)
    assert low[0] == high[0] == pytest.approx(1)
    low, high = kml.average_precision_bounds(histogram)
    assert low[0] == pytest.approx(1) == high[0]


def test_ties_at_one_are_exact(rng):
    y = (rng.random((300, 2)) < 0.4).astype(int)
    s = np.where(rng.random((300, 2)) < 0.5, 1.0, 0.0)
    histogram = histogram_of(y, s)
    for score in (kml.roc_auc_score, kml.average_precision_score):
        expected = score(y, s, average=None)
        np.testing.assert_allclose(score(histogram, average=None), expected)


def test_labels_without_a_side_are_as_in_arrays():
    y, s = np.array([[1, 0, -1], [1, 0, -1]]), np.full((2, 3), 0.25)
    histogram = histogram_of(y, s)
    for score in (kml.roc_auc_score, kml.average_precision_score):
        np.testing.assert_array_equal(
            score(histogram, average=None), score(y, s, average=None)
        )
    with pytest.warns(UserWarning, match="columns 0, 1, 2 is undefined"):
        kml.roc_auc_score(histogram)


@pytest.mark.parametrize("objective", ["f1", "balanced_accuracy", "youden_j"])
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_thresholds_are_tuned_as_on_samples(rng, objective, average):
    y, s = data(rng)
    # Scores on the edges: binning loses nothing then.
    edges = thresholds()
    s = edges[np.searchsorted(edges, s, "right") - 1]
    histogram = histogram_of(y, s)
    tuned = kml.tune_thresholds(histogram, None, objective, average=average)
    expected = kml.tune_thresholds(y, s, objective, average=average)
    assert tuned.score == pytest.approx(expected.score, abs=0.01)
    found = histogram.counts(tuned.values)
    assert_same_counts(found, kml.confusion_counts(y, tuned.apply(s)))


# Bad input ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "s", "message"),
    [
        ([[1, 0]], [[0.5, 1.5]], "from 0 to 1; got 0.5 to 1.5.*sigmoid"),
        ([[1, 0]], [[0.5, np.nan]], "from 0 to 1; got nan"),
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


def test_bad_options():
    with pytest.raises(ValueError, match="num_labels must be at least 1; got 0"):
        kml.ScoreHistogram(0)
    for bins in (0, 10**7):
        with pytest.raises(ValueError, match=f"bins must be .*; got {bins}"):
            kml.ScoreHistogram(2, bins)
    with pytest.raises(ValueError, match="same labels and bins"):
        kml.ScoreHistogram(2) + kml.ScoreHistogram(3)


def test_a_histogram_stands_for_scores_and_weights():
    histogram = histogram_of([[1], [0]], [[0.7], [0.2]])
    with pytest.raises(TypeError, match="takes the place of y_score"):
        kml.roc_auc_score(histogram, [[0.7], [0.2]])
    with pytest.raises(TypeError, match=r"takes the place of .* sample_weight"):
        kml.roc_auc_score(histogram, sample_weight=[1, 2])
    with pytest.raises(ValueError, match='"samples"'):
        kml.average_precision_score(histogram, average="samples")
    with pytest.raises(TypeError, match="y_score is missing"):
        kml.roc_auc_score([[1], [0]])
