import json
import re
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page.render import render_page
from tests.evaluation.page.reports import population, report_of


class Differences(NamedTuple):
    a: np.ndarray
    b: np.ndarray
    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray
    adjusted: np.ndarray


def comparison_of(y_true, one, other, names):
    """As `compare_models` gives it, with made-up intervals."""
    a, b = (kml.f1_score(y_true, y_pred, average=None) for y_pred in (one, other))
    difference = a - b
    p_value = np.where(np.arange(len(a)) < 2, 0.004, 0.2)
    labels = Differences(
        a, b, difference, difference - 0.05, difference + 0.04, p_value, 2 * p_value
    )
    return SimpleNamespace(
        a=a.mean(),
        b=b.mean(),
        difference=difference.mean(),
        low=difference.mean() - 0.03,
        high=difference.mean() + 0.02,
        p_value=0.0002,
        per_label=labels,
        metric="f1",
        average="macro",
        confidence=0.95,
        correction="holm",
        label_names=names,
    )


@pytest.fixture
def pair():
    y_true, y_score = population(600, 4)
    names = ["a", "b", "c", "<d>"]
    comparison = comparison_of(y_true, y_score >= 0.5, y_score >= 0.2, names)
    return report_of(y_true, y_score, names=names), comparison


def test_what_the_page_says(pair):
    report, comparison = pair
    page = render_page(report, comparison)
    assert f"<dd>{comparison.a:.3f}</dd>" in page
    assert "<dt>Model b: macro F1</dt>" in page
    assert "<dd>below 0.001</dd>" in page
    better = int((comparison.per_label.difference[:2] > 0).sum())
    assert f"a is better for {better}, b for {2 - better}" in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    np.testing.assert_allclose(data["compared"]["b"], comparison.per_label.b, atol=5e-6)


def test_without_one_nothing_is_said(pair):
    assert "Two models" not in render_page(pair[0])


def test_labels_must_be_the_same(pair):
    report, comparison = pair
    comparison.label_names = ["b", "a", "c", "<d>"]
    with pytest.raises(ValueError, match=r"same order; got \['b', 'a'"):
        render_page(report, comparison)
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
    assert browser.run("return texts('#rows .differs').length") == 2
    assert browser.console() == []
