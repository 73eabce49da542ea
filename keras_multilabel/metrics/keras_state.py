"""The state of a compiled metric, fetched from its device: counts and histogram."""

from typing import Any

import numpy as np
from keras import ops

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram


def counts_of(counted: Any, weighted: Any, names: list[Any] | None) -> Counts:
    """Counts per label: integers, or floats once weights were given."""
    total = ops.convert_to_numpy(counted).astype(np.int64)
    weights = ops.convert_to_numpy(weighted).astype(np.float64).sum(0)
    both, predicted, truth, known = total + weights if weights.any() else total
    outcomes = both, predicted - both, truth - both, known - predicted - truth + both
    # Rounding may put weights just below zero.
    tp, fp, fn, tn = (np.maximum(each, 0) for each in outcomes)
    return Counts(tp, fp, fn, tn, axis=0, label_names=names)


def histogram_of(
    cells: Any, weighted: Any, num_labels: int, names: list[Any] | None
) -> ScoreHistogram:
    """The histogram of flat cells: negatives of each label, then positives."""
    total = ops.convert_to_numpy(cells).astype(np.int64)
    weights = ops.convert_to_numpy(weighted)
    total = total + weights.astype(np.float64) if weights.any() else total
    sides = total.reshape(2, num_labels, -1).transpose(0, 2, 1)
    histogram: ScoreHistogram = ScoreHistogram.of_bins(*sides, label_names=names)
    return histogram
