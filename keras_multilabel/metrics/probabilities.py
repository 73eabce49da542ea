"""Brier score and log loss: how far probabilities are from the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import average_scores, divide
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.metrics.sorted_scores import OF_LOGITS, SortedScores
from keras_multilabel.metrics.stand_ins import check_given, refuse_samples
from keras_multilabel.utils.arguments import (
    Array,
    blank_unknown,
    check_average,
    check_probabilities,
    sides,
)
from keras_multilabel.utils.options import Average


def brier_score(
    y_true: npt.ArrayLike | SortedScores,
    y_score: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
) -> Any:
    """Mean squared difference between probability and truth; lower is better.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out). Or `SortedScores`, without ``y_score`` and
            ``sample_weight``.
        y_score: Probabilities, same shape.
        average: None, ``"micro"`` (over all known entries), ``"macro"``,
            ``"weighted"`` (by positives) or ``"samples"``.
        sample_weight: Shape (n_samples,).

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label without
        known entries.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are not probabilities, truth is not 0, 1 or
            unknown, or there are no samples.

    References:
        G. W. Brier, "Verification of forecasts expressed in terms of probability",
        Monthly Weather Review 78, 1950.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1]]
        >>> kml.brier_score(y_true, [[0.9, 0.2], [0.5, 0.6]], average=None)
        array([0.13, 0.1 ])
    """

    def squared(positive: Array, probability: Array) -> Array:
        return np.square(positive - probability)

    return _mean_of_entries(squared, y_true, y_score, average, sample_weight)


def log_loss(
    y_true: npt.ArrayLike | SortedScores,
    y_score: npt.ArrayLike | None = None,
    *,
    average: Average | None = "macro",
    sample_weight: npt.ArrayLike | None = None,
) -> Any:
    """Mean negative log of the probability given to the truth; lower is better.

    This is binary cross-entropy per label. As in scikit-learn, probabilities keep a
    distance of one rounding error from 0 and 1 (1.2e-7 in float32), so that a single
    certain but wrong prediction does not make the loss infinite.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out). Or `SortedScores`, without ``y_score`` and
            ``sample_weight``.
        y_score: Probabilities, same shape.
        average: None, ``"micro"`` (over all known entries), ``"macro"``,
            ``"weighted"`` (by positives) or ``"samples"``.
        sample_weight: Shape (n_samples,).

    Returns:
        A float, or an array (n_labels,) for ``average=None``. NaN for a label without
        known entries.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are not probabilities, truth is not 0, 1 or
            unknown, or there are no samples.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1]]
        >>> y_score = [[0.9, 0.2], [0.5, 0.6]]
        >>> kml.log_loss(y_true, y_score, average=None).round(3)
        array([0.399, 0.367])
    """

    def surprise(positive: Array, probability: Array) -> Array:
        least = np.finfo(probability.dtype).eps
        probability = probability.clip(least, 1 - least).astype(np.float64)
        return -np.log(np.where(positive == 1, probability, 1 - probability))

    return _mean_of_entries(surprise, y_true, y_score, average, sample_weight)


def _mean_of_entries(
    loss: Callable[[Array, Array], Array],
    y_true: npt.ArrayLike | SortedScores,
    y_score: npt.ArrayLike | None,
    average: Average | None,
    sample_weight: npt.ArrayLike | None,
) -> Any:
    """Average of the losses of known entries."""
    check_average(average)
    if isinstance(y_true, SortedScores):
        refuse_samples(y_true, y_score, average, sample_weight)
        return _mean_of_sorted(loss, y_true, average)
    y_score = check_given(y_score)
    samples, _ = check_calibrated(y_true, y_score, sample_weight).scaled()
    positive, known = sides(samples.truth)
    losses = loss(positive, samples.y_score)
    weight = np.ones(losses.shape) if known is None else known.astype(np.float64)
    if average == "samples":
        means = divide((losses * weight).sum(1), weight.sum(1), np.nan)
        return average_scores(
            means, average, support=None, sample_weight=samples.weight
        )
    if samples.weight is not None:
        weight *= samples.weight[:, None]
    totals, sizes = (losses * weight).sum(0), weight.sum(0)
    if average == "micro":
        return float(divide(totals.sum(), sizes.sum(), np.nan))
    support = (positive * weight).sum(0)
    return average_scores(divide(totals, sizes, np.nan), average, support=support)


def _mean_of_sorted(
    loss: Callable[[Array, Array], Array], ranked: SortedScores, average: Average | None
) -> Any:
    """The same from sorted scores."""
    ranked.check_probabilities()

    def of_label(label: SortedLabel, _: int) -> tuple[float, float, float]:
        parts = (1, label.above), (0, label.below)
        total = sum(
            side.sum(loss(np.array(truth, np.uint8), side.scores.clip(0, 1)))
            for truth, side in parts
        )
        return total, label.n_positive + label.n_negative, label.n_positive

    found = ranked.map(of_label)
    totals, sizes, support = np.array([each or (0.0, 0.0, 0.0) for each in found]).T
    if average == "micro":
        return float(divide(totals.sum(), sizes.sum(), np.nan))
    return average_scores(divide(totals, sizes, np.nan), average, support=support)


def check_calibrated(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, sample_weight: npt.ArrayLike | None
) -> Samples:
    """Truth and probabilities from 0 to 1, with any score where truth is unknown."""
    samples = Samples.of(y_true, y_score, sample_weight)
    probability = blank_unknown(samples.y_score, samples.truth)
    check_probabilities(probability, "y_score", OF_LOGITS)
    return Samples(samples.truth, probability.clip(0, 1), samples.weight)
