"""Laws of tuning, whatever the scores and weights."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples, hard_problems, problems
from tests.thresholds.cases import BY_LABEL, tune_quietly

NAMES = [name for name in BY_LABEL if name != "callable"]
CHOICES = [(name, average) for name in NAMES for average in (None, "macro", "weighted")]
CHOICES += [(name, "micro") for name in NAMES if name not in ("cost", "prevalence")]
CHOICES = st.sampled_from(CHOICES)


def tune_for(choice, y_true, y_score, weight=None, **options):
    name, average = choice
    return tune_quietly(y_true, y_score, name, weight, average=average, **options)


@settings(max_examples=examples(100))
@given(CHOICES, hard_problems(), st.data())
def test_the_order_of_rows_and_labels_does_not_matter(choice, problem, data):
    y_true, y_score, _ = problem
    rows = data.draw(st.permutations(range(len(y_true))))
    labels = data.draw(st.permutations(range(y_true.shape[1])))
    moved = tune_for(choice, y_true[rows][:, labels], y_score[rows][:, labels])
    whole = tune_for(choice, y_true, y_score)
    np.testing.assert_array_equal(moved.apply(y_score[:, labels]),
                                  whole.apply(y_score)[:, labels])  # fmt: skip


@settings(max_examples=examples(100))
@given(CHOICES, hard_problems(), st.data())
def test_without_shrinkage_a_weight_is_that_many_rows(choice, problem, data):
    y_true, y_score, _ = problem
    weight = data.draw(
        st.lists(st.integers(0, 3), min_size=len(y_true), max_size=len(y_true))
    )
    weight[0] += 1
    rows = np.repeat(np.arange(len(y_true)), weight)
    repeated = tune_for(choice, y_true[rows], y_score[rows], shrinkage=0)
    weighted = tune_for(choice, y_true, y_score, weight, shrinkage=0)
    np.testing.assert_array_equal(weighted.values, repeated.values)


@settings(max_examples=examples(100))
@given(CHOICES, hard_problems(), st.integers(-900, 900))
def test_the_size_of_weights_does_not_matter(choice, problem, exponent):
    y_true, y_score, weight = problem
    near_one = np.ldexp(weight, -np.frexp(weight.max())[1])
    tuned = tune_for(choice, y_true, y_score, near_one)
    scaled = tune_for(choice, y_true, y_score, np.ldexp(near_one, exponent))
    np.testing.assert_array_equal(scaled.values, tuned.values)


@settings(max_examples=examples(100))
@given(CHOICES, problems(levels=8), st.data())
def test_merged_histograms_are_tuned_as_the_whole(choice, problem, data):
    y_true, _, y_score, _ = problem
    rows = np.array(data.draw(st.permutations(range(len(y_true)))))
    parts = np.array_split(rows, data.draw(st.integers(1, len(rows))))
    found = [kml.score_histogram(y_true[part], y_score[part]) for part in parts]
    merged = tune_for(choice, sum(found[1:], found[0]), None, shrinkage=0)
    whole = tune_for(choice, kml.score_histogram(y_true, y_score), None, shrinkage=0)
    np.testing.assert_array_equal(merged.values, whole.values)
    # Scores of eighths are edges of bins: the histogram is exact.
    exact = tune_for(choice, y_true, y_score, shrinkage=0)
    np.testing.assert_allclose(merged.score, exact.score, rtol=1e-12)
