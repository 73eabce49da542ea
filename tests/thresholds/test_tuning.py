"""tune_thresholds: kinds of input, where thresholds lie, cross-fitting, bad input."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, problems, slow_counts
from tests.thresholds.cases import (
    AVERAGES,
    BY_LABEL,
    by_name,
    first_labels,
    scene,
    tune,
)


@dataclass
class CountsAtThresholds:
    """What a histogram of scores offers."""

    y_true: np.ndarray
    y_score: np.ndarray
    weight: np.ndarray

    @property
    def thresholds(self):
        return np.unique(self.y_score)

    def counts(self):
        each = [
            slow_counts(self.y_true, self.y_score >= threshold, self.weight)
            for threshold in self.thresholds
        ]
        return kml.Counts(*np.stack(each, axis=1))


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@pytest.mark.parametrize("name", BY_LABEL)
@pytest.mark.parametrize("per_label", [True, False])
@settings(max_examples=examples(15), deadline=None)
@given(problem=problems(levels=6))
def test_counts_at_all_scores_give_what_the_samples_give(
    per_label, name, average, problem
):
    if name in ("cost", "prevalence") and average == "micro":
        return
    if name in ("recall", "precision") and average != "micro" and not per_label:
        return
    y_true, _, y_score, weight = first_labels(problem, 9)
    objective, options = by_name(name)
    options = {**options, "average": average, "per_label": per_label}
    counts = CountsAtThresholds(y_true, y_score, weight)
    ours = kml.tune_thresholds(counts, None, objective, **options, shrinkage=0)
    samples = tune(
        (y_true, None, y_score, weight), name, average=average, per_label=per_label
    )
    assert ours.score == pytest.approx(samples.score, nan_ok=True)


@pytest.mark.parametrize("average", [None, "macro", "weighted", "micro"])
def test_permuting_labels_permutes_thresholds(rng, average):
    y_true, y_score = scene(rng)
    order = rng.permutation(6)
    straight = kml.tune_thresholds(y_true, y_score, average=average)
    permuted = kml.tune_thresholds(y_true[:, order], y_score[:, order], average=average)
    np.testing.assert_array_equal(permuted.values, straight.values[order])


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_the_order_of_samples_does_not_matter(rng, average):
    y_true, y_score = scene(rng)
    order = rng.permutation(len(y_true))
    here = kml.tune_thresholds(y_true, y_score, average=average)
    there = kml.tune_thresholds(y_true[order], y_score[order], average=average)
    np.testing.assert_array_equal(here.values, there.values)


def test_never_worse_than_one_half_on_the_data_tuned_on(rng):
    for _ in range(50):
        y_true, y_score = scene(rng, 60)
        tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0).apply(y_score)
        ours, half = (
            kml.f1_score(y_true, pred, average=None) for pred in (tuned, y_score >= 0.5)
        )
        assert (ours >= half).all()


# Where the threshold lies


def test_the_threshold_lies_half_way_to_the_next_score_below():
    y_true, y_score = [[0], [0], [1], [1]], [[0.1], [0.2], [0.6], [0.9]]
    assert kml.tune_thresholds(y_true, y_score, shrinkage=0).values == [0.4]
    one = kml.tune_thresholds(y_true, y_score, per_label=False)
    assert one.values == [0.4]


def test_neighbouring_floats_have_nothing_between_them():
    low = np.float32(0.3)
    high = np.nextafter(low, np.float32(1))
    y_score = np.array([[low], [high]])
    tuned = kml.tune_thresholds([[0], [1]], y_score, shrinkage=0)
    assert tuned.apply(y_score).tolist() == [[0], [1]]


def test_labels_that_allow_no_choice_have_defined_thresholds():
    y_true = np.array([[0, 1, 1, -1], [0, 1, 0, -1]])
    y_score = np.array([[0.3, 0.3, 0.5, 0.1], [0.6, 0.8, 0.5, 0.2]])
    tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0)
    # No positives; all positive; constant scores; nothing known.
    assert tuned.values.tolist() == [0.5, 0.3, 0.5, 0.5]
    assert tuned.score == pytest.approx((0 + 1 + 2 / 3) / 3)
    each = kml.tune_thresholds(y_true, y_score, average=None, shrinkage=0).score
    np.testing.assert_allclose(each, [0, 1, 2 / 3, np.nan])


def test_nothing_known_at_all():
    for average in (None, *AVERAGES):
        tuned = kml.tune_thresholds([[-1, -1]], [[0.2, 0.3]], average=average)
        assert tuned.values.tolist() == [0.5, 0.5]
    assert np.isnan(kml.tune_thresholds([[-1]], [[0.2]]).score)


def test_n_positives_counts_the_decisions(rng):
    y_true, y_score = scene(rng)
    tuned = kml.tune_thresholds(y_true, y_score)
    assert tuned.n_positives == tuned.apply(y_score).sum()


# Cross-fitting


@pytest.mark.parametrize("average", [None, *AVERAGES])
def test_cross_fitting_scores_samples_that_were_not_tuned_on(rng, average):
    y_true, y_score = scene(rng, 300)
    weight = rng.integers(0, 3, len(y_true))
    folds = [
        (np.arange(100, 300), np.arange(100)),
        (np.arange(100), np.arange(100, 300)),
    ]
    options = {"average": average}
    tuned = kml.tune_thresholds(
        y_true, y_score, cv=folds, sample_weight=weight, **options
    )
    parts = []
    for train, test in folds:
        part = kml.tune_thresholds(
            y_true[train], y_score[train], sample_weight=weight[train], **options
        )
        parts.append(part.values)
        np.testing.assert_array_equal(tuned.cv_pred[test], part.apply(y_score[test]))
    np.testing.assert_allclose(tuned.std, np.std(parts, axis=0, ddof=1))
    expected = kml.f1_score(
        y_true, tuned.cv_pred, average=average, sample_weight=weight
    )
    np.testing.assert_allclose(tuned.cv_score, expected)
    whole = kml.tune_thresholds(y_true, y_score, sample_weight=weight, **options)
    np.testing.assert_array_equal(tuned.values, whole.values)
    np.testing.assert_allclose(tuned.score, whole.score)


def test_on_noise_the_cross_fitted_score_is_the_honest_one(rng):
    y_true = (rng.random((300, 100)) < 0.03).astype(np.int8)
    noise, fresh = rng.random(y_true.shape), rng.random(y_true.shape)
    tuned = kml.tune_thresholds(y_true, noise, cv=5, shrinkage=0, random_state=0)
    truth = kml.f1_score(y_true, tuned.apply(fresh))
    assert tuned.score > truth + 0.05
    assert tuned.cv_score == pytest.approx(truth, abs=0.02)


def test_the_budget_is_shared_out_to_the_parts(rng):
    y_true, y_score = scene(rng)
    tuned = kml.tune_thresholds(
        y_true, y_score, max_positives=200, cv=4, random_state=0
    )
    assert tuned.n_positives <= 200
    assert 0.7 * tuned.n_positives < tuned.cv_pred.sum() < 1.3 * tuned.n_positives


def test_the_seed_gives_the_same_parts_again(rng):
    y_true, y_score = scene(rng)
    first, again, other = (
        kml.tune_thresholds(y_true, y_score, cv=3, random_state=seed)
        for seed in (1, 1, 2)
    )
    assert first.cv_score == again.cv_score
    assert not np.array_equal(first.std, other.std)


def folds_by_weight(truth, n_folds, seed):
    """The fold of each row. Weights of powers of 2 tell which rows a total is of."""
    weight = 2 ** np.arange(len(truth))
    totals = set()

    def objective(counts):
        totals.update(np.ravel(counts.total).astype(int).tolist())
        return counts.tp

    kml.tune_thresholds(
        truth, truth, objective, cv=n_folds, sample_weight=weight, random_state=seed
    )
    folds = np.full(len(truth), -1)
    for fold, total in enumerate(totals - {weight.sum()}):
        rows = (total & weight) == 0
        assert (folds[rows] == -1).all()
        folds[rows] = fold
    return folds


@settings(deadline=None)
@given(
    problem=problems(unknown=False), n_folds=st.integers(2, 4), seed=st.integers(0, 9)
)
def test_folds_share_out_all_samples_and_the_rarest_label(problem, n_folds, seed):
    truth = problem[0]
    assume(len(truth) >= n_folds)
    folds = folds_by_weight(truth, n_folds, seed)
    assert (folds >= 0).all()
    assert folds.max() < n_folds
    support = truth.sum(0)
    if support.any():
        rarest = np.argmin(np.where(support > 0, support, len(truth) + 1))
        shares = np.bincount(folds[truth[:, rarest] == 1], minlength=n_folds)
        assert np.ptp(shares) <= 1


def folds_by_threshold(rng, truth, n_folds, seed):
    """The fold of each row: that of all rows that are decided with the same thresholds.

    Labels that are never true take no part in how rows are dealt out. Those added here
    have one score for all rows, so that their decisions tell the threshold.
    """
    scale = np.broadcast_to(np.linspace(0.4, 0.6, 201), (len(truth), 201))
    y_true = np.hstack([truth, np.zeros(scale.shape, truth.dtype)])
    # Half of the positives of a training part: thresholds near 0.5.
    half = truth.sum() * (1 - 1 / n_folds) / 2
    decided = [
        kml.tune_thresholds(
            y_true,
            np.hstack([rng.random(truth.shape), scale]),
            lambda counts: -abs(counts.tp - half),
            average="micro",
            per_label=False,
            cv=n_folds,
            random_state=seed,
        ).cv_pred[:, truth.shape[1] :]
        for _ in range(5)
    ]
    return np.unique(np.hstack(decided), axis=0, return_inverse=True)[1]


def test_folds_are_of_like_size_and_stratified(rng):
    truth, _ = scene(rng, 1003)
    folds = folds_by_threshold(rng, truth, 5, seed=0)
    sizes = np.bincount(folds)
    assert len(sizes) == 5
    assert np.ptp(sizes) <= 10
    shares = np.array([truth[folds == fold].sum(0) for fold in range(5)])
    assert (np.ptp(shares, axis=0) <= np.maximum(2, 0.1 * shares.mean(0))).all()


# Bad input


class Histogram:
    thresholds = np.array([0.5, 0.2])

    def counts(self):
        return kml.Counts(*np.zeros((4, 2, 1), int))


FLOOR = {"min_precision": 0.5}
Y, S = [[1, 0], [0, 1]], [[0.1, 0.9], [0.3, 0.2]]


def raises(message, error=ValueError, *args, y_true=Y, y_score=S, **options):
    return pytest.param(args, y_true, y_score, options, error, message, id=message)


@pytest.mark.parametrize(
    ("args", "y_true", "y_score", "options", "error", "message"),
    [
        raises("objective must be one of f1", ValueError, "auc"),
        raises("or a callable", TypeError, 3),
        raises("average must be one of", average="mean"),
        raises("NaN", y_score=[[np.nan, 0], [0, 0]]),
        raises("one column", y_score=[[0.1], [0.2]]),
        raises("got 2", y_true=[[2, 0], [0, 1]]),
        raises("got 1 names", label_names=["a"]),
        raises("one sample", y_true=np.zeros((0, 1)), y_score=np.zeros((0, 1))),
        raises("y_score is missing", TypeError, y_score=None),
        raises('beta is an option of objective="fbeta"', beta=2),
        raises('min_precision is an option of objective="recall"', min_precision=0.5),
        raises('costs is an option of objective="cost"', costs=(1, 2)),
        raises("needs min_precision", ValueError, "recall"),
        raises("needs min_recall", ValueError, "precision", min_recall=2),
        raises("needs costs", ValueError, "cost"),
        raises(r"\(n_labels, 2\)", ValueError, "cost", costs=(1, 2, 3)),
        raises("not negative", ValueError, "cost", costs=(1, -2)),
        raises("2 labels; got 3", ValueError, "cost", costs=np.ones((3, 2))),
        raises("adds up over labels", ValueError, "prevalence", average="micro"),
        raises("shrinkage must be", shrinkage=-1),
        raises("shrinkage must be", shrinkage="none"),
        raises("would break max_positives", max_positives=3, shrinkage=2),
        raises("max_positives must be 0 or more", max_positives=-3),
        raises("does not go with", max_positives=3, average="samples"),
        raises("A floor holds", ValueError, "recall", average="samples", **FLOOR),
        raises("pooled counts", ValueError, "recall", per_label=False, **FLOOR),
        raises("from 2 parts to 2", cv=3),
        raises("from 2 parts to 2", cv=1),
        raises("each of the 2 samples once", cv=[([0], [1]), ([0], [1])]),
        raises("one value per label", ValueError, lambda counts: 1.0),
        raises("the thresholds ascending", y_true=Histogram(), y_score=None),
        raises("cv needs", TypeError, y_true=Histogram(), y_score=None, cv=2),
        raises("y_score needs the samples", TypeError, y_true=Histogram()),
        raises("defined for every sample", ValueError, lambda c: c.tp * np.nan,
               average="samples"),
    ],
)  # fmt: skip
def test_bad_input_says_what_was_expected(
    args, y_true, y_score, options, error, message
):
    with pytest.raises(error, match=message):
        kml.tune_thresholds(y_true, y_score, *args, **options)
