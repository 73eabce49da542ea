"""Intervals of few rows and few groups, by formulas written out."""

import numpy as np
import pytest
from scipy import stats

import keras_multilabel as kml


def wilson(share, size, z):
    middle = (size * share + z**2 / 2) / (size + z**2)
    reach = z * np.sqrt(size * share * (1 - share) + z**2 / 4) / (size + z**2)
    return middle - reach, middle + reach


def test_a_row_more_of_independent_trials():
    """Of n exact matches the variance is that of n rows, and of n * n trials."""
    y_true, y_pred = np.ones((5, 1), int), np.array([[1], [1], [1], [0], [0]])
    found = kml.score_intervals(y_true, y_pred).overall["subset_accuracy"]
    size = 1 / (1 / 5 + 1 / 25)
    expected = wilson(0.6, size, stats.norm.ppf(0.975))
    np.testing.assert_allclose(found, (0.6, *expected))


def test_micro_averages_of_rows_of_several_trials():
    """Rows of 3, 2 and 1 predicted labels, of which 3, 1 and 0 are right."""
    y_pred = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]])
    y_true = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 1]])
    found = kml.score_intervals(y_true, y_pred).averages["micro"]["precision"]
    hits, trials = np.array([3, 1, 0]), np.array([3, 2, 1])
    value = 4 / 6
    of_rows = (((hits - value * trials) / 6) ** 2).sum()
    n_rows = 6**2 / (9 + 4 + 1)
    share = value * (1 - value)
    size = share / (of_rows + share / (6 * n_rows))
    expected = wilson(value, size, stats.norm.ppf(0.975))
    np.testing.assert_allclose(found, (value, *expected))


def test_shares_of_few_groups_have_the_variance_of_a_mean():
    """Of equal groups a share is the mean of theirs: squares over G (G - 1)."""
    shares = np.array([0.2, 0.9, 0.5, 0.4])
    groups = np.repeat(np.arange(4), 10)
    y_pred = (np.arange(40) % 10 < 10 * shares[groups]).astype(int)[:, None]
    found = kml.score_intervals(np.ones((40, 1), int), y_pred, groups=groups)
    variance = ((shares - 0.5) ** 2).sum() / (4 * 3)
    expected = wilson(0.5, 0.25 / variance, stats.t.ppf(0.975, 3))
    recall = np.ravel(found.per_label["recall"])
    np.testing.assert_allclose(recall, (0.5, *expected))


def test_roc_auc_of_few_groups():
    """Placements summed per group, G / (G - 1), and 5 positives as a prior."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(4), 10)
    y_true = np.tile([1, 0], 20)
    y_score = 0.8 * y_true + rng.standard_normal(4)[groups] + rng.standard_normal(40)
    found = kml.score_intervals(
        y_true[:, None], y_true[:, None], y_score=y_score[:, None], groups=groups
    )
    above = y_score[y_true == 1][:, None] > y_score[y_true == 0]
    auc = above.mean()
    moved = np.zeros(40)
    moved[y_true == 1] = (above.mean(1) - auc) / 20
    moved[y_true == 0] = (above.mean(0) - auc) / 20
    variance = (np.bincount(groups, moved) ** 2).sum() * 4 / 3
    # Less than Hanley and McNeil say of 20 positives, for there are 4 groups.
    size = (4 + 5) / (4 / (auc * (1 - auc) / variance) + 5 / 4)
    expected = wilson(auc, size, stats.t.ppf(0.975, 3))
    np.testing.assert_allclose(
        np.ravel(found.per_label["roc_auc"]), (auc, *expected), rtol=1e-6
    )


@pytest.mark.parametrize("name", ["precision", "recall", "f1_score"])
def test_a_weighted_average_of_labels_that_exclude_each_other(name):
    """Rows of a good label in place of a bad one raise it, as a jackknife says."""
    rng = np.random.default_rng(1)
    is_good = rng.random(500) < 0.5
    y_true = np.stack([is_good, ~is_good], 1).astype(int)
    y_pred = np.where(rng.random((500, 2)) < [0.02, 0.45], 1 - y_true, y_true)
    score = {
        "precision": kml.precision_score,
        "recall": kml.recall_score,
        "f1_score": kml.f1_score,
    }[name]
    without = [
        score(np.delete(y_true, row, 0), np.delete(y_pred, row, 0), average="weighted")
        for row in range(500)
    ]
    deviation = np.sqrt(499 * np.var(without))
    value, low, high = kml.score_intervals(y_true, y_pred).averages["weighted"][name]
    expected = wilson(value, value * (1 - value) / deviation**2, stats.norm.ppf(0.975))
    np.testing.assert_allclose((low, high), expected, atol=0.02 * (high - low))
