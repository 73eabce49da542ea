"""Each row's contribution to the average precision and the ROC AUC of one label.

The positives' scores cut the line into bins. Both scores depend only on the bin of each
row, so one look-up per row, and sums over bins, give both scores and each row's
influence on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import equal_parts, map_threads

# This many bins show how rows differ; the scores themselves are computed exactly
# elsewhere.
COARSE = 1000
# Rows looked up at a time.
PART = 2**18


class Influence(NamedTuple):
    """A score, and what each row adds to it: times its weight, they sum to 0."""

    value: float
    of_rows: Array


@dataclass(frozen=True, eq=False)
class Bins:
    """The rows of one label between its positives' scores.

    Attributes:
        positive: Which rows are positive, bool, shape (n_rows,).
        place: How many of the distinct scores of positives each row's score reaches.
        tied: Which negatives have the score of a positive.
        positives: Weight of the positives at each of these scores, shape (n_bins,).
        negatives: Weight of the negatives in each bin from the lowest on, (n_bins +
        1,).
        ties: Weight of the negatives at each score, (n_bins,).
        counts: Number of positives at each score, (n_bins,).
    """

    positive: Array
    place: Array
    tied: Array
    positives: Array
    negatives: Array
    ties: Array
    counts: Array

    @classmethod
    def of(cls, positive: Array, score: Array, weight: Array | None) -> Bins:
        """Place the rows between the positives, of which there must be at least one."""
        cuts = np.unique(score[positive])
        place = _places(cuts, score)
        n_places = len(cuts) + 1
        tied = ~positive & (cuts[np.maximum(place, 1) - 1] == score)
        counts = np.bincount(place[positive], minlength=n_places)
        if weight is None:
            above, ties = counts, np.bincount(place[tied], minlength=n_places)
            below = np.bincount(place, minlength=n_places) - counts
        else:
            # Each by itself: in a difference of sums a large weight hides small ones.
            above, below, ties = (
                np.bincount(place[rows], weight[rows], n_places)
                for rows in (positive, ~positive, tied)
            )
        sides = above[1:].astype(float), below.astype(float)
        return cls(positive, place, tied, *sides, ties[1:], counts[1:])

    @classmethod
    def pooled(cls, positive: Array, score: Array, weight: Array | None) -> Bins:
        """For very many rows: scores between two of `COARSE` positives are tied."""
        above = np.sort(score[positive])
        at = np.linspace(0, len(above) - 1, min(COARSE, len(above))).astype(int)
        cuts = np.unique(above[at])
        place = np.empty(len(score), np.intp)

        def look_up(part: slice) -> None:
            place[part] = np.searchsorted(cuts, score[part], "right")

        map_threads(look_up, equal_parts(len(score), PART))
        n_places = len(cuts) + 1
        sides = positive, ~positive
        found = [
            np.bincount(place[side], None if weight is None else weight[side], n_places)
            for side in sides
        ]
        tied = ~positive & (place > 0)
        over, under = (each.astype(float) for each in found)
        return cls(positive, place, tied, over[1:], under, under[1:], over[1:])

    def average_precision(self) -> Influence:
        """Average precision.

        With D(t) the share of rows from t on, and over the positives' scores t: a row
        of score s adds (y (precision(s) + A(s) - AP) - B(s)) / prevalence, where A and
        B add up 1 / D(t) and precision(t) / D(t) over positives up to s. It is the
        derivative of AP with respect to the row's weight.
        """
        found = _from_top(self.positives)
        reached = found + _from_top(self.negatives[1:])
        precision = found / reached
        total = self.positives.sum()
        value = float(self.positives @ precision / total)
        of_positive = precision + np.cumsum(self.positives / reached) - value
        lost = np.cumsum(self.positives * precision / reached)
        table = np.stack([-np.append(0.0, lost), np.append(0.0, of_positive - lost)])
        return Influence(value, self._look_up(table / total))

    def precision_of_others(self) -> float:
        """Average precision in which no positive counts itself; NaN for a single one.

        A positive always finds itself at its own score, so average precision is too
        high, the more so the fewer positives there are. Among the other rows from that
        score on, the share of positives is on average that of the population. At the
        top there are no others, and the share lies between that of the next and 1.
        """
        total = self.positives.sum()
        own = self.positives / self.counts
        rest = np.where(total > own, total - own, np.nan)
        found = (_from_top(self.positives) - own) * total / rest
        reached = found + _from_top(self.negatives[1:])
        is_first = reached <= 1e-9 * total
        share = np.divide(found, reached, out=np.zeros(len(own)), where=~is_first)
        others = share[~is_first]
        # From the first positive that has others above it halfway to 1.
        halfway = (others[-1] + 1) / 2 if len(others) else 1.0
        return float(self.positives @ np.where(is_first, halfway, share) / total)

    def roc_auc(self) -> Influence:
        """ROC AUC: for each row the share of the other side that it is right about.

        (The placements of DeLong et al.)
        """
        n_positive, n_negative = self.positives.sum(), self.negatives.sum()
        below = np.cumsum(self.negatives)[:-1] + self.ties / 2
        placed = below / n_negative
        value = float(self.positives @ placed / n_positive)
        # A negative below the first positive is right about all.
        right = np.append(_from_top(self.positives), 0.0) / n_positive
        of_negative = (right - value) / n_negative
        of_positive = np.append(0.0, (placed - value) / n_positive)
        influence = self._look_up(np.stack([of_negative, of_positive]))
        at = self.place[self.tied]
        influence[self.tied] += self.positives[at - 1] / (2 * n_positive * n_negative)
        return Influence(value, influence)

    def _look_up(self, table: Array) -> Array:
        """Values by side and bin, one for each row."""
        flat = table.ravel()
        influence: Array = flat[self.place + self.positive * table.shape[1]]
        return influence


def _places(cuts: Array, score: Array) -> Array:
    """How many of the ascending cuts each score reaches.

    As ``np.searchsorted(cuts, score, "right")``, in a third of its time: sorting the
    scores costs less than looking them up in arbitrary order.
    """
    order = np.argsort(score)
    starts = np.searchsorted(score[order], cuts)
    place = np.empty(len(score), np.intp)
    place[order] = np.cumsum(np.bincount(starts, minlength=len(score)))
    return place


def _from_top(weights: Array) -> Array:
    """Sums from each bin on."""
    sums: Array = np.cumsum(weights[::-1])[::-1]
    return sums
