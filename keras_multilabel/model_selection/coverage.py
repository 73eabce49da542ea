"""How many positives of each label the folds have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.model_selection.truth import check_positives
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import (
    LabelNames,
    given_names,
    library_of,
    shown_names,
)
from keras_multilabel.utils.tables import Table, Tabular, counted


@dataclass(frozen=True, eq=False, repr=False)
class FoldCoverage(Tabular):
    """How many positives of each label are in the test part of each fold.

    ``to_frame()`` returns the printed table as a data frame.

    Attributes:
        counts: Positives in the test part of each fold, shape (n_folds, n_labels).
        positive: Positives in the whole data, shape (n_labels,).
        label_names: One name per label, or None if not given.

    Example:
        >>> import keras_multilabel as kml
        >>> y = [[1, 0], [1, 1], [1, 0], [1, 0]]
        >>> cv = kml.MultilabelStratifiedKFold(2)
        >>> coverage = kml.fold_coverage(y, cv.split(y, y), label_names=["cat", "dog"])
        >>> coverage.counts.sum(0)
        array([4, 1])
        >>> coverage.missing
        ['dog']
    """

    counts: Array
    positive: Array
    label_names: list[Any] | None = field(default=None, kw_only=True)

    @property
    def missing(self) -> list[Any]:
        """The labels missing from at least one fold: their names, or "label 0", ..."""
        names = shown_names(self.label_names, len(self.positive))
        return [names[label] for label in np.flatnonzero((self.counts == 0).any(0))]

    def _table(self) -> Table:
        n_folds, n_labels = self.counts.shape
        columns = {
            "positive": self.positive,
            "fewest": self.counts.min(0),
            "most": self.counts.max(0),
            "folds_without": (self.counts == 0).sum(0),
        }
        labels, folds = counted(n_labels, "label"), counted(n_folds, "fold")
        title = f"FoldCoverage of {labels} in {folds}"
        return Table(title, shown_names(self.label_names, n_labels), columns)


def fold_coverage(
    y: Any,
    splits: Iterable[tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    label_names: Iterable[Any] | None = None,
) -> FoldCoverage:
    """Count the positives of each label in the test part of each fold.

    Without a positive of a label, recall and ROC AUC of the label are undefined in a
    fold. A label with fewer positives than folds, or with positives in fewer groups
    than folds, is missing from some of them whatever the splitter does.

    Args:
        y: Truth, in any form that `MultilabelStratifiedKFold` takes. Unknown entries
            count as negative.
        splits: Pairs of row indices ``(train, test)``, from any splitter:
            ``cv.split(X, y, groups)``.
        label_names: One name per label. Default: the names of a data frame's columns,
            or the labels that occur in lists, sorted.

    Returns:
        `FoldCoverage`, which prints as a table with a row per label.

    Raises:
        ValueError: If there is no fold, or rows are not rows of y.

    Example:
        >>> import keras_multilabel as kml
        >>> y = [["cat"], ["cat", "dog"], ["cat"], ["cat", "dog"], ["dog"], ["bird"]]
        >>> cv = kml.MultilabelStratifiedKFold(2)
        >>> kml.fold_coverage(y, cv.split(y, y))
        FoldCoverage of 3 labels in 2 folds
              positive  fewest  most  folds_without
        bird         1       0     1              1
        cat          4       2     2              0
        dog          3       1     2              0
    """
    names = None if label_names is None else list(label_names)
    if not sparse.issparse(y) and holds_labels(y):
        library = library_of(y)
        y, classes = encode_labels(y, names)
        names = LabelNames(map(str, classes), library)
    positives = check_positives(y, "y")
    names = given_names(names, positives.shape[1], y)
    tests = [np.asarray(test) for _, test in splits]
    if not tests:
        raise ValueError(
            "splits must be pairs of row indices, (train, test); got none. An iterator "
            "gives them only once: call cv.split(X, y) again."
        )
    for fold, test in enumerate(tests):
        if test.size and not 0 <= test.min() <= test.max() < positives.shape[0]:
            raise ValueError(
                f"splits must hold rows of y, 0 to {positives.shape[0] - 1}; fold "
                f"{fold} tests row {test.max() if test.min() >= 0 else test.min()}."
            )
    n_labels = positives.shape[1]
    counts = np.stack(
        [np.bincount(positives[test].indices, minlength=n_labels) for test in tests]
    )
    positive = np.bincount(positives.indices, minlength=n_labels)
    return FoldCoverage(counts, positive, label_names=names)
