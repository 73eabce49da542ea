"""Thresholds inside a model: the bits of apply_thresholds, saved and exported."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

import keras_multilabel as kml

pytestmark = pytest.mark.keras

BACKEND = keras.backend.backend()
NAMES = ["cat", "dog", "fox", "hen"]
# One is a float32; of the others the nearest float32 lies above or below.
THRESHOLDS = np.array([0.5, 0.1, 0.3, 0.7])
OPTIONS = [{}, {"at_least_one": True}, {"at_most": 2}]
BOTH = {"at_least_one": True, "at_most": 2}
TINY = np.finfo("float32").tiny


def to_numpy(result):
    return {name: ops.convert_to_numpy(value) for name, value in result.items()}


def assert_same(left, right):
    """Bit for bit: assert_array_equal alone takes float32 and float64 for equal."""
    assert left.keys() == right.keys() == {"scores", "decisions"}
    for name, value in left.items():
        np.testing.assert_array_equal(value, right[name], strict=True)


def make_model(activation="sigmoid"):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(4, activation, kernel_initializer="random_normal")
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), dense])


def compiled(layer):
    """The layer under the backend's compiler."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(layer, jit_compile=True)
    if BACKEND == "jax":
        import jax

        return jax.jit(layer)
    import torch

    # The graph is captured and run; making machine code of it needs a C++ compiler.
    return torch.compile(layer, backend="aot_eager", fullgraph=True)


@pytest.fixture
def x(rng):
    return rng.normal(size=(50, 6)).astype("float32")


@pytest.fixture
def tuned(x, rng):
    y_true = rng.integers(0, 2, (50, 4))
    y_score = make_model().predict(x, verbose=0)
    return kml.tune_thresholds(y_true, y_score, label_names=NAMES)


@pytest.fixture
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


# Values ---------------------------------------------------------------------------


@st.composite
def near_thresholds(draw):
    """float64 thresholds, and float32 scores on them, beside them and elsewhere."""
    values = draw(arrays(np.float64, 4, elements=st.floats(allow_nan=False)))
    with np.errstate(over="ignore", under="ignore"):
        nearest = values.astype(np.float32)
        up, down = np.nextafter(nearest, np.inf), np.nextafter(nearest, -np.inf)
    other = draw(arrays(np.float32, 4, elements=st.floats(width=32, allow_nan=False)))
    scores = np.stack([nearest, up, down, other])
    # TensorFlow and JAX read subnormal numbers as 0.
    return values, np.where(np.abs(scores) < TINY, 0, scores).astype(np.float32)


@given(near_thresholds())
@settings(max_examples=200, deadline=None)
def test_decisions_are_those_of_apply_thresholds(problem):
    thresholds, y_score = problem
    result = to_numpy(kml.ThresholdDecision(thresholds)(y_score))
    expected = kml.apply_thresholds(y_score, thresholds)
    assert_same(result, {"scores": y_score, "decisions": expected})


def test_a_threshold_is_not_rounded_to_the_nearest_float32():
    above, below = 0.1, 0.7
    assert float(np.float32(above)) > above
    assert float(np.float32(below)) < below
    y_score = np.array([[above, below]], "float32")
    result = to_numpy(kml.ThresholdDecision([above, below])(y_score))
    assert result["decisions"].tolist() == [[1, 0]]


@pytest.mark.parametrize("threshold", [5e-324, 1e-45, 1e-40])
def test_a_score_of_zero_never_reaches_a_positive_threshold(threshold):
    """Where subnormal numbers are read as 0, it would."""
    y_score = np.array([[0.0], [TINY]], "float32")
    result = to_numpy(kml.ThresholdDecision([threshold])(y_score))
    assert result["decisions"].tolist() == [[0], [1]]


@pytest.mark.skipif(BACKEND == "jax", reason="JAX has no float64 unless x64 is on")
def test_float64_scores_are_compared_in_float64():
    y_score = np.array([[0.1], [np.nextafter(0.1, 0)]])
    result = to_numpy(kml.ThresholdDecision([0.1], dtype="float64")(y_score))
    assert_same(result, {"scores": y_score, "decisions": np.uint8([[1], [0]])})


def slow_decisions(y_score, thresholds, at_least_one=False, at_most=None):
    """Row by row; Python's sort keeps the order of equals."""
    margins = y_score - thresholds.astype(y_score.dtype)
    decisions = np.zeros(y_score.shape, np.uint8)
    for row, margin in enumerate(margins):
        ranked = sorted(range(len(margin)), key=lambda label: -margin[label])
        decided = [label for label in ranked if margin[label] >= 0]
        if at_least_one and not decided:
            decided = ranked[:1]
        decisions[row, decided[:at_most]] = 1
    return decisions


@pytest.fixture(scope="module")
def compiled_layers():
    thresholds = np.array([0.5, 0.25, 0.5, 0.75])
    return [
        (thresholds, options, layer, compiled(layer))
        for options in [*OPTIONS, BOTH, {"at_most": 1}, {"at_most": 9}]
        for layer in [kml.ThresholdDecision(thresholds, **options)]
    ]


# Quarters are exact in float32, so that ties are the rule.
QUARTERS = arrays(np.int8, (6, 4), elements=st.integers(0, 4))


@given(QUARTERS)
@settings(max_examples=60, deadline=None)
def test_at_least_one_and_at_most_eager_and_compiled(compiled_layers, quarters):
    y_score = (quarters / 4).astype("float32")
    tensor = ops.convert_to_tensor(y_score)
    for thresholds, options, layer, fast in compiled_layers:
        expected = {
            "scores": y_score,
            "decisions": slow_decisions(y_score, thresholds, **options),
        }
        assert_same(to_numpy(layer(tensor)), expected)
        assert_same(to_numpy(fast(tensor)), expected)


@pytest.mark.parametrize("n_labels", [1, 40, 3000])
def test_many_ties_are_broken_by_the_first(rng, n_labels):
    """Sorting methods for long rows are others than for short ones."""
    thresholds = np.full(n_labels, 0.25)
    y_score = (rng.integers(0, 4, (20, n_labels)) / 4).astype("float32")
    y_score[::4] = 0
    options = {"at_least_one": True, "at_most": 3 + n_labels // 3}
    result = to_numpy(kml.ThresholdDecision(thresholds, **options)(y_score))
    expected = slow_decisions(y_score, thresholds, **options)
    np.testing.assert_array_equal(result["decisions"], expected)


def test_nothing_decides_a_nan_score_or_an_infinite_threshold():
    nan, inf = np.nan, np.inf
    y_score = np.array([[nan, 0.2], [nan, nan], [1.0, nan], [0.2, 0.1]], "float32")
    layer = kml.ThresholdDecision([0.5, 0.5], **BOTH)
    decisions = to_numpy(layer(y_score))["decisions"]
    assert decisions.tolist() == [[0, 1], [0, 0], [1, 0], [1, 0]]
    never = kml.ThresholdDecision([inf], at_least_one=True)
    assert to_numpy(never(y_score[2:, :1]))["decisions"].tolist() == [[0], [0]]


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_an_infinite_score_reaches_an_infinite_threshold(infinity):
    thresholds = [0.5, infinity, 0.5]
    y_score = np.array([[0.2, infinity, 0.1], [0.2, infinity, 0.6]], "float32")
    layer = kml.ThresholdDecision(thresholds, at_least_one=True, at_most=1)
    decisions = to_numpy(layer(y_score))["decisions"]
    assert decisions.tolist() == [[0, 1, 0], [0, 0, 1]]


def test_margins_that_the_backend_reads_as_zero():
    """The first score lies below its threshold, by a subnormal number."""
    y_score = np.array([[1.9e-38, 1.6e-38]], "float32")
    layer = kml.ThresholdDecision([2e-38, 1.5e-38], at_least_one=True)
    assert to_numpy(layer(y_score))["decisions"].tolist() == [[0, 1]]
    layer = kml.ThresholdDecision([2e-38, 1.5e-38], at_most=1)
    assert to_numpy(layer(y_score))["decisions"].tolist() == [[0, 1]]


@pytest.mark.parametrize("options", [*OPTIONS, BOTH])
def test_from_logits(rng, options):
    logits = rng.normal(size=(30, 4)).astype("float32")
    layer = kml.ThresholdDecision(THRESHOLDS, from_logits=True, **options)
    result = to_numpy(layer(logits))
    probabilities = ops.convert_to_numpy(ops.sigmoid(logits))
    expected = to_numpy(kml.ThresholdDecision(THRESHOLDS, **options)(probabilities))
    assert_same(result, expected)
    assert 0 < result["decisions"].mean() < 1


def test_extreme_logits_give_probabilities():
    layer = kml.ThresholdDecision([0.5, 0.5], from_logits=True)
    result = to_numpy(layer(np.array([[-1000.0, 1000.0]], "float32")))
    assert result["scores"].tolist() == [[0, 1]]
    assert result["decisions"].tolist() == [[0, 1]]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int8", "bool"])
def test_scores_of_any_dtype_become_float32(dtype):
    """0.6 as float16 is 0.60009765625, as bfloat16 0.6015625."""
    y_score = ops.cast(np.array([[0.0, 0.6], [1.0, 0.6]], "float32"), dtype)
    result = to_numpy(kml.ThresholdDecision([0.5, 0.6015])(y_score))
    decided = dtype in ("bfloat16", "bool")
    assert result["decisions"].tolist() == [[0, decided], [1, decided]]
    assert result["scores"].dtype == np.float32


# In a model -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy", ["mixed_float16", "mixed_bfloat16", "float16", "float64"], indirect=True
)
def test_dtype_policies_do_not_round(policy, x):
    # 0.5 everywhere: float16 and bfloat16 would take all of these for 0.5.
    thresholds = np.array([0.5, 0.50001, 0.49999, np.nextafter(0.5, 1)])
    zeros = keras.layers.Dense(4, "sigmoid", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((6,)), zeros])
    result = kml.with_decisions(model, thresholds).predict(x, verbose=0)
    in_double = policy == "float64" and BACKEND != "jax"
    assert result["scores"].dtype == ("float64" if in_double else "float32")
    np.testing.assert_array_equal(result["decisions"], [[1, 0, 1, 0]] * len(x))
    y_score = np.array([[0.5, 0.50001, 0.49998, 0.5]], "float32")
    result = to_numpy(kml.ThresholdDecision(thresholds)(y_score))
    expected = kml.apply_thresholds(y_score, thresholds)
    np.testing.assert_array_equal(result["decisions"], expected)


@pytest.mark.parametrize("options", [*OPTIONS, BOTH])
@pytest.mark.parametrize("batch_size", [7, 50])
def test_predict_gives_the_decisions_of_the_model(x, tuned, options, batch_size):
    model = make_model()
    served = kml.with_decisions(model, tuned, **options)
    result = served.predict(x, batch_size=batch_size, verbose=0)
    y_score = model.predict(x, batch_size=batch_size, verbose=0)
    layer = kml.ThresholdDecision(tuned, **options)
    assert_same(result, to_numpy(layer(y_score)))
    if not options:
        expected = kml.apply_thresholds(y_score, tuned.values)
        np.testing.assert_array_equal(result["decisions"], expected)
        assert 0 < expected.mean() < 1


@pytest.mark.parametrize("activation", ["sigmoid", None])
@pytest.mark.parametrize("options", [{}, BOTH])
def test_save_and_load(x, tuned, tmp_path, activation, options):
    from_logits = activation is None
    served = kml.with_decisions(
        make_model(activation), tuned, from_logits=from_logits, **options
    )
    served.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(loaded.predict(x, verbose=0), served.predict(x, verbose=0))
    layer = loaded.layers[-1]
    assert type(layer) is kml.ThresholdDecision
    assert layer.label_names == NAMES
    np.testing.assert_array_equal(layer.thresholds, tuned.values, strict=True)


@given(arrays(np.float64, 3, elements=st.floats(allow_nan=False)))
@settings(deadline=None)
def test_the_config_makes_the_same_layer_through_json(thresholds):
    layer = kml.ThresholdDecision(
        thresholds, "abc", from_logits=True, **BOTH, name="decide", dtype="bfloat16"
    )
    config = json.loads(json.dumps(layer.get_config()))
    again = kml.ThresholdDecision.from_config(config)
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(again.thresholds, layer.thresholds, strict=True)
    assert again.name == "decide"
    assert (again.from_logits, again.at_least_one, again.at_most) == (True, True, 2)
    assert again.dtype_policy.name == "bfloat16"


def test_names_are_those_of_the_thresholds_unless_given(tuned):
    assert kml.ThresholdDecision(tuned).label_names == NAMES
    assert kml.ThresholdDecision(tuned, "abcd").label_names == list("abcd")
    assert kml.ThresholdDecision([0.5]).label_names == ["label 0"]


def test_thresholds_are_copied():
    thresholds = THRESHOLDS.copy()
    layer = kml.ThresholdDecision(thresholds)
    thresholds[:] = 0
    np.testing.assert_array_equal(layer.thresholds, THRESHOLDS)


@pytest.mark.parametrize("options", [*OPTIONS, BOTH])
def test_the_symbolic_output_is_like_the_real_one(options):
    layer = kml.ThresholdDecision(THRESHOLDS, from_logits=True, **options)
    symbolic = layer(keras.Input((None, 4)))
    real = layer(np.zeros((2, 3, 4), "float32"))
    assert symbolic.keys() == real.keys()
    for name, tensor in symbolic.items():
        assert tensor.shape == (None, None, 4)
        assert tensor.dtype == keras.backend.standardize_dtype(real[name].dtype)
    assert layer.weights == []


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
    model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
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
    y_score = model.predict(x, verbose=0)
    np.testing.assert_array_equal(served.predict(x, verbose=0)["scores"], y_score)


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
    expected = model.predict(arrays, verbose=0)
    np.testing.assert_array_equal(served.predict(arrays, verbose=0)["scores"], expected)
    served.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(arrays, verbose=0)["scores"], expected)


def test_as_the_last_layer_of_a_sequential(x, tmp_path):
    layers = [*make_model().layers, kml.ThresholdDecision(THRESHOLDS, NAMES)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


# Exported -------------------------------------------------------------------------


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
    expected = served.predict(x, verbose=0)
    np.testing.assert_array_equal(result["decisions"], expected["decisions"])
    np.testing.assert_allclose(result["scores"], expected["scores"], rtol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="only torch exports to .pt2")
def test_export_to_a_torch_program(x, served, tmp_path):
    import torch

    path = tmp_path / "model.pt2"
    batch = {0: torch.export.Dim("batch")}
    served.export(path, format="torch", dynamic_shapes=batch, verbose=False)
    loaded = torch.export.load(path).module()
    assert_same(to_numpy(loaded(torch.tensor(x))), served.predict(x, verbose=0))


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
    expected = served.predict(x, verbose=0)
    np.testing.assert_array_equal(result["decisions"], expected["decisions"])
    np.testing.assert_allclose(result["scores"], expected["scores"], rtol=1e-6)


# Errors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thresholds", "options", "message"),
    [
        (0.5, {}, r"\(n_labels,\).*got \(\).*np.full"),
        ([[0.5, 0.5]], {}, r"got \(1, 2\)"),
        ([], {}, r"got \(0,\)"),
        ([0.5, np.nan], {}, "NaN; got one at label 1"),
        ([0.5, 0.5], {"label_names": ["a"]}, "2 labels.*got 1"),
        ([0.5, 0.5], {"label_names": "aa"}, "'a' twice"),
        ([0.5, 0.5], {"at_most": 0}, "at_most.*got 0"),
        ([0.5, 0.5], {"at_most": 1.5}, "at_most.*got 1.5"),
        ([0.5, 0.5], {"at_most": True}, "at_most.*got True"),
    ],
)
def test_bad_arguments(thresholds, options, message):
    with pytest.raises(ValueError, match=message):
        kml.ThresholdDecision(thresholds, **options)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_scores_of_another_width(width):
    message = rf"4 thresholds.*\(\.\.\., 4\).*{width}\)"
    layer = kml.ThresholdDecision(THRESHOLDS)
    with pytest.raises(ValueError, match=message):
        layer(keras.Input((width,)))
    layer = kml.ThresholdDecision(THRESHOLDS)
    layer(np.zeros((2, 4), "float32"))
    with pytest.raises(ValueError, match=message):
        layer(np.zeros((2, width), "float32"))


def test_one_threshold_is_not_spread_over_many_labels():
    with pytest.raises(ValueError, match="has 1 thresholds"):
        kml.ThresholdDecision([0.5])(np.zeros((2, 4), "float32"))
    with pytest.raises(ValueError, match="has 4 thresholds"):
        kml.ThresholdDecision(THRESHOLDS)(keras.Input((None,)))


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
    assert kml.with_decisions(model, THRESHOLDS).predict(x, verbose=0)
    model = two_outputs()
    layer = kml.ThresholdDecision(THRESHOLDS)
    assert keras.Model(model.input, layer(model.outputs[0])).predict(x, verbose=0)


def test_a_model_of_another_width_is_named_before_anything_is_made():
    with pytest.raises(ValueError, match=r"3 thresholds.*got \(None, 4\)"):
        kml.with_decisions(make_model(), [0.5, 0.5, 0.5])
