"""`plot_precision_recall`: a precision-recall curve per label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.ranking import average_precision, average_precision_score
from keras_multilabel.plots.curves import Curve, chosen_counts, curves_of
from keras_multilabel.plots.families import Family, Line, draw
from keras_multilabel.plots.inputs import Scored, ratio, scores_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Sort = Literal["ap", "support", None]


def plot_precision_recall(
    y_true: npt.ArrayLike | ScoreHistogram | Any,
    y_score: npt.ArrayLike | None = None,
    *,
    thresholds: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    highlight: str | Iterable[Any] | None = None,
    sort: Sort = None,
    top: int | None = 80,
    max_per_page: int = 20,
    fig: Figure | SubFigure | None = None,
    ax: Axes | None = None,
) -> Any:
    """Draw precision over recall, a panel per label, or some labels in one axes.

    Each panel shows the label's curve in blue over those of other labels in grey, its
    average precision, and a dotted line at the share of positives, which is the
    precision of guessing. A dot marks the chosen threshold. Curves are drawn as steps,
    whose area is average precision: at each recall the highest precision, so a dot may
    lie below.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out); or, without ``y_score``, `SortedScores`, a
            `ScoreHistogram`, a report, or a fitted `MultiLabelMetrics` that has scores.
        y_score: Scores of any scale, same shape.
        thresholds: Thresholds to mark: a number, one per label, or `Thresholds`.
            Default: those of the report or the callback.
        label_names: One name per label. Default: the names in the data.
        highlight: At most 6 labels to draw in colour in one axes, with the other labels
            in grey.
        sort: ``"ap"`` (the highest average precision first), ``"support"`` (most
            frequent first) or None, the order of the columns.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Maximum number of labels on one figure.
        fig: An empty figure or subfigure for all panels. Default: new figures.
        ax: Axes for the curves of all labels; ``highlight`` then defaults to the two
            best and the two worst.

    Returns:
        The figures, one per page; with ``highlight`` or ``ax`` the axes.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_score`` is missing.
        ValueError: If shapes differ, truth is not 0, 1 or unknown, scores are NaN, or
            an option is out of range.
        KeyError: If no label has a name in ``highlight``.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.3, 0.1]]
        >>> (page,) = kml.plot_precision_recall(y_true, y_score, label_names="ab")
        >>> [ax.texts[0].get_text() for ax in page.axes]
        ['AP .83   2 positives', 'AP 1   1 positive']
        >>> ax = kml.plot_precision_recall(y_true, y_score, highlight=[1])
    """
    scored = scores_of(y_true, y_score, label_names, thresholds)
    return draw(
        _family(scored),
        highlight=highlight,
        sort=sort,
        words=Sort,
        top=top,
        max_per_page=max_per_page,
        fig=fig,
        ax=ax,
    )


def _family(scored: Scored) -> Family:
    curves = curves_of(scored, average_precision, average_precision_score)
    chosen = chosen_counts(scored)
    marks: Any = [None] * len(curves)
    if chosen is not None:
        pairs = zip(
            ratio(ratios.recall, chosen), ratio(ratios.precision, chosen), strict=True
        )
        marks = [None if np.isnan(pair).any() else pair for pair in pairs]
    shares = [
        divide(curve.counts.support[:1], curve.counts.total[:1], np.nan)[0]
        if curve
        else np.nan
        for curve in curves
    ]

    def guess(ax: Any, label: int) -> None:
        ax.axhline(shares[label], color="#888888", linewidth=0.9, linestyle=":")

    lines = [_line(*pair) for pair in zip(curves, marks, strict=True)]
    return Family(
        lines, scored.names, scored.support, "AP", "recall", "precision", True, guess
    )


def _line(curve: Curve | None, mark: Any) -> Line | None:
    if curve is None or curve.counts.support[0] == 0:
        return None
    # From the highest threshold down, without the last, where nothing is predicted.
    counts = curve.counts[::-1][1:]
    found = counts.tp
    # Of thresholds with equal recall the highest: the others only lose precision.
    rises = np.append(found[0] > 0, found[1:] > found[:-1])
    recall, precision = (
        ratio(of, counts)[rises] for of in (ratios.recall, ratios.precision)
    )
    x, y = np.append(0.0, recall), np.append(precision[:1], precision)
    return Line(x, y, curve.value, mark)
