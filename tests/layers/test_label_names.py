"""Label names travel in the model: any text, through files, clones and exports."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.layers.decisions import BACKEND, NAMES, THRESHOLDS, make_model
from tests.strategies import examples

pytestmark = pytest.mark.keras

STRANGE = [
    "a/b",
    "red fox",
    "$x_1$",
    "-20",
    "a.b",
    "",
    "é",
    "日本 🐶",
    "\"'\\\n\0",
    "\ud800",
]


def make_served(names):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(len(names))])
    return kml.with_decisions(model, np.full(len(names), 0.5), names)


@given(st.lists(st.text(), min_size=1, max_size=6, unique=True))
@settings(max_examples=examples(50), deadline=None)
def test_any_text_comes_back(names):
    assert kml.label_names(make_served(names)) == names


def test_strange_names_and_many_long_ones_survive_a_file(tmp_path):
    names = STRANGE + [
        f"{index} " + "a long name, with a comma; " * 5 for index in range(70)
    ]
    served = make_served(names)
    served.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert kml.label_names(loaded) == names
    assert kml.label_names(keras.models.clone_model(served)) == names


def test_strange_names_are_no_trouble_in_exports(tmp_path):
    served = make_served(STRANGE)
    x = np.random.default_rng(0).normal(size=(1, 2)).astype("float32")
    if BACKEND == "torch":
        torch = pytest.importorskip("torch")
        served.export(tmp_path / "model.pt2", format="torch", verbose=False)
        exported = torch.export.load(tmp_path / "model.pt2").module()
        result = exported(keras.ops.convert_to_tensor(x))
    else:
        tf = pytest.importorskip("tensorflow")
        served.export(tmp_path / "model", format="tf_saved_model", verbose=False)
        exported = tf.saved_model.load(tmp_path / "model")
        result = exported.serve(x)
    expected = served.predict(x, verbose=0)
    decisions = keras.ops.convert_to_numpy(result["decisions"])
    np.testing.assert_array_equal(decisions, expected["decisions"])


def test_names_that_are_not_given():
    served = kml.with_decisions(make_model(), THRESHOLDS)
    assert kml.label_names(served) == ["label 0", "label 1", "label 2", "label 3"]


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4, "sigmoid")
        self.decide = kml.ThresholdDecision(THRESHOLDS, NAMES)

    def call(self, x):
        return self.decide(self.dense(x))


def test_names_of_the_layer():
    decide = kml.ThresholdDecision(THRESHOLDS, NAMES)
    assert kml.label_names(keras.Sequential([make_model(), decide])) == NAMES
    assert kml.label_names(Subclassed()) == NAMES


def test_names_of_a_model_inside_a_model():
    x = keras.Input((6,))
    served = kml.with_decisions(make_model(), THRESHOLDS, NAMES)
    assert kml.label_names(keras.Model(x, served(x))) == NAMES


def test_a_model_without_names():
    model = make_model()
    with pytest.raises(ValueError, match=f"{model.name}' has none.*with_decisions"):
        kml.label_names(model)
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Identity(name="label_names")(x))
    with pytest.raises(ValueError, match="has none"):
        kml.label_names(model)


def test_models_with_other_names_inside_one():
    x = keras.Input((6,))
    parts = [
        kml.with_decisions(make_model(), THRESHOLDS, names) for names in ("abcd", NAMES)
    ]
    model = keras.Model(x, [part(x) for part in parts])
    with pytest.raises(ValueError, match=r"2 decisions.*'a', 'b'.*'cat'"):
        kml.label_names(model)
