"""Questions of readers: the site's own search answers each in its first three hits."""

import re
import time
from urllib.parse import quote_plus

import pytest

pytestmark = pytest.mark.browser

# What is typed, and the pages that answer it.
QUESTIONS = {
    "Which threshold should I use?": r"guide/thresholds",
    "How do I install it for JAX?": r"start/install|how_to/jax",
    "stop training on the best F1": r"guide/validation|how_to/early_stopping",
    "macro or micro average?": r"guide/averages",
    "a label without positives": r"guide/averages|guide/traps|more/faq",
    "class_weight": r"guide/imbalance|start/why|compute_class_weight",
    "rare labels": r"guide/imbalance|guide/thresholds",
    "some labels are unknown": r"guide/unknown",
    "labels as strings in a csv": r"guide/readers|read_label_strings|how_to/labels",
    "ImageDataGenerator": r"more/migration|guide/images|how_to/image_data_generator",
    "predict a file and get names": r"guide/deploying|how_to/predict",
    "confidence interval of F1": r"guide/intervals|score_intervals",
    "Is model A better than model B?": r"guide/intervals|compare_models",
    "scores are not probabilities": r"guide/calibration|LabelCalibrator",
    "draw a ROC curve": r"plot_roc|guide/pictures|how_to/roc",
    "k-fold with groups": r"guide/scikit_learn|how_to/cross_validation|GroupKFold",
    "confusion matrix in tensorboard": r"guide/pictures|how_to/tensorboard",
    "several gpus": r"guide/devices",
    "validation set too large for memory": r"guide/large_data|guide/distributed",
    "torchmetrics": r"more/compare",
    "zero_division": r"guide/averages|reference/glossary",
    "my own metric": r"how_to/custom_metric",
    "tune with keras_tuner": r"how_to/keras_tuner",
    "log F1 of each label to mlflow": r"how_to/tensorboard",
    "minimum precision": r"how_to/minimum_precision",
    "not more than 500 positives": r"how_to/limit_positives",
    "pytorch dataloader": r"how_to/pytorch",
    "several outputs": r"how_to/several_outputs",
    "new thresholds without training": r"how_to/retune|guide/deploying",
    "export to onnx": r"how_to/export",
    "top-k labels": r"how_to/top_k",
    "cleanlab": r"how_to/cleanlab",
    "sequence labelling with padding": r"guide/steps|how_to/steps",
}


def hits(visitor, question):
    """The addresses of the first three pages that the search page lists."""
    visitor.go(f"search.html?q={quote_plus(question)}")
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
