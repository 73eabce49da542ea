"""`score_intervals`: laws, forms of the arguments, and errors."""

import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml
from tests.evaluation.populations import population


@pytest.fixture
def data():
    people = population(5, 0.05)
    y_true, score = people.draw(400, np.random.default_rng(3))
    return y_true, people.decide(score), score


def averages(found):
    return {
        (average, name): np.array(interval)
        for average, scored in {**found.averages, "all": found.overall}.items()
        for name, interval in scored.items()
    }


def assert_same(one, other, rtol=1e-5):
    found, expected = averages(one), averages(other)
    assert found.keys() == expected.keys()
    for key, interval in found.items():
        np.testing.assert_allclose(interval, expected[key], rtol=rtol, err_msg=str(key))


def intervals(data, **options):
    y_true, y_pred, score = data
    return kml.score_intervals(y_true, y_pred, y_score=score, **options)


def test_order_of_rows_and_labels_does_not_matter(data):
    rng = np.random.default_rng(0)
    rows, labels = rng.permutation(400), rng.permutation(5)
    moved = [each[rows][:, labels] for each in data]
    assert_same(intervals(data), intervals(moved))
    one, other = intervals(data), intervals(moved)
    for name, interval in one.per_label.items():
        for a, b in zip(interval, other.per_label[name], strict=True):
            np.testing.assert_allclose(a[labels], b)


def test_the_scale_of_weights_does_not_matter(data):
    weight = np.random.default_rng(0).random(400) + 0.1
    found = intervals(data, sample_weight=weight)
    scaled = intervals(data, sample_weight=weight * 1e200)
    assert_same(found, scaled)
    np.testing.assert_allclose(scaled.support, found.support * 1e200)
    equal = intervals(data, sample_weight=np.full(400, 7.0))
    assert_same(intervals(data), equal)
    np.testing.assert_allclose(equal.support, 7 * intervals(data).support)


def test_uneven_weights_widen_intervals(data):
    uneven = np.random.default_rng(0).lognormal(0, 1.5, 400)
    found = averages(intervals(data, sample_weight=uneven))["micro", "f1_score"]
    plain = averages(intervals(data))["micro", "f1_score"]
    assert found[2] - found[1] > 1.5 * (plain[2] - plain[1])


def test_rows_of_weight_0_are_as_if_they_were_not_there(data):
    weight = np.ones(400)
    weight[100:] = 0
    groups = np.arange(400) // 3
    left = [each[:100] for each in data]
    assert_same(
        intervals(data, sample_weight=weight, groups=groups),
        intervals(left, groups=groups[:100]),
    )


def test_groups_of_one_row_are_nearly_rows(data):
    found = intervals(data, groups=[f"patient {row}" for row in range(400)])
    assert found.n_groups == 400
    assert_same(found, intervals(data), rtol=0.02)


def test_rows_said_four_times_are_no_more_evidence(data):
    """That is what groups are for."""
    fourfold = [np.repeat(each, 4, axis=0) for each in data]
    grouped = intervals(fourfold, groups=np.repeat(np.arange(400), 4))
    assert_same(grouped, intervals(data), rtol=0.03)
    naive = averages(intervals(fourfold))["macro", "f1_score"]
    honest = averages(grouped)["macro", "f1_score"]
    assert naive[2] - naive[1] < 0.6 * (honest[2] - honest[1])


def test_positions_of_a_sample_are_a_group(data):
    y_true, y_pred, score = (each.reshape(100, 4, 5) for each in data)
    found = kml.score_intervals(y_true, y_pred, y_score=score)
    assert found.n_groups == 100
    assert_same(found, intervals(data, groups=np.repeat(np.arange(100), 4)))
    scenes = np.arange(100) // 2
    found = kml.score_intervals(y_true, y_pred, y_score=score, groups=scenes)
    assert_same(found, intervals(data, groups=np.repeat(scenes, 4)))


@pytest.mark.parametrize("dtype", ["bool", "int64", "float16", "float64"])
def test_any_type_of_numbers(data, dtype):
    y_true, y_pred, score = data
    given = np.asfortranarray(y_true.astype(dtype)), y_pred.astype(dtype)
    found = kml.score_intervals(*given, y_score=score)
    assert_same(found, intervals(data))


def test_unknown_entries_are_left_out(data):
    y_true, y_pred, score = data
    known = np.random.default_rng(0).random(400) < 0.8
    unknown = np.where(known[:, None], y_true, np.nan)
    found = kml.score_intervals(unknown, y_pred, y_score=score)
    rest = kml.score_intervals(y_true[known], y_pred[known], y_score=score[known])
    assert_same(found, rest, rtol=1e-4)


def test_names_come_from_frames_and_counts_are_shown():
    frame = pd.DataFrame({"cat": [1, 0, 1], "dog": [0, 1, 1]})
    found = kml.score_intervals(frame, frame, groups=["a", "a", "b"])
    assert found.label_names == ["cat", "dog"]
    assert "2 labels in 3 samples of 2 groups" in repr(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence": 95}, "confidence must lie between 0 and 1"),
        ({"confidence": "high"}, "confidence must lie between 0 and 1"),
        ({"method": "jackknife"}, "method must be one of 'analytic', 'bootstrap'"),
        ({"n_resamples": 0}, "n_resamples must be a whole number of 1 or more"),
        ({"method": "bootstrap"}, "takes predictions only"),
        ({"groups": [1, 2]}, r"groups must be one value per sample, shape \(400,\)"),
        ({"groups": [None] * 400}, "it is missing at row 0"),
        ({"label_names": ["a"]}, "label_names must name the 5 labels"),
        ({"zero_division": 0.5}, "zero_division must be"),
    ],
)
def test_errors_say_what_was_expected(data, options, message):
    with pytest.raises(ValueError, match=message):
        intervals(data, **options)


def test_scores_must_have_the_shape_of_the_truth(data):
    y_true, y_pred, score = data
    with pytest.raises(ValueError, match="y_score must have y_true's shape"):
        kml.score_intervals(y_true, y_pred, y_score=score[:, :4])
    with pytest.raises(ValueError, match="at least one sample"):
        kml.score_intervals(np.zeros((0, 2)), np.zeros((0, 2)))
    with pytest.raises(ValueError, match="y_pred must hold predictions"):
        kml.score_intervals(y_true, score)
    with pytest.raises(TypeError, match="got Counts"):
        kml.score_intervals(kml.confusion_counts(y_true, y_pred), y_pred)
