"""Where in a truth matrix, dense or sparse, the positives are, and what is unknown."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.utils.arguments import Array, check_targets
from keras_multilabel.utils.matrices import canonical_rows, check_positions


def check_truth_matrix(y_true: Any) -> Any:
    """Return an array (n_samples, ..., n_labels), or CSR with each entry once."""
    if not sparse.issparse(y_true):
        return check_positions(y_true, "y_true")
    return canonical_rows(y_true)


def find_entries(truth: Any) -> tuple[Array, Array]:
    """Where in the flattened matrix positives are, and unknown entries."""
    if sparse.issparse(truth):
        entries = truth.tocoo()
        flat = entries.row.astype(np.intp) * truth.shape[1] + entries.col
        stored, place = entries.data[:, None], flat
    else:
        stored, place = truth, None
    positive, known = check_targets(stored)
    # Of bytes of 0 and 1; many times faster as booleans.
    positives = np.flatnonzero(positive.view(bool))
    unknowns = np.flatnonzero([] if known is None else ~known.view(bool))
    return (
        (positives, unknowns) if place is None else (place[positives], place[unknowns])
    )
