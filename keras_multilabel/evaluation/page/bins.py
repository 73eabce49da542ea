"""Counts of the predictions at some hundred thresholds, label by label.

The page offers no other thresholds, so each number that it shows is exact: the same as
in Python at that threshold. Besides the shared thresholds, each label has the one that
the report uses.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.metrics.averages import near_one
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array

# Steps of each power of ten: near 0 and 1, where the scores of rare labels crowd.
STEPS = [10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 25, 28, 30, 33, 36, 40, 45]
STEPS += [50, 55, 60, 65, 70, 80, 90]
SPARSE_STEPS = (10, 20, 50)
# Weights become multiples of this fraction of the largest label's sum.
UNITS = 2**30
# Up to here whole weights stay whole: their sums are exact, in Python and JavaScript.
MOST_WHOLE = 2**50
# For scores that are not probabilities: how many thresholds, from how many scores.
N_QUANTILES, SAMPLED = 361, 200_000


@dataclass(frozen=True, eq=False)
class LabelBins:
    """How many entries of one label lie between its thresholds, lowest first.

    Attributes:
        negatives: Below the first threshold, between the first two, and so on: one
            more than there are thresholds. Whole numbers.
        positives: The same.
    """

    negatives: Array
    positives: Array


def shared_thresholds(samples: Samples) -> Array:
    """Round thresholds: 0.02, 0.35, 0.995; for other scores quantiles."""
    if samples.probabilities:
        return _of_probabilities()
    flat = samples.y_score.reshape(-1)
    some = flat[:: max(1, flat.size // SAMPLED)].astype(np.float64)
    some = some[np.isfinite(some)]
    if not some.size:
        return np.zeros(1)
    levels = np.quantile(some, np.linspace(0, 1, N_QUANTILES))
    span = levels[-1] - levels[0]
    digits = 3 - int(np.floor(np.log10(span))) if span > 0 else 6
    return np.unique(np.round(levels, digits))


def _of_probabilities() -> Array:
    """Steps of 0.005 from 0.05 to 0.95, toward 0 and 1 by powers of ten."""
    low = [float(f"{step}e-{tens}") for tens in (9, 8, 7) for step in SPARSE_STEPS]
    low += [float(f"{step}e-{tens}") for tens in (6, 5, 4) for step in STEPS]
    low += [float(f"{step}e-3") for step in STEPS if step < 50]
    middle = np.arange(10, 191) / 200
    return np.concatenate(
        [[0.0], low, middle, np.round(1 - np.array(low[::-1]), 9), [1]]
    )


def label_thresholds(shared: Array, own: float) -> Array:
    """The shared thresholds and the label's own."""
    return np.unique(np.append(shared, own))


def count_bins(
    ranked: SortedScores, unit: float, shared: Array, own: Array
) -> list[LabelBins]:
    """Count the entries of each label between its thresholds.

    Args:
        ranked: Truth, scores and weights.
        unit: The unit that the page counts in.
        shared: The thresholds of all labels, ascending.
        own: The threshold of each label, shape (n_labels,).
    """

    def of_label(scores: SortedLabel, column: int) -> tuple[Array, Array]:
        counts = scores.counts_at(label_thresholds(shared, own[column]))
        negatives = np.concatenate([[scores.n_negative], counts.fp, [0]])
        return negatives, np.concatenate([[scores.n_positive], counts.tp, [0]])

    found = ranked.map(of_label)
    nothing = np.zeros(len(shared) + 2)
    bins = []
    for column, sums in enumerate(found):
        if sums is None:
            sums = (nothing[: len(label_thresholds(shared, own[column])) + 2],) * 2
        # Sums are rounded, not their differences, so that errors do not add up.
        whole = [np.rint(side / (unit / ranked.unit)).astype(np.int64) for side in sums]
        bins.append(LabelBins(*(side[:-1] - side[1:] for side in whole)))
    return bins


def weight_unit(weight: Array | None) -> float:
    """The unit that the page counts in: 1, or a small fraction of the total weight."""
    if weight is None:
        return 1.0
    near, exponent = near_one(weight)
    is_small = np.log2(near.sum()) + exponent <= np.log2(MOST_WHOLE)
    if is_small and (weight == np.rint(weight)).all():
        return 1.0
    return float(np.ldexp(near.sum() / UNITS, exponent))


def as_stream(bins: list[LabelBins]) -> Array:
    """All bins that are not empty, as whole numbers in a row.

    First the number for each label; then for all labels the gaps between their
    positions, their negatives, and their positives: similar numbers side by side
    compress best.
    """
    filled = [np.flatnonzero(each.negatives + each.positives) for each in bins]
    parts: list[Any] = [[len(places) for places in filled]]
    parts += [np.diff(places, prepend=-1) - 1 for places in filled]
    for side in ("negatives", "positives"):
        parts += [
            getattr(each, side)[places]
            for each, places in zip(bins, filled, strict=True)
        ]
    return np.concatenate(parts).astype(np.int64)
