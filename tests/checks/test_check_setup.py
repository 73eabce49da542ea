"""check_setup: each trap is shown with real Keras, found, and gone once mended."""

import functools
import runpy
import sys
import warnings

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from keras_multilabel.checks.setup import MOST_ROWS
from tests.callbacks.test_multi_label_metrics import (
    Iterable,
    Loader,
    batches,
    grain_dataset,
    tf_dataset,
    torch_loader,
)
from tests.paths import ROOT

pytestmark = pytest.mark.keras

NAMES = ["cat", "dog", "owl"]
IS_TENSORFLOW = keras.backend.backend() == "tensorflow"


def make_data(n=96, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5)).astype("float32")
    y = (x[:, :3] > [0.0, 0.3, 0.6]).astype("float32")
    return x, y


@pytest.fixture
def data():
    return make_data()


def make_model(
    activation="sigmoid", loss="binary_crossentropy", width=3, metrics=None, **dense
):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(width, activation=activation, **dense)]
    )
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=metrics)
    return model


def names_of(findings):
    return [finding.name for finding in findings]


def only(findings, name, severity="error"):
    """The one finding, and its text on one line."""
    assert [(f.name, f.severity) for f in findings] == [(name, severity)]
    return " ".join(str(findings[0]).split())


def test_a_sound_setup_has_no_findings(data):
    findings = kml.check_setup(make_model(), data, label_names=NAMES, batch_size=16)
    assert findings == []
    assert str(findings) == "No findings: none of the traps that check_setup knows."


# What fit is given


def test_class_weight_reaches_the_argmax_only(data):
    """TRAPS 1."""
    x, y = data
    class_weight = {0: 1.0, 1: 10.0, 2: 100.0}
    argmax_weight = np.array([1.0, 10.0, 100.0])[y.argmax(1)]
    by_class, by_argmax = make_model(), make_model()
    by_class.fit(x, y, class_weight=class_weight, shuffle=False, verbose=0)
    by_argmax.fit(x, y, sample_weight=argmax_weight, shuffle=False, verbose=0)
    for left, right in zip(
        by_class.get_weights(), by_argmax.get_weights(), strict=True
    ):
        np.testing.assert_allclose(left, right, rtol=1e-5)

    found = kml.check_setup(
        make_model(), data, class_weight=class_weight, label_names=NAMES
    )
    owls, reached = int(y[:, 2].sum()), int((y.argmax(1)[y[:, 2] == 1] == 2).sum())
    n_empty = int((y.sum(1) == 0).sum())
    assert 0 < reached < owls
    text = only(found, "class_weight_argmax")
    assert (
        f"Label 'owl' is positive in {owls} rows; class_weight reaches {reached} of "
        f"them. Rows without labels ({n_empty}) get the weight of 'cat'." in text
    )
    mended = make_model(loss=kml.WeightedBinaryCrossentropy([[1, 1], [1, 10], [1, 9]]))
    assert kml.check_setup(mended, data) == []


def test_class_weight_names_the_worst_of_the_labels_that_are_weighed(data):
    x, y = data
    y[:, 0] = 1  # the argmax of every row
    text = only(
        kml.check_setup(make_model(), (x, y), class_weight={1: 2.0})[:1],
        "class_weight_argmax",
    )
    assert "Label 'label 1' is positive in" in text
    assert "class_weight reaches 0 of them." in text
    assert "Rows without labels" not in text


def test_class_weight_is_right_where_labels_exclude_each_other(data):
    x, _ = data
    model, y = make_model("softmax", "categorical_crossentropy"), np.eye(3)[[0, 1, 2]]
    findings = kml.check_setup(model, (x[:3], y), class_weight={0: 1.0, 1: 2.0})
    assert findings == []
    one = make_model(width=1)
    weight = {0: 1.0, 1: 2.0}
    assert kml.check_setup(one, (x[:3], y[:, :1]), class_weight=weight) == []
    assert kml.check_setup(one, (x[:3], y[:, 0]), class_weight=weight) == []


def test_string_keys_of_class_weight_are_ignored(data):
    """TRAPS 1."""
    x, y = data
    plain, weighed = make_model(), make_model()
    plain.fit(x, y, shuffle=False, verbose=0)
    weight = {"cat": 1.0, "owl": 100.0}
    weighed.fit(x, y, class_weight=weight, shuffle=False, verbose=0)
    np.testing.assert_array_equal(plain.get_weights()[0], weighed.get_weights()[0])
    text = only(
        kml.check_setup(make_model(), data, class_weight=weight), "class_weight_keys"
    )
    assert "'cat', 'owl'" in text
    assert "2 of 2 weights have no effect" in text
    both = kml.check_setup(make_model(), data, class_weight={0: 1.0, 3: 2.0})
    assert names_of(both) == ["class_weight_keys", "class_weight_argmax"]


def test_our_class_weight_does_not_go_into_fit(data):
    weight = kml.compute_class_weight(data[1])
    with pytest.raises(AttributeError):
        make_model().fit(*data, class_weight=weight, verbose=0)
    found = kml.check_setup(make_model(), data, class_weight=weight)
    assert "takes a dict; got ndarray" in only(found, "class_weight_format")


def test_sample_weight_per_entry(data):
    """TRAPS 2: it raises, except where a batch has as many rows as labels."""
    x, y = data
    weight = 1 + 9 * (y == 1)
    with pytest.raises(Exception, match=r"(?i)shape|size|dimension"):
        make_model().fit(x, y, sample_weight=weight, batch_size=32, verbose=0)
    make_model().fit(x, y, sample_weight=weight, batch_size=3, verbose=0)

    found = kml.check_setup(make_model(), data, sample_weight=weight)
    text = only(found, "sample_weight_shape")
    assert "shape (96,), one weight per row; got (96, 3)." in text
    assert "except where a batch has 3 rows or 1" in text
    found = kml.check_setup(make_model(), (x, y, weight), batch_size=3)
    assert names_of(found) == ["sample_weight_shape", "batch_size_equals_labels"]
    assert "A batch has 3 rows, as many as there are labels." in str(found)
    loader = Loader(x, y, weight)
    assert names_of(kml.check_setup(make_model(), loader)) == ["sample_weight_shape"]

    for mended in (kml.compute_sample_weight(y), np.ones((96, 1))):
        arguments = {"sample_weight": mended, "batch_size": 3}
        assert kml.check_setup(make_model(), data, **arguments) == []
    short = kml.check_setup(make_model(), data, sample_weight=np.ones(3))
    assert "got (3,)" in only(short, "sample_weight_shape")


# Metrics


@pytest.mark.parametrize(
    "metric", ["accuracy", "acc", keras.metrics.categorical_accuracy]
)
def test_accuracy_looks_at_the_argmax(data, metric):
    """TRAPS 12: nothing is learned, nothing is found, and it is accurate."""
    x, y = data
    model = make_model("linear", "mse", metrics=[metric], kernel_initializer="zeros")
    share = model.evaluate(x, y, verbose=0, return_dict=True)
    (accuracy,) = (value for name, value in share.items() if name != "loss")
    assert accuracy == pytest.approx((y.argmax(1) == 0).mean())
    text = only(kml.check_setup(model, data), "categorical_accuracy")
    assert f"a model that gives 0 everywhere has an accuracy of {accuracy:.3f}" in text

    mended = make_model(metrics=[keras.metrics.BinaryAccuracy(), "AUC"])
    assert kml.check_setup(mended, data) == []
    exclusive = (x[:3], np.eye(3))
    model = make_model("softmax", "categorical_crossentropy", metrics=[metric])
    assert kml.check_setup(model, exclusive) == []


def test_accuracy_is_found_among_weighted_metrics_and_after_fit(data):
    model = make_model()
    model.compile("sgd", "binary_crossentropy", weighted_metrics=("accuracy",))
    model.fit(*data, verbose=0)
    assert names_of(kml.check_setup(model, data)) == ["categorical_accuracy"]


@pytest.mark.parametrize(
    "make", [lambda: "f1_score", keras.metrics.F1Score, keras.metrics.FBetaScore]
)
def test_f1_without_a_threshold_decides_the_argmax(data, make):
    """TRAPS 11."""
    _, y = data
    of_perfect = keras.metrics.F1Score(average="micro")
    of_perfect.update_state(y, 0.9 * y + [0.03, 0.02, 0.01])  # without ties
    assert float(of_perfect.result()) < 0.7
    text = only(kml.check_setup(make_model(metrics=[make()]), data), "f1_argmax")
    total, reachable = int(y.sum()), int(y.any(1).sum())
    assert f"Of the {total} positives at most {reachable} could be found" in text

    mended = make_model(metrics=[keras.metrics.F1Score(threshold=0.5)])
    assert kml.check_setup(mended, data) == []


def own_metric(y_true, y_pred):
    return ops.mean(y_pred)


class Accuracy(keras.metrics.CategoricalAccuracy):
    """A class of one's own, of which nothing is known."""


@pytest.mark.parametrize(
    "metric",
    [
        own_metric,
        lambda y_true, y_pred: ops.mean(y_pred),
        Accuracy(),
        functools.partial(keras.metrics.binary_accuracy, threshold=0.3),
    ],
)
def test_metrics_of_ones_own_are_left_alone(data, metric):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert kml.check_setup(make_model(metrics=[metric]), data) == []


# The end of the model


class Subclassed(keras.Model):
    def __init__(self, activation, function=None):
        super().__init__()
        self.batch = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)
        self.dense = keras.layers.Dense(3, activation=activation)
        self.function = function or (lambda scores: scores)

    def call(self, x, training=False):
        x = self.dropout(self.batch(x, training=training), training=training)
        return self.function(self.dense(x))


def functional(activation):
    inputs = keras.Input((5,))
    return keras.Model(inputs, keras.layers.Dense(3, activation=activation)(inputs))


HEADS = {
    "Sequential, not built": lambda name: keras.Sequential(
        [keras.layers.Dense(3, activation=name)]
    ),
    "an Activation layer": lambda name: keras.Sequential(
        [keras.layers.Dense(3), keras.layers.Activation(name)]
    ),
    "a cast after it": lambda name: keras.Sequential(
        [keras.layers.Dense(3, activation=name), keras.layers.Activation("linear")]
    ),
    "nested": lambda name: keras.Sequential([keras.Input((5,)), functional(name)]),
    "Functional": functional,
    "subclassed": Subclassed,
    "subclassed, an operation": lambda name: Subclassed(None, getattr(ops, name)),
}


@pytest.mark.parametrize("kind", HEADS)
def test_softmax_under_a_binary_loss(data, kind):
    y = data[1]
    model = HEADS[kind]("softmax")
    model.compile("sgd", "binary_crossentropy")
    text = only(kml.check_setup(model, data), "softmax_head")
    several, none = int((y.sum(1) > 1).sum()), int((y.sum(1) == 0).sum())
    assert f"{several} of the 96 rows have several labels, {none} none." in text
    assert (model.predict(data[0], verbose=0) > 0.5).sum(1).max() <= 1
    mended = HEADS[kind]("sigmoid")
    mended.compile("sgd", "binary_crossentropy")
    assert kml.check_setup(mended, data) == []


@pytest.mark.parametrize("kind", HEADS)
def test_probabilities_under_from_logits(data, kind):
    model = HEADS[kind]("sigmoid")
    model.compile("sgd", kml.WeightedBinaryCrossentropy(from_logits=True))
    only(kml.check_setup(model, data), "probabilities_as_logits")


@pytest.mark.parametrize(
    "loss",
    [
        keras.losses.BinaryCrossentropy(from_logits=True),
        kml.WeightedBinaryCrossentropy(from_logits=True),
    ],
)
def test_probabilities_under_from_logits_cost_for_ever(data, loss):
    x, y = data
    perfect = make_model(
        loss=loss,
        bias_initializer=keras.initializers.Constant(-100.0),
        kernel_initializer="zeros",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # by which TensorFlow names it
        cost = perfect.evaluate(x, 0 * y, verbose=0)
    assert cost == pytest.approx(0.0 if IS_TENSORFLOW else np.log(2), abs=1e-6)
    text = only(kml.check_setup(perfect, data), "probabilities_as_logits")
    assert "surely absent costs 0.69 for ever" in text
    assert "On TensorFlow, Keras notices" in text


def test_tensorflow_notices_nothing_under_other_losses(data):
    model = make_model(loss=kml.ZLPRLoss(from_logits=True))
    text = only(kml.check_setup(model, data), "probabilities_as_logits")
    assert "On TensorFlow" not in text


@pytest.mark.parametrize(
    "loss",
    [
        "binary_crossentropy",
        "bce",
        keras.losses.BinaryFocalCrossentropy(),
        kml.WeightedBinaryCrossentropy(),
    ],
)
def test_logits_as_probabilities(data, loss):
    x, y = data
    model = make_model("linear", loss)
    scores = model.predict(x[:32], verbose=0)
    outside = ((scores < 0) | (scores > 1)).mean()
    text = only(kml.check_setup(model, data), "logits_as_probabilities")
    assert f"{outside:.0%} of its outputs on 32 rows lie outside 0 to 1" in text
    # Clipped outputs have no gradient: wrong ones stay.
    stuck = make_model(
        "linear",
        "binary_crossentropy",
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(-5.0),
    )
    stuck.fit(x, 0 * y + 1, verbose=0)
    np.testing.assert_array_equal(stuck.get_weights()[1], [-5, -5, -5])

    of_logits = keras.losses.BinaryCrossentropy(from_logits=True)
    assert kml.check_setup(make_model("linear", of_logits), data) == []
    assert kml.check_setup(make_model("sigmoid", loss), data) == []


def test_a_linear_head_is_found_whatever_it_gives_now(data):
    model = make_model("linear", kernel_initializer="zeros")
    text = only(kml.check_setup(model, data), "logits_as_probabilities")
    assert "Nothing keeps its outputs from lying outside 0 to 1" in text


def test_other_losses_take_any_output(data):
    class Own(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return ops.mean((y_pred - y_true) ** 2, axis=-1)

    for loss in ("mse", Own(), lambda t, p: ops.mean((p - t) ** 2, axis=-1)):
        assert kml.check_setup(make_model("linear", loss), data) == []


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "categorical_crossentropy"),
        ("softmax", keras.losses.CategoricalFocalCrossentropy()),
        ("sigmoid", "crossentropy"),
        ("linear", keras.losses.CategoricalCrossentropy(from_logits=True)),
    ],
)
def test_categorical_losses(data, activation, loss):
    x, y = data
    model = make_model(activation, loss)
    assert model.evaluate(x, 0 * y, verbose=0) == pytest.approx(0, abs=1e-6)
    text = only(kml.check_setup(model, data), "categorical_loss")
    assert "a row without labels costs nothing" in text


# Widths


def test_an_output_of_another_width(data):
    x, y = data
    model = make_model(width=4)
    with pytest.raises(Exception, match=r"(?i)shape"):
        model.fit(x, y, verbose=0)
    text = only(kml.check_setup(make_model(width=4), data), "output_width")
    assert "output has the shape (batch, 4), y (n_samples, 3)." in text
    assert "Dense(3, activation='sigmoid')" in text


def test_names_and_weights_for_another_number_of_labels(data):
    weight = np.ones((4, 2))
    model = make_model(loss=kml.WeightedBinaryCrossentropy(weight))
    with pytest.raises(ValueError, match="class_weight is for 4 labels"):
        model.fit(*data, verbose=0)
    found = kml.check_setup(model, data, label_names=["cat", "dog"])
    assert names_of(found) == ["label_names_width", "class_weight_width"]
    assert "2 label_names for an output of 3 columns" in found[0].problem
    assert "is for 4 labels; the output has 3 columns" in found[1].problem


# The truth


def test_labels_of_one_side(data):
    x, y = data
    y[:, 0], y[:, 2] = 0, 1
    y[:5, 2] = -1
    model = make_model(loss=kml.WeightedBinaryCrossentropy())
    found = kml.check_setup(model, (x, y), label_names=NAMES)
    assert names_of(found) == ["no_positives", "no_negatives"]
    assert "1 of 3 labels have no positive in the 96 rows: 'cat'." in str(found)
    assert "1 of 3 labels have no negative in the 96 rows: 'owl'." in str(found)


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mse", "hinge"])
@pytest.mark.parametrize("unknown", [-1, np.nan])
def test_unknown_entries_under_a_loss_of_keras(data, loss, unknown):
    """TRAPS 16."""
    x, y = data
    y[:7, 1] = unknown
    text = only(kml.check_setup(make_model(loss=loss), (x, y)), "unknown_targets")
    assert "7 of the 288 entries of y are unknown (-1 or NaN)" in text
    assert f"the loss {loss} takes them as truth" in text
    assert ("7 are NaN" in text) == np.isnan(unknown)
    assert ("three times as hard" in text) == (unknown == -1 and "bin" in loss)
    mended = make_model(loss=kml.WeightedBinaryCrossentropy())
    assert kml.check_setup(mended, (x, y)) == []


def test_what_unknown_entries_do_to_keras():
    def gradient(truth):
        """Of the bias, by what a step of 1 changes it."""
        model = make_model(width=1, kernel_initializer="zeros")
        model.optimizer.learning_rate = 1.0
        model.fit(np.zeros((1, 5)), np.array([[truth]]), verbose=0)
        return -model.get_weights()[1][0]

    assert gradient(0.0) == pytest.approx(0.5)
    if keras.backend.backend() == "torch":
        with pytest.raises(RuntimeError, match="between 0 and 1"):
            gradient(-1.0)
    else:
        assert gradient(-1.0) == pytest.approx(1.5)  # three times as hard
        assert np.isnan(gradient(np.nan))


class OwnLoss(keras.losses.BinaryCrossentropy):
    """Which may know unknown entries."""


@pytest.mark.parametrize("loss", [OwnLoss(), lambda t, p: ops.mean(p - t, axis=-1)])
def test_a_loss_of_ones_own_may_know_unknown_entries(data, loss):
    x, y = data
    y[:7, 1] = -1
    assert kml.check_setup(make_model(loss=loss), (x, y)) == []


@pytest.mark.parametrize(
    "y",
    [
        np.arange(96) % 3,
        (np.arange(96) % 3)[:, None],
        np.array(["cat", "dog", "owl"] * 32),
    ],
)
def test_class_indices_are_not_multi_hot(data, y):
    with pytest.raises(Exception, match=r"(?i)shape|rank|dtype|string|type|str_"):
        make_model().fit(data[0], y, verbose=0)
    text = only(kml.check_setup(make_model(), (data[0], y)), "targets_not_multi_hot")
    assert f"shape (n_samples, 3), one column per label; got {y.shape}" in text
    assert "encode_labels(rows)" in text


@pytest.mark.parametrize("odd", [2, 255, -2, 0.5 + 1])
def test_other_values_are_not_multi_hot(data, odd):
    x, y = data
    y[:4, 1] = odd
    text = only(kml.check_setup(make_model(), (x, y)), "targets_not_multi_hot")
    assert f"4 of 288 entries are other numbers, {odd} say." in text


def test_soft_targets_are_a_warning(data):
    x, y = data
    text = only(
        kml.check_setup(make_model(), (x, 0.8 * y + 0.1)), "soft_targets", "warning"
    )
    assert "288 of 288 entries are other numbers" in text


# The final bias


def rare_data(n=200):
    x, _ = make_data(n)
    y = np.zeros((n, 3), "float32")
    y[:4, 0] = y[2:8, 1] = y[1:5, 2] = 1
    return x, y


def prior_bias(y):
    p = (y == 1).mean(0).clip(1e-4, 1 - 1e-4)
    return keras.initializers.Constant(np.log(p / (1 - p)))


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_a_final_bias_of_zero_where_labels_are_rare(activation):
    x, y = rare_data()
    loss = keras.losses.BinaryCrossentropy(from_logits=activation == "linear")
    blind = {"activation": activation, "loss": loss, "kernel_initializer": "zeros"}
    first = make_model(**blind).evaluate(x, y, verbose=0)
    mended = make_model(**blind, bias_initializer=prior_bias(y))
    at_prior = mended.evaluate(x, y, verbose=0)
    found = kml.check_setup(make_model(activation, loss), (x, y))
    text = only(found, "final_bias", "warning")
    assert f"With this bias alone the first loss is {first:.3f}" in text
    told = float(text.partition("log-odds it would be ")[2][:5])
    # check_setup counts one more row of each kind.
    assert at_prior <= told <= at_prior + 0.02
    assert kml.check_setup(mended, (x, y)) == []


def test_a_final_bias_that_is_not_plainly_zero(tmp_path):
    x, y = rare_data()
    trained = make_model()
    trained.fit(x, y, verbose=0)
    assert kml.check_setup(trained, (x, y)) == []
    assert kml.check_setup(make_model(use_bias=False), (x, y)) == []
    # Balanced weights make both sides as frequent: zero is the best bias.
    balanced = kml.WeightedBinaryCrossentropy(kml.compute_class_weight(y))
    assert kml.check_setup(make_model(loss=balanced), (x, y)) == []
    light = np.tile([1.0, 2.0], (3, 1))
    weighed = make_model(loss=kml.WeightedBinaryCrossentropy(light))
    text = only(kml.check_setup(weighed, (x, y)), "final_bias", "warning")
    assert "+ np.log(w[:, 1] / w[:, 0])" in text
    mended = make_model(bias_initializer=prior_bias(y))
    mended.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.get_weights()[1], mended.get_weights()[1])


# Models and data of all kinds


@pytest.mark.parametrize("kind", ["Functional", "subclassed"])
def test_model_is_left_as_it_is(data, kind):
    model = HEADS[kind]("sigmoid")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(*data, verbose=0)
    before = [variable.numpy() for variable in model.variables]
    before += [variable.numpy() for variable in model.optimizer.variables]
    kml.check_setup(model, data, class_weight={0: 1.0})
    after = [*model.variables, *model.optimizer.variables]
    for left, right in zip(before, after, strict=True):
        np.testing.assert_array_equal(left, right.numpy())
    if kind == "Functional":
        assert model.layers[-1].output is model.outputs[0]
    model.fit(*data, verbose=0)


def test_a_stateful_layer_keeps_its_state():
    model = keras.Sequential(
        [
            keras.Input((7, 2), batch_size=4),
            keras.layers.GRU(3, stateful=True),
            keras.layers.Dense(3, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x, y = np.ones((8, 7, 2), "float32"), make_data(8)[1]
    kml.check_setup(model, (x, y), batch_size=4)
    (state,) = model.layers[0].states
    assert not state.numpy().any()
    model(x[:4], training=False)
    assert state.numpy().any()


SOURCES = {
    "arrays as a list": lambda x, y: [x, y],
    "arrays made by a callable": lambda x, y: lambda: (x, y),
    "tf.data": tf_dataset,
    "tf.data without end": lambda x, y: tf_dataset(x, y).repeat(),
    "PyDataset": Loader,
    "torch DataLoader": torch_loader,
    "grain": grain_dataset,
    "grain IterDataset": lambda x, y: grain_dataset(x, y).to_iter_dataset(),
    "callable making a generator": lambda x, y: lambda: batches(x, y),
    "iterable": Iterable,
    "with weights": lambda x, y: Loader(x, y, np.ones(len(x))),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_gives_the_same_finding(data, kind):
    model = make_model()
    found = kml.check_setup(model, SOURCES[kind](*data), class_weight={2: 2.0})
    expected = kml.check_setup(model, data, class_weight={2: 2.0})
    name = "class_weight_argmax"
    if kind == "tf.data without end":
        assert names_of(found) == [name]
    else:
        assert only(found, name) == only(expected, name)


def test_a_stream_is_read_in_part(data):
    x, y = data
    drawn = []

    def endless():
        while True:
            drawn.append(len(x))
            yield x, 0 * y

    found = kml.check_setup(make_model(), endless)
    assert MOST_ROWS <= sum(drawn) < MOST_ROWS + len(x)
    assert f"in the first {sum(drawn):,} rows" in " ".join(str(found).split())


def test_a_sparse_truth_counts_as_what_it_holds(data):
    sparse = pytest.importorskip("scipy.sparse")
    x, y = data
    found = kml.check_setup(
        make_model(), (x, sparse.csr_matrix(y)), class_weight={2: 2.0}
    )
    assert names_of(found) == ["class_weight_argmax"]


def two_outputs(structure):
    inputs = keras.Input((5,))
    left = keras.layers.Dense(3, activation="softmax", name="left")(inputs)
    right = keras.layers.Dense(3, activation="sigmoid", name="right")(inputs)
    return keras.Model(inputs, structure(left, right))


@pytest.mark.parametrize(
    "structure",
    [lambda a, b: [a, b], lambda a, b: {"left": a, "right": b}],
    ids=["list", "dict"],
)
def test_one_of_several_outputs(data, structure):
    x, y = data
    model = two_outputs(structure)
    losses = structure("binary_crossentropy", "binary_crossentropy")
    model.compile("sgd", losses, metrics=structure([], ["accuracy"]))
    both = (x, structure(y, y))
    left = kml.check_setup(model, both, output_name="left")
    assert names_of(left) == ["softmax_head"]
    right = kml.check_setup(model, both, output_name="right")
    assert names_of(right) == ["categorical_accuracy"]
    weight = structure(None, np.ones((96, 3)))
    found = kml.check_setup(model, both, output_name="right", sample_weight=weight)
    assert names_of(found) == ["sample_weight_shape", "categorical_accuracy"]
    with pytest.raises(ValueError, match=r"outputs \['left', 'right'\]: pass output"):
        kml.check_setup(model, both)
    with pytest.raises(ValueError, match="got 'top'"):
        kml.check_setup(model, both, output_name="top")


# Texts and mistakes


def test_findings_read_well_errors_first():
    x, y = rare_data()
    y[:, 2] = 0
    model = make_model(metrics=["accuracy"], name="head")
    found = kml.check_setup(model, (x, y), label_names=NAMES, batch_size=16)
    assert isinstance(found, list)
    assert str(found) == "\n\n".join(map(str, found))
    assert str(found) == (
        """\
error: The metric 'accuracy' becomes CategoricalAccuracy: it compares the argmax
  of y and output. [categorical_accuracy]
  Why:  It looks at one label of each row, and a row without labels counts as
        'cat': a model that gives 0 everywhere has an accuracy of 0.980.
  Mend: MultiLabelMetrics gives F1, precision and recall;
        keras.metrics.BinaryAccuracy() counts entries.

warning: 1 of 3 labels have no positive in the 200 rows: 'owl'. [no_positives]
  Why:  A label that is never seen is learned as never there, and its recall is
        0 / 0.
  Mend: Split with multilabel_train_test_split(..., stratify=y), or leave the
        labels out.

warning: The bias of 'head' is 0, which says that each label is there as often
  as not. [final_bias]
  Why:  With this bias alone the first loss is 0.693; with the labels' log-odds
        it would be 0.099. The first epochs are spent on learning how rare the
        labels are.
  Mend: Give the last Dense layer
        bias_initializer=keras.initializers.Constant(np.log(p / (1 - p))) with p
        = (y == 1).mean(0).clip(1e-4, 1 - 1e-4)."""
    )


def test_a_finding_is_a_value():
    finding = kml.Finding("a", "error", "b", why="c", remedy="d")
    assert finding == kml.Finding("a", "error", "b", why="c", remedy="d")
    with pytest.raises(AttributeError):
        finding.name = "z"


X, Y = make_data(8)


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (None, {}, ValueError, "^data must be given"),
        ((X,), {}, ValueError, "^data must be .* got 1 elements"),
        ((X, None), {}, ValueError, "data must hold y"),
        ((X, Y[:3]), {}, ValueError, r"\[3, 8\] rows"),
        ((X.tolist(), Y.tolist()), {}, TypeError, "arrays, .* got float"),
        ((X[:0], Y[:0]), {}, ValueError, "data is empty"),
        (42, {}, TypeError, "^data must be"),
        (batches(X, Y), {}, ValueError, "an iterator, .* pass a callable"),
        (lambda: batches(X[:0], Y[:0]), {}, ValueError, "data is empty"),
        (lambda: iter([(X,)]), {}, ValueError, "it gave x alone"),
        ([], {}, ValueError, "got 0 elements"),
        ((X, Y), {"label_names": "aab"}, ValueError, "'a' twice"),
        ((X, Y), {"output_name": "top"}, ValueError, "got 'top'"),
    ],
)
def test_bad_arguments(data, options, error, message):
    with pytest.raises(error, match=message):
        kml.check_setup(make_model(), data, **options)


def test_bad_models():
    with pytest.raises(ValueError, match=r"must be compiled.*model.compile\(opt"):
        kml.check_setup(keras.Sequential([keras.layers.Dense(3)]), (X, Y))
    with pytest.raises(TypeError, match="must be a Keras model; got function"):
        kml.check_setup(make_model, (X, Y))


# Our own example; the pages of the documentation are checked where they are run


def test_no_false_alarm_in_the_example(setups_of_fit, tmp_path, monkeypatch):
    if not IS_TENSORFLOW:
        pytest.skip("its data is read by TensorFlow")
    pytest.importorskip("matplotlib").use("Agg")
    arguments = ["voc.py", "--quick", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)

    class CheckedEnoughError(Exception):
        pass

    def stop(self, *arguments, **options):
        raise CheckedEnoughError

    monkeypatch.setattr(kml.MultiLabelMetrics, "on_train_begin", stop)
    with pytest.raises(CheckedEnoughError):
        runpy.run_path(str(ROOT / "examples" / "voc.py"), run_name="__main__")
    assert setups_of_fit == [[]]
