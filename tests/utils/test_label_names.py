"""Names of labels: given once or brought by frames, kept, merged, asked for."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.results import FRAMES, MAKERS, MERGING, NAMES, Y_SCORE, Y_TRUE, make

TEXTS = st.lists(st.text(), min_size=3, max_size=3, unique=True)
KEPT_BY = {
    "pickle": lambda result: pickle.loads(pickle.dumps(result)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "JSON": lambda result: type(result).from_json(result.to_json()),
}
WITH_JSON = ["ScoreHistogram", "Thresholds"]


@pytest.mark.parametrize("kind", MAKERS)
def test_names_given_once_are_carried(kind):
    assert make(kind).label_names == NAMES
    assert make(kind, iter(NAMES)).label_names == NAMES
    assert make(kind, [1, 2, 3]).label_names == ["1", "2", "3"]
    assert make(kind, None).label_names is None


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("library", FRAMES)
@pytest.mark.parametrize("which", ["y_true", "both", "other"])
def test_frames_bring_their_names(kind, library, which):
    y_true, y_score = Y_TRUE, Y_SCORE
    if which != "other" or kind == "LabelCounts":
        y_true = FRAMES[library](y_true, NAMES)
    if which != "y_true":
        y_score = FRAMES[library](y_score, NAMES)
    assert MAKERS[kind](y_true, y_score).label_names == NAMES
    explicit = MAKERS[kind](y_true, y_score, label_names="abc")
    assert explicit.label_names == ["a", "b", "c"]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("library", FRAMES)
def test_columns_without_names_bring_none(kind, library):
    frame = FRAMES[library](Y_TRUE, None)
    assert MAKERS[kind](frame, Y_SCORE).label_names is None


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("names", "message"),
    [(["a", "b"], "got 2 names"), (["a", "b", "a"], "must differ; got 'a' twice")],
)
def test_explicit_names_must_be_one_per_label(kind, names, message):
    for y_true in (Y_TRUE, FRAMES["pandas"](Y_TRUE, NAMES)):
        with pytest.raises(ValueError, match=message):
            make(kind, names, y_true)


@pytest.mark.parametrize(
    ("kind", "way"),
    [(k, w) for k in MAKERS for w in KEPT_BY if w != "JSON" or k in WITH_JSON],
)
def test_copies_keep_them(kind, way):
    for names in (NAMES, None):
        result = make(kind, names)
        again = KEPT_BY[way](result)
        assert again.label_names == names
        assert repr(again) == repr(result)


@given(TEXTS)
def test_any_text_is_a_name_and_survives(names):
    for kind in WITH_JSON:
        assert KEPT_BY["JSON"](make(kind, names)).label_names == names
    assert kml.Thresholds([0.1, 0.2, 0.3], names)[names[1]] == 0.2


def test_json_without_names_is_as_it_was():
    assert "label_names" not in make("ScoreHistogram", None).to_json()
    text = make("ScoreHistogram").to_json()
    for wrong in ('["cat"]', '["cat", "dog", 1]', '"cat"'):
        broken = text.replace('["cat", "dog", "red fox"]', wrong)
        assert broken != text
        with pytest.raises(ValueError, match="label_names must"):
            kml.ScoreHistogram.from_json(broken)


@pytest.mark.parametrize("kind", MERGING)
def test_parts_must_have_the_same_names(kind):
    named, plain = make(kind), make(kind, None)
    assert (named + make(kind)).label_names == NAMES
    assert (named + plain).label_names == NAMES
    assert (plain + named).label_names == NAMES
    assert (plain + plain).label_names is None
    with pytest.raises(ValueError, match=r"label 1: 'dog' and 'cow'\. Name the same"):
        named + make(kind, ["cat", "cow", "red fox"])
    with pytest.raises(ValueError, match=r"0: 'cat' and 'dog', 1: .* another order"):
        named + make(kind, ["dog", "cat", "red fox"])


def test_a_histogram_takes_the_names_of_the_first_frame():
    histogram = kml.ScoreHistogram(3)
    histogram.update(Y_TRUE, Y_SCORE)
    histogram.update(FRAMES["pandas"](Y_TRUE, NAMES), Y_SCORE)
    assert histogram.label_names == NAMES
    histogram.update(Y_TRUE, Y_SCORE)
    before = repr(histogram)
    with pytest.raises(ValueError, match="label 2: 'red fox' and 'wolf'"):
        histogram.update(FRAMES["pandas"](Y_TRUE, ["cat", "dog", "wolf"]), Y_SCORE)
    with pytest.raises(ValueError, match="got 2"):
        kml.ScoreHistogram(3).update(FRAMES["pandas"]([[2, 0, 0]], NAMES), Y_SCORE[:1])
    assert repr(histogram) == before


def test_names_come_along_from_one_result_to_the_next():
    histogram = make("ScoreHistogram")
    assert histogram.counts(0.5).label_names == NAMES
    assert histogram.counts().label_names == NAMES
    tuned = kml.tune_thresholds(histogram)
    assert tuned.label_names == NAMES
    assert kml.tune_thresholds(histogram, label_names="abc")["b"] == tuned["dog"]
    sides = histogram.negatives, histogram.positives
    made = kml.ScoreHistogram.of_bins(*sides, label_names=NAMES)
    assert made.label_names == NAMES


@pytest.mark.parametrize("kind", ["Counts", "LabelCounts", "Thresholds"])
def test_an_unknown_name_is_a_key_error_with_what_comes_close(kind):
    result = make(kind)
    with pytest.raises(KeyError, match="named 'dgo'; did you mean 'dog'"):
        result["dgo"]
    with pytest.raises(KeyError, match="there are 'cat', 'dog', 'red fox'"):
        result["zebra"]
    with pytest.raises(KeyError, match="'dog': these labels have no names"):
        make(kind, None)["dog"]


def test_a_floor_that_breaks_names_its_labels():
    with pytest.warns(UserWarning, match="in the columns 'dog': scores of inf"):
        kml.tune_thresholds(
            [[1, 0], [0, 1]],
            [[0.9, np.inf], [0.1, 0.2]],
            "recall",
            min_precision=0.9,
            shrinkage=0,
            label_names=["cat", "dog"],
        )


def test_names_in_another_order_than_those_of_the_data_are_refused():
    frame = pd.DataFrame([[1, 0], [0, 1]], columns=["a", "b"])
    with pytest.raises(ValueError, match="another order"):
        kml.confusion_counts(frame, frame, label_names=["b", "a"])
    renamed = kml.confusion_counts(frame, frame, label_names=["cat", "dog"])
    assert renamed.label_names == ["cat", "dog"]
    swapped = kml.Thresholds([0.2, 0.7], label_names=["b", "a"])
    with pytest.raises(ValueError, match="order"):
        kml.apply_thresholds(frame, swapped)
    with pytest.raises(ValueError, match="another order"):
        kml.score_histogram(frame, frame).counts(swapped)


def test_names_have_an_order():
    with pytest.raises(TypeError, match="a set, which has none"):
        kml.confusion_counts([[1, 0]], [[1, 0]], label_names={"a", "b"})


@pytest.mark.parametrize("key", [None, True])
def test_keys_that_are_no_labels(key):
    for result in (kml.Thresholds([0.2, 0.7]), kml.confusion_counts([[1]], [[1]])):
        with pytest.raises(KeyError, match="is no label"):
            result[key]


def test_names_and_positions_side_by_side():
    tuned = kml.Thresholds([0.2, 0.7, 0.1], label_names=["a", "b", "c"])
    assert tuned[["c", 0]].values.tolist() == [0.1, 0.2]
