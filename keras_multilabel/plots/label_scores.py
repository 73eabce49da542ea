"""`plot_label_scores`: the scores of each label with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.evaluation.intervals import score_intervals
from keras_multilabel.evaluation.proportions import f1_of_jaccard, quantile, wilson
from keras_multilabel.evaluation.score_intervals import ScoreIntervals
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.inputs import counts_of, held, ordered
from keras_multilabel.plots.rows import Rows, draw_rows
from keras_multilabel.plots.style import (
    BLUE,
    DIM,
    FAINT,
    LINES,
    NUMBER,
    number,
    over,
)
from keras_multilabel.plots.style import (
    score as digits,
)
from keras_multilabel.utils.arguments import Array, check_word
from keras_multilabel.utils.label_names import shown_names

ScoreName = Literal["f1_score", "precision", "recall", "average_precision", "roc_auc"]
WORDS = {
    "f1_score": "F1",
    "precision": "precision",
    "recall": "recall",
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
}
Sort = Literal["score", "support", None]
# Columns of numbers right of the axes, in points from the axes.
COLUMNS = (12, 42, 112)
# Axes with fewer points than this have no room for them, nor for a key.
NARROW = 150.0


@dataclass(frozen=True)
class _Intervals:
    """What is drawn: a score of each label, and the two scores it is made of."""

    name: str
    score: Interval
    beside: Mapping[str, Array]
    macro: Interval | None
    support: Array
    names: list[Any]
    confidence: float


def plot_label_scores(
    y_true: npt.ArrayLike | Counts | Any,
    y_pred: npt.ArrayLike | None = None,
    *,
    score: ScoreName = "f1_score",
    label_names: Iterable[Any] | None = None,
    sort: Sort = "score",
    confidence: float = 0.95,
    top: int | None = 80,
    max_per_page: int | None = None,
    ax: Any = None,
) -> Any:
    """Draw a score of each label with its confidence interval: a forest plot.

    The dot is the score, the line its interval; for F1, marks show precision and
    recall, whose mean it is. Score, interval and number of positives are written
    beside. A dashed line is the macro average, in a band that is its interval, if there
    is one.

    Args:
        y_true: A report or a result of `score_intervals`; or `Counts`, a fitted
            `MultiLabelMetrics`, or multi-hot truth, shape (n_samples, n_labels), for
            which intervals of precision, recall and F1 are computed with Wilson's
            formula, as in `score_intervals`.
        y_pred: Predictions, 0 and 1, same shape as the truth.
        score: ``"f1_score"``, ``"precision"`` or ``"recall"``; for reports with scores
            also ``"average_precision"`` or ``"roc_auc"``.
        label_names: One name per label. Default: the names in the data.
        sort: ``"score"`` (best on top), ``"support"`` (most frequent on top) or None,
            the order of the columns. Labels whose score is undefined come last.
        confidence: Confidence level for counts; a report has its own intervals.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Draw several figures with at most this many labels each.
        ax: Axes to draw on. Default: new figures.

    Returns:
        The axes; if ``max_per_page`` is given a list of them, one per page.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_pred`` is missing.
        ValueError: If there is no such score, shapes differ, values are not 0, 1 or
            unknown, the counts are not per label, or an option is out of range.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> ax = kml.plot_label_scores(y_true, y_pred, label_names=["cat", "dog"])
        >>> [text.get_text() for text in ax.texts[3:6]]
        ['.67', '.17 to .95', '2']
    """
    check_word("score", score, ScoreName)
    drawn = _intervals(y_true, y_pred, score, label_names, confidence)
    return draw_rows(
        drawn.names,
        ordered(sort, drawn.score.value, drawn.support, Sort),
        partial(_draw, drawn),
        top=top,
        max_per_page=max_per_page,
        ax=ax,
        width=8.4,
    )


def _intervals(
    y_true: Any, y_pred: Any, score: str, label_names: Any, confidence: float
) -> _Intervals:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1; got {confidence!r}.")
    if y_pred is not None:
        found = score_intervals(y_true, y_pred, confidence=confidence)
    elif isinstance(y_true, ScoreIntervals):
        found = y_true
    else:
        found = held(y_true, "intervals", ScoreIntervals)
    if found is None:
        counts = counts_of(y_true, None, label_names)
        per_label, macro = _of_counts(counts, confidence), None
        names, support = list(counts.label_names or ()), counts.support
    else:
        per_label, support = found.per_label, found.support
        macro, confidence = found.averages.get("macro", {}).get(score), found.confidence
        names = shown_names(label_names, len(support), found, y_true, y_pred)
    if score not in per_label:
        raise ValueError(
            f"score must be one of {', '.join(per_label)}, which are there; got "
            f"{score!r}, which needs a report of y_true and y_score."
        )
    beside = ("precision", "recall") if score == "f1_score" else ()
    return _Intervals(
        score,
        per_label[score],
        {name: np.asarray(per_label[name].value) for name in beside},
        macro,
        np.asarray(support),
        names,
        confidence,
    )


def _of_counts(counts: Counts, confidence: float) -> Mapping[str, Interval]:
    """With Wilson's formula, as in `score_intervals`."""
    z, tp = quantile(confidence), counts.tp
    parts = {
        "precision": (tp, counts.predicted),
        "recall": (tp, counts.support),
        "f1_score": (tp, counts.support + counts.fp),
    }
    found = {}
    for name, (hits, trials) in parts.items():
        share = divide(hits, trials, np.nan)
        ends: Any = (share, *wilson(np.nan_to_num(share), trials, z))
        if name == "f1_score":
            ends = map(f1_of_jaccard, ends)
        found[name] = Interval(*ends)
    return found


def _draw(drawn: _Intervals, rows: Rows) -> None:
    ax, labels, at = rows.ax, rows.labels, np.arange(len(rows.labels))
    value, low, high = (np.asarray(end)[labels] for end in drawn.score)
    if drawn.macro is not None:
        ax.axvspan(*drawn.macro[1:], color=FAINT, linewidth=0, zorder=0)
        ax.axvline(drawn.macro.value, color="#999999", linewidth=1, dashes=(4, 3))
    # Thick enough to be seen, thin enough for rows that are close.
    ax.hlines(at, low, high, color=BLUE, linewidth=0.25 * rows.size, alpha=0.45)
    markers = zip(drawn.beside.items(), (LINES[1], LINES[2]), ("|", "d"), strict=False)
    for (name, values), colour, marker in markers:
        ax.plot(
            values[labels],
            at,
            marker,
            color=colour,
            markersize=(0.9 if marker == "|" else 0.45) * rows.size,
            markeredgewidth=1.3 if marker == "|" else 0,
            label=name,
        )
    name = WORDS[drawn.name]
    interval = f"{name}, {100 * drawn.confidence:g}% interval"
    ax.plot(value, at, "o", color=BLUE, markersize=0.6 * rows.size, label=interval)
    ax.set_xlim(-0.01, 1.01)
    if rows.width > NARROW:
        _write_columns(rows, drawn, name)
        _write_key(ax, drawn)


def _write_columns(rows: Rows, drawn: _Intervals, name: str) -> None:
    """Score, interval and number of positives, right of the axes."""
    short = {"average_precision": "AP", "roc_auc": "AUC", "precision": "P"}
    head = (short.get(drawn.name, name[:2]), "interval", "positives")
    lines = [(-1, head, DIM)]
    for row, label in enumerate(rows.labels):
        value, low, high = (digits(end[label]) for end in drawn.score)
        between = "" if value == "-" else f"{low} to {high}"
        lines.append((row, (value, between, number(drawn.support[label])), "#333333"))
    transform = rows.ax.get_yaxis_transform()
    for y, cells, colour in lines:
        for cell, left in zip(cells, COLUMNS, strict=True):
            rows.ax.annotate(
                cell,
                (1, y),
                xycoords=transform,
                xytext=(left * rows.size / NUMBER, 0),
                textcoords="offset points",
                fontsize=rows.size,
                color=colour,
                va="center_baseline",
                annotation_clip=False,
            )


def _write_key(ax: Any, drawn: _Intervals) -> None:
    from matplotlib.lines import Line2D

    handles = ax.get_legend_handles_labels()[0][::-1]
    if drawn.macro is not None:
        value, low, high = map(digits, drawn.macro)
        text = f"macro {value} ({low} to {high})"
        style: Any = {"color": "#999999", "linewidth": 1, "dashes": (4, 3)}
        handles.append(Line2D([], [], label=text, **style))
    over(ax, handles, 1.9)
