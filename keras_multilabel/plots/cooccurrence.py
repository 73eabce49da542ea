"""`plot_cooccurrence`: which labels occur together more often than by chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keras_multilabel.labels.describe import LabelSummary, describe_labels
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.heatmap import alike, draw_cells, new_axes
from keras_multilabel.plots.inputs import held
from keras_multilabel.plots.pages import check_top
from keras_multilabel.plots.style import DIM, NUMBER, SMALL, brief, colormap
from keras_multilabel.utils.arguments import Array, check_word
from keras_multilabel.utils.label_names import shown_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Sort = Literal["similar", "support", None]
# Colours end at this many times more, or less, than expected: 2^3.
MOST = 3.0


def plot_cooccurrence(
    y: Any,
    *,
    label_names: Iterable[Any] | None = None,
    sort: Sort = "similar",
    top: int | None = 20,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often labels occur together, compared with chance.

    Each cell shows the number of samples with both labels. It is blue if there are more
    than for independent labels, the darker the more, orange if there are fewer, and
    white if as many. The diagonal shows each label's positives.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN where
            unknown; or lists of labels; or a result of `describe_labels`; or a report
            or a `MultiLabelMetrics` fitted with ``validation_data``.
        label_names: One name per label, as for `describe_labels`. Default: the names in
            the data.
        sort: ``"similar"`` puts labels that occur together next to each other,
            ``"support"`` the most frequent first; None keeps the order of the columns.
        top: Show at most this many labels, the most frequent ones, and how many more
            there are; None for all.
        ax: Axes to draw on. Default: a new figure.

    Returns:
        The axes.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If ``y`` holds neither numbers nor lists of labels, or is `Counts`.
        ValueError: If there are no samples, values are not 0, 1 or unknown, names are
            missing, or an option is out of range.

    Example:
        >>> import keras_multilabel as kml
        >>> ax = kml.plot_cooccurrence([["cat"], ["cat", "dog"], ["dog"], []])
        >>> [text.get_text() for text in ax.texts]
        ['2', '1', '2']
    """
    check_word("sort", sort, Sort)
    if isinstance(y, Counts):
        raise TypeError(
            "y must be truth, shape (n_samples, n_labels); Counts do not say which "
            "labels occur together."
        )
    summary, names = _summary(y, label_names)
    n_labels = len(names)
    kept = _chosen(summary, sort, check_top(top, n_labels))
    pairs = np.ix_(kept, kept)
    counts = summary.cooccurrence[pairs]
    colours = _colours(counts, summary.expected[pairs])
    ax = new_axes(len(kept)) if ax is None else ax
    shown = [names[label] for label in kept]
    draw_cells(ax, colours, shown, shown, lambda i, j: brief(counts[i, j]) * (j <= i))
    _describe(ax, n_labels - len(kept), summary.n_samples)
    return ax


def _summary(y: Any, label_names: Any) -> tuple[LabelSummary, list[Any]]:
    given = None if label_names is None else list(label_names)
    truth, names_from = held(y, "y_true", object), (y, held(y, "counts", Counts))
    y = y if truth is None else truth
    if isinstance(y, LabelSummary):
        return y, shown_names(given, len(y.positive), y)
    summary = describe_labels(y, given)
    # In lists the labels are names; what has truth has its own names.
    first = summary if truth is None else None
    return summary, shown_names(given, len(summary.positive), first, *names_from)


def _chosen(summary: LabelSummary, sort: Sort, top: int) -> Array:
    """The labels to show, in order."""
    kept = np.argsort(-summary.positive, kind="stable")[:top]
    if sort == "support":
        return kept
    kept = np.sort(kept)
    if sort is None:
        return kept
    lift = _lift(summary.cooccurrence, summary.expected)
    return kept[alike(lift[np.ix_(kept, kept)])]


def _lift(counts: Array, expected: Array) -> Array:
    """log2 of observed over expected, from -`MOST` to `MOST`.

    Half a sample is added to both, so that pairs with an expected count near 0 stay
    near 0: none found where 0.1 are expected means nothing.
    """
    return np.clip(np.log2((counts + 0.5) / (expected + 0.5)), -MOST, MOST)


def _colours(counts: Array, expected: Array) -> Array:
    """RGB per cell; the upper triangle, which repeats the lower, stays white."""
    lift = _lift(counts, expected)
    depth = 0.85 * np.abs(lift) / MOST
    together, fewer = (colormap(name)(depth)[..., :3] for name in ("Blues", "Oranges"))
    colours = np.where(lift[..., None] > 0, together, fewer)
    # The lightest shades are not quite white: almost all cells would be tinted.
    colours[depth < 0.06] = 1.0
    colours[np.diag_indices(len(lift))] = 0.91
    colours[np.triu_indices(len(lift), 1)] = 1.0
    return colours


def _describe(ax: Any, hidden: int, n_samples: int) -> None:
    more = f"; the most frequent labels, and {hidden:,} more" if hidden else ""
    ax.set_xlabel(f"{n_samples:,} samples{more}", fontsize=NUMBER)
    ax.set_title(
        "Samples with both labels; grey: with the label.\n"
        "Blue: more than if labels were independent, orange:\n"
        "fewer; darkest where 8 times as many, or an eighth.",
        loc="left",
        fontsize=SMALL,
        color=DIM,
    )
