"""`plot_reliability`: do probabilities match frequencies?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.proportions import quantile, wilson
from keras_multilabel.metrics.calibration import column_of
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.plots.inputs import Scored, ordered, scores_of
from keras_multilabel.plots.pages import Panel, Panels, draw_pages
from keras_multilabel.plots.style import (
    BLUE,
    DIM,
    SMALL,
    SORTED,
    brief,
    counted_brief,
    number,
    tidy,
    write_title,
)
from keras_multilabel.utils.arguments import Array, check_word

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

Sort = Literal["error", "support", None]
Strategy = Literal["uniform", "quantile"]
LAYOUT = Panels(width=1.75, height=1.95, head=0.5, gap=0.2)
# Bars of counts are drawn below 0, between these heights, with counts above them.
FLOOR, CEILING = -0.44, -0.2
BAR = "#c9ced6"


@dataclass(frozen=True, eq=False)
class _Bins:
    """The samples of one label, binned by score, without empty bins.

    Attributes:
        score: The mean score of each bin.
        share: The share of positives in it.
        low: The lower end of the share's interval.
        high: The upper end.
        weight: Number of samples, or their total weight.
        middle: The middle of each bin, if all have the same width; else None.
    """

    score: Array
    share: Array
    low: Array
    high: Array
    weight: Array
    middle: Array | None

    @property
    def error(self) -> float:
        """Mean distance of score and share: the expected calibration error."""
        if not len(self.weight):
            return float("nan")
        return float(np.average(abs(self.score - self.share), weights=self.weight))


def plot_reliability(
    y_true: npt.ArrayLike | ScoreHistogram | Any,
    y_score: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    bins: int = 10,
    strategy: Strategy = "uniform",
    sort: Sort = None,
    top: int | None = 80,
    max_per_page: int = 20,
    fig: Figure | SubFigure | None = None,
) -> list[Figure | SubFigure]:
    """Draw whether probabilities match frequencies: a reliability diagram per label.

    Samples are put into bins by their score. A dot shows the share of positives in a
    bin over the mean score in it, its line the 95 % Wilson interval of that share, and
    the grey bars below, with numbers, the number of samples: their height is the
    logarithm of the count. On the diagonal, scores equal frequencies; below it, the
    scores are too high. The title compares the number of positives with the sum of the
    scores.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out); or, without ``y_score``, `SortedScores`, a
            `ScoreHistogram`, a report, or a fitted `MultiLabelMetrics` that has scores.
        y_score: Probabilities, same shape.
        label_names: One name per label. Default: the names in the data.
        bins: Number of bins.
        strategy: ``"uniform"``: bins of equal width; ``"quantile"``: bins with about
            the same number of samples, which shows rare labels better.
        sort: ``"error"`` (the largest mean distance of dot and diagonal first),
            ``"support"`` (most frequent first) or None, the order of the columns.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Maximum number of labels on one figure.
        fig: An empty figure or subfigure for all panels. Default: new figures.

    Returns:
        The figures, one per page.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_score`` is missing.
        ValueError: If shapes differ, truth is not 0, 1 or unknown, scores are not
            probabilities, or an option is out of range.

    References:
        E. B. Wilson (1927), Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [0, 1], [1, 0], [0, 0]]
        >>> y_score = [[0.9, 0.2], [0.6, 0.8], [0.7, 0.1], [0.2, 0.1]]
        >>> (page,) = kml.plot_reliability(y_true, y_score, label_names="ab")
        >>> [ax.texts[-1].get_text() for ax in page.axes]
        ['2 positives, 2.4 expected', '1 positive, 1.2 expected']
    """
    check_word("strategy", strategy, Strategy)
    if not isinstance(bins, (int, np.integer)) or bins < 1:
        raise ValueError(f"bins must be a whole number, 1 or more; got {bins!r}.")
    scored = scores_of(y_true, y_score, label_names)
    if scored.ranked is not None:
        scored.ranked.check_probabilities()
    labels = [
        _bins(_sorted(scored, label), int(bins), strategy)
        for label in range(len(scored.names))
    ]
    errors = np.array([each.error for each in labels])
    support = scored.support
    by = {"error": "sorted by distance from the diagonal"}
    pages = draw_pages(
        LAYOUT,
        ordered(sort, errors, support, Sort),
        partial(_draw_panel, scored.names, support, labels),
        top=top,
        max_per_page=max_per_page,
        fig=fig,
        xlabel="mean score",
        ylabel="share of positives",
        note=by[sort] if sort == "error" else SORTED[sort],
    )
    return [page.figure for page in pages]


class _Sorted(NamedTuple):
    """Scores of one label, ascending, with their weights.

    Attributes:
        score: Each score, or the middle of each bin of a histogram.
        positive: The weight of its positives.
        weight: The weight of all its samples.
        square: Sums of squared weights, 1 for each sample without weight.
    """

    score: Array
    positive: Array
    weight: Array
    square: Array


def _sorted(scored: Scored, label: int) -> _Sorted:
    if scored.ranked is None:
        return _of_histogram(scored.histogram, label)
    column = column_of(scored.ranked.labels[label])
    order = np.argsort(column.probability, kind="stable")
    positive, probability, weight = (each[order] for each in column)
    weight = weight * scored.ranked.unit
    return _Sorted(probability, positive * weight, weight, weight**2)


def _of_histogram(histogram: Any, label: int) -> _Sorted:
    edges = np.append(histogram.thresholds, 1.0)
    positive = histogram.positives[:, label]
    weight = positive + histogram.negatives[:, label]
    filled = weight > 0
    middle = (edges[:-1] + edges[1:]) / 2
    # Counts are taken as numbers of samples, each of weight 1.
    each = (middle, positive, weight, weight)
    return _Sorted(*(array[filled].astype(np.float64) for array in each))


def _bins(found: _Sorted, bins: int, strategy: Strategy) -> _Bins:
    scores, weight = found.score, found.weight
    if strategy == "uniform":
        place = np.minimum((scores * bins).astype(int), bins - 1)
    else:
        # By the weight before each; equal scores stay together.
        before = np.cumsum(weight) - weight
        first = np.searchsorted(scores, scores)
        total = max(weight.sum(), 1e-300)
        place = np.minimum((before[first] / total * bins).astype(int), bins - 1)

    parts = (weight, found.positive, scores * weight, found.square)
    total, hits, score, square = (np.bincount(place, p, bins) for p in parts)
    filled = np.flatnonzero(total)
    total, hits, score, square = (p[filled] for p in (total, hits, score, square))
    # Weighted samples count by their effective number (Kish).
    n = total**2 / square
    low, high = wilson(hits / total, n, quantile(0.95))
    middle = (filled + 0.5) / bins if strategy == "uniform" else None
    return _Bins(score / total, hits / total, low, high, total, middle)


def _draw_panel(
    names: list[Any], support: Array, labels: list[_Bins], panel: Panel
) -> None:
    ax, of, scale = panel.ax, labels[panel.label], panel.scale
    ax.set(xlim=(-0.04, 1.04), ylim=(FLOOR, 1.04))
    ax.plot([0, 1], [0, 1], color="#888888", linewidth=0.9, linestyle=":", zorder=1)
    ax.vlines(of.score, of.low, of.high, color=BLUE, alpha=0.45, linewidth=2.2 * scale)
    ax.plot(of.score, of.share, color=BLUE, alpha=0.35, linewidth=1 * scale)
    ax.plot(of.score, of.share, "o", color=BLUE, markersize=4 * scale)
    _draw_counts(ax, of, scale)
    tidy(ax, grid="both")
    ax.axhline(0, color="#999999", linewidth=0.8)
    ax.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    expected = float((of.score * of.weight).sum())
    positives = counted_brief(support[panel.label], "positive")
    text = f"{positives}, {number(float(f'{expected:.3g}'))} expected"
    write_title(ax, names[panel.label], [text], LAYOUT.width, scale)


def _draw_counts(ax: Any, of: _Bins, scale: float) -> None:
    """The number of samples in each bin: bars below 0, or a line if all are alike."""
    size = 0.68 * SMALL * scale
    text = {"fontsize": size, "color": DIM, "ha": "center"}
    if of.middle is None:
        middle = round(float(np.median(of.weight))) if len(of.weight) else 0
        each = f"about {brief(middle)} samples in each"
        ax.text(0.5, (FLOOR + CEILING) / 2, each, va="center", **text)
        return
    width = of.middle[1] - of.middle[0] if len(of.middle) > 1 else 0.1
    wide = min(0.085, 0.85 * width)
    height = np.log1p(of.weight) / np.log1p(max(of.weight.max(initial=1), 10))
    tall = height * (CEILING - FLOOR)
    _draw_bars(ax, of.middle - wide / 2, of.middle + wide / 2, FLOOR + tall)
    if wide < 0.08:  # Numbers would touch.
        return
    for x, y, count in zip(of.middle, FLOOR + tall, of.weight, strict=True):
        ax.text(x, y + 0.015, brief(count), va="bottom", **text)


def _draw_bars(ax: Any, left: Array, right: Array, top: Array) -> None:
    """Grey bars from the floor on: one collection, faster than as many patches."""
    from matplotlib.collections import PolyCollection

    floor = np.full(len(left), FLOOR)
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([floor, floor, top, top], axis=1)
    corners: Any = np.stack([x, y], axis=2)
    ax.add_collection(
        PolyCollection(corners, facecolors=BAR, linewidths=0), autolim=False
    )
