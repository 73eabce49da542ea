"""`plot_label_counts`: how many samples have each label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.labels.counting import LabelCounts
from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.metrics.averages import divide
from keras_multilabel.plots.style import BLUE, GREY, LITERAL, percent, pyplot
from keras_multilabel.utils.arguments import (
    Array,
    check_matrix,
    check_targets,
)
from keras_multilabel.utils.label_names import given_names, shorten, shown_names
from keras_multilabel.utils.rows import check_rows
from keras_multilabel.utils.tables import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_label_counts(
    y: Any,
    *,
    label_names: Iterable[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many samples have each label, the most frequent on top.

    Each bar gives the count and its share of the samples whose truth is known for
    that label; where it is unknown for some, a grey bar adds those. The title gives
    the number of samples, and how many of them are known to have no label at all.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown; or one list of labels per sample, a column of a pandas
            or polars frame too; or `LabelCounts`, which do not know how many samples
            have no label.
        label_names: One name per column of a multi-hot ``y``. For lists: the
            labels to count, so that those which never occur show as 0. Default:
            the names that ``y`` has, or all labels that occur.
        ax: Axes to draw on. Default: those of a new figure that is high enough.

    Returns:
        The axes.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If there are no samples, values are not 0, 1 or unknown, names
            are missing, or lists hold labels that are not among ``label_names``.

    Example:
        >>> import keras_multilabel as kml
        >>> ax = kml.plot_label_counts([["cat"], ["dog", "cat"], []])
        >>> ax.get_title(loc="left")
        '3 samples, 1 without any label'
        >>> [text.get_text() for text in ax.texts]
        ['2 (66.7%)', '1 (33.3%)']
    """
    given = None if label_names is None else list(label_names)
    counts, title = _check_counts(y, given)
    names = shown_names(given, len(counts.positive), counts)
    order = np.argsort(-counts.positive, kind="stable")
    if ax is None:
        ax = _new_axes(len(names))
    _draw_bars(ax, counts.positive[order], counts.known[order], counts.n_samples)
    shown = [shorten(names[label], 40) for label in order]
    ax.set_yticks(range(len(names)), shown, **LITERAL)
    ax.set_title(title, loc="left", fontsize="medium")
    return ax


def _check_counts(y: Any, names: list[Any] | None) -> tuple[LabelCounts, str]:
    """Counts of at least one sample, and what the title says of the samples."""
    if isinstance(y, LabelCounts):
        if not y.n_samples or not len(y):
            raise ValueError(
                "y must count at least one label in one sample; got "
                f"{len(y)} labels in {y.n_samples} samples."
            )
        return y, counted(y.n_samples, "sample")
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


def _new_axes(n_labels: int) -> Any:
    size = (7.0, 1.0 + 0.22 * max(n_labels, 3))
    return pyplot().subplots(figsize=size, layout="constrained")[1]


def _draw_bars(ax: Any, counts: Array, known: Array, n_samples: int) -> None:
    """One bar per label, the first on top."""
    rows = np.arange(len(counts))
    unknown = n_samples - known
    ax.barh(rows, counts, color=BLUE)
    ax.barh(rows, unknown, left=counts, color=GREY)
    shares = divide(counts, known, np.nan)
    for row, count, share, rest in zip(rows, counts, shares, unknown, strict=True):
        note = f"{count:,} ({percent(share)})"
        note += f", {rest:,} unknown" if rest else ""
        ax.annotate(
            note,
            (count + rest, row),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
            va="center",
        )
    # Room for the notes, which stand to the right of the bars.
    room = 1.6 if unknown.any() else 1.3
    ax.set_xlim(0, room * max(1, (counts + unknown).max()))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("samples")
    ax.locator_params(axis="x", integer=True)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
