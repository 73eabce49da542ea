"""ROC AUC and average precision of histograms: near the exact ones, within bounds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import keras_multilabel as kml
from tests.metrics.histograms import data, histogram_of

AVERAGES = [None, "micro", "macro", "weighted"]


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("scale", [1, 6, 15])
def test_scores_are_near_the_exact_ones(rng, average, scale):
    y, s = data(rng, 20_000, scale=scale)
    histogram = histogram_of(y, s)
    np.testing.assert_allclose(
        kml.roc_auc_score(histogram, average=average),
        kml.roc_auc_score(y, s, average=average),
        atol=2e-4,
    )
    np.testing.assert_allclose(
        kml.average_precision_score(histogram, average=average),
        kml.average_precision_score(y, s, average=average),
        atol=1e-3,
    )


@pytest.mark.parametrize("scale", [1, 6])
def test_average_precision_of_rare_labels_has_no_bias(rng, scale):
    """Most of it is that of the first few positives, each alone in its bin."""
    y = rng.random((25_000, 20)) < 0.004
    logits = scale * (rng.normal(2.0 * y, 1.0) - 5)
    s = (1 / (1 + np.exp(-logits))).astype(np.float32)
    exact = kml.average_precision_score(y, s, average=None)
    histogram = histogram_of(y, s)
    counted = kml.ScoreHistogram.of_bins(histogram.negatives, histogram.positives)
    for each, worst in ((histogram, 1e-3), (counted, 2e-3)):
        error = kml.average_precision_score(each, average=None) - exact
        assert abs(error).max() < worst
        assert abs(error.mean()) < 3e-4


@pytest.mark.parametrize("unit", [1, 1.0, 0.37, 3e-200])
@pytest.mark.parametrize(("above", "n", "n_positive"), [((0, 0), 5, 2), ((2, 3), 6, 3)])
def test_average_precision_is_the_mean_over_all_orders(above, n, n_positive, unit):
    """Positives and negatives above, then a bin of some; unit: the weight of each."""
    positives, negatives = (np.zeros((1679, 1), type(unit)) for _ in range(2))
    positives[1000], negatives[1000] = above
    positives[900], negatives[900] = n_positive, n - n_positive
    negatives[100] = 1  # tells the unit, and is below all positives
    a, b = above
    expected = []
    for places in combinations(range(n), n_positive):
        of_bin = [(a + t + 1) / (a + b + p + 1) for t, p in enumerate(places)]
        expected.append(sum(of_bin))
    of_above = [
        (t + 1) / (p + 1)
        for places in combinations(range(a + b), a)
        for t, p in enumerate(places)
    ]
    n_orders = max(1, len(list(combinations(range(a + b), a))))
    total = np.mean(expected) + sum(of_above) / n_orders
    found = kml.ScoreHistogram.of_bins(negatives * unit, positives * unit)
    assert kml.average_precision_score(found) == pytest.approx(total / (a + n_positive))


def test_average_precision_of_many_entries_keeps_its_digits():
    """Some 10^9 above a bin: differences of large numbers would lose them."""
    negatives, positives = np.zeros((2, 1679, 1), np.int64)
    negatives[1000], positives[1000] = 10**9, 10**6
    negatives[900], positives[900] = 3, 2
    found = kml.ScoreHistogram.of_bins(negatives, positives)
    k, n = 10**6, 10**9 + 10**6
    rise = (k - 1) / (n - 1)
    harmonic = np.log(n) + np.euler_gamma + 1 / (2 * n)
    first = k / n * (rise * n + (1 - rise) * harmonic)
    expected = (first + 2 * k / n) / (k + 2)
    assert kml.average_precision_score(found) == pytest.approx(expected, rel=1e-8)


def test_weights_of_any_size_at_once(rng):
    y, s = data(rng, 60, 2)
    for weight in ([1e-300, 1e300], [5e-324, 1], [1, 2], [0.3, 0.7]):
        each = rng.choice(weight, len(y))
        low, high = kml.average_precision_bounds(histogram_of(y, s, each))
        found = kml.average_precision_score(histogram_of(y, s, each), average=None)
        assert (low - 1e-9 <= found).all()
        assert (found <= high + 1e-9).all()


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
    edges = kml.ScoreHistogram(1).thresholds
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


@pytest.mark.parametrize("bounds", [kml.roc_auc_bounds, kml.average_precision_bounds])
def test_only_histograms_have_bounds(bounds):
    with pytest.raises(TypeError, match="must be a ScoreHistogram"):
        bounds(kml.SortedScores([[1], [0]], [[0.7], [0.2]]))
