"""Fixtures shared by the tests."""

import gc
import os
from pathlib import Path

# Each process of pytest has a core of its own: on the threads of several, BLAS waits
# for the others in a loop, at five times the time of scikit-learn's small fits.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import keras_multilabel as kml

# A machine may be busy, so slow examples are no failure.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# Tests name their number of examples for 100 here: 40 of them for each run.
settings.register_profile("short", **PATIENT, max_examples=40)
# `make fuzz`: 75 times as many.
settings.register_profile("long", **PATIENT, max_examples=3000, print_blob=True)
settings.load_profile("short")

# On JAX nearly all the time of a fit goes into compiling, mostly of what another test
# or worker has compiled before. (Set before Keras imports JAX.)
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "jax"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# Scripts, which pytest would import for their doctests.
collect_ignore = ["devices", "typing"]


EXAMPLES = "examples"


def pytest_collection_finish():
    """What is loaded by now stays: looking through it for garbage took a tenth."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Count the examples that a property holds for."""
    property_ = getattr(getattr(item, "obj", None), "hypothesis", None)
    if property_ is None:
        return (yield)
    test, passed = property_.inner_test, 0

    def counted(*args, **kwargs):
        nonlocal passed
        test(*args, **kwargs)
        passed += 1

    property_.inner_test = counted
    try:
        return (yield)
    finally:
        property_.inner_test = test
        item.user_properties.append((EXAMPLES, passed))


def pytest_terminal_summary(terminalreporter, config):
    """With the long profile, say how many examples each property held for."""
    if config.getoption("hypothesis_profile") != "long":
        return
    reports = [
        *terminalreporter.getreports("passed"),
        *terminalreporter.getreports("failed"),
    ]
    counts = {
        report.nodeid: dict(report.user_properties)[EXAMPLES]
        for report in reports
        if EXAMPLES in dict(report.user_properties)
    }
    terminalreporter.section("examples per property")
    for name, count in sorted(counts.items()):
        terminalreporter.write_line(f"{count:>9,}  {name}")
    total = f"{sum(counts.values()):,} examples of {len(counts)} properties"
    terminalreporter.write_line(total)


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
    """What check_setup says before each fit; None where a model has several outputs."""
    keras = pytest.importorskip("keras")
    found, fit = [], keras.Model.fit

    def checked(model, x=None, y=None, **options):
        data = x if y is None else (x, y)
        names = ("class_weight", "sample_weight", "batch_size")
        given = {name: options[name] for name in names if name in options}
        several = len(getattr(model, "outputs", None) or []) > 1
        found.append(None if several else kml.check_setup(model, data, **given))
        return fit(model, x, y, **options)

    monkeypatch.setattr(keras.Model, "fit", checked)
    return found
