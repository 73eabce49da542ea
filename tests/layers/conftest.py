"""Rows for the model of these tests, and thresholds tuned on its scores."""

import pytest

import keras_multilabel as kml
from tests.layers.decisions import NAMES, make_model


@pytest.fixture
def x(rng):
    return rng.normal(size=(50, 6)).astype("float32")


@pytest.fixture
def tuned(x, rng):
    y_true = rng.integers(0, 2, (50, 4))
    y_score = make_model().predict(x, verbose=0)
    return kml.tune_thresholds(y_true, y_score, label_names=NAMES)
