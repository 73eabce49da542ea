"""The one score of a histogram's cells: ties and single pairs are in their order."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import keras_multilabel as kml
from tests.metrics.histograms import data, histogram_of

# Rows of six labels.
ENOUGH_FOR_THREADS = 120_000

SCORES = (kml.roc_auc_score, kml.average_precision_score)
BOUNDS = (kml.roc_auc_bounds, kml.average_precision_bounds)


def assert_exact(histogram, y, s):
    for score, bounds in zip(SCORES, BOUNDS, strict=True):
        expected = score(y, s, average=None)
        for found in (score(histogram, average=None), *bounds(histogram)):
            np.testing.assert_allclose(found, expected, rtol=1e-12)
        for average in ("micro", "macro"):
            found = score(histogram, average=average)
            assert found == pytest.approx(score(y, s, average=average), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decimals", [1, 2])
def test_coarse_scores_are_exact(rng, dtype, decimals):
    y, s = data(rng, 20_000)
    s = s.astype(dtype).round(decimals)
    assert_exact(histogram_of(y, s), y, s)


@pytest.mark.parametrize("bins", [6095, None])
def test_bfloat16_is_exact_in_bins_of_seven_leading_bits(rng, bins):
    y, s = data(rng, 20_000)
    s = (s.view(np.uint32) >> 16 << 16).view(np.float32)
    histogram = histogram_of(y, s, bins=bins)
    if bins:
        assert_exact(histogram, y, s)
    else:
        expected = kml.average_precision_score(y, s)
        assert kml.average_precision_score(histogram) == pytest.approx(
            expected, abs=2e-3
        )


@pytest.mark.parametrize(("high", "low"), [(0.7001, 0.7), (0.7, 0.7001), (0.7, 0.7)])
def test_two_entries_of_a_bin_are_in_their_order(high, low):
    y, s = np.array([[1], [0], [0]]), np.array([[high], [low], [0.2]])
    assert_exact(histogram_of(y, s), y, s)


def test_merged_and_read_histograms_know_the_scores(rng):
    y, s = data(rng, ENOUGH_FOR_THREADS)
    s[:, :3] = s[:, :3].round(2)
    whole = histogram_of(y, s)
    batches = kml.ScoreHistogram(y.shape[1])
    for start in range(0, len(y), 900):
        batches.update(y[start : start + 900], s[start : start + 900])
    added = histogram_of(y[:1000], s[:1000]) + histogram_of(y[1000:], s[1000:])
    read = kml.ScoreHistogram.from_json(whole.to_json())
    for other in (batches, added, read):
        np.testing.assert_array_equal(other.scores, whole.scores)
        np.testing.assert_array_equal(other.positives, whole.positives)
        np.testing.assert_array_equal(other.negatives, whole.negatives)
        assert other.scores.dtype == np.float32
    np.testing.assert_array_equal(whole.scores[0] == -1, whole.negatives.T == 0)
    assert np.isnan(whole.scores[:, 3:]).any()
    assert not np.isnan(whole.scores[:, :3]).any()


@pytest.mark.parametrize("dtypes", [(np.float32, np.float64), (np.float64, np.float32)])
def test_float64_scores_stay_apart(dtypes):
    """0.3 as a float32 is another score than 0.3."""
    histogram = kml.ScoreHistogram(1)
    for dtype in dtypes:
        histogram.update([[1]], np.array([[0.3]], dtype))
    assert histogram.scores.dtype == np.float64
    assert np.isnan(histogram.scores[1, 0]).sum() == 1
    close = histogram_of([[1], [0]], [[0.3], [np.nextafter(0.3, 0)]])
    assert kml.roc_auc_bounds(close) == (1, 1)
    again = kml.ScoreHistogram.from_json(close.to_json())
    np.testing.assert_array_equal(again.scores, close.scores)
    assert again.scores.dtype == np.float64


def test_entries_that_do_not_count_leave_no_score():
    s = np.array([[0.3], [0.3001], [0.3002]])
    for histogram in (
        histogram_of([[1], [-1], [np.nan]], s),
        histogram_of([[1], [1], [1]], s, [2, 0, 0]),
    ):
        assert histogram.scores.max() == 0.3
        assert not np.isnan(histogram.scores).any()


@given(
    arrays(np.int8, (40, 2), elements=st.sampled_from([0, 0, 1, -1])),
    arrays(np.float32, (40, 2), elements=st.floats(0, 1, width=16)),
)
def test_a_cell_has_one_score_several_or_none(y, s):
    histogram = histogram_of(y, s)
    place = np.searchsorted(histogram.thresholds, s, "right") - 1
    for side in range(2):
        for label in range(2):
            for place_of in np.unique(place[:, label]):
                chosen = (y[:, label] == side) & (place[:, label] == place_of)
                values = np.unique(s[chosen, label])
                found = histogram.scores[side, label, place_of]
                expected = [-1.0, *values][min(len(values), 1)]
                expected = np.nan if len(values) > 1 else expected
                np.testing.assert_array_equal(found, expected)


def test_histograms_of_counts_alone_take_float32_for_granted(rng):
    y, s = data(rng, 5000, scale=15)
    histogram = histogram_of(y, s)
    fields = json.loads(histogram.to_json())
    del fields["scores"], fields["score_dtype"]
    old = kml.ScoreHistogram.from_json(json.dumps(fields))
    counted = kml.ScoreHistogram.of_bins(histogram.negatives, histogram.positives)
    np.testing.assert_array_equal(old.scores, counted.scores)
    known = ~np.isnan(old.scores)
    known[..., 0] = False  # 0 and what is below the smallest normal float32
    np.testing.assert_array_equal(old.scores[known], histogram.scores[known])
    assert (old.scores[known] == 1).any()
    assert not np.isnan((old + histogram).scores[known]).any()


@pytest.mark.parametrize(
    "scores",
    [3, [[0.7]], [[0.2], 3], [[0.2], [0.7, 0.7]], [[0.2], ["0.7"]], [[0.2], [True]]],
)
def test_scores_in_json_are_checked(scores):
    fields = json.loads(histogram_of([[1], [0]], [[0.7], [0.2]]).to_json())
    assert fields["scores"] == [[0.2], [0.7]]
    fields["scores"] = scores
    with pytest.raises(ValueError, match="scores"):
        kml.ScoreHistogram.from_json(json.dumps(fields))


@pytest.mark.parametrize("dtype", [None, "float16", 3])
def test_the_type_of_scores_in_json_is_checked(dtype):
    fields = json.loads(histogram_of([[1], [0]], [[0.7], [0.2]]).to_json())
    assert fields["score_dtype"] == "float64"
    fields["score_dtype"] = dtype
    with pytest.raises(ValueError, match="score_dtype must be one of float32, float64"):
        kml.ScoreHistogram.from_json(json.dumps(fields))


@pytest.mark.parametrize("score", [0.3, 1.5, -0.7, float("inf"), 1])
def test_a_score_in_json_lies_in_its_bin(score):
    fields = json.loads(histogram_of([[1], [0]], [[0.7], [0.2]]).to_json())
    fields["scores"][1][0] = score
    with pytest.raises(ValueError, match=r"scores\[1\] must hold scores that lie"):
        kml.ScoreHistogram.from_json(json.dumps(fields))
