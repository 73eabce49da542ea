"""Two models' predictions, swapped at random: what difference chance alone makes.

If two models are equally good, then in each unit, a row or a group, either could have
been the other. A swap moves counts from one to the other, so all swaps are one matrix
product: coins, (n_swaps, n_units), times differences of counts, (n_units, n_labels).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.metrics.averages import average_scores, divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.ratios import Ratio
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads

# Units whose coins are tossed, and whose differences become floats, at a time.
BLOCK_UNITS = 2048
# Exact probabilities are summed over at most this many pairs of counts.
MOST_PAIRS = 2**16
# Counts of coins beyond this many standard deviations are too unlikely to sum.
MOST_DEVIATIONS = 7.0


@dataclass(frozen=True, eq=False)
class Pair:
    """Counts of two models' predictions per label; the truth's counts are the same.

    Attributes:
        tp: True positives of a and of b, shape (2, ..., n_labels).
        predicted: Predicted positives of both, same shape.
        support: Positives, shape (n_labels,).
        is_known: Labels with known entries, shape (n_labels,).
    """

    tp: Array
    predicted: Array
    support: Array
    is_known: Array

    @classmethod
    def of(cls, a: Predictions, b: Predictions) -> Pair:
        """Count both."""
        pair = a.counts, b.counts
        return cls(
            np.stack([counts.tp for counts in pair]).astype(float),
            np.stack([counts.predicted for counts in pair]).astype(float),
            a.counts.support.astype(float),
            a.counts.total > 0,
        )

    def swapped(self, tp: Array, predicted: Array) -> Pair:
        """Counts moved from a to b, arrays of shape (..., n_labels)."""
        return Pair(
            np.stack([self.tp[0] - tp, self.tp[1] + tp]),
            np.stack([self.predicted[0] - predicted, self.predicted[1] + predicted]),
            self.support,
            self.is_known,
        )

    def scores(self, ratio: Ratio, average: str | None) -> Array:
        """For both models, per label or averaged; on the first axis a and b."""
        if average == "micro":
            sums = (each.sum(-1) for each in (self.tp, self.predicted, self.support))
            return _scores(ratio, *sums)
        scores = _scores(ratio, self.tp, self.predicted, self.support)
        scores = np.where(self.is_known, scores, np.nan)
        return np.asarray(average_scores(scores, average, support=self.support))


def _scores(ratio: Ratio, tp: Array, predicted: Array, support: Array) -> Array:
    """The ratio; subtracted weights may round to just below 0."""
    tp, predicted = np.maximum(tp, 0.0), np.maximum(predicted, 0.0)
    fp, fn = np.maximum(predicted - tp, 0.0), np.maximum(support - tp, 0.0)
    return divide(*ratio(Counts(tp, fp, fn, fn, axis=0)), 0.0)


def swap_sums(
    a: Predictions, b: Predictions, n_swaps: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """True and predicted positives that random swaps move from a to b.

    Returns:
        Two arrays of shape (n_swaps, n_labels).
    """
    n_labels = a.truth.shape[1]
    sums = np.zeros((n_swaps, 2 * n_labels))
    n_units = len(a.units)
    starts = range(0, n_units, BLOCK_UNITS)
    # Every block has its own coins, whichever thread processes it.
    jobs = list(zip(starts, rng.spawn(len(starts)), strict=True))

    def add(job: tuple[int, np.random.Generator]) -> Array:
        start, coins = job
        moved = _differences(a, b, slice(start, min(start + BLOCK_UNITS, n_units)))
        differ = np.flatnonzero(moved.any(1))
        bits = np.frombuffer(coins.bytes(n_swaps * -(-len(differ) // 8)), np.uint8)
        heads = np.unpackbits(bits.reshape(n_swaps, -1), axis=1, count=len(differ))
        return heads.astype(np.float32) @ moved[differ]

    # A few at a time, since each is as large as the result.
    for at in range(0, len(jobs), 8):
        for moved in map_threads(add, jobs[at : at + 8]):
            sums += moved
    return sums[:, :n_labels], sums[:, n_labels:]


def _differences(a: Predictions, b: Predictions, units: slice) -> Array:
    """For each unit, true and predicted positives of a minus those of b."""
    if a.units.group is not None:
        pairs = zip(a.of_groups[::2], b.of_groups[::2], strict=True)
        moved = np.hstack([x[units] - y[units] for x, y in pairs])
        return moved.astype(np.float32)
    pairs = zip(a.entries(units)[::2], b.entries(units)[::2], strict=True)
    moved = np.hstack([x.view(np.int8) - y.view(np.int8) for x, y in pairs])
    if a.units.weight is None:
        return moved.astype(np.float32)
    return (moved * a.units.weight[units, None]).astype(np.float32)


def exact_p_values(
    pair: Pair, differ: Array, differ_positive: Array, ratio: Ratio
) -> Array:
    """The p-value of each label's difference by swaps of rows; NaN: too many to sum.

    The rows in which the predictions differ go to either model with chance 1/2: a
    binomial number of the positives and of the negatives. For recall, where the
    negatives do not matter, it is the exact test of McNemar.

    Args:
        pair: Counts of rows, without weights.
        differ: In how many rows of each label the predictions differ.
        differ_positive: In how many of these the truth is positive.
        ratio: The score.
    """
    p_values = np.full(len(differ), np.nan)
    for label, (n_all, n_positive) in enumerate(
        zip(differ.tolist(), differ_positive.tolist(), strict=True)
    ):
        hits, chance_of_hits = _coins(n_positive)
        rest, chance_of_rest = _coins(n_all - n_positive)
        if len(hits) * len(rest) > MOST_PAIRS:
            continue
        tp, predicted = pair.tp[:, label], pair.predicted[:, label]
        common = tp.sum() - n_positive, predicted.sum() - n_all
        # The predictions in common are counted twice.
        of_a = common[0] / 2 + hits[:, None], common[1] / 2 + hits[:, None] + rest
        of_b = tp.sum() - of_a[0], predicted.sum() - of_a[1]
        support = pair.support[label]
        scores = [
            _scores(ratio, np.broadcast_to(each[0], each[1].shape), each[1], support)
            for each in (of_a, of_b)
        ]
        found = np.diff(_scores(ratio, tp, predicted, support))[0]
        chance = np.multiply.outer(chance_of_hits, chance_of_rest)
        extreme = np.abs(scores[0] - scores[1]) >= abs(found) - 1e-12
        p_values[label] = min(1.0, float(chance[extreme].sum()))
    return p_values


def _coins(n: int) -> tuple[Array, Array]:
    """Numbers of heads in ``n`` throws that are not too unlikely, and their chance."""
    reach = MOST_DEVIATIONS * np.sqrt(n) / 2
    heads = np.arange(max(0, np.ceil(n / 2 - reach)), min(n, n / 2 + reach) + 1)
    log = (
        special.gammaln(n + 1)
        - special.gammaln(heads + 1)
        - special.gammaln(n - heads + 1)
    )
    return heads, np.exp(log - n * np.log(2))


def count_differing(a: Predictions, b: Predictions) -> tuple[Array, Array]:
    """In how many rows each label's predictions differ, and in how many positives."""
    found = np.zeros((2, a.truth.shape[1]), np.int64)
    for start in range(0, len(a.truth), BLOCK_UNITS):
        rows = slice(start, start + BLOCK_UNITS)
        (_, positive, of_a), (_, _, of_b) = a.entries(rows), b.entries(rows)
        differ = of_a ^ of_b
        found[0] += differ.sum(0, dtype=np.int64)
        found[1] += (differ & positive).sum(0, dtype=np.int64)
    return found[0], found[1]
