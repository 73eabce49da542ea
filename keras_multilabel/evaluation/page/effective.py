"""Effective numbers of rows of reported intervals, so that the page can make others.

Weights and groups make intervals wider than as many single rows would. The page has no
rows: at other thresholds it uses Wilson's interval with the number of effective rows
per counted row that matches the report's own interval at its thresholds.
"""

from typing import Any

import numpy as np
from scipy.special import ndtri

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array

SCORES = ("precision", "recall", "f1_score")


def normal_quantile(confidence: float) -> float:
    """Number of standard deviations of a normal confidence interval."""
    return float(ndtri(0.5 + confidence / 2))


def effective_shares(intervals: Any, counts: Counts) -> list[Array]:
    """Effective rows per counted row, for precision, recall and F1 of each label."""
    z = normal_quantile(intervals.confidence)
    missed_too = counts.tp + counts.fp + counts.fn
    shares = []
    for name, rows in zip(
        SCORES, (counts.predicted, counts.support, missed_too), strict=True
    ):
        value, low, high = (
            np.asarray(x, np.float64) for x in intervals.per_label[name]
        )
        if name == "f1_score":  # 2 J / (1 + J) of the Jaccard index, a plain share
            value, low, high = (f1 / (2 - f1) for f1 in (value, low, high))
        shares.append(_effective(value, low, high, z) / np.where(rows > 0, rows, 1))
    every = np.concatenate(
        [share[np.isfinite(share) & (share > 0)] for share in shares]
    )
    usual = float(np.median(every)) if every.size else 1.0
    known = [np.isfinite(share) & (share > 0) for share in shares]
    return [np.where(ok, s, usual) for ok, s in zip(known, shares, strict=True)]


def _effective(value: Array, low: Array, high: Array, z: float) -> Array:
    """The n at which Wilson's interval of a share has this width; NaN without one.

    With t = z^2 / n and half the width h: h (1 + t) = sqrt(t p (1 - p) + t^2 / 4).
    """
    half = (high - low) / 2
    a, b = half**2 - 0.25, 2 * half**2 - value * (1 - value)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (-b - np.sqrt(b**2 - 4 * a * half**2)) / (2 * a)
        return np.where(t > 0, z**2 / t, np.nan)
