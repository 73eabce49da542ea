"""What tests ask of figures."""

from itertools import combinations

import numpy as np
from matplotlib.text import Text

# Names that matplotlib would read as mathematics or not at all, and others to escape.
ODD_NAMES = [
    "$",
    "$$",
    "a$b$c",
    r"$\nothing$",
    r"\alpha",
    r"\$5",
    "<b>",
    "_x",
    "a^{",
    "100 %",
    "two\nlines",
    "Ünïcode ß",
    "",
]
# Numbers of labels at which a picture must look finished.
SIZES = [1, 6, 20, 80, 500]


def names(n_labels):
    """Of any length, and odd ones among them."""
    kinds = ["cat", "traffic_light", "a name that is far too long to stand beside it"]
    kinds += ["W" * 60, "a$b$", "tv/monitor"]
    return [f"{kinds[i % len(kinds)]} {i}" for i in range(n_labels)]


def scores(rng, n_labels, n_samples=400):
    """Truth with common and rare labels, one without positives, and scores of it."""
    shares = 0.5 / (1 + np.arange(n_labels))
    y_true = (rng.random((n_samples, n_labels)) < shares).astype(np.int8)
    if n_labels > 1:
        y_true[:, -1] = 0
    noise = rng.normal(size=y_true.shape)
    return y_true, 1 / (1 + np.exp(-(2.5 * y_true - 1.5 + noise)))


def draws_as_mathematics(text):
    """Whether matplotlib parses a text, or would parse a string, as mathtext."""
    text = text if isinstance(text, Text) else Text(text=text)
    content = text.get_text().replace(r"\$", "")
    return text.get_parse_math() and "$" in content and content.count("$") % 2 == 0


def figures_of(drawn):
    """The figures that a plot returned, or those of its axes."""
    drawn = drawn if isinstance(drawn, list) else [drawn]
    return [getattr(one, "figure", one) or one for one in drawn]


def visible_texts(figure):
    """All that is written, with its box, in pixels."""
    figure.draw_without_rendering()
    hidden = {
        tick
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in hidden_ticks(axis, ax)
    }
    return [
        (text, text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]


def hidden_ticks(axis, ax):
    """Tick labels of axes that are off, or beyond the limits."""
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    shown = set(axis._update_ticks()) if ax.axison else set()
    for tick in ticks:
        if tick not in shown:
            yield from (tick.label1, tick.label2)


def overlapping(figure, texts=None):
    """Pairs of texts that cover each other; ``texts`` saves a drawing."""
    texts = visible_texts(figure) if texts is None else texts
    boxes = np.array([box.extents for _, box in texts]).reshape(-1, 4)
    # Half a pixel of rounding is no overlap.
    low, high = boxes[:, :2] + 0.5, boxes[:, 2:] - 0.5
    meet = (low[:, None] < high).all(-1) & (low < high[:, None]).all(-1)
    rows, columns = np.nonzero(np.triu(meet, 1))
    content = [text.get_text() for text, _ in texts]
    return [(content[i], content[j]) for i, j in zip(rows, columns, strict=True)]


def outside(figure, texts=None):
    """Texts that stick out of the figure; ``texts`` saves a drawing."""
    texts = visible_texts(figure) if texts is None else texts
    page = figure.bbox.padded(1)
    return [
        text.get_text()
        for text, box in texts
        if not all(page.contains(*corner) for corner in box.get_points())
    ]


def overlapping_axes(figure):
    """Pairs of axes that cover each other."""
    boxes = [ax.get_window_extent() for ax in figure.axes]
    return [
        pair for pair in combinations(boxes, 2) if pair[0].padded(-1).overlaps(pair[1])
    ]


def row_names(ax):
    """The labels of a picture with one row per label, from top to bottom."""
    return [tick.get_text() for tick in ax.get_yticklabels()]


def panels(figure):
    """The axes of labels, without that of the key."""
    return [ax for ax in figure.axes if ax.texts]
