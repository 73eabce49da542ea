"""`ScoreIntervals`: the scores of a model with their confidence intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import shown_names
from keras_multilabel.utils.tables import Table, counted

# Labels with fewer positives have an average precision that is biased upward.
FREQUENT = 10


@dataclass(frozen=True, eq=False, repr=False)
class ScoreIntervals:
    """Scores with confidence intervals, per label and averaged; a frozen value.

    It prints as a table, a row per label and per average; ``to_frame()`` returns the
    rows of the labels as a data frame.

    Attributes:
        per_label: An `Interval` of arrays (n_labels,) by the name of the score:
            ``"precision"``, ``"recall"`` and ``"f1_score"``, and, if there are scores,
            ``"average_precision"`` and ``"roc_auc"``.
        averages: By the name of the average, ``"micro"``, ``"macro"``, ``"weighted"``
            and ``"samples"``, an `Interval` of floats by the name of the score.
            (``"average_precision"`` and ``"roc_auc"``: all but ``"samples"``.)
        overall: ``"subset_accuracy"`` and ``"hamming_loss"``.
        frequent: As ``averages["macro"]``, but only over the labels with 10 or more
            positives, and with the bias of average precision corrected.
        support: Positives of each label, or their weight, shape (n_labels,).
        label_names: The labels' names, or None.
        confidence: Such as 0.95.
        n_samples: Number of rows.
        n_groups: Number of groups; None if each row counts by itself.
        n_frequent: Number of labels with 10 or more positives.
        method: ``"analytic"`` or ``"bootstrap"``.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 1], [1, 0]] * 25
        >>> y_pred = [[1, 0], [0, 1], [1, 0], [0, 0]] * 25
        >>> found = kml.score_intervals(y_true, y_pred, label_names=["cat", "dog"])
        >>> found.support
        array([75, 50])
        >>> f1 = found.per_label["f1_score"]
        >>> f1.low.round(3), f1.high.round(3)
        (array([0.713, 0.536]), array([0.866, 0.776]))
        >>> round(found.overall["subset_accuracy"].low, 3)
        0.403
    """

    per_label: Mapping[str, Interval]
    averages: Mapping[str, Mapping[str, Interval]]
    overall: Mapping[str, Interval]
    frequent: Mapping[str, Interval]
    support: Array
    label_names: list[Any] | None = field(kw_only=True)
    confidence: float = field(kw_only=True)
    n_samples: int = field(kw_only=True)
    n_groups: int | None = field(kw_only=True)
    n_frequent: int = field(kw_only=True)
    method: str = field(kw_only=True)

    def to_frame(self) -> Any:
        """The scores of the labels as a data frame, one row per label.

        Returns:
            A pandas data frame with the names as its index; or a polars one, with the
            column ``label``, if the names or the data came from polars. Each score has
            three columns, such as ``recall``, ``recall_low`` and ``recall_high``.

        Raises:
            ImportError: If pandas is not installed.
        """
        columns: dict[str, Array] = {}
        for name, interval in self.per_label.items():
            columns[name], columns[f"{name}_low"], columns[f"{name}_high"] = interval
        columns["support"] = self.support
        return Table("", self._names(), columns).frame()

    def __repr__(self) -> str:
        return "\n".join(table.text() for table in self._tables())

    def _repr_html_(self) -> str:
        """The table shown in a notebook."""
        return "\n".join(table.html() for table in self._tables())

    def _names(self) -> list[Any]:
        return shown_names(self.label_names, len(self.support))

    def _tables(self) -> Iterator[Table]:
        """The table of labels, and the scores of all together."""
        labels: dict[str, Any] = {
            name: _cells(interval) for name, interval in self.per_label.items()
        }
        yield Table(self._title(), self._names(), labels | {"support": self.support})
        rows = {**self.averages, f"macro of {self.n_frequent}": self.frequent}
        nothing = Interval(np.nan, np.nan, np.nan)
        columns = {
            score: [_cell(*row.get(score, nothing)) for row in rows.values()]
            for score in self.per_label
        }
        yield Table("", list(rows), columns)
        yield Table(
            "\n".join(f"{name}  {_cell(*each)}" for name, each in self.overall.items())
        )

    def _title(self) -> str:
        rows = counted(self.n_samples, "sample")
        if self.n_groups is not None:
            rows += f" of {counted(self.n_groups, 'group')}"
        return (
            f"ScoreIntervals of {counted(len(self.support), 'label')} in {rows}, "
            f"{100 * self.confidence:g} % confidence ({self.method})"
        )


def _cells(interval: Interval) -> list[str]:
    return [_cell(*each) for each in zip(*interval, strict=True)]


def _cell(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return "-"
    return f"{value:.4f} [{low:.4f}, {high:.4f}]"
