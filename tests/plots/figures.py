"""What tests ask of figures, and of what drawing them loads."""

import subprocess
import sys


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


def run_fresh(code):
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
