"""Stratified folds of multi-label data."""

import numpy as np

from keras_multilabel.utils.arguments import Array


def stratified_folds(
    truth: Array, n_folds: int, random_state: int | np.random.Generator | None
) -> Array:
    """Deal samples out to folds so that each label is as frequent in all of them.

    Returns:
        The fold of each sample, shape (n_samples,), from 0 to ``n_folds - 1``.
    """
    rng = np.random.default_rng(random_state)
    folds = np.full(len(truth), -1)
    left = truth.sum(0, dtype=np.int64)
    while left.any():
        label = np.argmin(np.where(left > 0, left, len(truth) + 1))
        members = truth[:, label] == 1
        rows = rng.permutation(np.flatnonzero(members & (folds < 0)))
        folds[rows] = _deal(folds[members], folds, len(rows), n_folds, rng)
        left -= truth[rows].sum(0, dtype=np.int64)
    rows = rng.permutation(np.flatnonzero(folds < 0))
    folds[rows] = _deal(folds, folds, len(rows), n_folds, rng)
    return folds


def _deal(
    members: Array, folds: Array, n_rows: int, n_folds: int, rng: np.random.Generator
) -> Array:
    """The folds of ``n_rows`` more rows, so that ``members`` are even over folds."""
    have, sizes = (
        np.bincount(part[part >= 0], minlength=n_folds) for part in (members, folds)
    )
    # Of folds that have as many, the smaller ones come first.
    order = np.lexsort((rng.random(n_folds), sizes))
    most = min(n_rows, n_rows // n_folds + int(np.ptp(have)) + 1)
    levels = have[order] + np.arange(most)[:, None]
    return order[np.argsort(levels, axis=None, kind="stable")[:n_rows] % n_folds]
