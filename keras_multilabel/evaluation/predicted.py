"""From scores to predictions for a report, and where the thresholds come from."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.cross_fitting import check_folds
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.thresholds.tuning import tune_thresholds
from keras_multilabel.utils.arguments import Array, check_threshold

# Number of parts that "cv" tunes and scores on.
FOLDS = 5


class Predicted(NamedTuple):
    """Predictions, and where they come from.

    Attributes:
        y_pred: uint8, shape (n_samples, n_labels).
        thresholds: Shape (n_labels,), or None.
        tuned_on: What the thresholds were tuned on, as far as known.
    """

    y_pred: Array
    thresholds: Array | None
    tuned_on: str


def predict(
    samples: Samples,
    thresholds: npt.ArrayLike,
    groups: Array | None,
    label_names: list[Any] | None,
    random_state: Any,
) -> Predicted:
    """Apply thresholds, or tune them with ``"cv"`` and apply each to other samples."""
    if isinstance(thresholds, str):
        if thresholds != "cv":
            raise ValueError(
                f'thresholds must be numbers, Thresholds or "cv"; got {thresholds!r}.'
            )
        return _cross_fitted(samples, groups, random_state)
    if isinstance(thresholds, Thresholds):
        y_pred = thresholds.apply(samples.y_score, label_names=label_names)
        return Predicted(y_pred, thresholds.values, _told_by(thresholds, y_pred))
    values = check_threshold(thresholds, samples.truth.shape[1], "thresholds")
    y_pred = samples.predict(values).view(np.uint8)
    return Predicted(y_pred, values, told_of(values))


GIVEN = "given; what they were tuned on is not known"


def told_of(values: Array) -> str:
    """How a report describes thresholds that are mere numbers."""
    return "0.5, not tuned" if (values == 0.5).all() else GIVEN


def cross_fitted(n_folds: int | None, unit: str = "rows") -> str:
    """How a report describes predictions that were cross-fitted."""
    folds = "" if n_folds is None else f"{n_folds}-fold "
    return f"{folds}cross-fitted on these {unit}"


def _told_by(thresholds: Thresholds, y_pred: Array) -> str:
    """How a report describes tuned thresholds; a warning if they fit these rows."""
    if thresholds.objective is None:
        return GIVEN
    told = f"given, tuned for {thresholds.objective}"
    if thresholds.n_positives != int(y_pred.sum()):
        return f"{told}; on what data is not known"
    return (
        f'{told}, on these rows it seems: then the scores are too high ("cv" is honest)'
    )


def _cross_fitted(
    samples: Samples, groups: Array | None, random_state: Any
) -> Predicted:
    unit = "rows" if groups is None else "groups"
    code, order = _grouped(groups, len(samples.truth))
    n_units = int(code[order[-1]]) + 1
    n_folds = min(FOLDS, n_units)
    if n_folds < 2:
        raise ValueError(
            f'thresholds="cv" needs at least 2 {unit}, to tune on one part and score '
            f"the other; got {n_units}. Pass thresholds that were tuned on other data."
        )
    folds = check_folds(n_folds, samples.truth[order], random_state, code[order])
    tuned = tune_thresholds(
        samples.truth,
        samples.y_score,
        sample_weight=samples.weight,
        cv=[(order[train], order[test]) for train, test in folds],
    )
    y_pred = np.asarray(tuned.cv_pred)
    return Predicted(y_pred, tuned.values, cross_fitted(n_folds, unit))


def _grouped(groups: Array | None, n_rows: int) -> tuple[Array, Array]:
    """The number of each row's group, and an order that keeps groups together."""
    if groups is None:
        rows = np.arange(n_rows)
        return rows, rows
    code = np.unique(groups, return_inverse=True)[1].ravel()
    return code, np.argsort(code, kind="stable")
