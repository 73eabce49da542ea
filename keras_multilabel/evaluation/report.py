"""`EvaluationReport`: a model evaluated on a data set."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from keras_multilabel.evaluation import report_cells
from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.report_dict import as_dict
from keras_multilabel.evaluation.score_intervals import ScoreIntervals
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import LabelNames, library_of, shown_names
from keras_multilabel.utils.tables import Table


@dataclass(frozen=True, eq=False, repr=False)
class EvaluationReport:
    """Scores of each label and averaged, with intervals, and what they rest on.

    Returned by `evaluation_report` and by ``MultiLabelMetrics.report``. It prints as
    scikit-learn's `classification_report` does, a row per label and per average, and in
    a notebook it is a table. `to_frame`, `to_dict` and `to_html` return all of it.

    Attributes:
        y_true: Truth, int8, shape (n_samples, n_labels): 1, 0 and, where unknown, -1.
            With labels per step or pixel each position is a row, here and below.
        y_score: Scores, same shape; None if there are only predictions.
        y_pred: Predictions, uint8, same shape.
        thresholds: Shape (n_labels,); None if not known.
        intervals: `ScoreIntervals`: every score with the ends of its interval.
        counts: `Counts` per label.
        ranking: ``"label_ranking_average_precision"``, ``"coverage_error"`` and
            ``"label_ranking_loss"``, as in scikit-learn, over each sample's known
            labels; empty without scores.
        tuned_on: What the thresholds were tuned on, as far as known.
        label_names: The labels' names; None if not given.
        sample_weight: Shape (n_samples,), or None.
        groups: The number of each row's group, shape (n_samples,), or None.
        images: The image of each row, or None.
        zero_division: The score where it is 0 / 0.

    Example:
        >>> import keras_multilabel as kml
        >>> report = kml.evaluation_report(
        ...     [[1, 0], [1, 1], [0, 1], [0, 0]],
        ...     [[0.9, 0.2], [0.6, 0.7], [0.3, 0.4], [0.6, 0.1]],
        ...     label_names=["cat", "dog"],
        ... )
        >>> report.tuned_on, report.counts["cat"]
        ('0.5, not tuned', Counts(tp=2, fp=1, fn=0, tn=1))
        >>> round(report.intervals.averages["macro"]["f1_score"].value, 3)
        0.733
    """

    y_true: Array
    y_score: Array | None
    y_pred: Array
    thresholds: Array | None
    intervals: ScoreIntervals
    counts: Counts
    ranking: dict[str, float]
    tuned_on: str
    label_names: list[Any] | None = field(default=None, kw_only=True)
    sample_weight: Array | None = field(default=None, kw_only=True)
    groups: Array | None = field(default=None, kw_only=True)
    images: list[Any] | None = field(default=None, kw_only=True)
    zero_division: float = field(default=0.0, kw_only=True)

    @property
    def n_averaged(self) -> int:
        """The number of labels in the macro F1: those that have one."""
        return int((~np.isnan(self.intervals.per_label["f1_score"].value)).sum())

    @cached_property
    def ranked(self) -> SortedScores:
        """The scores, or else the predictions, sorted once."""
        scores = self.y_pred if self.y_score is None else self.y_score
        return SortedScores(
            self.y_true,
            scores,
            sample_weight=self.sample_weight,
            label_names=self.label_names,
        )

    def to_frame(self, *, averages: bool = False) -> Any:
        """The scores as a data frame, a row per label.

        It can go into a paper or a notebook: ``frame.to_latex()``,
        ``frame.to_markdown()``, ``frame.to_csv()``.

        Args:
            averages: Whether to add rows for the averages, such as ``"macro avg"``.

        Returns:
            A pandas data frame with the names as its index; or a polars one, with the
            column ``label``, if the names or the data came from polars. Each score has
            three columns, such as ``recall``, ``recall_low`` and ``recall_high``; then
            come ``threshold`` and ``support``.

        Raises:
            ImportError: If pandas is not installed.
        """
        intervals = self.intervals
        below = intervals.averages if averages else {}
        columns: dict[str, Array] = {}
        for score, interval in intervals.per_label.items():
            rows = [scores.get(score, _UNDEFINED) for scores in below.values()]
            for end, suffix in enumerate(("", "_low", "_high")):
                more = [row[end] for row in rows]
                columns[score + suffix] = np.append(interval[end], more)
        if self.thresholds is not None:
            nothing = [np.nan] * len(below)
            columns["threshold"] = np.append(self.thresholds, nothing)
        support = self.counts.support
        total = np.repeat(support.sum(), len(below))
        columns["support"] = np.concatenate([support, total])
        names = shown_names(self.label_names, len(support))
        rows_of = [*names, *(f"{name} avg" for name in below)]
        return Table("", LabelNames(rows_of, library_of(names)), columns).frame()

    def to_dict(self) -> dict[str, Any]:
        """All numbers as plain values for JSON: NaN is None, infinite ones are text.

        Returns:
            ``labels``, by name, and ``averages``, by average, hold ``value``, ``low``
            and ``high`` of each score; ``overall`` and ``ranking`` hold the scores that
            are not averaged. ``n_samples``, ``confidence``, ``tuned_on`` and others say
            what the numbers rest on.
        """
        return as_dict(self)

    def to_html(self, path: str | os.PathLike[str], comparison: Any = None) -> Path:
        """Write the interactive page: one file, which needs no network.

        Args:
            path: The file to write, such as ``"report.html"``; an existing one is
            replaced.
            comparison: A `Comparison` with a second model, to show beside it.

        Returns:
            The path.

        Raises:
            ImportError: If Jinja2 is not installed.
            OSError: If the file cannot be written.
        """
        # The templates are not loaded by users who only print.
        from keras_multilabel.evaluation.page.render import render_page

        file = Path(path)
        file.write_text(render_page(self, comparison), encoding="utf-8")
        return file

    def __repr__(self) -> str:
        return report_cells.as_text(self)

    def _repr_html_(self) -> str:
        """The table shown in a notebook."""
        return report_cells.as_html(self)


_UNDEFINED = Interval(np.nan, np.nan, np.nan)
