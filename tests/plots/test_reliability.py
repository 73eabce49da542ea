"""Reliability diagrams, drawn for real and compared with scikit-learn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

import keras_multilabel as kml
from tests.plots.figures import panels, scores


def dots(ax):
    (line,) = [line for line in ax.lines if line.get_marker() == "o"]
    return line.get_xydata()


def test_dots_are_those_of_scikit_learn(rng):
    y_true, y_score = scores(rng, 3)
    (figure,) = kml.plot_reliability(y_true, y_score)
    for ax, truth, score in zip(panels(figure), y_true.T, y_score.T, strict=True):
        share, mean = calibration_curve(truth, score, n_bins=10)
        np.testing.assert_allclose(dots(ax), np.column_stack([mean, share]))


def test_counts_and_intervals():
    y_true = np.array([[1]] * 30 + [[0]] * 70)
    y_score = np.array([[0.25]] * 90 + [[0.85]] * 10)
    (figure,) = kml.plot_reliability(y_true, y_score)
    (ax,) = panels(figure)
    np.testing.assert_allclose(dots(ax), [[0.25, 1 / 3], [0.85, 0]])
    *counts, title = [text.get_text() for text in ax.texts]
    assert counts == ["90", "10"]
    assert title == "30 positives, 31 expected"
    lines, bars = ax.collections
    assert len(bars.get_paths()) == len(counts)
    (low, high), (none, some) = (part[:, 1] for part in lines.get_segments())
    # Wilson's intervals of 30 of 90, and of 0 of 10.
    assert (low, high) == pytest.approx((0.24453, 0.43577), abs=2e-5)
    assert (none, some) == pytest.approx((0, 0.27753), abs=1e-5)


def test_bins_of_equally_many(rng):
    y_true, y_score = scores(rng, 2)
    options = {"bins": 5, "strategy": "quantile"}
    (figure,) = kml.plot_reliability(y_true, y_score, **options)
    assert len(dots(panels(figure)[0])) == 5
    assert "about 80 samples in each" in panels(figure)[0].texts[0].get_text()
    # Equal scores stay in one bin.
    constant = np.full_like(y_score, 0.4)
    (figure,) = kml.plot_reliability(y_true, constant, **options)
    assert len(dots(panels(figure)[0])) == 1


def test_histograms_are_near(rng):
    y_true, y_score = scores(rng, 2, 5000)
    (exact,) = kml.plot_reliability(y_true, y_score)
    (binned,) = kml.plot_reliability(kml.score_histogram(y_true, y_score))
    for one, other in zip(panels(exact), panels(binned), strict=True):
        np.testing.assert_allclose(dots(one), dots(other), atol=0.02)


def test_sorted_by_error(rng):
    y_true, y_score = scores(rng, 3, 4000)
    y_score[:, 1] = np.where(y_true[:, 1], 0.05, 0.95)
    (figure,) = kml.plot_reliability(y_true, y_score, sort="error")
    assert panels(figure)[0].get_title() == "label 1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bins": 0}, "bins must be"),
        ({"strategy": "kmeans"}, "strategy must be one of"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.plot_reliability([[1]], [[0.5]], **options)
    with pytest.raises(ValueError, match="Logits become probabilities with"):
        kml.plot_reliability([[1]], [[1.5]])


def test_equal_weights_count_as_what_they_are():
    y_true = [[1, 0], [0, 1], [1, 0], [0, 0]]
    y_score = [[0.9, 0.2], [0.6, 0.8], [0.7, 0.1], [0.2, 0.1]]
    ranked = kml.SortedScores(y_true, y_score, sample_weight=np.full(4, 3.0))
    (page,) = kml.plot_reliability(ranked)
    texts = [ax.texts[-1].get_text() for ax in page.axes]
    assert texts == ["6 positives, 7.2 expected", "3 positives, 3.6 expected"]
