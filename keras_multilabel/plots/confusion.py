"""`plot_confusion_matrices`: a 2 x 2 matrix per label."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.confusion_matrix import multilabel_confusion_matrix
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.plots.inputs import Sort, counts_of, ordered, ratio
from keras_multilabel.plots.pages import Page, Panel, Panels, draw_pages
from keras_multilabel.plots.style import (
    DIM,
    NUMBER,
    RIGHT,
    SMALL,
    SORTED,
    WRONG,
    colormap,
    ink,
    number,
    percent,
    score,
    write_title,
)
from keras_multilabel.utils.arguments import Array, check_word

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

Normalize = Literal["true", "pred", "all", None]
# Axes of a matrix to normalize over, and the name of the whole.
SHARES = {"true": (1, "row"), "pred": (0, "column"), "all": (None, "matrix")}
LAYOUT = Panels(width=1.5, height=1.5, head=0.66)
# The darkest shades would hide the text.
DEEPEST = 0.9


def plot_confusion_matrices(
    y_true: npt.ArrayLike | Counts | Any,
    y_pred: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    sort: Sort = None,
    normalize: Normalize = "true",
    top: int | None = 80,
    max_per_page: int = 20,
    fig: Figure | SubFigure | None = None,
) -> list[Figure | SubFigure]:
    """Draw one 2 x 2 confusion matrix per label.

    Rows are the truth, columns the prediction. Each cell shows its count and its share
    of the row, and is coloured by that share, so that rare labels are as readable as
    common ones: right predictions in blue, wrong ones in orange. A row without samples
    stays white. The title names the label and gives its precision, recall and F1, which
    reveal false alarms that shares of a long row hide, and how many of the known
    samples are positive.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out); or, without ``y_pred``, `Counts` per label, a
            report or a fitted `MultiLabelMetrics`. For weighted samples, pass
            ``confusion_counts(..., sample_weight=...)``.
        y_pred: Predictions, 0 and 1, same shape.
        label_names: One name per label, in the order of the columns. Default: the names
            of the `Counts`, or of the columns of a data frame.
        sort: ``"f1"`` (best first), ``"support"`` (most frequent first) or None, the
            order of the columns.
        normalize: ``"true"``: shares of the row; ``"pred"``: of the column; ``"all"``:
            of all samples; None shows counts only, coloured by row.
        top: Show at most this many labels, and how many more there are; None for all.
        max_per_page: Maximum number of labels on one figure.
        fig: An empty figure or subfigure to draw all labels on. Default: new figures,
            as many as needed.

    Returns:
        The figures, in the order of the labels; ``[fig]`` if that was given.

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
        >>> [ax.get_title() for ax in page.axes[:2]]
        ['cat', 'dog']
        >>> page.savefig("confusion.png")  # doctest: +SKIP
    """
    check_word("normalize", normalize, Normalize)
    counts = counts_of(y_true, y_pred, label_names)
    pages = draw_pages(
        LAYOUT,
        ordered(sort, ratio(ratios.f1, counts), counts.support),
        partial(_draw_panel, counts, multilabel_confusion_matrix(counts), normalize),
        top=top,
        max_per_page=max_per_page,
        fig=fig,
        xlabel="predicted",
        ylabel="true",
        note=SORTED[sort],
    )
    for page in pages:
        _draw_key(page, SHARES[normalize or "true"][1])
    return [page.figure for page in pages]


def _draw_panel(
    counts: Counts, matrices: Array, normalize: Normalize, panel: Panel
) -> None:
    _draw_matrix(panel.ax, matrices[panel.label], normalize, panel.scale)
    for axis, is_outer in (
        (panel.ax.xaxis, panel.is_bottom),
        (panel.ax.yaxis, panel.is_left),
    ):
        # Ticks take time, even without labels.
        axis.set_ticks(*(([0, 1], ["no", "yes"]) if is_outer else ([],)))
    panel.ax.tick_params(length=0, pad=3 * panel.scale)
    of_label = counts[[panel.label]]
    parts = {"P": ratios.precision, "R": ratios.recall, "F1": ratios.f1}
    scores = [f"{key} {score(ratio(of, of_label)[0])}" for key, of in parts.items()]
    support = f"{number(of_label.support[0])} of {number(of_label.total[0])} positive"
    lines = ["   ".join(scores), support]
    (name,) = of_label.label_names or ("",)
    write_title(panel.ax, name, lines, LAYOUT.width, panel.scale)


def _draw_matrix(ax: Any, matrix: Array, normalize: Normalize, scale: float) -> None:
    axis = SHARES[normalize or "true"][0]
    totals = np.broadcast_to(matrix.sum(axis, keepdims=True), (2, 2))
    shares = divide(matrix, totals, np.nan)
    colours = _colours(shares)
    ax.imshow(colours, aspect="auto")
    for row, column in np.ndindex(2, 2):
        share = f"\n{percent(shares[row, column])}" if normalize else ""
        ax.text(
            column,
            row,
            f"{number(matrix[row, column])}{share}",
            color=ink(colours[row, column]),
            fontsize=NUMBER * scale,
            ha="center",
            va="center",
        )
    ax.spines[:].set_color("#bbbbbb")


def _colours(shares: Array) -> Array:
    """RGB per cell: how much of its row is predicted right, or wrong."""
    depth = DEEPEST * np.nan_to_num(shares)
    right, wrong = (colormap(name)(depth)[..., :3] for name in (RIGHT, WRONG))
    colours = np.where(np.eye(2, dtype=bool)[..., None], right, wrong)
    return np.where(np.isnan(shares)[..., None], 1.0, colours)


def _draw_key(page: Page, of: str) -> None:
    """A key to blue and orange: two ramps in the lower left corner."""
    figure, scale = page.figure, page.scale
    width, height = figure.bbox.width / figure.dpi, figure.bbox.height / figure.dpi
    ramp = np.linspace(0, DEEPEST, 64)
    colours = np.stack([colormap(name)(ramp)[:, :3] for name in (RIGHT, WRONG)])
    box = (0.12, 0.06, 0.5, 0.22)
    left, low, wide, high = (scale * inches for inches in box)
    ax = figure.add_axes((left / width, low / height, wide / width, high / height))
    ax.imshow(colours, aspect="auto", extent=(0, 1, 0, 2))
    ax.set_axis_off()
    for share, word in ((0.75, "right"), (0.25, "wrong")):
        figure.text(
            (left + wide + 0.05 * scale) / width,
            (low + share * high) / height,
            f"{word}, 0 to 100% of the {of}",
            va="center_baseline",
            fontsize=0.9 * SMALL * scale,
            color=DIM,
        )
