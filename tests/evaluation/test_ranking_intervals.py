"""Intervals of average precision and ROC AUC: formulas written out, and coverage."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.evaluation.populations import holds, population


def wilson(share, size, z=1.959963984540054):
    middle = (size * share + z**2 / 2) / (size + z**2)
    reach = z * np.sqrt(size * share * (1 - share) + z**2 / 4) / (size + z**2)
    return middle - reach, middle + reach


@pytest.fixture
def data():
    people = population(1, 0.3)
    y_true, score = people.draw(400, np.random.default_rng(1))
    return y_true, score.round(1)  # ties


def jackknife(score, y_true, y_score, weight=None, groups=None):
    """Variance of a score, from it without each row (or group)."""
    groups = np.arange(len(y_true)) if groups is None else groups
    values = []
    for group in range(groups.max() + 1):
        rows = groups != group
        kept = None if weight is None else weight[rows]
        values.append(
            score(y_true[rows], y_score[rows], average="micro", sample_weight=kept)
        )
    n = len(values)
    return (n - 1) * np.var(values)


@pytest.mark.parametrize("kind", ["rows", "weights", "groups", "micro"])
@pytest.mark.parametrize("name", ["average_precision", "roc_auc"])
def test_the_width_is_that_of_a_jackknife(data, name, kind):
    """Without each row in turn: an independent way to the same variance."""
    y_true, score = data
    rng = np.random.default_rng(0)
    weight = rng.lognormal(0, 0.5, 400) if kind == "weights" else None
    groups = np.arange(400) // 2 if kind == "groups" else None
    if kind == "micro":
        groups = np.repeat(np.arange(100), 4)
        shape = (100, 4)
        found = kml.score_intervals(
            y_true.reshape(shape), y_true.reshape(shape), y_score=score.reshape(shape)
        ).averages["micro"][name]
    else:
        found = kml.score_intervals(
            y_true, y_true, y_score=score, sample_weight=weight, groups=groups
        ).per_label[name]
    function = {
        "average_precision": kml.average_precision_score,
        "roc_auc": kml.roc_auc_score,
    }[name]
    variance = jackknife(function, y_true, score, weight, groups)
    value = float(np.ravel(found.value)[0])
    low, high = wilson(value, value * (1 - value) / variance)
    width = np.ravel(found.high - found.low)[0]
    # AP is at least as wide as a share of as many trials as positives.
    assert width / (high - low) > 0.93
    assert width / (high - low) < (1.35 if name == "average_precision" else 1.15)


def test_a_perfect_auc_has_the_variance_of_exponential_scores():
    """The limit of Hanley and McNeil's, written out."""
    n_positive, n_negative = 10, 40
    y_true = np.array([[1]] * n_positive + [[0]] * n_negative)
    found = kml.score_intervals(y_true, y_true, y_score=y_true * 1.0)
    auc = 1 - 1e-7
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc)
        + (n_positive - 1) * (q1 - auc**2)
        + (n_negative - 1) * (q2 - auc**2)
    ) / (n_positive * n_negative)
    size = auc * (1 - auc) / variance
    # Five of fifteen parts of the variance; the ten that are there show none.
    low, _ = wilson(1.0, size * (n_positive + 5) / 5)
    assert found.per_label["roc_auc"].low[0] == pytest.approx(low, rel=1e-4)
    low, _ = wilson(1.0, n_positive)
    assert found.per_label["average_precision"].low[0] == pytest.approx(low, rel=1e-6)


def test_average_precision_of_few_positives_is_corrected():
    """Macro averages of 5 positives each are too high; the corrected ones are not."""
    people, rng = population(10, 0.1), np.random.default_rng(3)
    y_true, score = people.draw(60_000, rng)
    truth = kml.average_precision_score(y_true, score)
    plain, corrected, hits = [], [], []
    for _ in range(60):
        y_true, score = people.draw(120, rng)
        found = kml.score_intervals(y_true, people.decide(score), y_score=score)
        frequent = y_true.sum(0) >= 10
        assert found.n_frequent == frequent.sum()
        plain.append(found.averages["macro"]["average_precision"].value)
        hits.append(holds(found.averages["macro"]["average_precision"], truth))
        expected = kml.average_precision_score(y_true, score, average=None)[frequent]
        few = found.frequent["average_precision"]
        corrected.append(few.value - expected.mean())
    assert np.mean(plain) > truth + 0.005
    assert np.mean(corrected) < 0
    assert np.mean(hits) >= 0.85


def test_the_interval_of_few_positives_reaches_to_where_there_is_no_bias():
    y_true = np.array([[1]] * 4 + [[0]] * 40)
    score = np.concatenate([[9.5, 8.5, 3.5, 1.5], np.linspace(0, 10, 40)])[:, None]
    found = kml.score_intervals(y_true, y_true, y_score=score)
    value, low, high = (each[0] for each in found.per_label["average_precision"])
    assert low < wilson(value, 4)[0] - 0.02
    assert high == pytest.approx(wilson(value, 4)[1])


def test_a_weighted_average_varies_with_the_supports():
    """Against the bootstrap, resample by resample."""
    people, rng = population(4, 0.1), np.random.default_rng(5)
    y_true, score = people.draw(600, rng)
    found = kml.score_intervals(y_true, people.decide(score), y_score=score)
    for name, function in (
        ("average_precision", kml.average_precision_score),
        ("roc_auc", kml.roc_auc_score),
    ):
        drawn = []
        for _ in range(300):
            rows = rng.integers(0, 600, 600)
            drawn.append(function(y_true[rows], score[rows], average="weighted"))
        interval = found.averages["weighted"][name]
        expected = 2 * 1.96 * np.std(drawn)
        assert interval.high - interval.low == pytest.approx(expected, rel=0.2)


def test_micro_averages_of_many_rows_come_from_a_part_of_them():
    people, rng = population(3, 0.1), np.random.default_rng(5)
    y_true, score = people.draw(40_000, rng)
    weight = rng.random(40_000) + 0.5
    found = kml.score_intervals(
        y_true, people.decide(score), y_score=score, sample_weight=weight
    )
    part = kml.score_intervals(
        y_true[:9_000],
        people.decide(score)[:9_000],
        y_score=score[:9_000],
        sample_weight=weight[:9_000],
    )
    for name in ("average_precision", "roc_auc"):
        widths = [
            each.averages["micro"][name].high - each.averages["micro"][name].low
            for each in (found, part)
        ]
        assert widths[1] / widths[0] == pytest.approx(np.sqrt(40 / 9), rel=0.06)


def test_small_weights_beside_a_large_one():
    """The negatives' weights are not lost in the sum of all."""
    y_true, y_score = [[1], [0], [0], [1]], [[0.9], [0.2], [0.8], [0.7]]
    options = {"y_score": y_score, "sample_weight": [1e17, 1, 2, 1]}
    found = kml.score_intervals(y_true, [[1], [0], [1], [1]], **options)
    for name in ("average_precision", "roc_auc"):
        value, low, high = (end[0] for end in found.per_label[name])
        assert 0 <= low < value <= high <= 1
