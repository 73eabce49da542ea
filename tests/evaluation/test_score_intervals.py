"""`ScoreIntervals`: what it prints, and the data frame."""

import dataclasses
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

import keras_multilabel as kml

Y_TRUE = [[1, 0], [0, 1], [1, 1], [1, 0]] * 10
Y_PRED = [[1, 0], [0, 1], [1, 0], [0, 0]] * 10


@pytest.fixture
def found():
    return kml.score_intervals(Y_TRUE, Y_PRED, label_names=["cat", "<dog>"])


def test_it_prints_labels_averages_and_the_rest(found):
    lines = repr(found).splitlines()
    assert lines[0] == (
        "ScoreIntervals of 2 labels in 40 samples, 95 % confidence (analytic)"
    )
    assert re.fullmatch(r"cat .* 0.6667 \[0.4878, 0.8077\] .* 30", lines[2])
    starts = {line.split()[0] for line in lines[1:] if line}
    assert {"micro", "macro", "weighted", "samples", "subset_accuracy"} <= starts
    assert "macro of 2" in repr(found)


def test_undefined_scores_print_as_a_dash():
    found = kml.score_intervals([[-1, 1], [-1, 0]], [[1, 1], [0, 0]])
    assert re.search(r"label 0 +- +- +- +0", repr(found))


def test_html_has_names_as_text(found):
    html = found._repr_html_()
    assert "&lt;dog&gt;" in html
    assert "<dog>" not in html


def test_the_frame_has_three_columns_per_score(found):
    frame = found.to_frame()
    assert list(frame.index) == ["cat", "<dog>"]
    assert list(frame.columns)[:3] == ["precision", "precision_low", "precision_high"]
    assert frame["support"].tolist() == [30, 20]
    np.testing.assert_allclose(frame["recall_high"], found.per_label["recall"].high)


def test_frames_come_in_the_library_of_the_data():
    truth = pl.DataFrame(np.array(Y_TRUE), schema=["cat", "dog"])
    frame = kml.score_intervals(truth, Y_PRED).to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["label"].to_list() == ["cat", "dog"]
    truth = pd.DataFrame(Y_TRUE, columns=["cat", "dog"])
    assert list(kml.score_intervals(truth, Y_PRED).to_frame().index) == ["cat", "dog"]


def test_it_is_frozen(found):
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.confidence = 0.5
