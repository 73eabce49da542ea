"""scikit-learn estimators: thresholds as a step of a pipeline."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.objectives import check_objective, score_decisions
from keras_multilabel.thresholds.tuning import tune_thresholds
from keras_multilabel.utils.arguments import Array


class ThresholdTuner(BaseEstimator):
    """`tune_thresholds` as a scikit-learn estimator: scores in, decisions out.

    X are a model's scores, shape (n_samples, n_labels), and y the multi-hot truth.
    So ``cross_val_score(ThresholdTuner(), y_score, y_true)`` says what tuning is
    worth on other data, and `MultiLabelMetrics` takes one as its ``threshold``.

    Args:
        objective: This and all below as in `tune_thresholds`.
        average: Also how `score` averages.
        beta: Weight of recall against precision in ``"fbeta"``.
        min_precision: Floor for ``"recall"``.
        min_recall: Floor for ``"precision"``.
        costs: Costs of a false positive and a false negative for ``"cost"``.
        max_positives: Most positive decisions on the data fitted to.
        cv: Number of parts, or pairs of row indices (train, test).
        per_label: False: one threshold for all labels.
        shrinkage: How far rare labels are pulled toward the pooled threshold.
        label_names: One name per label.
        random_state: Seed of the parts of ``cv``.

    Attributes:
        thresholds_: The `Thresholds` found by `fit`.

    Example:
        >>> import numpy as np
        >>> from sklearn.model_selection import cross_val_score
        >>> import keras_multilabel as kml
        >>> rng = np.random.default_rng(0)
        >>> y_true = rng.integers(0, 2, (300, 3))
        >>> y_score = (y_true + rng.random((300, 3))) / 3
        >>> tuner = kml.ThresholdTuner("f1", average="micro")
        >>> cross_val_score(tuner, y_score, y_true, cv=3).round(2)
        array([1., 1., 1.])
        >>> tuner.fit(y_score, y_true).thresholds_.values.round(2)
        array([0.33, 0.33, 0.33])
    """

    def __init__(
        self,
        objective: str | Callable[[Counts], Any] = "f1",
        *,
        average: str | None = "macro",
        beta: float = 1.0,
        min_precision: float | None = None,
        min_recall: float | None = None,
        costs: npt.ArrayLike | None = None,
        max_positives: float | None = None,
        cv: Any = None,
        per_label: bool = True,
        shrinkage: float | str = "auto",
        label_names: Iterable[Any] | None = None,
        random_state: int | np.random.Generator | None = None,
    ):
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
        self.label_names = label_names
        self.random_state = random_state

    def fit(
        self,
        X: npt.ArrayLike,  # noqa: N803
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> "ThresholdTuner":
        """Tune on scores X and truth y; as `tune_thresholds`."""
        self.thresholds_ = tune_thresholds(
            y, X, sample_weight=sample_weight, **self.get_params()
        )
        return self

    def predict(self, X: npt.ArrayLike) -> Array:  # noqa: N803
        """Decide: uint8, 1 where a score reaches its label's threshold."""
        check_is_fitted(self)
        return self.thresholds_.apply(X)

    def score(
        self,
        X: npt.ArrayLike,  # noqa: N803
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> float:
        """The objective, averaged, of the decisions on other data; higher is better."""
        objective = check_objective(
            self.objective,
            beta=self.beta,
            min_precision=self.min_precision,
            min_recall=self.min_recall,
            costs=self.costs,
        )
        samples = Samples.of(y, X, sample_weight)
        average = "macro" if self.average is None else self.average
        return float(score_decisions(objective, average, samples, self.predict(X)))
