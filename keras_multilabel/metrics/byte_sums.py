"""Sums of bytes of 0 and 1, over rows and columns, as fast as memory gives them."""

from collections.abc import Iterator

import numpy as np

from keras_multilabel.utils.arguments import Array

# So many bytes of 0 and 1 add up to a byte. Sums of bytes take a fourth to an eighth
# of the time of sums at 64 bits.
MOST = 255
# Rows are counted in blocks of about this many bytes (of entries of four bytes or
# more): few enough for the cache, which each step after the first then reads from, and
# enough for a step to take longer than the call of it. In one thread: where the cores
# are busy a second one gains nothing, for these sums wait for memory.
BLOCK_BYTES = 2**19
# Words of eight bytes. Sums of so many of them stay within their bytes, and the sum of
# these within one.
WORD, WORDS = 8, MOST // 8
ONES, HIGHEST = np.uint64(0x0101010101010101), np.uint64(56)


def blocks(y_true: Array, itemsize: int) -> Iterator[slice]:
    """Rows that fit the cache."""
    step = _block_rows(y_true.shape[1], itemsize)
    for start in range(0, len(y_true), step):
        yield slice(start, start + step)


def _block_rows(n_labels: int, itemsize: int) -> int:
    return max(1, BLOCK_BYTES // max(4, itemsize) // n_labels)


class ColumnSums:
    """Sums of 0 and 1 in each column, over blocks of rows.

    Blocks are added to one another as bytes, which the cache holds.
    """

    def __init__(self, n_labels: int):
        self._total: Array = np.zeros(n_labels, np.int64)
        self._bytes: Array = np.zeros((0, n_labels), np.uint8)
        self._n_blocks = 0

    def add(self, entries: Array | None, n_rows: int) -> None:
        """Add a block, of which only the last may be shorter; None is 1 everywhere."""
        if entries is None:
            self._total += n_rows
            return
        if self._n_blocks == MOST:
            self._total, self._n_blocks = self.total, 0
        if self._n_blocks == 0:
            self._bytes = entries
        else:
            # The first block is not ours to write to.
            self._bytes = self._bytes.copy() if self._n_blocks == 1 else self._bytes
            part = self._bytes[:n_rows]
            np.add(part, entries, out=part)
        self._n_blocks += 1

    @property
    def total(self) -> Array:
        """The sums so far, int64 (n_labels,)."""
        if not self._n_blocks:
            return self._total
        # So many rows still add up to a byte.
        fold = MOST // self._n_blocks
        n_folds = len(self._bytes) // fold
        folded = self._bytes[: n_folds * fold].reshape(fold, n_folds, len(self._total))
        rest = self._bytes[n_folds * fold :].sum(0, dtype=np.uint8)
        sums: Array = folded.sum(0, dtype=np.uint8).sum(0, dtype=np.int64)
        return self._total + sums + rest


def row_sums(entries: Array) -> Array:
    """Sum of 0 and 1 in each row, as int32."""
    n_labels = entries.shape[1]
    if n_labels % WORD == 0 and entries.flags.c_contiguous:
        entries = entries.view(np.uint64)
    most = MOST if entries.itemsize == 1 else WORDS
    whole = entries.shape[1] // most * most
    sums = _sums(entries[:, whole:]).astype(np.int32)
    if whole:
        folds = entries[:, :whole].reshape(len(entries), -1, most)
        sums += _sums(folds).sum(1, dtype=np.int32)
    return sums


def _sums(entries: Array) -> Array:
    """Sums over the last axis, of which there are few enough, of bytes or words."""
    # einsum keeps to the type as sum(-1, dtype=...) does, in 0.4 times its time.
    sums: Array = np.einsum("...i->...", entries)
    if entries.itemsize > 1:
        # The product has the sum of the eight bytes in the highest one.
        sums *= ONES
        sums >>= HIGHEST
    return sums
