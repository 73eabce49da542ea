"""`score_histogram`: the same as `ScoreHistogram.update`, in one call."""

import pandas as pd
import pytest
from hypothesis import given

import keras_multilabel as kml
from tests.strategies import problems


@given(problems())
def test_it_is_one_update(problem):
    y_true, _, y_score, weight = problem
    for weights in (None, weight):
        histogram = kml.ScoreHistogram(y_true.shape[1])
        histogram.update(y_true, y_score, weights)
        counted = kml.score_histogram(y_true, y_score, sample_weight=weights)
        assert counted.to_json() == histogram.to_json()


def test_names_given_win_over_those_of_columns():
    y_score = pd.DataFrame([[0.1, 0.9]], columns=["a", "b"])
    assert kml.score_histogram([[0, 1]], y_score).label_names == ["a", "b"]
    given_names = kml.score_histogram([[0, 1]], y_score, label_names=["c", "d"])
    assert given_names.label_names == ["c", "d"]
    with pytest.raises(ValueError, match="got 1 names"):
        kml.score_histogram([[0, 1]], y_score, label_names=["c"])
