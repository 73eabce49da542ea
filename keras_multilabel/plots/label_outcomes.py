"""`plot_label_outcomes`: missed, found and falsely predicted samples, per label."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.inputs import Sort, counts_of, ordered, ratio
from keras_multilabel.plots.rows import Rows, bars, draw_rows, note
from keras_multilabel.plots.style import (
    BLUE,
    NUMBER,
    ORANGE,
    PALE_BLUE,
    brief,
    key,
    number,
    text_width,
)
from keras_multilabel.utils.arguments import Array, check_word

Normalize = Literal["true", None]
# Text of false alarms and misses: darker than the bars, to be readable.
ORANGE_INK, BLUE_INK = "#a34f00", "#44749f"
# Bars of false alarms are cut off at this many times the label's positives.
MOST = 2.0


def plot_label_outcomes(
    y_true: npt.ArrayLike | Counts | Any,
    y_pred: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    sort: Sort = "support",
    normalize: Normalize = None,
    top: int | None = 80,
    max_per_page: int | None = None,
    ax: Any = None,
) -> Any:
    """Draw missed, found and falsely predicted samples per label.

    The bar to the left counts misses, the bar to the right those found, with the false
    alarms added to it. So the blue parts together are the label's positives, and the
    right-hand side is all predicted positives. The counts are written beside.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or, without ``y_pred``, `Counts` per label, a
            report or a fitted `MultiLabelMetrics`.
        y_pred: Predictions, 0 and 1, same shape.
        label_names: One name per label. Default: the names in the data.
        sort: ``"support"`` (most frequent on top), ``"f1"`` (best on top) or None, the
            order of the columns.
        normalize: ``"true"`` draws shares of each label's positives, so that rare
            labels are as visible; false alarms of more than twice the positives are cut
            off, with an arrow. None: counts.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Draw several figures with at most this many labels each.
        ax: Axes to draw on. Default: new figures.

    Returns:
        The axes; if ``max_per_page`` is given a list of them, one per page.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_pred`` is missing.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, the counts are not per label, or an option is out of range.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> ax = kml.plot_label_outcomes(y_true, y_pred, label_names=["cat", "dog"])
        >>> [tick.get_text() for tick in ax.get_yticklabels()]
        ['cat', 'dog']
    """
    check_word("normalize", normalize, Normalize)
    counts = counts_of(y_true, y_pred, label_names)
    assert counts.label_names is not None
    return draw_rows(
        counts.label_names,
        ordered(sort, ratio(ratios.f1, counts), counts.support),
        partial(_draw, counts, normalize),
        top=top,
        max_per_page=max_per_page,
        ax=ax,
    )


def _draw(counts: Counts, normalize: Normalize, rows: Rows) -> None:
    ax, of = rows.ax, counts[rows.labels]
    unit = of.support if normalize else np.ones(len(of.tp))
    missed, found = (divide(part, unit, 0.0) for part in (of.fn, of.tp))
    # Without positives any false alarm is more than can be drawn.
    false = divide(of.fp, unit, np.inf) * (of.fp > 0) if normalize else of.fp
    false = np.nan_to_num(np.asarray(false, float), posinf=2 * MOST)
    drawn = np.minimum(false, MOST) if normalize else false
    at = np.arange(len(missed))
    for left, wide, colour in (
        (-missed, missed, PALE_BLUE),
        (0 * found, found, BLUE),
        (found, drawn, ORANGE),
    ):
        bars(ax, left, wide, colour)
    ax.axvline(0, color="white", linewidth=1)
    for row in range(len(at)):
        _write(rows, row, of[[row]], -missed[row], found[row] + drawn[row])
    if normalize:
        over = np.flatnonzero(false > MOST)
        ax.plot((found + drawn)[over], over, ">", color="white", markersize=3)
    _finish(counts, rows, missed, found + drawn, normalize)


def _write(rows: Rows, row: int, of: Counts, left: float, right: float) -> None:
    """The counts: misses, those found, and the false alarms."""
    note(rows, row, left, number(of.fn[0]), -1, color=BLUE_INK)
    found = number(of.tp[0])
    note(rows, row, right, found, color=BLUE)
    if of.fp[0]:
        shift = text_width(f"{found} ", rows.size)
        false = note(rows, row, right, f"+ {number(of.fp[0])}", color=ORANGE_INK)
        false.xyann = (3 + shift, 0)


def _finish(
    counts: Counts, rows: Rows, left: Array, right: Array, normalize: Normalize
) -> None:
    ax = rows.ax
    of = counts[rows.labels]
    beside = [f"{number(f)} + {number(p)}" for f, p in zip(of.tp, of.fp, strict=True)]
    most = max(right.max(), 1e-3 + left.max() / 50)
    ax.set_xlim(rows.limits(-left.max(), most, map(number, of.fn), beside))
    ax.xaxis.set_major_locator(_locator(normalize))
    # Both directions count up from 0.
    written = "{:.0%}".format if normalize else brief
    ax.xaxis.set_major_formatter(lambda x, _: written(abs(x)))
    words = "share of the label's positives" if normalize else "samples"
    ax.set_xlabel(words, fontsize=NUMBER)
    key(ax, {"missed": PALE_BLUE, "found": BLUE, "+ false alarms": ORANGE})


def _locator(normalize: Normalize) -> Any:
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    return MultipleLocator(0.5) if normalize else MaxNLocator(7, integer=True)
