"""A scikit-learn estimator: thresholds as a step of a pipeline."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.utils import ClassifierTags, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.cross_fitting import Folds, check_folds
from keras_multilabel.thresholds.label_scores import (
    label_scores,
    out_of_fold_scores,
    refuse_objective,
    score_method,
    validate_scores,
    weight_for,
)
from keras_multilabel.thresholds.objectives import check_objective, score_predictions
from keras_multilabel.thresholds.tuning import tune_thresholds
from keras_multilabel.utils.arguments import Array, check_matrix, check_truth
from keras_multilabel.utils.options import Average, ObjectiveName, ThresholdMethod
from keras_multilabel.utils.rows import check_rows, check_sample_weight, flatten

# Parts in which an estimator scores samples that it was not fitted to.
FOLDS = 5


def _estimator_has(method: str) -> Callable[["ThresholdTuner"], bool]:
    return lambda tuner: hasattr(getattr(tuner, "estimator_", tuner.estimator), method)


class ThresholdTuner(BaseEstimator):
    """A scikit-learn classifier, and a threshold for each label on its scores.

    With an ``estimator``, `fit` scores each sample with a clone that was fitted to
    other samples, tunes thresholds on these scores, and fits the estimator to all
    samples. `predict` applies the thresholds to its scores. It is the counterpart of
    scikit-learn's ``TunedThresholdClassifierCV`` for many labels.

    Without one, X are a model's scores, shape (n_samples, n_labels), and thresholds are
    tuned on them directly, which is right if the model was trained on other samples.
    `MultiLabelMetrics` takes such a tuner as its ``threshold``.

    Either way ``cross_val_score(tuner, X, y)`` estimates the score of the whole
    procedure on new data.

    Args:
        estimator: A multi-label classifier with ``predict_proba`` or
            ``decision_function``: an array (n_samples, n_labels), or a list of
            (n_samples, 2), one per label, as of ``MultiOutputClassifier``. None: X are
            scores.
        objective: This and all below as in `tune_thresholds`.
        average: Also how `score` averages.
        beta: Weight of recall relative to precision in ``"fbeta"``.
        min_precision: Lowest allowed precision, for ``"recall"``.
        min_recall: Lowest allowed recall, for ``"precision"``.
        costs: Costs of a false positive and a false negative for ``"cost"``.
        max_positives: Maximum number of predicted positives on the data fitted to.
        cv: The parts: a number of stratified ones, pairs of row indices (train, test),
            or a splitter such as ``GroupKFold(5)``, whose ``groups`` are passed to
            `fit`. Each sample must be tested exactly once. With an estimator, these
            parts score samples that the estimator was not fitted to (None: 5 parts);
            they also give ``thresholds_.cv_score`` (without an estimator, None means
            that it is not computed).
        per_label: False: one threshold for all labels.
        shrinkage: How far rare labels are pulled toward the pooled threshold.
        method: ``"expected"``: scores are calibrated probabilities.
        label_names: One name per label. Default: those of the columns, where y, or
            the scores, are a data frame.
        random_state: Seed for the parts of ``cv``.

    Attributes:
        thresholds_: The `Thresholds` found by `fit`. With an estimator, all their
            scores come from samples that the estimator was not fitted to.
        estimator_: The estimator, fitted to all samples.
        n_features_in_: Number of columns of X, if the estimator knows it.
        feature_names_in_: Names of the columns of X, if it is a data frame.

    Example:
        >>> import numpy as np
        >>> from sklearn.ensemble import RandomForestClassifier
        >>> from sklearn.model_selection import cross_val_score
        >>> import keras_multilabel as kml
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(300, 5))
        >>> y = (x[:, :3] + rng.normal(size=(300, 3)) > 1).astype(int)
        >>> forest = RandomForestClassifier(20, random_state=0)
        >>> tuner = kml.ThresholdTuner(forest, objective="f1", random_state=0)
        >>> tuner.fit(x, y).predict(x).shape
        (300, 3)
        >>> honest = tuner.thresholds_.cv_score
        >>> in_sample = kml.f1_score(y, tuner.predict(x), average="macro")
        >>> round(honest, 1), round(in_sample, 1)
        (0.5, 1.0)

        With scores:

        >>> y_score = (y + rng.random((300, 3))) / 3
        >>> cross_val_score(kml.ThresholdTuner(), y_score, y, cv=3).round(2)
        array([1.  , 0.98, 1.  ])
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        objective: ObjectiveName | Callable[[Counts], Any] = "f1",
        average: Average | None = "macro",
        beta: float = 1.0,
        min_precision: float | None = None,
        min_recall: float | None = None,
        costs: npt.ArrayLike | None = None,
        max_positives: float | None = None,
        cv: Any = None,
        per_label: bool = True,
        shrinkage: float | Literal["auto"] = "auto",
        method: ThresholdMethod = "counts",
        label_names: Iterable[Any] | None = None,
        random_state: int | np.random.Generator | None = None,
    ):
        refuse_objective(estimator)
        self.estimator = estimator
        self.objective = objective
        self.average = average
        self.beta = beta
        self.min_precision = min_precision
        self.min_recall = min_recall
        self.costs = costs
        self.max_positives = max_positives
        self.cv = cv
        self.per_label = per_label
        self.shrinkage = shrinkage
        self.method = method
        self.label_names = label_names
        self.random_state = random_state

    def fit(
        self,
        X: Any,  # noqa: N803
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        groups: npt.ArrayLike | None = None,
        **fit_params: Any,
    ) -> "ThresholdTuner":
        """Tune thresholds, and fit the estimator if there is one.

        Args:
            X: The estimator's input; without an estimator, scores, shape (n_samples,
                n_labels), or (n_samples, ..., n_labels) for labels per step or pixel.
            y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
                where unknown, if the estimator takes that.
            sample_weight: Shape (n_samples,). Used for the thresholds, and for the
                estimator if its ``fit`` takes it.
            groups: Which samples belong together, for a splitter as ``cv``.
            **fit_params: For the estimator's ``fit``.

        Raises:
            TypeError: If the estimator gives no scores, or ``fit_params`` are passed
                without an estimator.
            ValueError: As `tune_thresholds` does, or if the estimator's scores are not
                one column per label.
        """
        if y is None:
            raise ValueError(
                "ThresholdTuner requires y to be passed, but the target y is None. "
                "Pass multi-hot truth, shape (n_samples, n_labels)."
            )
        if self.estimator is None:
            return self._fit_scores(X, y, sample_weight, groups, fit_params)
        return self._fit_estimator(X, y, sample_weight, groups, fit_params)

    def predict(self, X: Any) -> Array:  # noqa: N803
        """Predict: uint8, 1 where a score reaches its label's threshold."""
        y_score = self._scores(X)
        return self.thresholds_.apply(y_score)

    def score(
        self,
        X: Any,  # noqa: N803
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> float:
        """The objective, averaged, of predictions on new data; higher is better."""
        y_score = self._scores(X)
        samples = Samples.of(y, y_score, sample_weight)
        average = "macro" if self.average is None else self.average
        y_pred = self.thresholds_.apply(y_score)
        return float(
            score_predictions(self._objective(), average, samples, flatten(y_pred))
        )

    @available_if(_estimator_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """The output of the fitted estimator's ``predict_proba``."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_estimator_has("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> Any:  # noqa: N803
        """The output of the fitted estimator's ``decision_function``."""
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @property
    def classes_(self) -> Any:
        """The classes, as the estimator has them."""
        check_is_fitted(self)
        if self.estimator is None:
            return [np.array([0, 1])] * len(self.thresholds_)
        return self.estimator_.classes_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        if self.estimator is None:
            tags.input_tags.sparse = True
        else:
            tags.estimator_type = "classifier"
            tags.classifier_tags = ClassifierTags(multi_class=False, multi_label=True)
            tags.input_tags = deepcopy(get_tags(self.estimator).input_tags)
        return tags

    def _fit_scores(
        self, y_score: Any, y: Any, weight: Any, groups: Any, fit_params: Any
    ) -> "ThresholdTuner":
        if fit_params:
            raise TypeError(
                f"fit got {', '.join(fit_params)}, which would be for an estimator: "
                "this ThresholdTuner has none, ThresholdTuner(estimator=...) has."
            )
        validate_scores(self, y_score, y)
        return self._tune(y_score, y, weight, self._folds(y_score, y, groups))

    def _fit_estimator(
        self, x: Any, y: Any, weight: Any, groups: Any, fit_params: dict[str, Any]
    ) -> "ThresholdTuner":
        refuse_objective(self.estimator)
        score_method(self.estimator)
        self._objective()
        truth = check_truth(check_rows(check_matrix(y, "y")))
        if weight is not None:
            weight = check_sample_weight(weight, truth.shape[:1])
            fit_params = fit_params | weight_for(self.estimator, weight)
        cv = self._folds(x, y, groups)
        folds = check_folds(FOLDS if cv is None else cv, truth, self.random_state)
        y_score = out_of_fold_scores(
            self.estimator, x, y, folds, truth.shape[1], fit_params
        )
        self._tune(y_score, y, weight, folds)
        self.estimator_ = clone(self.estimator).fit(x, y, **fit_params)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def _tune(
        self, y_score: Any, y: Any, weight: Any, cv: int | Folds | None
    ) -> "ThresholdTuner":
        options = self.get_params(deep=False) | {"cv": cv}
        del options["estimator"]
        self.thresholds_ = tune_thresholds(y, y_score, sample_weight=weight, **options)
        return self

    def _folds(self, x: Any, y: Any, groups: Any) -> int | Folds | None:
        """``cv``, with a splitter replaced by its pairs of row indices."""
        if hasattr(self.cv, "split") and not isinstance(self.cv, str):
            return list(self.cv.split(x, y, groups))
        if groups is not None:
            raise ValueError(
                f"groups need a splitter, such as cv=GroupKFold(5); got cv={self.cv!r}."
            )
        return self.cv

    def _scores(self, x: Any) -> Array:
        check_is_fitted(self)
        if self.estimator is not None:
            return label_scores(self.estimator_, x, len(self.thresholds_))
        return validate_scores(self, x, reset=False)

    def _objective(self) -> Any:
        return check_objective(
            self.objective,
            beta=self.beta,
            min_precision=self.min_precision,
            min_recall=self.min_recall,
            costs=self.costs,
        )
