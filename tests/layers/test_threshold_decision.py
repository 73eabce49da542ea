"""The layer: the bits of apply_thresholds, its options, its config, its errors."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

import keras_multilabel as kml
from tests.layers.decisions import (
    BACKEND,
    BOTH,
    NAMES,
    OPTIONS,
    THRESHOLDS,
    assert_same,
    slow_decisions,
    to_numpy,
)
from tests.strategies import examples

pytestmark = pytest.mark.keras

TINY = np.finfo("float32").tiny


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
@settings(max_examples=examples(200), deadline=None)
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


@pytest.fixture(scope="module")
def compiled_layers():
    thresholds = np.array([0.5, 0.25, 0.5, 0.75])
    return [
        (thresholds, options, layer, compiled(layer))
        for options in [*OPTIONS, BOTH, {"at_most": 1}, {"at_most": 9}]
        for layer in [kml.ThresholdDecision(thresholds, **options)]
    ]


# Quarters are exact in float32, so that ties are the rule. Rows are cheaper than calls.
QUARTERS = arrays(np.int8, (24, 4), elements=st.integers(0, 4))


@given(QUARTERS)
@settings(max_examples=examples(15), deadline=None)
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


@pytest.mark.parametrize("options", [{"at_least_one": True}, {"at_most": 1}, BOTH])
@pytest.mark.parametrize("threshold", [-np.inf, 0.25, 2.0, np.inf])
def test_equal_margins_go_by_score_as_in_apply_thresholds(threshold, options):
    """Under one threshold the margins of -inf are all inf; under two thresholds two
    labels may pass theirs by the same."""
    y_score = np.array(
        [[0.1, 0.9, 0.5, 0.9], [0.25, 0.25, 0.0, 1.0], [-np.inf, 0.0, -np.inf, 0.0]],
        "float32",
    )
    thresholds = np.array([threshold, threshold, 0.5, threshold])
    result = to_numpy(kml.ThresholdDecision(thresholds, **options)(y_score))
    expected = kml.apply_thresholds(y_score, thresholds, **options)
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


# Config and shapes --------------------------------------------------------------------


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
