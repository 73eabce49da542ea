"""Confusion matrices, drawn for real: what they say is compared with the counts."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import keras_multilabel as kml
from tests.plots.figures import outside, overlapping, panels


def decided(rng, n_samples=300, n_labels=4):
    y_true = rng.integers(0, 2, (n_samples, n_labels), dtype=np.int8)
    wrong = rng.random(y_true.shape) < 0.2
    return y_true, y_true ^ wrong


def cells(ax):
    """The texts of the cells, [no/no, no/yes, yes/no, yes/yes]."""
    return [text.get_text().split("\n") for text in ax.texts[:4]]


def titles(figure):
    return [ax.get_title() for ax in panels(figure)]


def under_title(ax):
    return ax.texts[4].get_text().split("\n")


def test_cells_hold_counts_and_row_shares(rng):
    y_true, y_pred = decided(rng)
    (figure,) = kml.plot_confusion_matrices(y_true, y_pred)
    matrices = kml.multilabel_confusion_matrix(y_true, y_pred)
    assert titles(figure) == ["label 0", "label 1", "label 2", "label 3"]
    for ax, matrix in zip(panels(figure), matrices, strict=True):
        shares = matrix / matrix.sum(1, keepdims=True)
        assert cells(ax) == [
            [str(count), f"{share:.1%}"]
            for count, share in zip(matrix.ravel(), shares.ravel(), strict=True)
        ]
        positions = [text.get_position() for text in ax.texts[:4]]
        assert positions == [(0, 0), (1, 0), (0, 1), (1, 1)]  # x: decision, y: truth
        assert under_title(ax)[1] == f"{matrix[1].sum()} of 300 positive"


def test_counts_draw_the_same_as_arrays(rng):
    y_true, y_pred = decided(rng)
    (from_arrays,) = kml.plot_confusion_matrices(y_true, y_pred)
    (from_counts,) = kml.plot_confusion_matrices(kml.confusion_counts(y_true, y_pred))
    pairs = zip(panels(from_arrays), panels(from_counts), strict=True)
    for one, other in pairs:
        assert cells(one) == cells(other)
        np.testing.assert_array_equal(
            one.images[0].get_array(), other.images[0].get_array()
        )


def test_names_come_from_counts_and_from_frames(rng):
    y_true, y_pred = decided(rng)
    names = ["ant", "bee", "cat", "dog"]
    frame = pd.DataFrame(y_true, columns=names)
    counts = kml.confusion_counts(y_true, y_pred, label_names=names)
    for drawn in ((frame, y_pred), (y_true, frame), (counts,), (counts[names],)):
        (figure,) = kml.plot_confusion_matrices(*drawn)
        assert titles(figure) == names
    (figure,) = kml.plot_confusion_matrices(counts, label_names="wxyz")
    assert titles(figure) == ["w", "x", "y", "z"]
    (figure,) = kml.plot_confusion_matrices(counts[["dog", "ant"]])
    assert titles(figure) == ["dog", "ant"]
    with pytest.raises(ValueError, match="got 3 names"):
        kml.plot_confusion_matrices(counts, label_names="abc")


def test_unknown_entries_are_left_out_and_empty_rows_are_white():
    y_true = np.array([[1, 0, -1], [-1, 0, -1], [0, 0, -1]])
    (figure,) = kml.plot_confusion_matrices(y_true, np.zeros_like(y_true))
    one_of_each, no_positive, nothing_known = panels(figure)
    assert under_title(one_of_each) == ["P -   R 0   F1 0", "1 of 2 positive"]
    assert cells(no_positive) == [["3", "100%"], ["0", "0%"], ["0", "-"], ["0", "-"]]
    assert under_title(nothing_known) == ["P -   R -   F1 -", "0 of 0 positive"]
    assert (no_positive.images[0].get_array()[1] == 1).all()
    assert (nothing_known.images[0].get_array() == 1).all()


def test_right_is_blue_wrong_is_orange_by_share_of_the_row():
    counts = kml.Counts([9], [10], [1], [990])
    (figure,) = kml.plot_confusion_matrices(counts)
    (tn, fp), (fn, tp) = figure.axes[0].images[0].get_array()
    for right in (tn, tp):
        assert right[2] > right[0]
    for wrong in (fn, fp):
        assert wrong[0] > wrong[2]
    assert fn.sum() < fp.sum()  # 1 of 10 is darker than 10 of 1000


def test_text_contrasts_with_its_cell():
    """At every step of the colour maps, which have 256 and are used to nine tenths."""
    low, high = np.arange(116), np.arange(115, 231)
    counts = kml.Counts(tp=high, fp=230 - low, fn=230 - high, tn=low)
    (figure,) = kml.plot_confusion_matrices(counts, max_per_page=116, top=None)
    for ax in panels(figure):
        colours = ax.images[0].get_array().reshape(-1, 3)
        for colour, text in zip(colours, ax.texts[:4], strict=True):
            linear = colour**2.2 @ (0.2126, 0.7152, 0.0722)
            ink = {"black": 0.0, "white": 1.0}[text.get_color()]
            light, dark = max(linear, ink), min(linear, ink)
            assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2, level AA


@pytest.mark.parametrize(
    ("n_labels", "expected"), [(1, [1]), (21, [20, 1]), (80, [20] * 4)]
)
def test_many_labels_take_pages(rng, n_labels, expected):
    names = [f"name {index}" for index in range(n_labels)]
    pages = kml.plot_confusion_matrices(
        *decided(rng, n_labels=n_labels), label_names=names
    )
    assert [len(panels(page)) for page in pages] == expected
    assert [name for page in pages for name in titles(page)] == names


def test_max_per_page(rng):
    pages = kml.plot_confusion_matrices(*decided(rng, n_labels=7), max_per_page=3)
    assert [titles(page) for page in pages] == [
        ["label 0", "label 1", "label 2"],
        ["label 3", "label 4", "label 5"],
        ["label 6"],
    ]


@pytest.mark.parametrize("n_labels", [1, 3, 6, 20])
def test_long_names_and_large_counts_do_not_collide(n_labels):
    names = [f"{index} a name that is far too long for it" for index in range(n_labels)]
    large = np.full(n_labels, 888_888)
    counts = kml.Counts(large, large, large, large)
    (figure,) = kml.plot_confusion_matrices(counts, label_names=names)
    assert not overlapping(figure)
    assert not outside(figure)
    assert titles(figure)[0].startswith("0 a name")
    assert "…" in titles(figure)[0]


def test_all_labels_go_on_the_figure_given(rng):
    y_true, y_pred = decided(rng, n_labels=21)
    figure = Figure(figsize=(12, 12), layout="constrained")
    left, _ = figure.subfigures(1, 2)
    assert kml.plot_confusion_matrices(y_true, y_pred, fig=left) == [left]
    assert len(panels(left)) == 21
    assert plt.get_fignums() == []


def test_new_figures_are_those_of_pyplot(rng):
    """So that notebooks and sphinx-gallery show them."""
    pages = kml.plot_confusion_matrices(*decided(rng), max_per_page=2)
    assert [plt.figure(number) for number in plt.get_fignums()] == pages


def test_only_the_outer_panels_have_tick_labels(rng):
    (figure,) = kml.plot_confusion_matrices(*decided(rng, n_labels=5))
    ticks = [
        [[tick.get_text() for tick in axis.get_ticklabels()] for axis in axes]
        for axes in ((ax.xaxis, ax.yaxis) for ax in panels(figure))
    ]
    no_yes, none = ["no", "yes"], []
    assert ticks == [
        [none, no_yes],
        [none, none],
        [no_yes, none],
        [no_yes, no_yes],
        [no_yes, none],
    ]
    assert figure.get_supxlabel() == "predicted"
    assert figure.get_supylabel() == "true"


def test_sorted_by_score_or_by_support():
    counts = kml.Counts([5, 9, 1], [5, 0, 0], [0, 1, 1], [90, 90, 98])
    for sort, expected in {"f1": "bac", "support": "bac", None: "abc"}.items():
        (figure,) = kml.plot_confusion_matrices(counts, label_names="abc", sort=sort)
        assert titles(figure) == list(expected)
    rare = kml.Counts([1, 0], [0, 0], [1, 0], [98, 100])
    (figure,) = kml.plot_confusion_matrices(rare, label_names="ab", sort="f1")
    assert titles(figure) == ["a", "b"]  # a score of nothing comes last


def test_the_title_shows_the_false_alarms_that_row_shares_hide():
    counts = kml.Counts([193], [1190], [20], [20_000])
    (figure,) = kml.plot_confusion_matrices(counts)
    assert cells(figure.axes[0])[1] == ["1,190", "5.6%"]
    assert under_title(figure.axes[0])[0] == "P .14   R .91   F1 .24"


@pytest.mark.parametrize(
    ("normalize", "expected"),
    [
        ("true", ["90.0%", "10.0%", "20.0%", "80.0%"]),
        ("pred", ["97.8%", "55.6%", "2.2%", "44.4%"]),
        ("all", ["81.8%", "9.1%", "1.8%", "7.3%"]),
    ],
)
def test_shares_of_rows_columns_or_all(normalize, expected):
    counts = kml.Counts([8], [10], [2], [90])
    (figure,) = kml.plot_confusion_matrices(counts, normalize=normalize)
    assert [cell[1] for cell in cells(figure.axes[0])] == expected
    of = {"true": "row", "pred": "column", "all": "matrix"}[normalize]
    key = [text.get_text() for text in figure.texts]
    assert f"right, 0 to 100% of the {of}" in key
    assert f"wrong, 0 to 100% of the {of}" in key


def test_counts_alone_are_coloured_by_row():
    counts = kml.Counts([8], [10], [2], [90])
    (by_row,) = kml.plot_confusion_matrices(counts)
    (alone,) = kml.plot_confusion_matrices(counts, normalize=None)
    assert cells(alone.axes[0]) == [["90"], ["10"], ["2"], ["8"]]
    images = [figure.axes[0].images[0].get_array() for figure in (by_row, alone)]
    np.testing.assert_array_equal(*images)
    with pytest.raises(ValueError, match="normalize must be one of 'true', 'pred'"):
        kml.plot_confusion_matrices(counts, normalize="rows")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (12_345, "12,345"),
        (999_999, "999,999"),
        (1_200_000, "1.2M"),
        (12_345_678, "12.3M"),
        (999_400_000, "999M"),
        (999_600_000, "1B"),
        (2_540_000_000, "2.54B"),
        (12.0, "12"),
        (12.3456, "12.35"),
        (0.001, "0.001"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_fit_their_cells(count, text):
    (figure,) = kml.plot_confusion_matrices(kml.Counts([count], [1], [1], [1]))
    assert cells(figure.axes[0])[3][0] == text


@pytest.mark.parametrize(
    ("tp", "fn", "text"),
    [
        (0, 1, "0%"),
        (1, 0, "100%"),
        (1, 10**9 - 1, "<0.1%"),
        (10**9 - 1, 1, ">99.9%"),
        (1, 1999, "0.1%"),
        (4997, 3, "99.9%"),
        (1, 7, "12.5%"),
        (0, 0, "-"),
    ],
)
def test_all_and_nothing_are_written_only_where_exact(tp, fn, text):
    (figure,) = kml.plot_confusion_matrices(kml.Counts([tp], [1], [fn], [1]))
    assert cells(figure.axes[0])[3][1] == text


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: kml.plot_confusion_matrices([[1]], [[1]], label_names=["a", "b"]),
            ValueError,
            "name the 1 labels.*got 2",
        ),
        (
            lambda: kml.plot_confusion_matrices([[1]]),
            TypeError,
            "y_pred is missing",
        ),
        (
            lambda: kml.plot_confusion_matrices(np.empty((0, 2)), np.empty((0, 2))),
            ValueError,
            "at least one sample",
        ),
        (
            lambda: kml.plot_confusion_matrices([[1]], [[0.7]]),
            ValueError,
            "y_pred must hold predictions.*0.7",
        ),
        (
            lambda: kml.plot_confusion_matrices(
                kml.confusion_counts([[1, 0]], [[1, 0]], axis=1)
            ),
            ValueError,
            "needs counts per label.*over axis 1",
        ),
        (
            lambda: kml.plot_confusion_matrices(kml.Counts(*np.ones((4, 3, 2)))),
            ValueError,
            r"needs counts per label.*shape \(3, 2\)",
        ),
        (
            lambda: kml.plot_confusion_matrices([[1]], [[1]], max_per_page=0),
            ValueError,
            "max_per_page must be.*got 0",
        ),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []  # nothing half-drawn is left
