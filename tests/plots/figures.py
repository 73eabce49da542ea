"""What tests ask of figures."""


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
