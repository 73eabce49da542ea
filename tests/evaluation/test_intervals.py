"""`score_intervals`: values, ends by oracles, coverage, and every awkward input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import keras_multilabel as kml
from tests.evaluation.populations import Population, holds, population

NAMES = {
    "precision": kml.precision_score,
    "recall": kml.recall_score,
    "f1_score": kml.f1_score,
}
AVERAGES = ("micro", "macro", "weighted", "samples")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def data(rng):
    y_true, score = population(6, 0.02).draw(800, rng)
    return y_true, population(6, 0.02).decide(score), score


def every_interval(found):
    yield from found.per_label.values()
    yield from found.overall.values()
    yield from found.frequent.values()
    for scored in found.averages.values():
        yield from scored.values()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("zero_division", [0.0, 1.0, np.nan])
@pytest.mark.parametrize("method", ["analytic", "bootstrap"])
def test_values_are_those_of_the_scores(data, rng, method, zero_division, weighted):
    y_true, y_pred = data[0].astype(np.int8), data[1].copy()
    y_true[rng.random(y_true.shape) < 0.1] = -1
    y_true[:, 2], y_pred[:, 2], y_true[:, 3] = 0, 0, -1
    weight = rng.lognormal(0, 1, len(y_true)) if weighted else None
    found = kml.score_intervals(
        y_true,
        y_pred,
        sample_weight=weight,
        zero_division=zero_division,
        method=method,
        n_resamples=20,
    )
    options = {"sample_weight": weight, "zero_division": zero_division}
    for name, score in NAMES.items():
        expected = score(y_true, y_pred, average=None, **options)
        np.testing.assert_allclose(found.per_label[name].value, expected, rtol=1e-12)
        for average in AVERAGES:
            value = score(y_true, y_pred, average=average, **options)
            interval = found.averages[average][name]
            np.testing.assert_allclose(interval.value, value, rtol=1e-12)
    exact = kml.subset_accuracy_score(y_true, y_pred, sample_weight=weight)
    assert found.overall["subset_accuracy"].value == pytest.approx(exact)
    wrong = kml.hamming_loss(y_true, y_pred, sample_weight=weight)
    assert found.overall["hamming_loss"].value == pytest.approx(wrong)
    counts = kml.confusion_counts(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(found.support, counts.support)


@pytest.mark.parametrize("weighted", [False, True])
def test_values_of_rankings_are_those_of_the_scores(data, rng, weighted):
    y_true, y_pred, score = data
    y_true = np.where(rng.random(y_true.shape) < 0.1, np.nan, y_true)
    y_true[:, 1] = 0
    score = score.round(1)  # ties
    weight = rng.lognormal(0, 1, len(y_true)) if weighted else None
    found = kml.score_intervals(y_true, y_pred, y_score=score, sample_weight=weight)
    for average in (None, "micro", "macro", "weighted"):
        where = found.per_label if average is None else found.averages[average]
        expected = kml.average_precision_score(
            y_true, score, average=average, sample_weight=weight
        )
        got = where["average_precision"].value
        np.testing.assert_allclose(got, expected, rtol=1e-9)
    keep = [0, 2, 3, 4, 5]
    expected = kml.roc_auc_score(y_true[:, keep], score[:, keep], sample_weight=weight)
    assert found.averages["macro"]["roc_auc"].value == pytest.approx(expected)
    assert np.isnan(found.per_label["roc_auc"].value[1])


def test_shares_have_wilsons_interval(data):
    y_true, y_pred, _ = data
    found = kml.score_intervals(y_true, y_pred, confidence=0.9)
    counts = kml.confusion_counts(y_true, y_pred)
    trials = {"precision": counts.predicted, "recall": counts.support}
    for name, total in trials.items():
        for label, (k, n) in enumerate(zip(counts.tp, total, strict=True)):
            expected = binomtest(int(k), int(n)).proportion_ci(0.9, "wilson")
            interval = found.per_label[name]
            ends = interval.low[label], interval.high[label]
            np.testing.assert_allclose(ends, expected, rtol=1e-9)
    union = counts.tp + counts.fp + counts.fn
    low, high = binomtest(int(counts.tp[0]), int(union[0])).proportion_ci(0.9, "wilson")
    f1 = found.per_label["f1_score"]
    assert f1.low[0] == pytest.approx(2 * low / (1 + low))
    assert f1.high[0] == pytest.approx(2 * high / (1 + high))


@pytest.mark.parametrize("kind", ["rows", "weights", "groups"])
def test_the_bootstrap_agrees_where_labels_are_frequent(rng, kind):
    """It is an independent way to the same ends, where it holds."""
    people = population(5, 0.15)
    groups = np.repeat(np.arange(500), 6) if kind == "groups" else None
    y_true, score = people.draw(3000, rng, groups)
    weight = rng.lognormal(0, 0.7, 3000) if kind == "weights" else None
    options = {"groups": groups, "sample_weight": weight}
    found = kml.score_intervals(y_true, people.decide(score), **options)
    drawn = kml.score_intervals(
        y_true,
        people.decide(score),
        method="bootstrap",
        n_resamples=2000,
        random_state=1,
        **options,
    )
    for one, other in zip(every_interval(found), every_interval(drawn), strict=True):
        width = other.high - other.low
        np.testing.assert_allclose(one.low, other.low, atol=0.12 * np.max(width))
        np.testing.assert_allclose(one.high, other.high, atol=0.12 * np.max(width))


def test_weighted_averages_vary_with_the_supports():
    """Labels of which one is found and the other is not, against the bootstrap."""
    rng = np.random.default_rng(0)
    people = Population(np.array([0.1, 0.1]), np.array([0.98, 0.1]))
    y_true, score = people.draw(2000, rng)
    widths = []
    for method in ("analytic", "bootstrap"):
        found = kml.score_intervals(
            y_true, people.decide(score), method=method, random_state=0
        )
        scored = found.averages["weighted"]
        widths.append([each.high - each.low for each in scored.values()])
    np.testing.assert_allclose(widths[0], widths[1], rtol=0.1)


def test_the_bootstrap_does_not_depend_on_threads(data, monkeypatch):
    y_true, y_pred, _ = data
    options = {"method": "bootstrap", "n_resamples": 120, "random_state": 3}
    found = kml.score_intervals(y_true, y_pred, **options)
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)
    again = kml.score_intervals(y_true, y_pred, **options)
    for one, other in zip(every_interval(found), every_interval(again), strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("grouped", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(grouped):
    """A small one; the table of the documentation comes from benchmarks/."""
    people, rng = population(20), np.random.default_rng(11)
    truth, hits, labels = people.f1(), [], []
    groups = np.repeat(np.arange(75), 4) if grouped else None
    for _ in range(250):
        y_true, score = people.draw(300, rng, groups)
        y_pred = people.decide(score)
        found = kml.score_intervals(y_true, y_pred, groups=groups, zero_division=np.nan)
        f1 = found.per_label["f1_score"]
        seen = ~np.isnan(f1.value)
        labels.append(holds(f1, truth)[seen].mean())
        hits.append(holds(found.averages["macro"]["f1_score"], truth[seen].mean()))
    # Of 250 at 95 %: 91.5 to 98.5 in all but one of a thousand.
    assert 0.91 <= np.mean(hits) <= 0.995
    assert 0.935 <= np.mean(labels) <= 0.995


def test_rare_labels_are_not_taken_for_worse_than_they_are():
    """Their F1 is too low in the mean, in all of them alike."""
    people, rng, hits = population(40, 0.002, (0.9, 0.99)), np.random.default_rng(1), []
    for _ in range(150):
        y_true, score = people.draw(200, rng)
        found = kml.score_intervals(y_true, people.decide(score), zero_division=np.nan)
        seen = ~np.isnan(found.per_label["f1_score"].value)
        macro = found.averages["macro"]["f1_score"]
        hits.append(holds(macro, people.f1()[seen].mean()))
    assert np.mean(hits) >= 0.9


def test_few_groups_are_less_sure_than_many():
    """Eight of them; a normal distribution would be too narrow."""
    people, rng = population(4, 0.2), np.random.default_rng(2)
    groups, hits = np.repeat(np.arange(8), 12), []
    expected = 2 * people.both().sum() / (2 * people.prevalence.sum())
    for _ in range(300):
        y_true, score = people.draw(96, rng, groups)
        found = kml.score_intervals(y_true, people.decide(score), groups=groups)
        hits.append(holds(found.averages["micro"]["f1_score"], expected))
    assert np.mean(hits) >= 0.925


def test_one_or_two_samples_do_not_show_how_samples_vary():
    options = {"zero_division": np.nan}
    one = kml.score_intervals([[1, 0, 1]], [[1, 1, 0]], **options)
    two = kml.score_intervals([[1, 1]] * 2, [[1, 0]] * 2, **options)
    for found in (one, two):
        for average, scored in found.averages.items():
            for name, (value, low, high) in scored.items():
                assert np.isnan(value) or high - low > 0.2, (average, name)
        assert found.overall["hamming_loss"].high > found.overall["hamming_loss"].low


def test_a_bootstrap_of_rare_labels_does_not():
    """Why it is not the default."""
    people, rng, hits = population(20), np.random.default_rng(12), []
    for seed in range(60):
        y_true, score = people.draw(300, rng)
        found = kml.score_intervals(
            y_true,
            people.decide(score),
            zero_division=np.nan,
            method="bootstrap",
            n_resamples=200,
            random_state=seed,
        )
        seen = ~np.isnan(found.per_label["f1_score"].value)
        truth = people.f1()[seen].mean()
        hits.append(holds(found.averages["macro"]["f1_score"], truth))
    assert np.mean(hits) < 0.85


def test_unseen_labels_may_have_any_score(rng):
    people = population(4, 0.1)
    y_true, score = people.draw(500, rng)
    y_pred = people.decide(score)
    nothing = np.zeros((500, 4), np.uint8)
    seen = kml.score_intervals(y_true, y_pred)
    wide = [np.hstack([each, nothing]) for each in (y_true, y_pred)]
    both = kml.score_intervals(*wide)
    value, low, high = both.averages["macro"]["f1_score"]
    expected = seen.averages["macro"]["f1_score"]
    assert value == pytest.approx(expected.value / 2)
    assert low == pytest.approx(expected.low / 2)
    assert high == pytest.approx(expected.high / 2 + 0.5)
    f1 = both.per_label["f1_score"]
    np.testing.assert_array_equal([f1.low[4:], f1.high[4:]], [[0] * 4, [1] * 4])
    without = kml.score_intervals(*wide, zero_division=np.nan)
    assert without.averages["macro"]["f1_score"] == pytest.approx(expected)


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans())
def test_ends_lie_around_the_value_and_from_0_to_1(n, n_labels, seed, grouped):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(-1, 2, (n, n_labels))
    y_score = rng.integers(0, 3, (n, n_labels)) / 2
    found = kml.score_intervals(
        y_true,
        y_score > 0.5,
        y_score=y_score,
        groups=rng.integers(0, 3, n) if grouped else None,
        zero_division=rng.choice([0.0, 1.0, np.nan]),
    )
    for value, low, high in every_interval(found):
        assert (np.isnan(value) == np.isnan(low)).all()
        kept = ~np.isnan(value)
        inside = (low <= value + 1e-9) & (value <= high + 1e-9)
        assert np.all(inside | ~kept)
        assert np.all((np.asarray(low)[kept] >= 0) & (np.asarray(high)[kept] <= 1))


@pytest.mark.parametrize("n", [1, 2, 30])
def test_perfect_scores_are_not_certain(n):
    y_true = np.array([[1, 0], [0, 1]] * n)
    found = kml.score_intervals(y_true, y_true, y_score=y_true.astype(float))
    for name, interval in found.averages["macro"].items():
        assert interval.value == interval.high == 1, name
        assert 0 < interval.low < 1, name
    assert (found.per_label["roc_auc"].low < 1).all()
    assert found.overall["hamming_loss"].high > 0


def test_one_label_has_the_macro_average_of_itself(data):
    y_true, y_pred, score = (each[:, :1] for each in data)
    found = kml.score_intervals(y_true, y_pred, y_score=score)
    for name, interval in found.averages["macro"].items():
        np.testing.assert_allclose(interval, np.ravel(found.per_label[name]))
