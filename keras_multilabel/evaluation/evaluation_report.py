"""`evaluation_report`: truth, and scores or predictions -> `EvaluationReport`."""

import warnings
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.assembly import assemble, check_groups, check_images
from keras_multilabel.evaluation.predicted import Predicted, predict
from keras_multilabel.evaluation.report import EvaluationReport
from keras_multilabel.evaluation.units import check_has_samples
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import (
    Array,
    check_predictions,
    check_threshold,
    check_truth,
    check_zero_division,
)
from keras_multilabel.utils.defaults import Default, default
from keras_multilabel.utils.label_names import check_order, given_names
from keras_multilabel.utils.rows import check_pair, check_rows


def evaluation_report(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike | None = None,
    thresholds: npt.ArrayLike | Literal["cv"] = default(0.5),
    *,
    y_pred: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    groups: npt.ArrayLike | None = None,
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
    confidence: float = 0.95,
    images: Iterable[Any] | None = None,
    random_state: int | np.random.Generator | None = None,
) -> EvaluationReport:
    """Evaluate a model: every score with its interval, and what the scores rest on.

    After a ``fit`` with `MultiLabelMetrics`, ``metrics.report()`` returns the same for
    the last validation.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out of every score). With labels per step or pixel,
            shape (n_samples, ..., n_labels), each position counts as a row, and the
            positions of a sample form a group.
        y_score: Scores, same shape: probabilities, or any scale with thresholds on that
            scale. None: only ``y_pred`` is evaluated.
        thresholds: A number, one per label, shape (n_labels,), or `Thresholds` that
            were tuned on other data. ``"cv"``: tuned on these rows for each label's F1
            and cross-fitted, so that each row is predicted with thresholds from other
            rows (groups stay together) and the scores hold for new data; the thresholds
            shown are tuned on all rows.
        y_pred: Predictions, 0 and 1, same shape, instead of those at ``thresholds``:
            from a rule of your own, or ``cv_pred`` of `Thresholds`. ``thresholds`` are
            then only shown.
        label_names: One name per label. Default: the names of a data frame's columns,
            or those of the thresholds.
        groups: Which rows belong together, such as the patient of each, shape
            (n_samples,): their rows do not count as independent observations.
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the precision, recall or F1 where it is 0 / 0.
            NaN leaves it out of the average.
        confidence: Confidence level of the intervals, between 0 and 1.
        images: The image of each sample, a path or an array, for the page.
        random_state: Seed or generator for the parts of ``"cv"``.

    Returns:
        `EvaluationReport`.

    Raises:
        TypeError: If an argument does not hold numbers, or there are neither scores nor
            predictions.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or unknown,
            there are no samples, or an option is not as described above.

    Warns:
        UserWarning: If scores are not probabilities and no threshold is given, so that
            0.5 is used.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> rng = np.random.default_rng(0)
        >>> y_true = (rng.random((400, 3)) < [0.4, 0.2, 0.02]).astype(int)
        >>> logits = 2 * y_true - 1.5 + rng.normal(size=(400, 3))
        >>> report = kml.evaluation_report(
        ...     y_true, 1 / (1 + np.exp(-logits)), "cv", random_state=0,
        ...     label_names=["sun", "rain", "snow"],
        ... )
        >>> report.tuned_on
        '5-fold cross-fitted on these rows'
        >>> low, high = report.intervals.averages["macro"]["f1_score"][1:]
    """
    samples, given = _checked(y_true, y_score, y_pred, sample_weight)
    sample = samples.sample
    n_samples = len(samples.truth) if sample is None else int(sample[-1]) + 1
    groups = check_groups(groups, n_samples, sample)
    names = given_names(
        label_names, samples.truth.shape[1], y_true, y_score, y_pred, thresholds
    )
    check_order(thresholds, names, "thresholds")
    if given is None:
        if isinstance(thresholds, Default):
            _warn_of_logits(samples)
            thresholds = thresholds.value
        predicted = predict(samples, thresholds, groups, names, random_state)
    else:
        predicted = _as_given(given, thresholds)
    return assemble(
        samples,
        predicted,
        has_scores=y_score is not None,
        label_names=names,
        groups=groups,
        images=check_images(images, n_samples, sample),
        zero_division=check_zero_division(zero_division),
        confidence=confidence,
    )


def _checked(
    y_true: Any, y_score: Any, y_pred: Any, sample_weight: Any
) -> tuple[Samples, Array | None]:
    """Truth beside scores; and the predictions, if they were given."""
    check_has_samples(y_true)
    given, samples = None, None
    if y_pred is not None:
        rows = check_pair(y_true, y_pred, "y_pred", sample_weight)
        given = check_predictions(rows.other)
        truth = check_truth(check_rows(rows.y_true))
        # Stands in for scores, which nothing reads then.
        samples = Samples(truth, given, rows.weight, rows.sample)
    if y_score is not None:
        samples = Samples.of(y_true, y_score, sample_weight)
    if samples is None:
        raise TypeError("y_score and y_pred are missing: pass y_true and one of them.")
    return samples, given


def _as_given(y_pred: Array, thresholds: Any) -> Predicted:
    """Predictions of unknown origin."""
    if isinstance(thresholds, Default):
        return Predicted(y_pred, None, "not known; the predictions were given")
    if isinstance(thresholds, str):
        raise ValueError(
            f"With y_pred, thresholds are only shown; got {thresholds!r}. Leave y_pred "
            "out to have them tuned."
        )
    values = check_threshold(thresholds, y_pred.shape[1], "thresholds")
    return Predicted(y_pred, values, "not known; thresholds and predictions were given")


def _warn_of_logits(samples: Samples) -> None:
    if not samples.probabilities:
        low, high = samples.y_score.min(), samples.y_score.max()
        warnings.warn(
            f"y_score goes from {low:.4g} to {high:.4g}, but the default threshold of "
            "0.5 is meant for probabilities. Pass probabilities, such as "
            'scipy.special.expit(y_score) of logits, or thresholds=0.0, or "cv".',
            stacklevel=3,
        )
