import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page import encoding
from keras_multilabel.evaluation.page.render import render_page
from tests.evaluation.page.decoding import unpacked
from tests.evaluation.page.reports import population, report_of

NASTY = "</script><script>alert(1)</script>"


class Elements(HTMLParser):
    """Which elements and attributes there are, and what scripts and styles hold."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        # (What follows such an element begins with the end of the line.)
        if self.lasttag in ("script", "style") and data.strip():
            self.inside.append((self.lasttag, data))

    def of_kind(self, tag):
        return [text for name, text in self.inside if name == tag]

    def of(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))


def a_report(n_samples=300, n_labels=4, **options):
    y_true, y_score = population(n_samples, n_labels)
    return report_of(y_true, y_score, **options)


def test_the_data_is_that_of_the_report():
    report = a_report(
        thresholds=[0.5, 0.31, 0.123456789, 0.9], names=["a", "b", "c", "d"]
    )
    data = data_of(render_page(report))
    assert data["labels"] == ["a", "b", "c", "d"]
    assert data["own"] == [0.5, 0.31, 0.123456789, 0.9]
    assert data["counts"]["tp"] == report.counts.tp.tolist()
    assert data["effective"] is None
    f1 = [value for value, _, _ in data["reported"]["f1_score"]]
    np.testing.assert_allclose(f1, kml.f1_score(report.counts, average=None), atol=5e-6)
    stream = unpacked(data["bins"])
    filled = sum(stream[:4])
    assert sum(stream[-filled:]) == report.counts.support.sum()


def test_averages_stand_in_the_page_itself():
    report = a_report()
    page = render_page(report)
    value, low, high = report.intervals.averages["macro"]["f1_score"]
    assert f"<b>{value:.3f}</b><span>{low:.3f} \N{EN DASH} {high:.3f}</span>" in page


@pytest.mark.parametrize(
    "name", [NASTY, '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"]
)
def test_names_are_text(name):
    report = replace(a_report(names=[name, "b", "c", "d"]), tuned_on=name)
    page = render_page(report)
    assert data_of(page)["labels"][0] == name
    elements = Elements(page)
    assert len(elements.of("script")) == 2
    assert not elements.of("img")
    head = page.partition('<script type="application/json"')[0]
    assert f" · thresholds: {name}</p>" in html.unescape(head)


def test_the_policy_lets_its_own_script_and_style_run_alone():
    page = render_page(a_report())
    elements = Elements(page)
    (policy,) = (
        attributes["content"]
        for attributes in elements.of("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    (style,) = elements.of_kind("style")
    _, script = elements.of_kind("script")
    assert f"script-src {encoding.csp_hash(script)};" in policy
    assert f"style-src {encoding.csp_hash(style)};" in policy


def test_nothing_is_fetched_and_nothing_stands_in_attributes():
    for tag, attributes in Elements(render_page(a_report())).found:
        assert not {"src", "href", "style", "action"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag


def test_pictures_of_the_worst():
    images = [np.full((40, 40), row % 256, np.uint8) for row in range(300)]
    report = a_report(images=images)
    pictures = data_of(render_page(report))["pictures"]
    misses, alarms = pictures["worst"][0]
    rows = [row for row, _ in misses]
    is_miss = (report.y_true[:, 0] == 1) & (report.y_pred[:, 0] == 0)
    assert is_miss[rows].all()
    scores = [score for _, score in misses]
    assert scores == sorted(scores)
    np.testing.assert_allclose(scores, report.y_score[rows, 0], atol=5e-6)
    assert {str(row) for row in rows} <= set(pictures["images"])
    assert [row for row, _ in alarms]


def test_decisions_alone():
    y_true, y_score = population(200, 3)
    data = data_of(render_page(report_of(y_true, None, y_pred=y_score >= 0.5)))
    assert not data["adjustable"]
    assert "roc_auc" not in data["reported"]


def test_weights_count_by_their_effective_number(rng):
    y_true, y_score = population(300, 3)
    weight = rng.choice([0.5, 2.0], 300)
    data = data_of(render_page(report_of(y_true, y_score, weight=weight)))
    # Kish: the square of the weights' sum over the sum of their squares.
    share = weight.sum() / (weight**2).sum()
    np.testing.assert_allclose(data["effective"], share, rtol=0.1)
    assert data["unit"] != 1


@pytest.mark.parametrize(
    ("y_true", "y_score"),
    [
        ([[1]], [[0.7]]),
        ([[0]], [[0.7]]),
        ([[1], [1]], [[0.7], [0.2]]),
        ([[1, -1], [0, -1]], [[0.5, 0.1], [0.5, 0.2]]),
        ([[1, 0, 1]], [[0.5, 0.1, 0.9]]),
    ],
)
@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_small_and_odd_data(y_true, y_score, dtype):
    data = data_of(render_page(report_of(y_true, np.array(y_score, dtype))))
    assert len(data["labels"]) == len(y_true[0])


def test_scores_of_any_scale_have_no_reliability():
    y_true, y_score = population(200, 3)
    data = data_of(
        render_page(report_of(y_true, 20 * y_score - 10, [0.0, 1.5, np.inf]))
    )
    assert not data["probabilities"]
    assert data["own"] == [0.0, 1.5, "inf"]


def test_the_sizes_that_were_promised():
    y_true, y_score = population(5_000, 80)
    assert len(render_page(report_of(y_true, y_score)).encode()) < 150_000


def test_without_jinja_it_says_what_to_install():
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from keras_multilabel.evaluation.page.render import render_page\n"
        "render_page(None)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert 'pip install "keras-multilabel[report]"' in answer.stderr
