"""`plot_image_sizes`: how large images are, and the memory of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.plots.style import (
    BLUE,
    DIM,
    LINES,
    NUMBER,
    SMALL,
    percent,
    pyplot,
    tidy,
    write_title,
)
from keras_multilabel.utils.matrices import Array, as_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

BINS = 30
# Common sides of square network inputs, to compare the memory of a batch with.
SIDES = (128, 224, 384, 512, 768, 1024)
# Width over height of common formats.
ASPECTS = {"9:16": 9 / 16, "3:4": 3 / 4, "1:1": 1.0, "4:3": 4 / 3, "16:9": 16 / 9}
PALE, MARK = "#c9ced6", LINES[1]


def plot_image_sizes(
    images: Any,
    *,
    image_size: tuple[int, int] | None = None,
    batch_size: int | None = None,
    fig: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw widths, heights and aspect ratios of images, and the memory of a batch.

    The target size is marked: how many images are narrower or lower, and would be
    enlarged, and how much memory a batch takes as float32, compared with other sizes.

    Args:
        images: A result of `describe_images`, or a data frame with the columns
            ``width`` and ``height``, such as `read_voc` returns; or anything with both
            as attributes.
        image_size: ``(height, width)`` of the images in a batch. Default: that of
            `describe_images`, else the largest height and width.
        batch_size: Images per batch. Default: that of `describe_images`, else 32.
        fig: An empty figure or subfigure. Default: a new one.

    Returns:
        The figure; its axes are those of widths, heights, aspect ratios and memory.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If there are no widths and heights.
        ValueError: If there is no image, or a size is not above 0.

    Example:
        >>> from types import SimpleNamespace
        >>> import keras_multilabel as kml
        >>> images = SimpleNamespace(width=[640, 480, 300], height=[480, 640, 300])
        >>> figure = kml.plot_image_sizes(images, image_size=(224, 224))
        >>> [ax.get_title(loc="left") for ax in figure.axes][3]
        'A batch of 32 takes 18.4 MiB'
    """
    width, height = _sizes(images)
    largest = (int(height.max()), int(width.max()))
    if image_size is None:
        image_size = getattr(images, "image_size", largest)
    if batch_size is None:
        batch_size = getattr(images, "batch_size", 32)
    high, wide = _check_size(image_size)
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; got {batch_size!r}.")
    if fig is None:
        fig = pyplot().figure(figsize=(8.0, 5.2), layout="constrained")
    axes = fig.subplots(2, 2).ravel()
    _draw_sides(axes[0], width, wide, "width", "narrower")
    _draw_sides(axes[1], height, high, "height", "lower")
    _draw_aspects(axes[2], width / height, wide / high)
    _draw_memory(axes[3], (high, wide), int(batch_size))
    return fig


def _sizes(images: Any) -> tuple[Array, Array]:
    sides = []
    for name in ("width", "height"):
        values = getattr(images, name, None)
        if hasattr(images, "columns"):
            values = images[name] if name in images.columns else None
        if values is None:
            raise TypeError(
                "images must have width and height, as what describe_images gives or a "
                f"data frame with these columns; got {type(images).__name__}, without "
                f"{name}."
            )
        sides.append(as_numbers(values, name).astype(np.float64).ravel())
    width, height = sides
    if len(width) != len(height) or not len(width):
        raise ValueError(
            "images must have a width and a height each, and there must be one at "
            f"least; got {len(width)} widths and {len(height)} heights."
        )
    if not (width > 0).all() or not (height > 0).all():
        raise ValueError(
            "width and height must be above 0; got "
            f"{min(width.min(), height.min()):g} or NaN among them."
        )
    return width, height


def _check_size(image_size: Any) -> tuple[int, int]:
    if np.shape(image_size) != (2,) or not np.greater(image_size, 0).all():
        raise ValueError(
            "image_size must be (height, width) in pixels, both above 0; got "
            f"{image_size!r}."
        )
    return int(image_size[0]), int(image_size[1])


def _draw_sides(ax: Any, sides: Array, size: int, word: str, less: str) -> None:
    # At least a pixel wide, so that images of one size have a bar.
    middle = (sides.min() + sides.max()) / 2
    half = max(sides.max() - sides.min() + 1, BINS) / 2
    _draw_histogram(ax, sides, np.linspace(middle - half, middle + half, BINS + 1))
    below = (sides < size).mean()
    _mark(ax, size, f"{size}: {percent(below)} are {less}")
    _title(ax, f"{word.capitalize()} in pixels", _quantiles(sides))


def _draw_aspects(ax: Any, ratios: Array, size: float) -> None:
    # As powers of 2, so that 3:4 and 4:3 lie as far from 1:1.
    most = max(np.abs(np.log2(ratios)).max(), abs(np.log2(size)), 1.0) + 0.05
    step = int(np.ceil(most / 3))
    octaves = np.arange(-int(most), int(most) + 1)
    powers = {_aspect(k): 2.0**k for k in octaves.tolist() if k % step == 0}
    ticks = ASPECTS if most < 1.4 else powers
    _draw_histogram(ax, ratios, np.exp2(np.linspace(-most, most, 2 * BINS + 1)))
    ax.set_xscale("log", base=2)
    ax.set_xticks(list(ticks.values()), list(ticks))
    ax.minorticks_off()
    _mark(ax, size, "batch")
    _title(ax, "Width to height", _quantiles(ratios))


def _aspect(octave: int) -> str:
    return f"{2**octave}:1" if octave >= 0 else f"1:{2**-octave}"


def _draw_histogram(ax: Any, values: Array, edges: Array) -> None:
    counts, edges = np.histogram(values, edges)
    ax.bar(edges[:-1], counts, np.diff(edges) * 0.92, align="edge", color=BLUE)
    ax.set_ylim(0, 1.28 * counts.max())
    _finish(ax)
    ax.locator_params(axis="y", integer=True, nbins=4)
    ax.yaxis.set_major_formatter("{x:,.0f}")


def _draw_memory(ax: Any, size: tuple[int, int], batch_size: int) -> None:
    """Bars of the memory at common sizes, and at the requested one."""
    own = f"{size[0]} x {size[1]}"
    sizes = {f"{side} x {side}": (side, side) for side in SIDES} | {own: size}
    ordered = sorted(sizes.items(), key=lambda pair: pair[1][0] * pair[1][1])
    mebibytes = [12 * batch_size * h * w / 2**20 for _, (h, w) in ordered]
    colours = [MARK if name == own else PALE for name, _ in ordered]
    rows = range(len(ordered))
    ax.barh(rows, mebibytes, color=colours, height=0.7)
    for row, amount in zip(rows, mebibytes, strict=True):
        style = {"fontsize": SMALL, "va": "center_baseline", "color": DIM}
        at = {"xytext": (3, 0), "textcoords": "offset points"}
        ax.annotate(f"{amount:,.1f} MiB", (amount, row), **at, **style)
    ax.set_yticks(rows, [name for name, _ in ordered])
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.set_xlim(0, 1.3 * max(mebibytes))
    _finish(ax)
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    taken = 12 * batch_size * size[0] * size[1] / 2**20
    _title(ax, f"A batch of {batch_size} takes {taken:,.1f} MiB", "float32, RGB")


def _quantiles(values: Array) -> str:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    values = np.array([middle, low, high])
    parts = [f"{v:.2f}" if high < 20 else f"{v:,.0f}" for v in values]
    return "median {}, 90% from {} to {}".format(*parts)


def _mark(ax: Any, at: float, text: str) -> None:
    """The size of the images in a batch, with a note on the side that has room."""
    ax.axvline(at, color=MARK, linewidth=1.2)
    low, high = ax.get_xlim()
    if not low <= at <= high:
        low, high = min(low, at), max(high, at)
        ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    is_left = at > (low + high) / 2
    ax.annotate(
        text,
        (at, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-4 if is_left else 4, -2),
        textcoords="offset points",
        color=MARK,
        fontsize=SMALL,
        ha="right" if is_left else "left",
        va="top",
    )


def _title(ax: Any, title: str, note: str) -> None:
    inches = ax.bbox.width / ax.figure.dpi
    write_title(ax, title, [note], inches, side="left")


def _finish(ax: Any) -> None:
    tidy(ax)
    ax.tick_params(labelsize=NUMBER)
