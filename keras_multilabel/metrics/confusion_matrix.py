"""Confusion matrices: 2 x 2 per label, and label by label."""

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.confusion_counts import confusion_counts, take_counts
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array, check_predictions, check_targets
from keras_multilabel.utils.rows import check_pair, check_rows

# Labels are compared in blocks of about this many entries, few enough for the cache.
BLOCK = 2**19


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
        y_pred: Predictions, 0 and 1, same shape; none with `Counts`.
        sample_weight: Shape (n_samples,).
        samplewise: Return a matrix per sample instead.

    Returns:
        Shape (n_labels, 2, 2), or (n_samples, 2, 2). Rows are the truth, columns the
        prediction.

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
    """Label x label: which labels were predicted in place of missed ones (MLCM)?

    In each sample, labels that are found count on the diagonal. Each missed label
    counts against each label that was predicted in excess; if none was missed, the
    excess counts against each true label.

    The diagonal over the sum of a row is not recall, since a miss counts once for each
    label in excess. The order of the labels does not matter. In the code that the
    authors published (mlcm 0.0.1) it does: there the first label in excess takes all
    misses, and the next ones count against labels that were found.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels). Unknown entries are
            left out.
        y_pred: Predictions, 0 and 1, same shape.
        sample_weight: Shape (n_samples,).

    Returns:
        Shape (n_labels + 1, n_labels + 1). Row i, column j: label i was true and j
        predicted. The last row stands for "no true label", the last column for "no
        label predicted".

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
    n_labels = check_rows(y_true).shape[1]
    dtype = np.int64 if weight is None else np.float64
    matrix = np.zeros((n_labels + 1, n_labels + 1), dtype)
    step = max(1, BLOCK // n_labels)
    for start in range(0, len(y_true), step):
        rows = slice(start, start + step)
        source, excess, kept = _confused(y_true[rows], y_pred[rows])
        row_weight = None if weight is None else weight[rows][kept]
        matrix += _product(source, excess, row_weight)
    hits = confusion_counts(y_true, y_pred, sample_weight=weight).tp
    matrix[np.diag_indices(n_labels)] += hits
    return matrix


def _confused(y_true: Array, y_pred: Array) -> tuple[Array, Array, Array]:
    """Missed labels and those predicted instead, per sample; and which samples."""
    truth, known = check_targets(y_true)
    predicted = check_predictions(y_pred)
    predicted = predicted if known is None else predicted & known
    none = np.asarray(~truth.any(1))
    missed, excess = truth & (predicted ^ 1), predicted & (truth ^ 1)
    any_missed, any_excess = missed.any(1), excess.any(1)
    # If none is missed, the excess counts against the true labels.
    source = np.where(any_missed[:, None], missed, truth)
    nothing_found = (any_missed | none) & ~any_excess
    # Rows that are right in every label add nothing, and there are many.
    kept = any_excess | nothing_found
    source = np.column_stack([source[kept], none[kept]])
    return source, np.column_stack([excess[kept], nothing_found[kept]]), kept


def _product(left: Array, right: Array, weight: Array | None) -> Array:
    """``left.T @ right`` over samples."""
    if weight is not None:
        return (left.astype(np.float64) * weight[:, None]).T @ right
    # float32 counts are exact up to 2^24, which a block does not reach.
    product = left.astype(np.float32).T @ right.astype(np.float32)
    return product.astype(np.int64)
