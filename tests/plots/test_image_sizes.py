"""Sizes of images, drawn for real."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import keras_multilabel as kml
from tests.plots.figures import outside, overlapping

WIDTH, HEIGHT = np.array([500, 500, 375, 200]), np.array([375, 333, 500, 150])


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_image_is_in_each_histogram():
    figure = kml.plot_image_sizes(SimpleNamespace(width=WIDTH, height=HEIGHT))
    for ax, values in zip(figure.axes, (WIDTH, HEIGHT, WIDTH / HEIGHT), strict=False):
        bars = ax.containers[0]
        assert sum(bar.get_height() for bar in bars) == 4
        for value in values:
            held = [
                bar for bar in bars if bar.get_x() <= value + 1e-9 and bar.get_height()
            ]
            assert held


def test_the_size_of_a_batch_is_marked():
    images = SimpleNamespace(width=WIDTH, height=HEIGHT)
    figure = kml.plot_image_sizes(images, image_size=(160, 480), batch_size=8)
    width, height, aspect, memory = figure.axes
    assert texts(width)[0] == "480: 50.0% are narrower"
    assert texts(height)[0] == "160: 25.0% are lower"
    assert aspect.lines[0].get_xdata()[0] == 3.0
    mebibytes = 8 * 160 * 480 * 3 * 4 / 2**20
    assert titles(figure)[3] == f"A batch of 8 takes {mebibytes:.1f} MiB"
    widths = [bar.get_width() for bar in memory.containers[0]]
    assert widths == sorted(widths)
    assert any(abs(width - mebibytes) < 1e-9 for width in widths)
    assert "160 x 480" in [tick.get_text() for tick in memory.get_yticklabels()]


def test_summaries_and_tables(tmp_path):
    table = kml.read_voc(kml.datasets.digit_scenes(tmp_path, n_scenes=4))
    summary = kml.describe_images(table, image_size=(32, 48), batch_size=4)
    figure = kml.plot_image_sizes(summary)
    assert titles(figure)[3].startswith("A batch of 4 takes")
    assert texts(figure.axes[0])[0].startswith("48: ")
    of_table = kml.plot_image_sizes(table)
    size = f"{max(table['height'])} x {max(table['width'])}"
    assert size in [tick.get_text() for tick in of_table.axes[3].get_yticklabels()]


@pytest.mark.parametrize(
    ("width", "height"),
    [([640], [480]), (WIDTH, HEIGHT), ([10, 6000], [6000, 10]), ([1], [1])],
)
def test_nothing_overlaps(width, height):
    figure = kml.plot_image_sizes(SimpleNamespace(width=width, height=height))
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_on_a_figure_given():
    figure = Figure(figsize=(9, 6), layout="constrained")
    images = pd.DataFrame({"width": WIDTH, "height": HEIGHT})
    assert kml.plot_image_sizes(images, fig=figure) is figure
    assert len(figure.axes) == 4


@pytest.mark.parametrize(
    ("images", "options", "error", "message"),
    [
        (SimpleNamespace(width=[1]), {}, TypeError, "without height"),
        (pd.DataFrame({"width": [1]}), {}, TypeError, "without height"),
        (SimpleNamespace(width=[], height=[]), {}, ValueError, "got 0 widths"),
        (SimpleNamespace(width=[0], height=[1]), {}, ValueError, "must be above 0"),
        (
            SimpleNamespace(width=[5], height=[5]),
            {"image_size": 224},
            ValueError,
            "224",
        ),
        (
            SimpleNamespace(width=[5], height=[5]),
            {"batch_size": 0},
            ValueError,
            "got 0",
        ),
    ],
)
def test_bad_input_says_what_was_expected(images, options, error, message):
    with pytest.raises(error, match=message):
        kml.plot_image_sizes(images, **options)
