"""The door for arrays: every form of truth, scores and weights, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

import keras_multilabel as kml

TRUTH = [[1, 0], [0, 1], [1, 1]]
SCORES = [[0.9, 0.2], [0.3, 0.8], [0.4, 0.6]]
NULLABLE = [
    "Float64",
    "Int64",
    "boolean",
    "float64[pyarrow]",
    "int64[pyarrow]",
    "bool[pyarrow]",
]
FIRST_UNKNOWN = [[-1, 0], [0, 1], [1, 1]]


def counts(y_true, y_pred=TRUTH, **options):
    names = ["a", "b"]
    return repr(kml.confusion_counts(y_true, y_pred, label_names=names, **options))


def frame(dtype, rows=TRUTH):
    if dtype.endswith("[pyarrow]"):
        pytest.importorskip("pyarrow")
    return pd.DataFrame(rows, columns=["a", "b"]).astype(dtype)


def csr_with_duplicates():
    return sparse.csr_matrix(
        (np.array([1, 1, 1], np.int8), [0, 0, 1], [0, 2, 3]), shape=(2, 2)
    )


def csc_with_duplicates():
    return sparse.csc_matrix(
        (np.array([1, 1, 1], np.int8), [0, 0, 1], [0, 2, 3]), shape=(2, 2)
    )


@pytest.mark.parametrize("make", [csr_with_duplicates, csc_with_duplicates])
@pytest.mark.parametrize(
    "call",
    [
        lambda y: kml.confusion_counts(y, np.eye(2)),
        lambda y: kml.ScoreHistogram(2).update(y, np.full((2, 2), 0.5)),
        kml.count_labels,
        kml.compute_class_weight,
        kml.compute_sample_weight,
        lambda y: kml.roc_auc_score(y, np.eye(2)),
    ],
)
def test_duplicates_of_sparse_matrices_are_summed_first(make, call):
    y = make()
    with pytest.raises(ValueError, match="got 2"):
        call(y)
    assert y.nnz == 3
    assert y.data.tolist() == [1, 1, 1]


def test_duplicates_that_add_up_to_a_target_count_once():
    y = csr_with_duplicates()
    y.data[1] = 0
    histogram = kml.score_histogram(y, np.eye(2))
    np.testing.assert_array_equal(histogram.positives.sum(0), [1, 1])
    np.testing.assert_array_equal(histogram.negatives.sum(0), [1, 1])


@pytest.mark.parametrize("dtype", NULLABLE)
def test_nullable_frames_are_numbers_and_missing_truth_is_unknown(dtype):
    y = frame(dtype)
    assert counts(y) == counts(TRUTH)
    y.iloc[0, 0] = pd.NA
    assert counts(y) == counts(FIRST_UNKNOWN)
    with pytest.raises(ValueError, match=r"<NA>.*at row 0, column 0"):
        kml.roc_auc_score(TRUTH, y)
    with pytest.raises(ValueError, match="y_pred must hold predictions"):
        kml.f1_score(TRUTH, y)


def test_frames_of_polars_with_nulls():
    y = pl.DataFrame({"a": [None, False, True], "b": [False, True, True]})
    assert counts(y) == counts(FIRST_UNKNOWN)
    y = pl.DataFrame({"a": [None, 0, 1], "b": [0, 1, 1]})
    assert counts(y) == counts(FIRST_UNKNOWN)


def test_a_column_without_numbers_is_named():
    y = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": ["x", "y"]})
    with pytest.raises(TypeError, match=r"column 'b' is of String.*encode_labels"):
        kml.confusion_counts(y, [[1, 0], [0, 1]])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_masked_truth_is_unknown(dtype):
    y = np.ma.array(TRUTH, dtype=dtype, mask=[[1, 0], [0, 0], [0, 0]])
    assert counts(y) == counts(FIRST_UNKNOWN)
    assert kml.count_labels(y).known.tolist() == [2, 3]
    assert counts(np.ma.array(TRUTH)) == counts(TRUTH)


def test_masked_scores_decisions_and_weights_are_refused():
    masked = np.ma.array(TRUTH, mask=[[0, 0], [0, 1], [0, 0]])
    with pytest.raises(ValueError, match=r"masked entries.*row 1, column 1"):
        kml.roc_auc_score(TRUTH, masked)
    with pytest.raises(ValueError, match="masked entries"):
        kml.score_histogram(TRUTH, masked)
    with pytest.raises(ValueError, match="one is missing"):
        kml.confusion_counts(TRUTH, masked)
    weight = np.ma.array([1, 1, 1], mask=[1, 0, 0])
    with pytest.raises(ValueError, match="masked entries"):
        kml.f1_score(TRUTH, TRUTH, sample_weight=weight)


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i8", ">i2", "longdouble", "<f2"])
def test_scores_of_any_dtype_are_compared_as_they_are(rng, dtype):
    y_true = rng.integers(0, 2, (50, 3))
    scores = rng.integers(0, 9, (50, 3)).astype(dtype)
    expected = kml.roc_auc_score(y_true, scores.astype(np.float64), average=None)
    np.testing.assert_array_equal(
        kml.roc_auc_score(y_true, scores, average=None), expected
    )
    thresholds = kml.tune_thresholds(y_true, scores).values
    expected = kml.tune_thresholds(y_true, scores.astype(np.float64)).values
    np.testing.assert_array_equal(thresholds, expected)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_integers_that_floats_would_round_are_refused(dtype):
    scores = np.array([[2**53 + 1], [2**53]], dtype)
    with pytest.raises(ValueError, match=r"beyond 2\^53.*ranks"):
        kml.roc_auc_score([[1], [0]], scores)
    assert kml.roc_auc_score([[1], [0]], scores - 1) == 1


def test_long_doubles_that_do_not_fit_are_refused():
    if np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("a longdouble is a float64 here")
    scores = np.array([[1], [1]], np.longdouble)
    scores[0] += np.finfo(np.longdouble).eps
    for call in (kml.roc_auc_score, kml.score_histogram):
        with pytest.raises(ValueError, match="y_score must fit float64 exactly"):
            call([[1], [0]], scores)


@pytest.mark.parametrize("library", [pd, pl])
@pytest.mark.parametrize(
    "call",
    [
        kml.roc_auc_score,
        kml.score_histogram,
        kml.tune_thresholds,
        lambda y, s: kml.ScoreHistogram(2).update(y, s),
        lambda y, s: kml.ThresholdTuner().fit(s, y),
        lambda y, s: kml.f1_score(y, kml_decisions(s)),
        lambda y, s: kml.label_confusion_matrix(y, kml_decisions(s)),
    ],
)
def test_frames_must_have_their_columns_in_one_order(library, call):
    y_true = library.DataFrame({"a": [1, 0, 1], "b": [0, 1, 1]})
    y_score = library.DataFrame({"b": [0.2, 0.8, 0.6], "a": [0.9, 0.3, 0.4]})
    with pytest.raises(
        ValueError, match=r"same order; column 0 is 'b', in y_true 'a'. Put"
    ):
        call(y_true, y_score)
    call(y_true, y_score[["a", "b"]])
    with pytest.raises(ValueError, match="rename"):
        call(
            y_true,
            y_score.rename(columns={"b": "c"})
            if library is pd
            else y_score.rename({"b": "c"}),
        )


def kml_decisions(scores):
    """Decisions of a frame, a frame again."""
    kind = type(scores)
    return kind(
        {name: [int(s >= 0.5) for s in scores[name]] for name in scores.columns}
    )


def test_names_that_were_not_given_do_not_count():
    named = pd.DataFrame(TRUTH, columns=["a", "b"])
    unnamed = (pd.DataFrame(SCORES), pl.DataFrame(SCORES, orient="row"), SCORES)
    for scores in unnamed:
        assert kml.roc_auc_score(named, scores) == kml.roc_auc_score(TRUTH, SCORES)
    pd_named = pd.DataFrame(SCORES, columns=["a", "b"])
    assert kml.roc_auc_score(named, pd_named) == kml.roc_auc_score(TRUTH, SCORES)


@pytest.mark.parametrize(
    "call",
    [
        lambda w: kml.f1_score(TRUTH, TRUTH, sample_weight=w),
        lambda w: kml.confusion_counts(TRUTH, TRUTH, sample_weight=w),
        lambda w: kml.multilabel_confusion_matrix(TRUTH, TRUTH, sample_weight=w),
        lambda w: kml.label_confusion_matrix(TRUTH, TRUTH, sample_weight=w),
        lambda w: kml.roc_auc_score(TRUTH, SCORES, sample_weight=w),
        lambda w: kml.average_precision_score(TRUTH, SCORES, sample_weight=w),
        lambda w: kml.tune_thresholds(TRUTH, SCORES, sample_weight=w),
        lambda w: kml.ThresholdTuner().fit(SCORES, TRUTH, w),
    ],
)
def test_weights_of_0_throughout_are_refused(call):
    with pytest.raises(ValueError, match="must not be 0 for all samples; got 3 zeros"):
        call([0, 0, 0])
    call(pd.Series([1, 0, 2], dtype="Float64"))


def test_a_part_may_have_no_weight():
    histogram = kml.ScoreHistogram(2)
    histogram.update(TRUTH, SCORES, [0, 0, 0])
    assert histogram.positives.sum() == 0


def probabilities(scores=SCORES):
    """As `MultiOutputClassifier.predict_proba` gives them."""
    return [np.stack([1 - column, column], axis=1) for column in np.array(scores).T]


def test_lists_of_predict_proba_are_scores():
    expected = kml.roc_auc_score(TRUTH, SCORES)
    assert kml.roc_auc_score(TRUTH, probabilities()) == expected
    tuned = kml.tune_thresholds(TRUTH, probabilities(), cv=None)
    np.testing.assert_array_equal(
        tuned.values, kml.tune_thresholds(TRUTH, SCORES).values
    )
    np.testing.assert_array_equal(
        kml.apply_thresholds(probabilities(), 0.5), kml.apply_thresholds(SCORES, 0.5)
    )
    histogram = kml.score_histogram(TRUTH, probabilities())
    assert kml.roc_auc_score(histogram) == kml.roc_auc_score(
        kml.score_histogram(TRUTH, SCORES)
    )


def test_lists_of_scikit_learn(rng):
    from sklearn.linear_model import LogisticRegression
    from sklearn.multioutput import MultiOutputClassifier

    x, y = rng.random((60, 4)), rng.integers(0, 2, (60, 3))
    model = MultiOutputClassifier(LogisticRegression()).fit(x, y)
    scores = np.stack([p[:, 1] for p in model.predict_proba(x)], axis=1)
    assert kml.roc_auc_score(y, model.predict_proba(x)) == kml.roc_auc_score(y, scores)


def test_lists_of_predict_proba_with_one_class_are_named():
    scores = [np.ones((3, 2)), np.ones((3, 1))]
    with pytest.raises(ValueError, match=r"label 1 has the shape \(3, 1\).*one class"):
        kml.roc_auc_score(TRUTH, scores)


def test_tensors_of_torch():
    torch = pytest.importorskip("torch")
    scores = torch.tensor(SCORES, requires_grad=True)
    expected = kml.roc_auc_score(TRUTH, SCORES)
    assert kml.roc_auc_score(TRUTH, scores) == expected
    assert kml.roc_auc_score(TRUTH, scores.bfloat16()) == expected
    weight = torch.tensor([1.0, 2.0, 1.0], dtype=torch.bfloat16)
    assert kml.f1_score(torch.tensor(TRUTH), TRUTH, sample_weight=weight) == 1
    histogram = kml.score_histogram(torch.tensor(TRUTH), scores)
    assert kml.roc_auc_score(histogram) == expected
    assert kml.count_labels(torch.tensor(TRUTH)).positive.tolist() == [2, 2]


def test_lists_of_steps_are_no_probabilities_of_two_classes(rng):
    steps = [rng.random((3, 2)) for _ in range(4)]
    np.testing.assert_array_equal(
        kml.apply_thresholds(steps, 0.5), kml.apply_thresholds(np.array(steps), 0.5)
    )


def test_none_in_lists_of_truth_is_unknown():
    y = [[None, 0], [0, 1], [1, 1]]
    assert counts(y) == counts(FIRST_UNKNOWN)
    for column in (pd.Series(y), pl.Series([[None, 0.0], [0.0, 1.0], [1.0, 1.0]])):
        assert kml.count_labels(column).known.tolist() == [2, 3]
    with pytest.raises(TypeError, match="dtype"):
        kml.confusion_counts([[1, "x"]], [[1, 0]])


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_large_integers_beside_floats_are_refused(kind):
    scores = kind({"a": [2**53, 2**53 + 1], "b": [0.5, 0.1]})
    with pytest.raises(ValueError, match=r"y_score must fit.*beyond 2\^53"):
        kml.roc_auc_score([[0, 1], [1, 0]], scores)


def test_lazy_frames_are_refused():
    with pytest.raises(TypeError, match=r"y_true must be data.*y_true.collect\(\)"):
        kml.confusion_counts(pl.LazyFrame(TRUTH, orient="row"), TRUTH)


def test_masked_thresholds_are_refused():
    with pytest.raises(ValueError, match="masked"):
        kml.apply_thresholds(SCORES, np.ma.array([0.1, 0.2], mask=[0, 1]))


def test_weights_of_0_throughout_a_histogram_or_dask():
    da = pytest.importorskip("dask.array")
    message = "must not be 0 for all samples; got 3 zeros"
    with pytest.raises(ValueError, match=message):
        kml.score_histogram(TRUTH, SCORES, sample_weight=[0, 0, 0])
    lazy = da.from_array(np.array(TRUTH), chunks=(2, 2))
    with pytest.raises(ValueError, match=message):
        kml.f1_score(lazy, lazy, sample_weight=da.zeros(3, chunks=2))


@pytest.mark.parametrize(
    "call",
    [
        kml.roc_auc_score,
        kml.average_precision_score,
        lambda y, s: kml.tune_thresholds(y, s).values,
        lambda y, s: kml.roc_auc_score(kml.score_histogram(y, s)),
    ],
)
@pytest.mark.parametrize("unknown", [-1, np.nan])
def test_what_a_model_gives_where_truth_is_unknown_is_not_looked_at(call, unknown):
    truth = np.array([[0, 1], [unknown, 0], [1, 1]])
    plain = np.array([[0.2, 0.8], [0.5, 0.3], [0.6, 0.4]])
    spoilt = plain.copy()
    spoilt[1, 0] = np.nan
    assert np.array_equal(call(truth, spoilt), call(truth, plain))
    spoilt[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"y_score must not hold NaN.*row 0, column 0"):
        call(truth, spoilt)
