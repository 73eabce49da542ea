"""`plot_label_confusion`: which labels were predicted in place of missed ones?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.confusion_matrix import label_confusion_matrix
from keras_multilabel.plots.heatmap import alike, draw_cells, new_axes
from keras_multilabel.plots.inputs import predictions_of
from keras_multilabel.plots.pages import check_top
from keras_multilabel.plots.style import (
    DIM,
    NUMBER,
    RIGHT,
    SMALL,
    WRONG,
    brief,
    colormap,
)
from keras_multilabel.utils.arguments import Array, check_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Sort = Literal["similar", "support", None]


def plot_label_confusion(
    y_true: npt.ArrayLike | Any,
    y_pred: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    sort: Sort = "similar",
    top: int | None = 20,
    ax: Axes | None = None,
) -> Axes:
    """Draw label x label: which labels were predicted in place of missed ones?

    `label_confusion_matrix` with its counts. Row i, column j counts where i was missed
    and j predicted in excess: orange, the darker the larger its share of the row. The
    diagonal, blue, counts labels that were found. The last column counts misses with
    nothing predicted instead, the last row predictions where nothing was true.

    The diagonal over its row is not recall, since a missed label counts once for each
    one in excess; the picture says so.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or, without ``y_pred``, a report or a
            `MultiLabelMetrics` fitted with ``validation_data``.
        y_pred: Predictions, 0 and 1, same shape.
        label_names: One name per label. Default: the names in the data.
        sort: ``"similar"`` puts labels that are confused next to each other,
            ``"support"`` the most frequent first; None keeps the order of the columns.
        top: Show at most this many labels, those most often confused with others, and
            how many more there are; None for all.
        ax: Axes to draw on. Default: a new figure.

    Returns:
        The axes.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If an argument does not hold numbers, or ``y_pred`` is missing.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, or an option is out of its range.

    References:
        M. Heydarian, T. E. Doyle and R. Samavi, "MLCM: Multi-Label Confusion
        Matrix", IEEE Access 10, 2022, doi:10.1109/ACCESS.2022.3151048.

    Example:
        >>> import keras_multilabel as kml
        >>> ax = kml.plot_label_confusion(
        ...     [[1, 0], [1, 1], [0, 0]], [[0, 1], [1, 0], [0, 0]], sort=None
        ... )
        >>> [tick.get_text() for tick in ax.get_xticklabels()]
        ['label 0', 'label 1', '(none)']
    """
    check_word("sort", sort, Sort)
    truth, predictions, weight, names = predictions_of(y_true, y_pred, label_names)
    matrix = label_confusion_matrix(truth, predictions, sample_weight=weight)
    labels = _chosen(matrix, sort, check_top(top, len(names)))
    # The last row and column, for no label, stay last.
    with_none = np.append(labels, len(names))
    cells = matrix[np.ix_(with_none, with_none)]
    totals = matrix.sum(1)[with_none, None]
    shares = divide(cells, np.broadcast_to(totals, cells.shape), 0.0)
    ax = new_axes(len(with_none)) if ax is None else ax
    shown = [*(names[label] for label in labels), "(none)"]
    draw_cells(
        ax,
        _colours(shares),
        shown,
        shown,
        lambda row, column: brief(cells[row, column]) if cells[row, column] else "",
    )
    _describe(ax, len(names) - len(labels))
    return ax


def _chosen(matrix: Array, sort: Sort, top: int) -> Array:
    """The labels to show, in order."""
    inner = matrix[:-1, :-1].astype(np.float64)
    mixed = inner + inner.T
    np.fill_diagonal(mixed, 0)
    kept = np.sort(np.argsort(-mixed.sum(0), kind="stable")[:top])
    if sort == "support":
        return kept[np.argsort(-matrix.sum(1)[kept], kind="stable")]
    if sort is None:
        return kept
    # Labels are close if they are confused often for how often they occur.
    often = np.sqrt(np.maximum(matrix.sum(1)[:-1], 1))
    return kept[alike((mixed / often[:, None] / often)[np.ix_(kept, kept)])]


def _colours(shares: Array) -> Array:
    """RGB per cell; faint shares are lifted, since most cells are faint."""
    depth = 0.9 * np.sqrt(shares)
    right, wrong = (colormap(name)(depth)[..., :3] for name in (RIGHT, WRONG))
    colours = np.where(np.eye(len(shares), dtype=bool)[..., None], right, wrong)
    return np.where(shares[..., None] > 0, colours, 0.975)


def _describe(ax: Any, hidden: int) -> None:
    more = f"; the most confused labels, and {hidden:,} more" if hidden else ""
    ax.set_xlabel(f"predicted in excess{more}", fontsize=NUMBER)
    ax.set_ylabel("missed", fontsize=NUMBER)
    ax.set_title(
        "Blue: found. Orange: missed, another one in excess.\n"
        "Shades: shares of the row. A miss counts once for each\n"
        "label in excess: the diagonal over its row is not recall.",
        loc="left",
        fontsize=SMALL,
        color=DIM,
    )
