"""`plot_thresholds`: precision, recall and F1 over the threshold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.ranking import average_precision, average_precision_score
from keras_multilabel.plots.curves import Curve, chosen_counts, curves_of
from keras_multilabel.plots.inputs import Scored, ordered, ratio, scores_of
from keras_multilabel.plots.pages import Page, Panel, Panels, draw_pages
from keras_multilabel.plots.style import (
    BLUE,
    DIM,
    LINES,
    NUMBER,
    SORTED,
    score,
    text_width,
    tidy,
    write_title,
)
from keras_multilabel.utils.arguments import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

Sort = Literal["f1", "support", None]
LAYOUT = Panels(width=1.75, height=1.45, head=0.5, gap=0.2)
DRAWN = {
    "precision": (ratios.precision, LINES[1], 1.0),
    "recall": (ratios.recall, LINES[2], 1.0),
    "F1": (ratios.f1, BLUE, 2.0),
}


def plot_thresholds(
    y_true: npt.ArrayLike | ScoreHistogram | Any,
    y_score: npt.ArrayLike | None = None,
    *,
    thresholds: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    sort: Sort = None,
    top: int | None = 80,
    max_per_page: int = 20,
    fig: Figure | SubFigure | None = None,
) -> list[Figure | SubFigure]:
    """Draw precision, recall and F1 at each threshold, per label.

    The chosen threshold is a dashed line, with its F1 in the title. How flat F1 is
    around it shows how much depends on it. Where nothing is predicted precision is
    undefined, and its line ends.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out); or, without ``y_score``, `SortedScores`, a
            `ScoreHistogram`, a report, or a fitted `MultiLabelMetrics` that has scores.
        y_score: Scores of any scale, same shape.
        thresholds: Thresholds to mark: a number, one per label, or `Thresholds`.
            Default: those of the report or the callback; else the best F1 is marked.
        label_names: One name per label. Default: the names in the data.
        sort: ``"f1"`` (the highest F1 at any threshold first), ``"support"`` (most
            frequent first) or None, the order of the columns.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Maximum number of labels on one figure.
        fig: An empty figure or subfigure for all panels. Default: new figures.

    Returns:
        The figures, one per page.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_score`` is missing.
        ValueError: If shapes differ, truth is not 0, 1 or unknown, scores are NaN, or
            an option is out of range.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.7, 0.1]]
        >>> (page,) = kml.plot_thresholds(y_true, y_score, thresholds=[0.5, 0.5])
        >>> [ax.texts[0].get_text() for ax in page.axes[:2]]
        ['F1 .80 at 0.5', 'F1 1 at 0.5']
    """
    scored = scores_of(y_true, y_score, label_names, thresholds)
    curves = curves_of(scored, average_precision, average_precision_score)
    best = np.array([np.nan if c is None else np.nanmax(_f1(c)) for c in curves])
    pages = draw_pages(
        LAYOUT,
        ordered(sort, best, scored.support, Sort),
        partial(_draw_panel, scored, curves, _marks(scored, curves), _range(curves)),
        top=top,
        max_per_page=max_per_page,
        fig=fig,
        xlabel="threshold",
        ylabel="score",
        note=SORTED[sort],
    )
    for page in pages:
        _write_key(page, "best F1" if scored.thresholds is None else "chosen")
    return [page.figure for page in pages]


def _f1(curve: Curve) -> Array:
    return np.append(0.0, ratio(ratios.f1, curve.counts))


def _marks(scored: Scored, curves: list[Curve | None]) -> list[tuple[float, float]]:
    """The threshold of each label to mark, and its F1; NaN where there is none."""
    chosen = chosen_counts(scored)
    if chosen is not None:
        assert scored.thresholds is not None
        f1 = ratio(ratios.f1, chosen)
        return list(zip(scored.thresholds.tolist(), f1.tolist(), strict=True))
    marks = []
    for curve in curves:
        if curve is None or curve.counts.support[0] == 0:
            marks.append((np.nan, np.nan))
            continue
        f1 = ratio(ratios.f1, curve.counts)
        best = int(np.nanargmax(f1))
        marks.append((float(curve.thresholds[best]), float(f1[best])))
    return marks


def _range(curves: list[Curve | None]) -> tuple[float, float]:
    """The range from 0 to 1, or for scores of another scale that of all scores."""
    ends = [curve.thresholds[[0, -2]] for curve in curves if curve is not None]
    finite = np.concatenate(ends) if ends else np.array([0.0, 1.0])
    finite = finite[np.isfinite(finite)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    return (0.0, 1.0) if low >= 0 and high <= 1 else (float(low), float(high))


def _draw_panel(
    scored: Scored,
    curves: list[Curve | None],
    marks: list[tuple[float, float]],
    ends: tuple[float, float],
    panel: Panel,
) -> None:
    ax, curve, scale = panel.ax, curves[panel.label], panel.scale
    at, f1 = marks[panel.label]
    if curve is not None:
        # Predictions are the same from one score to the next; beyond the last, none.
        x = np.concatenate([[ends[0]], curve.thresholds[:-1], [ends[1]]])
        for of, colour, width in DRAWN.values():
            y = ratio(of, curve.counts)
            y = np.concatenate([y[:1], y])
            ax.step(x, y, where="pre", color=colour, linewidth=width * scale)
    if np.isfinite(at):
        ax.axvline(at, color="#555555", linewidth=1.1 * scale, linestyle=(0, (3, 2)))
    tidy(ax, grid="y")
    pad = 0.02 * (ends[1] - ends[0])
    ax.set(xlim=(ends[0] - pad, ends[1] + pad), ylim=(-0.02, 1.04))
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    if ends == (0.0, 1.0):
        ax.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    text = "no positives" if np.isnan(f1) else f"F1 {score(f1)} at {at:.3g}"
    write_title(ax, scored.names[panel.label], [text], LAYOUT.width, scale)


def _write_key(page: Page, dashed: str) -> None:
    """The names of the lines in their colours, in the lower left corner."""
    size = NUMBER * page.scale
    wide = 72 * page.figure.bbox.width / page.figure.dpi
    words = {word: colour for word, (_, colour, _) in DRAWN.items()}
    left = 0.012
    for word, colour in (words | {f"dashed: {dashed}": DIM}).items():
        style = {"color": colour, "fontsize": size, "va": "bottom"}
        page.figure.text(left, 0.004, word, **style)
        left += (text_width(word, size) + size) / wide
