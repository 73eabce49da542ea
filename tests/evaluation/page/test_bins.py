import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page import bins as page_bins
from keras_multilabel.evaluation.page.encoding import packed
from tests.evaluation.page.decoding import unpacked


def samples_of(y_true, y_score, weight=None):
    return page_bins.Samples.of(np.asarray(y_true), np.asarray(y_score), weight)


def random_data(rng, n=400, dtype=np.float32):
    y_true = rng.choice([0, 1, -1], (n, 3), p=[0.6, 0.3, 0.1])
    y_score = rng.beta(0.3, 0.3, (n, 3)).astype(dtype)
    y_score[:40] = y_score[:40].round(1)
    return y_true, y_score


def count_bins(samples, shared, own):
    unit = page_bins.weight_unit(samples.weight)
    return page_bins.count_bins(
        page_bins.SortedScores.of_samples(samples), unit, shared, own
    )


def check(y_true, y_score, own, weight=None, **closeness):
    """What is at or above each threshold, summed from the bins, against Counts."""
    samples = samples_of(y_true, y_score, weight)
    shared = page_bins.shared_thresholds(samples)
    own = np.broadcast_to(own, samples.truth.shape[1])
    unit = page_bins.weight_unit(samples.weight)
    for label, found in enumerate(count_bins(samples, shared, own)):
        thresholds = page_bins.label_thresholds(shared, own[label])
        for k in range(0, len(thresholds), 7):
            y_pred = kml.apply_thresholds(samples.y_score, thresholds[k])
            counts = kml.confusion_counts(y_true, y_pred, sample_weight=weight)[label]
            tp, fp = found.positives[k + 1 :].sum(), found.negatives[k + 1 :].sum()
            np.testing.assert_allclose(tp * unit, counts.tp, **closeness)
            np.testing.assert_allclose(fp * unit, counts.fp, **closeness)
        truth = samples.truth
        total = kml.confusion_counts(truth, truth == 1, sample_weight=weight)[label]
        np.testing.assert_allclose(found.positives.sum() * unit, total.tp, **closeness)
        np.testing.assert_allclose(found.negatives.sum() * unit, total.tn, **closeness)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_threshold_counts_as_in_python(rng, dtype):
    y_true, y_score = random_data(rng, dtype=dtype)
    check(y_true, y_score, [0.5, 0.123456789, float(y_score[7, 2])])


@pytest.mark.parametrize("own", [np.inf, -np.inf, 0.0, 1.0, np.nextafter(1, 2)])
def test_thresholds_at_the_ends(rng, own):
    check(*random_data(rng), own)


def test_scores_of_any_scale(rng):
    y_true, y_score = random_data(rng)
    check(y_true, 40 * y_score - 20, -3.21)
    y_score[0] = np.inf
    check(y_true, y_score, 0.4)
    check([[1], [0]], [[2.5], [2.5]], 2.5)
    check([[1], [0]], [[np.inf], [-np.inf]], 1)


def test_whole_weights_stay_exact(rng):
    y_true, y_score = random_data(rng)
    check(y_true, y_score, 0.3, rng.integers(0, 4, 400).astype(float), rtol=0)


def test_other_weights_are_exact_to_a_billionth(rng):
    y_true, y_score = random_data(rng)
    weight = rng.lognormal(0, 3, 400)
    check(y_true, y_score, 0.3, weight, rtol=0, atol=1e-8 * weight.sum())


def test_a_label_of_which_nothing_is_known():
    check([[1, -1], [0, -1]], [[0.7, 0.2], [0.3, 0.1]], 0.5)


def test_thresholds_are_those_people_choose():
    shared = page_bins.shared_thresholds(samples_of([[1], [0]], [[1.0], [0.0]]))
    assert (np.diff(shared) > 0).all()
    assert {0.0, 0.001, 0.02, 0.5, 0.35, 0.995, 1.0} <= set(shared)
    assert len(shared) < 400


def test_the_stream_holds_the_bins_that_are_filled():
    samples = samples_of([[1, 0], [0, 0], [1, 1]], [[0.9, 0.1], [0.9, 0.2], [0.2, 0.2]])
    shared = np.array([0.15, 0.5])
    bins = count_bins(samples, shared, np.array([0.5, 0.3]))
    stream = page_bins.as_stream(bins)
    # Filled bins: label 0 has 1 and 2; label 1, cut at 0.3 too, 0 and 1.
    assert stream.tolist() == [2, 2, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1]
    assert unpacked(packed(stream)) == stream.tolist()


@pytest.mark.parametrize("unit", [1e-300, 1e17, 1e300])
def test_weights_of_any_size(rng, unit):
    y_true, y_score = random_data(rng)
    weight = unit * rng.integers(0, 4, 400)
    check(y_true, y_score, 0.3, weight, rtol=0, atol=1e-8 * weight.sum())
