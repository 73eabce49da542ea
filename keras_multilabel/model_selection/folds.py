"""Parts of multi-label data, of rows or groups, that are alike in each label."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.model_selection.dealing import Targets, deal_groups, deal_rows
from keras_multilabel.model_selection.evening import even_out
from keras_multilabel.utils.arguments import Array


def stratified_folds(
    positives: Array | Any, n_folds: int, rng: np.random.Generator, *, group: Any = None
) -> Array:
    """The fold of each row, so that each label is equally frequent in all of them.

    Args:
        positives: 0 / 1, or CSR of ones, shape (n_samples, n_labels).
        n_folds: From 2 to n_samples, or to the number of groups.
        rng: Random generator.
        group: The group of each row, numbered from 0, shape (n_samples,); or None.

    Returns:
        Shape (n_samples,), from 0 to ``n_folds - 1``. Without groups the sizes of folds
        differ by 1 at most.
    """
    positives = sparse.csr_array(positives)
    n_rows = positives.shape[0]
    total = np.bincount(positives.indices, minlength=positives.shape[1])
    if group is not None:
        columns = np.tile(np.append(total, n_rows), (n_folds, 1))
        sizes = np.full(n_folds, n_rows)
        return _deal(positives, Targets(columns, sizes, n_folds), rng, group)
    sizes = np.full(n_folds, n_rows // n_folds)
    sizes[: n_rows % n_folds] += 1
    return _deal(positives, Targets(np.outer(sizes, total), sizes, n_rows), rng)


def stratified_test(
    positives: Any, n_test: int, rng: np.random.Generator, *, group: Any = None
) -> Array:
    """Which rows are test rows: ``n_test``, with groups approximately.

    A label with two positives or more has its share, but at least one, in each part; a
    single one goes to the training part. Groups may make this impossible.
    """
    n_rows = positives.shape[0]
    total = np.bincount(positives.indices, minlength=positives.shape[1])
    test = np.clip(total * n_test, n_rows, np.maximum(total - 1, 1) * n_rows)
    test = np.where(total > 1, test, 0)
    sizes = np.array([n_rows - n_test, n_test])
    labels = np.stack([total * n_rows - test, test])
    if group is not None:
        labels = np.column_stack([labels, sizes * n_rows])
    return _deal(positives, Targets(labels, sizes, n_rows), rng, group) == 1


def _deal(
    positives: Any, targets: Targets, rng: np.random.Generator, group: Any = None
) -> Array:
    scale = targets.scale
    if group is None:
        parts, excess = deal_rows(positives, targets, rng)
        even_out(positives, parts, excess, scale, rng)
        return parts
    counts = _count_groups(positives, group)
    parts, excess = deal_groups(counts, targets, rng)
    even_out(counts, parts, excess, scale, rng, moves=True)
    return parts[group]


def _count_groups(positives: Any, group: Array) -> Any:
    """The counts of each group: positives per label and, in the last column, rows."""
    n_rows = positives.shape[0]
    member = sparse.csr_array((np.ones(n_rows, np.int64), (group, np.arange(n_rows))))
    ones = sparse.csr_array(np.ones((n_rows, 1), np.int64))
    counts = (member @ sparse.hstack([positives, ones], format="csr")).tocsr()
    counts.sum_duplicates()
    return counts
