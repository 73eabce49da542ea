"""Labels per step or pixel: the numbers of the flattened arrays, in one shape more."""

import numpy as np
import pytest

import keras_multilabel as kml

SHAPES = [(12, 5, 3), (6, 2, 4, 3)]
SCORES = {
    "precision": kml.precision_score,
    "f1, samples": lambda *a, **k: kml.f1_score(*a, average="samples", **k),
    "all four": kml.precision_recall_fscore_support,
    "jaccard, micro": lambda *a, **k: kml.jaccard_score(*a, average="micro", **k),
    "hamming": kml.hamming_loss,
    "exact match": kml.subset_accuracy_score,
    "2 x 2": kml.multilabel_confusion_matrix,
    "samplewise": lambda *a, **k: kml.multilabel_confusion_matrix(
        *a, samplewise=True, **k
    ),
    "labels": kml.label_confusion_matrix,
    "counts": lambda *a, **k: kml.confusion_counts(*a, **k).tp,
    "counts, axis 1": lambda *a, **k: kml.confusion_counts(*a, axis=1, **k).fn,
}
RANKINGS = {
    "average precision": kml.average_precision_score,
    "micro": lambda *a, **k: kml.average_precision_score(*a, average="micro", **k),
    "ROC AUC": kml.roc_auc_score,
    "samples": lambda *a, **k: kml.roc_auc_score(*a, average="samples", **k),
    "histogram": lambda *a, **k: kml.score_histogram(*a, **k).positives,
    "thresholds": lambda *a, **k: kml.tune_thresholds(*a, **k).values,
}


@pytest.fixture(params=SHAPES, ids=str)
def data(request, rng):
    """Truth with padding and unknown entries, scores and weights of positions."""
    y_true = rng.integers(0, 2, request.param)
    y_true[::3, 1:] = -1
    y_true[1, 0, ..., 0] = -1
    y_score = rng.integers(0, 9, request.param) / 8
    return y_true, y_score, rng.integers(1, 4, request.param[:-1]).astype(float)


def flat(values):
    return values.reshape(-1, values.shape[-1])


def assert_as_flattened(function, y_true, other, weight):
    of_samples = weight[(slice(None),) + (0,) * (weight.ndim - 1)]
    repeated = np.repeat(of_samples, weight[0].size)
    for given, as_rows in (
        (None, None),
        (weight, weight.ravel()),
        (of_samples, repeated),
    ):
        np.testing.assert_equal(
            function(y_true, other, sample_weight=given),
            function(flat(y_true), flat(other), sample_weight=as_rows),
        )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", SCORES)
def test_scores_of_decisions(name, data):
    y_true, y_score, weight = data
    assert_as_flattened(SCORES[name], y_true, (y_score >= 0.5).astype(int), weight)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", RANKINGS)
def test_scores_of_rankings(name, data):
    assert_as_flattened(RANKINGS[name], *data)


def test_decisions_keep_the_shape(data):
    _, y_score, _ = data
    options = {"at_least_one": True, "at_most": 2}
    decisions = kml.apply_thresholds(y_score, [0.3, 0.5, 0.7], **options)
    assert decisions.shape == y_score.shape
    np.testing.assert_array_equal(
        flat(decisions),
        kml.apply_thresholds(flat(y_score), [0.3, 0.5, 0.7], **options),
    )


def test_label_counts_and_weights(data):
    y_true, _, _ = data
    counts, expected = kml.count_labels(y_true), kml.count_labels(flat(y_true))
    assert counts.positive.tolist() == expected.positive.tolist()
    assert counts.n_samples == expected.n_samples
    np.testing.assert_array_equal(
        kml.compute_class_weight(y_true), kml.compute_class_weight(flat(y_true))
    )
    weight = kml.compute_sample_weight(y_true)
    assert weight.shape == y_true.shape[:-1]
    np.testing.assert_array_equal(
        weight.ravel(), kml.compute_sample_weight(flat(y_true))
    )


def test_cross_fitting_keeps_the_positions_of_a_sample_together(rng):
    # Each sample has its own scores: what is true of one step is true of all.
    truth = np.repeat(rng.integers(0, 2, (40, 1, 2)), 6, axis=1)
    y_score = np.repeat(rng.random((40, 1, 2)), 6, axis=1)
    tuned = kml.tune_thresholds(truth, y_score, cv=4, random_state=0, shrinkage=0)
    assert tuned.cv_pred.shape == truth.shape
    np.testing.assert_array_equal(tuned[[1]].cv_pred, tuned.cv_pred[..., [1]])
    # With positions dealt out, the steps of a sample would tell of each other.
    one_step = kml.tune_thresholds(
        truth[:, 0], y_score[:, 0], cv=4, random_state=0, shrinkage=0
    )
    np.testing.assert_array_equal(tuned.cv_pred[:, 0], one_step.cv_pred)
    assert tuned.cv_score == pytest.approx(one_step.cv_score, abs=1e-12)


def test_pairs_of_indices_are_those_of_samples(rng):
    truth, y_score = rng.integers(0, 2, (9, 4, 2)), rng.random((9, 4, 2))
    thirds = np.arange(9) % 3
    pairs = [
        (np.flatnonzero(thirds != k), np.flatnonzero(thirds == k)) for k in range(3)
    ]
    tuned = kml.tune_thresholds(truth, y_score, cv=pairs)
    rows = np.repeat(thirds, 4)
    of_rows = [(np.flatnonzero(rows != k), np.flatnonzero(rows == k)) for k in range(3)]
    expected = kml.tune_thresholds(flat(truth), flat(y_score), cv=of_rows)
    np.testing.assert_array_equal(flat(tuned.cv_pred), expected.cv_pred)


def test_a_tuner_of_steps(rng):
    truth, y_score = rng.integers(0, 2, (9, 4, 2)), rng.random((9, 4, 2))
    tuner = kml.ThresholdTuner().fit(y_score, truth)
    expected = kml.ThresholdTuner().fit(flat(y_score), flat(truth))
    np.testing.assert_array_equal(tuner.thresholds_.values, expected.thresholds_.values)
    # Sequences of another length are of the same labels.
    assert tuner.predict(y_score[:, :3]).shape == (9, 3, 2)
    assert tuner.score(y_score, truth) == expected.score(flat(y_score), flat(truth))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 4, 1), (4,)])
def test_weights_of_another_shape(shape):
    y = np.zeros((2, 4, 3), int)
    message = r"\(2,\), one weight per sample, or \(2, 4\), one per position; got"
    with pytest.raises(ValueError, match=message):
        kml.f1_score(y, y, sample_weight=np.ones(shape))


def test_what_is_told_by_sample_takes_no_positions(rng):
    with pytest.raises(ValueError, match=r"reshape\(-1, n_labels\)"):
        kml.multilabel_train_test_split(np.arange(4), stratify=np.zeros((4, 2, 3)))
