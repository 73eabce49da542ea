"""Scores against scikit-learn over the grid of options; what it has no answer to."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given

import keras_multilabel as kml
from tests.strategies import problems

AVERAGES = [None, "micro", "macro", "weighted", "samples"]
ZERO_DIVISIONS = [0.0, 1.0, np.nan]
SCORES = ["precision_score", "recall_score", "f1_score", "jaccard_score"]


@pytest.fixture
def data(rng):
    """Decisions with an empty label, a full one, one never decided, empty rows."""
    y_true = rng.random((200, 8)) < np.linspace(0.02, 0.6, 8)
    y_pred = rng.random((200, 8)) < np.linspace(0.6, 0.05, 8)
    y_true[:, 1], y_true[:, 2], y_pred[:, 3] = 0, 1, 0
    y_true[:, 4] = y_pred[:, 4] = 0
    y_true[:9], y_pred[5:12] = 0, 0
    return y_true.astype(int), y_pred.astype(int), rng.random(200)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", SCORES)
def test_scores_equal_scikit_learn(data, name, average, zero_division, weighted):
    if name == "jaccard_score" and np.isnan(zero_division):
        pytest.skip("scikit-learn's jaccard_score does not take nan")
    y_true, y_pred, weight = data
    options = {
        "average": average,
        "zero_division": zero_division,
        "sample_weight": weight if weighted else None,
    }
    ours = getattr(kml, name)(y_true, y_pred, **options)
    np.testing.assert_allclose(
        ours, getattr(sk, name)(y_true, y_pred, **options), rtol=1e-12
    )
    assert isinstance(ours, np.ndarray if average is None else float)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize("beta", [0, 0.5, 1, 2, np.inf])
def test_fbeta_and_the_four_at_once_equal_scikit_learn(
    data, average, zero_division, beta
):
    y_true, y_pred, weight = data
    options = {
        "average": average,
        "zero_division": zero_division,
        "sample_weight": weight,
        "beta": beta,
    }
    ours = kml.precision_recall_fscore_support(y_true, y_pred, **options)
    theirs = sk.precision_recall_fscore_support(y_true, y_pred, **options)
    for our, their in zip(ours[:3], theirs[:3], strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-12)
    if average is None:
        np.testing.assert_allclose(ours[3], theirs[3], rtol=1e-12)
    else:
        assert ours[3] is theirs[3] is None
    assert kml.fbeta_score(y_true, y_pred, **options) == pytest.approx(
        ours[2], nan_ok=True
    )


@pytest.mark.parametrize("average", AVERAGES)
def test_counts_taken_once_give_the_same_scores(data, average):
    y_true, y_pred, _ = data
    counts = kml.confusion_counts(y_true, y_pred, axis=1 if average == "samples" else 0)
    for name in SCORES:
        score = getattr(kml, name)
        np.testing.assert_array_equal(
            score(counts, average=average), score(y_true, y_pred, average=average)
        )


def test_counts_over_the_wrong_axis_are_refused(data):
    y_true, y_pred, _ = data
    per_label = kml.confusion_counts(y_true, y_pred)
    per_sample = kml.confusion_counts(y_true, y_pred, axis=1)
    with pytest.raises(ValueError, match="counts over axis 1"):
        kml.f1_score(per_label, average="samples")
    with pytest.raises(ValueError, match="counts over axis 0"):
        kml.f1_score(per_sample, average="macro")
    with pytest.raises(ValueError, match="counts over axis 1"):
        kml.subset_accuracy_score(per_label)
    with pytest.raises(TypeError, match="pass them alone"):
        kml.f1_score(per_label, y_pred)
    with pytest.raises(TypeError, match="y_pred is missing"):
        kml.f1_score(y_true)


def test_counts_at_many_thresholds_score_along_the_last_axis(data):
    y_true, y_pred, _ = data
    one = kml.confusion_counts(y_true, y_pred)
    two = kml.confusion_counts(y_true, 1 - y_pred)
    stacked = kml.Counts(
        *(
            np.stack([getattr(one, c), getattr(two, c)])
            for c in ("tp", "fp", "fn", "tn")
        )
    )
    for average in ("micro", "macro", "weighted"):
        np.testing.assert_array_equal(
            kml.f1_score(stacked, average=average),
            [kml.f1_score(one, average=average), kml.f1_score(two, average=average)],
        )
    total = one.sum()
    assert kml.f1_score(total, average="micro") == kml.f1_score(one, average="micro")
    assert kml.f1_score(total, average=None) == kml.f1_score(one, average="micro")
    assert kml.hamming_loss(total) == kml.hamming_loss(one)


@given(problems())
def test_an_unknown_entry_is_as_if_its_sample_were_not_there(problem):
    y_true, y_pred, _, _ = problem
    expected = []
    for truth, decision in zip(y_true.T, y_pred.T, strict=True):
        known = truth >= 0
        column = truth[known, None], decision[known, None]
        expected.append(kml.f1_score(*column) if known.any() else np.nan)
    np.testing.assert_array_equal(kml.f1_score(y_true, y_pred, average=None), expected)


def test_a_label_of_which_nothing_is_known_is_left_out_of_every_average():
    y_true, y_pred = [[1, -1], [0, -1]], [[1, 1], [0, 0]]
    assert kml.f1_score(y_true, y_pred, average=None).tolist() == [
        1.0,
        pytest.approx(np.nan, nan_ok=True),
    ]
    for average in ("micro", "macro", "weighted", "samples"):
        assert kml.f1_score(y_true, y_pred, average=average, zero_division=1.0) == 1.0
    assert kml.hamming_loss(y_true, y_pred) == 0.0


def test_a_perfect_model_scores_one_though_a_label_has_no_positives():
    """TRAPS 14: zero_division=nan leaves the label out."""
    y = [[1, 0], [0, 0], [1, 0]]
    assert kml.f1_score(y, y) == 0.5
    assert kml.f1_score(y, y, zero_division=np.nan) == 1.0


def test_scores_do_not_depend_on_batches(data):
    """TRAPS 4: counts are added, ratios taken once."""
    y_true, y_pred, _ = data
    for size in (1, 7, 64):
        parts = [
            kml.confusion_counts(y_true[s : s + size], y_pred[s : s + size])
            for s in range(0, len(y_true), size)
        ]
        merged = sum(parts[1:], parts[0])
        assert kml.f1_score(merged) == kml.f1_score(y_true, y_pred)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: kml.f1_score([[1]], [[1]], average="binary"),
            ValueError,
            "average must",
        ),
        (
            lambda: kml.f1_score([[1]], [[1]], zero_division=0.5),
            ValueError,
            "0.0, 1.0 or nan",
        ),
        (
            lambda: kml.f1_score([[1]], [[1]], zero_division="warn"),
            ValueError,
            "'warn'",
        ),
        (lambda: kml.fbeta_score([[1]], [[1]], beta=-1), ValueError, "beta must"),
        (
            lambda: kml.f1_score(np.zeros((0, 2)), np.zeros((0, 2))),
            ValueError,
            "one sample",
        ),
    ],
)
def test_bad_input_says_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_scores_take_sparse_matrices():
    sparse = pytest.importorskip("scipy.sparse").csr_array([[1, 0], [0, 1]])
    assert kml.f1_score(sparse, sparse) == 1.0


@pytest.mark.parametrize("average", ["macro", "weighted", "samples"])
def test_pooled_counts_have_no_average(data, average):
    pooled = kml.confusion_counts(*data[:2]).sum()
    needed = "sample.*axis=1" if average == "samples" else "label.*axis=0"
    with pytest.raises(ValueError, match=f"needs counts per {needed}.*got pooled"):
        kml.f1_score(pooled, average=average)
    with pytest.raises(ValueError, match=f"needs counts per {needed}.*got pooled"):
        kml.precision_recall_fscore_support(pooled, average=average)


@pytest.mark.parametrize("average", AVERAGES)
def test_where_nothing_is_known_there_is_no_score(average):
    """Pooled counts gave zero_division, the compiled metric and macro NaN."""
    found = kml.f1_score([[-1, -1]], [[0, 1]], average=average)
    assert np.isnan(found).all()
    pooled = kml.confusion_counts([[-1, -1]], [[0, 1]]).sum()
    assert np.isnan(kml.f1_score(pooled, average="micro"))
