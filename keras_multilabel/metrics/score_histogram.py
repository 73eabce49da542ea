"""`score_histogram`: the `ScoreHistogram` of data that fits in memory."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy.typing as npt

from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.utils.dask import is_dask, sum_blocks
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.matrices import check_positions
from keras_multilabel.utils.rows import check_weighted


def score_histogram(
    y_true: Any,
    y_score: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    bins: int | None = None,
    label_names: Iterable[Any] | None = None,
) -> ScoreHistogram:
    """Count positives and negatives per bin of the score, in one call.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out); dense or scipy.sparse. Each of the arrays may be a
            Dask array or data frame, whose blocks are counted where they are.
        y_score: Probabilities, same shape.
        sample_weight: Shape (n_samples,). A row of weight 2 counts twice.
        bins: Minimum number of bins, as in `ScoreHistogram`.
        label_names: One name per label, to carry along. Default: the names of the
            columns, if an argument is a data frame.

    Returns:
        `ScoreHistogram`, for scores, thresholds and plots.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, truth is not 0, 1 or unknown, scores do not lie
            from 0 to 1, ``bins`` is out of range, or ``label_names`` is not one name
            per label.

    Example:
        >>> import keras_multilabel as kml
        >>> histogram = kml.score_histogram([[1, 0], [0, 1]], [[0.9, 0.2], [0.6, 0.1]])
        >>> kml.roc_auc_score(histogram, average=None)
        array([1., 0.])
    """
    count = partial(_count, bins=bins)
    if is_dask(y_true, y_score, sample_weight):
        histogram = sum_blocks(
            count, y_true=y_true, y_score=y_score, sample_weight=sample_weight
        )
    else:
        histogram = count(y_true, y_score, sample_weight)
    check_weighted(
        histogram.positives.any() or histogram.negatives.any(), sample_weight
    )
    num_labels = histogram.num_labels
    histogram.label_names = given_names(label_names, num_labels, y_true, y_score)
    return histogram


def _count(y_true: Any, y_score: Any, weight: Any, bins: int | None) -> ScoreHistogram:
    histogram = ScoreHistogram(check_positions(y_score, "y_score").shape[-1], bins)
    histogram.update(y_true, y_score, weight)
    return histogram
