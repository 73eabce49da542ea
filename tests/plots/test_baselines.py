"""The main pictures, compared with those that were looked at and found good.

``KML_DRAW_BASELINES=1 pytest tests/plots/test_baselines.py`` draws them anew.
"""

import io
import os
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt

import keras_multilabel as kml
from tests.plots.figures import figures_of, scores

FOLDER = Path(__file__).with_name("baseline")
NAMES = ["person", "car", "a$b$", "traffic_light", "Ünïcode", "a name that is too long"]
# Pixels are compared as means of blocks, which one pixel's shift of a line or a letter
# (by another version of matplotlib) changes little.
BLOCK = 4
TOLERANCE = 0.03


def pictures():
    y_true, y_score = scores(np.random.default_rng(0), len(NAMES))
    y_pred = y_score >= 0.5
    named = {"label_names": NAMES}
    logs = {
        "loss": [0.6, 0.4, 0.3, 0.25],
        "val_loss": [0.55, 0.43, 0.4, 0.45],
        "val_f1_score": [0.2, 0.5, 0.6, 0.55],
        "val_f1_score/car": [0.1, 0.3, 0.4, 0.5],
    }
    return {
        "confusion": lambda: kml.plot_confusion_matrices(y_true, y_pred, **named),
        "cooccurrence": lambda: kml.plot_cooccurrence(y_true, **named),
        "history": lambda: kml.plot_history(logs),
        "label_confusion": lambda: kml.plot_label_confusion(y_true, y_pred, **named),
        "label_counts": lambda: kml.plot_label_counts(y_true, **named),
        "label_outcomes": lambda: kml.plot_label_outcomes(y_true, y_pred, **named),
        "label_scores": lambda: kml.plot_label_scores(y_true, y_pred, **named),
        "precision_recall": lambda: kml.plot_precision_recall(y_true, y_score, **named),
        "reliability": lambda: kml.plot_reliability(y_true, y_score, **named),
        "roc": lambda: kml.plot_roc(y_true, y_score, highlight=[0, 3], **named),
        "thresholds": lambda: kml.plot_thresholds(y_true, y_score, **named),
    }


def pixels(file):
    """Grey and colour as means of blocks, from 0 to 1."""
    image = plt.imread(file)[..., :3]
    height, width = (side // BLOCK * BLOCK for side in image.shape[:2])
    blocks = image[:height, :width].reshape(
        height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3
    )
    return blocks.mean((1, 3))


def drawn(name):
    with matplotlib.rc_context(matplotlib.rcParamsDefault | {"backend": "Agg"}):
        (figure,) = figures_of(pictures()[name]())
        file = io.BytesIO()
        figure.savefig(file, dpi=50)
    file.seek(0)
    return file


def distance(one, other):
    return float(np.sqrt(((one - other) ** 2).mean()))


@pytest.mark.parametrize("name", pictures())
def test_the_picture_is_the_one_that_was_looked_at(name):
    path, file = FOLDER / f"{name}.png", drawn(name)
    if os.environ.get("KML_DRAW_BASELINES"):
        path.write_bytes(file.getvalue())
    expected, found = pixels(path), pixels(file)
    # Layouts round to a pixel more or less.
    assert np.abs(np.subtract(expected.shape, found.shape)).max() <= 1
    height, width = np.minimum(expected.shape[:2], found.shape[:2])
    assert distance(expected[:height, :width], found[:height, :width]) < TOLERANCE


def test_another_picture_would_be_noticed():
    y_true, y_score = scores(np.random.default_rng(0), len(NAMES))
    ax = kml.plot_label_outcomes(y_true, y_score >= 0.6, label_names=NAMES)
    file = io.BytesIO()
    ax.figure.savefig(file, dpi=50)
    file.seek(0)
    assert distance(pixels(FOLDER / "label_outcomes.png"), pixels(file)) > TOLERANCE


def test_baselines_are_small():
    sizes = [path.stat().st_size for path in FOLDER.glob("*.png")]
    assert len(sizes) == len(pictures())
    assert sum(sizes) < 300_000
