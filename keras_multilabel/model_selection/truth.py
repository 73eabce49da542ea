"""Truth in any form, and groups, as the splitters need them."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.utils.arguments import Array, check_matrix, check_targets
from keras_multilabel.utils.groups import number_groups
from keras_multilabel.utils.matrices import as_numbers, canonical_rows
from keras_multilabel.utils.rows import check_rows


def check_positives(y: Any, name: str) -> Any:
    """Return the known positives of ``y`` as CSR of ones, shape (n_samples, n_labels).

    Unknown entries count as negative. ``y`` is multi-hot, sparse, or lists of labels.
    """
    if sparse.issparse(y):
        rows = canonical_rows(y)
        data, _ = check_targets(check_rows(as_numbers(rows.data, name)), name)
        matrix = sparse.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
        if not data.all():
            matrix = matrix.copy()
            matrix.eliminate_zeros()
        return matrix
    if holds_labels(y) and not _is_flat(y):
        positive = encode_labels(y)[0]
    else:
        positive, _ = check_targets(check_rows(check_matrix(y, name)), name)
    n_rows, n_labels = positive.shape
    # The nonzero bits of a flat array: faster than scipy's own conversion.
    row, column = np.divmod(np.flatnonzero(positive.view(bool)), n_labels)
    starts = np.append(0, np.cumsum(np.bincount(row, minlength=n_rows)))
    ones = np.ones(len(column), np.uint8)
    return sparse.csr_array((ones, column, starts), shape=(n_rows, n_labels))


def _is_flat(y: Any) -> bool:
    """Whether it is a list of numbers, for which a matrix is expected."""
    return not hasattr(y, "to_list") and not any(hasattr(row, "__len__") for row in y)


def check_groups(groups: Any, n_samples: int, least: int, name: str) -> Array:
    """Return the group of each row as a number from 0, of at least ``least`` groups."""
    group = number_groups(groups, n_samples)
    n_groups = int(group.max()) + 1
    if n_groups < least:
        raise ValueError(
            f"{name} needs {least} groups or more, one for each part; got {n_groups}."
        )
    return group


def check_n_rows(array: Any, n_samples: int, name: str, of: str) -> None:
    """Raise if ``array`` does not have one row per sample."""
    n_rows = array.shape[0] if hasattr(array, "shape") else len(array)
    if n_rows != n_samples:
        raise ValueError(f"{name} must have {of}'s {n_samples} rows; got {n_rows}.")
