"""Searches for the best thresholds of all labels.

A label about which a search finds nothing to say gets NaN, which `pull` fills.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.thresholds.curves import Curve, Curves, halfway, lowered
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# What a label gets of which the data says nothing, when no other label helps.
DEFAULT = 0.5
# A search over one threshold for all labels tries so many at a time.
CANDIDATES = 2**14


def each_label(curves: Curves, objective: Objective) -> Array:
    """Each label's own best threshold: exact, all candidates are tried."""

    def best(curve: Curve, column: int) -> float:
        own = objective.of_label(column)
        if curve.n_positive == 0 and own.needs_positives:
            return np.nan
        candidates = curve.candidates(every=not own.monotone)
        values = own.values(curve.counts_at(candidates))
        index = own.best(values)
        if values[index] == -np.inf:
            return np.nan
        return float(lowered(curve, candidates[index : index + 1])[0])

    return _filled(curves.map(best))


def _filled(values: Sequence[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values])


@dataclass(frozen=True, eq=False)
class _Corners:
    """Corners of the concave majorant of a label's value over its decided weight.

    Attributes:
        decided: Weight of positive decisions gained at each corner after the first.
        value: Value gained there.
        thresholds: Their thresholds, descending, that of the first corner included,
            where nothing is decided.
    """

    decided: Array
    value: Array
    thresholds: Array

    @property
    def rate(self) -> Array:
        return self.value / self.decided


def _corners(curve: Curve, candidates: Array, counts: Counts, value: Array) -> _Corners:
    decided = counts.predicted[::-1]
    value = value[::-1]
    moves = np.append(True, np.diff(decided) > 0)
    decided, value, candidates = decided[moves], value[moves], candidates[::-1][moves]
    steps = np.diff(decided)
    corners = np.zeros(1, int)
    if len(steps):
        rates = np.diff(value) / steps
        corners = isotonic_regression(rates, weights=steps, increasing=False).blocks
    return _Corners(
        np.diff(decided[corners]),
        np.diff(value[corners]),
        lowered(curve, candidates[corners]),
    )


def _walk(
    found: Sequence[_Corners | None],
    values: Callable[[Array, Array], Array],
    objective: Objective,
    budget: float | None,
) -> Array:
    """Take the corners of all labels by falling rate; stop where ``values`` is best.

    Say label A gains 3 true positives for its first 3 decisions (rate 1) and one for 4
    more (1/4), label B one for 2 (1/2). The walk takes A's first corner, B's, A's
    second. For micro F1 of 6 positives it passes through tp, decided = (0, 0), (3, 3),
    (4, 5), (5, 9): F1 = 0, 6/9, 8/11, 10/15. It stops after two steps, and A's lower
    threshold is not taken.
    """
    present = [(i, corners) for i, corners in enumerate(found) if corners is not None]
    labels = np.concatenate([np.full(len(c.decided), i) for i, c in present])
    thresholds = np.concatenate([c.thresholds[1:] for _, c in present])
    rate = np.concatenate([c.rate for _, c in present])
    # Stable: the corners of one label stay in their order.
    order = np.argsort(-rate, kind="stable")
    decided, value = (
        np.append(0, np.concatenate([getattr(c, name) for _, c in present])[order])
        for name in ("decided", "value")
    )
    decided = np.cumsum(decided)
    reached = values(decided, np.cumsum(value))
    if budget is not None:
        reached = np.where(decided <= budget, reached, -np.inf)
    # Backwards, since thresholds ascend there.
    taken = order[: len(reached) - 1 - objective.best(reached[::-1])]
    result = np.full(len(found), np.nan)
    for index, corners in present:
        result[index] = corners.thresholds[0]
    # Of several for one label the last is assigned: the lowest.
    result[labels[taken]] = thresholds[taken]
    return result


def all_labels(curves: Curves, objective: Objective, budget: float | None) -> Array:
    """The joint optimum of a score of the counts of all labels together.

    A score that is a ratio of linear functions of the pooled counts, or any
    quasi-convex function of them, is best at a corner of the convex hull of what
    all labels' thresholds can reach together. Each corner is best for some linear
    objective, tp - rate * decided, which separates by label. So the corners of all
    labels' own hulls, taken by falling rate, pass through all of them.
    """

    def corners(curve: Curve, _: int) -> _Corners:
        candidates = curve.candidates(every=False)
        counts = curve.counts_at(candidates)
        return _corners(curve, candidates, counts, counts.tp)

    pooled = curves.counts.sum()
    n_positive, n_negative = pooled.fn, pooled.tn

    def values(decided: Array, tp: Array) -> Array:
        # Sums of weights may round to just above the whole.
        tp = np.minimum(tp, n_positive)
        fp = np.clip(decided - tp, 0, n_negative)
        return objective.values(Counts(tp, fp, n_positive - tp, n_negative - fp, None))

    return _walk(curves.map(corners), values, objective, budget)


def within_budget(
    curves: Curves, objective: Objective, importance: Array, budget: float
) -> Array:
    """The weighted sum of the labels' scores, under a limit on positive decisions.

    Lagrangian: every label stops at the same gain per decision. What is left of the
    budget then is less than one label's next step.
    """

    def corners(curve: Curve, column: int) -> _Corners:
        own = objective.of_label(column)
        candidates = curve.candidates(every=not own.monotone)
        counts = curve.counts_at(candidates)
        value = importance[column] * own.values(counts)
        if not np.isfinite(value).all():
            raise ValueError("max_positives needs an objective that is always defined.")
        return _corners(curve, candidates, counts, value)

    found = curves.map(corners)
    return _walk(found, lambda _, value: value, objective, budget)


def one_for_all(
    curves: Curves, objective: Objective, importance: Array | None, budget: float | None
) -> float:
    """One threshold for all labels: exact, over all their candidates.

    With ``importance`` for the weighted mean of the labels' scores, without it for
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
    reached = np.concatenate(map_threads(values, parts))
    best = objective.best(reached)
    if reached[best] == -np.inf:
        return np.nan
    high = candidates[best : best + 1]
    low = np.max([curve.next_below(high) for curve, _ in present], axis=0)
    return float(halfway(high, low)[0])


def pull(values: Array, curves: Curves, objective: Objective, strength: float) -> Array:
    """Pull each label's threshold toward the pooled one, by ``n / (n + strength)``.

    n is the label's number of positives. The pooled threshold is the median of all,
    weighted by the same shares. Probabilities are pulled on the logit scale. A floor
    is never crossed: a label that would is left where it was.
    """
    known = ~np.isnan(values)
    own = np.where(known, values, DEFAULT)
    if strength == 0 or not known.any():
        return own
    share = known * curves.evidence / (curves.evidence + strength)
    to_line, from_line = (_logit, expit) if curves.probabilities else (_same, _same)
    line = to_line(own)
    pooled = _weighted_median(line[known], share[known])
    pulled = from_line(pooled + share * (line - pooled))
    # A threshold above 1 keeps saturated scores out, and has no logit.
    keeps = known & curves.probabilities & (own > 1)
    if objective.allowed is not None:
        keeps |= known & ~objective.allowed(curves.counts_at(pulled))
    return np.where(keeps, own, pulled)


def _weighted_median(values: Array, weights: Array) -> float:
    weights = weights if weights.any() else np.ones(len(values))
    return float(np.quantile(values, 0.5, weights=weights, method="inverted_cdf"))


def _logit(values: Array) -> Array:
    return logit(np.clip(values, 1e-12, 1 - 1e-12))


def _same(values: Array) -> Array:
    return values
