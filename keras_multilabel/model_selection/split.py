"""Stratified splits of multi-label data."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.model_selection.folds import stratified_test
from keras_multilabel.model_selection.truth import (
    check_groups,
    check_n_rows,
    check_positives,
)
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.groups import generator


def multilabel_train_test_split(
    *arrays: Any,
    stratify: Any,
    test_size: float | int = 0.25,
    groups: Any = None,
    random_state: int | np.random.Generator | None = None,
) -> list[Any]:
    """Split so that each label is equally frequent in both parts.

    Rows are dealt out a label at a time, from the rarest to the most frequent, each to
    the part that lacks the label most; then rows are swapped as long as that evens the
    labels. A label with two positives or more has at least one in each part; a single
    one goes to the training part.

    Args:
        *arrays: Arrays, tensors, lists, data frames or sparse matrices with one row
            per sample. Parts of a sparse matrix are CSR.
        stratify: Multi-hot truth, shape (n_samples, n_labels), also as a scipy.sparse
            matrix or a data frame; or one list of labels per sample, also as a column
            of a data frame. Unknown entries (-1 or NaN) count as negative.
        test_size: Share (a float below 1) or number (an int) of test samples.
        groups: The group of each sample, shape (n_samples,): a patient, a video, a
            site. No group is in both parts. The size of the test part, and a positive
            of each label in both parts, are then only met as closely as groups allow.
        random_state: Seed or generator, to reproduce the split.

    Returns:
        ``[train, test]`` for each of ``arrays``, in turn; rows keep their order.

    Raises:
        TypeError: If no arrays are given, or ``stratify`` holds neither numbers nor
            lists of labels.
        ValueError: If lengths differ, a part would be empty, or a group is missing.

    References:
        K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of Multi-Label
        Data", ECML PKDD 2011 (one sample at a time; here a label at a time, which
        satisfies the same demand and vectorizes, and with swaps).

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
    positives = check_positives(stratify, "stratify")
    n_samples = positives.shape[0]
    for array in arrays:
        check_n_rows(array, n_samples, "Every array", "stratify")
    n_test = check_test_size(test_size, n_samples)
    if groups is not None:
        groups = check_groups(groups, n_samples, 2, "multilabel_train_test_split")
    test = stratified_test(positives, n_test, generator(random_state), group=groups)
    parts = np.flatnonzero(~test), np.flatnonzero(test)
    return [_take(array, rows) for array in arrays for rows in parts]


def check_test_size(test_size: float | int, n_samples: int) -> int:
    """Return the number of samples; at least one is left for training."""
    share = isinstance(test_size, (float, np.floating))
    n_test = round(test_size * n_samples) if share else int(test_size)
    if not 0 < n_test < n_samples or (share and not 0 < test_size < 1):
        raise ValueError(
            "test_size must be a share below 1 or a number of samples that leaves "
            f"both parts some of the {n_samples}; got {test_size!r}."
        )
    return n_test


def _take(array: Any, rows: Array) -> Any:
    if hasattr(array, "iloc"):
        return array.iloc[rows]
    if isinstance(array, (list, tuple)):
        return [array[row] for row in rows]
    if sparse.issparse(array):  # not all formats can be indexed
        return array.tocsr()[rows]
    if type(array).__module__.startswith("tensorflow"):  # indexed by masks only
        return array[np.isin(np.arange(len(array)), rows)]
    return array[rows]
