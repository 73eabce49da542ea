"""Blocks of Dask that are empty, or do not go together."""

import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
NAMES = ["bird", "cat", "dog", "owl"]


def test_frames_of_unequal_partitions():
    frame = pd.DataFrame(np.eye(4)[np.arange(20) % 4], columns=NAMES)
    y_true = dd.from_pandas(frame, npartitions=2)
    message = r"y_true and y_score must have the same rows .* got {}.*repartition"
    for y_score, got in (
        (dd.from_pandas(frame, npartitions=3), "2 and 3 partitions"),
        (y_true.repartition(divisions=[0, 3, 19]), r"\d+ and \d+ rows in a partition"),
    ):
        with pytest.raises(ValueError, match=message.format(got)):
            kml.score_histogram(y_true, y_score)


def test_empty_chunks():
    lazy = da.from_array(np.eye(4, dtype=int), chunks=(2, 4))
    empty = da.concatenate([lazy, lazy[:0]])
    expected = kml.confusion_counts(lazy, lazy)
    assert repr(kml.confusion_counts(empty, empty)) == repr(expected)
    assert kml.count_labels(lazy[:0]).n_samples == 0


def test_weights_of_positions():
    y = np.random.default_rng(0).integers(0, 2, (6, 5, 4))
    weight = np.arange(30.0).reshape(6, 5)
    lazy, heavy = da.from_array(y, chunks=(2, 5, 4)), da.from_array(weight, chunks=3)
    counts = kml.confusion_counts(lazy, lazy, sample_weight=heavy)
    expected = kml.confusion_counts(y, y, sample_weight=weight)
    np.testing.assert_allclose(counts.tp, expected.tp)
