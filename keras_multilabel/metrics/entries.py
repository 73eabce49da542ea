"""Truth as a matrix, dense or sparse, of 1, 0 and, where unknown, -1."""

from typing import Any

from scipy import sparse

from keras_multilabel.utils.arguments import Array, check_truth
from keras_multilabel.utils.matrices import canonical_rows, check_positions


def check_truth_matrix(y_true: Any) -> Any:
    """Return an array (n_samples, ..., n_labels), or CSR with each entry once."""
    if not sparse.issparse(y_true):
        return check_positions(y_true, "y_true")
    return canonical_rows(y_true)


def check_entries(truth: Any) -> Any:
    """Return a matrix of int8, dense or CSR: 1, 0 and, where unknown, -1."""
    if not sparse.issparse(truth):
        return check_truth(truth)
    stored = check_truth(truth.data[:, None]).ravel()
    return sparse.csr_array((stored, truth.indices, truth.indptr), truth.shape)


def as_dense(rows: Any) -> Array:
    """Rows of what `check_entries` gave as an array."""
    dense: Array = rows.toarray() if sparse.issparse(rows) else rows
    return dense
