"""MultiLabelScores by itself and in a real fit, on the backend that Keras runs on."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.compiled_scores import (
    BOTH,
    N_LABELS,
    assert_same_counts,
    assert_same_histogram,
    expected_scores,
    fit,
    make_data,
    make_model,
)
from tests.fits import scores_of

pytestmark = pytest.mark.keras

COUNTED = ["f1_score", "precision", "recall", "jaccard", "hamming_loss"]
RANKING = ["roc_auc", "average_precision"]


def problem(rng, n=500, unknown=0.1):
    """Truth with unknown entries, scores, and weights."""
    y = (rng.random((n, N_LABELS)) < np.geomspace(0.5, 0.02, N_LABELS)).astype("int8")
    s = 1 / (1 + np.exp(-rng.normal(2.0 * y - 1, 1.5)))
    y[rng.random(y.shape) < unknown] = -1
    return y, s.astype("float32"), rng.integers(1, 4, n).astype("float32")


def updated(metric, y, s, weight=None, size=64):
    for start in range(0, len(y), size):
        part = slice(start, start + size)
        metric.update_state(y[part], s[part], None if weight is None else weight[part])
    return metric


def results(metric):
    return {key: float(value) for key, value in metric.result().items()}


# By itself ------------------------------------------------------------------------


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("zero_division", [0.0, 1.0, np.nan])
@pytest.mark.parametrize("average", ["weighted", "macro", "micro"])
@pytest.mark.filterwarnings("ignore:roc_auc:UserWarning")
def test_scores_are_those_of_the_functions(rng, average, zero_division, is_weighted):
    y, s, weight = problem(rng)
    y[y[:, 4] == 1, 4] = 0  # a label without positives
    y[:, 3] = -1  # one of which nothing is known
    metric = kml.MultiLabelScores(
        N_LABELS, 0.4, COUNTED + RANKING, average, zero_division=zero_division
    )
    weight = weight if is_weighted else None
    updated(metric, y, s, weight)
    expected = expected_scores(metric, y, s, weight)
    assert list(metric.result()) == COUNTED + RANKING
    for name, value in results(metric).items():
        assert value == pytest.approx(expected[name], abs=2e-6, nan_ok=True), name


@pytest.mark.parametrize("is_weighted", [False, True])
def test_counts_and_histogram_are_those_of_numpy(rng, is_weighted):
    y, s, weight = problem(rng)
    weight = weight if is_weighted else None
    at = [0.5, 0.1, 0.9, 0.0, 1.0]
    metric = updated(kml.MultiLabelScores(N_LABELS, at, BOTH), y, s, weight)
    expected = kml.confusion_counts(y, s >= at, sample_weight=weight)
    assert_same_counts(metric.counts, expected)
    assert metric.counts.tp.dtype == (np.float64 if is_weighted else np.int64)
    assert_same_histogram(
        metric.histogram, kml.score_histogram(y, s, sample_weight=weight)
    )


def test_batches_with_and_without_weights_add_up(rng):
    y, s, weight = problem(rng)
    metric = updated(kml.MultiLabelScores(N_LABELS, 0.5, BOTH), y[:200], s[:200])
    updated(metric, y[200:], s[200:], weight[200:])
    weight[:200] = 1
    assert_same_counts(
        metric.counts, kml.confusion_counts(y, s >= 0.5, sample_weight=weight)
    )
    assert_same_histogram(
        metric.histogram, kml.score_histogram(y, s, sample_weight=weight)
    )
    metric.reset_state()
    assert metric.counts.total.tolist() == [0] * N_LABELS
    assert np.isnan(list(results(metric).values())).all()


def test_each_score_is_in_the_bin_that_numpy_puts_it_in():
    edges = kml.ScoreHistogram(1).thresholds.astype("float32")
    below, above = np.nextafter(edges, np.float32([[-1], [2]]))
    subnormal = np.float32([1e-45, 1e-40, 1.1754942e-38])
    s = np.concatenate([edges, below, above, subnormal]).clip(0, 1)[:, None]
    # A backend may flush subnormal numbers to 0, which has their bin.
    y = np.arange(len(s))[:, None] % 2
    metric = kml.MultiLabelScores(1, scores="roc_auc")
    metric.update_state(y, s)
    assert_same_histogram(metric.histogram, kml.score_histogram(y, s))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_scores_of_any_width(rng, dtype):
    y, s, _ = problem(rng, 64)
    tensor = ops.cast(s, dtype)
    wide = ops.convert_to_numpy(ops.cast(tensor, "float32"))
    metric = kml.MultiLabelScores(N_LABELS, 0.3, BOTH)
    metric.update_state(y, tensor)
    assert_same_counts(metric.counts, kml.confusion_counts(y, wide >= 0.3))
    assert_same_histogram(metric.histogram, kml.score_histogram(y, wide))


def test_a_threshold_between_two_float32_numbers_is_not_rounded_down(rng):
    nearest = np.float32(0.1)  # above 0.1
    s = np.array([[np.nextafter(nearest, np.float32(0))], [nearest]])
    for threshold in (0.1, float(nearest)):
        metric = kml.MultiLabelScores(1, threshold)
        metric.update_state(np.ones((2, 1)), s)
        assert metric.counts.tp.tolist() == [int((s >= threshold).sum())] == [1]


@pytest.mark.parametrize("unknown", [-1, np.nan])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_unknown_entries_of_every_kind(unknown, dtype):
    y = np.array([[1, unknown], [0, 1]], dtype)
    metric = kml.MultiLabelScores(2)
    metric.update_state(y, np.full((2, 2), 0.9, "float32"))
    assert metric.counts.total.tolist() == [2, 1]
    metric.update_state(np.array([[True, False]]), np.full((1, 2), 0.9, "float32"))
    assert metric.counts.total.tolist() == [3, 2]


def test_logits_become_probabilities(rng):
    y, s, _ = problem(rng)
    logits = np.log(s / (1 - s))
    metric = updated(
        kml.MultiLabelScores(N_LABELS, 0.3, BOTH, from_logits=True), y, logits
    )
    probabilities = ops.convert_to_numpy(ops.sigmoid(logits))
    assert_same_counts(metric.counts, kml.confusion_counts(y, probabilities >= 0.3))
    assert_same_histogram(metric.histogram, kml.score_histogram(y, probabilities))


def test_counts_do_not_stop_where_float32_does(rng):
    """At 2^24 a float32 plus 1 is itself."""
    y, s, _ = problem(rng, 50, unknown=0)
    once = kml.confusion_counts(y, s >= 0.5)
    metric = kml.MultiLabelScores(N_LABELS)
    metric.update_state(np.ones((1, N_LABELS)), np.ones((1, N_LABELS)), [2.0**24])
    for weight in np.ones(100), None:
        updated(metric, np.repeat(y, 2, 0), np.repeat(s, 2, 0), weight, size=1)
    counts = metric.counts
    np.testing.assert_array_equal(counts.tp, 2**24 + 4 * once.tp)
    np.testing.assert_array_equal(counts.fp, 4 * once.fp)
    np.testing.assert_array_equal(counts.total, 2**24 + 200)


def test_the_config_makes_the_same_metric():
    metric = kml.MultiLabelScores(
        3,
        [0.1, 0.2, 0.3],
        ("f1", "roc_auc_score"),
        "macro",
        zero_division=np.nan,
        from_logits=True,
        name="head",
    )
    config = keras.saving.serialize_keras_object(metric)
    again = keras.saving.deserialize_keras_object(config)
    assert isinstance(again, kml.MultiLabelScores)
    np.testing.assert_equal(again.get_config(), metric.get_config())
    assert list(again.result()) == ["head_f1", "head_roc_auc_score"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_labels": 0}, "num_labels must be a whole number of 1 or more; got 0"),
        ({"num_labels": 2.0}, "num_labels must be a whole number"),
        ({"threshold": [0.5, 0.5]}, "threshold"),
        ({"threshold": np.nan}, "threshold"),
        ({"scores": ["accuracy"]}, "scores must be names of f1, .* got 'accuracy'"),
        ({"scores": [len]}, "scores must be names of"),
        ({"average": "samples"}, 'average must be "micro", "macro" or "weighted"'),
        ({"average": None}, r"For scores per label use `\.counts`"),
        ({"zero_division": 0.5}, "zero_division"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.MultiLabelScores(**{"num_labels": 3, **options})


@pytest.mark.parametrize(
    ("y", "s", "weight", "message"),
    [
        (
            np.ones((4, 3)),
            np.ones((4, 2)),
            None,
            r"\(4, 3\) and y_pred \(4, 2\)",
        ),
        (np.ones(4), np.ones((4, 3)), None, r"y_true \(4,\) and y_pred \(4, 3\)"),
        (np.ones((4, 3)), np.ones((4, 3)), np.ones((4, 3)), "one weight per row"),
    ],
)
def test_bad_batches(y, s, weight, message):
    metric = kml.MultiLabelScores(3)
    with pytest.raises(ValueError, match=message):
        metric.update_state(y, s, weight)
    assert metric.counts.total.tolist() == [0, 0, 0]


def test_there_is_no_histogram_without_a_ranking_score():
    with pytest.raises(ValueError, match="add 'roc_auc' or 'average_precision'"):
        _ = kml.MultiLabelScores(3).histogram


def test_a_threshold_too_small_for_a_normal_number_is_not_reached_by_zero():
    """As `apply_thresholds` has it, and `ThresholdDecision`."""
    metric = kml.MultiLabelScores(2, threshold=[1e-40, 1e-300])
    scores = np.zeros((1, 2), "float32")
    assert not kml.apply_thresholds(scores, metric.threshold).any()
    metric.update_state(np.zeros((1, 2)), scores)
    np.testing.assert_array_equal(metric.counts.fp, [0, 0])


def test_a_score_at_exactly_the_threshold_is_positive_and_one_below_is_not(rng):
    thresholds = np.append(rng.random(N_LABELS - 2), [0.1, 0.7])
    at = np.float32(thresholds)
    scores = np.stack([np.nextafter(at, np.float32(side)) for side in (0, 1)] + [at])
    metric = kml.MultiLabelScores(N_LABELS, thresholds)
    metric.update_state(np.ones(scores.shape), scores)
    expected = kml.apply_thresholds(scores, thresholds).sum(0)
    np.testing.assert_array_equal(metric.counts.tp, expected)
    assert set(expected) == {1, 2}


def test_rounding_at_either_end_falls_into_the_end_bins():
    """-0.0 is 0, and 1 + 1e-7 is a 1 that was rounded."""
    y = np.array([[1], [0], [0]])

    def scores(*values):
        metric = kml.MultiLabelScores(1, 0.5, COUNTED + RANKING)
        metric.update_state(y, np.array(values, "float32")[:, None])
        return results(metric)

    assert scores(0.5, -0.0, 0.2) == scores(0.5, 0.0, 0.2)
    assert scores(0.5, -0.0, 0.2)["roc_auc"] == 1
    assert scores(1 + 1.2e-7, 1, 0.2) == scores(1, 1, 0.2)


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1, np.inf, -np.inf])
def test_an_output_that_is_no_probability_makes_the_scores_nan(bad):
    y = np.array([[1, 0], [0, 1], [0, -1]])
    s = np.array([[0.9, 0.2], [bad, 0.4], [0.1, 0.3]], "float32")
    metric = kml.MultiLabelScores(2, 0.5, COUNTED + RANKING)
    metric.update_state(y, s)
    assert metric.n_invalid == 1
    assert all(np.isnan(value) for value in results(metric).values())
    metric.reset_state()
    # Where the truth is unknown the output does not matter.
    s[1, 0], s[2, 1] = 0.3, bad
    metric.update_state(y, s)
    assert metric.n_invalid == 0
    assert not any(np.isnan(value) for value in results(metric).values())


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_a_weight_that_is_none_makes_the_scores_nan(bad):
    y, s = np.array([[1, 0], [0, 1]]), np.array([[0.9, 0.2], [0.3, 0.4]], "float32")
    metric = kml.MultiLabelScores(2)
    metric.update_state(y, s, np.array([1.0, bad]))
    assert metric.n_invalid == 1
    assert all(np.isnan(value) for value in results(metric).values())


@pytest.mark.parametrize("weight_of", [None, "sample", "position", "column"])
def test_labels_per_step_count_as_rows(rng, weight_of):
    y, s, _ = problem(rng, n=60)
    steps, flat = (
        kml.MultiLabelScores(N_LABELS, 0.5, BOTH),
        kml.MultiLabelScores(N_LABELS, 0.5, BOTH),
    )
    weight = rng.random(60).astype("float32")
    shaped = {None: None, "sample": weight[::6], "position": weight.reshape(10, 3, 2)}
    shaped["column"] = weight.reshape(10, 3, 2, 1)
    flattened = None if weight_of is None else weight
    if weight_of == "sample":
        flattened = np.repeat(weight[::6], 6)
    shape = (10, 3, 2, N_LABELS)
    steps.update_state(y.reshape(shape), s.reshape(shape), shaped[weight_of])
    flat.update_state(y, s, flattened)
    assert_same_counts(steps.counts, flat.counts)
    assert results(steps) == results(flat)


# In a fit -------------------------------------------------------------------------


def test_sample_weights_count_where_keras_passes_them():
    x, y = make_data(seed=1)
    weight = np.random.default_rng(3).integers(1, 5, len(x)).astype("float32")
    plain, weighted = (
        kml.MultiLabelScores(N_LABELS, scores="f1_score", name=name)
        for name in ("plain", "weighted")
    )
    model = make_model(plain, weighted_metrics=[weighted])
    history = fit(model, validation_data=(x, y, weight), epochs=1)
    s = scores_of(model, x)
    for metric, of_metric in ((plain, None), (weighted, weight)):
        found = history[f"val_{metric.name}_f1_score"][0]
        expected = expected_scores(metric, y, s, of_metric)
        assert found == pytest.approx(expected["f1_score"]), metric.name
    assert plain.counts.total[0] == len(x)
    assert weighted.counts.total[0] == weight.sum()


def test_several_outputs_have_a_metric_each():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6,))
    outputs = {
        "shape": keras.layers.Dense(N_LABELS, "sigmoid", name="shape")(inputs),
        "colour": keras.layers.Dense(2, "sigmoid", name="colour")(inputs),
    }
    model = keras.Model(inputs, outputs)
    shape = kml.MultiLabelScores(N_LABELS, scores="f1_score", name="shape")
    colour = kml.MultiLabelScores(2, scores=["f1_score", "roc_auc"], name="colour")
    model.compile(
        "sgd",
        {"shape": "binary_crossentropy", "colour": "binary_crossentropy"},
        metrics={"shape": [shape], "colour": [colour]},
    )
    x, y = make_data()
    truth = {"shape": y, "colour": y[:, :2]}
    metrics = kml.MultiLabelMetrics()
    history = model.fit(
        x, truth, validation_data=(x, truth), verbose=0, callbacks=[metrics]
    ).history
    ours = {key for key in history if "loss" not in key}
    assert ours == {
        "val_shape_f1_score",
        "val_colour_f1_score",
        "val_colour_roc_auc",
    }
    s = model.predict(x, verbose=0)
    for metric, name in ((shape, "shape"), (colour, "colour")):
        expected = kml.confusion_counts(truth[name], s[name] >= 0.5)
        assert_same_counts(metric.counts, expected)
    assert_same_histogram(
        colour.histogram, kml.score_histogram(truth["colour"], s["colour"])
    )


def test_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        metric = kml.MultiLabelScores(N_LABELS, 0.5, BOTH)
        model = make_model(metric)
        history = fit(model, [kml.MultiLabelMetrics()], epochs=1)
        x, y = make_data(seed=1)
        s = ops.convert_to_numpy(ops.cast(model.predict(x, verbose=0), "float32"))
    finally:
        keras.config.set_dtype_policy(policy)
    assert_same_counts(metric.counts, kml.confusion_counts(y, s >= 0.5))
    expected = expected_scores(metric, y, s)
    assert history["val_f1_score"][-1] == pytest.approx(expected["f1_score"])


def test_a_model_is_saved_with_it(tmp_path):
    metric = kml.MultiLabelScores(N_LABELS, [0.5, 0.4, 0.3, 0.2, 0.1], BOTH, "macro")
    model = make_model(metric)
    fit(model, [kml.MultiLabelMetrics()], epochs=1)
    x, y = make_data(seed=1)
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    values = loaded.evaluate(x, y, verbose=0, return_dict=True)
    assert values == pytest.approx(expected)
    assert "f1_score" in values
    metrics = kml.MultiLabelMetrics()
    history = fit(loaded, [metrics], epochs=1)
    assert "val_f1_score" in history
    assert "f1_score" not in history
    assert metrics.counts.total.tolist() == [77] * N_LABELS
