"""Bars of label counts, drawn for real: their lengths, their notes, their order."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import keras_multilabel as kml
from tests.plots.figures import outside


def bars(ax):
    """Notes of the bars by name, from top to bottom."""
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    return dict(zip(names, (text.get_text() for text in ax.texts), strict=True))


def test_bars_are_sorted_and_say_count_and_share():
    y = np.array([[0, 1, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    ax = kml.plot_label_counts(y, label_names=["ant", "bee", "cat"])
    assert list(bars(ax).items()) == [
        ("bee", "3 (75.0%)"),
        ("ant", "1 (25.0%)"),
        ("cat", "1 (25.0%)"),
    ]
    assert ax.get_title(loc="left") == "4 samples, 1 without any label"
    assert [bar.get_width() for bar in ax.containers[0]] == [3, 1, 1]
    low, high = ax.get_ylim()
    assert low > high  # the first bar on top


def test_unknown_entries_are_noted_and_not_in_the_share():
    y = np.array([[1, -1], [0, -1], [0, 0], [np.nan, 1]])
    ax = kml.plot_label_counts(y)
    assert bars(ax) == {
        "label 0": "1 (33.3%), 1 unknown",
        "label 1": "1 (50.0%), 2 unknown",
    }
    assert ax.get_title(loc="left") == "4 samples, 1 without any label"
    grey = [(bar.get_x(), bar.get_width()) for bar in ax.containers[1]]
    assert grey == [(1, 1), (1, 2)]


@pytest.mark.parametrize("library", [None, "pandas", "polars"])
def test_lists_and_columns_of_lists(library):
    rows = [["dog", "cat"], [], ["dog"]]
    if library is not None:
        rows = pytest.importorskip(library).Series(rows)
    assert bars(kml.plot_label_counts(rows)) == {
        "dog": "2 (66.7%)",
        "cat": "1 (33.3%)",
    }


def test_names_of_lists_bring_labels_that_never_occur():
    ax = kml.plot_label_counts([["dog"]], label_names=["cat", "dog"])
    assert bars(ax) == {"dog": "1 (100%)", "cat": "0 (0%)"}
    with pytest.raises(ValueError, match="1 labels outside classes: 'dog'"):
        kml.plot_label_counts([["dog"]], label_names=["cat"])


def test_names_come_from_frames_and_from_label_counts():
    frame = pd.DataFrame({"ant": [1, 0, -1], "bee": [1, 1, 0]})
    notes = {"bee": "2 (66.7%)", "ant": "1 (50.0%), 1 unknown"}
    assert bars(kml.plot_label_counts(frame)) == notes
    counts = kml.count_labels(frame)
    ax = kml.plot_label_counts(counts)
    assert bars(ax) == notes
    assert ax.get_title(loc="left") == "3 samples"
    again = kml.plot_label_counts(counts, label_names=iter("ab"))
    assert list(bars(again)) == ["b", "a"]
    with pytest.raises(ValueError, match="got 1 names"):
        kml.plot_label_counts(counts, label_names=["a"])
    assert bars(kml.plot_label_counts(kml.count_labels([["cow"]]))) == {
        "cow": "1 (100%)"
    }
    with pytest.raises(ValueError, match="got 0 labels in 1 samples"):
        kml.plot_label_counts(kml.count_labels([[]]))


@pytest.mark.parametrize("n_labels", [1, 6, 20, 80])
def test_notes_stay_on_the_figure_and_apart(rng, n_labels):
    names = [f"{index} a name that is long but still fits" for index in range(n_labels)]
    y = rng.integers(-1, 2, (20_000, n_labels))
    figure = kml.plot_label_counts(y, label_names=names).figure
    assert not outside(figure)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))


def test_bars_go_on_the_axes_given(rng):
    figure = Figure()
    ax = figure.add_subplot()
    assert kml.plot_label_counts(rng.integers(0, 2, (20_000, 5)), ax=ax) is ax
    assert not outside(figure)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: kml.plot_label_counts([[1, 0]], label_names=["a"]),
            ValueError,
            "name the 2 labels.*got 1",
        ),
        (
            lambda: kml.plot_label_counts(np.empty((0, 2))),
            ValueError,
            "at least one sample",
        ),
        (
            lambda: kml.plot_label_counts([], label_names=["a"]),
            ValueError,
            "at least one sample",
        ),
        (lambda: kml.plot_label_counts([[], []]), ValueError, "label"),
        (lambda: kml.plot_label_counts(np.array([[2]])), ValueError, "got 2"),
        (lambda: kml.plot_label_counts("cat"), TypeError, "numbers"),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []  # nothing half-drawn is left


def test_a_weighted_report_counts_its_samples(rng):
    y_true = rng.choice([0, 1, -1], (60, 3), p=[0.5, 0.4, 0.1])
    report = kml.evaluation_report(
        y_true, rng.random((60, 3)), 0.5, sample_weight=1e-8 * rng.random(60)
    )
    one, other = kml.plot_label_counts(report), kml.plot_label_counts(y_true)
    assert [text.get_text() for text in one.texts] == [
        text.get_text() for text in other.texts
    ]
    assert one.get_title(loc="left") == "60 samples"


def test_counts_that_are_sums_of_weights():
    counts = kml.Counts([0.25, 1234.5], [0.0, 0.0], [0.0, 0.0], [1234.25, 0.0])
    ax = kml.plot_label_counts(counts)
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["1,234 (100%)", "0.25 (<0.1%)"]
    with pytest.raises(ValueError, match="needs counts per label"):
        kml.plot_label_counts(kml.Counts(1, 2, 3, 4))
