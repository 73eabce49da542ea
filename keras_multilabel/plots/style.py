"""One style for all plots: colours, and numbers and names that fit.

Figures are made by pyplot, so that notebooks, sphinx-gallery and ``plt.show()`` find
them, and scripts without a screen can save them. pyplot keeps a figure until
``plt.close(figure)``; pass ``fig=`` or ``ax=`` to draw on your own.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import readable, shorten
from keras_multilabel.utils.optional import require

# Blue and orange stay distinct for colour-blind readers, and in greyscale.
RIGHT, WRONG = "Blues", "Oranges"
BLUE, PALE_BLUE, ORANGE = "#2a6fae", "#abcbe8", "#e0812b"
GREY, FAINT, DIM = "#d4d4d4", "#ececec", "#666666"
# Lines distinguished by colour; darker than bars. (Wong 2011, Nature Methods 8:
# colour-blind safe; his yellow is too pale for lines.)
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d00")
# Points of text at full size: names, numbers, ticks and notes.
NAME, NUMBER, SMALL = 9.0, 8.0, 7.0
# A row of text takes 1.2 times its points; a little air between two.
ROW_OF_TEXT = 1.38
# For texts with names of labels: a "$" is a "$", never mathematics.
LITERAL = {"parse_math": False, "usetex": False}

# How a page describes its order.
SORTED = {"f1": "sorted by F1", "support": "sorted by support", None: ""}


def pyplot() -> Any:
    """matplotlib, imported at the first plot."""
    return require("matplotlib.pyplot", extra="plot")


def colormap(name: str) -> Any:
    """A colour map of matplotlib."""
    return require("matplotlib", extra="plot").colormaps[name]


def ink(colour: Array) -> str:
    """Black or white, whichever has more contrast to ``colour`` (WCAG 2)."""
    luminance = colour**2.2 @ (0.2126, 0.7152, 0.0722)
    return "black" if luminance > 0.18 else "white"


def number(count: Any) -> str:
    """A count that fits a cell: 123,456, 1.23M; weights as 12.35."""
    if count >= 1e6:
        size, unit = (1e6, "M") if count < 999.5e6 else (1e9, "B")
        return f"{count / size:,.3g}{unit}"
    whole = count == round(count) or count >= 1e3
    return f"{count:,.0f}" if whole else f"{count:.4g}"


def brief(count: Any) -> str:
    """A count in at most five characters: 0.25, 999, 1.2k, 123k, 1.23M."""
    if count < 9_950:
        return number(count) if count < 1e3 else f"{count / 1e3:.2g}k"
    return number(count) if count >= 999_500 else f"{count / 1e3:.0f}k"


def counted_brief(count: Any, noun: str) -> str:
    """Such as "1 positive" and "1,234 positives"."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def percent(share: Any) -> str:
    """A share in per cent; 0 and 100 are written only where they are exact."""
    if np.isnan(share):
        return "-"
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    if share < 0.0005:
        return "<0.1%"
    return ">99.9%" if share >= 0.9995 else f"{share:.1%}"


def score(value: Any) -> str:
    """A score from 0 to 1 in two digits; 1 and 0 are written only where exact."""
    if np.isnan(value):
        return "-"
    if value in (0.0, 1.0):
        return f"{value:.0f}"
    # Truncated, so that .996 stays below 1.
    rounded = f"{value:.2f}"
    return {"1.00": ">.99", "0.00": "<.01"}.get(rounded, rounded.lstrip("0"))


def text_width(text: str, size: float) -> float:
    """Points that a text takes in a line."""
    require("matplotlib", extra="plot")
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0])


def fitted(name: Any, width: float, size: float) -> str:
    """A name on one line, without its middle if it takes more points than ``width``."""
    text = readable(str(name))
    most = len(text)
    while most > 3:
        # In steps of the excess, at least one character.
        excess = text_width(shorten(text, most), size) / width - 1
        if excess <= 0:
            break
        most -= max(1, int(0.8 * most * excess / (1 + excess)))
    return shorten(text, most)


def tidy(ax: Any, *, grid: str | None = None) -> None:
    """Two grey spines, quiet ticks, and a faint grid behind the plot."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color("#999999")
    ax.tick_params(color="#999999", labelcolor="#333333")
    if grid:
        ax.grid(axis=grid, color=FAINT, linewidth=0.8)
        ax.set_axisbelow(True)


def apart(positions: Sequence[float], gap: float, low: float, high: float) -> Array:
    """Positions moved as little as needed to be ``gap`` apart, in the same order.

    Positions outside the range from ``low`` to ``high`` are moved into it, if there is
    room for all.
    """
    order = np.argsort(positions, kind="stable")
    steps = gap * np.arange(len(order))
    wanted = np.clip(np.asarray(positions, float)[order], low, high) - steps
    # Least squares under "each at least gap above the last": pool adjacent violators.
    blocks: list[list[float]] = []
    for value in wanted:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    moved = np.concatenate([[np.mean(block)] * len(block) for block in blocks])
    room = max(low, high - (steps[-1] if len(steps) else 0))
    placed = np.empty(len(order))
    placed[order] = np.clip(moved, low, room) + steps
    return placed


def write_title(
    ax: Any,
    name: Any,
    lines: Sequence[str],
    width: float,
    scale: float = 1.0,
    side: Literal["left", "center"] = "center",
) -> None:
    """The name of a label above its axes, cut to a width in inches, and lines below."""
    size, small = NAME * scale, SMALL * scale
    # A little wider than the axes, narrower than the gap to the next ones; small text
    # is wider than its size says.
    text = fitted(name, 72 * width + 12 * scale - 6, NAME)
    pad = 4 * scale + ROW_OF_TEXT * small * len(lines) + 2 * scale
    ax.set_title(text, loc=side, fontsize=size, pad=pad, **LITERAL)
    ax.annotate(
        "\n".join(lines),
        (0.5 if side == "center" else 0, 1),
        xytext=(0, 4 * scale),
        xycoords="axes fraction",
        textcoords="offset points",
        color=DIM,
        fontsize=small,
        ha=side,
        va="bottom",
        linespacing=1.25,
    )


def key(ax: Any, colours: dict[str, str]) -> None:
    """Patches of colour with their meaning, in one line above the axes."""
    from matplotlib.patches import Patch

    over(ax, [Patch(color=colour, label=word) for word, colour in colours.items()])


def over(ax: Any, handles: Sequence[Any], lines: float = 0.1) -> None:
    """A legend in one line, above the axes, from their left edge on."""
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(handles),
        frameon=False,
        borderaxespad=lines,
        handlelength=1,
        handleheight=0.9,
        handletextpad=0.5,
        columnspacing=1.4,
        fontsize=NUMBER,
        labelcolor="#333333",
    )
