"""Scores over all labels at once, which have no average to choose."""

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import average_ratio, exact_match
from keras_multilabel.metrics.confusion_counts import take_counts
from keras_multilabel.metrics.signatures import Truth


def hamming_loss(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Hamming loss: the share of known entries that are predicted wrongly.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts`.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).

    Returns:
        A float from 0 to 1, lower is better; NaN without known entries.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.hamming_loss([[1, 0], [1, 1]], [[1, 1], [1, 1]])
        0.25
    """
    counts, _ = take_counts(y_true, y_pred, sample_weight, 0)
    return float(average_ratio(ratios.hamming_loss, counts, "micro", None, np.nan))


def subset_accuracy_score(
    y_true: Truth,
    y_pred: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Subset accuracy, or exact match: the share of samples with no label wrong.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels), or `Counts` per sample
            (``axis=1``). Unknown entries cannot be wrong; samples without known entries
            are left out.
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).

    Returns:
        A float from 0 to 1; NaN without known entries.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, or there
            are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.subset_accuracy_score([[1, 0], [1, 1]], [[1, 1], [1, 1]])
        0.5
    """
    counts, weight = take_counts(y_true, y_pred, sample_weight, 1)
    if counts.axis is None:
        raise ValueError(
            "The exact match needs counts per sample, as confusion_counts(..., axis=1) "
            "takes them; got pooled counts."
        )
    return exact_match(counts, weight)
