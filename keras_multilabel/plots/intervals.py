"""Intervals to draw: those of a report, or of counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtri

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array


def wilson(hits: Array, trials: Array, confidence: float = 0.95) -> Interval:
    """Temporary."""
    hits, trials = np.asarray(hits, float), np.asarray(trials, float)
    z = ndtri(0.5 + confidence / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = hits / trials
        middle = (hits + z**2 / 2) / (trials + z**2)
        half = z / (trials + z**2) * np.sqrt(hits * (trials - hits) / trials + z**2 / 4)
    return Interval(p, middle - half, middle + half)


def of_counts(counts: Counts, confidence: float) -> Mapping[str, Interval]:
    """Precision, recall and F1 of each label."""
    jaccard = wilson(counts.tp, counts.support + counts.fp, confidence)
    f1 = Interval(*(2 * end / (1 + end) for end in jaccard))
    return {
        "precision": wilson(counts.tp, counts.predicted, confidence),
        "recall": wilson(counts.tp, counts.support, confidence),
        "f1_score": f1,
    }
