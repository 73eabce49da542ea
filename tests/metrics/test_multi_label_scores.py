"""MultiLabelScores by itself and in a real fit, on the backend that Keras runs on."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from keras_multilabel.metrics.histogram import thresholds

pytestmark = pytest.mark.keras

BACKEND = keras.backend.backend()
N_LABELS = 5
COUNTED = ["f1_score", "precision", "recall", "jaccard", "hamming_loss"]
RANKING = ["roc_auc", "average_precision"]
# One of each kind of state.
BOTH = ["f1_score", "roc_auc"]


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


def expected_scores(metric, y, s, weight=None):
    """By the functions of the package, of ``metric.scores``."""
    options = {"average": metric.average, "zero_division": metric.zero_division}
    histogram = kml.score_histogram(y, s, sample_weight=weight)
    counts = kml.confusion_counts(y, s >= metric.threshold, sample_weight=weight)
    with np.errstate(all="ignore"):
        values = {
            "f1_score": kml.f1_score(counts, **options),
            "precision": kml.precision_score(counts, **options),
            "recall": kml.recall_score(counts, **options),
            "jaccard": kml.jaccard_score(counts, **options),
            "hamming_loss": kml.hamming_loss(counts),
            "roc_auc": kml.roc_auc_score(histogram, average=metric.average),
            "average_precision": kml.average_precision_score(histogram, **options),
        }
    return {name: values[name] for name in metric.scores}


def assert_same_counts(actual, expected):
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(actual, name), getattr(expected, name))


def assert_same_histogram(actual, expected):
    np.testing.assert_array_equal(actual.positives, expected.positives)
    np.testing.assert_array_equal(actual.negatives, expected.negatives)


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
    edges = thresholds().astype("float32")
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
        ({"average": None}, r"Scores per label are those of `\.counts`"),
        ({"zero_division": 0.5}, "zero_division"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.MultiLabelScores(**{"num_labels": 3, **options})


@pytest.mark.parametrize(
    ("y", "s", "weight", "message"),
    [
        (np.ones((4, 3)), np.ones((4, 2)), None, r"\(4, 3\) and \(4, 2\)"),
        (np.ones(4), np.ones((4, 3)), None, r"\(4,\) and \(4, 3\)"),
        (np.ones((4, 3)), np.ones((4, 3)), np.ones((4, 3)), "one weight per sample"),
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


# In a fit -------------------------------------------------------------------------


def data(n=77, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    y = (x[:, :N_LABELS] + rng.normal(size=(n, N_LABELS)) > 0.4).astype("float32")
    return x, y


def make_model(metric, loss="binary_crossentropy", head="sigmoid", **options):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(N_LABELS, head)]
    model = keras.Sequential([keras.layers.Input((6,)), *layers])
    if options.pop("is_weighted", False):
        metrics = {"weighted_metrics": [metric]}
    else:
        metrics = {"metrics": [metric]}
    model.compile("adam", loss, **metrics, **options)
    return model


def fit(model, callbacks=(), epochs=2, validation_data=None, **options):
    validation_data = validation_data or data(seed=1)
    return model.fit(
        *data(),
        batch_size=32,
        epochs=epochs,
        verbose=0,
        validation_data=validation_data,
        validation_batch_size=32,
        callbacks=list(callbacks),
        **options,
    ).history


COMPILE = {
    "default": {},
    "jit_compile": {"jit_compile": True},
    "run_eagerly": {"run_eagerly": True},
    "steps_per_execution": {"steps_per_execution": 2},
}
OF_BACKEND = {
    "tensorflow": list(COMPILE),
    "jax": ["default", "run_eagerly", "steps_per_execution"],
    "torch": ["default"],
}[BACKEND]


@pytest.mark.parametrize(
    ("options", "is_switched"),
    [("default", False), *((each, True) for each in COMPILE)],
)
def test_one_pass_gives_the_scores_of_predictions(options, is_switched):
    if options not in OF_BACKEND:
        pytest.skip(f"{BACKEND} has it not, or always.")
    metric = kml.MultiLabelScores(N_LABELS, 0.4, BOTH)
    model = make_model(metric, **COMPILE[options])
    metrics = kml.MultiLabelMetrics()
    history = fit(model, [metrics] * is_switched)
    ours = [key for key in history if "loss" not in key]
    validated = ["val_f1_score", "val_roc_auc"]
    assert ours == (validated if is_switched else ["f1_score", "roc_auc", *validated])
    x, y = data(seed=1)
    s = model.predict(x, verbose=0)
    for name, value in expected_scores(metric, y, s).items():
        assert history[f"val_{name}"][-1] == pytest.approx(value, abs=1e-6)
    holder = metrics if is_switched else metric
    assert_same_counts(holder.counts, kml.confusion_counts(y, s >= 0.4))
    assert_same_histogram(holder.histogram, kml.score_histogram(y, s))


class BatchLogs(keras.callbacks.Callback):
    """The names in the logs of each training batch."""

    def on_train_begin(self, logs=None):
        self.names = []

    def on_train_batch_end(self, batch, logs=None):
        self.names.append(sorted(logs))


@pytest.mark.parametrize("first", [False, True])
def test_a_model_fitted_with_the_switch_and_without_in_turns(first):
    """A step that is compiled keeps what it was traced with."""
    metric = kml.MultiLabelScores(N_LABELS)
    model = make_model(metric)
    resting, counting = ["loss"], ["f1_score", "loss", "precision", "recall"]
    for switched in (first, not first, first):
        watch = BatchLogs()
        fit(model, [watch, *[kml.MultiLabelMetrics()] * switched], epochs=1)
        assert watch.names == [resting if switched else counting] * 3
        x, y = data(seed=1)
        expected = kml.confusion_counts(y, model.predict(x, verbose=0) >= 0.5)
        assert_same_counts(metric.counts, expected)


@pytest.mark.filterwarnings("ignore:MultiLabelMetrics without validation_data")
@pytest.mark.parametrize("switched", [False, True])
def test_training_batches_are_counted_unless_switched_off(switched):
    metric = kml.MultiLabelScores(N_LABELS)
    callbacks = [kml.MultiLabelMetrics()] * switched
    make_model(metric).fit(*data(), batch_size=32, verbose=0, callbacks=callbacks)
    assert metric.counts.total.tolist() == [0 if switched else 77] * N_LABELS


def test_a_train_step_of_ones_own_stays():
    """As an attribute of the model; one of its class is found as that of Keras is."""
    model = make_model(kml.MultiLabelScores(N_LABELS))
    step, calls = model.train_step, []

    def own_step(*arguments):
        calls.append(len(arguments))
        return step(*arguments)

    model.train_step = own_step
    fit(model, [kml.MultiLabelMetrics()], epochs=1)
    assert calls
    assert model.train_step is own_step


def test_the_switch_changes_no_weight_of_the_model():
    weights = []
    for callbacks in ([], [kml.MultiLabelMetrics()]):
        model = make_model(kml.MultiLabelScores(N_LABELS))
        fit(model, callbacks)
        weights.append(model.get_weights())
    for without, resting in zip(*weights, strict=True):
        np.testing.assert_allclose(resting, without, rtol=1e-6, atol=1e-7)


def test_an_interrupted_fit_leaves_nothing_switched_off():
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    metric = kml.MultiLabelScores(N_LABELS)
    model = make_model(metric)
    with pytest.raises(KeyboardInterrupt):
        fit(model, [kml.MultiLabelMetrics(), Interrupt()])
    x, y = data(seed=1)
    values = model.evaluate(x, y, verbose=0, return_dict=True)
    assert set(values) == {"loss", "f1_score", "precision", "recall"}
    assert "f1_score" not in fit(model, [kml.MultiLabelMetrics()], epochs=1)
    assert "f1_score" in fit(model, epochs=1)


def test_recompiling_starts_anew():
    model = make_model(kml.MultiLabelScores(N_LABELS))
    fit(model, [kml.MultiLabelMetrics()], epochs=1)
    scores = kml.MultiLabelScores(N_LABELS, scores="recall")
    model.compile("sgd", "binary_crossentropy", metrics=[scores])
    metrics = kml.MultiLabelMetrics()
    history = fit(model, [metrics], epochs=1)
    assert set(history) == {"loss", "val_loss", "val_recall"}
    assert metrics.counts.total.tolist() == [77] * N_LABELS
    assert "recall" in fit(model, epochs=1)


def test_other_callbacks_see_the_scores_wherever_they_stand():
    metric = kml.MultiLabelScores(N_LABELS)
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["val_f1_score"])

    stop = keras.callbacks.EarlyStopping("val_f1_score", min_delta=9, mode="max")
    model = make_model(metric)
    history = fit(model, [Watch(), stop, kml.MultiLabelMetrics()], epochs=3)
    assert seen == history["val_f1_score"]
    assert len(seen) == 2


def test_sample_weights_count_where_keras_passes_them():
    x, y = data(seed=1)
    weight = np.random.default_rng(3).integers(1, 5, len(x)).astype("float32")
    for is_weighted in (False, True):
        metric = kml.MultiLabelScores(N_LABELS, 0.5, BOTH)
        model = make_model(metric, is_weighted=is_weighted)
        history = fit(model, validation_data=(x, y, weight), epochs=1)
        s = model.predict(x, verbose=0)
        expected = expected_scores(metric, y, s, weight if is_weighted else None)
        assert history["val_f1_score"][0] == pytest.approx(expected["f1_score"])
        assert metric.counts.total[0] == (weight.sum() if is_weighted else len(x))


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
        "adam",
        {"shape": "binary_crossentropy", "colour": "binary_crossentropy"},
        metrics={"shape": [shape], "colour": [colour]},
    )
    x, y = data()
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
        x, y = data(seed=1)
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
    x, y = data(seed=1)
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


def test_a_subclassed_model():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(N_LABELS, "sigmoid")

        def call(self, x):
            return self.dense(x)

    keras.utils.set_random_seed(0)
    metric = kml.MultiLabelScores(N_LABELS)
    model = Model()
    model.compile("adam", "binary_crossentropy", metrics=[metric])
    metrics = kml.MultiLabelMetrics()
    history = fit(model, [metrics], epochs=1)
    assert "val_f1_score" in history
    assert "f1_score" not in history
    x, y = data(seed=1)
    expected = kml.confusion_counts(y, model.predict(x, verbose=0) >= 0.5)
    assert_same_counts(metrics.counts, expected)


def test_without_a_compiled_metric_the_error_says_what_to_add():
    model = make_model("auc")
    with pytest.raises(ValueError, match=r"metrics=\[kml\.MultiLabelScores\(num_lab"):
        fit(model, [kml.MultiLabelMetrics()])


def test_options_belong_to_the_compiled_metric():
    with pytest.raises(ValueError, match="got average, threshold here"):
        kml.MultiLabelMetrics(average="macro", threshold=0.3)


def test_without_validation_there_is_a_warning():
    model = make_model(kml.MultiLabelScores(N_LABELS))
    with pytest.warns(UserWarning, match="found no validation"):
        model.fit(*data(), verbose=0, callbacks=[kml.MultiLabelMetrics()])
