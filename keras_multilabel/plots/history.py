"""`plot_history`: the logs of a fit, over the epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from keras_multilabel.plots.style import (
    DIM,
    LINES,
    LITERAL,
    NUMBER,
    SMALL,
    apart,
    fitted,
    pyplot,
    tidy,
)
from keras_multilabel.utils.arguments import Array, check_word, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

Mode = Literal["auto", "max", "min"]
# Logs that are not scores, and have their own panel or none.
RATE = ("lr", "learning_rate")
# With more names than this beside a panel, the rest become grey lines.
MOST_NAMES = len(LINES)


class _Log(NamedTuple):
    """One name, and its values in training and in validation, if there are any."""

    name: str
    training: Array | None
    validation: Array | None

    @property
    def main(self) -> Array:
        """The values in validation, else those in training."""
        values = self.training if self.validation is None else self.validation
        assert values is not None
        return values


def plot_history(
    history: Any,
    *,
    metrics: Iterable[str] | None = None,
    monitor: str | None = None,
    mode: Mode = "auto",
    fig: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw the logs over the epochs: losses above, scores below.

    Validation values are solid lines with their name and last value, training values
    dotted lines of the same colour. Values per label (``val_f1_score/<label>``) are
    thin and grey. The best epoch is marked.

    Args:
        history: The result of ``fit``, its ``.history``, or a data frame or a mapping
            with the columns of a `keras.callbacks.CSVLogger`.
        metrics: Names of logs to draw, without ``val_``. Default: all except learning
            rates, with losses and scores in separate panels.
        monitor: The log that determines the best epoch. Default: ``"val_f1_score"``, or
            the first score in validation, or ``"val_loss"``.
        mode: Whether its ``"max"`` or ``"min"`` is best; ``"auto"``: the minimum if its
            name ends in ``loss``.
        fig: An empty figure or subfigure. Default: a new one.

    Returns:
        The figure.

    Raises:
        ImportError: If matplotlib is not installed.
        TypeError: If ``history`` is none of the above.
        ValueError: If there is no epoch, or no log has a requested name.

    Example:
        >>> import keras_multilabel as kml
        >>> logs = {"loss": [0.5, 0.4, 0.3], "val_f1_score": [0.2, 0.6, 0.5]}
        >>> figure = kml.plot_history(logs)
        >>> figure.axes[-1].get_title(loc="left")
        'Best val_f1_score: 0.6 in epoch 2'
    """
    check_word("mode", mode, Mode)
    columns, epochs = _columns(history)
    logs = _logs(columns, metrics)
    monitor = _monitored(monitor, columns, logs)
    best = _best(columns[monitor], monitor, mode)
    panels = [part for part in _apart(logs) if part]
    if fig is None:
        size = (7.0, 0.5 + 2.5 * len(panels))
        fig = pyplot().figure(figsize=size, layout="constrained")
    axes = fig.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for ax, part in zip(axes, panels, strict=True):
        _draw(ax, epochs, part)
        if best is not None:
            ax.axvline(
                epochs[best], color="#555555", linewidth=1, linestyle=(0, (3, 2))
            )
    _describe(axes, columns[monitor], monitor, epochs, best)
    return fig


def _columns(history: Any) -> tuple[dict[str, Array], Array]:
    """The logs as floats by their names, and the epochs, from 1 on."""
    history = getattr(history, "history", history)
    if hasattr(history, "columns"):
        history = {str(name): history[name] for name in history.columns}
    if not isinstance(history, Mapping):
        raise TypeError(
            "history must be what fit returns, its .history, or a mapping or data "
            "frame of lists of values, one per epoch; got "
            f"{type(history).__name__}."
        )
    columns = {str(n): np.asarray(v, np.float64).ravel() for n, v in history.items()}
    epochs = columns.pop("epoch", None)
    lengths = {len(values) for values in columns.values()}
    if not columns or lengths == {0}:
        raise ValueError("history must have at least one epoch of one log; got none.")
    # With frequency= above 1, some logs have values in some epochs only.
    most = max(lengths)
    if lengths != {most}:
        short = [name for name, values in columns.items() if len(values) < most]
        raise ValueError(
            f"history must have a value of each log in each of the {most} epochs; "
            f"{listed(short)} have fewer. CSVLogger keeps the epochs of each value: "
            "pass its file as a data frame, or metrics= without these."
        )
    return columns, np.arange(1, most + 1) if epochs is None else epochs + 1


def _logs(columns: dict[str, Array], metrics: Iterable[str] | None) -> list[_Log]:
    names = list(dict.fromkeys(name.removeprefix("val_") for name in columns))
    if metrics is None:
        names = [name for name in names if name not in RATE]
    else:
        asked = [metrics] if isinstance(metrics, str) else list(metrics)
        wanted = [str(name).removeprefix("val_") for name in asked]
        missing = [name for name in wanted if name not in names]
        if missing:
            raise ValueError(
                f"metrics must be names of logs, {listed(names, 20)}; got "
                f"{listed(missing)}."
            )
        names = wanted
    return [_Log(n, columns.get(n), columns.get(f"val_{n}")) for n in names]


def _monitored(monitor: str | None, columns: dict[str, Array], logs: list[_Log]) -> str:
    if monitor is not None and monitor not in columns:
        raise ValueError(
            f"monitor must be a log, {listed(list(columns), 20)}; got {monitor!r}."
        )
    scores = [
        f"val_{log.name}"
        for log in logs
        if log.validation is not None and not _is_loss(log.name) and "/" not in log.name
    ]
    choices = [monitor, "val_f1_score", *scores, "val_loss", "loss", *columns]
    return next(name for name in choices if name in columns)


def _is_loss(name: str) -> bool:
    return name.endswith("loss") and not name.endswith("hamming_loss")


def _best(values: Array, monitor: str, mode: Mode) -> int | None:
    """The first epoch with the best value; None where all are NaN."""
    if np.isnan(values).all():
        return None
    is_min = mode == "min" or (mode == "auto" and monitor.endswith("loss"))
    return int(np.nanargmin(values) if is_min else np.nanargmax(values))


def _apart(logs: list[_Log]) -> tuple[list[_Log], list[_Log]]:
    """Losses, and scores."""
    losses = [log for log in logs if _is_loss(log.name)]
    return losses, [log for log in logs if not _is_loss(log.name)]


def _draw(ax: Any, epochs: Array, logs: list[_Log]) -> None:
    named = [log for log in logs if "/" not in log.name][:MOST_NAMES]
    for log in logs:
        if log not in named:
            ax.plot(epochs, log.main, color="#bdbdbd", linewidth=0.7, zorder=1)
    # A single epoch has no line.
    marker = "o" if len(epochs) == 1 else None
    for log, colour in zip(named, LINES, strict=False):
        style = {"color": colour, "marker": marker, "markersize": 4}
        ax.plot(epochs, log.main, linewidth=1.8, **style)
        if log.validation is not None and log.training is not None:
            ax.plot(epochs, log.training, linewidth=1.2, linestyle=":", **style)
    tidy(ax, grid="y")
    ax.tick_params(labelsize=NUMBER)
    ax.margins(x=0.02)
    if len(epochs) == 1:
        ax.set_xlim(epochs[0] - 1, epochs[0] + 1)
    _frame(ax, logs)
    _name(ax, named, len(logs) - len(named))


def _frame(ax: Any, logs: list[_Log]) -> None:
    """Scores between 0 and 1 are drawn on an axis from 0 to 1."""
    values = [v for log in logs for v in log[1:] if v is not None]
    every = np.concatenate(values)
    every = every[np.isfinite(every)]
    if not len(every) or every.min() < 0:
        return
    is_score = not _is_loss(logs[0].name) and every.max() <= 1
    ax.set_ylim(0, 1.02 if is_score else None)


def _name(ax: Any, named: list[_Log], rest: int) -> None:
    """Name and last value of each line, at its end, or as close as there is room."""
    low, high = ax.get_ylim()
    ends = []
    for log in named:
        known = log.main[np.isfinite(log.main)]
        ends.append(known[-1] if len(known) else low)
    height = 72 * ax.bbox.height / ax.figure.dpi * 0.8
    gap = 1.5 * NUMBER / height * (high - low)
    places = apart(ends, gap, low + (gap if rest else 0), high)
    for log, end, y, colour in zip(named, ends, places, LINES, strict=False):
        text = f"{fitted(log.name, 120, NUMBER)}  {end:.3g}"
        style = {"fontsize": NUMBER, "va": "center", "annotation_clip": False}
        where = ax.get_yaxis_transform()
        at = {"xytext": (6, 0), "textcoords": "offset points"}
        ax.annotate(
            text, (1, y), xycoords=where, color=colour, **at, **style, **LITERAL
        )
    if rest:
        ax.annotate(
            f"grey: {rest:,} more",
            (1, low),
            xycoords=ax.get_yaxis_transform(),
            xytext=(6, 0),
            textcoords="offset points",
            color=DIM,
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
        )


def _describe(
    axes: Any, values: Array, monitor: str, epochs: Array, best: int | None
) -> None:
    from matplotlib.ticker import MaxNLocator

    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[-1].set_xlabel("epoch", fontsize=NUMBER)
    for ax in axes[:-1]:
        ax.tick_params(labelbottom=False)
    if best is not None:
        text = f"Best {monitor}: {values[best]:.3g} in epoch {epochs[best]:g}"
        style = {"loc": "left", "fontsize": NUMBER + 1}
        axes[-1].set_title(fitted(text, 420, NUMBER + 1), **style, **LITERAL)
    axes[0].set_title(
        "solid: validation, dotted: training", loc="right", fontsize=SMALL, color=DIM
    )
