"""Pages of panels, one panel per label, and of rows, one row per label.

Panels are placed in inches, so that titles never touch the panels above, whatever their
number and the size of the figure; the text shrinks with a figure that is too small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.plots.style import DIM, NAME, SMALL, pyplot
from keras_multilabel.utils.arguments import Array

# Inches of a page that has a key and a note beside each other.
NARROWEST = 3.4


@dataclass(frozen=True)
class Panels:
    """The layout of a page, in inches at full size.

    Attributes:
        width: Width of a panel.
        height: Height of a panel.
        head: Space above each panel, for its title.
        gap: Space between two panels in a row.
        left: Space left of each row, for ticks and their label.
        bottom: Space below the last row, likewise, and for the note of the page.
        right: Space right of the last panel.
    """

    width: float
    height: float
    head: float
    gap: float = 0.22
    left: float = 0.62
    bottom: float = 0.75
    right: float = 0.12

    def size(self, columns: int, rows: int) -> tuple[float, float]:
        """Inches of a page."""
        width = self.left + columns * (self.width + self.gap) - self.gap + self.right
        height = self.bottom + rows * (self.height + self.head)
        return max(width, NARROWEST), height


class Panel(NamedTuple):
    """Where one label is drawn.

    Attributes:
        ax: Its axes.
        label: Its position among the labels.
        scale: Scale of all text: 1 on figures of full size.
        is_left: Whether it is the first in its row.
        is_bottom: Whether it is the last in its column.
    """

    ax: Any
    label: int
    scale: float
    is_left: bool
    is_bottom: bool


class Page(NamedTuple):
    """A figure or subfigure, its axes, and the scale of its text."""

    figure: Any
    axes: list[Any]
    scale: float


def check_max_per_page(max_per_page: Any) -> int:
    """Return ``max_per_page`` if it is a whole number of 1 or more."""
    if not isinstance(max_per_page, (int, np.integer)) or max_per_page < 1:
        raise ValueError(
            f"max_per_page must be a whole number of labels, 1 or more; "
            f"got {max_per_page!r}."
        )
    return int(max_per_page)


def check_top(top: Any, n_labels: int) -> int:
    """The number of labels shown."""
    if top is None:
        return n_labels
    if not isinstance(top, (int, np.integer)) or isinstance(top, bool) or top < 1:
        raise ValueError(
            f"top must be a whole number of labels, 1 or more, or None; got {top!r}."
        )
    return min(int(top), n_labels)


def draw_pages(
    layout: Panels,
    order: Sequence[int] | Array,
    draw: Callable[[Panel], None],
    *,
    top: int | None,
    max_per_page: int,
    fig: Any,
    xlabel: str,
    ylabel: str,
    note: str = "",
) -> list[Page]:
    """Call ``draw(panel)`` for each label of ``order``, page by page.

    Only the outer panels have tick labels. On ``fig`` all labels go on one page.
    """
    n_labels, order = len(order), order[: check_top(top, len(order))]
    n = len(order)
    per_page = n if fig is not None else min(n, check_max_per_page(max_per_page))
    columns = _columns(per_page) if fig is None else _best_columns(layout, fig, n)
    pages = []
    for start in range(0, n, per_page):
        labels = order[start : start + per_page]
        page = _new_page(layout, len(labels), columns, fig)
        for index, (ax, label) in enumerate(zip(page.axes, labels, strict=True)):
            is_left, is_bottom = index % columns == 0, index + columns >= len(labels)
            ax.tick_params(
                labelleft=is_left,
                labelbottom=is_bottom,
                labelsize=SMALL * page.scale,
                length=3 * page.scale,
                pad=3 * page.scale,
            )
            draw(Panel(ax, int(label), page.scale, is_left, is_bottom))
        _write_labels(layout, page, xlabel, ylabel)
        notes = [note]
        if per_page < n:
            last = start + len(labels)
            notes.insert(0, f"labels {start + 1} to {last} of {n_labels:,}")
        if n < n_labels and start + per_page >= n:
            notes.insert(0, f"and {n_labels - n:,} more")
        _write_note(page, ", ".join(filter(None, notes)))
        pages.append(page)
    return pages


def _columns(n_panels: int) -> int:
    """Panels side by side: up to three in a row, then about as many rows."""
    return n_panels if n_panels <= 3 else int(np.ceil(np.sqrt(n_panels)))


def _inches(fig: Any) -> tuple[float, float]:
    return fig.bbox.width / fig.dpi, fig.bbox.height / fig.dpi


def _best_columns(layout: Panels, fig: Any, n_panels: int) -> int:
    """The number of panels side by side that makes them largest on a given figure."""
    return max(
        range(1, n_panels + 1),
        key=lambda columns: _scale(layout, fig, columns, -(-n_panels // columns)),
    )


def _scale(layout: Panels, fig: Any, columns: int, rows: int) -> float:
    """The scale of a page on a figure, 1 at full size."""
    sizes = zip(_inches(fig), layout.size(columns, rows), strict=True)
    return min(given / needed for given, needed in sizes)


def _new_page(layout: Panels, n_panels: int, columns: int, fig: Any) -> Page:
    columns = min(columns, n_panels)
    rows = -(-n_panels // columns)
    if fig is None:
        fig = pyplot().figure(figsize=layout.size(columns, rows))
    scale = _scale(layout, fig, columns, rows)
    width, height = _inches(fig)
    # Centred in the remaining space.
    needed = zip((width, height), layout.size(columns, rows), strict=True)
    spare, under = ((given / scale - size) / 2 for given, size in needed)
    panels = []
    for index in range(n_panels):
        row, column = divmod(index, columns)
        left = spare + layout.left + column * (layout.width + layout.gap)
        below = (rows - 1 - row) * (layout.height + layout.head)
        panels.append(
            fig.add_axes(
                (
                    left * scale / width,
                    (layout.bottom + under + below) * scale / height,
                    layout.width * scale / width,
                    layout.height * scale / height,
                )
            )
        )
    return Page(fig, panels, min(1.0, scale))


def _write_labels(layout: Panels, page: Page, xlabel: str, ylabel: str) -> None:
    """One label for all x axes and one for all y axes, in the middle of the panels."""
    boxes = [ax.get_position() for ax in page.axes]
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    text = {"fontsize": NAME * page.scale}
    in_bottom, in_left = 0.46 * layout.bottom, 0.12
    figure = page.figure
    unit = (boxes[0].y1 - boxes[0].y0) / layout.height
    figure.supxlabel(
        xlabel, x=(left + right) / 2, y=low - in_bottom * unit, va="center", **text
    )
    unit = (boxes[0].x1 - boxes[0].x0) / layout.width
    x = left - (layout.left - in_left) * unit
    figure.supylabel(ylabel, x=x, y=(low + high) / 2, ha="center", **text)


def _write_note(page: Page, note: str) -> None:
    """What the page shows, small, in its lower right corner."""
    if note:
        page.figure.text(
            0.995,
            0.004,
            note,
            color=DIM,
            fontsize=SMALL * page.scale,
            ha="right",
            va="bottom",
        )
