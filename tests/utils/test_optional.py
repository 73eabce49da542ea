"""What is said where an optional library, or a backend of Keras, is missing."""

import functools
import json

import pytest

import keras_multilabel as kml
from tests import fresh

NEED_KERAS = {
    "AsymmetricLoss",
    "DistributionBalancedLoss",
    "MultiLabelMetrics",
    "MultiLabelScores",
    "MultiLabelSoftmaxCrossentropy",
    "ThresholdDecision",
    "TwoWayLoss",
    "WeightedBinaryCrossentropy",
    "ZLPRLoss",
    "check_setup",
    "label_names",
    "weighted",
    "with_decisions",
}
# The process finds these packages no more, as if they were not installed.
HIDE = """
import json, sys
from importlib.machinery import PathFinder
hidden = {hidden}
class Finder:
    @staticmethod
    def find_spec(name, *rest):
        if name.partition(".")[0] not in hidden:
            return PathFinder.find_spec(name, *rest)
sys.meta_path[:] = [Finder if f is PathFinder else f for f in sys.meta_path]
"""
ASK = """
import keras_multilabel as kml
errors = {}
for name in kml.__all__:
    try:
        getattr(kml, name)
    except Exception as error:
        errors[name] = [type(error).__name__, str(error)]
print(json.dumps(errors))
"""
# Something of the name can be found, but not loaded.
PRETEND = """
from importlib.machinery import ModuleSpec
class Pretender:
    @staticmethod
    def find_spec(name, *rest):
        if name == {name!r}:
            return ModuleSpec(name, None)
sys.meta_path.append(Pretender)
"""


def run(code, backend):
    return fresh.run(code, variables={"KERAS_BACKEND": backend})


@functools.cache
def errors_without(*hidden, backend=None, pretend=""):
    """What each public name raises in a process without some of the backends."""
    return json.loads(run(HIDE.format(hidden=hidden) + pretend + ASK, backend))


def test_without_a_backend_the_others_work():
    assert set(errors_without("tensorflow", "jax", "torch")) == NEED_KERAS


@pytest.mark.parametrize("name", sorted(NEED_KERAS))
@pytest.mark.parametrize("backend", [None, "torch"])
def test_without_a_backend_each_name_says_what_to_install(name, backend):
    errors = errors_without("tensorflow", "jax", "torch", backend=backend)
    kind, message = errors[name]
    assert kind == "ImportError"
    for extra in ("tensorflow", "jax", "torch"):
        assert f'pip install "keras-multilabel[{extra}]"' in message
    assert "KERAS_BACKEND" in message


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch", None])
def test_a_backend_that_is_set_but_not_installed(backend):
    hidden = backend or "tensorflow"
    other = "torch" if hidden == "jax" else "jax"
    missing = {"tensorflow", "jax", "torch"} - {other}
    pretend = PRETEND.format(name=other)
    _, message = errors_without(*missing, backend=backend, pretend=pretend)["ZLPRLoss"]
    origin = f"KERAS_BACKEND={backend}" if backend else "its default"
    assert f"to run on {hidden} ({origin}" in message
    assert f"but {other} is: set" in message
    assert f"environment variable KERAS_BACKEND={other}" in message
    assert f'pip install "keras-multilabel[{hidden}]"' in message


def test_from_imports_say_so_too():
    code = (
        "try: from keras_multilabel import ZLPRLoss\nexcept ImportError as e: print(e)"
    )
    hide = HIDE.format(hidden=("tensorflow", "jax", "torch"))
    assert "KERAS_BACKEND" in run(hide + code, None)


def test_a_module_that_is_missing_for_another_reason_keeps_its_error():
    kind, message = errors_without("keras")["ZLPRLoss"]
    assert (kind, message) == ("ModuleNotFoundError", "No module named 'keras'")


def test_names_that_are_not_there():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = kml.no_such_name
