"""Searches for the best thresholds of all labels.

A label for which a search finds no threshold gets NaN, which `pull` fills.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.thresholds.curves import Curve, Curves, halfway, lowered
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# A search for one threshold for all labels tries this many at a time.
CANDIDATES = 2**14


def each_label(curves: Curves, objective: Objective) -> Array:
    """Each label's own best threshold: exact, all candidates are tried.

    If no threshold keeps a floor, because a score of inf reaches every threshold, the
    highest is taken.
    """
    allowed = objective.allowed
    refused: dict[int, list[float]] = {}

    def best(curve: Curve, column: int) -> float:
        own = objective.of_label(column)
        if curve.n_positive == 0 and own.needs_positives:
            return np.nan
        candidates, counts = curve.steps(every=not own.monotone)
        values = own.values(counts)
        values[np.searchsorted(candidates, refused.get(column, []))] = -np.inf
        index = own.best(values)
        if values[index] == -np.inf and not own.has_floor:
            return np.nan
        return float(lowered(curve, candidates[index : index + 1])[0])

    while True:
        values = _filled(curves.map(best))
        if allowed is None:
            return values
        # Sums of weights in another order round differently: check the floor on the
        # final predictions.
        broken = {
            column
            for column in np.flatnonzero(~allowed(curves.counts_at(values))).tolist()
            if values[column] not in refused.get(column, [])
        }
        if not broken:
            return values
        for column in broken:
            refused.setdefault(column, []).append(values[column])


def _keeps_limits(
    values: Array, curves: Curves, objective: Objective, budget: float | None
) -> bool:
    """Whether the final predictions, once counted, keep floor and budget."""
    if objective.allowed is None and budget is None:
        return True
    pooled = curves.counts_at(values).sum()
    allowed = objective.allowed is None or objective.allowed(pooled)
    return bool(allowed and (budget is None or pooled.predicted <= budget))


def _filled(values: Sequence[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values])


@dataclass(frozen=True, eq=False)
class _Corners:
    """Corners of the concave majorant of a label's value over its predicted weight.

    Attributes:
        tp: Weight of the predicted positives that are true, at each corner. At the
            first corner nothing is predicted, except scores of inf.
        fp: Weight of those that are false, likewise.
        value: The value of the label's predictions at each corner.
        thresholds: The thresholds, descending.
    """

    tp: Array
    fp: Array
    value: Array
    thresholds: Array

    @property
    def rate(self) -> Array:
        return np.diff(self.value) / np.diff(self.tp + self.fp)


def _corners(
    curve: Curve,
    candidates: Array,
    counts: Counts,
    value: Array,
    budget: float | None = None,
) -> _Corners:
    predicted = counts.predicted[::-1]
    moves = np.append(True, np.diff(predicted) > 0)
    arrays = (counts.tp, counts.fp, value, candidates)
    tp, fp, value, candidates = (array[::-1][moves] for array in arrays)
    steps = np.diff(predicted[moves])
    corners = np.zeros(1, int)
    if len(steps):
        rates = np.diff(value) / steps
        fitted = isotonic_regression(rates, weights=steps, increasing=False)
        corners = fitted.blocks
        if budget is not None:
            # It may end between corners: keep the steps that lie on the line.
            on_line = np.logical_and.reduceat(rates == fitted.x, corners[:-1])
            every = np.flatnonzero(np.repeat(on_line, np.diff(corners)))
            corners = np.union1d(corners, every)
    thresholds = lowered(curve, candidates[corners])
    return _Corners(tp[corners], fp[corners], value[corners], thresholds)


def _walk(
    found: Sequence[_Corners | None],
    values: Callable[[Array, Array, Array], Array],
    keeps_limits: Callable[[Array], bool],
    objective: Objective,
    budget: float | None,
) -> Array:
    """Take the corners of all labels by descending rate; stop where ``values`` is best.

    Say label A gains 3 true positives for its first 3 predicted positives (rate 1) and
    one for 4 more (1/4), label B one for 2 (1/2). The walk takes A's first corner, B's,
    A's second. For micro F1 of 6 positives it passes through tp, predicted = (0, 0),
    (3, 3), (4, 5), (5, 9): F1 = 0, 6/9, 8/11, 10/15. It stops after two steps, and A's
    lower threshold is not taken.
    """
    present = [(i, corners) for i, corners in enumerate(found) if corners is not None]
    labels = np.concatenate([np.full(len(c.rate), i) for i, c in present])
    thresholds = np.concatenate([c.thresholds[1:] for _, c in present])
    rate = np.concatenate([c.rate for _, c in present])
    # Stable: the corners of one label stay in their order.
    order = np.argsort(-rate, kind="stable")

    def walked(name: str) -> Array:
        """The sum over all labels after each step."""
        arrays = [getattr(c, name) for _, c in present]
        steps = np.concatenate([np.diff(array) for array in arrays])
        return np.cumsum(np.append(sum(array[0] for array in arrays), steps[order]))

    tp, fp = walked("tp"), walked("fp")
    reached = values(tp, fp, walked("value"))
    if budget is not None:
        reached = np.where(tp + fp <= budget, reached, -np.inf)
    while True:
        # Backwards, since thresholds ascend there.
        steps = len(reached) - 1 - objective.best(reached[::-1])
        limited = reached[steps] > -np.inf
        result = np.full(len(found), np.nan)
        for index, corners in present:
            result[index] = corners.thresholds[0]
        # If a label occurs several times, the last assignment holds: the lowest.
        taken = order[: steps if limited else 0]
        result[labels[taken]] = thresholds[taken]
        if not limited or keeps_limits(result):
            return result
        # Can only be rounding: take the next best.
        reached[steps] = -np.inf


def all_labels(curves: Curves, objective: Objective, budget: float | None) -> Array:
    """The joint optimum of a score of the counts of all labels together.

    A score that is a ratio of linear functions of the pooled counts, or any
    quasi-convex function of them, is best at a corner of the convex hull of the counts
    that all labels' thresholds can reach together. Each corner is best for some linear
    objective, tp - rate * predicted, which separates by label. So the corners of all
    labels' own hulls, taken by descending rate, pass through all of them.
    """

    def corners(curve: Curve, _: int) -> _Corners:
        candidates, counts = curve.steps(every=False)
        return _corners(curve, candidates, counts, counts.tp, budget)

    pooled = curves.counts.sum()
    n_positive, n_negative = pooled.fn, pooled.tn

    def values(tp: Array, fp: Array, _: Array) -> Array:
        # Rounding may put sums of weights just above the whole.
        tp, fp = np.minimum(tp, n_positive), np.minimum(fp, n_negative)
        return objective.values(Counts(tp, fp, n_positive - tp, n_negative - fp, None))

    return _walk(
        curves.map(corners),
        values,
        lambda result: _keeps_limits(result, curves, objective, budget),
        objective,
        budget,
    )


def within_budget(
    curves: Curves, objective: Objective, importance: Array, budget: float
) -> Array:
    """The weighted sum of the labels' scores, with at most so many predicted positives.

    Lagrangian: every label stops at the same gain per predicted positive. The unused
    budget is less than one label's next step.
    """

    def corners(curve: Curve, column: int) -> _Corners:
        own = objective.of_label(column)
        candidates, counts = curve.steps(every=not own.monotone)
        value = importance[column] * own.values(counts)
        if not np.isfinite(value).all():
            raise ValueError("max_positives needs an objective that is always defined.")
        return _corners(curve, candidates, counts, value)

    return _walk(
        curves.map(corners),
        lambda *walked: walked[-1],
        lambda result: _keeps_limits(result, curves, objective, budget),
        objective,
        budget,
    )


def one_for_all(
    curves: Curves, objective: Objective, importance: Array | None, budget: float | None
) -> float:
    """One threshold for all labels: exact, over all their candidates.

    With ``importance``, for the weighted mean of the labels' scores; without it, for
    the score of their pooled counts.
    """
    every = not objective.monotone
    found = curves.map(lambda curve, column: (curve, column))
    present = [pair for pair in found if pair is not None]
    candidates = np.unique(
        np.concatenate([curve.candidates(every=every) for curve, _ in present])
    )

    def values(part: slice) -> Array:
        chosen = candidates[part]
        total = np.zeros(len(chosen))
        none = np.zeros(len(chosen), np.int64)
        pooled = Counts(none, none, none, none, axis=None)
        for curve, column in present:
            counts = curve.counts_at(chosen)
            pooled += counts
            if importance is not None and importance[column] > 0:
                own = objective.of_label(column).values(counts)
                total += importance[column] * own
        reached = objective.values(pooled) if importance is None else total
        within = budget is None or pooled.predicted <= budget
        return np.where(within, reached, -np.inf)

    parts = equal_parts(len(candidates), CANDIDATES)
    entries = len(candidates) * len(present)
    reached = np.concatenate(map_threads(values, parts, entries=entries))
    while True:
        best = objective.best(reached)
        limited = reached[best] > -np.inf
        if not limited and objective.allowed is None and budget is None:
            return np.nan
        # The highest, if a score of inf, which reaches every threshold, breaks floor or
        # budget.
        high = candidates[best : best + 1] if limited else candidates[-1:]
        low = np.max([curve.next_below(high) for curve, _ in present], axis=0)
        value = float(halfway(high, low)[0])
        everywhere = np.full(len(found), value)
        if not limited or _keeps_limits(everywhere, curves, objective, budget):
            return value
        reached[best] = -np.inf
