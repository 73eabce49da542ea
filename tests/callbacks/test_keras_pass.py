"""MultiLabelMetrics without data: the metric rests in training, Keras's pass counts."""

import keras
import numpy as np
import pytest

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

BACKEND = keras.backend.backend()
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
    # XLA compiles anew for each size of batch: let there be one.
    n_rows = 64 if options == "jit_compile" else 77
    x, y = make_data(n_rows, seed=1)
    train, callbacks = make_data(n_rows), [metrics] * is_switched
    history = fit(model, callbacks, train=train, validation_data=(x, y))
    ours = [key for key in history if "loss" not in key]
    validated = ["val_f1_score", "val_roc_auc"]
    assert ours == (validated if is_switched else ["f1_score", "roc_auc", *validated])
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
        x, y = make_data(seed=1)
        expected = kml.confusion_counts(y, scores_of(model, x) >= 0.5)
        assert_same_counts(metric.counts, expected)


@pytest.mark.filterwarnings("ignore:MultiLabelMetrics without validation_data")
@pytest.mark.parametrize("switched", [False, True])
def test_training_batches_are_counted_unless_switched_off(switched):
    metric = kml.MultiLabelScores(N_LABELS)
    callbacks = [kml.MultiLabelMetrics()] * switched
    make_model(metric).fit(*make_data(), batch_size=32, verbose=0, callbacks=callbacks)
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


# Keras 3.8 loses the weights of a model whose fit is interrupted on JAX.
survives_interrupts = pytest.mark.skipif(
    keras.backend.backend() == "jax" and keras.__version__.startswith("3.8."),
    reason="Keras 3.8 loses the weights",
)


@survives_interrupts
def test_an_interrupted_fit_leaves_nothing_switched_off():
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    metric = kml.MultiLabelScores(N_LABELS)
    model = make_model(metric)
    with pytest.raises(KeyboardInterrupt):
        fit(model, [kml.MultiLabelMetrics(), Interrupt()])
    x, y = make_data(seed=1)
    values = model.evaluate(x, y, verbose=0, return_dict=True)
    assert set(values) == {"loss", "f1_score", "precision", "recall"}
    assert "f1_score" not in fit(model, [kml.MultiLabelMetrics()], epochs=1)
    assert "f1_score" in fit(model, epochs=1)


@survives_interrupts
def test_after_an_interrupted_fit_the_next_one_trains_with_scores():
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model = make_model(kml.MultiLabelScores(N_LABELS))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit(model, [kml.MultiLabelMetrics(), Interrupt()])
        history = fit(model, epochs=2)
        assert np.isfinite(history["f1_score"]).all()
        assert len(history["f1_score"]) == 2


def test_outputs_that_are_no_probabilities_are_warned_of_once():
    metric = kml.MultiLabelScores(N_LABELS, scores=BOTH)
    model = make_model(metric)
    model.layers[-1].activation = keras.activations.linear
    model.layers[-1].bias.assign([5.0] * N_LABELS)
    with pytest.warns(UserWarning, match="outside 0 to 1.*from_logits=True") as caught:
        history = fit(model, [kml.MultiLabelMetrics()], epochs=2)
    ours = [w for w in caught if "outside 0 to 1" in str(w.message)]
    assert len(ours) == 1
    assert np.isnan(history["val_f1_score"]).all()
    assert np.isnan(history["val_roc_auc"]).all()


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
    model.compile("sgd", "binary_crossentropy", metrics=[metric])
    metrics = kml.MultiLabelMetrics()
    history = fit(model, [metrics], epochs=1)
    assert "val_f1_score" in history
    assert "f1_score" not in history
    x, y = make_data(seed=1)
    expected = kml.confusion_counts(y, scores_of(model, x) >= 0.5)
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
        model.fit(*make_data(), verbose=0, callbacks=[kml.MultiLabelMetrics()])
