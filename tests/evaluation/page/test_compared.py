import json
import re
from dataclasses import replace

import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page.render import render_page
from tests.evaluation.page.reports import population, report_of


@pytest.fixture
def pair():
    y_true, y_score = population(600, 4)
    names = ["a", "b", "c", "<d>"]
    comparison = kml.compare_models(
        y_true, y_score >= 0.5, y_score >= 0.1, label_names=names, random_state=0
    )
    return report_of(y_true, y_score, names=names), comparison


def test_what_the_page_says(pair):
    report, comparison = pair
    page = render_page(report, comparison)
    assert f"<dd>{comparison.a:.3f}</dd>" in page
    assert "<dt>Model b: macro F1</dt>" in page
    assert "<dd>below 0.001</dd>" in page
    labels = comparison.per_label
    differ = labels.adjusted < 0.05
    better = (differ & (labels.difference > 0)).sum()
    assert 0 < differ.sum() < 4
    assert f"a is better for {better}, b for {differ.sum() - better}" in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    np.testing.assert_allclose(data["compared"]["b"], comparison.per_label.b, atol=5e-6)


def test_without_one_nothing_is_said(pair):
    assert "Two models" not in render_page(pair[0])


def test_labels_must_be_the_same(pair):
    report, comparison = pair
    comparison = replace(comparison, label_names=["b", "a", "c", "<d>"])
    with pytest.raises(ValueError, match=r"same order; got \['b', 'a'"):
        render_page(report, comparison)
    with pytest.raises(TypeError, match="what compare_models gives; got Evaluation"):
        render_page(report, report)
    fewer = report_of(report.y_true[:50], report.y_score[:50])
    with pytest.raises(ValueError, match="report's 50 samples; got one of 600"):
        render_page(fewer, replace(comparison, label_names=None))
    few = report_of(report.y_true[:, :2], report.y_score[:, :2])
    with pytest.raises(ValueError, match="the report's 2 labels; got one of 4"):
        render_page(few, comparison)


@pytest.mark.browser
def test_beside_each_label(pair, show):
    report, comparison = pair
    browser = show(report, comparison)
    label = browser.run("return chosen")
    labels = comparison.per_label
    told = browser.text("#versus").replace("\N{MINUS SIGN}", "-")
    assert told.startswith(f"F1 of model a {labels.a[label]:.3f}, of b ")
    assert f"a - b {labels.difference[label]:+.3f}" in told
    cells = browser.run("return texts('#rows .difference')")
    order = np.argsort(-report.counts.support, kind="stable")
    shown = [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in cells]
    np.testing.assert_allclose(shown, labels.difference[order].round(3), atol=1e-9)
    n_differ = browser.run("return texts('#rows .differs').length")
    assert n_differ == (labels.adjusted < 0.05).sum()
    assert browser.console() == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [1250, 1280, 1400])
def test_names_of_labels_have_room_beside_the_other_columns(pair, show, width):
    browser = show(*pair)
    browser.resize(width, 1000)
    room = "return document.querySelector('#rows .label').clientWidth"
    assert browser.run(room) >= 110
    assert browser.text("th.difference") == "F1 a \N{MINUS SIGN} b"
    browser.resize(1400, 1000)
