"""Infinite scores and thresholds, and weights of all sizes, against brute force."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, hard_problems, hard_scores
from tests.thresholds.cases import BY_LABEL, ratio, slow_f, tune_quietly

SLOW = {name: slow for name, (_, slow) in BY_LABEL.items() if name != "callable"}
INFINITE = st.sampled_from([np.inf, -np.inf])


def counts_of(truth, decided, weight):
    """tp, fp, fn, tn of one column, summed without rounding."""
    return [
        math.fsum(weight[(truth == side) & (decided == decision)])
        for side, decision in ((1, True), (0, True), (1, False), (0, False))
    ]


def score_of(name, truth, decided, weight):
    counts = counts_of(truth, decided, weight)
    if name == "matthews":
        tp, fp, fn, tn = counts
        sides = math.sqrt((tp + fn) * (fp + tn)) * math.sqrt((tp + fp) * (fn + tn))
        return ratio(tp * tn - fp * fn, sides)
    value = SLOW[name](*counts)
    return value / sum(counts) if name in ("cost", "prevalence") else value


def test_thresholds_at_both_ends_of_float64_are_pulled_without_overflow():
    scores = [[-1.7e308, 1.7e308, 0.0], [-1.7e308, 1.7e308, 0.0]]
    thresholds = kml.tune_thresholds(np.ones((2, 3)), scores)
    assert np.isfinite(thresholds.values).all()
    assert thresholds.values[0] < thresholds.values[2] < thresholds.values[1]


@pytest.mark.parametrize("name", SLOW)
@settings(max_examples=examples(100), deadline=None)
@given(problem=hard_problems())
def test_no_threshold_beats_the_one_found(name, problem):
    y_true, y_score, weight = problem
    tuned = tune_quietly(y_true, y_score, name, weight, average=None, shrinkage=0)
    decided = tuned.apply(y_score).astype(bool)
    # Divided as a score does not depend on it: products of 1e200 are no floats.
    weight = weight / weight.max()
    for column, truth in enumerate(y_true.T):
        scores = y_score[:, column]
        if not weight[truth >= 0].any():
            continue
        if (
            name not in ("recall", "cost", "prevalence")
            and not weight[truth == 1].any()
        ):
            continue
        found = score_of(name, truth, decided[:, column], weight)
        cuts = [scores >= cut for cut in np.unique(scores)]
        if not np.isposinf(scores[weight > 0]).any():
            cuts.append(np.zeros(len(scores), bool))
        best = max(score_of(name, truth, cut, weight) for cut in cuts)
        if best == -np.inf:
            # A floor that cannot be kept: only scores of inf are predicted.
            assert not (decided[:, column] & np.isfinite(scores) & (weight > 0)).any()
            continue
        assert found >= best - 1e-9


@settings(max_examples=examples(150), deadline=None)
@given(problem=hard_problems())
def test_no_joint_choice_beats_the_micro_f1(problem):
    y_true, y_score, weight = problem
    y_true, y_score = y_true[:, :2], y_score[:, :2]
    unit = weight / weight.max()
    tuned = tune_quietly(y_true, y_score, "f1", weight, average="micro", shrinkage=0)

    def pooled(decided):
        counts = [
            counts_of(truth, cut, unit)
            for truth, cut in zip(y_true.T, decided.T, strict=True)
        ]
        return slow_f(*map(sum, zip(*counts, strict=True)))

    choices = itertools.product(*([*np.unique(column), np.inf] for column in y_score.T))
    best = max(pooled(y_score >= np.array(choice)) for choice in choices)
    assert pooled(tuned.apply(y_score).astype(bool)) >= best - 1e-9


@pytest.mark.parametrize("average", ["macro", "micro"])
@pytest.mark.parametrize("floor", [0.5, 0.9])
def test_a_floor_holds_for_the_decisions_that_are_made(rng, average, floor):
    for sigma in (0.01, 5, 20):
        y_true = (rng.random((200, 5)) < 0.4).astype(int)
        y_score = (rng.random(y_true.shape) + 0.5 * y_true).round(2)
        weight = rng.lognormal(sigma=sigma, size=200)
        tuned = kml.tune_thresholds(
            y_true,
            y_score,
            "recall",
            min_precision=floor,
            average=average,
            sample_weight=weight,
        )
        reached = kml.precision_score(
            y_true,
            tuned.apply(y_score),
            average=None if average == "macro" else "micro",
            sample_weight=weight,
            zero_division=1.0,
        )
        assert (np.asarray(reached) >= floor).all()


def test_a_large_weight_at_the_bottom_breaks_no_floor():
    """Sums from the bottom lost the negative above: precision 1 on paper, 0.5 true."""
    y_true, y_score = [[0], [1], [1], [0]], [[0.9], [0.8], [0.7], [0.1]]
    tuned = kml.tune_thresholds(
        y_true,
        y_score,
        "recall",
        min_precision=0.9,
        shrinkage=0,
        sample_weight=[1, 1, 1, 1e17],
    )
    assert not tuned.apply(y_score).any()


@pytest.mark.parametrize("options", [{}, {"average": "micro"}, {"per_label": False}])
def test_a_score_of_inf_reaches_every_threshold(options):
    y_true, y_score = [[0], [1], [0]], [[np.inf], [2.0], [1.0]]
    if options.get("per_label") is False:
        options = {**options, "average": "micro"}
    with pytest.warns(UserWarning, match="No threshold keeps the floor"):
        tuned = kml.tune_thresholds(
            y_true, y_score, "recall", min_precision=0.9, **options
        )
    assert tuned.values.tolist() == [np.inf]
    assert tuned.n_positives == 1
    # Without a floor: F1 of 2/3.
    assert kml.tune_thresholds(y_true, y_score, **options).score == pytest.approx(2 / 3)
    limited = kml.tune_thresholds(y_true, y_score, max_positives=1, **options)
    assert limited.values.tolist() == [np.inf]


@settings(max_examples=examples(150), deadline=None)
@given(
    problem=hard_problems(),
    average=st.sampled_from([None, "macro", "weighted", "micro", "samples"]),
    per_label=st.booleans(),
)
def test_thresholds_are_never_nan_and_score_what_is_said(problem, average, per_label):
    y_true, y_score, weight = problem
    tuned = tune_quietly(
        y_true, y_score, "f1", weight, average=average, per_label=per_label
    )
    assert not np.isnan(tuned.values).any()
    expected = kml.f1_score(
        y_true,
        tuned.apply(y_score),
        average=average,
        sample_weight=weight / weight.max(),
    )
    np.testing.assert_allclose(tuned.score, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1e-170, 5e-324, 0.1, 1e200, 1.7e308])
@pytest.mark.parametrize("name", ["f1", "matthews", "recall", "cost"])
@pytest.mark.parametrize("average", ["macro", "weighted", "micro", "samples"])
def test_weights_of_one_size_count_as_none(rng, name, average, size):
    if average in ("micro", "samples") and name in ("cost", "recall"):
        average = None
    y_true = (rng.random((60, 3)) < 0.4).astype(int)
    y_score = (rng.random((60, 3)) + 0.2 * y_true).round(1)
    options = {"average": average, "cv": 3, "random_state": 0}
    weighted = tune_quietly(y_true, y_score, name, np.full(60, size), **options)
    plain = tune_quietly(y_true, y_score, name, None, **options)
    np.testing.assert_array_equal(weighted.values, plain.values)
    np.testing.assert_array_equal(weighted.cv_pred, plain.cv_pred)
    np.testing.assert_allclose(weighted.score, plain.score)
    np.testing.assert_allclose(weighted.cv_score, plain.cv_score)


# What sample weights mean where thresholds are pulled


def test_without_shrinkage_a_weight_is_that_many_rows(rng):
    y_true = (rng.random((120, 6)) < 0.2).astype(int)
    y_score = (rng.random(y_true.shape) + 0.5 * y_true) / 1.5
    weight = rng.integers(0, 4, len(y_true))
    repeated = np.repeat(np.arange(len(y_true)), weight)
    for shrinkage in (0, "auto"):
        weighted = kml.tune_thresholds(
            y_true, y_score, sample_weight=weight, shrinkage=shrinkage
        )
        twice = kml.tune_thresholds(
            y_true[repeated], y_score[repeated], shrinkage=shrinkage
        )
        same = np.array_equal(weighted.values, twice.values)
        # A row that counts three times is one observation, and three rows are three.
        assert same == (shrinkage == 0)


def test_the_pull_is_that_of_the_effective_number_of_positives():
    """Kish: of weights 1, 1, 2 it is 16 / 6. The pooled threshold is label 0's."""
    y_true = np.zeros((1000, 2), int)
    y_true[:500, 0] = y_true[[0, 1, 999], 1] = 1
    y_score = np.where(y_true, 8.0, -8.0)
    y_score[:, 1] += 4
    weight = np.ones(1000)
    weight[999] = 2
    own = kml.tune_thresholds(y_true, y_score, sample_weight=weight, shrinkage=0).values
    tuned = kml.tune_thresholds(y_true, y_score, sample_weight=weight, shrinkage=3)
    pooled = own[0]
    share = (16 / 6) / (16 / 6 + 3)
    assert tuned.values[1] == pytest.approx(pooled + share * (own[1] - pooled))


# JSON, and policies


@given(st.lists(st.floats(allow_nan=False) | INFINITE, min_size=1))
def test_any_threshold_survives_json(values):
    text = kml.Thresholds(
        values, n_positives=np.inf, score=np.full(len(values), -np.inf)
    ).to_json()

    def refuse(name):
        raise AssertionError(name)

    json.loads(text, parse_constant=refuse)
    again = kml.Thresholds.from_json(text)
    np.testing.assert_array_equal(again.values, values)
    assert np.signbit(again.values).tolist() == np.signbit(values).tolist()
    assert (again.n_positives, again.score.tolist()) == (
        np.inf,
        [-np.inf] * len(values),
    )


def test_json_has_infinities_as_strings():
    assert json.loads(kml.Thresholds([0.1, np.inf, -np.inf]).to_json())["values"] == [
        0.1,
        "inf",
        "-inf",
    ]
    # As they were written before.
    again = kml.Thresholds.from_json('{"values": [0.25], "label_names": ["inf"]}')
    assert (again.values.tolist(), again.label_names) == ([0.25], ["inf"])
    with pytest.raises(ValueError, match="values must hold numbers"):
        kml.Thresholds.from_json('{"values": ["0.5"]}')


@settings(deadline=None)
@given(
    scores=hard_scores((4, 5)),
    thresholds=st.lists(
        st.sampled_from([-np.inf, np.inf, 0.3, 0.5, 1.0, -0.0]), min_size=5, max_size=5
    ),
    at_least_one=st.booleans(),
    at_most=st.none() | st.integers(1, 5),
)
def test_policies_go_by_margin_then_score_then_position(
    scores, thresholds, at_least_one, at_most
):
    ours = kml.apply_thresholds(
        scores, thresholds, at_least_one=at_least_one, at_most=at_most
    )
    for row, decided in zip(scores.astype(np.float64), ours, strict=True):
        with np.errstate(over="ignore"):
            margins = [
                0.0 if s == t else s - t for s, t in zip(row, thresholds, strict=True)
            ]
        ranked = sorted(range(5), key=lambda j: (-margins[j], -row[j], j))
        chosen = [j for j in ranked if row[j] >= thresholds[j]]
        if at_least_one and not chosen:
            chosen = [j for j in ranked[:1] if margins[j] > -np.inf]
        assert np.flatnonzero(decided).tolist() == sorted(chosen[:at_most])


def test_thresholds_of_minus_inf_give_the_top_scores():
    scores = [[0.1, 0.9, 0.5, 0.9]]
    top = kml.apply_thresholds(scores, -np.inf, at_most=2)
    assert top.tolist() == [[0, 1, 0, 1]]
    with_tie = kml.apply_thresholds(scores, -np.inf, at_most=1)
    assert with_tie.tolist() == [[0, 1, 0, 0]]


def test_a_score_of_nan_survives_json():
    """That of labels of which nothing is known; None would say that nobody tuned."""
    tuned = kml.tune_thresholds([[-1], [-1]], [[0.2], [0.7]], cv=2)
    loaded = kml.Thresholds.from_json(tuned.to_json())
    assert np.isnan([tuned.score, loaded.score, loaded.cv_score]).all()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"values": {"a": 1}}', "values"),
        ('{"values": [true]}', "values"),
        ('{"values": ["high"]}', "values"),
        ('{"values": [0.5], "std": [0.1, 0.2]}', "std"),
        ('{"values": [0.5], "cv_score": [[0.1]]}', "cv_score"),
        ('{"values": [0.5], "label_names": "a"}', "label_names"),
        ('{"values": [0.5], "label_names": ["a", "b"]}', "label_names"),
    ],
)
def test_json_that_to_json_does_not_write_is_named(text, name):
    with pytest.raises(ValueError, match=f"{name} must"):
        kml.Thresholds.from_json(text)
