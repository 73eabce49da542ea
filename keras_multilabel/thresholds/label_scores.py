"""One score per label from any scikit-learn classifier."""

import warnings
from inspect import isfunction
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import cross_val_predict
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter, validate_data

from keras_multilabel.thresholds.cross_fitting import Folds
from keras_multilabel.utils.arguments import Array, listed

METHODS = ("predict_proba", "decision_function")


def validate_scores(estimator: Any, y_score: Any, *others: Any, **options: Any) -> Any:
    """Keep, or compare, the names and the number of columns, as scikit-learn does."""
    if len(getattr(y_score, "shape", ())) > 2:  # it would count the positions
        return y_score
    return validate_data(estimator, y_score, *others, skip_check_array=True, **options)


def score_method(estimator: Any) -> str:
    """Return the method that gives scores; raise if there is none."""
    for method in METHODS:
        if hasattr(estimator, "fit") and hasattr(estimator, method):
            return method
    raise TypeError(
        "estimator must be a scikit-learn classifier with fit, and predict_proba or "
        f"decision_function; got {estimator!r}."
    )


def refuse_objective(estimator: Any) -> None:
    """Raise if a string or a function was passed as the estimator."""
    if isinstance(estimator, str) or isfunction(estimator):
        shown = repr(estimator) if isinstance(estimator, str) else estimator.__name__
        raise TypeError(
            "estimator must be a scikit-learn classifier, or None to tune given "
            f"scores; got {estimator!r}. The objective is a keyword: "
            f"ThresholdTuner(objective={shown})."
        )


def weight_for(estimator: Any, weight: Array) -> dict[str, Array]:
    """The sample weights as a keyword of the estimator's ``fit``, if it has one."""
    if has_fit_parameter(estimator, "sample_weight"):
        return {"sample_weight": weight}
    warnings.warn(
        f"The fit of {type(estimator).__name__} has no sample_weight: the weights are "
        "used for the thresholds alone. A Pipeline takes them under the name of its "
        "step, as in fit(X, y, sample_weight=w, logisticregression__sample_weight=w).",
        stacklevel=4,
    )
    return {}


def label_scores(estimator: Any, x: Any, n_labels: int) -> Array:
    """Scores of a fitted classifier, shape (n_samples, n_labels).

    A list of arrays (n_samples, n_classes), as from ``MultiOutputClassifier``, becomes
    the columns of class 1. A label with only one class in the training data is 0 or 1
    throughout.
    """
    method = score_method(estimator)
    given = getattr(estimator, method)(x)
    classes = getattr(estimator, "classes_", None)
    if isinstance(given, list):
        if classes is None:
            classes = [[0, 1]] * len(given)
        columns = [
            _of_class_one(np.asarray(block), own)
            for block, own in zip(given, classes, strict=True)
        ]
        scores = np.stack(columns, axis=1)
    else:
        scores = np.asarray(given)
        if n_labels == 1:
            scores = _single_label(scores, classes)
    if scores.ndim != 2 or scores.shape[1] != n_labels:
        raise ValueError(
            f"{method} of {type(estimator).__name__} must give scores of the shape "
            f"(n_samples, {n_labels}), one column per label of y, or a list of "
            f"{n_labels} arrays (n_samples, 2); got {scores.shape}."
        )
    return scores


def out_of_fold_scores(
    estimator: Any, x: Any, y: Any, folds: Folds, n_labels: int, params: dict[str, Any]
) -> Array:
    """Scores of each sample from a clone that was fitted without it."""
    return cross_val_predict(
        _Scorer(estimator, n_labels), x, y, cv=folds, params=params
    )


def _of_class_one(block: Array, classes: npt.ArrayLike) -> Array:
    """The column of class 1 among a label's columns of ``predict_proba``."""
    found = np.asarray(classes).tolist()
    if block.ndim != 2 or block.shape[1] != len(found) or not set(found) <= {0, 1}:
        raise ValueError(
            "Each label must have the classes 0 and 1, and a column of predict_proba "
            f"for each; got the classes {listed(found)} and the shape {block.shape}. "
            "Where truth is unknown (-1 or NaN), the estimator must leave it out "
            "itself: scikit-learn's estimators treat it as a class."
        )
    return block[:, found.index(1)] if 1 in found else np.zeros(len(block))


def _single_label(scores: Array, classes: Any) -> Array:
    """Scores if y has one column, which scikit-learn treats as binary."""
    if scores.ndim == 1:
        return scores.reshape(-1, 1)
    found: Any = [] if classes is None else np.ravel(classes)
    if scores.shape[1:] == (2,):
        if len(found) == 1:  # OneVsRestClassifier calls it the first of two columns
            scores = np.ones((len(scores), 1))
        return _of_class_one(scores, found if len(found) else [0, 1])[:, None]
    if scores.shape[1:] == (1,) and len(found) == 1 and (scores == 1).all():
        return _of_class_one(scores, found)[:, None]
    return scores


class _Scorer(BaseEstimator):
    """A classifier whose ``predict`` returns scores.

    This makes ``cross_val_predict`` pass y on unchanged. For ``predict_proba`` it would
    renumber the classes of each label: 1 would become 0 for a label that is always
    positive, and 0 would become 1 for a label with an unknown entry, -1.
    """

    def __init__(self, estimator: Any, n_labels: int):
        self.estimator = estimator
        self.n_labels = n_labels

    def fit(self, x: Any, y: Any, **params: Any) -> "_Scorer":
        self.estimator_ = clone(self.estimator).fit(x, y, **params)
        return self

    def predict(self, x: Any) -> Array:
        return label_scores(self.estimator_, x, self.n_labels)

    def get_metadata_routing(self) -> Any:
        return self.estimator.get_metadata_routing()

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.estimator)
