"""Every plot is finished at any number of labels: nothing overlaps or is cut off."""

import inspect
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

import keras_multilabel as kml
from tests.plots.figures import (
    SIZES,
    figures_of,
    names,
    outside,
    overlapping,
    overlapping_axes,
    scores,
    visible_texts,
)

pytestmark = pytest.mark.filterwarnings("error")
DECISIONS = [
    "plot_confusion_matrices",
    "plot_label_outcomes",
    "plot_label_scores",
    "plot_label_confusion",
]
SCORES = ["plot_precision_recall", "plot_roc", "plot_thresholds", "plot_reliability"]
TRUTH = ["plot_label_counts", "plot_cooccurrence"]
PAGES = [*DECISIONS[:3], *SCORES, "plot_label_counts"]


def draw(name, rng, n_labels, **options):
    y_true, y_score = scores(rng, n_labels)
    second = (y_score >= 0.5,) if name in DECISIONS else (y_score,)
    data = (y_true,) if name in TRUTH else (y_true, *second)
    options.setdefault("label_names", names(n_labels))
    return getattr(kml, name)(*data, **options)


def assert_finished(figure):
    texts = visible_texts(figure)
    assert overlapping(figure, texts) == []
    assert outside(figure, texts) == []
    assert overlapping_axes(figure) == []


PANELS = ["plot_confusion_matrices", *SCORES]
# Of 500 labels a page shows as many as of 80, with a note of more. Panels take long to
# draw: their first page of 500 is that of 20, the last has "and 475 more".
SLOW = {*product([*DECISIONS, *SCORES, *TRUTH], [80]), *product(PANELS, [20])}


@pytest.mark.parametrize(
    ("name", "n_labels"),
    [
        pytest.param(*case, marks=[pytest.mark.long] if case in SLOW else [])
        for case in product([*DECISIONS, *SCORES, *TRUTH], SIZES)
    ],
)
def test_no_text_overlaps_or_is_cut_off(rng, name, n_labels):
    options = {"top": 25} if name in PANELS and n_labels == 500 else {}
    for figure in figures_of(draw(name, rng, n_labels, **options))[:2]:
        assert_finished(figure)


@pytest.mark.parametrize("name", ["plot_label_confusion", "plot_cooccurrence"])
def test_all_labels_on_one_page_do_not_overlap(rng, name):
    for n_labels in (80, 500):
        (figure,) = figures_of(draw(name, rng, n_labels, top=None))
        assert overlapping(figure) == []


# Text is as small on them, and as large, as that of 30 labels on twice the area.
@pytest.mark.parametrize("n_labels", [1, 11, pytest.param(30, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", PANELS)
def test_panels_stay_apart_on_a_figure_of_any_size(rng, name, n_labels):
    for size in ((4, 2.7), (2.8, 6), (10, 7.5)):
        figure = Figure(figsize=size)
        assert draw(name, rng, n_labels, fig=figure) == [figure]
        assert_finished(figure)
    figure = Figure(figsize=(8, 5.4), layout="constrained")
    left, right = figure.subfigures(1, 2)
    assert draw(name, rng, n_labels, fig=left) == [left]
    assert not right.axes
    assert overlapping(figure) == []
    assert plt.get_fignums() == []


@pytest.mark.parametrize("size", [(7, 6), (4, 3), (3, 1.5)])
@pytest.mark.parametrize(
    "name", ["plot_label_outcomes", "plot_label_scores", "plot_label_counts"]
)
def test_rows_that_do_not_fit_the_axes_given_are_counted(rng, name, size):
    figure = Figure(figsize=size, layout="constrained")
    ax = figure.add_subplot()
    assert draw(name, rng, 200, ax=ax, top=None) is ax
    assert overlapping(figure) == []
    *shown, more = [tick.get_text() for tick in ax.get_yticklabels()]
    assert more == f"and {200 - len(shown)} more"
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_every_label_once(rng, name):
    n_labels = 8
    pages = draw(name, rng, n_labels, max_per_page=3, label_names=range(n_labels))
    assert len(pages) == 3
    shown = []
    for figure in figures_of(pages):
        titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
        ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
        shown += titles if len(titles) > 1 else ticks
    assert sorted(map(int, shown)) == list(range(n_labels))
    written = " ".join(text for figure in figures_of(pages) for text in notes(figure))
    for part in ("labels 1 to 3 of 8", "labels 7 to 8 of 8"):
        assert part in written


@pytest.mark.parametrize("name", PAGES)
def test_the_first_labels_and_how_many_more(rng, name):
    drawn = draw(name, rng, 9, top=4)
    (figure,) = figures_of(drawn)
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert "and 5 more" in [*notes(figure), *ticks] or any(
        note.startswith("and 5 more") for note in notes(figure)
    )
    (last,) = figures_of(draw(name, rng, 9, top=4, max_per_page=3)[1:])
    assert any("5 more" in note for note in [*notes(last), *row_texts(last)])
    assert any("labels 4 to 4 of 9" in note for note in notes(last))


def notes(figure):
    titles = [ax.get_title(loc="right") for ax in figure.axes]
    return [*(text.get_text() for text in figure.texts), *titles]


def row_texts(figure):
    return [tick.get_text() for tick in figure.axes[0].get_yticklabels()]


@pytest.mark.parametrize("name", [*DECISIONS, *SCORES, *TRUTH])
def test_odd_data_is_drawn(name):
    """One sample; all positive; nothing known of a label; constant scores; types."""
    unknown = np.array([[1, -1, 0], [0, -1, 0], [1, -1, 0]])
    for y_true in ([[1, 0]], [[1], [1]], [[0], [0]], unknown):
        figures = draw_odd(name, np.asarray(y_true))
        for figure in figures:
            assert_finished(figure)
    expected = written(figures)
    for same in (
        np.where(unknown < 0, np.nan, unknown).astype(np.float16),
        np.asfortranarray(unknown[::-1]),
    ):
        figures = draw_odd(name, same)
        for figure in figures:
            figure.draw_without_rendering()
        assert written(figures) == expected


def draw_odd(name, y_true):
    """Nothing is predicted, and all scores are alike."""
    y_pred = np.zeros(y_true.shape, bool)
    y_score = np.full(y_true.shape, 0.25, np.float32)
    second = y_pred if name in DECISIONS else y_score
    data = (y_true,) if name in TRUTH else (y_true, second)
    return figures_of(getattr(kml, name)(*data))


def written(figures):
    return [text.get_text() for figure in figures for text in figure.findobj(Text)]


@pytest.mark.parametrize("name", [*DECISIONS, *SCORES, *TRUTH])
def test_bad_options_leave_no_figure_behind(rng, name):
    takes = inspect.signature(getattr(kml, name)).parameters
    bad = {"top": 0, "max_per_page": 0, "sort": "best", "label_names": ["a"]}
    for option, value in bad.items():
        if option in takes:
            with pytest.raises(ValueError, match=option):
                draw(name, rng, 3, **{option: value})
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", [*DECISIONS, *SCORES, *TRUTH])
def test_what_has_neither_data_nor_counts_is_refused(name):
    for nothing in (SimpleNamespace(), "text"):
        with pytest.raises(TypeError):
            getattr(kml, name)(nothing)
    assert plt.get_fignums() == []
