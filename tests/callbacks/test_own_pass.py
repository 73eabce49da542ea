"""The pass of MultiLabelMetrics over validation_data: sources, loss and outputs."""

import math

import keras
import numpy as np
import pytest
import sklearn.metrics as sk

import keras_multilabel as kml
from tests.fits import (
    N_LABELS,
    Iterable,
    Loader,
    batches,
    endless,
    fit,
    grain_dataset,
    make_data,
    make_full_model,
    make_model,
    scores_of,
    tf_dataset,
    torch_loader,
)

pytestmark = pytest.mark.keras


# A model trains on in the next test: so its steps are traced once.


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def full_model():
    return make_full_model()


# Sources

SOURCES = {
    "arrays": lambda x, y: ((x, y), {}),
    "arrays as a list, weights None": lambda x, y: ([x, y, None], {"batch_size": 7}),
    "tf.data": lambda x, y: (tf_dataset(x, y), {}),
    "tf.data repeated": lambda x, y: (
        tf_dataset(x, y).unbatch().batch(30).repeat(),
        {"validation_steps": 5},
    ),
    "tf.data of unknown length": lambda x, y: (
        tf_dataset(x, y).filter(lambda *_: True),
        {},
    ),
    "PyDataset": lambda x, y: (Loader(x, y), {}),
    "PyDataset with workers": lambda x, y: (Loader(x, y, workers=2), {}),
    "torch DataLoader": lambda x, y: (torch_loader(x, y), {}),
    "grain": lambda x, y: (grain_dataset(x, y), {}),
    "grain IterDataset": lambda x, y: (grain_dataset(x, y).to_iter_dataset(), {}),
    "generator": lambda x, y: (endless(x, y), {"validation_steps": 5}),
    "callable making a generator": lambda x, y: (lambda: batches(x, y), {}),
    "callable making arrays": lambda x, y: (lambda: (x, y), {}),
    "callable making a PyDataset": lambda x, y: (lambda: Loader(x, y), {}),
    "iterable": lambda x, y: (Iterable(x, y), {}),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_gives_the_values_of_the_stacked_arrays(data, model, kind):
    source, options = SOURCES[kind](*data)
    metrics = kml.MultiLabelMetrics(source, **options)
    epochs = []

    class Oracle(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            epochs.append((expected_values(model, *data), dict(logs)))

    fit([metrics, Oracle()], model)
    assert len(epochs) == 2
    for expected, logs in epochs:
        for name, value in expected.items():
            assert logs[name] == pytest.approx(
                value, abs=1e-5 if "loss" in name else 1e-6
            )
            assert type(logs[name]) is float
    np.testing.assert_array_equal(
        np.sort(metrics.y_true.sum(1)), np.sort(data[1].sum(1))
    )


def expected_values(model, x, y, average="weighted"):
    y_score = scores_of(model, x)
    options = {"average": average, "zero_division": 0.0}
    decided = y_score >= 0.5
    return {
        "val_f1_score": sk.f1_score(y, decided, **options),
        "val_precision": sk.precision_score(y, decided, **options),
        "val_recall": sk.recall_score(y, decided, **options),
    }


def test_a_shuffled_source_keeps_rows_together(data, model):
    """TRAPS 7: the order of rows is never assumed."""
    tf = pytest.importorskip("tensorflow")
    del tf
    x, y = data
    metrics = kml.MultiLabelMetrics(tf_dataset(x, y).unbatch().shuffle(150).batch(32))
    fit([metrics], model, epochs=1)
    y_score = scores_of(model, x)
    assert kml.f1_score(metrics.counts, average="weighted") == pytest.approx(
        sk.f1_score(y, y_score >= 0.5, average="weighted")
    )
    assert not np.array_equal(metrics.y_true, y)


def test_the_legacy_iterator_of_flow_from_dataframe(tmp_path):
    """What this project's origin used: shuffled, a smaller last batch, label lists."""
    tf = pytest.importorskip("tensorflow")
    pandas = pytest.importorskip("pandas")
    image = pytest.importorskip("PIL.Image")
    names, labels = [], []
    for shade in range(0, 250, 25):
        image.new("RGB", (4, 4), (shade, shade, shade)).save(tmp_path / f"{shade}.png")
        names.append(f"{shade}.png")
        labels.append(["dark"] * (shade < 180) + ["odd"] * (shade % 50 > 0))
    table = pandas.DataFrame({"filename": names, "labels": labels})[
        lambda t: t.index != 8
    ]
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    flow = generator.flow_from_dataframe(
        table,
        str(tmp_path),
        y_col="labels",
        target_size=(4, 4),
        batch_size=4,
        class_mode="categorical",
        classes=["dark", "odd"],
    )
    model = keras.Sequential(
        [
            keras.layers.Input((4, 4, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, "sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy")
    metrics = kml.MultiLabelMetrics(flow, label_names=["dark", "odd"])
    history = model.fit(flow, epochs=2, verbose=0, callbacks=[metrics]).history
    assert len(history["val_f1_score"]) == 2
    kept = table[table["labels"].map(len) > 0]
    x = np.stack([np.full((4, 4, 3), int(n[:-4]) / 255) for n in kept["filename"]])
    y, _ = kml.encode_labels(kept["labels"], ["dark", "odd"])
    decided = scores_of(model, x.astype("float32")) >= 0.5
    assert history["val_f1_score"][-1] == pytest.approx(
        sk.f1_score(y, decided, average="weighted", zero_division=0)
    )
    assert len(metrics.y_true) == len(kept)


def test_raw_generators_give_fresh_batches_each_epoch(model):
    """TRAPS 8: plain Keras replays the first two."""
    drawn = []

    def generator():
        for number in range(100):
            drawn.append(number)
            x = np.full((4, 6), number, "float32")
            yield x, np.eye(4, dtype="float32")

    metrics = kml.MultiLabelMetrics(generator(), 3)
    fit([metrics], model, epochs=3)
    assert drawn == list(range(9))


# The loss and the model


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("kind", ["arrays", "tf.data", "PyDataset"])
def test_val_loss_is_that_of_keras(data, full_model, kind, weights):
    x, y = data
    weight = (np.random.default_rng(0).random(len(x)).astype("float32"),) * weights
    source = {
        "arrays": lambda: (x, y, *weight),
        "tf.data": lambda: tf_dataset(x, y, *weight),
        "PyDataset": lambda: Loader(x, y, *weight),
    }[kind]()
    history = fit([kml.MultiLabelMetrics(source)], full_model, epochs=1)
    options = {"sample_weight": weight[0]} if weights else {}
    expected = full_model.evaluate(x, y, verbose=0, **options)
    assert history["val_loss"] == [pytest.approx(expected, rel=1e-5)]


def test_keras_val_loss_stays_where_fit_validates_too(data, full_model):
    x, y = data
    metrics = kml.MultiLabelMetrics((x[:10], y[:10]))
    history = fit([metrics], full_model, epochs=1, validation_data=data)
    expected = full_model.evaluate(*data, verbose=0)
    assert history["val_loss"] == [pytest.approx(expected)]


def test_a_model_without_a_loss_reports_none(data):
    class Trained(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(N_LABELS, activation="sigmoid")
            self.built = True

        def call(self, x):
            return self.dense(x)

    metrics = kml.MultiLabelMetrics(data)
    model = Trained()
    model(data[0][:1])
    model.compile()
    metrics.set_model(model)
    metrics.on_train_begin()
    logs = {}
    metrics.on_epoch_end(0, logs)
    assert "val_loss" not in logs
    assert 0 <= logs["val_f1_score"] <= 1


def test_training_is_the_same_with_and_without_the_callback(data):
    weight = np.ones(len(data[0]), "float32")
    sources, validation = [data, Loader(*data, weight)], None
    if keras.backend.backend() == "torch":
        # Its loaders draw from the global generator: compare with Keras's own pass.
        sources, validation = [data], data
    callbacks = [
        kml.MultiLabelMetrics(source, name=type(source).__name__) for source in sources
    ]
    shuffled = {"train": make_data(96, seed=1), "shuffle": True}
    plain = make_full_model()
    losses = fit([], plain, validation_data=validation, **shuffled)["loss"]
    watched = make_full_model()
    assert fit(callbacks, watched, **shuffled)["loss"] == losses
    for left, right in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("options", [{"run_eagerly": True}, {"jit_compile": True}])
def test_eager_and_compiled_alike(data, options):
    if options.get("jit_compile") and keras.backend.backend() == "torch":
        pytest.skip("torch.compile needs a C++ compiler at run time")
    model = make_model(**options)
    history = fit([kml.MultiLabelMetrics(data)], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(*data, verbose=0), rel=1e-4
    )


@pytest.mark.parametrize("policy", ["mixed_bfloat16"], indirect=True)
def test_mixed_precision(data, policy):
    model = make_model()
    history = fit([kml.MultiLabelMetrics(data)], model, epochs=1)
    expected = model.evaluate(*data, verbose=0)
    assert history["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert 0 < history["val_f1_score"][0] < 1


def test_a_subclassed_model_without_training_argument(data):
    class Plain(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(N_LABELS, activation="sigmoid")

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return 2 * keras.ops.mean((y - y_pred) ** 2)

    model = Plain()
    model.compile("sgd")
    metrics = kml.MultiLabelMetrics(data)
    history = fit([metrics], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        2 * np.mean((data[1] - metrics.y_score) ** 2), rel=1e-5
    )


# Outputs and inputs


def test_several_inputs(data):
    x, y = data
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    joined = keras.layers.Concatenate()([left, right])
    model = keras.Model(
        {"left": left, "right": right}, keras.layers.Dense(N_LABELS, "sigmoid")(joined)
    )
    model.compile("sgd", "binary_crossentropy")
    inputs = {"left": x[:, :3], "right": x[:, 3:]}
    metrics = kml.MultiLabelMetrics((inputs, y))
    history = model.fit(inputs, y, verbose=0, callbacks=[metrics]).history
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(inputs, y, verbose=0), rel=1e-5
    )


# Broken sources


def test_an_exhausted_source_is_an_error(data, model):
    source = batches(*data)
    with pytest.raises(ValueError, match="gave no batch"):
        fit([kml.MultiLabelMetrics(source, 5)], model, epochs=2)


def test_steps_beyond_the_data_are_an_error(data, model):
    for source in (data, Loader(*data)):
        with pytest.raises(ValueError, match="is 9, but validation_data has 5 batches"):
            kml.MultiLabelMetrics(source, 9)
    with pytest.raises(ValueError, match="ran out after 5 batches"):
        fit([kml.MultiLabelMetrics(lambda: batches(*data), 9)], model, epochs=1)


def test_a_source_that_breaks_leaves_the_model_its_weights(data):
    """On JAX Keras takes the values out of the variables while it predicts."""

    def broken():
        yield from list(batches(*data))[:3]
        raise OSError("the disk is gone")

    model = make_full_model()
    with pytest.raises(Exception, match="the disk is gone"):
        fit([kml.MultiLabelMetrics(broken)], model)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert np.isfinite(scores_of(model, data[0])).all()
    history = fit([kml.MultiLabelMetrics(data)], model, epochs=1)
    assert math.isfinite(history["val_loss"][0])


X, Y = make_data(20)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (lambda: iter([(X, Y[:, :3])]), r"y_true \(20, 3\) and y_pred \(20, 4\)"),
        (lambda: iter([(X, Y[:, 0])]), r"y_true \(20,\) and y_pred \(20, 4\)"),
        (lambda: iter([(X,)]), "x alone"),
        (lambda: iter([(X, 2 * Y)]), "got 2"),
        (lambda: iter([]), "gave no batch"),
    ],
)
def test_bad_batches_are_named_in_the_pass(model, source, message):
    # In torch's eager loss these two fail before they reach our checks.
    of_torch = "|between 0 and 1" if keras.backend.backend() == "torch" else ""
    with pytest.raises((ValueError, RuntimeError), match=message + of_torch):
        fit([kml.MultiLabelMetrics(source)], model)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_outputs_where_truth_is_unknown_are_not_looked_at():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Identity()])
    model.compile("sgd", kml.WeightedBinaryCrossentropy())
    for output in (math.nan, 5.0):
        x = np.array([[0.2, 0.8], [output, 0.3]], "float32")
        y = np.array([[0, 1], [-1, 0]], "float32")
        metrics = kml.MultiLabelMetrics((x, y))
        logs = model.fit(x, y, verbose=0, callbacks=[metrics]).history
        assert logs["val_f1_score"] == [1.0], output
        assert np.isfinite(logs["val_loss"]).all(), output
