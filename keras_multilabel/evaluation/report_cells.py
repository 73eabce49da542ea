"""What a report shows: facts and tables of cells, as text and as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.utils.label_names import shown_names
from keras_multilabel.utils.tables import (
    ENDS,
    cell_name,
    counted,
    html_row,
    shown_rows,
    text_width,
)

if TYPE_CHECKING:
    from keras_multilabel.evaluation.report import EvaluationReport

Cells = list[str]
Scores = Mapping[str, Interval]
# From the scores of a row, and its threshold if there is one, to the text of a cell.
Cell = Callable[[Scores, Any], str]
# The average over labels that are frequent enough.
FREQUENT_AVG = "macro 10+"
NOTHING = Interval(np.nan, np.nan, np.nan)


def as_text(report: EvaluationReport) -> str:
    """Aligned as scikit-learn's `classification_report`: names to the right."""
    table, overall = _table(report), _overall(report)
    return "\n".join([*facts(report), "", *_aligned(table), "", *_aligned(overall)])


def as_html(report: EvaluationReport) -> str:
    """The same for notebooks; names given by the user are text, never tags."""
    parts = [f"<div>{'<br>'.join(map(escape, facts(report)))}</div>"]
    for head, *sections in (_table(report), _overall(report)):
        # The class that notebooks and documentation use for data frames.
        parts += ['<table border="1" class="dataframe">']
        parts += [f"<thead>{html_row(head[0], 'th')}</thead>"]
        for rows in sections:
            cells = "\n".join(html_row(row, "td") for row in rows)
            parts += [f"<tbody>{cells}</tbody>"]
        parts += ["</table>"]
    return "\n".join(parts)


def facts(report: EvaluationReport) -> list[str]:
    """The facts needed to read the numbers."""
    intervals = report.intervals
    rows = counted(intervals.n_samples, "sample")
    if intervals.n_groups is not None:
        rows += f" of {counted(intervals.n_groups, 'group')}"
    return [
        f"EvaluationReport of {counted(len(intervals.support), 'label')} in {rows}, "
        f"with {_confidence(report)} intervals",
        f"Thresholds: {report.tuned_on}",
        f"Labels averaged: {report.n_averaged:,}; with fewer than 10 positives, left "
        f'out of "{FREQUENT_AVG}": {len(intervals.support) - intervals.n_frequent:,}',
    ]


def _columns(report: EvaluationReport) -> dict[str, Cell]:
    """The contents of each column."""

    def value(name: str) -> Cell:
        return lambda scores, _: _score(scores.get(name, NOTHING).value)

    columns: dict[str, Cell] = {
        "precision": value("precision"),
        "recall": value("recall"),
        "f1-score": value("f1_score"),
        # The interval of F1, beside it.
        f"{_confidence(report)} interval": lambda scores, _: _ends(scores["f1_score"]),
    }
    if report.y_score is not None:
        columns["AP"] = value("average_precision")
        columns["ROC AUC"] = value("roc_auc")
    if report.thresholds is not None:
        columns["threshold"] = lambda _, at: "" if at is None else _threshold(at)
    return columns


def _table(report: EvaluationReport) -> list[list[Cells]]:
    """The head, the labels and the averages."""
    columns, intervals = _columns(report), report.intervals
    support = report.counts.support

    def row(name: str, scores: Scores, count: Any, threshold: Any = None) -> Cells:
        cells = [cell(scores, threshold) for cell in columns.values()]
        return [name, *cells, "" if count is None else _count(count)]

    names = shown_names(report.label_names, len(support))
    labels: list[Cells] = []
    for label in shown_rows(len(names)):
        if label is None:
            more = f"... {len(names) - 2 * ENDS:,} more"
            labels.append([more, *[""] * (len(columns) + 1)])
            continue
        scores = {
            score: Interval(*(end[label] for end in interval))
            for score, interval in intervals.per_label.items()
        }
        threshold = None if report.thresholds is None else report.thresholds[label]
        name = cell_name(names[label])
        labels.append(row(name, scores, support[label], threshold))
    averages = [
        row(f"{name} avg", scores, support.sum())
        for name, scores in intervals.averages.items()
    ]
    averages.append(row(FREQUENT_AVG, intervals.frequent, None))
    return [[["", *columns, "support"]], labels, averages]


def _overall(report: EvaluationReport) -> list[list[Cells]]:
    """The scores that are not averaged."""
    intervals = report.intervals
    head = [["", "score", f"{_confidence(report)} interval"]]
    rows = [
        [name.replace("_", " "), _score(interval.value), _ends(interval)]
        for name, interval in intervals.overall.items()
    ]
    rows += [
        [name.replace("_", " "), _score(value), ""]
        for name, value in report.ranking.items()
    ]
    return [head, rows]


def _confidence(report: EvaluationReport) -> str:
    return f"{100 * report.intervals.confidence:g} %"


def _score(value: Any) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"


def _threshold(value: float) -> str:
    is_plain = value == 0 or 1e-3 <= abs(value) < 1e4
    return f"{value:.4f}" if is_plain else f"{value:.3g}"


def _ends(interval: Interval) -> str:
    if np.isnan(interval.low) or np.isnan(interval.high):
        return "-"
    return f"[{interval.low:.3f}, {interval.high:.3f}]"


def _count(count: Any) -> str:
    return f"{count:,}" if isinstance(count, np.integer) else f"{count:,.1f}"


def _aligned(sections: list[list[Cells]]) -> list[str]:
    """Lines with a blank one between sections."""
    rows = [row for section in sections for row in section]
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    lines: list[str] = []
    for section in sections:
        for row in section:
            padded = [
                " " * (width - text_width(cell)) + cell
                for cell, width in zip(row, widths, strict=True)
            ]
            lines.append("  ".join(padded).rstrip())
        lines.append("")
    return lines[:-1]
