"""Thresholds inside a model: predicted, saved, loaded by Keras alone, and exported."""

import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.layers.decisions import (
    BACKEND,
    BOTH,
    NAMES,
    OPTIONS,
    THRESHOLDS,
    assert_same,
    make_model,
    slow_decisions,
    to_numpy,
)

pytestmark = pytest.mark.keras


def results(model, x):
    """Called, not predicted: that would trace a function."""
    return to_numpy(model(x, training=False))


@pytest.fixture(scope="module")
def predicted(x):
    """A model and its scores in batches, the last of which has one row."""
    model = make_model()
    return model, model.predict(x, batch_size=7, verbose=0)


@pytest.mark.parametrize("options", [*OPTIONS, BOTH])
def test_predict_gives_the_decisions_of_the_model(x, tuned, predicted, options):
    model, y_score = predicted
    served = kml.with_decisions(model, tuned, **options)
    result = served.predict(x, batch_size=7, verbose=0)
    layer = kml.ThresholdDecision(tuned, **options)
    assert_same(result, to_numpy(layer(y_score)))
    if not options:
        expected = kml.apply_thresholds(y_score, tuned.values)
        np.testing.assert_array_equal(result["decisions"], expected)
        assert 0 < expected.mean() < 1


@pytest.mark.parametrize(
    "policy", ["mixed_float16", "mixed_bfloat16", "float16", "float64"], indirect=True
)
def test_dtype_policies_do_not_round(policy, x):
    # 0.5 everywhere: float16 and bfloat16 would take all of these for 0.5.
    thresholds = np.array([0.5, 0.50001, 0.49999, np.nextafter(0.5, 1)])
    zeros = keras.layers.Dense(4, "sigmoid", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((6,)), zeros])
    result = results(kml.with_decisions(model, thresholds), x)
    in_double = policy == "float64" and BACKEND != "jax"
    assert result["scores"].dtype == ("float64" if in_double else "float32")
    np.testing.assert_array_equal(result["decisions"], [[1, 0, 1, 0]] * len(x))
    y_score = np.array([[0.5, 0.50001, 0.49998, 0.5]], "float32")
    result = to_numpy(kml.ThresholdDecision(thresholds)(y_score))
    expected = kml.apply_thresholds(y_score, thresholds)
    np.testing.assert_array_equal(result["decisions"], expected)


@pytest.mark.filterwarnings("error:.*mask:UserWarning")
def test_labels_of_each_step_of_a_masked_sequence(rng):
    tokens = keras.Input((5,), dtype="int32")
    embedded = keras.layers.Embedding(9, 6, mask_zero=True)(tokens)
    model = keras.Model(tokens, keras.layers.Dense(4, "sigmoid")(embedded))
    served = kml.with_decisions(model, np.full(4, 0.5), **BOTH)
    x = rng.integers(0, 9, (7, 5)).astype("int32")
    result = served.predict(x, verbose=0)
    assert result["decisions"].shape == (7, 5, 4)
    expected = slow_decisions(result["scores"].reshape(-1, 4), np.full(4, 0.5), **BOTH)
    np.testing.assert_array_equal(result["decisions"].reshape(-1, 4), expected)


def test_the_model_keeps_its_compile_state_and_shares_its_weights(x, rng):
    model = make_model()
    y = rng.integers(0, 2, (50, 4)).astype("float32")
    model.compile("sgd", "binary_crossentropy", metrics=["binary_accuracy"])
    model.fit(x, y, verbose=0)
    optimizer, before = model.optimizer, model.evaluate(x, y, verbose=0)
    served = kml.with_decisions(model, THRESHOLDS)
    assert not served.compiled
    assert model.optimizer is optimizer
    assert model.evaluate(x, y, verbose=0) == before
    weights = served.get_weights()
    model.fit(x, y, verbose=0)
    assert int(optimizer.iterations) == 4
    assert not np.array_equal(served.get_weights()[0], weights[0])
    y_score = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_array_equal(results(served, x)["scores"], y_score)


@pytest.mark.parametrize("structure", [list, dict])
def test_several_inputs_keep_their_structure(x, structure, tmp_path):
    inputs = [keras.Input((6,), name=name) for name in "ab"]
    output = keras.layers.Dense(4, "sigmoid")(keras.layers.Concatenate()(inputs))
    arrays = [x, x[::-1].copy()]
    if structure is dict:
        # Not in the order of the names, in which Keras flattens them.
        inputs = dict(zip("ba", inputs[::-1], strict=True))
        arrays = dict(zip("ab", arrays, strict=True))
    model = keras.Model(inputs, output)
    served = kml.with_decisions(model, THRESHOLDS)
    assert type(served.input) is structure
    expected = keras.ops.convert_to_numpy(model(arrays))
    np.testing.assert_array_equal(results(served, arrays)["scores"], expected)
    served.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(results(loaded, arrays)["scores"], expected)


# Saved and exported ------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["sigmoid", None])
@pytest.mark.parametrize("options", [{}, BOTH])
def test_save_and_load(x, tuned, tmp_path, activation, options):
    from_logits = activation is None
    served = kml.with_decisions(
        make_model(activation), tuned, from_logits=from_logits, **options
    )
    served.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(results(loaded, x), results(served, x))
    assert kml.label_names(loaded) == NAMES
    cloned = keras.models.clone_model(served)
    cloned.set_weights(served.get_weights())
    assert_same(results(cloned, x), results(served, x))


def calibrated(x):
    """A model with a calibrator and decisions, and one with the calibrator alone."""
    model = make_model()
    calibrator = kml.LabelCalibrator("beta")
    calibrator.fit(keras.ops.convert_to_numpy(model(x)), (x[:, :4] > 0).astype(int))
    return (
        kml.with_decisions(model, np.full(4, 0.3), NAMES, calibrator=calibrator),
        keras.Model(
            model.inputs[0], {"scores": calibrator.to_layer()(model.outputs[0])}
        ),
    )


def test_the_files_load_where_only_keras_is(x, tmp_path):
    """Thresholds that float32 must round up, and inf; every option; bit for bit.

    And calibrators, with decisions and alone.
    """
    thresholds = [np.nextafter(0.5, 1), 0.1, np.inf, 0.5002]
    cases = [(None, options) for options in [*OPTIONS, BOTH]] + [("sigmoid", {})]
    models = {}
    for activation, options in cases:
        served = kml.with_decisions(
            make_model(activation),
            thresholds,
            NAMES,
            from_logits=not activation,
            **options,
        )
        models[f"{activation} {options}"] = served
        result = results(served, x)
        decisions = kml.apply_thresholds(result["scores"], thresholds, **options)
        np.testing.assert_array_equal(result["decisions"], decisions)
    models["calibrated"], models["calibrator alone"] = calibrated(x)
    for index, model in enumerate(models.values()):
        model.save(tmp_path / f"{index}.keras")
    np.save(tmp_path / "x.npy", x)
    command = [sys.executable, "-c", KERAS_ALONE, str(len(models))]
    subprocess.run(command, cwd=tmp_path, check=True)
    for index, (name, model) in enumerate(models.items()):
        found, expected = np.load(tmp_path / f"{index}.npz"), results(model, x)
        assert found.files == list(expected), name
        for file in found.files:
            np.testing.assert_array_equal(
                found[file], expected[file], name, strict=True
            )
        if name != "calibrator alone":
            again = keras.models.load_model(tmp_path / f"again-{index}.keras")
            assert kml.label_names(again) == NAMES, name


KERAS_ALONE = """
import sys
sys.modules["keras_multilabel"] = None  # to import it is an error now
import keras, numpy as np
x = np.load("x.npy")
for index in range(int(sys.argv[1])):
    model = keras.models.load_model(f"{index}.keras")
    result = model(x, training=False)
    arrays = {name: keras.ops.convert_to_numpy(part) for name, part in result.items()}
    np.savez(f"{index}.npz", **arrays)
    model.save(f"again-{index}.keras")
assert not [name for name in sys.modules if name.startswith("keras_multilabel.")]
"""


def test_as_the_last_layer_of_a_sequential(x, tmp_path):
    layers = [*make_model().layers, kml.ThresholdDecision(THRESHOLDS, NAMES)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(results(loaded, x), results(model, x))


@pytest.fixture(params=[{}, BOTH], ids=["plain", "at least one, at most 2"])
def served(request, tuned):
    return kml.with_decisions(
        make_model(None), tuned, from_logits=True, **request.param
    )


def test_export_to_a_saved_model(x, served, tmp_path):
    tf = pytest.importorskip(
        "tensorflow", reason='export(format="tf_saved_model") needs tensorflow'
    )
    if BACKEND == "torch":
        pytest.skip("on torch, export(format='tf_saved_model') needs torch_xla")
    served.export(tmp_path / "model", format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    result = to_numpy(loaded.serve(x))
    expected = results(served, x)
    np.testing.assert_array_equal(result["decisions"], expected["decisions"])
    np.testing.assert_allclose(result["scores"], expected["scores"], rtol=1e-6)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="a graph of TensorFlow")
def test_an_exported_graph_takes_no_constants_as_inputs(x, tuned):
    """ONNX files had one more input for each: what is captured and no variable."""
    import tensorflow as tf

    truth = (x[:, :4] > 0).astype(int)
    y_score = keras.ops.convert_to_numpy(make_model()(x))
    calibrator = kml.LabelCalibrator("beta").fit(y_score, truth)
    served = kml.with_decisions(make_model(), tuned, calibrator=calibrator, **BOTH)
    graph = tf.function(served).get_concrete_function(tf.TensorSpec((None, 6)))
    assert {tensor.dtype for tensor in graph.captured_inputs} == {tf.resource}


@pytest.mark.skipif(BACKEND != "torch", reason="only torch exports to .pt2")
def test_export_to_a_torch_program(x, served, tmp_path):
    import torch

    path = tmp_path / "model.pt2"
    batch = {0: torch.export.Dim("batch")}
    served.export(path, format="torch", dynamic_shapes=batch, verbose=False)
    loaded = torch.export.load(path).module()
    assert_same(to_numpy(loaded(keras.ops.convert_to_tensor(x))), results(served, x))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="else it needs litert-torch")
@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_export_to_litert(x, served, tmp_path):
    import tensorflow as tf

    path = str(tmp_path / "model.tflite")
    served.export(path, format="litert", verbose=False)
    interpreter = tf.lite.Interpreter(path)
    run = interpreter.get_signature_runner()
    (name,) = run.get_input_details()
    result = run(**{name: x})
    expected = results(served, x)
    np.testing.assert_array_equal(result["decisions"], expected["decisions"])
    np.testing.assert_allclose(result["scores"], expected["scores"], rtol=1e-6)


# Errors ---------------------------------------------------------------------------


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4, "sigmoid")

    def call(self, x):
        return self.dense(x)


def two_outputs():
    x = keras.Input((6,))
    return keras.Model(x, [keras.layers.Dense(4)(x), keras.layers.Dense(4)(x)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Subclassed, "got Subclassed.*put keras_multilabel.ThresholdDecision on"),
        (
            lambda: keras.Sequential([keras.layers.Dense(4)]),
            r"not built.*model\.build\(input_shape\)",
        ),
        (two_outputs, "one output; got 2.*ThresholdDecision"),
        (lambda: "model.keras", "got str"),
    ],
)
def test_models_that_cannot_be_extended(make, message):
    with pytest.raises(ValueError, match=message):
        kml.with_decisions(make(), THRESHOLDS)


def test_a_subclassed_model_that_was_called_has_no_graph_either(x):
    model = Subclassed()
    model(x)
    with pytest.raises(ValueError, match="Subclassed"):
        kml.with_decisions(model, THRESHOLDS)


def test_the_remedies_work(x):
    model = Subclassed()
    result = kml.ThresholdDecision(THRESHOLDS)(model(x))
    assert result["decisions"].shape == (50, 4)
    model = keras.Sequential([keras.layers.Dense(4)])
    model.build((None, 6))
    assert results(kml.with_decisions(model, THRESHOLDS), x)
    model = two_outputs()
    layer = kml.ThresholdDecision(THRESHOLDS)
    assert results(keras.Model(model.input, layer(model.outputs[0])), x)


def test_a_model_of_another_width_is_named_before_anything_is_made():
    with pytest.raises(ValueError, match=r"3 thresholds.*got \(None, 4\)"):
        kml.with_decisions(make_model(), [0.5, 0.5, 0.5])
