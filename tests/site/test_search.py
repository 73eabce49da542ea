"""Questions of readers: the site's own search answers each in its first three hits."""

import re
import time

import pytest

pytestmark = pytest.mark.browser

# What is typed, and the pages that answer it.
QUESTIONS = {
    "threshold": r"guide/thresholds|how_to/.*threshold",
    "install jax": r"start/install|how_to/.*jax",
    "early stopping f1": r"guide/validation|how_to/",
    "macro or micro average": r"guide/averages",
    "class weight": r"guide/imbalance|how_to/",
    "rare labels": r"guide/imbalance|guide/thresholds|how_to/",
    "missing labels unknown": r"guide/unknown",
    "label strings csv": r"guide/readers|read_label_strings|how_to/",
    "ImageDataGenerator": r"more/migration|guide/images|how_to/",
    "deploy label names": r"guide/deploying|how_to/",
    "confidence interval f1": r"guide/intervals|score_intervals",
    "compare two models": r"guide/intervals|compare_models|tutorials/|examples/",
    "calibrated probabilities": r"guide/calibration|LabelCalibrator",
    "roc curve": r"plot_roc|how_to/|guide/pictures",
    "stratified folds groups": r"guide/scikit_learn|StratifiedGroupKFold|how_to/",
    "tensorboard confusion matrix": r"guide/pictures|how_to/",
    "several gpus": r"guide/devices|how_to/",
    "more data than memory": r"guide/large_data|guide/distributed|tutorials/|examples/",
    "torchmetrics": r"more/compare|how_to/",
    "zero division": r"guide/averages|reference/glossary",
}


def hits(visitor, question):
    """The addresses of the first three pages that the search page lists."""
    visitor.go(f"search.html?q={question.replace(' ', '+')}")
    for _ in range(200):
        links = visitor.run(
            "return [...document.querySelectorAll('#search-results ul.search li > a')]"
            ".map((link) => new URL(link.href).pathname)"
        )
        summary = visitor.run(
            "return document.querySelector('.search-summary')?.innerText ?? ''"
        )
        if summary:
            break
        time.sleep(0.05)
    return list(dict.fromkeys(link.lstrip("/") for link in links))[:3]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_in_the_first_three_hits(visitor, question):
    found = hits(visitor, question)
    assert any(re.search(QUESTIONS[question], page) for page in found), found
