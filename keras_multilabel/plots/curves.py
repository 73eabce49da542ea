"""Curves over the threshold, label by label, with as many points as a plot shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.plots.inputs import Scored
from keras_multilabel.utils.arguments import Array

# Thresholds of a curve: more than the pixels of a panel. Up to `EXACT` all are used.
POINTS, EXACT = 300, 1200


@dataclass(frozen=True, eq=False)
class Curve:
    """Counts of one label's predictions at each threshold.

    Attributes:
        thresholds: Ascending; the last is above all scores.
        counts: Counts at each, shape (n_thresholds,).
        value: A score of the curve, exact.
    """

    thresholds: Array
    counts: Counts
    value: float


def curves_of(
    scored: Scored,
    value: Callable[[SortedLabel, float], float],
    of_histogram: Callable[..., Array],
) -> list[Curve | None]:
    """The curve of each label, with its value; None without known entries."""
    if scored.ranked is not None:

        def of_label(scores: SortedLabel, _: int) -> Curve:
            sides = [scores.above.scores, scores.below.scores]
            if sum(map(len, sides)) > EXACT:
                sides = [_some(side) for side in sides]
            at = np.unique(np.concatenate(sides))
            return _ended(at, scores.counts_at(at), value(scores, np.nan))

        return scored.ranked.map(of_label)
    assert scored.histogram is not None
    values = of_histogram(scored.histogram, average=None, zero_division=np.nan)
    return _of_histogram(scored.histogram, values)


def _of_histogram(histogram: ScoreHistogram, values: Array) -> list[Curve | None]:
    counts, curves = histogram.counts(), list[Curve | None]()
    entries = histogram.positives + histogram.negatives
    for label, value in enumerate(values.tolist()):
        # The counts are constant between bins that are not empty.
        filled = np.flatnonzero(entries[:, label])
        at = histogram.thresholds[filled]
        c = counts[label]
        some = Counts(c.tp[filled], c.fp[filled], c.fn[filled], c.tn[filled], None)
        curves.append(_ended(at, some, value) if len(at) else None)
    return curves


def _some(scores: Array) -> Array:
    """Scores at even ranks, and more of the highest, where precision moves most."""
    n = len(scores)
    if n <= POINTS:
        return scores
    even = np.linspace(0, n - 1, POINTS).astype(int)
    highest = n - np.unique(np.geomspace(1, n, POINTS // 2).astype(int))
    return scores[np.union1d(even, highest)]


def _ended(thresholds: Array, counts: Counts, value: float) -> Curve:
    """The curve with a threshold above all scores, where nothing is predicted."""
    c = counts
    ended = Counts(
        np.append(c.tp, 0),
        np.append(c.fp, 0),
        np.append(c.fn, c.support[-1]),
        np.append(c.tn, c.fp[-1] + c.tn[-1]),
        axis=None,
    )
    return Curve(np.append(thresholds, np.inf), ended, value)


def chosen_counts(scored: Scored) -> Counts | None:
    """Counts at the chosen thresholds; None if there are none."""
    if scored.thresholds is None:
        return None
    if scored.ranked is not None:
        return scored.ranked.counts(scored.thresholds)
    assert scored.histogram is not None
    return scored.histogram.counts(scored.thresholds)
