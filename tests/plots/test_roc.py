"""ROC curves, drawn for real and compared with scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as sk
from matplotlib.figure import Figure

import keras_multilabel as kml
from tests.plots.figures import panels, scores


def curve(ax):
    (line,) = [line for line in ax.lines if line.get_zorder() == 3] or [None]
    return None if line is None else line.get_xydata()


@pytest.mark.parametrize("n_samples", [400, 30_000])
def test_curves_are_those_of_scikit_learn(rng, n_samples):
    y_true, y_score = scores(rng, 4, n_samples)
    (figure,) = kml.plot_roc(y_true, y_score)
    *drawn, without_positives = panels(figure)
    for ax, truth, score in zip(drawn, y_true.T, y_score.T, strict=False):
        x, y, _ = sk.roc_curve(truth, score)
        ours = curve(ax)
        assert ours[0].tolist() == [0, 0]
        assert ours[-1].tolist() == [1, 1]
        assert np.trapezoid(ours[:, 1], ours[:, 0]) == pytest.approx(
            np.trapezoid(y, x), abs=1e-9 if n_samples == 400 else 2e-3
        )
    assert curve(without_positives) is None
    assert without_positives.texts[0].get_text() == "AUC -   0 positives"


def test_the_dot_is_the_threshold_chosen(rng):
    y_true, y_score = scores(rng, 2)
    (figure,) = kml.plot_roc(y_true, y_score, thresholds=0.5)
    counts = kml.confusion_counts(y_true, y_score >= 0.5)[0]
    (dot,) = [line for line in panels(figure)[0].lines if line.get_marker() == "o"]
    rates = [counts.fp / (counts.fp + counts.tn), counts.tp / counts.support]
    np.testing.assert_allclose(dot.get_xydata()[0], rates)


def test_the_best_and_the_worst_in_colour_on_axes_given(rng):
    y_true, y_score = scores(rng, 8)
    ax = Figure(figsize=(8, 5), layout="constrained").add_subplot()
    assert kml.plot_roc(y_true, y_score, ax=ax) is ax
    auc = kml.roc_auc_score(y_true, y_score, average=None)[:7]
    ranked = np.argsort(-auc, kind="stable")
    named = [text.get_text().split("  ")[0] for text in ax.texts]
    assert named[:4] == [f"label {label}" for label in (*ranked[:2], *ranked[-2:])]
    assert named[4] == "4 other labels"
