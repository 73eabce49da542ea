"""check_setup as a whole: what it reads, leaves alone, says and refuses."""

import runpy
import sys

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.checks.setups import (
    HEADS,
    IS_TENSORFLOW,
    NAMES,
    make_data,
    make_model,
    names_of,
    only,
)
from tests.fits import (
    Iterable,
    Loader,
    batches,
    grain_dataset,
    tf_dataset,
    torch_loader,
)
from tests.paths import ROOT

pytestmark = pytest.mark.keras


def test_a_sound_setup_has_no_findings(data):
    findings = kml.check_setup(make_model(), data, label_names=NAMES, batch_size=16)
    assert findings == []
    assert str(findings) == "No findings: none of the traps that check_setup knows."


# Models and data of all kinds


@pytest.mark.parametrize("kind", ["Functional", "subclassed"])
def test_model_is_left_as_it_is(data, kind):
    model = HEADS[kind]("sigmoid")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(*data, verbose=0)
    before = [variable.numpy() for variable in model.variables]
    before += [variable.numpy() for variable in model.optimizer.variables]
    kml.check_setup(model, data, class_weight={0: 1.0})
    after = [*model.variables, *model.optimizer.variables]
    for left, right in zip(before, after, strict=True):
        np.testing.assert_array_equal(left, right.numpy())
    if kind == "Functional":
        assert model.layers[-1].output is model.outputs[0]
    model.fit(*data, verbose=0)


def test_a_stateful_layer_keeps_its_state():
    model = keras.Sequential(
        [
            keras.Input((7, 2), batch_size=4),
            keras.layers.GRU(3, stateful=True),
            keras.layers.Dense(3, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x, y = np.ones((8, 7, 2), "float32"), make_data(8)[1]
    kml.check_setup(model, (x, y), batch_size=4)
    (state,) = model.layers[0].states
    assert not state.numpy().any()
    model(x[:4], training=False)
    assert state.numpy().any()


SOURCES = {
    "arrays as a list": lambda x, y: [x, y],
    "arrays made by a callable": lambda x, y: lambda: (x, y),
    "tf.data": tf_dataset,
    "tf.data without end": lambda x, y: tf_dataset(x, y).repeat(),
    "PyDataset": Loader,
    "torch DataLoader": torch_loader,
    "grain": grain_dataset,
    "grain IterDataset": lambda x, y: grain_dataset(x, y).to_iter_dataset(),
    "callable making a generator": lambda x, y: lambda: batches(x, y),
    "iterable": Iterable,
    "with weights": lambda x, y: Loader(x, y, np.ones(len(x))),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_gives_the_same_finding(data, kind):
    model = make_model()
    found = kml.check_setup(model, SOURCES[kind](*data), class_weight={2: 2.0})
    expected = kml.check_setup(model, data, class_weight={2: 2.0})
    name = "class_weight_argmax"
    if kind == "tf.data without end":
        assert names_of(found) == [name]
    else:
        assert only(found, name) == only(expected, name)


def test_a_stream_is_read_in_part(data):
    x, y = data
    drawn = []

    def endless():
        while True:
            drawn.append(len(x))
            yield x, 0 * y

    found = kml.check_setup(make_model(), endless)
    assert 10_000 <= sum(drawn) < 10_000 + len(x)
    assert f"in the first {sum(drawn):,} rows" in " ".join(str(found).split())


def test_a_sparse_truth_counts_as_what_it_holds(data):
    sparse = pytest.importorskip("scipy.sparse")
    x, y = data
    found = kml.check_setup(
        make_model(), (x, sparse.csr_matrix(y)), class_weight={2: 2.0}
    )
    assert names_of(found) == ["class_weight_argmax"]


def two_outputs(structure):
    inputs = keras.Input((5,))
    left = keras.layers.Dense(3, activation="softmax", name="left")(inputs)
    right = keras.layers.Dense(3, activation="sigmoid", name="right")(inputs)
    return keras.Model(inputs, structure(left, right))


@pytest.mark.parametrize(
    "structure",
    [lambda a, b: [a, b], lambda a, b: {"left": a, "right": b}],
    ids=["list", "dict"],
)
def test_one_of_several_outputs(data, structure):
    x, y = data
    model = two_outputs(structure)
    losses = structure("binary_crossentropy", "binary_crossentropy")
    model.compile("sgd", losses, metrics=structure([], ["accuracy"]))
    both = (x, structure(y, y))
    left = kml.check_setup(model, both, output_name="left")
    assert names_of(left) == ["softmax_head"]
    right = kml.check_setup(model, both, output_name="right")
    assert names_of(right) == ["categorical_accuracy"]
    weight = structure(None, np.ones((96, 3)))
    found = kml.check_setup(model, both, output_name="right", sample_weight=weight)
    assert names_of(found) == ["sample_weight_shape", "categorical_accuracy"]
    with pytest.raises(ValueError, match=r"outputs \['left', 'right'\]: pass output"):
        kml.check_setup(model, both)
    with pytest.raises(ValueError, match="got 'top'"):
        kml.check_setup(model, both, output_name="top")


# Mistakes


X, Y = make_data(8)


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (None, {}, ValueError, "^data must be given"),
        ((X,), {}, ValueError, "^data must be .* got 1 elements"),
        ((X, None), {}, ValueError, "data must hold y"),
        ((X, Y[:3]), {}, ValueError, r"\[3, 8\] rows"),
        ((X.tolist(), Y.tolist()), {}, TypeError, "arrays; x holds plain float"),
        ((X[:0], Y[:0]), {}, ValueError, "data is empty"),
        (42, {}, TypeError, "^data must be"),
        (batches(X, Y), {}, ValueError, "an iterator, .* pass a callable"),
        (lambda: batches(X[:0], Y[:0]), {}, ValueError, "data is empty"),
        (lambda: iter([(X,)]), {}, ValueError, "it gave x alone"),
        ([], {}, ValueError, "got 0 elements"),
        ((X, Y), {"label_names": "aab"}, ValueError, "'a' twice"),
        ((X, Y), {"output_name": "top"}, ValueError, "got 'top'"),
    ],
)
def test_bad_arguments(data, options, error, message):
    with pytest.raises(error, match=message):
        kml.check_setup(make_model(), data, **options)


def test_bad_models():
    with pytest.raises(ValueError, match=r"must be compiled.*model.compile\(opt"):
        kml.check_setup(keras.Sequential([keras.layers.Dense(3)]), (X, Y))
    with pytest.raises(TypeError, match="must be a Keras model; got function"):
        kml.check_setup(make_model, (X, Y))


# Our own example; the pages of the documentation are checked where they are run


def test_no_false_alarm_in_the_example(setups_of_fit, tmp_path, monkeypatch):
    if not IS_TENSORFLOW:
        pytest.skip("its data is read by TensorFlow")
    pytest.importorskip("matplotlib").use("Agg")
    arguments = ["demo.py", "--quick", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)

    class CheckedEnoughError(Exception):
        pass

    def stop(self, *arguments, **options):
        raise CheckedEnoughError

    monkeypatch.setattr(kml.MultiLabelMetrics, "on_train_begin", stop)
    with pytest.raises(CheckedEnoughError):
        runpy.run_path(str(ROOT / "examples" / "demo.py"), run_name="__main__")
    assert setups_of_fit == [[]]
