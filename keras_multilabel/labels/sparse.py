"""Lists of labels -> a sparse multi-hot matrix, for tables of millions of rows."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.labels.encoding import Entries, Row, look_up_labels
from keras_multilabel.utils.arguments import Array


def encode_sparse(
    rows: Iterable[Row | str],
    classes: Iterable[Hashable] | None,
    *,
    sep: str | None,
    unknown: Iterable[Row | str] | None,
) -> tuple[Any, Entries]:
    """Return the result of `encode_labels` as int8 CSR, and the entries found.

    Labels outside ``classes`` are left out: ``Entries.unseen`` counts them.
    """
    entries = look_up_labels(rows, classes, sep=sep, unknown=unknown)
    shape = (entries.n_rows, len(entries.order))
    keys: list[Array] = [np.empty(0, np.int64)]
    values: list[Array] = [np.empty(0, np.int8)]
    for row, column, value in entries.parts():
        keys.append(row * shape[1] + column)
        values.append(np.full(len(row), value, np.int8))
    # If an entry occurs twice the last one counts: known labels come last.
    unique, last = np.unique(np.concatenate(keys)[::-1], return_index=True)
    known = np.concatenate(values)[::-1][last]
    places = np.divmod(unique, shape[1])
    return sparse.csr_array((known, places), shape=shape, dtype=np.int8), entries
