"""Confusion matrices: 2 x 2 per label, and of labels with labels."""

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.confusion_counts import confusion_counts, take_counts
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array, check_decisions, check_targets
from keras_multilabel.utils.rows import check_pair, check_rows


def multilabel_confusion_matrix(
    y_true: npt.ArrayLike | Counts,
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
        Shape (n_labels, 2, 2), or (n_samples, 2, 2). Rows are the truth, columns
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
    counts, _ = take_counts(y_true, y_pred, sample_weight, 1 if samplewise else 0)
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
    y_true, y_pred, weight, _ = check_pair(y_true, y_pred, "y_pred", sample_weight)
    truth, known = check_targets(check_rows(y_true))
    decision = check_decisions(y_pred)
    decision = decision if known is None else decision & known
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
