"""Ratios and averages, each rule written once."""

from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.ratios import Ratio
from keras_multilabel.utils.arguments import Array


def divide(numerator: Array, denominator: Array, zero_division: float) -> Array:
    """Return the ratio, and ``zero_division`` where the denominator is 0."""
    denominator = np.asarray(denominator)
    ratio = np.full(denominator.shape, zero_division, np.float64)
    return np.divide(numerator, denominator, out=ratio, where=denominator != 0)


def near_one(weights: Array) -> tuple[Array, int]:
    """The weights divided by a power of 2, the largest from 1 to 2; and the exponent.

    Nothing is rounded, and sums, squares and products do not overflow.
    """
    exponent = int(np.frexp(np.max(weights, initial=0.0))[1]) - 1
    return np.ldexp(weights, -exponent), exponent


def kish(weights: Array, axis: int = 0) -> Any:
    """Kish's effective number of items with these weights; 0 if all are 0.

    References:
        L. Kish (1965), Survey Sampling. Wiley, section 8.2.
    """
    squares = (weights**2).sum(axis)
    return np.divide(
        weights.sum(axis) ** 2,
        squares,
        out=np.zeros(np.shape(squares)),
        where=squares > 0,
    )[()]


def average_scores(
    scores: Array,
    average: str | None,
    *,
    support: Array | None,
    sample_weight: npt.ArrayLike | None = None,
) -> Any:
    """Average over the last axis; NaN scores are left out.

    ``"micro"`` is not here: it adds first and divides then, so its callers pool the
    labels and have nothing left to average.
    """
    if average is None:
        return scores
    weights = {"macro": None, "weighted": support, "samples": sample_weight}[average]
    defined = ~np.isnan(scores)
    if average == "samples" and weights is not None:
        # A sample of weight 0 counts as if it were not there.
        defined &= np.asarray(weights) > 0
    if weights is None and defined.all():
        return as_float(scores.mean(-1))
    if weights is None:
        weight = defined.astype(np.float64)
    else:
        weight = defined * near_one(np.asarray(weights, np.float64))[0]
    # If all weights are 0, the plain mean, as in scikit-learn.
    weight = np.where(weight.sum(-1, keepdims=True) == 0, defined, weight)
    total = np.where(defined, scores * weight, 0.0).sum(-1)
    return as_float(divide(total, weight.sum(-1), np.nan))


def average_ratio(
    ratio: Ratio,
    counts: Counts,
    average: str | None,
    sample_weight: npt.ArrayLike | None,
    zero_division: float,
) -> Any:
    """The ratio of counts, averaged, without checks."""
    if average == "micro" and counts.axis is not None:
        counts = counts.sum()
    # Without known entries there is no score, be it for a label, a sample or for all.
    scores = divide(*ratio(counts), zero_division)
    known = counts.total > 0
    scores = scores if known.all() else np.where(known, scores, np.nan)
    if counts.axis is None:
        return as_float(scores)
    return average_scores(
        scores, average, support=counts.support, sample_weight=sample_weight
    )


def exact_match(counts: Counts, sample_weight: npt.ArrayLike | None) -> Any:
    """The share of samples with no label wrong, from counts per sample."""
    exact = np.where(counts.total > 0, (counts.fp + counts.fn) == 0, np.nan)
    return average_scores(exact, "samples", support=None, sample_weight=sample_weight)


def as_float(score: Array) -> Any:
    """Return a Python float for a single score, an array for several."""
    return float(score) if np.ndim(score) == 0 else score
