"""average="samples": from each label's own optimum to one of the mean of samples."""

import numpy as np
import pytest
from hypothesis import given, settings

import keras_multilabel as kml
from tests.strategies import examples, problems
from tests.thresholds.cases import OBJECTIVES, averaged, cuts, first_labels, scene, tune


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=examples(50), deadline=None)
@given(problem=problems(levels=6))
def test_samples_never_ends_lower_than_macro_and_at_an_optimum(name, problem):
    problem = first_labels(problem, 4)
    slow = OBJECTIVES[name][1]
    start = averaged(problem, tune(problem, name).values, slow, "samples")
    tuned = tune(problem, name, average="samples")
    end = averaged(problem, tuned.values, slow, "samples")
    assert tuned.score == pytest.approx(end)
    assert end >= start - 1e-12
    for column, score in enumerate(problem[2].T):
        for cut in cuts(score):
            other = np.where(np.arange(len(tuned)) == column, cut, tuned.values)
            assert averaged(problem, other, slow, "samples") <= end + 1e-9


def test_permuting_labels_hardly_changes_the_score(rng):
    """The ascent takes the labels in turn."""
    y_true, y_score = scene(rng)
    order = rng.permutation(6)
    options = {"average": "samples", "shrinkage": 0}
    straight = kml.tune_thresholds(y_true, y_score, **options)
    permuted = kml.tune_thresholds(y_true[:, order], y_score[:, order], **options)
    assert permuted.score == pytest.approx(straight.score, abs=0.02)
