"""Scores with their intervals, drawn for real and compared with the numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

import keras_multilabel as kml
from tests.plots.figures import row_names

NAMES = ["ant", "bee", "cat"]
COUNTS = kml.Counts(
    tp=[30, 7, 0], fp=[12, 0, 0], fn=[10, 21, 0], tn=[48, 72, 100], label_names=NAMES
)


def points(ax, label):
    """The values that a marker stands for, from top to bottom."""
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line.get_xdata()


def ends(ax):
    """The intervals, as (low, high), from top to bottom."""
    return np.array(
        [segment[:, 0] for lines in ax.collections for segment in lines.get_segments()]
    )


def columns(ax):
    cells = [text.get_text() for text in ax.texts]
    return [tuple(cells[at : at + 3]) for at in range(0, len(cells), 3)]


def wilson(hits, trials, z=1.959963984540054):
    share = hits / trials
    centre = (share + z**2 / 2 / trials) / (1 + z**2 / trials)
    half = np.sqrt(share * (1 - share) / trials + z**2 / 4 / trials**2)
    half *= z / (1 + z**2 / trials)
    return np.array([centre - half, centre + half])


def test_f1_and_what_it_is_made_of():
    ax = kml.plot_label_scores(COUNTS)
    assert row_names(ax) == NAMES
    f1 = kml.f1_score(COUNTS, average=None, zero_division=np.nan)
    np.testing.assert_allclose(points(ax, "F1, 95% interval"), f1)
    np.testing.assert_allclose(points(ax, "precision"), [30 / 42, 1, np.nan])
    np.testing.assert_allclose(points(ax, "recall"), [30 / 40, 7 / 28, np.nan])
    jaccard = np.array([wilson(30, 52), wilson(7, 28)])
    np.testing.assert_allclose(ends(ax)[:2], 2 * jaccard / (1 + jaccard))
    assert columns(ax) == [
        ("F1", "interval", "positives"),
        (".73", ".61 to .82", "40"),
        (".40", ".23 to .60", "28"),
        ("-", "", "0"),
    ]


@pytest.mark.parametrize(("score", "trials"), [("precision", 42), ("recall", 40)])
def test_other_scores_and_confidence(score, trials):
    ax = kml.plot_label_scores(COUNTS[["ant"]], score=score, confidence=0.5)
    np.testing.assert_allclose(ends(ax), [wilson(30, trials, 0.6744897501960817)])
    assert len(points(ax, f"{score}, 50% interval")) == 1


def test_sorted_by_score_by_support_or_not():
    orders = {"score": "bac", "support": "bac", None: "abc"}
    counts = kml.Counts(
        [5, 9, 0], [5, 0, 0], [0, 1, 0], [90, 90, 100], label_names="abc"
    )
    for sort, expected in orders.items():
        assert row_names(kml.plot_label_scores(counts, sort=sort)) == list(expected)


def test_data_has_a_macro_average_with_its_interval(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 200, 3))
    ax = kml.plot_label_scores(y_true, y_pred, label_names=NAMES)
    macro = kml.f1_score(y_true, y_pred)
    assert any(np.allclose(line.get_xdata(), macro) for line in ax.lines)
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key[:3] == ["F1, 95% interval", "recall", "precision"]
    assert key[3].startswith(f"macro .{macro * 100:.0f} (.")


def test_reports_are_drawn_with_their_own_intervals(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 60, 2))
    ax = kml.plot_label_scores(y_true, y_pred, label_names="ab")
    from_data = columns(ax)
    # What a report has, by its public attribute.
    intervals = score_intervals(y_true, y_pred)
    report = SimpleNamespace(intervals=intervals)
    for source in (intervals, report):
        assert columns(kml.plot_label_scores(source, label_names="ab")) == from_data
    with pytest.raises(ValueError, match=r"roc_auc.*needs a report"):
        kml.plot_label_scores(intervals, score="roc_auc")


def score_intervals(y_true, y_pred):
    return kml.score_intervals(y_true, y_pred)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_share(confidence):
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        kml.plot_label_scores(COUNTS, confidence=confidence)
