"""The numbers that the page shows against Python's, in a real browser."""

import json

import numpy as np
import pytest

import keras_multilabel as kml
from tests.evaluation.page.reports import population, report_of

pytestmark = pytest.mark.browser
SCORES = {"F1": "f1_score", "Precision": "precision", "Recall": "recall"}
AVERAGES = ("micro", "macro", "weighted")


@pytest.fixture
def data():
    y_true, y_score = population(3_000, 6, seed=3)
    y_true[:200, 1] = -1
    return y_true, y_score


def averages_in(browser):
    found = browser.run("return averages_()")
    return {(average, name): shown for average, name, shown in found}


def expected_averages(y_true, y_pred):
    scores = {
        "precision": kml.precision_score,
        "recall": kml.recall_score,
        "f1_score": kml.f1_score,
    }
    return {
        (average, name): f"{score(y_true, y_pred, average=average):.3f}"
        for average in AVERAGES
        for name, score in scores.items()
    }


def scores_in(browser):
    """The detail's rows: value, low and high, by name."""
    return {name: tuple(parts) for name, *parts in browser.run("return scores_()")}


def shown(interval, label):
    return tuple(f"{part[label]:.3f}" for part in interval)


def test_one_label_at_every_threshold(data, show):
    y_true, y_score = data
    own = kml.tune_thresholds(y_true, y_score).values
    browser = show(report_of(y_true, y_score, own))
    label = browser.run("return chosen")
    n = browser.run("return curves[chosen].thresholds.length")
    for at in range(0, n, 23):
        browser.run("slide(...arguments)", "slider", at)
        threshold = browser.run("return thresholdOf(chosen)")
        thresholds = np.array(own)
        thresholds[label] = threshold
        y_pred = kml.apply_thresholds(y_score, thresholds)
        counts = kml.confusion_counts(y_true, y_pred)
        cells = browser.run("return matrix_()")
        for name, cell in cells.items():
            assert cell == f"{getattr(counts, name)[label]:,}", (threshold, name)
        intervals = report_of(y_true, None, y_pred=y_pred).intervals.per_label
        scores = scores_in(browser)
        for title, name in SCORES.items():
            assert scores[title] == shown(intervals[name], label), (threshold, name)
        averages = averages_in(browser)
        for key, value in expected_averages(y_true, y_pred).items():
            assert averages[key] == value, (threshold, key)


def test_one_threshold_for_all(data, show):
    y_true, y_score = data
    browser = show(report_of(y_true, y_score, [0.2, 0.3, 0.41234567, 0.5, 0.6, np.inf]))
    for at in range(0, browser.run("return data.shared.length"), 37):
        browser.run("slide(...arguments)", "all", at)
        threshold = browser.run("return data.shared[arguments[0]]", at)
        y_pred = kml.apply_thresholds(y_score, threshold)
        averages = averages_in(browser)
        for key, value in expected_averages(y_true, y_pred).items():
            assert averages[key] == value, (threshold, key)


def test_the_report_comes_first_and_comes_back(data, show):
    y_true, y_score = data
    report = report_of(y_true, y_score, 0.3456789)
    browser = show(report)
    first = averages_in(browser)
    value, low, high = report.intervals.averages["macro"]["f1_score"]
    assert first["macro", "f1_score"] == f"{value:.3f}"
    browser.run("slide(...arguments)", "all", 200)
    assert averages_in(browser) != first
    assert not browser.run("return get('live').hidden")
    browser.click("#reset")
    assert averages_in(browser) == first
    assert f"{low:.3f} \N{EN DASH} {high:.3f}" in browser.text(".averages")


def test_cross_fitted_decisions_are_shown_until_a_slider_moves(data, show):
    y_true, y_score = data
    tuned = kml.tune_thresholds(np.maximum(y_true, 0), y_score, cv=3, random_state=0)
    report = report_of(y_true, y_score, tuned.values, y_pred=tuned.cv_pred)
    browser = show(report)
    label = browser.run("return chosen")
    assert browser.run("return matrix_()")["tp"] == f"{report.counts.tp[label]:,}"
    browser.run("slide(...arguments)", "slider", 0)
    assert browser.run("return matrix_()")["fn"] == "0"


def test_copied_thresholds_are_read_to_the_bit(data, show):
    y_true, y_score = data
    own = [0.2, 1 / 3, 0.41234567890123, np.inf, -np.inf, np.nextafter(1, 2)]
    names = ["a", "b", 'c "d"', "e", "f", "</script>"]
    browser = show(report_of(y_true, y_score, own, names=names))
    browser.run("slide(...arguments)", "slider", 100)
    moved = browser.run("return [chosen, thresholdOf(chosen)]")
    thresholds = kml.Thresholds.from_json(browser.run("return copied()"))
    assert thresholds.label_names == names
    expected = np.array(own)
    expected[moved[0]] = moved[1]
    np.testing.assert_array_equal(thresholds.values, expected)


def test_the_copy_button(data, show):
    browser = show(report_of(*data, 0.25))
    # The clipboard itself is not a headless browser's to write.
    text = browser.wait(
        """new Promise((done) => {
            navigator.clipboard.writeText = async (text) => done(text);
            get("copy").click();
        })"""
    )
    assert kml.Thresholds.from_json(text).values.tolist() == [0.25] * 6
    assert browser.text("#copy") == "Copied"
    # Where the clipboard is out of reach, the text is there to be copied by hand.
    browser.run("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    browser.click("#copy")
    text = browser.run("return get('json').value")
    assert json.loads(text) == {"values": [0.25] * 6}


def test_weighted_counts(data, show, rng):
    y_true, y_score = data
    weight = rng.choice([0.25, 1.5], len(y_true))
    browser = show(report_of(y_true, y_score, 0.5, weight=weight))
    browser.run("slide(...arguments)", "all", 150)
    threshold = browser.run("return data.shared[150]")
    y_pred = kml.apply_thresholds(y_score, threshold)
    expected = kml.f1_score(y_true, y_pred, sample_weight=weight)
    assert averages_in(browser)["macro", "f1_score"] == f"{expected:.3f}"


@pytest.mark.parametrize("kind", ["weight", "groups", "both"])
def test_intervals_of_weights_and_groups(data, show, rng, kind):
    """Where a slider stands as in the report, its interval is the report's."""
    options = {}
    if kind != "groups":
        options["weight"] = rng.choice([0.25, 1.5], 3_000)
    if kind != "weight":
        options["groups"] = rng.integers(0, 400, 3_000)
    report = report_of(*data, 0.3, **options)
    browser = show(report)
    found = browser.run(
        """return NAMES.map((name) => now.map(({tp, fp, fn, tn}, label) =>
            scoresOf(tp, fp, fn, tn, label)[name]))"""
    )
    for name, rows in zip(("precision", "recall", "f1_score"), found, strict=True):
        expected = np.column_stack(report.intervals.per_label[name])
        np.testing.assert_allclose(rows, expected, atol=2e-5)


def test_points_of_the_curves(data, show):
    """Where the markers stand, in units of the axes."""
    y_true, y_score = data
    browser = show(report_of(y_true, y_score, 0.4))
    browser.run("slide(...arguments)", "slider", 190)
    label, threshold = browser.run("return [chosen, thresholdOf(chosen)]")
    counts = kml.confusion_counts(y_true, kml.apply_thresholds(y_score, threshold))[
        label
    ]
    recall = counts.tp / counts.support
    fall_out = counts.fp / (counts.fp + counts.tn)
    precision = counts.tp / counts.predicted
    found = browser.run("return ['pr', 'roc'].map(marker)")
    np.testing.assert_allclose(found, [[recall, precision], [fall_out, recall]])


def test_reliability_counts_every_score_once(data, show):
    y_true, y_score = data
    browser = show(report_of(y_true, y_score, 0.4))
    label = browser.run("return chosen")
    known = y_true[:, label] >= 0
    expected = np.histogram(y_score[known, label], np.arange(11) / 10)[0]
    shown = browser.run("return texts('#reliability .halo')")
    assert [
        browser.run("return short(arguments[0])", int(n)) for n in expected
    ] == shown
