"""Expected calibration error: predicted probabilities against observed frequencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.probabilities import check_calibrated
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.metrics.stand_ins import check_given, refuse_samples
from keras_multilabel.utils.arguments import (
    Array,
    check_average,
    check_word,
    sides,
)
from keras_multilabel.utils.options import PooledAverage

Strategy = Literal["quantile", "uniform"]


def calibration_error(
    y_true: npt.ArrayLike | SortedScores,
    y_score: npt.ArrayLike | None = None,
    *,
    average: PooledAverage | None = "macro",
    n_bins: int = 15,
    strategy: Strategy = "quantile",
    sample_weight: npt.ArrayLike | None = None,
) -> Any:
    """Expected calibration error (ECE): how far probabilities are from frequencies.

    The samples of a label are put into bins by their probability; the error is the mean
    over the samples of the difference between the mean probability of the bin and the
    share of positives in it. ``"micro"`` treats all labels as one, so a label with
    probabilities that are too high can hide another whose are too low: it says little
    about any single label.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out). Or `SortedScores`, without ``y_score`` and
            ``sample_weight``.
        y_score: Probabilities, same shape.
        average: None, ``"micro"``, ``"macro"`` or ``"weighted"`` (by positives).
        n_bins: Number of bins.
        strategy: ``"quantile"``: bins of equal weight, with equal probabilities in the
            same bin. ``"uniform"``: bins of equal width.
        sample_weight: Shape (n_samples,).

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label without
        known entries. With few samples it is above 0 even for perfect probabilities:
        compare it between models on the same data.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are not probabilities, truth is not 0, 1 or
            unknown, there are no samples, or an option is out of range.

    References:
        C. Guo et al., "On calibration of modern neural networks", ICML 2017.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1], [0], [1], [1]]
        >>> y_score = [[0.8], [0.2], [0.8], [0.8]]
        >>> round(kml.calibration_error(y_true, y_score, n_bins=2), 3)
        0.2
    """
    check_average(average)
    if average not in (None, *get_args(PooledAverage)):
        raise ValueError(
            f"calibration_error has no average={average!r}: a sample has too few "
            "entries."
        )
    check_word("strategy", strategy, Strategy)
    if not isinstance(n_bins, (int, np.integer)) or n_bins < 1:
        raise ValueError(f"n_bins must be a positive integer; got {n_bins!r}.")
    if isinstance(y_true, SortedScores):
        refuse_samples(y_true, y_score, average, sample_weight)
        y_true.check_probabilities()
        ranked = y_true.pooled if average == "micro" else y_true
        columns = [column_of(label) for label in ranked.labels]
    else:
        y_score = check_given(y_score)
        samples, _ = check_calibrated(y_true, y_score, sample_weight).scaled()
        columns = list(_columns(samples.pooled if average == "micro" else samples))
    errors = [_error(column, int(n_bins), strategy) for column in columns]
    support = [column.weight @ column.positive for column in columns]
    if average == "micro":
        return float(errors[0])
    return average_scores(np.array(errors), average, support=np.array(support))


class Column(NamedTuple):
    """The known samples of a label, with any weights."""

    positive: Array
    probability: Array
    weight: Array


def _columns(samples: Samples) -> Iterator[Column]:
    positive, known = sides(samples.truth)
    weight = np.ones(len(positive)) if samples.weight is None else samples.weight
    for label in range(positive.shape[1]):
        rows = weight > 0
        if known is not None:
            rows &= known[:, label] == 1
        probability = samples.y_score[rows, label].astype(np.float64)
        yield Column(positive[rows, label], probability, weight[rows])


def column_of(label: SortedLabel | None) -> Column:
    """The samples of a label, in units of weight."""
    if label is None:
        return Column(*np.zeros((3, 0)))
    sides = label.above, label.below
    return Column(
        np.repeat(np.array([1, 0], np.uint8), [len(side) for side in sides]),
        np.concatenate([side.scores for side in sides]).clip(0, 1).astype(np.float64),
        np.concatenate(
            [np.ones(len(s)) if s.weight is None else s.weight for s in sides]
        ),
    )


def _error(column: Column, n_bins: int, strategy: str) -> float:
    positive, probability, weight = column
    if len(positive) == 0:
        return np.nan
    if strategy == "uniform":
        bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], probability)
    else:
        bins = quantile_bins(probability, weight, n_bins)
    # |sum of p - sum of y| over all: a bin's share times the difference of its means.
    off = np.bincount(bins, weight * (probability - positive))
    return float(np.abs(off).sum() / weight.sum())


def quantile_bins(values: Array, weight: Array, n_bins: int) -> Array:
    """The bin of each value, all of about equal weight; equal values share one."""
    distinct, group = np.unique(values, return_inverse=True)
    sums = np.bincount(group, weight, minlength=len(distinct))
    # By the middle of its weight, so that the order of equal values does not matter,
    # and a weight of 2 equals the value twice.
    middle = (np.cumsum(sums) - sums / 2) / sums.sum()
    return np.minimum((middle * n_bins).astype(np.int64), n_bins - 1)[group]
