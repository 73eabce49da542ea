"""Scores over the threshold, drawn for real and compared with the scores."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.plots.figures import panels, scores

FUNCTIONS = [kml.precision_score, kml.recall_score, kml.f1_score]


def at(line, threshold):
    """The value of a step line, where a step reaches its threshold."""
    x, y = line.get_xdata(), line.get_ydata()
    return y[np.searchsorted(x[1:-1], threshold) + 1] if threshold <= x[-1] else None


def test_lines_are_the_scores_at_each_threshold(rng):
    y_true, y_score = scores(rng, 3)
    (figure,) = kml.plot_thresholds(y_true, y_score)
    for threshold in (0.01, 0.2, 0.5, float(y_score[3, 0])):
        for function, line in zip(FUNCTIONS, panels(figure)[0].lines, strict=False):
            expected = function(
                y_true, y_score >= threshold, average=None, zero_division=np.nan
            )[0]
            assert at(line, threshold) == pytest.approx(expected, nan_ok=True)


def test_the_threshold_chosen_is_marked_else_the_best(rng):
    y_true, y_score = scores(rng, 3)
    tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0)
    (figure,) = kml.plot_thresholds(y_true, y_score, thresholds=tuned)
    for label, ax in enumerate(panels(figure)[:2]):
        assert ax.lines[-1].get_xdata()[0] == tuned.values[label]
    assert "dashed: chosen" in [text.get_text() for text in figure.texts]
    (best,) = kml.plot_thresholds(y_true, y_score)
    assert "dashed: best F1" in [text.get_text() for text in best.texts]
    scored = [ax.texts[0].get_text().split(" at ")[0] for ax in panels(best)]
    assert scored[:2] == [
        ax.texts[0].get_text().split(" at ")[0] for ax in panels(figure)[:2]
    ]
    assert panels(best)[2].texts[0].get_text() == "no positives"


def test_scores_of_any_scale(rng):
    y_true, y_score = scores(rng, 2)
    logits = np.log(y_score / (1 - y_score))
    (figure,) = kml.plot_thresholds(y_true, logits)
    low, high = panels(figure)[0].get_xlim()
    assert low < logits.min() < logits.max() < high


def test_histograms(rng):
    y_true, y_score = scores(rng, 3)
    histogram = kml.score_histogram(y_true, y_score)
    (binned,) = kml.plot_thresholds(histogram)
    for line, function in zip(panels(binned)[0].lines, FUNCTIONS, strict=False):
        expected = function(y_true, y_score >= 0.5, average=None)[0]
        assert at(line, 0.5) == pytest.approx(expected)


def test_sorted_by_the_best_f1(rng):
    y_true, y_score = scores(rng, 5)
    y_score[:, 3] = y_true[:, 3]
    (figure,) = kml.plot_thresholds(y_true, y_score, sort="f1")
    titles = [ax.get_title() for ax in panels(figure)]
    assert titles[0] == "label 3"
    assert titles[-1] == "label 4"  # without positives
