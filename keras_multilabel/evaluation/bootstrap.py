"""Percentile intervals: scores of resamples drawn from the sample.

A resample counts each unit a number of times. The counts of all resamples are one
matrix product: draws, (n_resamples, n_units), times the counts of each unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_multilabel.evaluation.count_intervals import RATIOS, CountIntervals
from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.metrics.averages import average_ratio, average_scores, divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads

# Units converted to floats at a time.
BLOCK_UNITS = 1024
# Draws are held as bytes, for this many resamples and units at a time.
MOST_DRAWS = 2**28
# Resamples drawn by one generator, whatever the number of threads.
DRAWN_TOGETHER = 50


def bootstrap_intervals(
    predictions: Predictions,
    confidence: float,
    zero_division: float,
    frequent: Array,
    n_resamples: int,
    rng: np.random.Generator,
) -> CountIntervals:
    """Percentile intervals of all scores of predictions.

    References:
        B. Efron (1979), Bootstrap methods: another look at the jackknife. Annals of
        Statistics 7.
    """
    of_rows = _of_rows(predictions, zero_division)
    counts = predictions.counts
    whole = [counts.tp, counts.support, counts.predicted]
    whole.append(predictions.units.weighted(of_rows).sum(0))
    sums = _resample(predictions, of_rows, n_resamples, rng)
    found, drawn = (
        _scores(predictions, each, zero_division, frequent)
        for each in (np.concatenate(whole)[None], sums)
    )
    at = [(1 - confidence) / 2, (1 + confidence) / 2]
    return CountIntervals(
        *(_intervals(*each, at) for each in zip(found, drawn, strict=True))
    )


def _of_rows(predictions: Predictions, zero_division: float) -> Array:
    """What each row adds to averages over rows: pairs of a sum and its divisor."""
    counts = predictions.of_rows
    wrong, known = counts.fp + counts.fn, counts.total
    columns = [wrong, known, (wrong == 0) & (known > 0), known > 0]
    for ratio in RATIOS.values():
        scores = average_ratio(ratio, counts, None, None, zero_division)
        defined = ~np.isnan(scores)
        columns += [np.where(defined, scores, 0.0), defined]
    return np.stack(columns, axis=1).astype(float)


def _resample(
    predictions: Predictions, of_rows: Array, n_resamples: int, rng: np.random.Generator
) -> Array:
    """Sums over the units of each resample, (n_resamples, n_sums)."""
    units = predictions.units
    n_units = len(units)
    of_units = units.add_up(of_rows)
    most = max(1, MOST_DRAWS // (n_units * DRAWN_TOGETHER)) * DRAWN_TOGETHER
    parts = []
    for start in range(0, n_resamples, most):
        draws = _draw(min(most, n_resamples - start), n_units, rng)

        def add(start: int, draws: Array = draws) -> Array:
            block = slice(start, min(start + BLOCK_UNITS, n_units))
            counted = np.hstack([_counted(predictions, block), of_units[block]])
            return draws[:, block].astype(np.float32) @ counted.astype(np.float32)

        sums = np.zeros((len(draws), 3 * predictions.truth.shape[1] + of_rows.shape[1]))
        starts = range(0, n_units, BLOCK_UNITS)
        # A few at a time, since each is as large as the result.
        for at in range(0, len(starts), 8):
            for each in map_threads(add, starts[at : at + 8]):
                sums += each
        parts.append(sums)
    return np.concatenate(parts)


def _counted(predictions: Predictions, block: slice) -> Array:
    """Both, truth and predictions of each unit, side by side."""
    units = predictions.units
    if units.group is not None:
        return np.hstack([each[block] for each in predictions.of_groups])
    entries = np.hstack(predictions.entries(block))
    return entries if units.weight is None else entries * units.weight[block, None]


def _draw(n_resamples: int, n_units: int, rng: np.random.Generator) -> Array:
    """How often each resample has each unit, as bytes (over 255 is too unlikely)."""
    draws = np.empty((n_resamples, n_units), np.uint8)
    starts = range(0, n_resamples, DRAWN_TOGETHER)

    def fill(job: tuple[int, np.random.Generator]) -> None:
        start, own = job
        for row in range(start, min(start + DRAWN_TOGETHER, n_resamples)):
            chosen = own.integers(0, n_units, n_units, dtype=np.uint32)
            draws[row] = np.bincount(chosen, minlength=n_units)

    map_threads(fill, zip(starts, rng.spawn(len(starts)), strict=True))
    return draws


def _scores(
    predictions: Predictions, sums: Array, zero_division: float, frequent: Array
) -> list[dict[str, Any]]:
    """Scores of each resample: per label, averages, overall, of frequent labels."""
    n_labels = predictions.truth.shape[1]
    tp, support, predicted = (
        sums[:, : 3 * n_labels].reshape(-1, 3, n_labels).swapaxes(0, 1)
    )
    known = np.broadcast_to(predictions.counts.total > 0, tp.shape).astype(float)
    # For true negatives it only matters whether there are known entries.
    counts = Counts(tp, predicted - tp, support - tp, known, axis=0)

    def averaged(average: str | None) -> dict[str, Any]:
        return {
            name: average_ratio(ratio, counts, average, None, zero_division)
            for name, ratio in RATIOS.items()
        }

    pairs = sums[:, 3 * n_labels :]
    over = divide(pairs[:, ::2], pairs[:, 1::2], np.nan).T
    per_label = averaged(None)
    few = {
        name: average_scores(scores[:, frequent], "macro", support=None)
        for name, scores in per_label.items()
        if frequent.any()
    }
    averages: dict[str, Any] = {
        name: averaged(name) for name in ("micro", "macro", "weighted")
    }
    averages["samples"] = dict(zip(RATIOS, over[2:], strict=True))
    overall = {"subset_accuracy": over[1], "hamming_loss": over[0]}
    return [per_label, averages, overall, few]


def _intervals(found: Any, drawn: Any, at: list[float]) -> Any:
    """Intervals from scores of the sample and of resamples, in nested dictionaries."""
    if isinstance(found, dict):
        return {name: _intervals(each, drawn[name], at) for name, each in found.items()}
    value = np.asarray(found)[0]
    defined = ~np.isnan(drawn)
    # A resample in which a score is undefined is left out.
    ordered = np.sort(drawn, axis=0)
    last = np.maximum(defined.sum(0) - 1, 0)
    ends = [_between(ordered, last * share) for share in at]
    ends = [np.where(np.isnan(value), np.nan, end) for end in ends]
    if value.ndim == 0:
        return Interval(float(value), *map(float, ends))
    return Interval(value, *ends)


def _between(ordered: Array, place: Array) -> Array:
    """Values at places between two of them, along the first axis; NaN comes last."""
    below = np.floor(place).astype(int)[None]
    above = np.ceil(place).astype(int)[None]
    low, high = (np.take_along_axis(ordered, each, 0)[0] for each in (below, above))
    return np.asarray(low + (high - low) * (place - below[0]))
