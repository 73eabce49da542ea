"""The value `Counts`: its labels by name and position, sums, and what it looks like."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml

NAMES = ["cat", "dog", "cow"]
COUNTS = kml.Counts([1, 2, 3], [4, 5, 6], [7, 8, 9], [9, 8, 7], label_names=NAMES)


def cells(counts):
    return np.stack([counts.tp, counts.fp, counts.fn, counts.tn]).tolist()


def test_one_label_is_counts_without_the_axis_of_labels():
    dog = COUNTS["dog"]
    assert repr(dog) == "Counts(tp=2, fp=5, fn=8, tn=8)"
    assert (dog.axis, dog.label_names, dog.support) == (None, None, 10)
    assert cells(COUNTS[1]) == cells(COUNTS[-2]) == cells(dog)
    assert kml.f1_score(dog, average="micro") == kml.f1_score(COUNTS, average=None)[1]
    with pytest.raises(IndexError):
        COUNTS[3]
    assert [one.tp.item() for one in COUNTS] == [1, 2, 3]


@pytest.mark.parametrize(
    "several",
    [
        ["cow", "cat"],
        ("cow", "cat"),
        np.array(["cow", "cat"]),
        pd.Index(["cow", "cat"]),
        [2, 0],
        np.array([2, 0]),
        slice(None, None, -2),
    ],
)
def test_several_labels_keep_their_names(several):
    picked = COUNTS[several]
    assert picked.label_names == ["cow", "cat"]
    assert cells(picked) == [[3, 1], [6, 4], [9, 7], [7, 9]]
    assert picked.axis == 0


def test_a_mask_picks_labels():
    assert COUNTS[COUNTS.support < 10].label_names == ["cat"]
    frame = COUNTS.to_frame()
    assert COUNTS[frame.index[frame.tp > 1]].label_names == ["dog", "cow"]
    none = COUNTS[[]]
    assert none.label_names == []
    assert repr(none) == "Counts of 0 labels"


def test_at_thresholds_a_label_has_a_count_for_each():
    histogram = kml.score_histogram([[1, 0]], [[0.5, 0.2]], label_names=["a", "b"])
    counts = histogram.counts()
    np.testing.assert_array_equal(counts["b"].fp, counts.fp[:, 1])
    at_last = counts.sum(0)
    assert at_last.label_names == ["a", "b"]
    assert at_last.axis == 0
    assert counts.sum(1).label_names is None
    assert repr(counts) == f"Counts of 2 labels, shape {counts.tp.shape}"
    assert repr(counts["b"]).startswith("Counts of 1,679 totals\n")
    with pytest.raises(ValueError, match="a row per label; got Counts of 2 labels"):
        counts.to_frame()


def test_sums_over_labels_have_no_names():
    assert COUNTS.sum().label_names is None
    assert repr(COUNTS.sum()) == "Counts(tp=6, fp=15, fn=24, tn=24)"
    assert COUNTS.sum()._repr_html_() == f"<div>{COUNTS.sum()!r}</div>"


def test_counts_per_sample_are_numbered():
    frame = pd.DataFrame([[1, 0], [0, 1]], columns=["a", "b"])
    counts = kml.confusion_counts(frame, frame, axis=1)
    assert counts.label_names is None
    assert list(counts.to_frame().index) == [0, 1]
    assert counts.to_frame().index.name == "sample"
    assert repr(counts).startswith("Counts of 2 samples\n")
    assert counts[:1].axis == 1
    assert kml.confusion_counts(frame, frame, axis=None).label_names is None


@pytest.mark.parametrize("axis", [1, None])
def test_names_need_counts_per_label(axis):
    with pytest.raises(ValueError, match=f"over axis {axis}"):
        kml.confusion_counts([[1, 0]], [[1, 0]], axis=axis, label_names=["a", "b"])


def test_fields_and_replace_are_as_of_every_dataclass():
    again = dataclasses.replace(COUNTS, tn=[0, 0, 0])
    assert again.label_names == NAMES
    assert again.tn.dtype == np.int64
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.label_names = None
    with pytest.raises(TypeError):
        kml.Counts([1], [1], [1], [1], 0, ["a"])


def test_counts_per_sample_made_by_hand_do_not_overflow():
    most = np.int32([2**31 - 1])
    counts = kml.Counts(most, most, most, most, axis=1)
    assert counts.total.tolist() == [4 * (2**31 - 1)]
