"""Each callback of Keras beside MultiLabelMetrics: it works as alone, and sees ours.

Own pass and compiled metric alike. Nothing is drawn at random, so fits can be compared.
"""

import csv
import functools

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.fits import N_LABELS, make_data, scores_of

pytestmark = pytest.mark.keras

WAYS = ["own pass", "compiled"]
EPOCHS = 5
TRAIN, VALIDATION = make_data(64, seed=1), make_data(40)
each_way = pytest.mark.parametrize("way", WAYS)


def make_model(way="", optimizer=None, loss="binary_crossentropy"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(N_LABELS, kernel_initializer="zeros")]
    )
    model.add(keras.layers.Activation("sigmoid"))
    scores = [kml.MultiLabelScores(N_LABELS)] if way == "compiled" else []
    # So large a step that validation gets worse now and then.
    optimizer = optimizer or keras.optimizers.SGD(60.0)
    model.compile(optimizer, loss, metrics=scores)
    return model


def ours(way):
    return kml.MultiLabelMetrics(*[VALIDATION] * (way == "own pass"))


def fit(model, callbacks, epochs=EPOCHS):
    return model.fit(
        *TRAIN,
        validation_data=VALIDATION,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    ).history


def fit_beside(way, *others, **options):
    """Model and history of a fit with ours, and others after it."""
    model = make_model(way, **options)
    return model, fit(model, [ours(way), *others])


@functools.cache
def values_of_ours(way):
    """F1 after each epoch, when no other callback is there."""
    values = fit_beside(way)[1]["val_f1_score"]
    assert len(values) == EPOCHS
    assert int(np.argmax(values)) < EPOCHS - 1  # the best is not the last
    return values


def f1_of(model):
    x, y = VALIDATION
    return kml.f1_score(y, scores_of(model, x) >= 0.5, average="weighted")


@each_way
@pytest.mark.parametrize("first", [True, False])
def test_they_do_the_same_as_without_ours(way, first, tmp_path):
    def run(folder, way):
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
        model = make_model(way)
        metrics = [ours(way)] if way else []
        history = fit(model, metrics + others if first else others + metrics)
        saved = make_model(way)
        saved.load_weights(folder / "best.weights.h5")
        return history, seen, model.get_weights(), saved.get_weights()

    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    history, *others = run(tmp_path / "with", way)
    alone, *others_alone = run(tmp_path / "without", "")
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
def test_model_checkpoint(way, tmp_path):
    save = keras.callbacks.ModelCheckpoint(
        str(tmp_path / "{epoch}-{val_f1_score:.3f}.keras"),
        monitor="val_f1_score",
        mode="max",
        save_best_only=True,
    )
    fit_beside(way, save)
    values = values_of_ours(way)
    best = int(np.argmax(values))
    model = keras.models.load_model(tmp_path / f"{best + 1}-{values[best]:.3f}.keras")
    assert f1_of(model) == pytest.approx(values[best])


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
    _, history = fit_beside(way, backup())
    assert history["val_f1_score"] == pytest.approx(values_of_ours(way)[2:])


@each_way
def test_reduce_lr_on_plateau(way):
    reduce = keras.callbacks.ReduceLROnPlateau(
        "val_f1_score", mode="max", patience=1, min_delta=2.0, factor=0.5
    )
    _, history = fit_beside(way, reduce)
    # No epoch is better by 2 than the first.
    assert history["learning_rate"] == pytest.approx([60.0, 60.0, 30.0, 15.0, 7.5])


@pytest.mark.parametrize("first", [True, False])
def test_swap_ema_weights(first):
    def averaged(way):
        optimizer = keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
        model = make_model(way, optimizer)
        pair = [keras.callbacks.SwapEMAWeights(), ours(way)]
        history = fit(model, pair if first else pair[::-1], epochs=3)
        # fit hands back the averages, which were validated last.
        assert f1_of(model) == pytest.approx(history["val_f1_score"][-1])
        return history["val_f1_score"]

    assert averaged("own pass") == pytest.approx(averaged("compiled"))


@each_way
def test_terminate_on_nan(way):
    optimizer = keras.optimizers.SGD(float("inf"))
    # Torch's cross-entropy would raise by itself.
    with pytest.warns(UserWarning, match="NaN"):
        _, history = fit_beside(
            way, keras.callbacks.TerminateOnNaN(), optimizer=optimizer, loss="mse"
        )
    assert len(history["loss"]) == 1
    assert np.isnan(history["val_f1_score"]).all()


@each_way
def test_csv_logger(way, tmp_path):
    fit_beside(way, keras.callbacks.CSVLogger(str(tmp_path / "log.csv")))
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    logged = [float(row["val_f1_score"]) for row in rows]
    assert logged == pytest.approx(values_of_ours(way))


@each_way
def test_lambda_callback(way):
    seen = []
    fit_beside(
        way,
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append(logs["val_f1_score"])
        ),
    )
    assert seen == pytest.approx(values_of_ours(way))
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
