"""Scores that are sorted once give what the data itself gives."""

import pickle

import numpy as np
import pytest

import keras_multilabel as kml

SCORES = {
    "average_precision": kml.average_precision_score,
    "roc_auc": kml.roc_auc_score,
    "brier": kml.brier_score,
    "log_loss": kml.log_loss,
    "calibration_error": kml.calibration_error,
}
RANKED = {"average_precision", "roc_auc"}
KINDS = ["plain", "ties", "unknown", "weights", "equal weights", "float64"]


def problem(rng, kind):
    y_true = (rng.random((200, 5)) < [0.5, 0.3, 0.1, 0.02, 0.9]).astype(int)
    y_true[:2] = [[1] * 5, [0] * 5]
    y_score = rng.random(y_true.shape).astype(np.float32)
    weight = None
    if kind == "ties":
        y_score = y_score.round(1)
    elif kind == "unknown":
        y_true[rng.random(y_true.shape) < 0.3] = -1
        y_true[:2] = [[1] * 5, [0] * 5]
    elif kind == "weights":
        weight = rng.choice([0.0, 1e-3, 1.0, 70.0], 200)
        weight[:2] = 1
    elif kind == "equal weights":
        weight = np.full(200, 0.3)
    elif kind == "float64":
        y_score = y_score.astype(np.float64)
    return y_true, y_score, weight


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_scores_are_those_of_the_data(rng, name, kind, average):
    y_true, y_score, weight = problem(rng, kind)
    ranked = kml.SortedScores(y_true, y_score, sample_weight=weight)
    score = SCORES[name]
    expected = score(y_true, y_score, average=average, sample_weight=weight)
    found = score(ranked, average=average)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shrinkage": 0},
        {"average": "micro"},
        {"per_label": False},
        {"max_positives": 40},
        {"objective": "recall", "min_precision": 0.6},
        {"objective": "prevalence"},
        {"objective": lambda counts: counts.tp - 0.01 * counts.fp**2},
    ],
)
def test_thresholds_are_those_of_the_data(rng, kind, options):
    y_true, y_score, weight = problem(rng, kind)
    ranked = kml.SortedScores(
        y_true, y_score, sample_weight=weight, label_names="abcde"
    )
    found = kml.tune_thresholds(ranked, **options)
    expected = kml.tune_thresholds(y_true, y_score, sample_weight=weight, **options)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)
    np.testing.assert_allclose(found.score, expected.score, rtol=1e-12)
    assert found.n_positives == pytest.approx(expected.n_positives)
    assert found.label_names == list("abcde")


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_the_data(rng, kind):
    y_true, y_score, weight = problem(rng, kind)
    ranked = kml.SortedScores(y_true, y_score, sample_weight=weight)
    thresholds = [0.5, 0.1, 0.9, 0.3, 2.0]
    found = ranked.counts(thresholds)
    expected = kml.confusion_counts(
        y_true, (y_score >= thresholds).astype(int), sample_weight=weight
    )
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-12, atol=1e-12
        )
    np.testing.assert_allclose(ranked.positives, expected.support, rtol=1e-12)
    np.testing.assert_allclose(ranked.negatives, expected.fp + expected.tn, rtol=1e-12)


def test_one_label_of_which_nothing_is_known():
    y_true, y_score = [[1, -1], [0, -1]], [[0.9, 0.2], [0.1, 0.3]]
    ranked = kml.SortedScores(y_true, y_score, label_names=["cat", "dog"])
    assert np.isnan(kml.average_precision_score(ranked, average=None)[1])
    assert kml.average_precision_score(ranked, average="micro") == 1
    assert np.isnan(kml.brier_score(ranked, average=None)[1])
    assert kml.tune_thresholds(ranked).score == 1
    assert repr(ranked).splitlines() == [
        "SortedScores of 2 labels",
        "     positives  negatives",
        "cat          1          1",
        "dog          0          0",
    ]
    assert ranked.counts(0.5)["cat"].tp == 1


def test_names_come_along_and_the_value_can_be_pickled(rng):
    pandas = pytest.importorskip("pandas")
    y_true, y_score, _ = problem(rng, "plain")
    frame = pandas.DataFrame(y_score, columns=list("abcde"))
    ranked = pickle.loads(pickle.dumps(kml.SortedScores(y_true, frame)))
    assert list(ranked.label_names) == list("abcde")
    assert kml.tune_thresholds(ranked).label_names == list("abcde")
    assert list(ranked.to_frame().index) == list("abcde")


@pytest.mark.parametrize("name", SCORES)
def test_what_needs_the_rows_is_refused(rng, name):
    y_true, y_score, _ = problem(rng, "plain")
    ranked = kml.SortedScores(y_true, y_score)
    if name != "calibration_error":
        with pytest.raises(ValueError, match="SortedScores has no samples"):
            SCORES[name](ranked, average="samples")
    with pytest.raises(TypeError, match="SortedScores takes the place of y_score"):
        SCORES[name](ranked, y_score)
    with pytest.raises(TypeError, match="SortedScores takes the place of y_score"):
        SCORES[name](ranked, sample_weight=np.ones(200))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"cv": 3}, "cv needs the samples; got their sorted scores"),
        ({"average": "samples"}, 'average="samples" needs the samples'),
        ({"method": "expected"}, 'method="expected" needs the samples'),
    ],
)
def test_tuning_that_needs_the_rows_is_refused(rng, options, match):
    ranked = kml.SortedScores(*problem(rng, "plain")[:2])
    with pytest.raises((TypeError, ValueError), match=match):
        kml.tune_thresholds(ranked, **options)


@pytest.mark.parametrize("name", sorted(SCORES.keys() - RANKED))
def test_logits_are_no_probabilities(name):
    ranked = kml.SortedScores([[1], [0]], [[3.0], [-2.0]])
    with pytest.raises(ValueError, match="y_score must be probabilities"):
        SCORES[name](ranked)
