"""`plot_roc`: a ROC curve per label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.ranking import roc_auc, roc_auc_score
from keras_multilabel.plots.curves import Curve, chosen_counts, curves_of
from keras_multilabel.plots.families import Family, Line, draw
from keras_multilabel.plots.inputs import Scored, ratio, scores_of
from keras_multilabel.utils.arguments import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Sort = Literal["auc", "support", None]


def plot_roc(
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
    """Draw the ROC curve of each label in a panel, or of some labels in one axes.

    The curve shows recall over the false positive rate. Each panel shows the label's
    curve in blue over those of other labels in grey, and its ROC AUC; the dotted
    diagonal is guessing, a dot marks the chosen threshold. With rare labels look at
    `plot_precision_recall` too: 1 % of the negatives, falsely predicted, may be more
    than all positives.

    Args:
        y_true: As in `plot_precision_recall`.
        y_score: Scores of any scale, same shape.
        thresholds: Thresholds to mark: a number, one per label, or `Thresholds`.
            Default: those of the report or the callback.
        label_names: One name per label. Default: the names in the data.
        highlight: At most 6 labels to draw in colour in one axes, with the other labels
            in grey.
        sort: ``"auc"`` (the highest first), ``"support"`` (most frequent first) or
            None, the order of the columns.
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
        >>> (page,) = kml.plot_roc(y_true, y_score, label_names=["cat", "dog"])
        >>> [ax.texts[0].get_text() for ax in page.axes]
        ['AUC .50   2 positives', 'AUC 1   1 positive']
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
    curves = curves_of(scored, roc_auc, roc_auc_score)
    chosen = chosen_counts(scored)
    marks: Any = [None] * len(curves)
    if chosen is not None:
        marks = list(zip(*_rates(chosen), strict=True))
    return Family(
        [_line(*pair) for pair in zip(curves, marks, strict=True)],
        scored.names,
        scored.support,
        "AUC",
        "false alarms / negatives",
        "recall",
        False,
        _guess,
    )


def _guess(ax: Any, _: int) -> None:
    ax.plot([0, 1], [0, 1], color="#888888", linewidth=0.9, linestyle=":", zorder=1)


def _rates(counts: Counts) -> tuple[Array, Array]:
    """False positive rate and recall."""
    return (
        divide(counts.fp, counts.fp + counts.tn, np.nan),
        ratio(ratios.recall, counts),
    )


def _line(curve: Curve | None, mark: Any) -> Line | None:
    if curve is None or np.isnan(curve.value):
        return None
    x, y = _rates(curve.counts)
    return Line(x[::-1], y[::-1], curve.value, mark)
