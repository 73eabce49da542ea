"""Stratified splitters of multi-label data, for scikit-learn's cross-validation."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from keras_multilabel.model_selection.folds import stratified_folds, stratified_test
from keras_multilabel.model_selection.split import check_test_size
from keras_multilabel.model_selection.truth import (
    check_groups,
    check_n_rows,
    check_positives,
)
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.groups import generator

RandomState = int | np.random.Generator | np.random.RandomState | None
Pairs = Iterator[tuple[Array, Array]]


class _KFold(BaseCrossValidator):
    """Options of a splitter into folds; subclasses define `split`."""

    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        random_state: RandomState = None,
    ):
        _check_n_splits(n_splits, 2)
        _check_shuffle(shuffle, random_state)
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """The number of folds; the arguments are ignored."""
        return self.n_splits


class MultilabelStratifiedKFold(_KFold):
    """Folds of equal size in which each label is equally frequent.

    The counterpart of scikit-learn's ``StratifiedKFold`` for multi-label data. The
    sizes of folds differ by at most 1, and a label with at least as many positives as
    folds is in each of them as far as other labels allow; `fold_coverage` shows it.

    Rows are dealt out a label at a time, from the rarest to the most frequent, each to
    the fold that lacks the label most; then rows are swapped as long as that evens the
    labels.

    Args:
        n_splits: Number of folds.
        shuffle: Whether each call draws anew which of several similar rows go where.
            Without, the folds are always the same.
        random_state: Seed or generator for the shuffling. With a seed each call of
            ``split`` gives the same folds.

    Raises:
        ValueError: If ``n_splits`` is below 2, or ``random_state`` is given without
            ``shuffle``; by ``split``: if there are fewer samples than folds, or X does
            not have the rows of y.

    References:
        K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of
        Multi-Label Data", ECML PKDD 2011.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y = np.array([[1, 0]] * 6 + [[0, 1]] * 3)
        >>> cv = kml.MultilabelStratifiedKFold(3)
        >>> [y[test].sum(0).tolist() for _, test in cv.split(y, y)]
        [[2, 1], [2, 1], [2, 1]]
    """

    def split(self, X: Any, y: Any, groups: Any = None) -> Pairs:  # noqa: N803
        """Row indices of the training and the test part of each fold.

        Args:
            X: Anything with one row per sample, or None.
            y: Multi-hot truth, shape (n_samples, n_labels), also as a scipy.sparse
                matrix or a data frame; or one list of labels per sample, also as a
                column of a data frame. Unknown entries (-1 or NaN) count as negative:
                folds are balanced by known positives.
            groups: Ignored.

        Yields:
            ``(train, test)``, sorted.
        """
        positives = _check_y(X, y)
        _check_n_samples(self.n_splits, positives.shape[0])
        rng = _generator(self.shuffle, self.random_state)
        return _pairs(stratified_folds(positives, self.n_splits, rng), self.n_splits)


class MultilabelStratifiedGroupKFold(_KFold):
    """Folds in which each label is equally frequent, and that never split a group.

    The counterpart of scikit-learn's ``StratifiedGroupKFold`` for multi-label data.
    Groups are dealt out one at a time, those with the largest share of rare labels
    first, each to the fold that lacks its labels and rows most; then groups are moved
    and swapped as long as that evens labels and sizes. No fold is empty.

    Args:
        n_splits: Number of folds.
        shuffle: Whether each call draws anew. Without, the folds are always the same.
        random_state: Seed or generator for the shuffling.

    Raises:
        ValueError: If ``n_splits`` is below 2, or ``random_state`` is given without
            ``shuffle``; by ``split``: if there are fewer groups than folds, or a sample
            has no group.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y = np.array([[1, 0]] * 6 + [[0, 1]] * 6)
        >>> patient = np.repeat(["a", "b", "c", "d", "e", "f"], 2)
        >>> cv = kml.MultilabelStratifiedGroupKFold(3)
        >>> [y[test].sum(0).tolist() for _, test in cv.split(y, y, patient)]
        [[2, 2], [2, 2], [2, 2]]
    """

    # With scikit-learn's metadata routing, groups go to this splitter unrequested.
    __metadata_request__split = {"groups": True}  # noqa: RUF012

    def split(self, X: Any, y: Any, groups: Any = None) -> Pairs:  # noqa: N803
        """Row indices of the training and the test part of each fold.

        Args:
            X: Anything with one row per sample, or None.
            y: As for `MultilabelStratifiedKFold`.
            groups: The group of each sample, shape (n_samples,).

        Yields:
            ``(train, test)``, sorted.
        """
        positives = _check_y(X, y)
        if groups is None:
            raise ValueError(
                "MultilabelStratifiedGroupKFold needs groups, one value per sample: "
                "split(X, y, groups), or cross_val_score(..., groups=groups). Without "
                "groups use MultilabelStratifiedKFold."
            )
        name = f"n_splits={self.n_splits}"
        group = check_groups(groups, positives.shape[0], self.n_splits, name)
        rng = _generator(self.shuffle, self.random_state)
        folds = stratified_folds(positives, self.n_splits, rng, group=group)
        return _pairs(folds, self.n_splits)


class MultilabelStratifiedShuffleSplit(BaseCrossValidator):
    """Random splits in which each label is equally frequent in both parts.

    Each split is made as by `multilabel_train_test_split`.

    Args:
        n_splits: Number of splits.
        test_size: Share (a float below 1) or number (an int) of test samples.
        random_state: Seed or generator. With a seed each call of ``split`` gives the
            same splits.

    Raises:
        ValueError: If ``n_splits`` is below 1; by ``split``: if a part would be empty,
            or X does not have the rows of y.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y = np.array([[1, 0]] * 8 + [[0, 1]] * 4)
        >>> cv = kml.MultilabelStratifiedShuffleSplit(2, test_size=0.25, random_state=0)
        >>> [y[test].sum(0).tolist() for _, test in cv.split(y, y)]
        [[2, 1], [2, 1]]
    """

    def __init__(
        self,
        n_splits: int = 10,
        *,
        test_size: float | int = 0.1,
        random_state: RandomState = None,
    ):
        _check_n_splits(n_splits, 1)
        self.n_splits = n_splits
        self.test_size = test_size
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """The number of splits; the arguments are ignored."""
        return self.n_splits

    def split(self, X: Any, y: Any, groups: Any = None) -> Pairs:  # noqa: N803
        """Row indices of the training and the test part of each split.

        Args:
            X: Anything with one row per sample, or None.
            y: As for `MultilabelStratifiedKFold`.
            groups: Ignored.

        Yields:
            ``(train, test)``, sorted.
        """
        positives = _check_y(X, y)
        n_test = check_test_size(self.test_size, positives.shape[0])
        rng = generator(self.random_state)
        tests = (stratified_test(positives, n_test, rng) for _ in range(self.n_splits))
        return ((np.flatnonzero(~test), np.flatnonzero(test)) for test in tests)


def _check_n_splits(n_splits: int, least: int) -> None:
    is_whole = isinstance(n_splits, (int, np.integer)) and not isinstance(
        n_splits, bool
    )
    if not is_whole or n_splits < least:
        raise ValueError(
            f"n_splits must be a whole number of {least} or more; got {n_splits!r}."
        )


def _check_shuffle(shuffle: bool, random_state: RandomState) -> None:
    if not isinstance(shuffle, (bool, np.bool_)):
        raise TypeError(f"shuffle must be True or False; got {shuffle!r}.")
    if random_state is not None and not shuffle:
        raise ValueError(
            "random_state has no effect without shuffling: pass shuffle=True, or leave "
            f"random_state out; got random_state={random_state!r}."
        )


def _check_n_samples(n_splits: int, n_samples: int) -> None:
    if n_splits > n_samples:
        raise ValueError(
            f"n_splits must be at most the number of samples, {n_samples}; got "
            f"{n_splits}."
        )


def _check_y(X: Any, y: Any) -> Any:  # noqa: N803
    positives = check_positives(y, "y")
    if X is not None:
        check_n_rows(X, positives.shape[0], "X", "y")
    return positives


def _generator(shuffle: bool, random_state: RandomState) -> np.random.Generator:
    return generator(random_state if shuffle else 0)


def _pairs(folds: Array, n_splits: int) -> Pairs:
    for fold in range(n_splits):
        test = folds == fold
        yield np.flatnonzero(~test), np.flatnonzero(test)
