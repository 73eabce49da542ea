"""Rows for the model of these tests, and thresholds tuned on its scores."""

import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.layers.decisions import NAMES, make_model


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(50, 6)).astype("float32")


@pytest.fixture(scope="module")
def tuned(x):
    y_true = np.random.default_rng(1).integers(0, 2, (50, 4))
    y_score = ops.convert_to_numpy(make_model()(x))
    return kml.tune_thresholds(y_true, y_score, label_names=NAMES)
