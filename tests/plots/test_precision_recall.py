"""Precision-recall curves, drawn for real and compared with scikit-learn."""

from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.metrics as sk

import keras_multilabel as kml
from tests.plots.figures import panels, scores


def curve(ax):
    """The points of the curve in blue, with the corners of its steps."""
    lines = [line for line in ax.lines if line.get_zorder() == 3]
    (line,) = lines or [None]
    return None if line is None else line.get_xydata()


def area(points):
    """Of steps: each stretch has the height at its end."""
    width = np.diff(points[:, 0])
    return float((width * points[1:, 1]).sum())


def values(figure):
    return [ax.texts[0].get_text() for ax in panels(figure)]


def test_the_area_is_average_precision(rng):
    y_true, y_score = scores(rng, 5)
    y_score = y_score.round(2)  # ties
    (figure,) = kml.plot_precision_recall(y_true, y_score)
    expected = kml.average_precision_score(y_true, y_score, average=None)
    drawn = panels(figure)
    for ax, value in zip(drawn[:-1], expected, strict=False):
        assert area(curve(ax)) == pytest.approx(value)
    assert curve(drawn[-1]) is None  # a label without positives
    assert values(figure)[-1] == "AP -   0 positives"


def test_curves_of_many_samples_are_thinned_out_and_look_the_same(rng):
    y_true, y_score = scores(rng, 2, n_samples=60_000)
    y_true[:30, 1] = 1
    (figure,) = kml.plot_precision_recall(y_true, y_score)
    for ax, truth, score in zip(panels(figure), y_true.T, y_score.T, strict=True):
        points = curve(ax)
        assert len(points) < 5000
        precision, recall, _ = sk.precision_recall_curve(truth, score)
        at = np.linspace(0.02, 0.98, 49)
        ours = points[np.searchsorted(points[:, 0], at), 1]
        theirs = [precision[recall >= each].max() for each in at]
        ours_best = [points[points[:, 0] >= each, 1].max() for each in at]
        np.testing.assert_allclose(ours_best, theirs, atol=0.02)
        assert np.isfinite(ours).all()


def test_guessing_and_the_threshold_chosen(rng):
    y_true, y_score = scores(rng, 3)
    (figure,) = kml.plot_precision_recall(y_true, y_score, thresholds=[0.5, 0.4, 0.3])
    y_pred = y_score >= [0.5, 0.4, 0.3]
    for label, ax in enumerate(panels(figure)[:2]):
        (dot,) = [line for line in ax.lines if line.get_marker() == "o"]
        expected = [
            kml.recall_score(y_true, y_pred, average=None)[label],
            kml.precision_score(y_true, y_pred, average=None)[label],
        ]
        np.testing.assert_allclose(dot.get_xydata()[0], expected)
        (guess,) = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert guess.get_ydata()[0] == pytest.approx(y_true[:, label].mean())


def test_histograms_reports_and_callbacks_draw_the_same(rng):
    y_true, y_score = scores(rng, 4)
    names = ["ant", "bee", "cat", "dog"]
    thresholds = np.full(4, 0.5)
    counts = kml.confusion_counts(y_true, y_score >= 0.5, label_names=names)
    report = SimpleNamespace(
        y_true=y_true, y_score=y_score, thresholds=thresholds, counts=counts
    )
    (expected,) = kml.plot_precision_recall(
        y_true, y_score, thresholds=0.5, label_names=names
    )
    (figure,) = kml.plot_precision_recall(report)
    histogram = kml.score_histogram(y_true, y_score, label_names=names)
    (binned,) = kml.plot_precision_recall(histogram, thresholds=0.5)
    for one, other, near in zip(*map(panels, (expected, figure, binned)), strict=True):
        assert one.get_title() == other.get_title() == near.get_title()
        assert one.texts[0].get_text() == other.texts[0].get_text()
        if curve(one) is not None:
            np.testing.assert_array_equal(curve(one), curve(other))
            assert area(curve(near)) == pytest.approx(area(curve(one)), abs=0.02)


def test_sorted_and_highlighted(rng):
    y_true, y_score = scores(rng, 6)
    ap = kml.average_precision_score(
        y_true, y_score, average=None, zero_division=np.nan
    )
    (figure,) = kml.plot_precision_recall(y_true, y_score, sort="ap")
    order = [int(ax.get_title().split()[1]) for ax in panels(figure)]
    assert order[-1] == 5
    assert order[:5] == np.argsort(-ap[:5], kind="stable").tolist()
    ax = kml.plot_precision_recall(y_true, y_score, highlight=["label 3", "label 0"])
    named = [text.get_text().split("  ")[0] for text in ax.texts]
    assert named == ["label 3", "label 0", "4 other labels"]
    colours = [line.get_color() for line in ax.lines if line.get_zorder() == 3]
    assert colours == [text.get_color() for text in ax.texts[:2]]
    with pytest.raises(ValueError, match="at most 6 labels"):
        kml.plot_precision_recall(y_true, y_score, highlight=range(7))
    with pytest.raises(KeyError, match="label 8"):
        kml.plot_precision_recall(y_true, y_score, highlight="label 8")
    with pytest.raises(TypeError, match="y_score is missing"):
        kml.plot_precision_recall(y_true)
