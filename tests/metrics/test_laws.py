"""Laws that all scores obey, whatever the scores and weights."""

import copy
import math
import pickle

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, hard_problems, hard_weights, problems

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.UndefinedMetricWarning"
)

RATIOS = {
    "precision": kml.precision_score,
    "recall": kml.recall_score,
    "f1": kml.f1_score,
    "jaccard": kml.jaccard_score,
}
AVERAGES = [None, "micro", "macro", "weighted", "samples"]


def fbeta(beta):
    return lambda *data, **options: kml.fbeta_score(*data, beta=beta, **options)


DECISION_SCORES = {**RATIOS, "fbeta": fbeta(2), "fbeta half": fbeta(0.5)}
RANKING_SCORES = {
    "average_precision": kml.average_precision_score,
    "roc_auc": kml.roc_auc_score,
}


def all_scores(y_true, y_score, weight):
    """Every score and average, flat: of decisions at 0.5, and of the ranking."""
    y_pred = kml.apply_thresholds(y_score, 0.5)
    found = [
        np.ravel(score(y_true, outputs, average=average, sample_weight=weight))
        for scores, outputs in ((DECISION_SCORES, y_pred), (RANKING_SCORES, y_score))
        for score in scores.values()
        for average in AVERAGES[1:]
    ]
    found.append([kml.hamming_loss(y_true, y_pred, sample_weight=weight)])
    found.append([kml.subset_accuracy_score(y_true, y_pred, sample_weight=weight)])
    return np.concatenate(found)


@settings(max_examples=examples(40))
@given(hard_problems(), st.data())
def test_the_order_of_rows_and_labels_does_not_matter(problem, data):
    y_true, y_score, weight = problem
    rows = data.draw(st.permutations(range(len(y_true))))
    labels = data.draw(st.permutations(range(y_true.shape[1])))
    moved = y_true[rows][:, labels], y_score[rows][:, labels], weight[rows]
    np.testing.assert_allclose(
        all_scores(*moved), all_scores(*problem), rtol=1e-12, atol=1e-12
    )


@settings(max_examples=examples(40))
@given(hard_problems(), st.data())
def test_a_weight_is_that_many_rows(problem, data):
    y_true, y_score, _ = problem
    weight = data.draw(
        st.lists(st.integers(0, 3), min_size=len(y_true), max_size=len(y_true))
    )
    weight[0] += 1
    rows = np.repeat(np.arange(len(y_true)), weight)
    np.testing.assert_allclose(
        all_scores(y_true[rows], y_score[rows], None),
        all_scores(y_true, y_score, weight),
        rtol=1e-12,
        atol=1e-12,
    )


@settings(max_examples=examples(40))
@given(hard_problems(), st.integers(-900, 900))
def test_the_size_of_weights_does_not_matter(problem, exponent):
    y_true, y_score, weight = problem
    near_one = np.ldexp(weight, -np.frexp(weight.max())[1])
    scaled = np.ldexp(near_one, exponent)
    np.testing.assert_allclose(
        all_scores(y_true, y_score, scaled),
        all_scores(y_true, y_score, near_one),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize("name", RATIOS)
@settings(max_examples=examples(50))
@given(problem=hard_problems())
def test_scores_of_a_label_are_those_of_scikit_learn(name, problem):
    y_true, y_score, weight = problem
    y_pred = kml.apply_thresholds(y_score, 0.5)
    found = RATIOS[name](y_true, y_pred, average=None, sample_weight=weight)
    unit = weight / weight.max()
    oracle = getattr(sk, f"{name}_score")
    for truth, decided, value in zip(y_true.T, y_pred.T, found, strict=True):
        known = truth >= 0
        if not unit[known].any():
            assert np.isnan(value)
            continue
        expected = oracle(
            truth[known], decided[known], sample_weight=unit[known], zero_division=0
        )
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)


def exact_cells(y_true, y_pred, weight):
    """tp, fp, fn, tn of each label, summed without rounding."""
    sides = ((1, 1), (0, 1), (1, 0), (0, 0))
    return np.array(
        [
            [
                math.fsum(weight[(truth == side) & (decided == decision)])
                for truth, decided in zip(y_true.T, y_pred.T, strict=True)
            ]
            for side, decision in sides
        ]
    )


def cells(counts):
    return np.array([counts.tp, counts.fp, counts.fn, counts.tn])


@settings(max_examples=examples(100))
@given(hard_problems(), st.data())
def test_counts_of_parts_add_up_to_the_whole(problem, data):
    y_true, y_score, weight = problem
    y_pred = kml.apply_thresholds(y_score, 0.5)
    expected = exact_cells(y_true, y_pred, weight)
    whole = kml.confusion_counts(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(cells(whole), expected, rtol=1e-14)
    rows = np.array(data.draw(st.permutations(range(len(y_true)))))
    parts = [
        kml.confusion_counts(y_true[part], y_pred[part], sample_weight=weight[part])
        for part in np.array_split(rows, data.draw(st.integers(1, len(rows))))
        if weight[part].any()
    ]
    merged = sum(parts[1:], parts[0])
    np.testing.assert_allclose(cells(merged), expected, rtol=1e-14)


@settings(max_examples=examples(100))
@given(problems(), st.data())
def test_results_survive_pickle_and_copies(problem, data):
    y_true, y_pred, y_score, weight = problem
    weight = data.draw(st.none() | hard_weights(len(weight)))
    histogram = kml.score_histogram(y_true, y_score, sample_weight=weight)
    values = [
        kml.confusion_counts(y_true, y_pred, sample_weight=weight),
        kml.count_labels(y_true),
        histogram,
        kml.tune_thresholds(y_true, y_score, sample_weight=weight),
    ]
    for value in values:
        for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
            assert type(again) is type(value)
            assert fields(again) == fields(value)
    again = kml.ScoreHistogram.from_json(histogram.to_json())
    assert fields(again) == fields(histogram)
    again = kml.Thresholds.from_json(values[-1].to_json())
    # JSON has null for NaN, which a score of nothing is.
    assert fields(again) | {"score": "nan"} == fields(values[-1]) | {"score": "nan"}
    assert again.score == values[-1].score or np.isnan(values[-1].score)


def fields(value):
    """All that a value holds, to the bit."""
    return {
        name: (part.dtype, part.tobytes()) if hasattr(part, "dtype") else repr(part)
        for name, part in vars(value).items()
    }
