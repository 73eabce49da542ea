"""Saved models find our classes, whichever of Keras and us was imported first."""

import inspect
import json

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests import fresh
from tests.layers.decisions import make_model

pytestmark = pytest.mark.keras

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
Y = np.eye(8, 4, dtype="float32")
LOSSES = [
    kml.AsymmetricLoss(gamma_neg=3.0),
    kml.DistributionBalancedLoss([5, 3, 2, 1], 9),
    kml.MultiLabelSoftmaxCrossentropy(),
    kml.TwoWayLoss(),
    kml.WeightedBinaryCrossentropy(np.full((4, 2), 2.0)),
    kml.ZLPRLoss(),
]

PREPARE = {
    "keras first": "import keras, keras_multilabel",
    "ours first": "import keras_multilabel, keras",
    "ours first, keras by a part": "import keras_multilabel, keras.layers",
    "in a thread": """
import threading
import keras_multilabel
thread = threading.Thread(target=__import__, args=["keras"])
thread.start()
import keras_multilabel.losses.base  # while the other imports Keras
thread.join()
""",
}


def run(code, *arguments):
    """What a process prints last that imports Keras as it will."""
    printed = fresh.run(code, *arguments, backend=keras.backend.backend())
    return json.loads(printed.splitlines()[-1])


def make_models():
    """A model for each public class that Keras serialises, by the class's name."""
    for loss in LOSSES:
        model = make_model()
        model.compile("sgd", loss)
        yield type(loss).__name__, model
    model = make_model()
    model.compile("sgd", "mse", metrics=[kml.MultiLabelScores(4)])
    yield "MultiLabelScores", model
    decide = kml.ThresholdDecision(np.full(4, 0.5))
    yield "ThresholdDecision", keras.Sequential([make_model(), decide])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The folder of saved models, and what each evaluates to or predicts."""
    folder, expected = tmp_path_factory.mktemp("models"), {}
    for name, model in make_models():
        model.save(folder / f"{name}.keras")
        expected[name] = outcome(model, X, Y)
    np.savez(folder / "data.npz", x=X, y=Y)
    return folder, expected


def outcome(model, x, y):
    """What it evaluates to or predicts, with nothing traced that need not be."""
    if not model.compiled:
        return keras.ops.convert_to_numpy(model(x)["scores"]).ravel().tolist()
    if isinstance(model.loss, str):
        return model.evaluate(x, y, verbose=0, return_dict=True)
    loss = model.compute_loss(y=y, y_pred=model(x))
    return float(keras.ops.convert_to_numpy(loss))


LOAD = """
import json, pathlib, sys
import keras, numpy as np
lazy = not [m for m in sys.modules if m.startswith("keras_multilabel.layers")]
folder = pathlib.Path(sys.argv[1])
x, y = np.load(folder / "data.npz").values()
found = {}
for path in folder.glob("*.keras"):
    found[path.stem] = outcome(keras.saving.load_model(path), x, y)
print(json.dumps({"lazy": lazy, "found": found}))
"""


@pytest.mark.parametrize("order", list(PREPARE))
def test_every_class_is_found_in_a_fresh_process(saved, order):
    folder, expected = saved
    result = run(f"{PREPARE[order]}\n{inspect.getsource(outcome)}{LOAD}", folder)
    assert result["lazy"], "registering loaded what nobody used"
    assert result["found"].keys() == expected.keys()
    for name, values in expected.items():
        assert result["found"][name] == pytest.approx(values, rel=1e-6), name


def test_what_is_registered_are_the_classes_that_register_themselves(saved):
    """A new class needs its name in the list, which this asks for."""
    code = """
import json, keras, keras_multilabel as kml
registered = keras.saving.get_custom_objects()
before = {key for key in registered if key.startswith("keras_multilabel>")}
for name in kml.__all__:
    getattr(kml, name)
after = [key for key in registered if key.startswith("keras_multilabel>")]
for key in after:
    ours = getattr(kml, key.split(">")[1])
    assert keras.saving.get_registered_object(key) is ours, key
    assert keras.saving.get_registered_name(ours) == key
print(json.dumps([sorted(before), sorted(after)]))
"""
    before, after = run(code)
    assert before == after
    assert {key.split(">")[1] for key in before} == saved[1].keys()


def test_a_stand_in_makes_the_real_thing():
    code = """
import json, keras_multilabel as kml, keras
cls = keras.saving.get_registered_object("keras_multilabel>ZLPRLoss")
made = [cls(from_logits=False), cls.from_config({"from_logits": False})]
print(json.dumps([type(loss) is kml.ZLPRLoss for loss in made]))
"""
    assert run(code) == [True, True]


def test_keras_is_imported_as_if_nobody_watched():
    """Its loader reads source as ever; searching without importing leaves no mark."""
    code = """
import importlib, importlib.metadata, importlib.util, inspect, json, sys
before = list(sys.meta_path)
import keras_multilabel
assert sys.meta_path[1:] == before
assert "keras" not in sys.modules
spec = importlib.util.find_spec("keras.saving")  # imports keras
import keras
saving = keras.saving
assert type(saving.__loader__) is importlib.machinery.SourceFileLoader
assert "exec_module" not in vars(saving.__loader__)
assert saving.__spec__.loader is saving.__loader__
assert "get_custom_objects" in inspect.getsource(saving)
assert importlib.metadata.version("keras") == keras.__version__
assert importlib.reload(saving) is saving
importlib.reload(keras_multilabel)
assert keras_multilabel.ZLPRLoss is saving.get_registered_object(
    "keras_multilabel>ZLPRLoss"
)
importlib.reload(saving)
assert keras_multilabel.ZLPRLoss is saving.get_registered_object(
    "keras_multilabel>ZLPRLoss"
)
print(json.dumps("done"))
"""
    assert run(code) == "done"


# The rest is of the import system, and needs no real Keras: one that takes no time.
def test_a_keras_that_fails_to_load_is_watched_again(tmp_path):
    package = tmp_path / "keras"
    package.mkdir()
    (package / "__init__.py").write_text("from keras import saving")
    (package / "saving.py").write_text(
        "import os\nif 'FAIL' in os.environ: raise ImportError('no backend')\n"
        "objects = {}\ndef get_custom_objects(): return objects\n"
    )
    code = """
import json, os, sys
import keras_multilabel
os.environ["FAIL"] = ""
try:
    import keras
except ImportError as error:
    assert str(error) == "no backend"
del os.environ["FAIL"]
sys.path_importer_cache.clear()
import keras.saving
print(json.dumps(len(keras.saving.objects)))
"""
    assert run("import sys; sys.path.insert(0, sys.argv[1])" + code, tmp_path) == 8


def test_two_watches_that_ask_the_others_come_to_an_end():
    code = """
import json, sys
import keras_multilabel

class Naive:
    def find_spec(self, *arguments):
        after = sys.meta_path[sys.meta_path.index(self) + 1:]
        found = (finder.find_spec(*arguments) for finder in after)
        return next((spec for spec in found if spec), None)

sys.meta_path[:0] = [Naive()]
sys.meta_path.insert(2, Naive())
import keras
print(json.dumps("keras_multilabel>ZLPRLoss" in keras.saving.get_custom_objects()))
"""
    assert run(code)


def test_without_keras_the_error_is_pythons_own(tmp_path):
    code = """
import importlib.util, json, sys
import keras_multilabel
sys.path[:] = []
try:
    import keras
except ModuleNotFoundError as error:
    print(json.dumps([str(error), importlib.util.find_spec("keras")]))
"""
    assert run(code) == ["No module named 'keras'", None]
