"""Confusion matrices per label, and between labels, against slow truth."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given

import keras_multilabel as kml
from tests.strategies import problems

DTYPES = [bool, np.uint8, np.int8, np.int64, np.float16, np.float32, np.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("samplewise", [False, True])
def test_every_dtype_agrees_with_scikit_learn(rng, dtype, samplewise):
    y_true, y_pred = rng.integers(0, 2, (2, 50, 4)).astype(dtype)
    weight = rng.random(50)
    for sample_weight in (None, weight):
        options = {"sample_weight": sample_weight, "samplewise": samplewise}
        np.testing.assert_allclose(
            kml.multilabel_confusion_matrix(y_true, y_pred, **options),
            sk.multilabel_confusion_matrix(
                y_true.astype(int), y_pred.astype(int), **options
            ),
            rtol=1e-12,
            atol=1e-14,  # scikit-learn's weighted tn rounds to just below zero
        )


@given(problems(unknown=False))
def test_label_confusion_follows_the_paper(problem):
    y_true, y_pred, _, weight = problem
    np.testing.assert_allclose(
        kml.label_confusion_matrix(y_true, y_pred, sample_weight=weight),
        slow_mlcm(y_true, y_pred, weight),
    )
    assert kml.label_confusion_matrix(y_true, y_pred).dtype.kind == "i"


def slow_mlcm(y_true, y_pred, weight):
    """The three categories of Heydarian et al. 2022, sample by sample."""
    none = y_true.shape[1]
    matrix = np.zeros((none + 1, none + 1))
    for truth, decision, w in zip(y_true, y_pred, weight, strict=True):
        true, decided = set(np.flatnonzero(truth)), set(np.flatnonzero(decision))
        missed, excess = true - decided, decided - true
        pairs = [(label, label) for label in true & decided]
        if not true and not decided:
            pairs.append((none, none))
        elif not excess:
            pairs += [(label, none) for label in missed]
        elif not missed:
            pairs += [(label, other) for label in true or {none} for other in excess]
        else:
            pairs += [(label, other) for label in missed for other in excess]
        for pair in pairs:
            matrix[pair] += w
    return matrix


def test_unknown_entries_confuse_nothing():
    matrix = kml.label_confusion_matrix([[1, -1, 0]], [[0, 1, 1]])
    assert matrix.tolist() == [[0, 0, 1, 0], [0] * 4, [0] * 4, [0] * 4]


def test_label_confusion_of_many_rows_is_exact(rng):
    """More of one pair than float32 counts, over several blocks."""
    y_true = np.zeros((2**24 + 3, 1), np.uint8)
    y_true[: 2**24 + 1] = 1
    matrix = kml.label_confusion_matrix(y_true, np.zeros_like(y_true))
    assert matrix.tolist() == [[0, 2**24 + 1], [0, 2]]
    y_true, y_pred = rng.integers(-1, 2, (2, 200_000, 7))
    y_pred = abs(y_pred)
    parts = zip(np.array_split(y_true, 9), np.array_split(y_pred, 9), strict=True)
    whole = kml.label_confusion_matrix(y_true, y_pred)
    np.testing.assert_array_equal(
        whole, sum(kml.label_confusion_matrix(*part) for part in parts)
    )
    twice = kml.label_confusion_matrix(y_true, y_pred, sample_weight=[2] * len(y_true))
    np.testing.assert_array_equal(twice, 2 * whole)


def test_label_confusion_does_not_depend_on_the_order_of_labels(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 40, 5))
    order = rng.permutation(5)
    matrix = kml.label_confusion_matrix(y_true, y_pred)
    with_none = np.append(order, 5)
    np.testing.assert_array_equal(
        kml.label_confusion_matrix(y_true[:, order], y_pred[:, order]),
        matrix[np.ix_(with_none, with_none)],
    )
