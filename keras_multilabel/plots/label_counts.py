"""`plot_label_counts`: how many samples have each label."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keras_multilabel.labels.counting import LabelCounts
from keras_multilabel.labels.describe import LabelSummary
from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.inputs import check_per_label, held, ordered
from keras_multilabel.plots.rows import Rows, draw_rows, note
from keras_multilabel.plots.style import BLUE, GREY, NUMBER, percent
from keras_multilabel.utils.arguments import (
    check_matrix,
    check_targets,
    check_word,
    is_unknown,
)
from keras_multilabel.utils.label_names import given_names, shown_names
from keras_multilabel.utils.rows import check_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Sort = Literal["support", None]
Scale = Literal["linear", "log"]
# On a logarithmic axis bars begin here, so that bars of 1 are visible.
LOWEST = 0.6


def plot_label_counts(
    y: Any,
    *,
    label_names: Iterable[Any] | None = None,
    sort: Sort = "support",
    scale: Scale = "linear",
    top: int | None = 80,
    max_per_page: int | None = None,
    ax: Axes | None = None,
) -> Any:
    """Draw how many samples have each label, the most frequent on top.

    Each bar shows the count and its share of the samples whose truth is known for that
    label; if it is unknown for some, a grey bar adds those. The title gives the number
    of samples, and how many of them are known to have no label at all.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN where
            unknown; or one list of labels per sample, also as a column of a pandas or
            polars frame; or `LabelCounts`, which do not know how many samples have no
            label; or a result of `describe_labels`; or a report or a fitted
            `MultiLabelMetrics`.
        label_names: One name per column of a multi-hot ``y``. For lists: the labels to
            count, so that those that never occur show as 0. Default: the names of
            ``y``, or all labels that occur.
        sort: ``"support"`` (most frequent on top), or None, the order of the columns.
        scale: ``"log"`` if the most frequent labels hide the rare ones; without the
            grey bars, whose length would mean nothing there.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Draw several figures with at most this many labels each.
        ax: Axes to draw on. Default: new figures that are high enough.

    Returns:
        The axes; if ``max_per_page`` is given a list of them, one per page.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If there are no samples, values are not 0, 1 or unknown, names are
            missing, lists hold labels that are not in ``label_names``, or an option is
            out of range.

    Example:
        >>> import keras_multilabel as kml
        >>> ax = kml.plot_label_counts([["cat"], ["dog", "cat"], []])
        >>> ax.get_title(loc="left")
        '3 samples, 1 without any label'
        >>> [text.get_text() for text in ax.texts]
        ['2 (66.7%)', '1 (33.3%)']
    """
    check_word("scale", scale, Scale)
    given = None if label_names is None else list(label_names)
    counts, title = _check_counts(y, given)
    names = shown_names(given, len(counts.positive), counts)
    return draw_rows(
        names,
        ordered(sort, counts.positive, counts.positive, Sort),
        partial(_draw, counts, scale, title),
        top=top,
        max_per_page=max_per_page,
        ax=ax,
    )


def _check_counts(y: Any, names: list[Any] | None) -> tuple[LabelCounts, str]:
    """Counts of at least one sample, and what the title says about the samples."""
    y = _as_label_counts(y)
    if isinstance(y, LabelCounts):
        if not y.n_samples or not len(y):
            raise ValueError(
                "y must count at least one label in one sample; got "
                f"{len(y)} labels in {y.n_samples} samples."
            )
        is_one = y.n_samples == 1
        return y, f"{_number(y.n_samples)} sample{'' if is_one else 's'}"
    if holds_labels(y):
        y, names = encode_labels(y, names)
    matrix = check_rows(check_matrix(y, "y"))
    positive, known = check_targets(matrix)
    known = np.ones_like(positive) if known is None else known
    counts = LabelCounts(
        positive.sum(0, dtype=np.int64),
        known.sum(0, dtype=np.int64),
        len(matrix),
        label_names=given_names(names, matrix.shape[1], y),
    )
    empty = int(((positive == 0) & (known == 1)).all(1).sum())
    return counts, f"{len(matrix):,} samples, {empty:,} without any label"


def _as_label_counts(y: Any) -> Any:
    """`LabelCounts` of what has counts of samples; anything else unchanged."""
    if isinstance(y, LabelSummary):
        names = y.label_names
        return LabelCounts(y.positive, y.known, y.n_samples, label_names=names)
    counts = y if isinstance(y, Counts) else held(y, "counts", Counts)
    if counts is None:
        return y
    names, known = counts.label_names, check_per_label(counts).total
    truth = None if y is counts else _held_truth(y)
    if truth is not None:
        # Without weights, since counts are sums of them.
        positive, known = (truth == 1).sum(0), (~is_unknown(truth)).sum(0)
        return LabelCounts(positive, known, len(truth), label_names=names)
    return LabelCounts(counts.support, known, known.max(initial=0), label_names=names)


def _held_truth(source: Any) -> Any:
    try:
        return held(source, "y_true", object)
    except ValueError:
        return None  # A callback with counts only.


def _draw(counts: LabelCounts, scale: Scale, title: str, rows: Rows) -> None:
    ax, of = rows.ax, rows.labels
    positive, known = counts.positive[of], counts.known[of]
    unknown = counts.n_samples - known
    at = np.arange(len(of))
    is_log = scale == "log"
    first = LOWEST if is_log else 0
    ax.barh(at, np.maximum(positive - first, 0), left=first, color=BLUE, height=0.75)
    ends = positive + 0
    if not is_log:
        ax.barh(at, unknown, left=positive, color=GREY, height=0.75)
        ends = positive + unknown
    shares = divide(positive, known, np.nan)
    texts = [
        f"{_number(count)} ({percent(share)})"
        + (f", {_number(rest)} unknown" if rest else "")
        for count, share, rest in zip(positive, shares, unknown, strict=True)
    ]
    for row, text in enumerate(texts):
        note(rows, row, max(ends[row], first), text, color="#333333")
    _scale_axis(rows, max(1, ends.max()), texts, is_log)
    ax.set_title(title, loc="left", fontsize=NUMBER + 1)


def _number(count: Any) -> str:
    """A number of samples, or a sum of weights."""
    is_whole = count == np.rint(count)
    return f"{count:,.0f}" if is_whole or count >= 100 else f"{count:.3g}"


def _scale_axis(rows: Rows, most: Any, texts: list[str], is_log: bool) -> None:
    ax = rows.ax
    if is_log:
        ax.set_xscale("log")
        low, high = rows.limits(np.log10(LOWEST), np.log10(most), right=texts)
        ax.set_xlim(10**low, 10**high)
    else:
        ax.set_xlim(rows.limits(0, most, right=texts))
        ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("samples", fontsize=NUMBER)
    ax.xaxis.set_major_formatter("{x:,.0f}")
