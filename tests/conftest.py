"""Fixtures shared by the tests."""

import numpy as np
import pytest
from hypothesis import settings

import keras_multilabel as kml

# A machine may be busy, so a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Scripts, which pytest would import for their doctests.
collect_ignore = ["devices", "typing"]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def policy(request):
    """Keras's dtype policy of the parameter, for the time of the test."""
    keras = pytest.importorskip("keras")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


@pytest.fixture
def setups_of_fit(monkeypatch):
    """What check_setup says before each fit."""
    keras = pytest.importorskip("keras")
    found, fit = [], keras.Model.fit

    def checked(model, x=None, y=None, **options):
        data = x if y is None else (x, y)
        names = ("class_weight", "sample_weight", "batch_size")
        given = {name: options[name] for name in names if name in options}
        found.append(kml.check_setup(model, data, **given))
        return fit(model, x, y, **options)

    monkeypatch.setattr(keras.Model, "fit", checked)
    return found
