"""Outcome bars, drawn for real: their lengths and the counts beside them."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.plots.figures import row_names

COUNTS = kml.Counts(
    tp=[30, 7, 0], fp=[12, 0, 3], fn=[10, 21, 0], tn=[48, 72, 97], label_names="abc"
)


def bars(ax):
    """Missed, found and false alarms: left end and length of the bars, by row."""
    for drawn in ax.collections:
        boxes = [path.get_extents() for path in drawn.get_paths()]
        yield [box.x0 for box in boxes], [box.width for box in boxes]


def widths(ax):
    return [length for _, length in bars(ax)]


def notes(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_are_the_counts():
    ax = kml.plot_label_outcomes(COUNTS)
    assert row_names(ax) == ["a", "b", "c"]  # by support
    missed, found, false = widths(ax)
    assert (missed, found, false) == ([10, 21, 0], [30, 7, 0], [12, 0, 3])
    assert [left for left, _ in bars(ax)] == [[-10, -21, 0], [0, 0, 0], [30, 7, 0]]
    assert notes(ax) == ["10", "30", "+ 12", "21", "7", "0", "0", "+ 3"]
    low, high = ax.get_ylim()
    assert low > high  # the first label on top
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key == ["missed", "found", "+ false alarms"]


def test_both_sides_of_the_axis_count_up():
    ax = kml.plot_label_outcomes(COUNTS)
    ax.figure.draw_without_rendering()
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert "0" in ticks
    assert all(tick.replace(",", "").isdigit() for tick in ticks)


def test_sorted_by_f1():
    ax = kml.plot_label_outcomes(COUNTS, sort="f1")
    assert row_names(ax) == ["a", "b", "c"]
    assert row_names(kml.plot_label_outcomes(COUNTS[["b", "a"]], sort="f1")) == [
        "a",
        "b",
    ]


def test_shares_of_the_positives():
    ax = kml.plot_label_outcomes(COUNTS, normalize="true")
    missed, found, false = widths(ax)
    np.testing.assert_allclose(missed, [0.25, 0.75, 0])
    np.testing.assert_allclose(found, [0.75, 0.25, 0])
    # Of a label without positives any false alarm is cut off, at 2.
    np.testing.assert_allclose(false, [0.3, 0, 2])
    assert notes(ax) == ["10", "30", "+ 12", "21", "7", "0", "0", "+ 3"]
    arrows = [line.get_xydata().tolist() for line in ax.lines if len(line.get_xdata())]
    assert [[2.0, 2.0]] in arrows


def test_data_and_weighted_counts(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 50, 3))
    one = kml.plot_label_outcomes(y_true, y_pred)
    other = kml.plot_label_outcomes(kml.confusion_counts(y_true, y_pred))
    assert notes(one) == notes(other)
    weighted = kml.confusion_counts(y_true, y_pred, sample_weight=np.full(50, 0.25))
    drawn = widths(kml.plot_label_outcomes(weighted))
    np.testing.assert_allclose(drawn, 0.25 * np.array(widths(one)))
    with pytest.raises(ValueError, match="normalize must be one of 'true', None"):
        kml.plot_label_outcomes(COUNTS, normalize="pred")
