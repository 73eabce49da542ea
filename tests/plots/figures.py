"""What tests ask of figures."""

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
    "",
]


def draws_as_mathematics(text):
    """Whether matplotlib parses a text, or would parse a string, as mathtext."""
    text = text if isinstance(text, Text) else Text(text=text)
    content = text.get_text().replace(r"\$", "")
    return text.get_parse_math() and "$" in content and content.count("$") % 2 == 0


def outside(figure):
    """Texts that stick out of the figure."""
    figure.draw_without_rendering()
    page = figure.bbox.padded(1)
    return [
        text.get_text()
        for ax in figure.axes
        for text in [*ax.texts, ax.title, ax.xaxis.label, *ax.get_yticklabels()]
        if text.get_text()
        and not all(page.contains(*corner) for corner in corners(text))
    ]


def corners(text):
    return text.get_window_extent().get_points()
