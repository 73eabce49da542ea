"""Sums of bytes of 0 and 1, over rows and columns, as fast as memory gives them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array

# A sum of 255 bytes of 0 and 1 still fits a byte, so a fold of 255 rows (or
# columns) is summed at eight bits wide: four to eight times faster than at 64.
FOLD = 255
# Rows are counted in blocks of about this many bytes, few enough for the cache. In
# one thread: a second one gains nothing, for these sums wait for memory, and starting
# it takes as long as 20,000 x 80 entries.
BLOCK_BYTES = 3 * 2**18


def column_sums(entries: Array | None, n_rows: int, weight: Array | None) -> Any:
    """Sum, or weight, of 0 and 1 in each column; None stands for 1 everywhere."""
    if entries is None:
        return n_rows if weight is None else weight.sum()
    if weight is not None:
        return weight @ entries.astype(np.float64)
    n_folds = len(entries) // FOLD
    folded = entries[: n_folds * FOLD].reshape(FOLD, n_folds, entries.shape[1])
    sums = folded.sum(0, dtype=np.uint8).sum(0, dtype=np.int64)
    return sums + entries[n_folds * FOLD :].sum(0, dtype=np.uint8)


def row_sums(entries: Array | None, n_labels: int) -> Any:
    """Sum of 0 and 1 in each row; None stands for 1 everywhere."""
    if entries is None:
        return n_labels
    starts = range(0, entries.shape[1], FOLD)
    # einsum keeps to bytes as sum(1, dtype=uint8) does, in 0.4 times its time.
    folds = [np.einsum("ij->i", entries[:, s : s + FOLD]) for s in starts]
    return sum(fold.astype(np.int32) for fold in folds)


def blocks(y_true: Array, itemsize: int) -> Iterator[slice]:
    """Rows that fit the cache, in whole folds."""
    step = FOLD * max(1, BLOCK_BYTES // (FOLD * y_true.shape[1] * itemsize))
    for start in range(0, len(y_true), step):
        yield slice(start, start + step)
