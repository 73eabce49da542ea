"""Scores from counts, with scikit-learn's names and meaning.

Every function takes ``(y_true, y_pred)``, or `Counts` computed before: count once,
score often.
"""

from typing import Any

import numpy.typing as npt

from keras_multilabel.metrics import ratios, signatures
from keras_multilabel.metrics.averages import average_ratio
from keras_multilabel.metrics.confusion_counts import take_counts
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.ratios import Ratio
from keras_multilabel.metrics.signatures import Truth
from keras_multilabel.utils.arguments import Array, check_average, check_zero_division
from keras_multilabel.utils.options import Average


def _score(
    ratio: Ratio,
    y_true: Truth,
    y_pred: npt.ArrayLike | None,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    zero_division = check_zero_division(zero_division)
    counts, weight = _counts_to_average(y_true, y_pred, average, sample_weight)
    return average_ratio(ratio, counts, average, weight, zero_division)


def _counts_to_average(
    y_true: Truth,
    y_pred: npt.ArrayLike | None,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
) -> tuple[Counts, Array | None]:
    """Counts that the average needs, and the weights."""
    axis = 1 if check_average(average) == "samples" else 0
    counts, weight = take_counts(y_true, y_pred, sample_weight, axis)
    # (Not those at many thresholds, which searches pass to an objective.)
    is_pooled = counts.axis is None and counts.tp.ndim == 0
    if is_pooled and average not in (None, "micro"):
        raise ValueError(
            f"average={average!r} needs counts per {'sample' if axis else 'label'}, as "
            f"confusion_counts(..., axis={axis}) takes them; got pooled counts, of "
            'which there is no average: use average="micro" or None.'
        )
    return counts, weight


@signatures.averaged
def precision_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Precision: the share of predicted positives that are true, tp / (tp + fp).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or `Counts`, and then no ``y_pred``.
        y_pred: Predictions, 0 and 1, same shape.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where the denominator is 0.
            NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN without known
        entries, of a label or at all.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are
            no samples, or an option is not one of those above.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [1, 1], [0, 0]]
        >>> y_pred = [[1, 1], [0, 1], [0, 0]]
        >>> kml.precision_score(y_true, y_pred)
        0.75
        >>> kml.precision_score(y_true, y_pred, average=None)
        array([1. , 0.5])
    """
    return _score(
        ratios.precision, y_true, y_pred, average, sample_weight, zero_division
    )


@signatures.averaged
def recall_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Recall: the share of positives that are predicted, tp / (tp + fn).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where a label has no positives.
            NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError, ValueError: If an argument is none of those above.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.recall_score([[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]])
        0.75
    """
    return _score(ratios.recall, y_true, y_pred, average, sample_weight, zero_division)


@signatures.averaged_beta
def fbeta_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    beta: float,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """F-beta: recall counts ``beta`` times as much as precision.

    (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp), which is the weighted
    harmonic mean of precision and recall.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        beta: How many times as much recall counts as precision.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where a label has neither
            positives nor predicted positives. NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError, ValueError: If an argument is none of those above.

    References:
        C. J. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> round(kml.fbeta_score(y_true, y_pred, beta=2), 3)
        0.694
    """
    return _score(
        ratios.f_beta(beta), y_true, y_pred, average, sample_weight, zero_division
    )


@signatures.averaged
def f1_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """F1: 2 tp / (2 tp + fn + fp), the harmonic mean of precision and recall.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where a label has neither
            positives nor predicted positives. NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError, ValueError: If an argument is none of those above.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> round(kml.f1_score(y_true, y_pred), 3)
        0.667
        >>> counts = kml.confusion_counts(y_true, y_pred)
        >>> round(kml.f1_score(counts, average="micro"), 3)
        0.667
    """
    return _score(ratios.f1, y_true, y_pred, average, sample_weight, zero_division)


@signatures.averaged
def jaccard_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Jaccard index, or intersection over union: tp / (tp + fp + fn).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where a label has neither
            positives nor predicted positives. NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``.

    Raises:
        TypeError, ValueError: If an argument is none of those above.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.jaccard_score([[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]])
        0.5
    """
    return _score(ratios.jaccard, y_true, y_pred, average, sample_weight, zero_division)


@signatures.scores_and_support
def precision_recall_fscore_support(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    beta: float = 1.0,
    average: Average | None = None,
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> tuple[Any, Any, Any, Array | None]:
    """Precision, recall, F-beta and support from one count.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        beta: How many times as much recall counts as precision.
        average: None, the default here (scores per label), ``"micro"`` (counts
            added over labels first), ``"macro"`` (mean over labels),
            ``"weighted"`` (mean over labels weighted by support) or
            ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where the denominator is 0.
            NaN leaves it out of the average.

    Returns:
        ``(precision, recall, fscore, support)``; as in scikit-learn support is
        ``tp + fn`` per label for ``average=None`` and None otherwise.

    Raises:
        TypeError, ValueError: If an argument is none of those above.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> kml.precision_recall_fscore_support(y_true, y_pred, average="micro")
        (0.6666666666666666, 0.6666666666666666, 0.6666666666666666, None)
        >>> kml.precision_recall_fscore_support(y_true, y_pred)[3]
        array([2, 1])
    """
    zero_division = check_zero_division(zero_division)
    counts, weight = _counts_to_average(y_true, y_pred, average, sample_weight)
    precision, recall, fscore = (
        average_ratio(ratio, counts, average, weight, zero_division)
        for ratio in (ratios.precision, ratios.recall, ratios.f_beta(beta))
    )
    return precision, recall, fscore, counts.support if average is None else None
