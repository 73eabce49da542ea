"""Labels, pairs and sets of labels, added up over parts of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.utils.arguments import Array, check_matrix, check_truth
from keras_multilabel.utils.matrices import canonical_rows

# Entries, or sparse rows, of truth read at a time: sums in float32 are exact.
_BLOCK = 2**23
_SPARSE_ROWS = 2**17
# With more positives than this share a dense product is faster.
_DENSE = 0.1


class PairSums:
    """Sums over parts of the data.

    Attributes:
        n_samples: Number of samples.
        n_empty: How many have no positive.
        sets: The different sets of positives, each as bytes.
        unknown: For how many samples each label is unknown.
        both: How many have both labels, (n_labels, n_labels).
        one: How many have the label of the row, while that of the column is unknown; 0
            if all is known.
        neither: For how many both are unknown; 0 if all is known.
    """

    def __init__(self, n_labels: int):
        self.n_samples = self.n_empty = 0
        self.sets: set[bytes] = set()
        self.unknown: Array = np.zeros(n_labels)
        self.both: Array = np.zeros((n_labels, n_labels))
        self.one: Any = 0.0
        self.neither: Any = 0.0

    def add(self, positive: Any, unknown: Any) -> None:
        """Add rows: masks, as arrays or CSR."""
        if positive.shape[1] != len(self.both):
            raise ValueError(
                f"Every batch must have the same labels; got {len(self.both)} columns "
                f"and {positive.shape[1]}."
            )
        self.n_samples += positive.shape[0]
        self.n_empty += int((positive.sum(1) == 0).sum())
        self.sets.update(_label_sets(positive))
        left = _ready(positive)
        self.both += _product(left, left)
        if unknown.sum():
            right = _ready(unknown)
            self.one = self.one + _product(left, right)
            self.neither = self.neither + _product(right, right)
            self.unknown += unknown.sum(0)


def sum_pairs(y: Any) -> PairSums:
    """Add up truth in any form except lists of labels."""
    pieces = _sparse_pieces(y) if sparse.issparse(y) else _pieces(blocks(y))
    sums: PairSums | None = None
    for positive, unknown in pieces:
        sums = PairSums(positive.shape[1]) if sums is None else sums
        sums.add(positive, unknown)
    if sums is None or sums.n_samples == 0:
        raise ValueError("y must have at least one sample; got none.")
    return sums


def _pieces(parts: Iterable[Array]) -> Iterator[tuple[Array, Array]]:
    for part in parts:
        truth = check_truth(part)
        step = max(1, _BLOCK // truth.shape[1])
        for start in range(0, max(1, len(truth)), step):
            piece = truth[start : start + step]
            yield piece == 1, piece == -1


def _sparse_pieces(y: Any) -> Iterator[tuple[Any, Any]]:
    rows = canonical_rows(y)
    check_matrix(rows[:0], "y")
    for start in range(0, rows.shape[0], _SPARSE_ROWS):
        part = rows[start : start + _SPARSE_ROWS]
        truth = check_truth(part.data[None])[0]
        yield _where(part, truth == 1), _where(part, truth == -1)


def _where(part: Any, mask: Array) -> Any:
    """The entries of CSR rows where the mask is true, as CSR of True."""
    kept = sparse.csr_array((mask, part.indices, part.indptr), part.shape, copy=True)
    kept.eliminate_zeros()
    return kept


def _label_sets(positive: Any) -> list[bytes]:
    if sparse.issparse(positive):
        indices = positive.indices
        ends = (positive.indptr.astype(np.int64) * indices.itemsize).tolist()
        data = indices.tobytes()
        return [data[start:end] for start, end in pairwise(ends)]
    packed = np.ascontiguousarray(np.packbits(positive, axis=1))
    rows: list[bytes] = packed.view(f"V{packed.shape[1]}").ravel().tolist()
    return rows


def _ready(mask: Any) -> Any:
    """A mask in the type that multiplies fastest."""
    if sparse.issparse(mask):
        return mask.astype(np.float32)
    if np.count_nonzero(mask) > _DENSE * mask.size:
        return mask.astype(np.float32)
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    ends = np.searchsorted(rows, np.arange(len(mask) + 1))
    return sparse.csr_array((np.ones(len(rows), np.float32), columns, ends), mask.shape)


def _product(left: Any, right: Any) -> Array:
    product = left.T @ right
    return product.toarray() if sparse.issparse(product) else product
