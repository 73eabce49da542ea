"""Statistics of labels, before training: imbalance, co-occurrence, label sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.labels.pair_sums import PairSums, sum_pairs
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import (
    LabelNames,
    given_names,
    library_of,
    shown_names,
)
from keras_multilabel.utils.streams import is_stream
from keras_multilabel.utils.tables import Table, Tabular, counted


@dataclass(frozen=True, eq=False, repr=False)
class LabelSummary(Tabular):
    """How often labels occur, alone and together, and how imbalanced they are.

    It prints as a table, a row per label; ``to_frame()`` returns that as a data frame.
    Shares are of the samples whose truth is known.

    Attributes:
        positive: How many samples are known to have the label, shape (n_labels,).
        known: For how many the truth is known, same shape.
        n_samples: Number of samples.
        n_empty: How many have no known positive.
        n_label_sets: Number of different sets of (known) positives.
        cooccurrence: How many samples have both labels, int64 (n_labels, n_labels).
        expected: How many would have both, if labels were independent: the product of
            the shares, over the samples that know both; same shape.
        label_names: For lists the labels, sorted; for columns their names, or None.

    Example:
        >>> import keras_multilabel as kml
        >>> summary = kml.describe_labels([["cat"], ["cat", "dog"], ["cat"], []])
        >>> summary
        LabelSummary of 2 labels in 4 samples
        1.0000 labels a sample (density 0.5000), 3 label sets, 1 sample without labels
        0.00 % of entries unknown, mean imbalance ratio 2.0000
             positive  known   share  imbalance ratio
        cat         3      4  0.7500           1.0000
        dog         1      4  0.2500           3.0000
        >>> round(float(summary.lift[0, 1]), 4)
        1.3333
    """

    positive: Array
    known: Array
    n_samples: int
    n_empty: int
    n_label_sets: int
    cooccurrence: Array
    expected: Array
    label_names: list[Any] | None = field(default=None, kw_only=True)

    @property
    def cardinality(self) -> float:
        """Mean number of known positives per sample."""
        return float(self.positive.sum() / self.n_samples)

    @property
    def density(self) -> float:
        """The share of known entries that are positive; NaN without known entries."""
        return float(divide(self.positive.sum(), self.known.sum(), np.nan))

    @property
    def unknown_share(self) -> float:
        """The share of unknown entries."""
        return float(1 - self.known.sum() / (self.n_samples * len(self.known)))

    @property
    def imbalance_ratio(self) -> Array:
        """IRLbl: the share of the most frequent label over that of each.

        Infinite for a label without positives, NaN for one without known entries.
        """
        share = divide(self.positive, self.known, np.nan)
        most = np.nanmax(share, initial=0.0)
        ratio = divide(np.full(len(share), most), share, np.inf)
        return np.where(np.isnan(share), np.nan, ratio)

    @property
    def mean_imbalance_ratio(self) -> float:
        """MeanIR: the mean over labels with positives; NaN without any."""
        ratio = self.imbalance_ratio[self.positive > 0]
        return float(ratio.mean()) if len(ratio) else float("nan")

    @property
    def lift(self) -> Array:
        """Observed over expected co-occurrence; NaN if none is expected.

        Labels that attract each other have values above 1, those that avoid each other
        below.
        """
        lift: Array = divide(self.cooccurrence, self.expected, np.nan)
        return lift

    def _table(self) -> Table:
        names = shown_names(self.label_names, len(self.positive))
        columns = {
            "positive": self.positive,
            "known": self.known,
            "share": divide(self.positive, self.known, np.nan),
            "imbalance ratio": self.imbalance_ratio,
        }
        return Table("\n".join(self._facts()), names, columns)

    def _facts(self) -> list[str]:
        labels = counted(len(self.positive), "label")
        return [
            f"LabelSummary of {labels} in {counted(self.n_samples, 'sample')}",
            f"{self.cardinality:.4f} labels a sample (density {self.density:.4f}), "
            f"{counted(self.n_label_sets, 'label set')}, "
            f"{counted(self.n_empty, 'sample')} without labels",
            f"{self.unknown_share:.2%} of entries unknown, mean imbalance ratio "
            f"{self.mean_imbalance_ratio:.4f}".replace("%", " %"),
        ]


def describe_labels(y: Any, label_names: Iterable[Any] | None = None) -> LabelSummary:
    """Describe how often labels occur, alone and together, and how imbalanced they are.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels), or lists of labels, in any form
            that `count_labels` takes, except Dask.
        label_names: One name per column. For lists: the labels in the order of the
            result. Default: the names of a data frame's columns, or all labels that
            occur, sorted.

    Returns:
        `LabelSummary`. Unknown entries are left out: each label is counted over the
        samples that know it, each pair over those that know both.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If there is no sample or no label, values are not 0, 1 or unknown,
            batches differ in their labels, or ``label_names`` does not fit.

    References:
        F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera (2015), Addressing
        imbalance in multilabel classification: measures and random resampling
        algorithms. Neurocomputing 163: IRLbl and MeanIR.

    Example:
        >>> import keras_multilabel as kml
        >>> summary = kml.describe_labels([[1, 1], [1, 0], [1, -1], [0, 0]])
        >>> summary.positive, summary.known, summary.unknown_share
        (array([3, 1]), array([4, 3]), 0.125)
        >>> summary.cooccurrence
        array([[3, 1],
               [1, 1]])
    """
    names = None if label_names is None else list(label_names)
    if not is_stream(y) and holds_labels(y):
        matrix, classes = encode_labels(y, names)
        found = LabelNames(map(str, classes), library_of(y))
        return _summary(sum_pairs(matrix), found)
    sums = sum_pairs(y)
    return _summary(sums, given_names(names, len(sums.both), y))


def _summary(sums: PairSums, names: LabelNames | None) -> LabelSummary:
    positive, known = sums.both.diagonal(), sums.n_samples - sums.unknown
    # Over the samples that know the other label of a pair, or both.
    alone = positive[:, None] - sums.one
    known_both = known[:, None] - sums.unknown + sums.neither
    return LabelSummary(
        positive.astype(np.int64),
        known.astype(np.int64),
        sums.n_samples,
        sums.n_empty,
        len(sums.sets),
        sums.both.astype(np.int64),
        divide(alone * alone.T, known_both, 0.0),
        label_names=names,
    )
