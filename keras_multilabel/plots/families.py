"""Curves of all labels: in panels of their own, or some of them in colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from keras_multilabel.plots.inputs import ordered
from keras_multilabel.plots.pages import Panel, Panels, draw_pages
from keras_multilabel.plots.style import (
    BLUE,
    DIM,
    GREY,
    LINES,
    LITERAL,
    NUMBER,
    SORTED,
    counted_brief,
    fitted,
    pyplot,
    score,
    tidy,
    write_title,
)
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.label_names import label_index

LAYOUT = Panels(width=1.62, height=1.5, head=0.5, gap=0.2)
# Curves of other labels behind one: more would merge into a grey block.
MOST_BEHIND = 40


@dataclass(frozen=True, eq=False)
class Line:
    """One label's curve as it is drawn.

    Attributes:
        x: x values of its points.
        y: y values of its points.
        value: The score of the curve.
        chosen: The point at the chosen threshold; None without one.
    """

    x: Array
    y: Array
    value: float
    chosen: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Family:
    """The curves of all labels, and their names and axes.

    Attributes:
        lines: One per label; None where there is nothing to draw.
        names: The labels' names.
        support: Positives of each label.
        score: What a curve's value is: for example ``"AP"``.
        xlabel: Label of the x axis.
        ylabel: Label of the y axis.
        is_steps: Whether the curve is drawn as steps, level from each point to the
        next.
        chance: Draws the curve of guessing, ``chance(ax, label)``.
    """

    lines: list[Line | None]
    names: list[Any]
    support: Array
    score: str
    xlabel: str
    ylabel: str
    is_steps: bool
    chance: Callable[[Any, int], None]

    @property
    def values(self) -> Array:
        """The value of each label; NaN where there is no curve."""
        return np.array([np.nan if line is None else line.value for line in self.lines])


def draw(
    family: Family,
    *,
    highlight: Any,
    sort: Any,
    words: Any,
    top: int | None,
    max_per_page: int,
    fig: Any,
    ax: Any,
) -> Any:
    """The pages of panels; or, with highlighted labels or axes, one axes."""
    order = ordered(sort, family.values, family.support, words)
    if highlight is not None or ax is not None:
        return _draw_highlights(family, highlight, ax)
    by = {None: "", "support": SORTED["support"]}
    note = by.get(sort, f"sorted by {family.score}")
    behind, grey = _spread(family), "grey: other labels" if len(order) > 1 else ""
    pages = draw_pages(
        LAYOUT,
        order,
        partial(_draw_panel, family, behind),
        top=top,
        max_per_page=max_per_page,
        fig=fig,
        xlabel=family.xlabel,
        ylabel=family.ylabel,
        note=", ".join(filter(None, [note, grey])),
    )
    return [page.figure for page in pages]


def _spread(family: Family) -> list[int]:
    """Labels that represent all: evenly from the best to the worst."""
    drawn = np.flatnonzero(~np.isnan(family.values))
    ranked = drawn[np.argsort(-family.values[drawn], kind="stable")]
    if len(ranked) <= MOST_BEHIND:
        return ranked.tolist()
    return ranked[np.linspace(0, len(ranked) - 1, MOST_BEHIND).astype(int)].tolist()


def _draw_panel(family: Family, behind: list[int], panel: Panel) -> None:
    ax, label = panel.ax, panel.label
    line = family.lines[label]
    _grey(ax, family, [other for other in behind if other != label])
    family.chance(ax, label)
    if line is not None:
        _draw_line(ax, family, line, BLUE, panel.scale)
    _frame(ax)
    value = "-" if line is None else score(line.value)
    support = counted_brief(family.support[label], "positive")
    text = [f"{family.score} {value}   {support}"]
    write_title(ax, family.names[label], text, LAYOUT.width, panel.scale)


def _grey(ax: Any, family: Family, labels: list[int]) -> None:
    from matplotlib.collections import LineCollection

    lines = (family.lines[label] for label in labels)
    paths = [_path(family, line) for line in lines if line is not None]
    ax.add_collection(
        LineCollection(paths, colors=GREY, linewidths=0.6, zorder=1), autolim=False
    )


def _path(family: Family, line: Line) -> Array:
    """The points of a curve, with the corners of its steps."""
    if not family.is_steps:
        return np.column_stack([line.x, line.y])
    x, y = np.repeat(line.x, 2), np.repeat(line.y, 2)
    return np.column_stack([x[:-1], y[1:]])


def _draw_line(
    ax: Any, family: Family, line: Line, colour: str, scale: float, width: float = 1.6
) -> None:
    x, y = _path(family, line).T
    ax.plot(x, y, color=colour, linewidth=width * scale, zorder=3)
    if line.chosen is not None:
        style = {"markersize": 5 * scale, "markeredgecolor": "white", "zorder": 4}
        ax.plot(*line.chosen, "o", color=colour, **style)


def _frame(ax: Any) -> None:
    tidy(ax, grid="both")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
    ax.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def _draw_highlights(
    family: Family, highlight: str | Iterable[Any] | None, ax: Any
) -> Any:
    """All curves in one axes, some in colour with their names, the rest in grey."""
    chosen = _highlighted(family, highlight)
    if ax is None:
        ax = pyplot().subplots(figsize=(5.6, 4.0), layout="constrained")[1]
    drawn = [label for label in _spread(family) if label not in chosen]
    _grey(ax, family, drawn)
    for label in chosen[:1]:
        family.chance(ax, label)
    for label, colour in zip(chosen, LINES, strict=False):
        line = family.lines[label]
        if line is not None:
            _draw_line(ax, family, line, colour, 1.0, 1.8)
    _frame(ax)
    ax.set_xlabel(family.xlabel, fontsize=NUMBER + 1)
    ax.set_ylabel(family.ylabel, fontsize=NUMBER + 1)
    ax.tick_params(labelsize=NUMBER)
    _name_lines(ax, family, chosen, len(family.lines) - len(chosen))
    return ax


def _highlighted(family: Family, highlight: Any) -> list[int]:
    """Positions of the labels in colour; by default the best and the worst."""
    if highlight is None:
        ranked = np.argsort(-family.values, kind="stable")
        known = ranked[~np.isnan(family.values[ranked])]
        return list(dict.fromkeys([*known[:2].tolist(), *known[-2:].tolist()]))
    names = [highlight] if isinstance(highlight, (str, int)) else list(highlight)
    if len(names) > len(LINES):
        raise ValueError(
            f"highlight must name at most {len(LINES)} labels, as many as there are "
            f"colours to tell them apart; got {listed(names)}. Without it each label "
            "has a panel of its own."
        )
    found = np.atleast_1d(label_index(names, [str(name) for name in family.names]))
    return [int(label) for label in found]


def _name_lines(ax: Any, family: Family, chosen: list[int], rest: int) -> None:
    """Names and values in their colours, right of the axes."""
    line_height = 1.6 * NUMBER * ax.figure.dpi / 72 / ax.bbox.height
    extra = f"{rest:,} other labels" if rest > 1 else "1 other label" if rest else ""
    texts = []
    for label in chosen:
        value = score(family.values[label])
        name = fitted(family.names[label], 110, NUMBER)
        texts.append(f"{name}  {family.score} {value}")
    colours = [*LINES[: len(texts)], DIM]
    for row, (text, colour) in enumerate(zip([*texts, extra], colours, strict=True)):
        ax.annotate(
            text,
            (1.03, 1 - line_height * row),
            xycoords="axes fraction",
            color=colour,
            fontsize=NUMBER,
            va="top",
            **LITERAL,
        )
