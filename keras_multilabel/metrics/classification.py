"""Scores from counts, with scikit-learn's names and meaning.

Every function takes ``(y_true, y_pred)``, or `Counts` that were taken before:
count once, score often.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import as_float, average_scores, divide
from keras_multilabel.metrics.counts import Counts, confusion_counts
from keras_multilabel.utils.arguments import (
    Array,
    check_average,
    check_decisions,
    check_matrix,
    check_pair,
    check_rows,
    check_sample_weight,
    check_targets,
    check_zero_division,
)

Truth = npt.ArrayLike | Counts
Ratio = Callable[[Counts, float], Array]


def _precision(counts: Counts, zero_division: float) -> Array:
    return divide(counts.tp, counts.tp + counts.fp, zero_division)


def _recall(counts: Counts, zero_division: float) -> Array:
    return divide(counts.tp, counts.support, zero_division)


def _jaccard(counts: Counts, zero_division: float) -> Array:
    return divide(counts.tp, counts.support + counts.fp, zero_division)


def _f_beta(beta: float) -> Ratio:
    if not beta >= 0:
        raise ValueError(f"beta must be 0 or more; got {beta!r}.")
    if np.isinf(beta):
        return _recall

    def f_beta(counts: Counts, zero_division: float) -> Array:
        numerator = (1 + beta**2) * counts.tp
        decided = counts.tp + counts.fp
        return divide(numerator, beta**2 * counts.support + decided, zero_division)

    return f_beta


def _wrong(counts: Counts) -> Array:
    return counts.fp + counts.fn


def _take_counts(
    y_true: Truth,
    y_pred: npt.ArrayLike | None,
    sample_weight: npt.ArrayLike | None,
    axis: int | None,
) -> Counts:
    """Count, or check counts that were taken before."""
    if not isinstance(y_true, Counts):
        if y_pred is None:
            raise TypeError("y_pred is missing: pass y_true and y_pred, or Counts.")
        check_rows(check_matrix(y_true, "y_true"))
        return confusion_counts(y_true, y_pred, sample_weight=sample_weight, axis=axis)
    if y_pred is not None:
        raise TypeError("Counts hold the decisions already: pass them alone.")
    if y_true.axis not in (axis, None):
        raise ValueError(
            f"This score needs counts over axis {axis} (0: per label, 1: per sample); "
            f"got counts over axis {y_true.axis}. Take them with "
            f"confusion_counts(..., axis={axis})."
        )
    return y_true


def _score(
    ratio: Ratio,
    y_true: Truth,
    y_pred: npt.ArrayLike | None,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    zero_division = check_zero_division(zero_division)
    axis = 1 if check_average(average) == "samples" else 0
    counts = _take_counts(y_true, y_pred, sample_weight, axis)
    return _average(ratio, counts, average, sample_weight, zero_division)


def _average(
    ratio: Ratio,
    counts: Counts,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    if counts.axis is None:
        return as_float(ratio(counts, zero_division))
    if average == "micro":
        return as_float(ratio(counts.sum(), zero_division))
    # A label (or sample) of which nothing is known has no score to average.
    scores = np.where(counts.total > 0, ratio(counts, zero_division), np.nan)
    return average_scores(
        scores, average, support=counts.support, sample_weight=sample_weight
    )


def precision_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Precision: which share of the positive decisions is right, tp / (tp + fp).

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or `Counts`, and then no ``y_pred``.
        y_pred: Decisions, 0 and 1, same shape.
        average: None (a score per label), ``"micro"`` (counts added over labels
            first), ``"macro"`` (mean over labels), ``"weighted"`` (mean over
            labels weighted by support) or ``"samples"`` (mean over samples).
        sample_weight: Shape (n_samples,).
        zero_division: 0.0, 1.0 or NaN: the score where the denominator is 0.
            NaN leaves it out of the average.

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label
        of which nothing is known.

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
    return _score(_precision, y_true, y_pred, average, sample_weight, zero_division)


def recall_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Recall: which share of the positives is found, tp / (tp + fn).

    Arguments, return value and errors are those of `precision_score`.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.recall_score([[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]])
        0.75
    """
    return _score(_recall, y_true, y_pred, average, sample_weight, zero_division)


def fbeta_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    beta: float,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """F-beta: recall counts ``beta`` times as much as precision.

    (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp), which is the weighted
    harmonic mean of precision and recall. Arguments, return value and errors are
    those of `precision_score`; ``zero_division`` acts where a label has neither
    positives nor positive decisions.

    References:
        C. J. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> round(kml.fbeta_score(y_true, y_pred, beta=2), 3)
        0.694
    """
    return _score(_f_beta(beta), y_true, y_pred, average, sample_weight, zero_division)


def f1_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """F1: 2 tp / (2 tp + fn + fp), the harmonic mean of precision and recall.

    Arguments, return value and errors are those of `precision_score`;
    ``zero_division`` acts where a label has neither positives nor positive
    decisions.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> round(kml.f1_score(y_true, y_pred), 3)
        0.667
        >>> counts = kml.confusion_counts(y_true, y_pred)
        >>> round(kml.f1_score(counts, average="micro"), 3)
        0.667
    """
    return _score(_f_beta(1.0), y_true, y_pred, average, sample_weight, zero_division)


def jaccard_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    average: str | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> Any:
    """Jaccard index, or intersection over union: tp / (tp + fp + fn).

    Arguments, return value and errors are those of `precision_score`.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.jaccard_score([[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]])
        0.5
    """
    return _score(_jaccard, y_true, y_pred, average, sample_weight, zero_division)


def precision_recall_fscore_support(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    beta: float = 1.0,
    average: str | None = None,
    sample_weight: npt.ArrayLike | None = None,
    zero_division: float = 0.0,
) -> tuple[Any, Any, Any, Array | None]:
    """Precision, recall, F-beta and support from one count.

    Arguments and errors are those of `precision_score` and `fbeta_score`.

    Returns:
        ``(precision, recall, fscore, support)``; as in scikit-learn support is
        ``tp + fn`` per label for ``average=None`` and None otherwise.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> kml.precision_recall_fscore_support(y_true, y_pred, average="micro")
        (0.6666666666666666, 0.6666666666666666, 0.6666666666666666, None)
        >>> kml.precision_recall_fscore_support(y_true, y_pred)[3]
        array([2, 1])
    """
    zero_division = check_zero_division(zero_division)
    axis = 1 if check_average(average) == "samples" else 0
    counts = _take_counts(y_true, y_pred, sample_weight, axis)
    precision, recall, fscore = (
        _average(ratio, counts, average, sample_weight, zero_division)
        for ratio in (_precision, _recall, _f_beta(beta))
    )
    return precision, recall, fscore, counts.support if average is None else None


def hamming_loss(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Hamming loss: which share of all known entries is decided wrongly.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Decisions, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).

    Returns:
        A float from 0 to 1, lower is better; NaN where nothing is known.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.hamming_loss([[1, 0], [1, 1]], [[1, 1], [1, 1]])
        0.25
    """
    counts = _take_counts(y_true, y_pred, sample_weight, 0)
    pooled = counts if counts.axis is None else counts.sum()
    return float(divide(_wrong(pooled), pooled.total, np.nan))


def subset_accuracy_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Subset accuracy, or exact match: the share of samples with no label wrong.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts` per
            sample (``axis=1``). Unknown entries cannot be wrong; a sample of
            which nothing is known is left out.
        y_pred: Decisions, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).

    Returns:
        A float from 0 to 1; NaN where nothing is known.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.subset_accuracy_score([[1, 0], [1, 1]], [[1, 1], [1, 1]])
        0.5
    """
    counts = _take_counts(y_true, y_pred, sample_weight, 1)

    def exact(counts: Counts, _: float) -> Array:
        return np.asarray(_wrong(counts) == 0, np.float64)

    return _average(exact, counts, "samples", sample_weight, np.nan)


def multilabel_confusion_matrix(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
    samplewise: bool = False,
) -> Array:
    """One 2 x 2 confusion matrix per label, ``[[tn, fp], [fn, tp]]``.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Decisions, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).
        samplewise: A matrix per sample instead.

    Returns:
        Shape (n_labels, 2, 2), or (n_samples, 2, 2): rows are the truth, columns
        the decision.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.multilabel_confusion_matrix([[1, 0], [1, 1]], [[1, 1], [0, 1]])
        array([[[0, 0],
                [1, 1]],
        <BLANKLINE>
               [[0, 1],
                [0, 1]]])
    """
    counts = _take_counts(y_true, y_pred, sample_weight, 1 if samplewise else 0)
    cells = np.stack([counts.tn, counts.fp, counts.fn, counts.tp], axis=-1)
    return cells.reshape(*cells.shape[:-1], 2, 2)


def label_confusion_matrix(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> Array:
    """Label x label: for what were missed labels mistaken (MLCM)?

    In each sample, right decisions count on the diagonal. Each missed label
    counts against each label that was decided in excess; where none was missed,
    the excess counts against each true label.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels). Unknown entries are
            left out.
        y_pred: Decisions, same shape.
        sample_weight: Shape (n_samples,).

    Returns:
        Shape (n_labels + 1, n_labels + 1). Row i, column j: label i was true
        and j decided. The last row stands for "no true label", the last column
        for "no label decided".

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    References:
        M. Heydarian, T. E. Doyle and R. Samavi, "MLCM: Multi-Label Confusion
        Matrix", IEEE Access 10, 2022, doi:10.1109/ACCESS.2022.3151048.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.label_confusion_matrix([[1, 0], [1, 1], [0, 0]],
        ...                            [[0, 1], [1, 0], [0, 0]])
        array([[1, 1, 0],
               [0, 0, 1],
               [0, 0, 1]])
    """
    y_true, y_pred = check_pair(y_true, y_pred, "y_pred")
    truth, known = check_targets(check_rows(y_true))
    decision = check_decisions(y_pred)
    decision = decision if known is None else decision & known
    weight = check_sample_weight(sample_weight, len(truth))
    truth = np.column_stack([truth, ~truth.any(1)])
    missed = truth & ~np.column_stack([decision, np.zeros(len(truth), bool)])
    excess = decision & ~truth[:, :-1]
    any_missed = missed.any(1)
    excess = np.column_stack([excess, any_missed & ~excess.any(1)])
    source = np.where(any_missed[:, None], missed, truth)
    matrix = _weighted_product(source, excess, weight)
    hits = confusion_counts(y_true, y_pred, sample_weight=weight).tp
    matrix[np.diag_indices(len(hits))] += hits
    return matrix


def _weighted_product(left: Array, right: Array, weight: Array | None) -> Array:
    """``left.T @ right`` over samples; float64 products are exact for counts."""
    if weight is not None:
        return (left.astype(np.float64) * weight[:, None]).T @ right
    product = left.T.astype(np.float64) @ right.astype(np.float64)
    return product.astype(np.int64)
