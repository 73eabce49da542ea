"""MultiLabelMetrics among other callbacks, fit after fit, and its options."""

import copy
import csv
import inspect
import pickle

import keras
import numpy as np
import pytest
import sklearn.metrics as sk
from sklearn.exceptions import NotFittedError

import keras_multilabel as kml
from tests.fits import endless, fit, make_data, make_model, tf_dataset

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def model():
    return make_model()


def test_the_whole_list_of_callbacks_sees_the_values(data, tmp_path):
    """TRAPS 9, 10, 11, with a file name that holds the value."""
    callbacks = [
        kml.MultiLabelMetrics(data),
        keras.callbacks.EarlyStopping("val_f1_score", mode="max", patience=20),
        keras.callbacks.ModelCheckpoint(
            str(tmp_path / "{epoch}-{val_f1_score:.3f}.keras"),
            monitor="val_f1_score",
            mode="max",
            save_best_only=True,
        ),
        keras.callbacks.ReduceLROnPlateau(
            "val_f1_score", mode="max", patience=1, min_delta=2.0, factor=0.5
        ),
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
    ]
    history = fit(callbacks, epochs=3)
    best = int(np.argmax(history["val_f1_score"]))
    name = f"{best + 1}-{history['val_f1_score'][best]:.3f}.keras"
    assert (tmp_path / name).exists()
    keras.models.load_model(tmp_path / name)
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    logged = [float(row["val_f1_score"]) for row in rows]
    np.testing.assert_allclose(logged, history["val_f1_score"])
    assert history["learning_rate"][-1] < history["learning_rate"][0]


def test_frequency_skips_epochs(data, model):
    history = fit([kml.MultiLabelMetrics(data, frequency=2)], model, epochs=5)
    assert len(history["val_f1_score"]) == len(history["val_loss"]) == 2


def test_a_model_compiled_anew_is_evaluated_anew(data):
    model, metrics = make_model(), kml.MultiLabelMetrics(data)
    fit([metrics], model, epochs=1)
    model.compile("sgd", "mse")
    history = fit([metrics], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(*data, verbose=0), rel=1e-5
    )


def test_before_the_first_validation_there_is_nothing_to_read(data):
    for metrics in (kml.MultiLabelMetrics(data), kml.MultiLabelMetrics()):
        for name in ("counts", "thresholds", "y_true", "y_score", "histogram"):
            with pytest.raises(NotFittedError, match=f"no {name} yet"):
                getattr(metrics, name)
            assert not hasattr(metrics, name)


def test_what_a_way_of_validating_does_not_keep_is_named(data, model):
    metrics = kml.MultiLabelMetrics(data)
    fit([metrics], model, epochs=1)
    with pytest.raises(NotFittedError, match=r"keeps no histogram.*counts, y_true"):
        _ = metrics.histogram


COPY = {"copy": copy.deepcopy, "pickle": lambda one: pickle.loads(pickle.dumps(one))}


class Take(keras.callbacks.Callback):
    """Takes the values of the callback before it out of the logs."""

    def on_train_begin(self, logs=None):
        self.taken = []

    def on_epoch_end(self, epoch, logs):
        names = [name for name in logs if name.startswith("val_")]
        self.taken.append({name: logs.pop(name) for name in names})


# (Of unfitted ones copies, and of fitted ones pickles.)
@pytest.mark.parametrize(("way", "is_fitted"), [("copy", False), ("pickle", True)])
@pytest.mark.parametrize("options", [{}, {"threshold": "tune"}, {"metrics": "roc_auc"}])
def test_a_copy_serves_as_the_original_does(data, model, way, is_fitted, options):
    """Tuners of hyperparameters copy callbacks, and worker processes get pickles."""
    metrics = kml.MultiLabelMetrics(data, **options)
    if is_fitted:
        fit([metrics], model, epochs=1)
    twin = COPY[way](metrics)
    of_twin, of_metrics = Take(), Take()
    fit([twin, of_twin, metrics, of_metrics], model, epochs=2)
    assert of_twin.taken == of_metrics.taken
    assert len(of_twin.taken[1]) == (2 if "metrics" in options else 4)
    np.testing.assert_array_equal(twin.counts.tp, metrics.counts.tp)


def test_the_copy_of_a_callback_leaves_the_original_without_a_pass(data, model):
    metrics = kml.MultiLabelMetrics(data, threshold="tune")
    fit([copy.deepcopy(metrics)], model, epochs=1)
    with pytest.raises(
        NotFittedError, match=r"no thresholds yet.*copy of the callback"
    ):
        _ = metrics.thresholds


@pytest.mark.parametrize(
    "option", [{"threshold": 0.5}, {"average": "weighted"}, {"frequency": 1}]
)
def test_an_option_without_data_is_an_error_also_where_it_is_the_default(option):
    with pytest.raises(ValueError, match=f"got {next(iter(option))} here"):
        kml.MultiLabelMetrics(**option)


def test_the_signature_shows_the_defaults():
    parameters = inspect.signature(kml.MultiLabelMetrics).parameters
    assert repr(parameters["average"].default) == "'weighted'"
    assert repr(parameters["threshold"].default) == "0.5"


X, Y = make_data(20)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((None,), {"average": "macro"}, ValueError, "got average here"),
        (((X, Y[:, 0]),), {}, ValueError, "n_labels"),
        (((X, Y.argmax(1)[:, None]),), {}, ValueError, "y_true must hold 0 and 1"),
        (((X, Y[:5]),), {}, ValueError, r"\[5, 20\] rows"),
        (((X,),), {}, ValueError, "got 1 elements"),
        (((X, None),), {}, ValueError, "hold y"),
        (((X[:0], Y[:0]),), {}, ValueError, "empty"),
        (((X.tolist(), Y.tolist()),), {}, TypeError, "arrays; x holds plain float"),
        ((42,), {}, TypeError, "int"),
        ((endless(X, Y),), {}, ValueError, "pass validation_steps"),
        (((X, Y), 0), {}, ValueError, "positive whole number"),
        (((X, Y),), {"label_names": ["a"]}, ValueError, "4 labels.*got 1"),
        (((X, Y),), {"label_names": "aabc"}, ValueError, "'a' twice"),
        (((X, Y),), {"threshold": 50}, ValueError, "from 0 to 1"),
        (((X, Y),), {"threshold": [0.5, 0.5]}, ValueError, r"\(4,\).*got \(2,\)"),
        (((X, Y),), {"threshold": "high"}, TypeError, "'high'"),
        (((X, Y),), {"threshold": float("nan")}, ValueError, "from 0 to 1"),
        (((X, Y),), {"metrics": ["accuracy"]}, ValueError, "'accuracy'"),
        (((X, Y),), {"metrics": {"mine": 3}}, TypeError, "'mine' must be callable"),
        (
            ((X, Y),),
            {"score_metrics": {"recall": sk.coverage_error}},
            ValueError,
            "repeats the name 'recall'",
        ),
        (((X, Y),), {"average": "binary"}, ValueError, "'binary'"),
        (((X, Y),), {"zero_division": 0.3}, ValueError, "0.3"),
        (((X, Y),), {"frequency": 0}, ValueError, "frequency"),
    ],
)
def test_bad_arguments_are_named_before_training(arguments, options, error, message):
    with pytest.raises(error, match=message):
        kml.MultiLabelMetrics(*arguments, **options)


def test_infinite_and_empty_datasets_are_named_before_training(data):
    pytest.importorskip("tensorflow")
    with pytest.raises(ValueError, match="never ends"):
        kml.MultiLabelMetrics(tf_dataset(*data).repeat())
    with pytest.raises(ValueError, match="empty"):
        kml.MultiLabelMetrics(tf_dataset(*data).take(0))
