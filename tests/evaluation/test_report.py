"""A report as it is read: printed, in a notebook, as a frame, as JSON."""

import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import polars as pl
import pytest

import keras_multilabel as kml

NAMES = ["person", "a chair with a rather long name for a label", "<b>boat</b>", "牛"]
SCRIPT = "<script>alert(1)</script>"


def make(n_labels=4, names=None, n=300, **options):
    rng = np.random.default_rng(0)
    prevalence = np.geomspace(0.4, 0.02, n_labels)
    y_true = (rng.random((n, n_labels)) < prevalence).astype(int)
    y_score = 1 / (1 + np.exp(1.5 - 2 * y_true + rng.normal(size=y_true.shape)))
    return kml.evaluation_report(y_true, y_score, label_names=names, **options)


def lines_of(report):
    return repr(report).splitlines()


def test_it_prints_as_a_table():
    title, thresholds, averaged, _, head, blank, *rows = lines_of(make(names=NAMES))
    assert title == "EvaluationReport of 4 labels in 300 samples, with 95 % intervals"
    assert thresholds == "Thresholds: 0.5, not tuned"
    assert averaged.startswith("Labels averaged: 4; with fewer than 10 positives")
    assert averaged.endswith(": 2")
    assert blank == ""
    expected = "precision recall f1-score 95 % interval AP ROC AUC threshold support"
    assert head.split() == expected.split()
    assert [row.split()[0] for row in rows[:4]] == ["person", "a", "<b>boat</b>", "牛"]
    # Chinese characters take two columns.
    assert len(rows[3]) == len(rows[0]) - 1 == len(head) - 1
    averages = rows[5:10]
    assert [row[: row.index("0.")].strip() for row in averages] == [
        "micro avg",
        "macro avg",
        "weighted avg",
        "samples avg",
        "macro 10+",
    ]
    assert {len(row) for row in averages[:4]} == {len(head)}
    assert [row.split()[0] for row in rows[13:]] == [
        "subset",
        "hamming",
        "label",
        "coverage",
        "label",
    ]


def test_it_shows_the_numbers():
    report = make(names=["a", "b", "c", "d"], confidence=0.9, thresholds=0.25)
    row = next(line for line in lines_of(report) if line.strip().startswith("b "))
    interval = report.intervals.per_label["f1_score"]
    value, low, high = (f"{end[1]:.3f}" for end in interval)
    precision = report.intervals.per_label["precision"].value[1]
    assert row.split()[1] == f"{precision:.3f}"
    assert row.split()[3:6] == [value, f"[{low},", f"{high}]"]
    assert row.split()[-2:] == ["0.2500", str(report.counts.support[1])]
    assert "90 % interval" in repr(report)


@pytest.mark.parametrize(
    ("n_labels", "n_rows"), [(1, 1), (20, 20), (21, 17), (500, 17)]
)
def test_many_labels_are_cut_in_the_middle(n_labels, n_rows):
    report = make(n_labels, n=40)
    rows = lines_of(report)[6:]
    assert rows.index("") == n_rows
    assert ("... 484 more" in repr(report)) == (n_labels == 500)
    assert len(report.to_frame()) == n_labels


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen, self.text = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_in_notebooks_names_are_text():
    names = [SCRIPT, "b & c", '"d"', NAMES[1]]
    html = Tags(make(names=names)._repr_html_())
    assert html.seen == {"div", "br", "table", "thead", "tbody", "tr", "th", "td"}
    assert {SCRIPT, "b & c", '"d"', "micro avg", "hamming loss"} <= set(html.text)
    assert "Thresholds: 0.5, not tuned" in html.text
    by_lambda = kml.tune_thresholds(
        [[1], [0]], [[0.9], [0.1]], lambda counts: counts.tp
    )
    told = kml.evaluation_report([[1], [1]], [[0.3], [0.2]], by_lambda)._repr_html_()
    assert "given, tuned for &lt;lambda&gt;" in told


def test_the_frame_has_every_score_with_its_ends():
    report = make(names=NAMES, thresholds=[0.1, 0.2, 0.3, np.inf])
    frame = report.to_frame()
    assert frame.index.tolist() == NAMES
    scores = ["precision", "recall", "f1_score", "average_precision", "roc_auc"]
    expected = [s + end for s in scores for end in ("", "_low", "_high")]
    assert frame.columns.tolist() == [*expected, "threshold", "support"]
    for score in scores:
        for end, name in zip(report.intervals.per_label[score], frame, strict=False):
            assert name
            assert len(end) == 4
        np.testing.assert_array_equal(
            frame[f"{score}_high"], report.intervals.per_label[score].high
        )
    assert frame["support"].dtype == report.counts.support.dtype


def test_the_frame_with_averages():
    report = make(names=NAMES)
    frame = report.to_frame(averages=True)
    assert frame.index.tolist()[4:] == [
        "micro avg",
        "macro avg",
        "weighted avg",
        "samples avg",
    ]
    macro = report.intervals.averages["macro"]["recall"]
    row = frame.loc["macro avg"]
    assert row[["recall", "recall_low", "recall_high"]].tolist() == list(macro)
    assert np.isnan(row["threshold"])
    assert row["support"] == report.counts.support.sum()
    assert np.isnan(frame.loc["samples avg", "roc_auc"])
    assert frame.to_latex().count("avg") == 4


def test_the_frame_is_of_the_library_that_the_names_came_with():
    y = [[1, 0], [0, 1]]
    pandas = kml.evaluation_report(pd.DataFrame(y, columns=["a", "b"]), y_pred=y)
    polars = kml.evaluation_report(pl.DataFrame(y, schema=["a", "b"]), y_pred=y)
    assert isinstance(pandas.to_frame(), pd.DataFrame)
    frame = polars.to_frame(averages=True)
    assert isinstance(frame, pl.DataFrame)
    assert frame["label"].to_list()[:3] == ["a", "b", "micro avg"]


def strict(value):
    raise AssertionError(f"{value} is no JSON")


def test_to_dict_is_strict_json():
    report = make(names=NAMES, thresholds=[0.1, np.inf, -np.inf, 0.3])
    found = json.loads(json.dumps(report.to_dict()), parse_constant=strict)
    assert found == report.to_dict()
    assert found["labels"][NAMES[1]]["threshold"] == "inf"
    assert found["averages"]["samples"].keys() == {"precision", "recall", "f1_score"}
    f1 = found["labels"]["person"]["f1_score"]
    assert list(f1) == ["value", "low", "high"]
    assert f1["value"] == report.intervals.per_label["f1_score"].value[0]
    assert found["n_labels_below_10_positives"] == 2
    assert found["tuned_on"].startswith("given")
    assert found["labels"]["person"]["tp"] == report.counts.tp[0]


def test_what_is_undefined_is_none_and_a_dash():
    report = kml.evaluation_report([[1, -1], [1, -1]], [[0.6, 0.2], [0.7, 0.3]])
    found = json.loads(json.dumps(report.to_dict()), parse_constant=strict)
    assert found["labels"]["label 1"]["f1_score"] == dict.fromkeys(
        ("value", "low", "high")
    )
    assert found["labels"]["label 0"]["roc_auc"]["value"] is None
    assert found["n_labels_averaged"] == 1
    row = next(line for line in lines_of(report) if "label 1" in line)
    assert row.split()[2:8] == ["-"] * 6


def test_weights_are_shown_with_a_decimal():
    y = np.array([[1, 0], [1, 1]])
    report = kml.evaluation_report(y, y_pred=y, sample_weight=[0.5, 2])
    row = next(line for line in lines_of(report) if "label 0" in line)
    assert row.split()[-1] == "2.5"


def test_to_html_writes_the_page(tmp_path):
    report = make(names=[SCRIPT, "b", "c", "d"])
    path = report.to_html(str(tmp_path / "report.html"))
    assert path == tmp_path / "report.html"
    html = path.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert SCRIPT not in html
    with pytest.raises(FileNotFoundError):
        report.to_html(tmp_path / "nothere" / "report.html")
