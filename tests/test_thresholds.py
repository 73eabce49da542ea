"""Thresholds against brute force; laws; labels that allow no choice; bad input."""

import numpy as np
import pytest
from hypothesis import given, settings

import keras_multilabel as kml
from tests.strategies import problems


def best_f1_by_brute_force(y_true, y_score, weight):
    """Best F1 of each label over every threshold that changes a decision."""
    best = []
    for truth, score in zip(y_true.T, y_score.T, strict=True):
        known = (truth >= 0) & (weight > 0)
        if not known.any():
            continue
        candidates = [*score, np.inf]
        best.append(
            max(
                kml.f1_score(
                    truth[known, None],
                    (score[known] >= candidate)[:, None],
                    sample_weight=weight[known],
                )
                for candidate in candidates
            )
        )
    return best


@settings(max_examples=400, deadline=None)
@given(problems(levels=6))
def test_no_threshold_beats_the_tuned_one(problem):
    y_true, _, y_score, weight = problem
    if not weight.any():
        return
    tuned = kml.tune_thresholds(y_true, y_score, sample_weight=weight)
    best = best_f1_by_brute_force(y_true, y_score, weight)
    reached = kml.f1_score(
        y_true, tuned.apply(y_score), average=None, sample_weight=weight
    )
    np.testing.assert_allclose(reached[~np.isnan(reached)], best)
    assert tuned.score == pytest.approx(np.mean(best) if best else np.nan, nan_ok=True)
    assert np.isfinite(tuned.values).all()


@given(problems(levels=6))
def test_never_worse_than_one_half_on_the_data_tuned_on(problem):
    y_true, y_pred, y_score, _ = problem
    tuned = kml.tune_thresholds(y_true, y_score).apply(y_score)
    ours, half = (kml.f1_score(y_true, p, average=None) for p in (tuned, y_pred))
    assert (ours[~np.isnan(ours)] >= half[~np.isnan(half)]).all()


def test_the_threshold_lies_half_way_to_the_next_score_below():
    tuned = kml.tune_thresholds([[0], [0], [1], [1]], [[0.1], [0.2], [0.6], [0.9]])
    assert tuned.values.tolist() == [0.4]


def test_neighbouring_floats_have_nothing_between_them():
    low = np.float32(0.3)
    high = np.nextafter(low, np.float32(1))
    y_score = np.array([[low], [high]])
    tuned = kml.tune_thresholds([[0], [1]], y_score)
    assert tuned.apply(y_score).tolist() == [[0], [1]]


def test_labels_that_allow_no_choice_have_defined_thresholds():
    y_true = np.array([[0, 1, 1, -1], [0, 1, 0, -1]])
    y_score = np.array([[0.3, 0.3, 0.5, 0.1], [0.6, 0.8, 0.5, 0.2]])
    tuned = kml.tune_thresholds(y_true, y_score)
    # No positives; all positive; constant scores; nothing known.
    assert tuned.values.tolist() == [0.5, 0.3, 0.5, 0.5]
    assert tuned.score == pytest.approx((0 + 1 + 2 / 3) / 3)


def test_permuting_labels_permutes_thresholds(rng):
    y_true, y_score = rng.integers(0, 2, (50, 20)), rng.random((50, 20))
    order = rng.permutation(20)
    straight = kml.tune_thresholds(y_true, y_score).values
    np.testing.assert_array_equal(
        kml.tune_thresholds(y_true[:, order], y_score[:, order]).values, straight[order]
    )


def test_names_are_carried():
    tuned = kml.tune_thresholds([[1]], [[0.5]], label_names=["cat"])
    assert tuned.label_names == ["cat"]


def test_apply_decides_at_exactly_the_threshold():
    decided = kml.apply_thresholds(np.float32([[0.5, 0.1]]), [0.5, 0.2])
    assert decided.tolist() == [[1, 0]]
    assert decided.dtype == np.uint8


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kml.tune_thresholds([[1]], [[0.1]], "auc"), ValueError, "'auc'"),
        (lambda: kml.tune_thresholds([[1]], [[np.nan]]), ValueError, "NaN"),
        (lambda: kml.tune_thresholds([[1]], [[0.1, 0.2]]), ValueError, "one column"),
        (lambda: kml.tune_thresholds([[2]], [[0.1]]), ValueError, "got 2"),
        (
            lambda: kml.tune_thresholds([[1]], [[0.1]], label_names=["a", "b"]),
            ValueError,
            "got 2 names",
        ),
        (
            lambda: kml.tune_thresholds(np.zeros((0, 1)), np.zeros((0, 1))),
            ValueError,
            "one sample",
        ),
        (lambda: kml.apply_thresholds([[0.1, 0.2]], [0.1]), ValueError, r"\(2,\)"),
        (lambda: kml.apply_thresholds([[0.1]], np.nan), ValueError, "NaN"),
        (lambda: kml.apply_thresholds([0.1], 0.5), ValueError, "n_labels"),
        (lambda: kml.apply_thresholds([["a"]], 0.5), TypeError, "numbers"),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
