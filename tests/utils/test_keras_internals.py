"""Each hook into Keras, by itself: these turn red on the day Keras moves."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from keras_multilabel.utils import keras_internals

pytestmark = pytest.mark.keras

BACKEND = keras.backend.backend()
X = np.random.default_rng(0).normal(size=(24, 4)).astype("float32")
Y = (X[:, :3] > 0).astype("float32")


def make_model(**options):
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy", **options)
    return model


def fit(model, *callbacks, epochs=2):
    model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks))


def test_metrics_inside_finds_what_compile_was_given():
    scores = kml.MultiLabelScores(3)
    model = make_model(metrics=[scores])
    for _ in range(2):  # before the first batch, and after it
        found = [
            m for each in model.metrics for m in keras_internals.metrics_inside(each)
        ]
        assert any(metric is scores for metric in found)
        fit(model)


class Told(keras.Model):
    """Its loss is 0 where it was told so when the step was traced."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3, activation="sigmoid")
        self.frozen = False

    def call(self, x):
        return self.dense(x)

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        return loss * 0.0 if self.frozen else loss


@pytest.mark.parametrize("is_fitted_before", [False, True])
def test_two_train_functions_are_traced_apart_and_chosen_at_every_step(
    is_fitted_before,
):
    model = Told()
    model.compile("sgd", "binary_crossentropy")
    if is_fitted_before:
        fit(model)
    moved = []

    class Freeze(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            keras_internals.add_train_function(model, lambda: model.frozen)
            added = model.train_function
            keras_internals.add_train_function(model, lambda: model.frozen)
            assert model.train_function is added
            assert "train_step" not in vars(model)

        def on_epoch_begin(self, epoch, logs=None):
            self.before = model.get_weights() if model.built else None
            model.frozen = epoch % 2 == 0

        def on_epoch_end(self, epoch, logs=None):
            after = model.get_weights()
            if self.before is not None:
                moved.append(not np.array_equal(self.before[0], after[0]))

    fit(model, Freeze(), epochs=4)
    assert moved == [False, True, False, True][-len(moved) :]
    model.frozen = False
    before = model.get_weights()[0]
    fit(model)
    assert not np.array_equal(before, model.get_weights()[0])


def test_callbacks_of_one_fit_share_their_params():
    found = []

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            kind = keras.callbacks.LambdaCallback
            found.append(keras_internals.callbacks_beside(self, kind))

    model = make_model()
    beside, later = keras.callbacks.LambdaCallback(), keras.callbacks.LambdaCallback()
    fit(model, Look(), beside)
    fit(model, later, Look())
    assert found == [[beside], [later]]


class Whole(keras.Model):
    """Its prediction is what it was given beside x."""

    def __init__(self):
        super().__init__()
        self.built = True

    def call(self, data):
        x, y = data
        return y + 0 * x[:, :3]

    def predict_step(self, *arguments):
        return keras_internals.predict_whole_batch(self, *arguments)


def test_predict_gives_the_whole_batch_to_call():
    model = Whole()
    model.compile(loss=None)

    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            part = slice(8 * index, 8 * index + 8)
            return X[part], Y[part]

    np.testing.assert_array_equal(model.predict(Data(), verbose=0), Y)


def test_weights_outlive_a_pass_that_breaks_off():
    model = make_model()
    fit(model)
    before = model.get_weights()

    def broken():
        yield (X[:8],)
        raise OSError("the disk is gone")

    with pytest.raises(Exception, match="disk is gone"):  # noqa: SIM117
        with keras_internals.weights_kept(model, model):
            model.predict(broken(), verbose=0)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert BACKEND != "jax" or callable(model.jax_state_sync)


@pytest.mark.skipif(BACKEND != "torch", reason="of torch alone")
def test_writing_into_torch_storage_writes_the_variable():
    variable = keras.Variable(np.zeros(3, "float32"), trainable=False)
    keras_internals.torch_storage(variable).add_(2)
    np.testing.assert_array_equal(ops.convert_to_numpy(variable), [2, 2, 2])


@pytest.mark.parametrize(
    ("operation", "name"),
    [(ops.sigmoid, "sigmoid"), (ops.softmax, "softmax"), (ops.tanh, None)],
)
def test_activations_in_a_graph_are_known_by_their_class(operation, name):
    x = keras.Input((4,))
    model = keras.Model(x, operation(x))
    assert keras_internals.operation_activation(model.operations[-1]) == name
