"""Each callback of Keras beside MultiLabelMetrics: it works as alone, and sees ours.

Own pass and compiled metric alike. Nothing is drawn at random, so fits can be compared.
"""

import csv
import functools

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests import fits
from tests.fits import N_LABELS, make_data, ready, scores_of

pytestmark = pytest.mark.keras

WAYS = ["own pass", "compiled"]
EPOCHS = 4
LEARNING_RATE = 60.0
X, Y = make_data(40)
TRAIN, VALIDATION = ready(*make_data(64, seed=1)), ready(X, Y)
each_way = pytest.mark.parametrize("way", WAYS)


def make_model(way="", optimizer=None, loss="binary_crossentropy"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(N_LABELS, kernel_initializer="zeros")]
    )
    model.add(keras.layers.Activation("sigmoid"))
    scores = [kml.MultiLabelScores(N_LABELS)] if way == "compiled" else []
    # So large a step that validation gets worse now and then.
    optimizer = optimizer or keras.optimizers.SGD(LEARNING_RATE)
    model.compile(optimizer, loss, metrics=scores)
    return model


model_of = functools.cache(make_model)


def as_new(way):
    """The model of all these fits, whose steps are traced once, as it was at first."""
    model = model_of(way)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    model.optimizer.iterations.assign(0)
    model.optimizer.learning_rate = LEARNING_RATE
    return model


def ours(way):
    return kml.MultiLabelMetrics(*[VALIDATION] * (way == "own pass"))


def fit(model, callbacks, epochs=EPOCHS):
    return fits.fit(callbacks, model, epochs, TRAIN, validation_data=VALIDATION)


def fit_beside(way, *others):
    """Model and history of a fit with ours, and others after it."""
    model = as_new(way)
    return model, fit(model, [ours(way), *others])


@functools.cache
def values_of_ours(way):
    """F1 after each epoch, when no other callback is there."""
    values = fit_beside(way)[1]["val_f1_score"]
    assert len(values) == EPOCHS
    assert int(np.argmax(values)) < EPOCHS - 1  # the best is not the last
    return values


def f1_of(model):
    return kml.f1_score(Y, scores_of(model, X) >= 0.5, average="weighted")


def fit_with_many(folder, way, first=True):
    """Histories and weights of a fit with other callbacks, after ours or before it."""
    seen = []
    others = [
        keras.callbacks.EarlyStopping(
            "val_loss", patience=1, restore_best_weights=True
        ),
        keras.callbacks.ModelCheckpoint(
            str(folder / "best.weights.h5"),
            monitor="val_loss",
            save_best_only=True,
            save_weights_only=True,
        ),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, min_delta=9.0),
        keras.callbacks.BackupAndRestore(str(folder / "backup")),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(folder / "log.csv")),
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["val_loss"]))
        ),
    ]
    model = as_new(way)
    metrics = [ours(way)] if way else []
    history = fit(model, metrics + others if first else others + metrics)
    weights = model.get_weights()
    model.load_weights(folder / "best.weights.h5")
    return history, seen, weights, model.get_weights()


@pytest.fixture(scope="module")
def without_ours(tmp_path_factory):
    return fit_with_many(tmp_path_factory.mktemp("without"), "")


@each_way
@pytest.mark.parametrize("first", [True, False])
def test_they_do_the_same_as_without_ours(without_ours, way, first, tmp_path):
    history, *others = fit_with_many(tmp_path, way, first)
    alone, *others_alone = without_ours
    for name, values in alone.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-5)
    for one, two in zip(others, others_alone, strict=True):
        for value, expected in zip(one, two, strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)


@each_way
def test_early_stopping(way):
    values = values_of_ours(way)
    stop = keras.callbacks.EarlyStopping(
        "val_f1_score", mode="max", patience=1, restore_best_weights=True
    )
    model, history = fit_beside(way, stop)
    worse = [value <= max(values[: i + 1]) for i, value in enumerate(values[1:])]
    n_epochs = worse.index(True) + 2
    assert history["val_f1_score"] == pytest.approx(values[:n_epochs])
    assert stop.best == pytest.approx(max(values[:n_epochs]))
    assert f1_of(model) == pytest.approx(stop.best)


@each_way
def test_backup_and_restore(way, tmp_path):
    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(str(tmp_path))

    with pytest.raises(KeyboardInterrupt):
        fit_beside(way, backup(), Break())
    # A new model: once restored, it would start later in the other tests' fits too.
    history = fit(make_model(way), [ours(way), backup()])
    assert history["val_f1_score"] == pytest.approx(values_of_ours(way)[2:])


@each_way
def test_reduce_lr_on_plateau(way):
    reduce = keras.callbacks.ReduceLROnPlateau(
        "val_f1_score", mode="max", patience=1, min_delta=2.0, factor=0.5
    )
    _, history = fit_beside(way, reduce)
    # No epoch is better by 2 than the first.
    assert history["learning_rate"] == pytest.approx([60.0, 60.0, 30.0, 15.0])


def averaged(way, first):
    """F1 of the averaged weights after each epoch."""
    optimizer = keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    model = make_model(way, optimizer)
    pair = [keras.callbacks.SwapEMAWeights(), ours(way)]
    history = fit(model, pair if first else pair[::-1], epochs=2)
    # fit hands back the averages, which were validated last.
    assert f1_of(model) == pytest.approx(history["val_f1_score"][-1])
    return history["val_f1_score"]


def test_swap_ema_weights():
    values = [averaged(way, first) for way in WAYS for first in (True, False)]
    for other in values[1:]:
        assert other == pytest.approx(values[0])


@each_way
def test_terminate_on_nan(way):
    optimizer = keras.optimizers.SGD(float("inf"))
    # Torch's cross-entropy would raise by itself.
    model = make_model(way, optimizer, loss="mse")
    with pytest.warns(UserWarning, match="NaN"):
        history = fit(model, [ours(way), keras.callbacks.TerminateOnNaN()])
    assert len(history["loss"]) == 1
    assert np.isnan(history["val_f1_score"]).all()


@pytest.fixture(scope="module", params=WAYS)
def watched(request, tmp_path_factory):
    """A fit with callbacks that only watch: their folder, what they saw, the values."""
    way, seen, folder = request.param, [], tmp_path_factory.mktemp("watched")
    fit_beside(
        way,
        keras.callbacks.ModelCheckpoint(
            str(folder / "{epoch}-{val_f1_score:.3f}.keras"),
            monitor="val_f1_score",
            mode="max",
            save_best_only=True,
        ),
        keras.callbacks.CSVLogger(str(folder / "log.csv")),
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append(logs["val_f1_score"])
        ),
    )
    return folder, seen, values_of_ours(way)


def test_model_checkpoint(watched):
    folder, _, values = watched
    best = int(np.argmax(values))
    model = keras.models.load_model(folder / f"{best + 1}-{values[best]:.3f}.keras")
    assert f1_of(model) == pytest.approx(values[best])


def test_csv_logger(watched):
    folder, _, values = watched
    with (folder / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    logged = [float(row["val_f1_score"]) for row in rows]
    assert logged == pytest.approx(values)


def test_lambda_callback(watched):
    _, seen, values = watched
    assert seen == pytest.approx(values)
    assert {type(value) for value in seen} == {float}


@each_way
def test_tensorboard(way, tmp_path):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorboard")
    from tensorflow.python.summary.summary_iterator import summary_iterator

    fit_beside(way, keras.callbacks.TensorBoard(str(tmp_path), write_graph=False))
    written = [
        float(tf.make_ndarray(value.tensor))
        for path in (tmp_path / "validation").rglob("events*")
        for event in summary_iterator(str(path))
        for value in event.summary.value
        if value.tag == "epoch_f1_score"
    ]
    assert written == pytest.approx(values_of_ours(way))
