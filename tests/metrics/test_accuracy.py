"""Hamming loss and exact match against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as sk

import keras_multilabel as kml


@pytest.mark.parametrize("weighted", [False, True])
def test_losses_and_exact_match_equal_scikit_learn(rng, weighted):
    y_true = (rng.random((200, 8)) < np.linspace(0.02, 0.6, 8)).astype(int)
    y_pred = (rng.random((200, 8)) < np.linspace(0.6, 0.05, 8)).astype(int)
    y_true[:, 1], y_pred[:, 3] = 0, 0
    y_true[:9], y_pred[5:12] = 0, 0
    sample_weight = rng.random(200) if weighted else None
    assert kml.hamming_loss(
        y_true, y_pred, sample_weight=sample_weight
    ) == pytest.approx(
        sk.hamming_loss(y_true, y_pred, sample_weight=sample_weight), rel=1e-12
    )
    assert kml.subset_accuracy_score(
        y_true, y_pred, sample_weight=sample_weight
    ) == pytest.approx(
        sk.accuracy_score(y_true, y_pred, sample_weight=sample_weight), rel=1e-12
    )


def test_pooled_counts_have_no_exact_match():
    """The rate of 0 that they would give is not it: 3 of 4 rows are right."""
    y_true, y_pred = [[1, 0], [0, 1], [1, 1], [0, 0]], [[1, 0], [0, 1], [1, 0], [0, 0]]
    assert kml.subset_accuracy_score(y_true, y_pred) == 0.75
    with pytest.raises(ValueError, match=r"counts per sample.*got pooled counts"):
        kml.subset_accuracy_score(kml.confusion_counts(y_true, y_pred).sum())
