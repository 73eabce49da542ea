"""Plots of label x label: coloured cells, with names on two sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

from keras_multilabel.plots.style import (
    LITERAL,
    NUMBER,
    ROW_OF_TEXT,
    fitted,
    ink,
    pyplot,
)
from keras_multilabel.utils.arguments import Array

# Inches of a cell, from few labels to many; and of the largest figure.
CELL, LARGEST = 0.42, 11.0
# Points reserved for names, and the smallest readable text.
NAMES, READABLE = 130.0, 4.5
# Labels sorted by similarity: more take too long.
MOST_ALIKE = 600


def new_axes(n_cells: int) -> Any:
    """Axes of a new figure that is large enough for so many rows and columns."""
    # Wide enough for the lines above it, however few the labels.
    side = min(LARGEST, 2.0 + CELL * max(n_cells, 6))
    return pyplot().subplots(figsize=(side + 0.6, side), layout="constrained")[1]


def draw_cells(
    ax: Any,
    colours: Array,
    rows: Sequence[Any],
    columns: Sequence[Any],
    text: Callable[[int, int], str],
) -> float:
    """Draw RGB cells with names; text where it fits. Returns the size of the text."""
    n_rows, n_columns = colours.shape[:2]
    ax.imshow(colours, aspect="auto" if n_rows != n_columns else "equal")
    box = ax.get_position()
    width, height = (72 * inches / ax.figure.dpi for inches in ax.figure.bbox.size)
    # The final axes: the layout leaves room for names.
    width, height = width * box.width - NAMES / 2, height * box.height - NAMES / 2
    cell = max(min(width / n_columns, height / n_rows), 1e-3)
    size = min(NUMBER, cell / ROW_OF_TEXT)
    step = 1 if size >= READABLE else int(np.ceil(READABLE / size))
    size = max(size, READABLE)
    for names, axis in ((rows, ax.yaxis), (columns, ax.xaxis)):
        at = range(0, len(names), step)
        shown = [fitted(names[index], NAMES, size) for index in at]
        axis.set_ticks(at, shown, fontsize=size, **LITERAL)
    ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(length=0, labelcolor="#333333")
    ax.spines[:].set_visible(False)
    if cell > 2.6 * READABLE:
        _write_cells(ax, colours, text, min(size, cell / 2.9))
    _separate(ax, n_rows, n_columns, cell)
    return size


def _write_cells(
    ax: Any, colours: Array, text: Callable[[int, int], str], size: float
) -> None:
    for row, column in np.ndindex(*colours.shape[:2]):
        content = text(row, column)
        if content:
            colour = ink(colours[row, column])
            style = {"ha": "center", "va": "center", "fontsize": size, "color": colour}
            ax.text(column, row, content, **style)


def _separate(ax: Any, n_rows: int, n_columns: int, cell: float) -> None:
    """White lines between cells that are large enough for them."""
    if cell < 5:
        return
    for count, line in ((n_columns, ax.axvline), (n_rows, ax.axhline)):
        for edge in range(1, count):
            line(edge - 0.5, color="white", linewidth=min(1.0, cell / 16))


def alike(closeness: Array) -> Array:
    """An order of labels that puts similar ones next to each other.

    The leaves of an average-linkage tree, turned so that neighbours are closest.
    """
    n_labels = len(closeness)
    if n_labels < 3 or n_labels > MOST_ALIKE:
        return np.arange(n_labels)
    upper = np.triu_indices(n_labels, 1)
    distance = closeness.max() - closeness[upper]
    tree = linkage(distance, "average")
    if n_labels <= 200:
        tree = optimal_leaf_ordering(tree, distance)
    return np.asarray(leaves_list(tree))
