"""Pictures of data and decisions; matplotlib is loaded by the first one.

Figures are made by pyplot, so that notebooks, sphinx-gallery and ``plt.show()``
find them, and scripts without a screen can save them. pyplot keeps a figure until
``plt.close(figure)``; pass ``fig=`` or ``ax=`` to draw on one of your own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.labels.encoding import encode_labels, holds_labels
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.classification import multilabel_confusion_matrix
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import (
    Array,
    check_label_names,
    check_matrix,
    check_rows,
    check_targets,
)
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# Inches of one label's panel; text is sized for it and shrinks with it.
PANEL = (2.1, 2.3)
# Blue and orange stay apart for colour-blind readers, and in grey.
RIGHT, WRONG = "Blues", "Oranges"
BLUE, GREY = "#3b7cb8", "#d4d4d4"


def plot_confusion_matrices(
    y_true: npt.ArrayLike | Counts,
    y_pred: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    max_per_page: int = 20,
    fig: Figure | SubFigure | None = None,
) -> list[Figure | SubFigure]:
    """Draw one 2 x 2 confusion matrix per label.

    Rows are the truth, columns the decision. Each cell gives its count and its
    share of the row, and is coloured by that share, so that rare labels read as
    well as common ones: right decisions in blue, wrong ones in orange. A row
    without samples stays white. The title names the label and says how many of the
    known samples are positive.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or `Counts` per label, and then no
            ``y_pred``. For weighted samples, pass
            ``confusion_counts(..., sample_weight=...)``.
        y_pred: Decisions, 0 and 1, same shape.
        label_names: One name per label, in the order of the columns.
        max_per_page: Most labels on one figure.
        fig: An empty figure or subfigure to draw all labels on. Default: new
            figures, as many as are needed.

    Returns:
        The figures, in the order of the labels; ``[fig]`` where that was given.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, the counts are not per label, or names are missing.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [1, 1], [0, 0]]
        >>> y_pred = [[1, 1], [0, 1], [0, 0]]
        >>> (page,) = kml.plot_confusion_matrices(
        ...     y_true, y_pred, label_names=["cat", "dog"]
        ... )
        >>> [ax.get_title().splitlines() for ax in page.axes]
        [['cat', '2 of 3'], ['dog', '1 of 3']]
        >>> page.savefig("confusion.png")  # doctest: +SKIP
    """
    matrices = _check_matrices(y_true, y_pred)
    names = check_label_names(label_names, len(matrices))
    if not isinstance(max_per_page, (int, np.integer)) or max_per_page < 1:
        raise ValueError(
            f"max_per_page must be a whole number of labels, 1 or more; "
            f"got {max_per_page!r}."
        )
    if fig is not None:
        columns = _best_columns(fig, len(names))
        return [_draw_page(fig, columns, matrices, names)]
    columns = _columns(min(len(names), max_per_page))
    pages = []
    for start in range(0, len(names), max_per_page):
        page = slice(start, start + max_per_page)
        pages.append(_draw_page(None, columns, matrices[page], names[page]))
    return pages


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
            or polars frame too.
        label_names: One name per column of a multi-hot ``y``. For lists: the
            labels to count, so that those which never occur show as 0. Default:
            all that occur.
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
    y, names = _check_labels(y, label_names)
    positive, known = check_targets(y)
    known = np.ones_like(positive) if known is None else known
    order = np.argsort(-positive.sum(0, dtype=np.int64), kind="stable")
    positive, known = positive[:, order], known[:, order]
    if ax is None:
        ax = _new_axes(len(names))
    _draw_bars(ax, positive, known)
    ax.set_yticks(range(len(names)), [_shorten(names[label], 40) for label in order])
    empty = int(((positive == 0) & (known == 1)).all(1).sum())
    title = f"{len(y):,} samples, {empty:,} without any label"
    ax.set_title(title, loc="left", fontsize="medium")
    return ax


def _check_matrices(
    y_true: npt.ArrayLike | Counts, y_pred: npt.ArrayLike | None
) -> Array:
    """One matrix ``[[tn, fp], [fn, tp]]`` per label, shape (n_labels, 2, 2)."""
    if isinstance(y_true, Counts) and (y_true.axis != 0 or y_true.tp.ndim != 1):
        raise ValueError(
            "A matrix per label needs counts per label, over axis 0, of the shape "
            f"(n_labels,); got counts over axis {y_true.axis} of the shape "
            f"{y_true.tp.shape}. Take them with confusion_counts(y_true, y_pred)."
        )
    return multilabel_confusion_matrix(y_true, y_pred)


def _check_labels(y: Any, label_names: Iterable[Any] | None) -> tuple[Array, list[str]]:
    """``y`` as a matrix with at least one row, and the names of its columns."""
    if holds_labels(y):
        y, classes = encode_labels(y, label_names)
        label_names = classes
    y = check_rows(check_matrix(y, "y"))
    return y, check_label_names(label_names, y.shape[1])


def _columns(n_labels: int) -> int:
    """Panels side by side: up to three in a row, then about as many rows."""
    return n_labels if n_labels <= 3 else int(np.ceil(np.sqrt(n_labels)))


def _new_page(columns: int, rows: int) -> Any:
    pyplot = require("matplotlib.pyplot", extra="plot")
    size = (PANEL[0] * columns + 0.5, PANEL[1] * rows + 0.7)
    return pyplot.figure(figsize=size, layout="constrained")


def _best_columns(fig: Any, n_labels: int) -> int:
    """Panels side by side that make them largest on a figure of given size."""
    return max(
        range(1, n_labels + 1),
        key=lambda columns: _panel_scale(fig, columns, -(-n_labels // columns)),
    )


def _panel_scale(fig: Any, columns: int, rows: int) -> float:
    """Size of a panel, 1 where it is that of `PANEL`."""
    width, height = fig.bbox.width / fig.dpi, fig.bbox.height / fig.dpi
    return min(width / columns / PANEL[0], height / rows / PANEL[1])


def _draw_page(fig: Any, columns: int, matrices: Array, names: Sequence[str]) -> Any:
    columns = min(columns, len(names))
    rows = -(-len(names) // columns)
    fig = _new_page(columns, rows) if fig is None else fig
    scale = min(1.0, _panel_scale(fig, columns, rows))
    panels = fig.subplots(rows, columns, squeeze=False).ravel()
    for index, ax in enumerate(panels):
        if index >= len(names):
            ax.set_axis_off()
            continue
        _draw_matrix(ax, matrices[index], names[index], scale)
        first, last = index % columns == 0, index + columns >= len(names)
        ax.set_yticks([0, 1], ["no", "yes"] if first else ["", ""])
        ax.set_xticks([0, 1], ["no", "yes"] if last else ["", ""])
    fig.supxlabel("decision", fontsize=10 * scale)
    fig.supylabel("truth", fontsize=10 * scale)
    return fig


def _draw_matrix(ax: Any, matrix: Array, name: str, scale: float) -> None:
    totals = np.broadcast_to(matrix.sum(1, keepdims=True), (2, 2))
    shares = divide(matrix, totals, np.nan)
    colours = _colours(shares)
    ax.imshow(colours)
    for row, column in np.ndindex(2, 2):
        ax.text(
            column,
            row,
            f"{_number(matrix[row, column])}\n{_percent(shares[row, column])}",
            color=_ink(colours[row, column]),
            fontsize=9 * scale,
            ha="center",
            va="center",
        )
    support = f"{_number(matrix[1].sum())} of {_number(matrix.sum())}"
    ax.set_title(f"{_shorten(name)}\n{support}", fontsize=9 * scale)
    ax.tick_params(length=0, labelsize=8 * scale)


def _colours(shares: Array) -> Array:
    """RGB per cell: how much of its row is decided right, or wrong."""
    colormaps = require("matplotlib", extra="plot").colormaps
    # The lower nine tenths: the darkest shades would drown the text.
    depth = 0.9 * np.nan_to_num(shares)
    right, wrong = (colormaps[name](depth)[..., :3] for name in (RIGHT, WRONG))
    colours = np.where(np.eye(2, dtype=bool)[..., None], right, wrong)
    return np.where(np.isnan(shares)[..., None], 1.0, colours)


def _ink(colour: Array) -> str:
    """Black or white, whichever has more contrast to ``colour`` (WCAG 2)."""
    luminance = colour**2.2 @ (0.2126, 0.7152, 0.0722)
    return "black" if luminance > 0.18 else "white"


def _number(count: Any) -> str:
    """A count that fits a cell: 123,456, 1.23M; weights as 12.35."""
    if count >= 1e6:
        size, unit = (1e6, "M") if count < 999.5e6 else (1e9, "B")
        return f"{count / size:,.3g}{unit}"
    whole = count == round(count) or count >= 1e3
    return f"{count:,.0f}" if whole else f"{count:.4g}"


def _percent(share: Any) -> str:
    """A share in per cent; all and nothing are written only where they are exact."""
    if np.isnan(share):
        return "-"
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    if share < 0.0005:
        return "<0.1%"
    return ">99.9%" if share >= 0.9995 else f"{share:.1%}"


def _shorten(name: str, most: int = 26) -> str:
    """A long name without its middle: labels often differ at either end."""
    if len(name) <= most:
        return name
    return f"{name[: most // 2]}…{name[len(name) - most // 2 + 1 :]}"


def _new_axes(n_labels: int) -> Any:
    pyplot = require("matplotlib.pyplot", extra="plot")
    size = (7.0, 1.0 + 0.22 * max(n_labels, 3))
    return pyplot.subplots(figsize=size, layout="constrained")[1]


def _draw_bars(ax: Any, positive: Array, known: Array) -> None:
    """One bar per column, the first on top."""
    rows = np.arange(positive.shape[1])
    counts, totals = positive.sum(0, dtype=np.int64), known.sum(0, dtype=np.int64)
    unknown = len(positive) - totals
    ax.barh(rows, counts, color=BLUE)
    ax.barh(rows, unknown, left=counts, color=GREY)
    shares = divide(counts, totals, np.nan)
    for row, count, share, rest in zip(rows, counts, shares, unknown, strict=True):
        note = f"{count:,} ({_percent(share)})"
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
