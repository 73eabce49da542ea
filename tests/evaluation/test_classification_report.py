"""classification_report: scikit-learn's text and numbers, and more that it takes."""

import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, problems

NAMES = ["cat", "a dog with a name longer than all averages", "fox"]


def theirs(*data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sk.classification_report(*data, **options)


@settings(max_examples=examples(60))
@given(
    problems(unknown=False),
    st.sampled_from([0.0, 1.0, np.nan]),
    st.booleans(),
    st.integers(0, 5),
)
def test_numbers_and_text_are_those_of_scikit_learn(
    problem, zero_division, weighted, digits
):
    y_true, y_pred, _, weight = problem
    # scikit-learn takes one column for a binary problem.
    y_true, y_pred = (np.column_stack([y, 1 - y[:, :1]]) for y in (y_true, y_pred))
    options = {"zero_division": zero_division}
    if weighted:
        options["sample_weight"] = weight
    ours = kml.classification_report(y_true, y_pred, output_dict=True, **options)
    expected = theirs(y_true, y_pred, output_dict=True, **options)
    assert list(ours) == list(expected)
    for name, scores in expected.items():
        assert ours[name] == pytest.approx(scores, nan_ok=True, abs=1e-12)
    text = kml.classification_report(y_true, y_pred, digits=digits, **options)
    if digits > 1:  # fewer may be rounded from either side of a half
        assert text.splitlines()[0] == theirs(y_true, y_pred).splitlines()[0]
    assert all(len(line) in (0, len(text.splitlines()[0])) for line in text.split("\n"))


def test_the_text_is_the_same_blank_by_blank(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 50, 3))
    for options in ({}, {"target_names": NAMES}, {"digits": 4}):
        ours = kml.classification_report(y_true, y_pred, **options)
        assert ours == theirs(y_true, y_pred, **options)
    weight = rng.integers(1, 9, 50) / 4
    ours = kml.classification_report(y_true, y_pred, sample_weight=weight)
    assert ours == theirs(y_true, y_pred, sample_weight=weight)


def test_names_come_from_where_there_are_any(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 50, 3))
    expected = theirs(y_true, y_pred, target_names=NAMES)
    frame = pd.DataFrame(y_true, columns=NAMES)
    assert kml.classification_report(frame, y_pred) == expected
    assert kml.classification_report(y_true, y_pred, label_names=NAMES) == expected
    with pytest.raises(TypeError, match="got both"):
        kml.classification_report(y_true, y_pred, label_names=[], target_names=[])


def test_counts_have_no_average_over_samples(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 50, 3))
    counts = kml.confusion_counts(y_true, y_pred, label_names=NAMES)
    *same, _, end = theirs(y_true, y_pred, target_names=NAMES).split("\n")
    assert kml.classification_report(counts) == "\n".join([*same, end])
    with pytest.raises(ValueError, match="pooled counts"):
        kml.classification_report(counts.sum())


def test_unknown_entries_are_left_out():
    y_true = [[1, -1, -1], [0, 1, -1], [1, np.nan, -1]]
    y_pred = [[1, 1, 1], [0, 1, 0], [0, 0, 1]]
    report = kml.classification_report(y_true, y_pred, output_dict=True)
    assert report["0"]["recall"] == 0.5
    assert report["1"] == {"precision": 1, "recall": 1, "f1-score": 1, "support": 1}
    assert np.isnan(report["2"]["recall"])
    assert report["macro avg"]["recall"] == 0.75


def test_a_label_with_the_name_of_an_average_would_be_lost():
    names = ["cat", "macro avg"]
    data = [[1, 0], [0, 1]], [[1, 1], [0, 1]]
    assert kml.classification_report(*data, label_names=names).count("macro avg") == 2
    with pytest.raises(ValueError, match="got 'macro avg'"):
        kml.classification_report(*data, label_names=names, output_dict=True)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1, 0]],), TypeError, "y_pred is missing"),
        (([[1, 0]], [[1]]), ValueError, "y_true's shape"),
        (([[1, 0]], [[0.3, 0.7]]), ValueError, "y_score >= 0.5"),
        ((np.zeros((0, 2)), np.zeros((0, 2))), ValueError, "at least one sample"),
    ],
)
def test_what_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kml.classification_report(*arguments)


@pytest.mark.parametrize("digits", [-1, 2.5])
def test_digits_are_a_whole_number(digits):
    with pytest.raises(ValueError, match="digits must be a whole number"):
        kml.classification_report([[1, 0]], [[1, 0]], digits=digits)
