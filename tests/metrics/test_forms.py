"""The form of truth and scores does not matter: the numbers in it do."""

import keras  # noqa: F401  (its import shuffles)
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import keras_multilabel as kml
from tests.strategies import (
    SHAPES,
    examples,
    hard_scores,
    problems,
    score_forms,
    truth_forms,
)

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning"),
    pytest.mark.filterwarnings("ignore:There are no known:UserWarning"),
]


def fields(value):
    """What a result holds, to compare bit by bit."""
    if isinstance(value, (tuple, list)):
        return [fields(part) for part in value]
    if hasattr(value, "__dict__"):
        # Data frames bring names, which is their own test.
        parts = {**vars(value), "label_names": None}
        return {name: fields(part) for name, part in parts.items()}
    if isinstance(value, np.ndarray):
        return value.dtype, value.tobytes()
    return repr(value)


def histogram(y_true, y_score):
    found = kml.score_histogram(y_true, y_score)
    return found.negatives, found.positives


OF_TRUTH = {
    "counts": lambda y, y_pred, _: kml.confusion_counts(y, y_pred),
    "f1": lambda y, y_pred, _: kml.f1_score(y, y_pred, average=None),
    "samples": lambda y, y_pred, _: kml.jaccard_score(y, y_pred, average="samples"),
    "confusion": lambda y, y_pred, _: kml.label_confusion_matrix(y, y_pred),
    "roc_auc": lambda y, _, s: kml.roc_auc_score(y, s, average=None),
    "precision": lambda y, _, s: kml.average_precision_score(y, s, average="micro"),
    "histogram": lambda y, _, s: histogram(y, s),
    "thresholds": lambda y, _, s: kml.tune_thresholds(y, s, label_names=None).values,
    "label counts": lambda y, *_: vars(kml.count_labels(y))["positive"],
    "known": lambda y, *_: kml.count_labels(y).known,
    "class weight": lambda y, *_: kml.compute_class_weight(y, "sqrt"),
    "sample weight": lambda y, *_: kml.compute_sample_weight(y),
}


@settings(max_examples=examples(60))
@given(st.data())
def test_truth_in_any_form(data):
    y_true, y_pred, y_score, _ = data.draw(problems())
    form = data.draw(truth_forms(y_true))
    for name, call in OF_TRUTH.items():
        found = fields(call(form, y_pred, y_score))
        assert found == fields(call(y_true, y_pred, y_score)), name


OF_SCORES = {
    "decisions": lambda _, s: kml.apply_thresholds(s, 0.3, at_least_one=True),
    "roc_auc": lambda y, s: kml.roc_auc_score(y, s, average=None),
    "precision": lambda y, s: kml.average_precision_score(y, s, average=None),
    "thresholds": lambda y, s: kml.tune_thresholds(y, s, shrinkage=0).values,
    "jaccard": lambda y, s: kml.tune_thresholds(y, s, "jaccard", average="micro").score,
}


@settings(max_examples=examples(60))
@given(st.data())
def test_scores_in_any_form(data):
    shape = data.draw(SHAPES)
    y_true = data.draw(arrays(np.int8, shape, elements=st.integers(-1, 1)))
    scores = data.draw(hard_scores(shape))
    native = np.float64 if scores.dtype == np.longdouble else scores.dtype.type
    scores = scores.astype(native)
    form = data.draw(score_forms(scores))
    for name, call in OF_SCORES.items():
        assert fields(call(y_true, form)) == fields(call(y_true, scores)), name


@settings(max_examples=examples(50))
@given(st.data())
def test_decisions_in_any_form(data):
    y_true, y_pred, _, weight = data.draw(problems())
    form = data.draw(truth_forms(y_pred))
    for call in (kml.f1_score, kml.hamming_loss, kml.label_confusion_matrix):
        found = call(y_true, form, sample_weight=weight.tolist())
        assert fields(found) == fields(call(y_true, y_pred, sample_weight=weight))


@settings(max_examples=examples(60))
@given(st.data())
def test_labels_per_step_are_rows(data):
    y_true, y_pred, y_score, weight = data.draw(problems())
    n_rows, n_labels = y_true.shape
    n_steps = data.draw(
        st.sampled_from([step for step in range(1, n_rows + 1) if n_rows % step == 0])
    )
    shape = (n_rows // n_steps, n_steps)
    found = [array.reshape(*shape, n_labels) for array in (y_true, y_pred, y_score)]
    for name, call in OF_TRUTH.items():
        assert fields(call(*found)) == fields(call(y_true, y_pred, y_score)), name
    weighted = kml.f1_score(y_true, y_pred, sample_weight=weight)
    per_step = weight.reshape(shape)
    assert fields(weighted) == fields(
        kml.f1_score(found[0], found[1], sample_weight=per_step)
    )
