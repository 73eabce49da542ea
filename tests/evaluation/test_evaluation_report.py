"""What a report holds: the scores of each function, of honest predictions."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import (
    examples,
    hard_problems,
    problems,
    score_forms,
    truth_forms,
)

DECISIONS = {
    "precision": kml.precision_score,
    "recall": kml.recall_score,
    "f1_score": kml.f1_score,
}
RANKED = {
    "average_precision": kml.average_precision_score,
    "roc_auc": kml.roc_auc_score,
}
OVERALL = {
    "subset_accuracy": kml.subset_accuracy_score,
    "hamming_loss": kml.hamming_loss,
}
RANKING = {
    "label_ranking_average_precision": sk.label_ranking_average_precision_score,
    "coverage_error": sk.coverage_error,
    "label_ranking_loss": sk.label_ranking_loss,
}


def make(rng, n=400, n_labels=3):
    prevalence = np.linspace(0.4, 0.1, n_labels)
    y_true = (rng.random((n, n_labels)) < prevalence).astype(np.int8)
    logits = 2 * y_true - 1.5 + rng.normal(size=y_true.shape)
    return y_true, 1 / (1 + np.exp(-logits))


@settings(max_examples=examples(60))
@given(problems(), st.sampled_from([0.0, 1.0, np.nan]))
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_every_score_is_that_of_its_function(problem, zero_division):
    y_true, y_pred, y_score, weight = problem
    options = {"sample_weight": weight}
    report = kml.evaluation_report(
        y_true, y_score, zero_division=zero_division, **options
    )
    np.testing.assert_array_equal(report.y_pred, y_pred)
    intervals, same = report.intervals, {"nan_ok": True, "abs": 1e-9}
    for name, score in DECISIONS.items():
        for average in (None, "micro", "macro", "weighted", "samples"):
            expected = score(
                y_true, y_pred, average=average, zero_division=zero_division, **options
            )
            found = intervals.averages[average] if average else intervals.per_label
            assert found[name].value == pytest.approx(expected, **same)
    # ROC AUC has no value where it is 0 / 0.
    ranked = {"average_precision": {"zero_division": zero_division}, "roc_auc": {}}
    for name, more in ranked.items():
        for average in (None, "micro", "macro", "weighted"):
            score = RANKED[name]
            expected = score(y_true, y_score, average=average, **options, **more)
            found = intervals.averages[average] if average else intervals.per_label
            assert found[name].value == pytest.approx(expected, **same)
    for name, score in OVERALL.items():
        expected = score(y_true, y_pred, **options)
        assert intervals.overall[name].value == pytest.approx(expected, **same)
    counts = kml.confusion_counts(y_true, y_pred, **options)
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_allclose(getattr(report.counts, name), getattr(counts, name))


@settings(max_examples=examples(60))
@given(problems())
def test_ranking_is_scikit_learns_on_the_known_labels_of_each_sample(problem):
    y_true, _, y_score, weight = problem
    ranking = kml.evaluation_report(y_true, y_score, sample_weight=weight).ranking
    for name, score in RANKING.items():
        values, weights = [], []
        for truth, scores, each in zip(y_true, y_score, weight, strict=True):
            known = truth >= 0
            # scikit-learn refuses a single label; one that is alone is ranked right.
            if known.sum() > 1:
                values.append(score(truth[known][None], scores[known][None]))
            elif known.any() and name == "coverage_error":
                values.append(float(truth[known][0]))
            elif known.any():
                values.append(float(name == "label_ranking_average_precision"))
            else:
                continue
            weights.append(each)
        expected = np.average(values, weights=weights) if sum(weights) else np.nan
        assert ranking[name] == pytest.approx(expected, nan_ok=True)


def test_ranking_of_whole_rows_is_scikit_learns(rng):
    y_true, y_score = make(rng, n_labels=12)
    y_score = y_score.round(1)
    ranking = kml.evaluation_report(y_true, y_score).ranking
    expected = {name: score(y_true, y_score) for name, score in RANKING.items()}
    assert ranking == pytest.approx(expected)


@settings(max_examples=examples(40))
@given(st.data())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_form_does_not_matter(data):
    y_true, y_score, weight = data.draw(hard_problems())
    expected = kml.evaluation_report(y_true, y_score, sample_weight=weight).to_dict()
    truth = data.draw(truth_forms(y_true))
    native = y_score.astype(y_score.dtype.newbyteorder("="))
    if native.dtype == np.longdouble:
        native = native.astype(np.float64)
    scores = data.draw(score_forms(native))
    names = [f"label {index}" for index in range(y_true.shape[1])]
    found = kml.evaluation_report(
        truth, scores, sample_weight=weight, label_names=names
    ).to_dict()
    assert rounded(found) == rounded(expected)


def rounded(value):
    """Sums of weights in another order differ in the last digits."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return float(f"{value:.9g}") if isinstance(value, float) else value


# Where the predictions come from


@pytest.mark.parametrize(
    ("thresholds", "told"),
    [
        (0.5, "0.5, not tuned"),
        ([0.5, 0.5, 0.5], "0.5, not tuned"),
        (0.3, "given; what they were tuned on is not known"),
        ([0.1, 0.3, 0.4], "given; what they were tuned on is not known"),
        (kml.Thresholds([0.1, 0.3, 0.4]), "given; what they were tuned on"),
    ],
)
def test_thresholds_are_applied_and_said_to_be_given(rng, thresholds, told):
    y_true, y_score = make(rng)
    report = kml.evaluation_report(y_true, y_score, thresholds)
    np.testing.assert_array_equal(
        report.y_pred, kml.apply_thresholds(y_score, thresholds)
    )
    np.testing.assert_array_equal(report.thresholds, np.broadcast_to(thresholds, 3))
    assert report.tuned_on.startswith(told)
    assert f"Thresholds: {told}" in repr(report)


def test_thresholds_of_other_rows_and_of_the_same(rng):
    (y_true, y_score), (other, scores) = make(rng), make(rng)
    tuned = kml.tune_thresholds(other, scores)
    told = kml.evaluation_report(y_true, y_score, tuned).tuned_on
    assert told == "given, tuned for f1; on what data is not known"
    same = kml.evaluation_report(other, scores, tuned).tuned_on
    assert 'then the scores are too high ("cv" is honest)' in same


def test_cross_fitted_decisions_are_those_of_tune_thresholds(rng):
    y_true, y_score = make(rng)
    weight = rng.random(400)
    options = {"sample_weight": weight, "random_state": 3}
    report = kml.evaluation_report(y_true, y_score, "cv", **options)
    tuned = kml.tune_thresholds(y_true, y_score, cv=5, **options)
    np.testing.assert_array_equal(report.y_pred, tuned.cv_pred)
    np.testing.assert_array_equal(report.thresholds, tuned.values)
    assert report.tuned_on == "5-fold cross-fitted on these rows"
    macro = report.intervals.averages["macro"]["f1_score"].value
    assert macro == pytest.approx(tuned.cv_score)


def test_cross_fitting_does_not_flatter(rng):
    """On scores that are pure noise tuning finds what is not there."""
    y_true = (rng.random((300, 30)) < 0.02).astype(int)
    y_score = rng.random((300, 30))

    def macro(thresholds):
        report = kml.evaluation_report(y_true, y_score, thresholds, random_state=0)
        return report.intervals.averages["macro"]["f1_score"].value

    naive = macro(kml.tune_thresholds(y_true, y_score, shrinkage=0))
    assert macro("cv") < 0.06 < 0.1 < naive


def test_groups_stay_together_when_thresholds_are_tuned(rng):
    """Copies of one row on both sides would give themselves away."""
    y_true, y_score = np.zeros((2, 60, 1))
    y_true[::2], y_score[:, 0] = 1, rng.random(60)
    copies = np.tile(np.arange(60), 20)
    names = np.array([f"patient {row}" for row in copies])
    order = rng.permutation(len(copies))
    y_true, y_score = y_true[copies][order], y_score[copies][order]
    told, honest = (
        kml.evaluation_report(y_true, y_score, "cv", groups=groups, random_state=0)
        for groups in (None, names[order])
    )
    assert told.tuned_on == "5-fold cross-fitted on these rows"
    assert honest.tuned_on == "5-fold cross-fitted on these groups"
    for name in np.unique(names):
        assert len(np.unique(honest.y_pred[names[order] == name])) == 1
    assert honest.intervals.n_groups == 60
    assert "1,200 samples of 60 groups" in repr(honest)


def test_each_group_is_predicted_by_thresholds_of_the_others():
    low, high = np.linspace(0.1, 0.3, 21), np.linspace(0.7, 0.9, 21)
    y_score = np.concatenate([low, high])[:, None]
    y_true = np.concatenate([low > 0.195, high > 0.795])[:, None]
    groups = ["low"] * 21 + ["high"] * 21
    report = kml.evaluation_report(y_true, y_score, "cv", groups=groups)
    assert report.tuned_on == "2-fold cross-fitted on these groups"
    # What is high in one group is low in the other.
    assert not report.y_pred[:21].any()
    assert report.y_pred[21:].all()


def test_few_rows_are_cross_fitted_in_fewer_parts():
    y_true, y_score = [[1], [0], [1]], [[0.9], [0.1], [0.8]]
    report = kml.evaluation_report(y_true, y_score, "cv")
    assert report.tuned_on == "3-fold cross-fitted on these rows"
    for groups in (["a"] * 3, None):
        n = 1 if groups is None else 3
        with pytest.raises(ValueError, match=r"at least 2 \w+.*got 1"):
            kml.evaluation_report(y_true[:n], y_score[:n], "cv", groups=groups)


def test_decisions_alone(rng):
    y_true, y_score = make(rng)
    y_pred = y_score > 0.4
    report = kml.evaluation_report(y_true, y_pred=y_pred, groups=np.arange(400) // 4)
    assert report.y_score is None
    assert report.thresholds is None
    assert report.ranking == {}
    assert set(report.intervals.per_label) == set(DECISIONS)
    assert report.tuned_on == "not known; the predictions were given"
    expected = kml.f1_score(y_true, y_pred)
    assert report.intervals.averages["macro"]["f1_score"].value == expected
    assert "ROC AUC" not in repr(report)
    assert "threshold" not in report.to_frame()


def test_decisions_beside_scores(rng):
    y_true, y_score = make(rng)
    tuned = kml.tune_thresholds(y_true, y_score, cv=3, random_state=0)
    y_pred = tuned.apply(y_score, at_least_one=True)
    report = kml.evaluation_report(y_true, y_score, y_pred=y_pred)
    np.testing.assert_array_equal(report.y_pred, y_pred)
    assert report.thresholds is None
    report = kml.evaluation_report(y_true, y_score, tuned, y_pred=tuned.cv_pred)
    np.testing.assert_array_equal(report.thresholds, tuned.values)
    macro = report.intervals.averages["macro"]["f1_score"].value
    assert macro == pytest.approx(tuned.cv_score)


# Names, groups, positions


def test_names_come_from_frames_and_thresholds(rng):
    y_true, y_score = make(rng)
    names = ["sun", "rain", "snow"]
    frame = pl.DataFrame(y_true, schema=names)
    assert kml.evaluation_report(frame, y_score).label_names == names
    thresholds = kml.Thresholds([0.2, 0.3, 0.4], label_names=names)
    report = kml.evaluation_report(y_true, y_score, thresholds)
    assert report.label_names == report.counts.label_names == names
    with pytest.raises(ValueError, match="order"):
        kml.evaluation_report(frame[names[::-1]], y_score, thresholds)


def test_positions_of_a_sample_are_a_group(rng):
    y_true, y_score = make(rng)
    steps = y_true.reshape(100, 4, 3), y_score.reshape(100, 4, 3)
    rows = np.repeat(np.arange(100), 4)
    images = [f"{index}.jpg" for index in range(100)]
    report = kml.evaluation_report(*steps, "cv", random_state=1, images=images)
    flat = kml.evaluation_report(y_true, y_score, "cv", random_state=1, groups=rows)
    assert report.to_dict() == flat.to_dict()
    assert report.images == [images[row] for row in rows]
    by_scene = kml.evaluation_report(*steps, groups=np.arange(100) // 10)
    assert by_scene.intervals.n_groups == 10


def test_unknown_weights_one_sample_one_label():
    nothing = kml.evaluation_report([[-1.0, np.nan]], [[0.3, 0.7]])
    assert nothing.n_averaged == 0
    assert np.isnan(nothing.ranking["coverage_error"])
    for y in ([[1]], [[0]]):
        report = kml.evaluation_report(y, [[0.7]], sample_weight=[2.0])
        assert report.n_averaged == 1
        assert report.counts.total.tolist() == [2]
    few = kml.evaluation_report(
        np.ones((12, 1)), np.ones((12, 1)), sample_weight=[0] * 3 + [9] * 9
    )
    assert few.intervals.n_frequent == 0
    assert few.counts.support.tolist() == [81]


def test_scores_that_are_no_probabilities(rng):
    y_true, y_score = make(rng)
    logits = np.log(y_score / (1 - y_score))
    with pytest.warns(UserWarning, match="0.5 is meant for probabilities"):
        kml.evaluation_report(y_true, logits)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = kml.evaluation_report(y_true, logits, 0.0)
        kml.evaluation_report(y_true, logits, "cv")
    np.testing.assert_array_equal(report.y_pred, y_score >= 0.5)


Y = np.array([[1, 0], [0, 1], [1, 1]])


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((Y,), {}, TypeError, "y_score and y_pred are missing"),
        ((Y, Y[:, :1]), {}, ValueError, "y_true's shape"),
        ((Y, Y * np.nan), {}, ValueError, "must not hold NaN"),
        ((Y, Y, "tune"), {}, ValueError, "\"cv\"; got 'tune'"),
        ((Y, Y, [0.1, 0.2, 0.3]), {}, ValueError, r"shape \(2,\)"),
        ((Y, Y, "cv"), {"y_pred": Y}, ValueError, "only shown; got 'cv'"),
        ((Y,), {"y_pred": Y / 2}, ValueError, "predictions, 0 or 1"),
        (
            (Y, Y),
            {"groups": [1, 2]},
            ValueError,
            r"groups must be .*shape \(3,\); got \(2,\)",
        ),
        ((Y, Y), {"groups": Y}, ValueError, r"groups must be .*got \(3, 2\)"),
        ((Y, Y), {"groups": ["a", None, "b"]}, ValueError, "missing at row 1"),
        ((Y, Y), {"images": ["a.jpg"]}, ValueError, "images.*3 samples; got 1"),
        ((Y, Y), {"zero_division": 0.5}, ValueError, "zero_division must be"),
        ((Y, Y), {"label_names": ["a"]}, ValueError, "2 labels.*got 1"),
        ((Y, Y, {"a": 0.1}), {}, TypeError, "got a dict.*order of your columns"),
        ((Y, Y, np.nan), {}, ValueError, "thresholds must not be NaN"),
        ((kml.confusion_counts(Y, Y),), {}, TypeError, "got Counts.*y_true and y_pred"),
        ((Y[:0], Y[:0]), {}, ValueError, "at least one sample"),
        ((Y * 2, Y), {}, ValueError, "must hold 0 and 1"),
    ],
)
def test_what_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        kml.evaluation_report(*arguments, **options)


def test_a_callback_has_a_report_of_its_own(rng):
    y_true, y_score = make(rng)
    metrics = kml.MultiLabelMetrics(validation_data=(y_score, y_true))
    with pytest.raises(TypeError, match=r"MultiLabelMetrics. Its .report\(\)"):
        kml.evaluation_report(metrics)


def test_thresholds_of_a_series_are_in_the_order_of_the_labels():
    names = ["a", "b"]
    frame = pd.DataFrame(Y * 0.6 + 0.2, columns=names)
    thresholds = pd.Series([0.1, 0.9], index=["b", "a"])
    with pytest.raises(ValueError, match=r"its index is 'b', 'a'.*\.loc\["):
        kml.evaluation_report(Y, frame, thresholds)
    with pytest.raises(ValueError, match="order of the labels"):
        kml.apply_thresholds(frame, thresholds)
    with pytest.raises(ValueError, match="order of the labels"):
        kml.plot_thresholds(Y, frame, thresholds=thresholds)
    ordered = kml.evaluation_report(Y, frame, thresholds.loc[names])
    assert ordered.thresholds.tolist() == [0.9, 0.1]
    numbered = pd.Series([0.9, 0.1])
    assert kml.evaluation_report(Y, frame, numbered).thresholds.tolist() == [0.9, 0.1]


def test_groups_of_a_frame(rng):
    y_true, y_score = make(rng)
    column = [f"p{row // 2}" for row in range(400)]
    for groups in (column, pd.Series(column), pl.Series(column)):
        report = kml.evaluation_report(y_true, y_score, groups=groups)
        assert report.intervals.n_groups == 200
