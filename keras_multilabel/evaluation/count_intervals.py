"""Intervals of precision, recall and F1, per label and averaged, in two passes.

The first pass counts. The second adds up each row's contribution to the scores of all
labels, so that labels that rise and fall together also do so in the average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.macro import Labels
from keras_multilabel.evaluation.pooled import NOTHING, mean_interval, ratio_interval
from keras_multilabel.evaluation.predictions import (
    TRIALS,
    Predictions,
    trial_coefficients,
)
from keras_multilabel.evaluation.proportions import (
    Shares,
    f1_moments,
    f1_of_jaccard,
    share_moments,
)
from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import average_ratio, average_scores, divide
from keras_multilabel.utils.arguments import Array

RATIOS = {"precision": ratios.precision, "recall": ratios.recall, "f1_score": ratios.f1}
Scored = dict[str, Interval]


@dataclass(frozen=True)
class CountIntervals:
    """Intervals of all scores of predictions, see `ScoreIntervals`."""

    per_label: Scored
    averages: dict[str, Scored]
    overall: Scored
    frequent: Scored


def count_intervals(
    predictions: Predictions, confidence: float, zero_division: float, frequent: Array
) -> CountIntervals:
    """Intervals of all scores; for ``frequent`` labels the macro average too."""
    labels = {
        score: _labels(predictions, score, confidence, zero_division)
        for score in TRIALS
    }
    steps = [_steps(predictions, score, labels[score]) for score in TRIALS]
    weighted = [_weighted_steps(predictions, score, labels[score]) for score in TRIALS]
    columns = [*steps, *(each * frequent for each in steps), *weighted]
    sums = predictions.project(np.stack(columns, axis=-1))
    squares = (sums**2).sum(0).tolist()

    def means(start: int, among: Any) -> Scored:
        return {
            score: labels[score].mean(squares[at], len(sums), zero_division, among)
            for at, score in enumerate(TRIALS, start)
        }

    averages = {
        "micro": _micro(predictions, confidence, zero_division),
        "macro": means(0, True),
        "weighted": {
            score: _weighted(predictions, labels[score], sums[:, at], confidence)
            for at, score in enumerate(TRIALS, 2 * len(TRIALS))
        },
        "samples": _samples(predictions, confidence, zero_division),
    }
    per_label = {score: each.interval for score, each in labels.items()}
    overall = _overall(predictions, confidence)
    return CountIntervals(per_label, averages, overall, means(3, frequent))


def _labels(
    predictions: Predictions, score: str, confidence: float, zero_division: float
) -> Labels:
    shares = predictions.shares(score, confidence)
    value, ends = shares.value, shares.bounds()
    if score == "f1_score":
        value, ends = f1_of_jaccard(value), tuple(map(f1_of_jaccard, ends))
    has_trials, is_known = shares.size > 0, predictions.counts.total > 0
    skew = sum(ends) / 2 - value
    # Without trials all that is known is that the score lies from 0 to 1.
    value = np.where(has_trials, value, zero_division)
    is_nan = ~is_known | np.isnan(value)
    interval = Interval(*(np.where(is_nan, np.nan, each) for each in (value, *ends)))
    bias, deviation, expected = _moments(score, shares, has_trials)
    units = predictions.units
    z = units.z(confidence, len(units))
    return Labels(interval, bias, deviation, z, has_trials, is_known, expected, skew)


def _moments(
    score: str, shares: Shares, has_trials: Array
) -> tuple[Array, Array, Array]:
    """Bias and standard deviation of each label, and the share that they assume."""
    z = np.broadcast_to(shares.z, has_trials.shape)[has_trials]
    seen = Shares(shares.value[has_trials], shares.size[has_trials], z)
    moments = f1_moments if score == "f1_score" else share_moments
    bias, variance = moments(seen)
    every = np.zeros((3, len(has_trials)))
    every[:, has_trials] = bias, np.sqrt(variance), seen.shrunken()
    return every[0], every[1], every[2]


def _steps(predictions: Predictions, score: str, labels: Labels) -> Array:
    """What the entries of each label add to the sum of its scores, (3, n_labels).

    Scaled so that the squares add up to the binomial variance, which few trials do not
    show.
    """
    spread = predictions.spread(score, labels.expected)
    scale = divide(labels.deviation, spread, 0.0)
    return trial_coefficients(score, labels.expected) * scale


def _weighted_steps(predictions: Predictions, score: str, labels: Labels) -> Array:
    """What each entry adds to the average weighted by support, (3, n_labels)."""
    value, counts = labels.interval.value, predictions.counts
    support = np.where(np.isnan(value), 0.0, counts.support)
    value = np.nan_to_num(value)
    total = support.sum()
    if total == 0:
        return np.zeros((3, len(value)))
    over = {"precision": counts.predicted, "recall": counts.support}.get(
        score, counts.support + counts.predicted
    )
    scale = divide(support, over, 0.0)
    if score == "f1_score":
        steps = np.stack([np.full(len(value), 2.0), -value, -value]) * scale
    else:
        steps = trial_coefficients(score, value) * scale
    steps[1] += np.where(support > 0, value - support @ value / total, 0.0)
    return np.asarray(steps / total)


def _weighted(
    predictions: Predictions, labels: Labels, influence: Array, confidence: float
) -> Interval:
    support = predictions.counts.support
    value = average_scores(labels.interval.value, "weighted", support=support)
    if np.isnan(value):
        return NOTHING
    # A sample counts as often as it has positives.
    trials = predictions.of_rows.support
    if not trials.any():
        return Interval(value, 0.0, 1.0)
    return mean_interval(predictions.units, value, influence, trials, confidence)


def _micro(predictions: Predictions, confidence: float, zero_division: float) -> Scored:
    counts = predictions.of_rows
    if not counts.total.any():
        return dict.fromkeys(TRIALS, NOTHING)
    trials = {
        "precision": counts.predicted,
        "recall": counts.support,
        "f1_score": counts.support + counts.fp,
    }
    found = {}
    for score, denominator in trials.items():
        interval = ratio_interval(predictions.units, counts.tp, denominator, confidence)
        if score == "f1_score":
            interval = Interval(*map(f1_of_jaccard, interval))
        found[score] = _or_undefined(interval, zero_division)
    return found


def _or_undefined(interval: Interval, zero_division: float) -> Interval:
    """With nothing to divide by, the score is a convention, and unknown."""
    if not np.isnan(interval.value) or np.isnan(zero_division):
        return interval
    return Interval(zero_division, 0.0, 1.0)


def _samples(
    predictions: Predictions, confidence: float, zero_division: float
) -> Scored:
    counts = predictions.of_rows
    found = {}
    for score, ratio in RATIOS.items():
        scores = average_ratio(ratio, counts, None, None, zero_division)
        defined = ~np.isnan(scores)
        scores = np.where(defined, scores, 0.0)
        found[score] = ratio_interval(
            predictions.units, scores, defined.astype(float), confidence
        )
    return found


def _overall(predictions: Predictions, confidence: float) -> Scored:
    counts, units = predictions.of_rows, predictions.units
    wrong, known = counts.fp + counts.fn, counts.total
    exact = (wrong == 0) & (known > 0)
    return {
        "subset_accuracy": ratio_interval(
            units, exact.astype(float), (known > 0).astype(float), confidence
        ),
        "hamming_loss": ratio_interval(units, wrong, known, confidence),
    }
