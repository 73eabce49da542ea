import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page import pairs
from tests.evaluation.page.decoding import unpacked


def test_together_and_by_chance_as_described(rng):
    y = rng.choice([0, 1, -1], (500, 6), p=[0.5, 0.4, 0.1]).astype(np.int8)
    together, expected = pairs.cooccurrence(y, None)
    summary = kml.describe_labels(y)
    np.testing.assert_array_equal(together, summary.cooccurrence)
    np.testing.assert_allclose(expected, summary.expected)
    complete = np.abs(y)
    _, expected = pairs.cooccurrence(complete, None)
    np.testing.assert_allclose(expected, kml.describe_labels(complete).expected)


@pytest.mark.parametrize("low", [0, -1])
def test_a_weight_of_2_is_a_row_twice(rng, low):
    y = rng.integers(low, 2, (100, 4)).astype(np.int8)
    weight = rng.integers(0, 3, 100)
    repeated = pairs.cooccurrence(np.repeat(y, weight, axis=0), None)
    np.testing.assert_allclose(pairs.cooccurrence(y, weight.astype(float)), repeated)


def test_what_the_page_gets(rng):
    y_true = (rng.random((300, 3)) < 0.4).astype(np.int8)
    y_true[:, 2] = y_true[:, 1]
    y_pred = (rng.random((300, 3)) < 0.4).astype(np.uint8)
    found = pairs.label_pairs(y_true, y_pred, None)
    confusion = kml.label_confusion_matrix(y_true, y_pred)
    assert found["top"] == [0, 1, 2]
    assert unpacked(found["confusion"]) == confusion.ravel().tolist()
    assert (
        unpacked(found["together"]) == (y_true.T.astype(int) @ y_true).ravel().tolist()
    )
    i, j, times = found["confused"][0]
    assert (
        times
        == confusion[i, j]
        == (confusion[:3, :3] - np.diag(confusion.diagonal()[:3])).max()
    )
    assert [pair[:2] for pair in found["associated"]] == [[1, 2]]


def test_of_many_labels_the_most_frequent():
    y = (np.arange(60) > np.arange(100)[:, None]).astype(np.int8)
    found = pairs.label_pairs(y, y, None)
    assert found["top"] == list(range(20, 60))
    assert found["confused"] == []


def test_of_too_many_labels_none():
    y = np.ones((2, 2_001), np.int8)
    assert pairs.label_pairs(y, y, None) is None


@pytest.mark.parametrize("unit", [1e-300, 1 / 900, 1e9, 1e300])
def test_the_unit_of_weights_does_not_matter(rng, unit):
    y_true = (rng.random((300, 3)) < 0.4).astype(np.int8)
    y_true[:, 2] |= y_true[:, 1]
    y_pred = (rng.random((300, 3)) < 0.4).astype(np.uint8)
    weight = rng.random(300) + 0.5
    one, other = (
        pairs.label_pairs(y_true, y_pred, each) for each in (weight, unit * weight)
    )
    for kind in ("confused", "associated"):
        found, expected = np.array(other[kind]), np.array(one[kind])
        assert len(expected) > 0
        np.testing.assert_array_equal(found[:, :2], expected[:, :2])
        np.testing.assert_allclose(found[:, 2:] / unit, expected[:, 2:])
    for kind in ("confusion", "together", "expected"):
        found, expected = unpacked(other[kind]), unpacked(one[kind])
        np.testing.assert_allclose(found, expected, atol=1)
    assert other["rows"] * unit == pytest.approx(one["rows"])


def test_weights_that_are_all_the_same_count_rows(rng):
    y = (rng.random((300, 3)) < 0.4).astype(np.int8)
    y[:, 2] |= y[:, 1]
    plain, weighted = (
        pairs.label_pairs(y, y, each)["associated"] for each in (None, np.full(300, 7))
    )
    np.testing.assert_allclose(np.array(weighted)[:, 2:] / 7, np.array(plain)[:, 2:])
