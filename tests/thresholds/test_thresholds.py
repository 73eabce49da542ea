"""The value `Thresholds`: JSON, labels, repr; policies of apply_thresholds."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import problems

SCORES = np.array([[0.3, 0.7], [0.5, 0.5], [0.1, 0.2]])


@pytest.fixture
def tuned(rng):
    y_true = (rng.random((80, 2)) < 0.4).astype(np.int8)
    y_score = (y_true + 2 * rng.random(y_true.shape)) / 3
    return kml.tune_thresholds(
        y_true, y_score, label_names=["cat", "dog"], cv=3, random_state=0
    )


def test_json_and_back_loses_no_bit(tuned):
    again = kml.Thresholds.from_json(tuned.to_json())
    for name in ("values", "std"):
        np.testing.assert_array_equal(getattr(again, name), getattr(tuned, name))
    for name in ("label_names", "score", "cv_score", "objective", "average"):
        assert getattr(again, name) == getattr(tuned, name)
    assert again.n_positives == tuned.n_positives
    assert again.cv_pred is None
    assert repr(again) == repr(tuned)


def test_json_knows_scores_per_label_and_undefined_ones():
    tuned = kml.tune_thresholds([[1, -1], [0, -1]], [[0.3, 0.1]] * 2, average=None)
    assert json.loads(tuned.to_json())["score"][1] == "nan"
    again = kml.Thresholds.from_json(tuned.to_json())
    np.testing.assert_array_equal(again.score, tuned.score)
    with pytest.raises(ValueError, match="to_json wrote"):
        kml.Thresholds.from_json('{"value": [1]}')
    with pytest.raises(ValueError, match="to_json wrote"):
        kml.Thresholds.from_json("[0.5]")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_threshold_survives_json(values):
    again = kml.Thresholds.from_json(kml.Thresholds(values).to_json())
    assert again.values.tolist() == values


def test_it_is_frozen(tuned):
    with pytest.raises(AttributeError):
        tuned.score = 1
    with pytest.raises(ValueError, match="read-only"):
        tuned.values[0] = 1


def test_numpy_takes_it_as_its_values(tuned):
    np.testing.assert_array_equal(np.asarray(tuned), tuned.values)
    assert len(tuned) == 2
    np.testing.assert_array_equal(
        tuned.apply(SCORES), kml.apply_thresholds(SCORES, tuned)
    )
    np.testing.assert_array_equal(tuned.apply(SCORES), tuned <= SCORES)


def test_repr_says_what_it_was_tuned_for(tuned):
    first, head, cat, dog = repr(tuned).splitlines()
    assert first.startswith("Thresholds for f1, macro: ")
    assert "cross-fitted" in first
    assert head.split() == ["threshold", "std"]
    assert cat.split() == ["cat", f"{tuned.values[0]:.4f}", f"{tuned.std[0]:.4f}"]
    assert dog.split()[0] == "dog"
    many = repr(kml.Thresholds(np.full(30, 0.5)))
    assert many.startswith("Thresholds of 30 labels\n")


def test_scores_per_label_are_columns():
    tuned = kml.tune_thresholds([[1, -1], [0, -1]], [[0.3, 0.1]] * 2, average=None)
    assert list(tuned.to_frame().columns) == ["threshold", "score"]
    assert repr(tuned).splitlines()[-1].split()[-1] == "nan"


def test_one_label_is_a_float_and_several_are_thresholds(tuned):
    assert tuned["dog"] == tuned[1] == tuned[-1] == tuned.values[1]
    assert type(tuned["dog"]) is float
    assert list(tuned) == tuned.values.tolist()
    for both in (["dog", "cat"], [1, 0], slice(None, None, -1), np.array([1, 0])):
        turned = tuned[both]
        assert turned.label_names == ["dog", "cat"]
        assert turned["cat"] == tuned["cat"]
        np.testing.assert_array_equal(turned.std, tuned.std[::-1])
        np.testing.assert_array_equal(turned.cv_pred, tuned.cv_pred[:, ::-1])
        # Those were of all labels together.
        assert (turned.score, turned.cv_score, turned.n_positives) == (None, None, None)
        assert turned.objective == "f1"
    assert repr(tuned[:1]).startswith("Thresholds for f1, macro\n")
    assert tuned[tuned.values < 0].label_names == []
    with pytest.raises(IndexError):
        tuned[2]


def test_scores_per_label_are_picked_with_the_labels():
    y_true, y_score = [[1, 0], [0, 1], [1, 1]], [[0.3, 0.1], [0.5, 0.2], [0.4, 0.7]]
    tuned = kml.tune_thresholds(y_true, y_score, average=None)
    np.testing.assert_array_equal(tuned[1:].score, tuned.score[1:])


def test_scores_of_other_labels_are_refused(tuned):
    frame = pd.DataFrame(SCORES, columns=["cat", "dog"])
    np.testing.assert_array_equal(tuned.apply(frame), tuned.apply(SCORES))
    np.testing.assert_array_equal(
        tuned.apply(pl.DataFrame(SCORES, schema=["cat", "dog"])), tuned.apply(SCORES)
    )
    with pytest.raises(ValueError, match="another order"):
        tuned.apply(frame[["dog", "cat"]])
    with pytest.raises(ValueError, match=r"'cow', 'dog'.*these thresholds are for"):
        tuned.apply(frame.rename(columns={"cat": "cow"}))
    with pytest.raises(ValueError, match="another order"):
        tuned.apply(SCORES, label_names=["dog", "cat"])
    with pytest.raises(ValueError, match=r"\(3,\)"):
        tuned.apply(np.zeros((1, 3)))
    # Columns without names, and thresholds without: nothing to compare.
    tuned.apply(pd.DataFrame(SCORES))
    kml.Thresholds([0.5, 0.5]).apply(frame)


def test_apply_decides_at_exactly_the_threshold():
    decided = kml.apply_thresholds(np.float32([[0.5, 0.1]]), [0.5, 0.2])
    assert decided.tolist() == [[1, 0]]
    assert decided.dtype == np.uint8


@given(problems(levels=6), st.booleans(), st.none() | st.integers(1, 4))
def test_policies_row_by_row(problem, at_least_one, at_most):
    _, _, y_score, _ = problem
    thresholds = np.linspace(0.2, 0.8, y_score.shape[1])
    ours = kml.apply_thresholds(
        y_score, thresholds, at_least_one=at_least_one, at_most=at_most
    )
    for scores, decided in zip(y_score, ours, strict=True):
        margins = (scores - thresholds).tolist()
        ranked = sorted(range(len(margins)), key=lambda j: (-margins[j], j))
        chosen = [j for j in ranked if margins[j] >= 0]
        if at_least_one and not chosen:
            chosen = ranked[:1]
        assert np.flatnonzero(decided).tolist() == sorted(chosen[:at_most])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kml.apply_thresholds([[0.1, 0.2]], [0.1]), ValueError, r"\(2,\)"),
        (lambda: kml.apply_thresholds([[0.1]], np.nan), ValueError, "NaN"),
        (lambda: kml.apply_thresholds([0.1], 0.5), ValueError, "n_labels"),
        (lambda: kml.apply_thresholds([["a"]], 0.5), TypeError, "numbers"),
        (lambda: kml.apply_thresholds([[1]], 0.5, at_most=0), ValueError, "at_most"),
        (lambda: kml.apply_thresholds([[1]], 0.5, at_most=1.5), ValueError, "at_most"),
        (lambda: kml.Thresholds([0.5, np.nan]), ValueError, "NaN"),
        (lambda: kml.Thresholds([[0.5]]), ValueError, "threshold must be"),
        (lambda: kml.Thresholds([0.5], ["a", "b"]), ValueError, "got 2 names"),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
