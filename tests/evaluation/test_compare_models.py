"""`compare_models`: oracles, a true null, real differences, and awkward input."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import keras_multilabel as kml
from tests.evaluation.populations import holds, population

SCORES = {
    "f1": kml.f1_score,
    "precision": kml.precision_score,
    "recall": kml.recall_score,
    "jaccard": kml.jaccard_score,
}
RANKINGS = {
    "average_precision": kml.average_precision_score,
    "roc_auc": kml.roc_auc_score,
}


def two_models(n, seed, people=None, *, worse=0.0):
    """Truth, and the scores of two models with half of their noise in common."""
    rng = np.random.default_rng(seed)
    people = people or population(8, 0.02)
    y_true, a = people.draw(n, rng)
    noise = rng.standard_normal(a.shape)
    b = a + 0.6 * rng.standard_normal(a.shape) + worse * noise
    return y_true, a + 0.6 * rng.standard_normal(a.shape), b


@pytest.fixture
def data():
    y_true, a, b = two_models(300, 0, worse=0.5)
    return y_true, a > 0.8, b > 0.8


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("metric", SCORES)
def test_scores_are_those_of_the_functions(data, metric, average, weighted):
    y_true, a, b = data
    y_true = np.where(np.arange(300)[:, None] % 7 == 0, -1, y_true.astype(int))
    y_true[:, 3] = -1
    weight = np.random.default_rng(0).random(300) if weighted else None
    options = {"sample_weight": weight, "average": average}
    found = kml.compare_models(y_true, a, b, metric=metric, n_permutations=9, **options)
    score = SCORES[metric]
    expected = [score(y_true, each, **options) for each in (a, b)]
    np.testing.assert_allclose([found.a, found.b], expected)
    assert found.difference == pytest.approx(expected[0] - expected[1])
    each = score(y_true, a, average=None, sample_weight=weight)
    np.testing.assert_allclose(found.per_label.a, each)
    assert np.isnan(found.per_label.p_value[3])
    assert np.isnan(found.per_label.adjusted[3])


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("metric", RANKINGS)
def test_scores_of_rankings_are_those_of_the_functions(metric, average):
    y_true, a, b = two_models(200, 1)
    found = kml.compare_models(y_true, a, b, metric=metric, average=average)
    expected = [RANKINGS[metric](y_true, each, average=average) for each in (a, b)]
    np.testing.assert_allclose([found.a, found.b], expected)


@pytest.mark.parametrize("metric", [*SCORES, *RANKINGS])
def test_a_model_does_not_differ_from_itself(data, metric):
    y_true, a, _ = data
    found = kml.compare_models(y_true, a, a, metric=metric)
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)
    assert (found.per_label.p_value == 1).all()
    assert (found.per_label.difference == 0).all()


@pytest.mark.parametrize("metric", [*SCORES, *RANKINGS])
def test_models_swapped_give_the_difference_turned_around(data, metric):
    y_true, a, b = data
    one = kml.compare_models(y_true, a, b, metric=metric, random_state=0)
    other = kml.compare_models(y_true, b, a, metric=metric, random_state=0)
    assert one.difference == pytest.approx(-other.difference)
    assert one.low == pytest.approx(-other.high)
    assert one.p_value == pytest.approx(other.p_value)
    np.testing.assert_allclose(one.per_label.p_value, other.per_label.p_value)


def test_p_values_of_recall_are_mcnemars(data):
    y_true, a, b = data
    found = kml.compare_models(y_true, a, b, metric="recall", n_permutations=1)
    for label in range(y_true.shape[1]):
        of_positives = y_true[:, label] == 1
        only_a = int((a & ~b)[of_positives, label].sum())
        only_b = int((b & ~a)[of_positives, label].sum())
        expected = 1.0
        if only_a + only_b:
            expected = stats.binomtest(only_a, only_a + only_b).pvalue
        assert found.per_label.p_value[label] == pytest.approx(expected)


@pytest.mark.parametrize("metric", SCORES)
def test_p_values_of_labels_are_those_of_all_swaps(metric):
    """Every one of the 2^9 swaps, one by one."""
    rng = np.random.default_rng(4)
    y_true, a, b = rng.integers(0, 2, (3, 9, 1))
    found = kml.compare_models(y_true, a, b, metric=metric, n_permutations=1)
    score, differences = SCORES[metric], []
    for swap in itertools.product([False, True], repeat=9):
        swapped = np.array(swap)[:, None]
        one, other = np.where(swapped, b, a), np.where(swapped, a, b)
        differences.append(score(y_true, one) - score(y_true, other))
    extreme = np.abs(differences) >= abs(found.difference) - 1e-9
    assert found.per_label.p_value[0] == pytest.approx(extreme.mean())


def test_a_weighted_row_is_swapped_with_its_weight():
    rng = np.random.default_rng(4)
    y_true, a, b = rng.integers(0, 2, (3, 9, 1))
    weight, differences = rng.lognormal(0, 1, 9), []
    for swap in itertools.product([False, True], repeat=9):
        swapped = np.array(swap)[:, None]
        one, other = np.where(swapped, b, a), np.where(swapped, a, b)
        options = {"sample_weight": weight}
        scores = [kml.recall_score(y_true, x, **options) for x in (one, other)]
        differences.append(scores[0] - scores[1])
    options |= {"metric": "recall", "n_permutations": 20_000, "random_state": 0}
    found = kml.compare_models(y_true, a, b, **options)
    extreme = np.abs(differences) >= abs(found.difference) - 1e-9
    assert found.p_value == pytest.approx(extreme.mean(), abs=0.015)


@pytest.mark.parametrize("positives", [0.016, 0.2])
def test_intervals_hold_where_one_model_predicts_far_more_often(positives):
    """Such models cannot be swapped, whatever their scores are."""
    rates = np.array([[0.2, 0.004], [0.7, 0.5]])  # of positives and of negatives
    found = 2 * positives * rates[:, 0]
    scores = found / (found / 2 + positives + (1 - positives) * rates[:, 1])
    expected, of_labels, of_macro = scores[0] - scores[1], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y_true = rng.random((500, 8)) < positives
        noise = rng.random((500, 8))
        a, b = (noise < np.where(y_true, *pair) for pair in rates)
        options = {"n_permutations": 20, "random_state": seed}
        one = kml.compare_models(y_true.astype(int), a, b, **options)
        labels = one.per_label
        of_labels.append((labels.low <= expected) & (expected <= labels.high))
        of_macro.append(holds(one, expected))
    assert np.mean(of_labels) > 0.9
    assert np.mean(of_macro) > 0.83


def test_a_p_value_is_small_only_where_the_interval_leaves_out_no_difference():
    for seed in range(20):
        y_true, a, b = two_models(200, seed, worse=0.4)
        for metric in ("f1", "precision", "jaccard"):
            one = kml.compare_models(y_true, a > 0.8, b > 0.3, metric=metric)
            labels = one.per_label
            around = (labels.low < 0) & (labels.high > 0)
            assert (labels.p_value[around] > 0.05).all()
            assert one.p_value > 0.05 or not one.low < 0 < one.high


def test_many_swaps_come_to_the_exact_p_value():
    rng = np.random.default_rng(4)
    y_true, a, b = rng.integers(0, 2, (3, 9, 1))
    found = kml.compare_models(y_true, a, b, n_permutations=20_000, random_state=0)
    assert found.p_value == pytest.approx(found.per_label.p_value[0], abs=0.015)


def test_roc_auc_is_delongs():
    """By the placements of each positive and negative, written out."""
    y_true, a, b = two_models(150, 2, population(1, 0.3))
    positive = y_true[:, 0] == 1
    variances = []
    for score in (a[:, 0], b[:, 0]):
        above = score[positive][:, None] > score[~positive]
        variances.append((above.mean(1), above.mean(0)))
    of_positives = variances[0][0] - variances[1][0]
    of_negatives = variances[0][1] - variances[1][1]
    expected = np.sqrt(
        of_positives.var(ddof=1) / positive.sum()
        + of_negatives.var(ddof=1) / (~positive).sum()
    )
    found = kml.compare_models(y_true, a, b, metric="roc_auc")
    assert (found.high - found.low) / 2 / 1.98 == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("metric", ["f1", "average_precision"])
@pytest.mark.parametrize("worse", [0.0, 0.7])
def test_intervals_hold_the_difference_and_a_true_null_is_kept(metric, worse):
    people = population(8, 0.05)
    truth = []
    for seed in (1000, 1001, 1002):
        y_true, a, b = two_models(20_000, seed, people, worse=worse)
        pair = (a, b) if metric in RANKINGS else (a > 0.8, b > 0.8)
        score = {**SCORES, **RANKINGS}[metric]
        truth.append(score(y_true, pair[0]) - score(y_true, pair[1]))
    expected, hits, rejected = np.mean(truth), [], []
    for seed in range(150):
        y_true, a, b = two_models(250, seed, people, worse=worse)
        pair = (a, b) if metric in RANKINGS else (a > 0.8, b > 0.8)
        found = kml.compare_models(
            y_true, *pair, metric=metric, n_permutations=200, random_state=seed
        )
        hits.append(holds(found, expected))
        rejected.append(found.p_value <= 0.05)
    assert np.mean(hits) >= 0.88
    if worse:
        assert np.mean(rejected) > 0.5
    else:
        assert np.mean(rejected) <= 0.12


@pytest.mark.parametrize("metric", ["f1", "roc_auc"])
def test_groups_are_one_piece_of_evidence_each(data, metric):
    y_true, a, b = data
    fourfold = [np.repeat(each, 4, axis=0) for each in data]
    options = {"metric": metric, "random_state": 0, "n_permutations": 2000}
    grouped = kml.compare_models(
        *fourfold, groups=np.repeat(np.arange(300), 4), **options
    )
    plain = kml.compare_models(y_true, a, b, **options)
    assert grouped.n_groups == 300
    assert grouped.p_value == pytest.approx(plain.p_value, abs=0.03)
    assert grouped.low == pytest.approx(plain.low, abs=0.01)
    naive = kml.compare_models(*fourfold, **options)
    assert naive.high - naive.low < 0.6 * (grouped.high - grouped.low)


def test_swaps_do_not_depend_on_threads(data, monkeypatch):
    many = [np.tile(each, (20, 1)) for each in data]
    found = kml.compare_models(*many, random_state=1)
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)
    again = kml.compare_models(*many, random_state=1)
    assert found.p_value == again.p_value
    assert found.low == again.low


def test_corrections_are_holms_and_benjamini_hochbergs(data):
    holm = kml.compare_models(*data, random_state=0).per_label
    n = len(holm.p_value)
    order = np.argsort(holm.p_value)
    raw = holm.p_value[order]
    expected = [min(1, max(raw[j] * (n - j) for j in range(i + 1))) for i in range(n)]
    np.testing.assert_allclose(holm.adjusted[order], expected)
    found = kml.compare_models(*data, correction="fdr_bh", random_state=0).per_label
    expected = stats.false_discovery_control(found.p_value)
    np.testing.assert_allclose(found.adjusted, expected)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("metric", RANKINGS)
def test_a_single_group_says_nothing_of_scores(metric, average):
    y_true, a, b = two_models(60, 0, population(4, 0.1), worse=3.0)
    options = {"metric": metric, "average": average}
    found = kml.compare_models(y_true, a, b, groups=["one"] * 60, **options)
    assert found.a != found.b
    assert (found.low, found.high) == (-1, 1) or found.p_value > 0.05
    assert (found.per_label.p_value > 0.05).all()
    assert (found.per_label.low < found.per_label.high).all()
    # Two rows with a positive each: none of the labels has two.
    two = np.eye(2), np.eye(2), 1 - np.eye(2)
    assert kml.compare_models(*two, **options).p_value > 0.05


def test_one_sample_says_nothing():
    found = kml.compare_models([[1, 1]], [[1, 1]], [[0, 0]])
    assert (found.difference, found.p_value) == (1, 1)
    assert found.low <= 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "accuracy"}, "metric must be names of f1, precision"),
        ({"average": "samples"}, "average must be one of 'micro', 'macro'"),
        ({"correction": "bonferroni"}, "correction must be one of 'holm', 'fdr_bh'"),
        ({"n_permutations": 0}, "n_permutations must be a whole number"),
        ({"confidence": 1}, "confidence must lie between 0 and 1"),
        ({"metric": "roc_auc", "average": "micro"}, '"macro" or "weighted"; got'),
        ({"groups": [1]}, "groups must be one value per sample"),
    ],
)
def test_errors_say_what_was_expected(data, options, message):
    with pytest.raises(ValueError, match=message):
        kml.compare_models(*data, **options)


def test_predictions_of_both_must_have_the_shape_of_the_truth(data):
    y_true, a, b = data
    with pytest.raises(ValueError, match="pred_b must have y_true's shape"):
        kml.compare_models(y_true, a, b[:, :3])
    with pytest.raises(ValueError, match="pred_a must have y_true's shape"):
        kml.compare_models(y_true, a[:9], b, metric="roc_auc")
    with pytest.raises(ValueError, match="pred_b must hold predictions"):
        kml.compare_models(y_true, a, b * 0.3)
    with pytest.raises(TypeError, match="got Counts"):
        kml.compare_models(kml.confusion_counts(y_true, a), a, b)


def test_names_come_from_frames(data):
    names = [f"label {letter}" for letter in "abcdefgh"]
    frame = pd.DataFrame(data[0], columns=names)
    assert kml.compare_models(frame, *data[1:]).label_names == names
