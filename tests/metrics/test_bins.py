"""The bins of histograms: how many there are, and which one a score is in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keras_multilabel as kml

PROBABILITIES = st.one_of(
    st.floats(0, 1),
    st.floats(0, 1, width=32),
    st.sampled_from([0.0, 0.5, 1.0, 5e-324, 2.0**-24, 1 - 2.0**-24]),
    st.sampled_from(kml.ScoreHistogram(1).thresholds.tolist()),
)


@given(PROBABILITIES, st.sampled_from([253, 575, 1679, 11_983]))
def test_a_score_is_in_the_bin_of_the_last_edge_it_is_not_below(score, bins):
    for dtype in (np.float32, np.float64):
        scores = np.array([score], dtype)
        scores = np.clip(np.append(scores, np.nextafter(scores, [-1, 2])), 0, 1)
        scores = scores.astype(dtype)
        histogram = kml.ScoreHistogram(3, bins)
        assert len(histogram.thresholds) == bins
        for truth in (0, 1):
            histogram.update(np.full((1, 3), truth), scores[None])
        edges = histogram.thresholds
        expected = np.searchsorted(edges, scores.astype(np.float64), "right") - 1
        for cells in (histogram.negatives, histogram.positives):
            label, found = np.nonzero(cells.T)
            np.testing.assert_array_equal(label, range(3))
            np.testing.assert_array_equal(found, expected)
            assert cells.sum() == 3


@pytest.mark.parametrize(("bins", "expected"), [(None, 1679), (1, 253), (1680, 3151)])
def test_there_are_at_least_as_many_bins_as_asked_for(bins, expected):
    histogram = kml.ScoreHistogram(2, bins)
    assert histogram.thresholds.shape == (expected,)
    assert (np.diff(histogram.thresholds) > 0).all()
    assert histogram.positives.shape == histogram.negatives.shape == (expected, 2)
    assert histogram.nbytes == 24 * expected * 2
