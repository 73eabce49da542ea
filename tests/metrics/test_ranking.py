"""Average precision and ROC AUC against scikit-learn, on scores of any kind."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from sklearn.exceptions import UndefinedMetricWarning

import keras_multilabel as kml
from tests.strategies import problems

AVERAGES = [None, "micro", "macro", "weighted", "samples"]


@pytest.fixture
def ranked(rng):
    """Scores with ties; a label without positives, one without negatives."""
    y_true = rng.random((300, 7)) < np.linspace(0.03, 0.7, 7)
    y_score = (rng.random((300, 7)) + 0.3 * y_true).round(2)
    return y_true.astype(int), y_score, rng.random(300)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ranking_scores_equal_scikit_learn(ranked, average, weighted, dtype):
    y_true, y_score, weight = ranked
    if average == "samples":
        y_true[:, 0], y_true[:, 1] = 0, 1
    y_score = y_score.astype(dtype)
    options = {"average": average, "sample_weight": weight if weighted else None}
    for name in ("average_precision_score", "roc_auc_score"):
        np.testing.assert_allclose(
            getattr(kml, name)(y_true, y_score, **options),
            getattr(sk, name)(y_true, y_score, **options),
            rtol=1e-12,
        )


@pytest.mark.parametrize(
    "transform", [lambda s: 20 * s - 10, lambda s: -1 / (s + 1), np.floor]
)
def test_any_scale_of_scores_ranks_alike(ranked, transform):
    """TRAPS 27: negatives, -0.0, values above 1, constant scores."""
    y_true, y_score, _ = ranked
    y_score = transform(y_score)
    y_score[::3] *= -1.0
    for name in ("average_precision_score", "roc_auc_score"):
        np.testing.assert_allclose(
            getattr(kml, name)(y_true, y_score, average=None),
            getattr(sk, name)(y_true, y_score, average=None),
            rtol=1e-12,
        )


@pytest.mark.parametrize("dtype", [np.float16, np.int8, bool])
def test_coarse_scores_are_exact(ranked, dtype):
    y_true, y_score, _ = ranked
    y_score = (10 * y_score).astype(dtype)
    np.testing.assert_allclose(
        kml.average_precision_score(y_true, y_score, average=None),
        sk.average_precision_score(y_true, y_score.astype(float), average=None),
        rtol=1e-12,
    )


def test_negative_zero_ties_with_zero():
    assert kml.roc_auc_score([[1], [0]], [[-0.0], [0.0]]) == 0.5


def test_saturated_scores_keep_their_order():
    """TRAPS 13: rare and close to 0, where 200 even thresholds see nothing."""
    y_score = np.array([[1e-30], [2e-30], [3e-30], [1.0]], np.float32)
    assert kml.roc_auc_score([[0], [1], [0], [1]], y_score) == 0.75


def test_roc_auc_of_one_sided_labels_is_left_out_with_one_warning():
    y_true, y_score = [[1, 0, 1], [0, 0, 1]], [[0.9, 0.1, 0.2], [0.2, 0.3, 0.1]]
    with pytest.warns(
        UndefinedMetricWarning, match="columns 1, 2 is undefined"
    ) as caught:
        assert kml.roc_auc_score(y_true, y_score) == 1.0
    assert len(caught) == 1
    np.testing.assert_array_equal(
        kml.roc_auc_score(y_true, y_score, average=None), [1.0, np.nan, np.nan]
    )
    assert kml.roc_auc_score(y_true, y_score, zero_division=0.0) == pytest.approx(1 / 3)


def test_average_precision_without_positives():
    y_true, y_score = [[1, 0], [0, 0]], [[0.9, 0.1], [0.2, 0.3]]
    assert kml.average_precision_score(y_true, y_score) == 0.5
    with pytest.warns(UndefinedMetricWarning, match="columns 1 is"):
        assert kml.average_precision_score(y_true, y_score, zero_division=np.nan) == 1.0


@given(problems())
def test_an_unknown_entry_is_as_if_its_sample_were_not_there(problem):
    y_true, _, y_score, _ = problem
    expected = []
    for truth, score in zip(y_true.T, y_score.T, strict=True):
        known = truth >= 0
        column = truth[known, None], score[known, None]
        expected.append(kml.average_precision_score(*column) if known.any() else np.nan)
    np.testing.assert_allclose(
        kml.average_precision_score(y_true, y_score, average=None), expected
    )


@given(problems())
def test_ranking_with_weight_two_is_a_row_twice(problem):
    y_true, _, y_score, weight = problem
    twice = np.repeat(np.arange(len(y_true)), weight.astype(int))
    if len(twice) == 0:
        return
    for score in (kml.average_precision_score, kml.roc_auc_score):
        np.testing.assert_allclose(
            score(y_true, y_score, average="micro", sample_weight=weight),
            score(y_true[twice], y_score[twice], average="micro"),
        )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kml.roc_auc_score([[1]], [[np.nan]]), ValueError, "row 0, column 0"),
        (lambda: kml.roc_auc_score([[1]], [[0.1, 0.2]]), ValueError, "one column per"),
        (
            lambda: kml.roc_auc_score([[1]], [["a"]]),
            TypeError,
            "y_score must be numbers",
        ),
        (lambda: kml.roc_auc_score([[3]], [[0.1]]), ValueError, "got 3"),
        (lambda: kml.average_precision_score([1], [0.1]), ValueError, "n_labels"),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_sample_of_weight_0_is_as_if_it_were_not_there():
    """Also where it is the only one of which anything is known."""
    y_true, y_score, weight = [[-1, -1], [1, 0]], [[0.2, 0.1], [0.3, 0.4]], [1, 0]
    for score in (kml.average_precision_score, kml.roc_auc_score):
        for average in (None, "micro", "macro", "weighted", "samples"):
            found = score(y_true, y_score, average=average, sample_weight=weight)
            assert np.isnan(found).all()
