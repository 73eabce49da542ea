"""MultiLabelMetrics in a real fit, on the backend that Keras runs on."""

import csv
import math

import keras
import numpy as np
import pytest
import sklearn.metrics as sk

import keras_multilabel as kml
from keras_multilabel.callbacks.multi_label_metrics import METRICS

pytestmark = pytest.mark.keras

N_LABELS = 4


def make_data(n=150, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    y = (x[:, :N_LABELS] + 0.5 * rng.normal(size=(n, N_LABELS)) > 0.4).astype("float32")
    return x, y


def make_model(loss="binary_crossentropy", activity="l2", **compile_options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            keras.layers.Dense(
                8, "relu", kernel_regularizer="l2", activity_regularizer=activity
            ),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(N_LABELS, "sigmoid"),
        ]
    )
    model.compile("adam", loss, **compile_options)
    return model


def fit(callbacks, model=None, epochs=2, **options):
    x, y = make_data(96, seed=1)
    model = model or make_model()
    return model.fit(
        x, y, epochs=epochs, batch_size=32, verbose=0, callbacks=callbacks, **options
    ).history


@pytest.fixture
def data():
    return make_data()


def batches(x, y, *rest, size=32):
    for start in range(0, len(x), size):
        yield tuple(array[start : start + size] for array in (x, y, *rest))


class Loader(keras.utils.PyDataset):
    def __init__(self, *arrays, **options):
        super().__init__(**options)
        self.batches = list(batches(*arrays))

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


class Iterable:
    """Starts afresh at each iter(), as loaders of other libraries do."""

    def __init__(self, *arrays):
        self.arrays = arrays

    def __iter__(self):
        return batches(*self.arrays)


def tf_dataset(x, y, *rest):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((x, y, *rest)).batch(32)


def torch_loader(x, y):
    torch = pytest.importorskip("torch")
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return torch.utils.data.DataLoader(dataset, batch_size=32)


def grain_dataset(x, y):
    grain = pytest.importorskip("grain")
    return grain.MapDataset.range(len(x)).map(lambda i: (x[i], y[i])).batch(32)


def endless(x, y):
    while True:
        yield from batches(x, y, size=30)


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
def test_every_source_gives_the_values_of_the_stacked_arrays(data, kind):
    source, options = SOURCES[kind](*data)
    model = make_model()
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


def scores_of(model, x):
    """Called, not predicted: that would trace another function."""
    return keras.ops.convert_to_numpy(model(x, training=False))


def expected_values(model, x, y, average="weighted"):
    y_score = scores_of(model, x)
    options = {"average": average, "zero_division": 0.0}
    decided = y_score >= 0.5
    return {
        "val_f1_score": sk.f1_score(y, decided, **options),
        "val_precision": sk.precision_score(y, decided, **options),
        "val_recall": sk.recall_score(y, decided, **options),
    }


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("kind", ["arrays", "tf.data", "PyDataset"])
def test_val_loss_is_that_of_fit(data, kind, weights):
    x, y = data
    weight = (np.random.default_rng(0).random(len(x)).astype("float32"),) * weights
    source = {
        "arrays": lambda: (x, y, *weight),
        "tf.data": lambda: tf_dataset(x, y, *weight),
        "PyDataset": lambda: Loader(x, y, *weight),
    }[kind]()
    of_keras = fit([], validation_data=source)
    ours = fit([kml.MultiLabelMetrics(source)])
    np.testing.assert_allclose(ours["val_loss"], of_keras["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(ours["loss"], of_keras["loss"], rtol=1e-5)


def test_training_is_the_same_with_and_without_the_callback(data):
    # torch loaders draw from the global generator: compare with Keras's own pass.
    validation = data if keras.backend.backend() == "torch" else None
    plain = make_model()
    fit([], plain, validation_data=validation)
    watched = make_model()
    fit([kml.MultiLabelMetrics(data)], watched)
    for left, right in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_shuffled_source_keeps_rows_together(data):
    """TRAPS 7: the order of rows is never assumed."""
    tf = pytest.importorskip("tensorflow")
    del tf
    x, y = data
    metrics = kml.MultiLabelMetrics(tf_dataset(x, y).unbatch().shuffle(150).batch(32))
    model = make_model()
    fit([metrics], model)
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
    model.compile("adam", "binary_crossentropy")
    metrics = kml.MultiLabelMetrics(flow, label_names=["dark", "odd"])
    history = model.fit(flow, epochs=3, verbose=0, callbacks=[metrics]).history
    assert len(history["val_f1_score"]) == 3
    kept = table[table["labels"].map(len) > 0]
    x = np.stack([np.full((4, 4, 3), int(n[:-4]) / 255) for n in kept["filename"]])
    y, _ = kml.encode_labels(kept["labels"], ["dark", "odd"])
    decided = scores_of(model, x.astype("float32")) >= 0.5
    assert history["val_f1_score"][-1] == pytest.approx(
        sk.f1_score(y, decided, average="weighted", zero_division=0)
    )
    assert len(metrics.y_true) == len(kept)


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


def test_early_stopping_stops_at_the_best_f1(data):
    stopping = keras.callbacks.EarlyStopping(
        "val_f1_score", mode="max", patience=1, min_delta=2.0
    )
    history = fit([kml.MultiLabelMetrics(data), stopping], epochs=9)
    assert len(history["val_f1_score"]) == 2


def test_tensorboard_gets_the_values(data, tmp_path):
    pytest.importorskip("tensorflow")
    from tensorflow.python.summary.summary_iterator import summary_iterator

    fit([kml.MultiLabelMetrics(data), keras.callbacks.TensorBoard(str(tmp_path))])
    tags = {
        value.tag
        for path in tmp_path.rglob("events*")
        for event in summary_iterator(str(path))
        for value in event.summary.value
    }
    assert any("f1_score" in tag for tag in tags)


@pytest.mark.parametrize("shape", [(150,), (150, 1)])
def test_weights_weigh_the_metrics_only_when_asked(data, shape):
    x, y = data
    weight = np.random.default_rng(0).random(len(x)).astype("float32")
    for use in (False, True):
        metrics = kml.MultiLabelMetrics(
            (x, y, weight.reshape(shape)), use_sample_weight=use, metrics="f1"
        )
        history = fit([metrics], epochs=1)
        assert history["val_f1"][0] == pytest.approx(
            sk.f1_score(
                y,
                metrics.y_score >= 0.5,
                average="weighted",
                sample_weight=weight if use else None,
            )
        )


def test_logits_become_probabilities(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(N_LABELS)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    metrics = kml.MultiLabelMetrics(data, from_logits=True)
    fit([metrics], model)
    logits = scores_of(model, data[0])
    np.testing.assert_allclose(metrics.y_score, 1 / (1 + np.exp(-logits)), rtol=1e-4)
    np.testing.assert_array_equal(metrics.counts.tp, (data[1] * (logits >= 0)).sum(0))


def test_scores_outside_0_1_are_not_guessed_to_be_logits(data):
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(N_LABELS)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="pass from_logits=True"):
        fit([kml.MultiLabelMetrics(data)], model)


@pytest.mark.parametrize("structure", ["dict", "list"])
def test_one_output_of_several(data, structure):
    x, y = data
    inputs = keras.Input((6,))
    tags = keras.layers.Dense(N_LABELS, "sigmoid", name="tags")(inputs)
    size = keras.layers.Dense(1, name="size")(inputs)
    as_dict = structure == "dict"
    model = keras.Model(
        inputs, {"tags": tags, "size": size} if as_dict else [tags, size]
    )
    losses = {"tags": "binary_crossentropy", "size": "mse"}
    model.compile("adam", losses if as_dict else list(losses.values()))
    targets = {"tags": y, "size": x[:, :1]}
    targets = targets if as_dict else list(targets.values())
    metrics = kml.MultiLabelMetrics((x, targets), output_name="tags")
    history = model.fit(
        x,
        targets,
        validation_data=(x, targets),
        epochs=1,
        verbose=0,
        callbacks=[metrics],
    ).history
    assert history["val_f1_score"][0] == pytest.approx(
        sk.f1_score(y, metrics.y_score >= 0.5, average="weighted", zero_division=0)
    )
    alone = model.evaluate(x, targets, verbose=0)
    assert metrics._pass.run(metrics._source).loss == pytest.approx(
        alone[0] if isinstance(alone, list) else alone, rel=1e-5
    )
    with pytest.raises(ValueError, match=r"outputs.*pass output_name"):
        model.fit(
            x, targets, verbose=0, callbacks=[kml.MultiLabelMetrics((x, targets))]
        )
    with pytest.raises(ValueError, match="must be one of"):
        model.fit(
            x,
            targets,
            verbose=0,
            callbacks=[kml.MultiLabelMetrics((x, targets), output_name="colour")],
        )


def test_several_inputs(data):
    x, y = data
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    joined = keras.layers.Concatenate()([left, right])
    model = keras.Model(
        {"left": left, "right": right}, keras.layers.Dense(N_LABELS, "sigmoid")(joined)
    )
    model.compile("adam", "binary_crossentropy")
    inputs = {"left": x[:, :3], "right": x[:, 3:]}
    metrics = kml.MultiLabelMetrics((inputs, y))
    history = model.fit(inputs, y, verbose=0, callbacks=[metrics]).history
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(inputs, y, verbose=0), rel=1e-5
    )


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
    model.compile("adam")
    metrics = kml.MultiLabelMetrics(data)
    history = fit([metrics], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        2 * np.mean((data[1] - metrics.y_score) ** 2), rel=1e-5
    )


def test_unknown_entries_are_left_out(data):
    x, y = data
    y = y.copy()
    y[::3, 1] = -1
    metrics = kml.MultiLabelMetrics((x, y), average="macro")
    history = fit([metrics], make_model(kml.WeightedBinaryCrossentropy()), epochs=1)
    known = y[:, 1] >= 0
    f1 = [
        sk.f1_score(y[rows, label], metrics.y_score[rows, label] >= 0.5)
        for label, rows in enumerate([slice(None), known, slice(None), slice(None)])
    ]
    assert history["val_f1_score"][0] == pytest.approx(np.mean(f1))
    assert np.isfinite(history["val_loss"][0])


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "samples", None])
def test_all_names_and_averages(data, average):
    names = list(METRICS)
    metrics = kml.MultiLabelMetrics(
        data, metrics=names, average=average, per_label=True, label_names="abcd"
    )
    history = fit([metrics], epochs=1)
    y_true, y_pred, y_score = data[1], metrics.y_score >= 0.5, metrics.y_score
    if average is not None:
        assert history["val_jaccard"][0] == pytest.approx(
            sk.jaccard_score(y_true, y_pred, average=average, zero_division=0)
        )
        assert history["val_average_precision"][0] == pytest.approx(
            kml.average_precision_score(y_true, y_score, average=average)
        )
    else:
        assert "val_f1" not in history
    assert history["val_roc_auc/c"][0] == pytest.approx(
        sk.roc_auc_score(y_true[:, 2], y_score[:, 2])
    )
    assert history["val_f1/b"][0] == pytest.approx(
        sk.f1_score(y_true[:, 1], y_pred[:, 1])
    )
    assert history["val_hamming_loss"][0] == pytest.approx(
        sk.hamming_loss(y_true, y_pred)
    )
    assert history["val_subset_accuracy"][0] == pytest.approx(
        sk.accuracy_score(y_true, y_pred)
    )


def test_callables_of_scikit_learn(data):
    metrics = kml.MultiLabelMetrics(
        data,
        metrics={"zero_one": sk.zero_one_loss},
        score_metrics={"lrap": sk.label_ranking_average_precision_score},
    )
    history = fit([metrics], epochs=1)
    assert history["val_zero_one"][0] == sk.zero_one_loss(
        data[1], metrics.y_score >= 0.5
    )
    assert 0 < history["val_lrap"][0] <= 1


def test_thresholds_per_label_decide_at_exactly_the_threshold(data):
    """TRAPS 17; and >= where Keras has >."""
    thresholds = [0.2, 0.4, 0.6, 0.8]
    metrics = kml.MultiLabelMetrics(data, threshold=thresholds)
    fit([metrics], epochs=1)
    np.testing.assert_array_equal(
        metrics.counts.tp + metrics.counts.fp, (metrics.y_score >= thresholds).sum(0)
    )
    assert metrics.thresholds.values.tolist() == thresholds


def test_tuned_thresholds_are_cross_fitted_and_those_of_the_best_epoch(data, tmp_path):
    tuner = kml.ThresholdTuner("f1", average="macro", cv=3, shrinkage=0)
    metrics = kml.MultiLabelMetrics(data, average="macro", threshold=tuner)
    scores = []

    class Remember(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            scores.append(metrics.y_score)

    best = keras.callbacks.ModelCheckpoint(
        str(tmp_path / "best.weights.h5"),
        monitor="val_f1_score",
        mode="max",
        save_best_only=True,
        save_weights_only=True,
    )
    model = make_model()
    model.optimizer.learning_rate = 0.3  # some epochs are worse than the one before
    history = model.fit(
        *data, epochs=5, verbose=0, callbacks=[metrics, Remember(), best]
    ).history["val_f1_score"]
    tuned = [
        kml.tune_thresholds(data[1], y_score, cv=3, shrinkage=0, random_state=0)
        for y_score in scores
    ]
    np.testing.assert_allclose(history, [each.cv_score for each in tuned])
    chosen = tuned[int(np.argmax(history))]
    np.testing.assert_array_equal(metrics.thresholds.values, chosen.values)
    # They belong to the weights that the checkpoint kept.
    model.load_weights(tmp_path / "best.weights.h5")
    y_pred = metrics.thresholds.apply(model.predict(data[0], verbose=0))
    assert kml.f1_score(data[1], y_pred) == pytest.approx(chosen.score, abs=0.02)
    # What was given is left as it was.
    assert tuner.cv == 3
    assert not hasattr(tuner, "thresholds_")


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted", "samples"])
def test_tune_is_for_the_f1_of_the_average(data, average):
    metrics = kml.MultiLabelMetrics(data, average=average, threshold="tune")
    history = fit([metrics], epochs=1)
    expected = kml.tune_thresholds(
        data[1], metrics.y_score, average=average or "macro", cv=5, random_state=0
    )
    np.testing.assert_array_equal(metrics.thresholds.values, expected.values)
    if average is not None:
        assert history["val_f1_score"] == [pytest.approx(expected.cv_score)]


def test_a_new_fit_chooses_among_its_own_epochs(data):
    metrics = kml.MultiLabelMetrics(data, threshold="tune")
    model = make_model()
    model.fit(*data, epochs=2, verbose=0, callbacks=[metrics])
    metrics.thresholds = None
    model.fit(*data, epochs=1, verbose=0, callbacks=[metrics])
    assert metrics.thresholds.cv_score > 0


def test_a_score_of_exactly_the_threshold_is_positive(data):
    """Keras's own metrics use >."""
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            keras.layers.Dense(N_LABELS, "sigmoid", kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
    metrics = kml.MultiLabelMetrics(data)
    fit([metrics], model, epochs=1)
    assert (metrics.y_score == 0.5).all()
    assert metrics.counts.fn.sum() == 0


def test_frequency_skips_epochs(data):
    history = fit([kml.MultiLabelMetrics(data, frequency=2)], epochs=5)
    assert len(history["val_f1_score"]) == len(history["val_loss"]) == 2


def test_keras_val_loss_stays_where_fit_validates_too(data):
    x, y = data
    model = make_model()
    metrics = kml.MultiLabelMetrics((x[:10], y[:10]))
    history = fit([metrics], model, validation_data=data)
    assert history["val_loss"][-1] == pytest.approx(model.evaluate(*data, verbose=0))


def test_a_model_compiled_anew_is_evaluated_anew(data):
    model, metrics = make_model(), kml.MultiLabelMetrics(data)
    fit([metrics], model, epochs=1)
    model.compile("adam", "mse")
    history = fit([metrics], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(*data, verbose=0), rel=1e-5
    )


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


@pytest.mark.parametrize("options", [{"run_eagerly": True}, {"jit_compile": True}])
def test_eager_and_compiled_alike(data, options):
    if options.get("jit_compile") and keras.backend.backend() == "torch":
        pytest.skip("torch.compile needs a C++ compiler at run time")
    model = make_model(**options)
    history = fit([kml.MultiLabelMetrics(data)], model, epochs=1)
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(*data, verbose=0), rel=1e-4
    )


def test_mixed_precision(data):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        # Keras cannot add bfloat16 activity losses to float32 ones.
        model = make_model(activity=None)
        history = fit([kml.MultiLabelMetrics(data)], model, epochs=1)
        expected = model.evaluate(*data, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    assert history["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert 0 < history["val_f1_score"][0] < 1


def test_raw_generators_give_fresh_batches_each_epoch():
    """TRAPS 8: plain Keras replays the first two."""
    drawn = []

    def generator():
        for number in range(100):
            drawn.append(number)
            x = np.full((4, 6), number, "float32")
            yield x, np.eye(4, dtype="float32")

    metrics = kml.MultiLabelMetrics(generator(), 3)
    fit([metrics], epochs=3)
    assert drawn == list(range(9))


def test_an_exhausted_source_is_an_error(data):
    source = batches(*data)
    with pytest.raises(ValueError, match="gave no batch"):
        fit([kml.MultiLabelMetrics(source, 5)], epochs=2)


def test_steps_beyond_the_data_are_an_error(data):
    for source in (data, Loader(*data)):
        with pytest.raises(ValueError, match="is 9, but validation_data has 5 batches"):
            kml.MultiLabelMetrics(source, 9)
    with pytest.raises(ValueError, match="ran out after 5 batches"):
        fit([kml.MultiLabelMetrics(lambda: batches(*data), 9)], epochs=1)


def test_a_source_that_breaks_leaves_the_model_its_weights(data):
    """On JAX Keras takes the values out of the variables while it predicts."""

    def broken():
        yield from list(batches(*data))[:3]
        raise OSError("the disk is gone")

    model = make_model()
    with pytest.raises(Exception, match="the disk is gone"):
        fit([kml.MultiLabelMetrics(broken)], model)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert math.isfinite(model.evaluate(*data, verbose=0))
    fit([kml.MultiLabelMetrics(data)], model)


def test_labels_without_positives_are_named_once(data):
    """TRAPS 14."""
    x, y = data
    y = y.copy()
    y[:, 2] = 0
    metrics = kml.MultiLabelMetrics((x, y), average="macro", label_names="abcd")
    with pytest.warns(UserWarning, match="no positive of 'c': 1 of 4 labels") as caught:
        fit([metrics])
    assert sum("no positive" in str(w.message) for w in caught) == 1


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
        (((X.tolist(), Y.tolist()),), {}, TypeError, "arrays, .* got float"),
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


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (lambda: iter([(X, Y[:, :3])]), "4 columns, y has 3"),
        (lambda: iter([(X, Y[:, 0])]), r"shape \(batch, n_labels\)"),
        (lambda: iter([(X,)]), "x alone"),
        (lambda: iter([(X, 2 * Y)]), "got 2"),
        (lambda: iter([]), "gave no batch"),
        (lambda: iter([(X * np.nan, Y)]), "y_score must not hold NaN"),
    ],
)
def test_bad_batches_are_named_in_the_pass(source, message):
    model = make_model()
    # In torch's eager loss these two fail before they reach our checks.
    of_torch = "|between 0 and 1" if keras.backend.backend() == "torch" else ""
    with pytest.raises((ValueError, RuntimeError), match=message + of_torch):
        fit([kml.MultiLabelMetrics(source)], model)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_a_metric_that_is_not_a_number_is_named(data):
    with pytest.raises(
        ValueError, match=r"'each' must return one number; got shape \(4,\)"
    ):
        fit([kml.MultiLabelMetrics(data, metrics={"each": lambda t, p: p.sum(0)})])
