"""What a report shows: facts and tables of cells, as text and as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.utils.label_names import shown_names
from keras_multilabel.utils.tables import (
    ENDS,
    counted,
    html_row,
    readable,
    shown_rows,
    text_width,
)

if TYPE_CHECKING:
    from keras_multilabel.evaluation.report import EvaluationReport

Cells = list[str]
# What a column is called, and the score in it.
SCORES = {"precision": "precision", "recall": "recall", "f1-score": "f1_score"}
RANKED = {"AP": "average_precision", "ROC AUC": "roc_auc"}
# The average over labels that are frequent enough.
FREQUENT_AVG = "macro 10+"
NOTHING = Interval(np.nan, np.nan, np.nan)


def as_text(report: EvaluationReport) -> str:
    """Aligned as scikit-learn's `classification_report` is: names to the right."""
    table, overall = _table(report), _overall(report)
    return "\n".join([*facts(report), "", *_aligned(table), "", *_aligned(overall)])


def as_html(report: EvaluationReport) -> str:
    """The same for notebooks; whatever a user named is text and no tags."""
    parts = [f"<div>{'<br>'.join(map(escape, facts(report)))}</div>"]
    for head, *sections in (_table(report), _overall(report)):
        # The class by which notebooks and documentation know data frames.
        parts += ['<table border="1" class="dataframe">']
        parts += [f"<thead>{html_row(head[0], 'th')}</thead>"]
        for rows in sections:
            cells = "\n".join(html_row(row, "td") for row in rows)
            parts += [f"<tbody>{cells}</tbody>"]
        parts += ["</table>"]
    return "\n".join(parts)


def facts(report: EvaluationReport) -> list[str]:
    """What must be known to read the numbers."""
    intervals = report.intervals
    rows = counted(intervals.n_samples, "sample")
    if intervals.n_groups is not None:
        rows += f" of {counted(intervals.n_groups, 'group')}"
    return [
        f"EvaluationReport of {counted(len(intervals.support), 'label')} in {rows}, "
        f"with {_confidence(report)} intervals",
        f"Thresholds: {report.tuned_on}",
        f"macro avg: of {counted(report.n_averaged, 'label')}. {FREQUENT_AVG}: of the "
        f"{counted(intervals.n_frequent, 'label')} with 10 or more positives"
        + (", its AP corrected for bias" if report.y_score is not None else ""),
    ]


def _table(report: EvaluationReport) -> list[list[Cells]]:
    """The head, the labels and the averages."""
    intervals, is_ranked = report.intervals, report.y_score is not None
    columns = SCORES | (RANKED if is_ranked else {})
    names = list(columns)
    # The interval of F1 stands beside it.
    names.insert(names.index("f1-score") + 1, f"{_confidence(report)} interval")
    names += ["threshold"] if report.thresholds is not None else []
    labels = shown_names(report.label_names, len(intervals.support))
    rows: list[Cells] = []
    for label in shown_rows(len(labels)):
        if label is None:
            rows.append(
                [f"... {len(labels) - 2 * ENDS:,} more", *[""] * len(names), ""]
            )
            continue
        of_label = {
            score: Interval(*(end[label] for end in interval))
            for score, interval in intervals.per_label.items()
        }
        threshold = None if report.thresholds is None else report.thresholds[label]
        cells = _cells(columns, of_label, names, threshold)
        rows.append([readable(labels[label]), *cells, _count(intervals.support[label])])
    total = _count(intervals.support.sum())
    averages = [
        [f"{name} avg", *_cells(columns, scores, names, None), total]
        for name, scores in intervals.averages.items()
    ]
    frequent = _cells(columns, intervals.frequent, names, None)
    of_frequent = _count(intervals.support[report.is_frequent].sum())
    averages.append([FREQUENT_AVG, *frequent, of_frequent])
    return [[["", *names, "support"]], rows, averages]


def _cells(
    columns: dict[str, str], scores: Any, names: list[str], threshold: Any
) -> Cells:
    cells = []
    for name in names:
        if name == "threshold":
            cells.append("" if threshold is None else f"{threshold:.4g}")
        elif name in columns:
            value = scores.get(columns[name], NOTHING).value
            cells.append(_score(value))
        else:
            cells.append(_ends(scores["f1_score"]))
    return cells


def _overall(report: EvaluationReport) -> list[list[Cells]]:
    """What there is one of."""
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
