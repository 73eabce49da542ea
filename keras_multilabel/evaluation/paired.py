"""The interval of the difference of two models' scores, from the interval of each.

Swaps of the models' decisions say what chance makes of two models that are alike in
every way. Two models may be equally good and not alike: one predicts a label often, the
other seldom. Then the ends of their own intervals, and how the scores vary together,
say how far the difference may be off.

References:
    G. Y. Zou and A. Donner (2008), Construction of confidence limits about effect
    measures: a general approach. Statistics in Medicine 27 (MOVER).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.evaluation.decisions import TRIALS, Decisions
from keras_multilabel.evaluation.pooled import ratio_interval
from keras_multilabel.evaluation.proportions import f1_of_jaccard, wilson
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# The share of trials that a score is, or rises with.
SHARES = {
    "f1": "f1_score",
    "jaccard": "f1_score",
    "precision": "precision",
    "recall": "recall",
}
# Rows that are made floats at a time.
BLOCK_ROWS = 1024


class Reach(NamedTuple):
    """How far an interval reaches below the difference and above it.

    Attributes:
        below: Shape (n_labels,), or a float.
        above: Likewise.
    """

    below: Any
    above: Any


class _Model(NamedTuple):
    """One model's scores per label, and what an entry adds to them."""

    score: Any
    low: Any
    high: Any
    # Of both, truth and decision, (3, n_labels).
    steps: Array


def paired_reach(
    a: Decisions, b: Decisions, metric: str, confidence: float, shares: Array
) -> tuple[Reach, Reach]:
    """Of each label's difference, and of their sum weighted by ``shares``."""
    models = [_model(each, metric, confidence) for each in (a, b)]
    of_a, of_b, of_both = _sums_of_squares(a, b, models)
    labels = _reach(models, of_a, of_b, of_both)
    differ = ((a.y_pred != b.y_pred) & (a.truth >= 0)).any(0)
    labels = Reach(*(np.where(differ, each, 0.0) for each in labels))
    spread = np.sqrt(np.maximum(of_a + of_b - 2 * of_both, 0.0))
    # Scores of 0 and 1 do not show how they vary: of a single unit all labels may do so
    # together, of many each by itself.
    steps = shares * np.stack(labels)
    hidden = np.where(spread > 0, 0.0, steps)
    alone, together = (hidden**2).sum(1), hidden.sum(1) ** 2
    alone += (together - alone) / len(a.units)
    scales = divide(steps, np.broadcast_to(spread, steps.shape), 0.0)
    sums = _sums_over_labels(a, b, models, scales)
    return labels, Reach(*np.sqrt(sums + alone).tolist())


def pooled_reach(a: Decisions, b: Decisions, metric: str, confidence: float) -> Reach:
    """Of the difference of all labels pooled."""
    trial, units = np.array(TRIALS[SHARES[metric]], float), a.units
    models, influences = [], []
    for each in (a, b):
        counts = each.of_rows
        entries = (counts.tp, counts.support, counts.predicted)
        trials = trial @ np.stack(entries).astype(float)
        found = np.nan_to_num(ratio_interval(units, counts.tp, trials, confidence))
        scale = 2 / (1 + found[0]) ** 2 if metric == "f1" else 1.0
        influence = units.add_up(counts.tp - found[0] * trials)
        total = max(float(units.add_up(trials).sum()), 1e-300)
        influences.append(influence * scale / total)
        score, low, high = f1_of_jaccard(found) if metric == "f1" else found
        models.append(_Model(score, low, high, np.empty(0)))
    x, y = influences
    if (a.y_pred == b.y_pred)[a.truth >= 0].all():
        return Reach(0.0, 0.0)
    return _reach(models, x @ x, y @ y, x @ y)


def _model(decisions: Decisions, metric: str, confidence: float) -> _Model:
    found = decisions.shares(SHARES[metric], confidence)
    trial = np.array(TRIALS[SHARES[metric]], float)
    counts = decisions.counts
    sums = np.stack([counts.tp, counts.support, counts.predicted])
    low, high = wilson(found.value, found.size, found.z)
    steps = np.multiply.outer(-trial, found.value)
    steps[0] += 1
    steps = divide(steps, np.broadcast_to(trial @ sums, steps.shape), 0.0)
    if metric != "f1":
        return _Model(found.value, low, high, steps)
    steps *= 2 / (1 + found.value) ** 2
    score, low, high = f1_of_jaccard(np.stack([found.value, low, high]))
    return _Model(score, low, high, steps)


def _reach(models: list[_Model], of_a: Any, of_b: Any, of_both: Any) -> Reach:
    """From the intervals of both, and sums of squares and products of influences."""
    a, b = models
    together = divide(of_both, np.sqrt(of_a * of_b), 0.0).clip(-1, 1)

    def reach(one: Array, other: Array) -> Array:
        squares = one**2 + other**2 - 2 * together * one * other
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)))

    return Reach(
        reach(a.score - a.low, b.high - b.score),
        reach(a.high - a.score, b.score - b.low),
    )


def _influences(
    a: Decisions, b: Decisions, models: list[_Model], rows: slice
) -> list[Array]:
    """What each unit adds to the scores of both models, (n_units, n_labels) each."""
    found = []
    for decisions, model in zip((a, b), models, strict=True):
        if decisions.units.group is not None:
            parts = [each[rows] for each in decisions.of_groups]
        else:
            parts = [each.astype(float) for each in decisions.entries(rows)]
        total = sum(part * step for part, step in zip(parts, model.steps, strict=True))
        if decisions.units.group is None and decisions.units.weight is not None:
            total = total * decisions.units.weight[rows, None]
        found.append(np.asarray(total))
    return found


def _blocks(a: Decisions) -> list[slice]:
    return equal_parts(len(a.units), BLOCK_ROWS)


def _sums_of_squares(a: Decisions, b: Decisions, models: list[_Model]) -> Array:
    """Of a, of b and of their product, (3, n_labels)."""

    def of_block(rows: slice) -> Array:
        one, other = _influences(a, b, models, rows)
        pairs = ((one, one), (other, other), (one, other))
        return np.stack([np.einsum("ij,ij->j", x, y) for x, y in pairs])

    return np.sum(map_threads(of_block, _blocks(a)), axis=0)


def _sums_over_labels(
    a: Decisions, b: Decisions, models: list[_Model], scales: Array
) -> Array:
    """Sums of squares, over the units, of their steps times scales of labels, (2,)."""

    def of_block(rows: slice) -> Array:
        one, other = _influences(a, b, models, rows)
        return np.square((one - other) @ scales.T).sum(0)

    return np.sum(map_threads(of_block, _blocks(a)), axis=0)
