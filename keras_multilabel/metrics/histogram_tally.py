"""Entries of a batch, counted into the cells of a `ScoreHistogram`.

A cell is a bin of a label's negatives, or of its positives. Beside its count stands the
score that all of its entries have: `NONE` where there is no entry, NaN where there are
several scores. So ties are told from scores that are merely near, and two entries of
two sides are in order.
"""

from threading import Lock
from typing import Any

import numpy as np

from keras_multilabel.metrics.bins import bin_edges, bin_of, tied_from
from keras_multilabel.metrics.entries import as_dense
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads

NONE = -1.0
# Entries are counted in blocks of about this many, few enough for the cache.
BLOCK = 2**17
# Fewer blocks are counted sooner than threads start.
FOR_THREADS = 4


def tally(
    counts: Array,
    scores: Array,
    leading_bits: int,
    y_true: Any,
    y_score: Array,
    weight: Array | None,
) -> None:
    """Count a batch into ``counts`` and ``scores``, (2, n_labels, n_bins), in place.

    Args:
        counts: Negatives and positives per label and bin; float64 if weighted.
        scores: The score of each cell; float64 if any is.
        leading_bits: Of the bins.
        y_true: As `entries.check_entries` gives it.
        y_score: As `bins.check_binnable` gives it, (n_samples, n_labels).
        weight: Shape (n_samples,), or None.
    """
    _, n_labels, n_bins = counts.shape
    flat_counts, flat_scores = counts.reshape(-1), scores.reshape(-1)
    step = max(1, BLOCK // n_labels)
    kind: Any = np.int32 if counts.size < 2**31 else np.int64
    first = np.arange(n_labels, dtype=kind) * kind(n_bins)
    first = np.tile(first, min(step, len(y_score)))
    lock = Lock()

    def count(start: int) -> None:
        part = slice(start, start + step)
        score = y_score[part].ravel()
        truth = as_dense(y_true[part]).ravel()
        place = np.multiply(truth, n_labels * n_bins, dtype=kind)
        place += first[: len(score)]
        cell = (place + bin_of(score, leading_bits)).astype(np.intp, copy=False)
        entries: Any = 1 if weight is None else np.repeat(weight[part], n_labels)
        if weight is not None or truth.min() < 0:
            counted = np.flatnonzero((truth >= 0) & (entries > 0))
            cell, score = cell[counted], score[counted]
            entries = entries if weight is None else entries[counted]
        with lock:
            _note(flat_scores, cell, score)
            np.add.at(flat_counts, cell, entries)

    starts = range(0, len(y_score), step)
    # Sums of floats depend on the order.
    if weight is None and len(starts) >= FOR_THREADS:
        map_threads(count, starts)
    else:
        for start in starts:
            count(start)


def _note(scores: Array, cell: Array, score: Array) -> None:
    """Take in the scores of entries: those of one cell may be one, or several."""
    seen = scores.take(cell)
    other = seen != score
    # NaN, for several, stays.
    other &= seen == seen
    if not other.any():
        return
    cell, score, seen = cell[other], score[other], seen[other]
    scores[cell] = np.where(seen == NONE, score, score.dtype.type(np.nan))
    # Of several entries of a fresh cell the last one has been written.
    several = scores[cell] != score
    scores[cell[several]] = np.nan


def merge(scores: Array, others: Array) -> Array:
    """Scores of the cells of two histograms together."""
    same = (others == NONE) | (scores == others)
    several = scores.dtype.type(np.nan)
    return np.where(scores == NONE, others, np.where(same, scores, several))


def scores_of_counts(counts: Array, leading_bits: int) -> Array:
    """Scores of cells that were counted elsewhere, as far as float32 tells them."""
    edges = bin_edges(leading_bits)
    scores = np.where(holds_one_value(leading_bits), edges, np.nan).astype(np.float32)
    return np.where(counts > 0, scores, np.float32(NONE))


def holds_one_value(leading_bits: int) -> Array:
    """Bins of one float32 value: those near 1, and the lowest, which is taken for 0."""
    edges = bin_edges(leading_bits)
    return np.asarray((edges == 0) | (edges >= tied_from(leading_bits)))
