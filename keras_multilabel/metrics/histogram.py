"""Positives and negatives per bin of the score: curves from a fixed state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import histogram_json
from keras_multilabel.metrics.bins import (
    LEADING_BITS,
    bin_edges,
    check_binnable,
    leading_bits_for,
)
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.entries import check_entries, check_truth_matrix
from keras_multilabel.metrics.histogram_json import check_cells
from keras_multilabel.metrics.histogram_tally import (
    NONE,
    merge,
    scores_of_counts,
    tally,
)
from keras_multilabel.utils.arguments import (
    Array,
    check_num_labels,
    check_threshold,
)
from keras_multilabel.utils.label_names import given_names, merged_names, shown_names
from keras_multilabel.utils.matrices import check_columns, check_positions
from keras_multilabel.utils.rows import check_sample_weight, flatten
from keras_multilabel.utils.tables import Table, Tabular, counted


class ScoreHistogram(Tabular):
    """How many positives and negatives have a score in which range, for each label.

    Its size does not depend on the number of samples, and histograms of parts of the
    data add up to that of the whole. `roc_auc_score`, `average_precision_score` and
    `tune_thresholds` take one in place of ``y_true`` and ``y_score``; `counts` gives
    `Counts`, which all scores and plots take. It prints the totals per label, and
    ``to_frame()`` gives them as a data frame.

    Below 1/2 each octave, from one power of 2 to the next, is cut into equal bins;
    above 1/2 the bins are those of 1 - score. So they are narrow near 0 and near 1, and
    1/2 is an edge: counts at 0.5 are exact. Below 2^-24 an octave is cut in two.

    Beside each count is the score of the entries, as long as all have the same one. So
    ROC AUC and average precision are exact where each bin holds at most one score of
    positives and one of negatives: for scores of two decimals, and of bfloat16 with
    ``bins=6095``. `average_precision_bounds` tells: then both bounds are the score.

    Counts are int64. From the first sample weights on they are float64, which is exact
    up to 2^53 samples in a bin; so it is where counts and weights are added.

    Args:
        num_labels: Number of labels.
        bins: At least so many bins, rounded up to 46 * 2^k + 207. Default: 1,679, which
            takes 24 * 1,679 bytes per label, and 32 * 1,679 for float64 scores.
        label_names: One name per label, to carry along. Default: those of the columns
            of the first data frame that is counted.

    Attributes:
        thresholds: Lower edges of the bins, ascending, shape (n_bins,): a score is in
            the last bin whose edge it is not below.
        label_names: The labels' names; None where nobody gave any.

    Raises:
        ValueError: If ``num_labels`` is below 1, ``bins`` not from 1 to 753,871, or
            ``label_names`` not one name per label.

    Example:
        >>> import keras_multilabel as kml
        >>> histogram = kml.ScoreHistogram(2, label_names=["cat", "dog"])
        >>> histogram.update([[1, 0], [0, 1]], [[0.9, 0.2], [0.6, 0.8]])
        >>> histogram.update([[1, 0]], [[0.3, 0.1]])
        >>> kml.roc_auc_score(histogram, average=None)
        array([0.5, 1. ])
        >>> histogram.counts(0.5)
        Counts of 2 labels
             tp  fp  fn  tn
        cat   1   1   1   0
        dog   1   0   0   2
    """

    def __init__(
        self,
        num_labels: int,
        bins: int | None = None,
        *,
        label_names: Iterable[Any] | None = None,
    ):
        num_labels = check_num_labels(num_labels)
        self._bits = LEADING_BITS if bins is None else leading_bits_for(bins)
        self.thresholds = bin_edges(self._bits)
        self.label_names: list[Any] | None = given_names(label_names, num_labels)
        # By label, so that the bins of a label lie together.
        self._cells = np.zeros((2, num_labels, len(self.thresholds)), np.int64)
        # float64 from the first scores on that are.
        self._scores = np.full(self._cells.shape, NONE, np.float32)

    @classmethod
    def of_bins(
        cls,
        negatives: npt.ArrayLike,
        positives: npt.ArrayLike,
        *,
        label_names: Iterable[Any] | None = None,
    ) -> Any:
        """Take what was counted elsewhere, each of shape (n_bins, n_labels).

        The scores are taken to be float32 and not below 2^-126, except 0. Then a bin
        near 1 holds one score; of other bins that is not known.

        Raises:
            TypeError: If an argument does not hold numbers.
            ValueError: If shapes differ, or there is no histogram of so many bins, or
                counts are negative or not finite.
        """
        sides = [
            check_cells(side, name)
            for side, name in ((negatives, "negatives"), (positives, "positives"))
        ]
        if sides[0].shape != sides[1].shape:
            raise ValueError(
                "negatives and positives must have one shape; got "
                f"{sides[0].shape} and {sides[1].shape}."
            )
        n_bins, num_labels = sides[0].shape
        histogram = cls(num_labels, n_bins, label_names=label_names)
        if len(histogram.thresholds) != n_bins:
            raise ValueError(
                f"There is no histogram of {n_bins} bins; the next has "
                f"{len(histogram.thresholds)}."
            )
        cells = np.ascontiguousarray(np.stack([side.T for side in sides]))
        scores = scores_of_counts(cells, histogram._bits)
        return histogram._like(cells, scores, histogram.label_names)

    @property
    def negatives(self) -> Array:
        """Negatives, shape (n_bins, n_labels): int64, or float64 of weights."""
        return self._cells[0].T

    @property
    def positives(self) -> Array:
        """Positives, shape (n_bins, n_labels): int64, or float64 of weights."""
        return self._cells[1].T

    @property
    def scores(self) -> Array:
        """The one score of a bin's negatives, and of its positives.

        Shape (2, n_labels, n_bins): -1 where there is no entry, NaN for several scores.
        """
        return self._scores

    @property
    def num_labels(self) -> int:
        """Number of labels."""
        return self._cells.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the state."""
        return self._cells.nbytes + self._scores.nbytes

    def update(
        self,
        y_true: Any,
        y_score: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> None:
        """Count a batch.

        Args:
            y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
                where unknown (left out); dense, or scipy.sparse, which stays sparse.
                Of shape (n_samples, ..., n_labels) each position is a sample.
            y_score: Probabilities, same shape.
            sample_weight: Shape (n_samples,), or that of the positions. A row of
                weight 2 counts twice.

        Raises:
            TypeError: If an argument does not hold numbers.
            ValueError: If shapes differ, truth is not 0, 1 or unknown, or scores do not
                lie from 0 to 1. Nothing is counted then.
        """
        check_columns(y_true, y_score, "y_score")
        score = check_positions(y_score, "y_score")
        truth = check_truth_matrix(y_true)
        if score.shape != truth.shape or score.shape[-1] != self.num_labels:
            raise ValueError(
                f"y_true and y_score must have the shape (n_samples, {self.num_labels})"
                f"; got {truth.shape} and {score.shape}."
            )
        score = check_binnable(score, truth)
        positions = score.shape[:-1]
        weight = check_sample_weight(sample_weight, positions, of_part=True)
        score = flatten(score)
        truth = truth if truth.ndim == 2 else flatten(truth)
        theirs = given_names(None, self.num_labels, y_true, y_score)
        names = merged_names(self.label_names, theirs)
        truth = check_entries(truth)
        self.label_names = names
        if weight is not None:
            self._cells = self._cells.astype(np.float64, copy=False)
        elif self._cells.dtype == np.float64:
            weight = np.ones(len(score))
        self._scores = self._scores.astype(
            np.promote_types(self._scores.dtype, score.dtype), copy=False
        )
        tally(self._cells, self._scores, self._bits, truth, score, weight)

    def __add__(self, other: ScoreHistogram) -> ScoreHistogram:
        if not isinstance(other, ScoreHistogram):
            return NotImplemented
        if self._cells.shape != other._cells.shape:
            raise ValueError(
                "Only histograms of the same labels and bins add up; got "
                f"{self._described()} and {other._described()}."
            )
        names = merged_names(self.label_names, other.label_names)
        scores = merge(self._scores, other._scores)
        return self._like(self._cells + other._cells, scores, names)

    def counts(self, threshold: npt.ArrayLike | None = None) -> Counts:
        """Counts of the decisions ``y_score >= threshold``.

        Args:
            threshold: One for all labels, or shape (n_labels,). Exact where it is one
                of `thresholds`, as 0.5 and what `tune_thresholds` finds are; else that
                of the next one above is taken. Default: each of `thresholds` in turn.

        Returns:
            Per label; by default with the shape (n_bins, n_labels).

        Raises:
            ValueError: If ``threshold`` is NaN, or there is not one per label.
        """
        # Of the bins from each on, and of those before it: a difference of two sums
        # would lose small weights beside large ones.
        edge = np.zeros_like(self._cells[..., :1])
        above = np.cumsum(self._cells[..., ::-1], axis=-1)[..., ::-1]
        below = np.concatenate([edge, np.cumsum(self._cells, axis=-1)], axis=-1)
        if threshold is None:
            fp, tp = above.transpose(0, 2, 1)
            tn, fn = below[..., :-1].transpose(0, 2, 1)
        else:
            wanted = check_threshold(threshold, self.num_labels)
            place = np.searchsorted(self.thresholds, wanted)
            labels = np.arange(self.num_labels)
            fp, tp = np.concatenate([above, edge], axis=-1)[:, labels, place]
            tn, fn = below[:, labels, place]
        names = merged_names(
            self.label_names, given_names(None, self.num_labels, threshold)
        )
        return Counts(tp, fp, fn, tn, axis=0, label_names=names)

    def to_json(self) -> str:
        """As text that `from_json` reads; bins that are empty take little."""
        return histogram_json.write(self._cells, self._scores, self.label_names)

    @classmethod
    def from_json(cls, text: str) -> ScoreHistogram:
        """Read what `to_json` wrote.

        Raises:
            ValueError: If ``text`` is not that; the message names the field.
        """
        cells, scores, names = histogram_json.read(text)
        return cls(cells.shape[1], cells.shape[2])._like(cells, scores, names)

    def _like(
        self, cells: Array, scores: Array, names: Iterable[Any] | None
    ) -> ScoreHistogram:
        _, num_labels, n_bins = cells.shape
        histogram = ScoreHistogram(num_labels, n_bins, label_names=names)
        histogram._cells, histogram._scores = cells, scores
        return histogram

    def _described(self) -> str:
        n_bins = len(self.thresholds)
        return f"{counted(self.num_labels, 'label')} in {n_bins:,} bins"

    def _table(self) -> Table:
        names = shown_names(self.label_names, self.num_labels)
        negatives, positives = self._cells.sum(-1)
        columns = {"positives": positives, "negatives": negatives}
        return Table(f"ScoreHistogram of {self._described()}", names, columns)
