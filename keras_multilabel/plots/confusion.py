"""`plot_confusion_matrices`: a 2 x 2 matrix per label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.confusion_matrix import multilabel_confusion_matrix
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.style import (
    LITERAL,
    RIGHT,
    WRONG,
    ink,
    number,
    percent,
    pyplot,
)
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import shorten, shown_names
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure


# Inches of one label's panel; text is sized for it and shrinks with it.
PANEL = (2.1, 2.3)


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
        label_names: One name per label, in the order of the columns. Default: those of
            the `Counts`, or of the columns of a data frame.
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
    names = shown_names(label_names, len(matrices), y_true, y_pred)
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


def _columns(n_labels: int) -> int:
    """Panels side by side: up to three in a row, then about as many rows."""
    return n_labels if n_labels <= 3 else int(np.ceil(np.sqrt(n_labels)))


def _new_page(columns: int, rows: int) -> Any:
    size = (PANEL[0] * columns + 0.5, PANEL[1] * rows + 0.7)
    return pyplot().figure(figsize=size, layout="constrained")


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
            f"{number(matrix[row, column])}\n{percent(shares[row, column])}",
            color=ink(colours[row, column]),
            fontsize=9 * scale,
            ha="center",
            va="center",
        )
    support = f"{number(matrix[1].sum())} of {number(matrix.sum())}"
    ax.set_title(f"{shorten(name)}\n{support}", fontsize=9 * scale, **LITERAL)
    ax.tick_params(length=0, labelsize=8 * scale)


def _colours(shares: Array) -> Array:
    """RGB per cell: how much of its row is decided right, or wrong."""
    colormaps = require("matplotlib", extra="plot").colormaps
    # The lower nine tenths: the darkest shades would drown the text.
    depth = 0.9 * np.nan_to_num(shares)
    right, wrong = (colormaps[name](depth)[..., :3] for name in (RIGHT, WRONG))
    colours = np.where(np.eye(2, dtype=bool)[..., None], right, wrong)
    return np.where(np.isnan(shares)[..., None], 1.0, colours)
