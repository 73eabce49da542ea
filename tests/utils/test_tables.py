"""Results as people see them: printed, in a notebook, as a data frame."""

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.results import FRAMES, MAKERS, NAMES, Y_SCORE, Y_TRUE, make, make_many

COLUMNS = {
    "Counts": ["tp", "fp", "fn", "tn"],
    "ScoreHistogram": ["positives", "negatives"],
    "LabelCounts": ["positive", "known", "share"],
    "Thresholds": ["threshold"],
}
TEXTS = st.lists(st.text(), min_size=1, max_size=4, unique=True)


class Cells(HTMLParser):
    """The rows of a table, and all tags."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and data.strip("\n"):
            self.rows[-1][-1] += data


@pytest.mark.parametrize("kind", MAKERS)
def test_a_row_per_label_aligned(kind):
    title, head, *rows = repr(make(kind)).splitlines()
    assert title.startswith(kind)
    assert head.split() == COLUMNS[kind]
    assert [row[:7].rstrip() for row in rows] == NAMES
    assert {len(row) for row in [head, *rows]} == {len(head)}


@pytest.mark.parametrize("kind", MAKERS)
def test_without_names_labels_are_numbered(kind):
    rows = repr(make(kind, None)).splitlines()[2:]
    assert [row[:7] for row in rows] == ["label 0", "label 1", "label 2"]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("n_labels", "n_lines"), [(1, 3), (20, 22), (21, 19)])
def test_many_labels_are_cut_in_the_middle(kind, n_labels, n_lines):
    names = [f"name {index}" for index in range(n_labels)]
    result = make_many(kind, names)
    lines = repr(result).splitlines()
    assert len(lines) == n_lines
    assert lines[2].startswith("name 0")
    assert lines[-1].startswith(names[-1])
    if n_labels > 20:
        assert lines[10] == f"... {n_labels - 16} more"
    assert len(Cells(result._repr_html_()).rows) == n_lines - 1
    assert len(result.to_frame()) == n_labels


@pytest.mark.parametrize("kind", MAKERS)
def test_html_shows_what_the_text_shows(kind):
    head, *rows = Cells(make(kind)._repr_html_()).rows
    assert head == ["", *COLUMNS[kind]]
    shown = [line.split()[-len(head) + 1 :] for line in repr(make(kind)).splitlines()]
    assert [row[1:] for row in rows] == shown[2:]
    assert [row[0] for row in rows] == NAMES


@pytest.mark.parametrize("kind", MAKERS)
def test_html_shows_names_as_text(kind):
    names = ["<script>alert(1)</script>", "a & b", '"><img src=x>']
    html = make(kind, names)._repr_html_()
    cells = Cells(html)
    assert cells.tags == {"div", "table", "thead", "tbody", "tr", "th", "td"}
    assert [row[0] for row in cells.rows[1:]] == names


def test_html_shows_the_objective_as_text():
    tuned = kml.tune_thresholds(Y_TRUE, Y_SCORE, lambda counts: counts.tp - counts.fp)
    assert repr(tuned).startswith("Thresholds for <lambda>")
    assert "<lambda>" not in tuned._repr_html_()


@given(TEXTS)
def test_any_name_takes_one_line_and_adds_no_tag(names):
    for kind in MAKERS:
        result = make_many(kind, names)
        assert len(repr(result).splitlines()) == 2 + len(names)
        cells = Cells(result._repr_html_())
        assert cells.tags == {"div", "table", "thead", "tbody", "tr", "th", "td"}
        assert len(cells.rows) == 1 + len(names)
        repr(result).encode()
        result._repr_html_().encode()


def test_names_are_readable():
    names = ["two\nlines", "\udcff", "日本", "a" * 30 + "b" * 30]
    lines = repr(kml.Thresholds([0.5] * 4, names)).splitlines()[2:]
    assert lines[0].startswith(r"two\nlines ")
    assert lines[1].startswith(r"\udcff ")
    assert lines[3].startswith("a" * 20 + "…" + "b" * 19 + " ")
    # Two columns of a terminal for each of these characters.
    assert len(lines[2]) == len(lines[0]) - 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.25, "0.2500"), (1e-9, "1.000e-09"), (1e300, "1.000e+300"), (np.inf, "inf")],
)
def test_numbers_of_any_size_are_short(value, shown):
    assert repr(kml.Thresholds([value], ["a"])).splitlines()[-1].split() == ["a", shown]


def test_large_counts_are_grouped_and_weights_are_not_rounded_to_integers():
    assert "1,234,567" in repr(kml.Counts([1_234_567], [0], [0], [0]))
    assert "1.5000" in repr(kml.Counts([1.5], [0], [0], [0]))


def test_nothing_is_a_title():
    assert repr(kml.Thresholds([])) == "Thresholds of 0 labels"
    assert kml.Thresholds([])._repr_html_() == "<div>Thresholds of 0 labels</div>"
    empty = kml.count_labels([[], []])
    assert repr(empty) == "LabelCounts of 0 labels in 2 samples"
    assert len(empty.to_frame()) == 0


@pytest.mark.parametrize("kind", MAKERS)
def test_frames_hold_all_and_are_of_pandas_unless_the_input_was_not(kind):
    frame = make(kind).to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == COLUMNS[kind]
    assert list(frame.index) == NAMES
    assert frame.index.name == "label"
    other = MAKERS[kind](FRAMES["polars"](Y_TRUE, NAMES), Y_SCORE).to_frame()
    assert isinstance(other, pl.DataFrame)
    assert other.columns == ["label", *COLUMNS[kind]]
    assert other["label"].to_list() == NAMES
    for name in COLUMNS[kind]:
        np.testing.assert_array_equal(other[name].to_numpy(), frame[name])


def test_frames_of_polars_stay_so_through_sums_and_parts():
    y_true = FRAMES["polars"](Y_TRUE, NAMES)
    counts = kml.confusion_counts(y_true, Y_SCORE >= 0.5)
    explicit = kml.confusion_counts(y_true, Y_SCORE >= 0.5, label_names="abc")
    plain = kml.confusion_counts(Y_TRUE, Y_SCORE >= 0.5)
    histogram = kml.score_histogram(y_true, Y_SCORE)
    lists = kml.count_labels(pl.Series([["a"], ["b", "a"]]))
    for result in (
        counts[["dog", "cat"]],
        counts[::-1],
        counts + counts,
        plain + counts,
        explicit,
        histogram.counts(0.5),
        kml.tune_thresholds(histogram)[1:],
        lists,
        lists + kml.count_labels([["c"]]),
    ):
        assert isinstance(result.to_frame(), pl.DataFrame)


def test_a_frame_may_be_changed():
    tuned = kml.Thresholds([0.1, 0.2])
    frame = tuned.to_frame()
    frame.loc["label 0", "threshold"] = 9
    assert tuned.values[0] == 0.1


def test_without_pandas_the_error_says_how_to_get_it():
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "import keras_multilabel as kml\n"
        "counts = kml.confusion_counts([[1]], [[1]]); repr(counts)\n"
        "try: counts.to_frame()\n"
        "except ImportError as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert 'pip install "keras-multilabel[images]"' in result.stdout
