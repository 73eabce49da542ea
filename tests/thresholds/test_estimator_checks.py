"""scikit-learn's own checks of estimators, and those that a ThresholdTuner fails."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.estimator_checks import check_estimator

import keras_multilabel as kml

TWO_COLUMNS = "predictions are (n_samples, n_labels) for a single label too"
PARTS = "the parts of cv differ: they are drawn of rows, not of weights"
EXPECTED = {
    "check_do_not_raise_errors_in_init_or_set_params": (
        'ThresholdTuner("f1") is an old call and raises at once; all else waits'
    ),
    "check_complex_data": "y, complex too, is checked first: it must be 0 and 1",
}
OF_SCORES = EXPECTED | {
    "check_dtype_object": "scores must be numbers, which dicts among them are not",
    "check_all_zero_sample_weights_error": "decided for all scores in one place",
    "check_estimators_empty_data_messages": "an error of our own wording",
    "check_estimators_nan_inf": "infinite scores are legal; NaN raises",
    "check_estimator_sparse_array": TWO_COLUMNS,
    "check_estimator_sparse_matrix": TWO_COLUMNS,
    "check_fit2d_predict1d": "an error of scikit-learn's, of other wording",
}
OF_ESTIMATOR = EXPECTED | {
    "check_all_zero_sample_weights_error": "decided for all scores in one place",
    "check_sample_weight_equivalence_on_dense_data": PARTS,
    "check_sample_weight_equivalence_on_sparse_data": PARTS,
    "check_classifiers_classes": "classes are 0 and 1, not strings",
    "check_classifiers_one_label": TWO_COLUMNS,
    "check_classifiers_train": TWO_COLUMNS,
    "check_classifier_multioutput": "predictions are uint8 throughout the library",
    "check_classifiers_multilabel_output_format_predict": "likewise uint8",
    "check_classifiers_regression_target": "the error says that y must be 0 and 1",
    "check_classifier_not_supporting_multiclass": "the error says so likewise",
}


def multi_hot(y, classes=2):
    """What the checks pass, classes of any numbers, as one column of 0 and 1."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return y
    y = y.reshape(-1, 1)
    numeric = y.dtype.kind in "iuf" and y.size and np.isfinite(y).all()
    if numeric and len(np.unique(y)) <= classes:
        return (y == y.max()).astype(int)
    return y


class OfClasses(kml.ThresholdTuner):
    def fit(self, X, y, sample_weight=None):  # noqa: N803
        return super().fit(X, y if y is None else multi_hot(y), sample_weight)


class OfScores(kml.ThresholdTuner):
    """As many labels as the data of the check has columns."""

    def fit(self, X, y, sample_weight=None):  # noqa: N803
        return super().fit(X, y if y is None else self.of_columns(X, y), sample_weight)

    def score(self, X, y):  # noqa: N803
        return super().score(X, self.of_columns(X, y))

    def of_columns(self, scores, y):
        shape = getattr(scores, "shape", None) or np.asarray(scores).shape
        n_labels = shape[1] if len(shape) == 2 else 1
        return np.repeat(multi_hot(y, classes=np.inf), n_labels, axis=1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("tuner", "expected"),
    [
        # With shrinkage, weight 2 is not a row twice.
        (OfScores(shrinkage=0), OF_SCORES),
        (OfClasses(OneVsRestClassifier(LogisticRegression()), cv=2), OF_ESTIMATOR),
        (OfClasses(RandomForestClassifier(3, random_state=0), cv=2), OF_ESTIMATOR),
    ],
    ids=["scores", "linear", "forest"],
)
def test_it_passes_the_checks_of_scikit_learn(tuner, expected):
    found = check_estimator(tuner, on_skip=None, on_fail=None)
    failed = {
        check["check_name"]: check["exception"]
        for check in found
        if check["status"] == "failed"
    }
    assert {name: error for name, error in failed.items() if name not in expected} == {}
    assert set(expected) - set(failed) <= {"check_all_zero_sample_weights_error"}
    assert len(found) - len(failed) > 30
