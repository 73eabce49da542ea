"""Stratified splits of multi-label data."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from keras_multilabel.utils.arguments import Array, check_matrix, check_targets
from keras_multilabel.utils.rows import check_rows


def multilabel_train_test_split(
    *arrays: Any,
    stratify: npt.ArrayLike,
    test_size: float | int = 0.25,
    random_state: int | np.random.Generator | None = None,
) -> list[Any]:
    """Split so that each label is as frequent in both parts as in the whole.

    Labels are dealt out from the rarest to the most frequent, each to the test
    part until it has its share there. A label with two positives or more has at
    least one in each part; a single one goes to the training part.

    Args:
        *arrays: Arrays, tensors, lists, data frames or sparse matrices with one row
            per sample. Parts of a sparse matrix are CSR.
        stratify: Multi-hot truth, shape (n_samples, n_labels). Unknown entries
            (-1 or NaN) count as negative.
        test_size: Share (a float below 1) or number (an int) of test samples.
        random_state: Seed or generator, for the same split again.

    Returns:
        ``[train, test]`` for each of ``arrays``, in turn; rows keep their order.

    Raises:
        TypeError: If no arrays are given, or ``stratify`` does not hold numbers.
        ValueError: If lengths differ, or a part would be empty.

    References:
        K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of
        Multi-Label Data", ECML PKDD 2011 (there one sample at a time; here a label
        at a time, which is the same demand and vectorises).

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y = np.array([[1, 0]] * 8 + [[0, 1]] * 4)
        >>> train, test = kml.multilabel_train_test_split(
        ...     np.arange(12), stratify=y, random_state=0
        ... )
        >>> y[test].sum(0)
        array([2, 1])
    """
    if not arrays:
        raise TypeError("Pass at least one array to split.")
    truth, _ = check_targets(check_rows(check_matrix(stratify, "stratify")))
    for array in arrays:
        n_rows = array.shape[0] if hasattr(array, "shape") else len(array)
        if n_rows != len(truth):
            raise ValueError(
                f"Every array must have stratify's {len(truth)} rows; got {n_rows}."
            )
    n_test = _check_test_size(test_size, len(truth))
    test = _choose_test(truth, n_test, np.random.default_rng(random_state))
    parts = np.flatnonzero(~test), np.flatnonzero(test)
    return [_take(array, rows) for array in arrays for rows in parts]


def _check_test_size(test_size: float | int, n_samples: int) -> int:
    share = isinstance(test_size, (float, np.floating))
    n_test = round(test_size * n_samples) if share else int(test_size)
    if not 0 < n_test < n_samples or (share and not 0 < test_size < 1):
        raise ValueError(
            "test_size must be a share below 1 or a number of samples that leaves "
            f"both parts some of the {n_samples}; got {test_size!r}."
        )
    return n_test


def _choose_test(truth: Array, n_test: int, rng: np.random.Generator) -> Array:
    """Mark the test rows, exactly ``n_test`` of them."""
    total = truth.sum(0, dtype=np.int64)
    wanted = np.rint(total * n_test / len(truth)).astype(np.int64)
    wanted = np.where(total > 1, np.clip(wanted, 1, total - 1), 0)
    test, free = np.zeros(len(truth), bool), np.ones(len(truth), bool)
    left = total.copy()
    while left.any():
        label = np.argmin(np.where(left > 0, left, len(truth) + 1))
        rows = rng.permutation(np.flatnonzero(free & (truth[:, label] == 1)))
        lacking = wanted[label] - truth[test, label].sum(dtype=np.int64)
        chosen = rows[: max(0, min(lacking, n_test - test.sum()))]
        test[chosen], free[rows] = True, False
        left -= truth[rows].sum(0, dtype=np.int64)
    _fill(test, np.flatnonzero(free), n_test, rng)
    # Rounding may leave a few places even so: any row of the training part will do.
    _fill(test, np.flatnonzero(~test), n_test, rng)
    return test


def _fill(test: Array, rows: Array, n_test: int, rng: np.random.Generator) -> None:
    test[rng.permutation(rows)[: n_test - test.sum()]] = True


def _take(array: Any, rows: Array) -> Any:
    if hasattr(array, "iloc"):
        return array.iloc[rows]
    if isinstance(array, (list, tuple)):
        return [array[row] for row in rows]
    if sparse.issparse(array):  # not all of its formats have an index
        return array.tocsr()[rows]
    if type(array).__module__.startswith("tensorflow"):  # it takes masks, no numbers
        return array[np.isin(np.arange(len(array)), rows)]
    return array[rows]
