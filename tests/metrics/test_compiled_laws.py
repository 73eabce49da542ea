"""MultiLabelScores on scores at which a comparison or a bin could go wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import keras_multilabel as kml
from tests.compiled_scores import (
    assert_same_counts,
    assert_same_histogram,
    expected_scores,
)
from tests.strategies import examples

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning"),
]

# One shape, since compilers take a while for each.
SHAPE = (6, 3)
SMALLEST = float(np.finfo(np.float32).smallest_normal)
EDGES = np.float32([0, SMALLEST, 2**-24, 0.25, 0.3, 0.5, 0.75, 1 - 2**-24, 1])
NEAR = np.nextafter(EDGES[:, None], np.float32([0, 1])).ravel().tolist()
LEVELS = sorted({*EDGES.tolist(), *NEAR})
THRESHOLDS = [level for level in LEVELS if level == 0 or level >= SMALLEST]
# A network's rounding, and what it may call 0.
LEVELS += [-0.0, float(np.nextafter(np.float32(1), np.float32(2)))]
SCORES = [
    "f1_score",
    "precision",
    "recall",
    "jaccard",
    "hamming_loss",
    "roc_auc",
    "average_precision",
]


@settings(max_examples=examples(40))
@given(
    y_true=arrays(np.int8, SHAPE, elements=st.integers(-1, 1)),
    y_score=arrays(
        np.float32,
        SHAPE,
        elements=st.sampled_from(LEVELS) | st.floats(0, 1, width=32),
    ),
    threshold=arrays(np.float64, SHAPE[1], elements=st.sampled_from(THRESHOLDS)),
    weight=st.none() | arrays(np.float32, SHAPE[0], elements=st.integers(0, 3)),
    average=st.sampled_from(["micro", "macro", "weighted"]),
)
def test_it_counts_and_scores_as_numpy_does(
    y_true, y_score, threshold, weight, average
):
    if weight is not None:
        weight[0] += 1
    metric = kml.MultiLabelScores(SHAPE[1], threshold, SCORES, average)
    metric.update_state(y_true, y_score, weight)
    decided = kml.apply_thresholds(y_score, threshold)
    assert_same_counts(
        metric.counts, kml.confusion_counts(y_true, decided, sample_weight=weight)
    )
    assert_same_histogram(
        metric.histogram, kml.score_histogram(y_true, y_score, sample_weight=weight)
    )
    expected = expected_scores(metric, y_true, y_score, weight)
    for name, value in metric.result().items():
        assert float(value) == pytest.approx(expected[name], abs=2e-6, nan_ok=True)
