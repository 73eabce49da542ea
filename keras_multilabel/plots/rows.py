"""Plots with one row per label: which labels, on which axes, at what size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.plots.pages import check_max_per_page, check_top
from keras_multilabel.plots.style import (
    DIM,
    LITERAL,
    NUMBER,
    ROW_OF_TEXT,
    fitted,
    pyplot,
    text_width,
    tidy,
)
from keras_multilabel.utils.arguments import Array

# Inches of a row: with many labels a page holds 80, on A4.
HIGHEST, LOWEST = 0.25, 0.13
# The most inches that all rows of a page take together, unless rows have the smallest
# height already.
PAGE = 10.0
# The smallest readable text, in points: smaller axes show fewer rows.
READABLE = 4.5
# Points reserved for names.
NAMES = 190.0


class Rows(NamedTuple):
    """The rows of one axes.

    Attributes:
        ax: The axes; the first label is at y = 0, on top.
        labels: Positions of the labels, from top to bottom.
        size: Size of the text, in points.
        width: Approximate width of the axes besides the names, in points.
    """

    ax: Any
    labels: Array
    size: float
    width: float

    def limits(
        self,
        low: float,
        high: float,
        left: Iterable[str] = (),
        right: Iterable[str] = (),
    ) -> tuple[float, float]:
        """Limits of the axis that leave room for notes beside what is drawn."""
        shares = [self._share(texts) for texts in (left, right)]
        span = max(high - low, 1e-12) / (1 - sum(shares))
        return low - shares[0] * span, high + shares[1] * span

    def _share(self, texts: Iterable[str]) -> float:
        """The share of the width that the longest note takes."""
        longest = max(texts, key=len, default="")
        points = text_width(longest, self.size) + 8 if longest else 0.0
        return min(points / self.width, 0.4)


def draw_rows(
    names: Sequence[Any],
    order: Array,
    draw: Callable[[Rows], None],
    *,
    top: int | None,
    max_per_page: int | None,
    ax: Any,
    width: float = 7.0,
) -> Any:
    """Call ``draw(rows)`` for one axes, or for the axes of all pages.

    Returns:
        The axes; if ``max_per_page`` is given a list of them, one per page.
    """
    kept = order[: check_top(top, len(order))]
    if max_per_page is None or ax is not None:
        only = _draw_page(names, kept, len(order) - len(kept), draw, ax, width)
        return only if max_per_page is None else [only]
    per_page = check_max_per_page(max_per_page)
    pages = []
    for start in range(0, len(kept), per_page):
        labels = kept[start : start + per_page]
        is_last = start + per_page >= len(kept)
        hidden = len(order) - len(kept) if is_last else 0
        pages.append(_draw_page(names, labels, hidden, draw, None, width))
        if per_page < len(kept):
            part = f"labels {start + 1} to {start + len(labels)} of {len(order)}"
            pages[-1].set_title(part, loc="right", fontsize=NUMBER, color=DIM)
    return pages


def _draw_page(
    names: Sequence[Any],
    labels: Array,
    hidden: int,
    draw: Callable[[Rows], None],
    ax: Any,
    width: float,
) -> Any:
    if ax is None:
        n_rows = len(labels) + bool(hidden)
        height = np.clip(PAGE / n_rows, LOWEST, HIGHEST) * max(n_rows, 3)
        ax = pyplot().subplots(figsize=(width, 0.95 + height), layout="constrained")[1]
        points = 72 * height / max(n_rows, 3)
        room = NAMES
        wide = 72 * width - room
    else:
        points = 72 * ax.bbox.height / ax.figure.dpi
        wide = 72 * ax.bbox.width / ax.figure.dpi
        room = min(NAMES, 0.4 * wide)
        wide -= room
        fits = max(1, int(points / READABLE / ROW_OF_TEXT))
        if len(labels) + bool(hidden) > fits:
            cut = max(1, fits - 1)
            labels, hidden = labels[:cut], hidden + len(labels) - cut
        points /= len(labels) + bool(hidden)
    size = min(NUMBER, points / ROW_OF_TEXT)
    rows = Rows(ax, labels, size, wide)
    draw(rows)
    _write_names(rows, [fitted(names[i], room, size) for i in labels], hidden)
    return ax


def _write_names(rows: Rows, shown: list[str], hidden: int) -> None:
    """Names on the y axis, followed by the number of labels not shown."""
    ax, size = rows.ax, rows.size
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    more = [f"and {hidden:,} more"] * bool(hidden)
    n_rows = len(shown) + len(more)
    ax.set_yticks(range(n_rows), shown + more, fontsize=size, **LITERAL)
    if hidden:
        ax.get_yticklabels()[-1].set(style="italic", color=DIM)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=min(NUMBER, max(rows.size, 6.0)))
    # A single row would fill the axes.
    ax.set_ylim(max(n_rows, 3) - 0.4, -0.6)


def note(rows: Rows, row: int, x: float, text: str, side: int = 1, **style: Any) -> Any:
    """A number beside a bar that ends at ``x``: right of it (1) or left (-1)."""
    return rows.ax.annotate(
        text,
        (x, row),
        xytext=(3 * side, 0),
        textcoords="offset points",
        fontsize=rows.size,
        ha="left" if side > 0 else "right",
        va="center_baseline",
        annotation_clip=False,
        **style,
    )


def bars(ax: Any, left: Array, width: Array, colour: str) -> None:
    """A bar in each row: as one collection, in a third of the time of ``barh``."""
    from matplotlib.collections import PolyCollection

    low, right = np.arange(len(left)) - 0.36, left + width
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([low, low, low + 0.72, low + 0.72], axis=1)
    corners: Any = np.stack([x, y], axis=2)
    ax.add_collection(PolyCollection(corners, facecolors=colour, linewidths=0))
