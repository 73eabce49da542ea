"""Coverage of labels by folds."""

import numpy as np
import pytest
from sklearn.model_selection import KFold

import keras_multilabel as kml


def test_positives_of_each_fold_are_counted(rng):
    y = (rng.random((50, 4)) < [0.5, 0.2, 0.1, 0.0]).astype(int)
    splits = list(KFold(5).split(y))
    coverage = kml.fold_coverage(y, splits)
    expected = [[y[test][:, label].sum() for label in range(4)] for _, test in splits]
    np.testing.assert_array_equal(coverage.counts, expected)
    np.testing.assert_array_equal(coverage.positive, y.sum(0))
    absent = [f"label {i}" for i in range(4) if 0 in coverage.counts[:, i]]
    assert coverage.missing == absent


def test_a_label_rarer_than_folds_is_the_only_one_missing():
    y = np.zeros((40, 2), int)
    y[:20, 0] = 1
    y[:3, 1] = 1
    cv = kml.MultilabelStratifiedKFold(5)
    coverage = kml.fold_coverage(y, cv.split(y, y), label_names=["often", "rare"])
    assert coverage.missing == ["rare"]
    frame = coverage.to_frame()
    assert frame.loc["rare"].to_dict() == {
        "positive": 3,
        "fewest": 0,
        "most": 1,
        "folds_without": 2,
    }


def test_names_come_from_frames_and_lists():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    y = [[1, 0], [0, 1], [1, 1], [0, 0]]
    splits = list(kml.MultilabelStratifiedKFold(2).split(None, y))
    frame = pandas.DataFrame(y, columns=["cat", "dog"])
    assert kml.fold_coverage(frame, splits).label_names == ["cat", "dog"]
    column = polars.Series([["cat"], ["dog"], ["cat", "dog"], []])
    coverage = kml.fold_coverage(column, splits)
    assert coverage.label_names == ["cat", "dog"]
    assert type(coverage.to_frame()).__module__.startswith("polars")
    named = kml.fold_coverage(column, splits, label_names=["bird", "cat", "dog"])
    assert named.positive.tolist() == [0, 2, 2]
    assert "bird" in repr(named)


def test_bad_splits():
    y = [[1], [0]]
    with pytest.raises(ValueError, match="got none"):
        kml.fold_coverage(y, [])
    with pytest.raises(ValueError, match="fold 0 tests row 2"):
        kml.fold_coverage(y, [([0], [2])])
