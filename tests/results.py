"""One of each result that carries names, made with them or without."""

import numpy as np
import pandas as pd
import polars as pl

import keras_multilabel as kml

NAMES = ["cat", "dog", "red fox"]
Y_TRUE = np.array([[1, 0, 1], [0, 1, -1], [1, 1, 0], [0, 0, 0]])
Y_SCORE = np.array([[0.9, 0.2, 0.6], [0.4, 0.7, 0.5], [0.8, 0.3, 0.1], [0.1, 0.2, 0.4]])

# Of truth, scores, and options.
MAKERS = {
    "Counts": lambda y, s, **names: kml.confusion_counts(y, s >= 0.5, **names),
    "ScoreHistogram": kml.score_histogram,
    "LabelCounts": lambda y, _, **names: kml.count_labels(y, **names),
    "Thresholds": kml.tune_thresholds,
}
MERGING = ["Counts", "ScoreHistogram", "LabelCounts"]
FRAMES = {
    "pandas": lambda array, names: pd.DataFrame(array, columns=names),
    "polars": lambda array, names: pl.DataFrame(array, schema=names),
}


def make(kind, names=NAMES, y_true=Y_TRUE):
    return MAKERS[kind](y_true, Y_SCORE, label_names=names)


def make_many(kind, names):
    """A result of as many labels as there are names."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, (6, len(names)))
    return MAKERS[kind](y_true, rng.random((6, len(names))), label_names=names)
