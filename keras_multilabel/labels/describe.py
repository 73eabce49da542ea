"""What labels are like, before training: imbalance, co-occurrence, label sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array, check_truth
from keras_multilabel.utils.label_names import (
    LabelNames,
    given_names,
    library_of,
    shown_names,
)
from keras_multilabel.utils.streams import is_stream
from keras_multilabel.utils.tables import Table, Tabular, counted

# Truth is read this many entries at a time: sums in float32 stay exact.
_BLOCK = 2**23
# Where more entries than this share are positive a dense product is faster.
_DENSE = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class LabelSummary(Tabular):
    """How often labels occur, alone and together, and how uneven they are.

    It prints as a table, a row per label; ``to_frame()`` gives that as a data frame.
    Shares are of the samples of which the truth is known.

    Attributes:
        positive: How many samples are known to have the label, shape (n_labels,).
        known: Of how many the truth is known, same shape.
        n_samples: How many samples there are.
        n_empty: How many have no known positive.
        n_label_sets: How many different sets of (known) positives there are.
        cooccurrence: How many samples have both labels, int64 (n_labels, n_labels).
        expected: How many would, if labels were independent: of the samples of which
            both are known, the product of the shares; same shape.
        label_names: Of lists the labels, sorted; of columns their names, or None.

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
        """Known positives per sample, the mean."""
        return float(self.positive.sum() / self.n_samples)

    @property
    def density(self) -> float:
        """The share of known entries that are positive; NaN where none is known."""
        return float(divide(self.positive.sum(), self.known.sum(), np.nan))

    @property
    def unknown_share(self) -> float:
        """The share of entries of which the truth is unknown."""
        return float(1 - self.known.sum() / (self.n_samples * len(self.known)))

    @property
    def imbalance_ratio(self) -> Array:
        """IRLbl: the share of the most frequent label over that of each.

        Infinite for a label without positives, NaN for one of which nothing is known.
        """
        share = divide(self.positive, self.known, np.nan)
        most = np.nanmax(share, initial=0.0)
        ratio = divide(np.full(len(share), most), share, np.inf)
        return np.where(np.isnan(share), np.nan, ratio)

    @property
    def mean_imbalance_ratio(self) -> float:
        """MeanIR: the mean over labels that have positives; NaN where none has."""
        ratio = self.imbalance_ratio[self.positive > 0]
        return float(ratio.mean()) if len(ratio) else float("nan")

    @property
    def lift(self) -> Array:
        """Observed over expected co-occurrence; NaN where none is expected.

        Above 1 labels attract each other, below 1 they avoid each other.
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
    """Describe how often labels occur, alone and together, and how uneven they are.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels), or lists of labels, in any form
            that `count_labels` takes but Dask.
        label_names: One name per column. For lists: the labels in the order of the
            result. Default: the names of a data frame's columns, or all labels that
            occur, sorted.

    Returns:
        `LabelSummary`. Unknown entries are left out: each label is counted over the
        samples of which its truth is known, each pair over those of which both are.

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
        return _summary(_pieces([matrix]), lambda n_labels: found)
    return _summary(
        _pieces(blocks(y)), lambda n_labels: given_names(names, n_labels, y)
    )


class _Sums:
    """What adds up over parts of the data."""

    def __init__(self, n_labels: int):
        pairs = (n_labels, n_labels)
        self.n_samples = self.n_empty = 0
        self.both: Array = np.zeros(pairs)  # positive and positive
        self.one: Array = np.zeros(pairs)  # positive and unknown
        self.none: Array = np.zeros(pairs)  # unknown and unknown
        self.unknown: Array = np.zeros(n_labels)
        self.sets: set[bytes] = set()

    def add(self, truth: Array) -> None:
        """Add rows, int8: 1, 0 and -1."""
        if truth.shape[1] != len(self.both):
            raise ValueError(
                f"Every batch must have the same labels; got {len(self.both)} columns "
                f"and {truth.shape[1]}."
            )
        self.n_samples += len(truth)
        positive = truth == 1
        packed = np.ascontiguousarray(np.packbits(positive, axis=1))
        self.n_empty += int((~packed.any(1)).sum())
        self.sets.update(packed.view(f"V{packed.shape[1]}").ravel().tolist())
        left = _ready(positive)
        self.both += _product(left, left)
        unknown = truth == -1
        if unknown.any():
            right = _ready(unknown)
            self.one += _product(left, right)
            self.none += _product(right, right)
            self.unknown += unknown.sum(0)


def _pieces(parts: Iterable[Array]) -> Iterator[Array]:
    for part in parts:
        truth = check_truth(part)
        step = max(1, _BLOCK // truth.shape[1])
        for start in range(0, max(1, len(truth)), step):
            yield truth[start : start + step]


def _ready(mask: Array) -> Any:
    """A mask as what multiplies fastest."""
    if np.count_nonzero(mask) > _DENSE * mask.size:
        return mask.astype(np.float32)
    entries = np.flatnonzero(mask)
    rows, columns = np.divmod(entries, mask.shape[1])
    ends = np.searchsorted(rows, np.arange(len(mask) + 1))
    ones = np.ones(len(entries), np.float32)
    return sparse.csr_array((ones, columns, ends), mask.shape)


def _product(left: Any, right: Any) -> Array:
    product = left.T @ right
    return product.toarray() if sparse.issparse(product) else product


def _summary(pieces: Iterator[Array], names: Any) -> LabelSummary:
    sums: _Sums | None = None
    for piece in pieces:
        sums = _Sums(piece.shape[1]) if sums is None else sums
        sums.add(piece)
    if sums is None or sums.n_samples == 0:
        raise ValueError("y must have at least one sample; got none.")
    n = sums.n_samples
    positive, known = sums.both.diagonal(), n - sums.unknown
    # Over the samples of which the other label of a pair, or both, are known.
    alone = positive[:, None] - sums.one
    known_both = known[:, None] - sums.unknown + sums.none
    return LabelSummary(
        positive.astype(np.int64),
        known.astype(np.int64),
        n,
        sums.n_empty,
        len(sums.sets),
        sums.both.astype(np.int64),
        divide(alone * alone.T, known_both, 0.0),
        label_names=names(len(positive)),
    )
