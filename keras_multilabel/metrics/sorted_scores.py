"""`SortedScores`: the scores of all labels, sorted once and used many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_label import SortedLabel
from keras_multilabel.utils.arguments import Array, check_probabilities, check_threshold
from keras_multilabel.utils.label_names import given_names, merged_names, shown_names
from keras_multilabel.utils.parallel import map_threads
from keras_multilabel.utils.tables import Table, Tabular, counted

Result = TypeVar("Result")
OF_LOGITS = "Logits become probabilities with 1 / (1 + np.exp(-logits))."


class SortedScores(Tabular):
    """The scores of each label, sorted: exact, and sorted once.

    `average_precision_score`, `roc_auc_score`, `tune_thresholds`, `brier_score`,
    `log_loss`, `calibration_error` and the plots of curves take it in place of
    ``y_true`` and ``y_score``. Otherwise each of them sorts the scores, which is most
    of the work. It prints the totals per label, and ``to_frame()`` returns them as a
    data frame.

    Which row a score came from is not kept: ``average="samples"``, ``cv=`` and
    intervals need the rows themselves.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out). With shape (n_samples, ..., n_labels) each
            position counts as a sample.
        y_score: Scores of any scale, same shape.
        sample_weight: Shape (n_samples,), or one per position.
        label_names: One name per label, to carry along. Default: the names of the
            columns, if an argument is a data frame.

    Attributes:
        label_names: The labels' names; None if not given.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or unknown,
            there are no samples, or ``label_names`` is not one name per label.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> ranked = kml.SortedScores(y_true, y_score, label_names=["cat", "dog"])
        >>> kml.average_precision_score(ranked, average=None).round(3)
        array([0.833, 1.   ])
        >>> kml.roc_auc_score(ranked, average=None)
        array([0.5, 1. ])
        >>> kml.tune_thresholds(ranked, shrinkage=0).values
        array([0.3, 0.5])
    """

    def __init__(
        self,
        y_true: npt.ArrayLike,
        y_score: npt.ArrayLike,
        *,
        sample_weight: npt.ArrayLike | None = None,
        label_names: Iterable[Any] | None = None,
    ):
        samples = Samples.of(y_true, y_score, sample_weight)
        n_labels = samples.truth.shape[1]
        self._sort(samples, given_names(label_names, n_labels, y_true, y_score))

    @classmethod
    def of_samples(
        cls, samples: Samples, label_names: list[Any] | None = None
    ) -> SortedScores:
        """Sort checked samples."""
        ranked = cls.__new__(cls)
        ranked._sort(samples, label_names)
        return ranked

    def _sort(self, samples: Samples, label_names: list[Any] | None) -> None:
        scaled, unit = samples.scaled()
        self.label_names = label_names
        # Private: scores of each label, None without known entries; in units of weight.
        self.labels: Sequence[SortedLabel | None] = scaled.map(lambda label, _: label)
        self.unit = unit
        self.probabilities = samples.probabilities

    @property
    def num_labels(self) -> int:
        """Number of labels."""
        return len(self.labels)

    @property
    def positives(self) -> Array:
        """Positives of each label, or their total weight, shape (n_labels,)."""
        return self.counts(np.inf).support

    @property
    def negatives(self) -> Array:
        """Negatives of each label, or their total weight, shape (n_labels,)."""
        counts = self.counts(np.inf)
        return counts.fp + counts.tn

    def counts(self, threshold: npt.ArrayLike = 0.5) -> Counts:
        """Counts of the predictions ``y_score >= threshold``.

        Args:
            threshold: One for all labels, or shape (n_labels,).

        Returns:
            `Counts` per label.

        Raises:
            ValueError: If ``threshold`` is NaN, or there is not one per label.
        """
        wanted = check_threshold(threshold, self.num_labels)
        cells = self.cells_at(np.broadcast_to(wanted, self.num_labels))
        tp, fp, fn, tn = cells if self.unit == 1 else cells * self.unit
        theirs = given_names(None, self.num_labels, threshold)
        names = merged_names(self.label_names, theirs)
        return Counts(tp, fp, fn, tn, axis=0, label_names=names)

    def cells_at(self, values: Array) -> Array:
        """The four counts of each label at its threshold, in units of weight."""
        found = self.map(lambda label, column: label.cells_at(values[[column]])[:, 0])
        return np.array([(0, 0, 0, 0) if cells is None else cells for cells in found]).T

    def map(
        self, function: Callable[[SortedLabel, int], Result]
    ) -> list[Result | None]:
        """Pass each label's scores to ``function``; None without known entries."""

        def of_label(column: int) -> Result | None:
            label = self.labels[column]
            return None if label is None else function(label, column)

        known = [label for label in self.labels if label is not None]
        entries = sum(len(label.above) + len(label.below) for label in known)
        return map_threads(of_label, range(self.num_labels), entries=entries)

    @cached_property
    def pooled(self) -> SortedScores:
        """All labels as one."""
        ranked = SortedScores.__new__(SortedScores)
        known = [label for label in self.labels if label is not None]
        ranked.labels = [SortedLabel.merged(known) if known else None]
        ranked.label_names = None
        ranked.unit, ranked.probabilities = self.unit, self.probabilities
        return ranked

    def check_probabilities(self) -> None:
        """Raise if a score is not a probability."""
        known = [label for label in self.labels if label is not None]
        ends = [end for label in known for end in (label.lowest, label.highest)]
        check_probabilities(np.array(ends), "y_score", OF_LOGITS)

    def _table(self) -> Table:
        names = shown_names(self.label_names, self.num_labels)
        columns = {"positives": self.positives, "negatives": self.negatives}
        title = f"SortedScores of {counted(self.num_labels, 'label')}"
        return Table(title, names, columns)
