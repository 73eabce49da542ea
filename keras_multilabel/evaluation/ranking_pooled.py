"""Average precision and ROC AUC of all entries as if they were one label."""

from __future__ import annotations

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.pooled import NOTHING, mean_interval
from keras_multilabel.evaluation.ranking import RANKINGS, Ranking
from keras_multilabel.evaluation.ranking_influence import Bins
from keras_multilabel.metrics.ranking import average_precision, rank_samples, roc_auc
from keras_multilabel.utils.arguments import Array

SCORES = {"average_precision": average_precision, "roc_auc": roc_auc}
# About this many rows show how rows vary: to a hundredth of the interval's width.
SHOWN_ROWS = 10_000


def pooled_intervals(
    ranking: Ranking, confidence: float, zero_division: float
) -> dict[str, Interval]:
    """The micro averages: exact scores, and intervals in which a row counts as one."""
    samples, units = ranking.samples, ranking.units
    positives = (samples.truth == 1).sum(1)
    has_both = positives.any() and (samples.truth == 0).any()
    influences = _influences(ranking) if has_both else {}
    found = {}
    for name, score in SCORES.items():
        undefined = zero_division if name == RANKINGS[0] else np.nan
        value = float(rank_samples(score, samples, "micro", undefined)[0][0])
        if np.isnan(value):
            found[name] = NOTHING
        elif not positives.any():
            found[name] = Interval(value, 0.0, 1.0)
        else:
            # With positives only, average precision is 1 whatever the scores.
            influence = influences.get(name, np.zeros(1))
            found[name] = mean_interval(units, value, influence, positives, confidence)
    return found


def _influences(ranking: Ranking) -> dict[str, Array]:
    """The contributions of some units to both scores, as if they were all of them."""
    truth, units = ranking.samples.truth, ranking.units
    share = min(1.0, SHOWN_ROWS / units.n_rows)
    shown = np.random.default_rng(0).random(len(units)) < share
    if share == 1 or not (truth[_rows(ranking, shown)] == 1).any():
        shown[:] = True
    rows = _rows(ranking, shown)
    truth, score = truth[rows], ranking.samples.y_score[rows]
    known = truth >= 0
    weight = units.weight
    if weight is not None:
        weight = np.broadcast_to(weight[rows, None], truth.shape)[known]
    bins = Bins.pooled(truth[known] == 1, score[known], weight)
    influences = {}
    for name, found in zip(
        RANKINGS, (bins.average_precision(), bins.roc_auc()), strict=True
    ):
        of_entries = np.zeros(truth.shape)
        of_entries[known] = found.of_rows
        every = np.zeros(units.n_rows)
        every[rows] = of_entries.sum(1)
        # The squares of a part of the units add up to more than those of all would.
        influences[name] = units.add_up(every) * np.sqrt(shown.mean())
    return influences


def _rows(ranking: Ranking, shown: Array) -> Array:
    """Which rows are of the units."""
    group = ranking.units.group
    return shown if group is None else shown[group]
