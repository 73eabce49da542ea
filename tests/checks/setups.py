"""Data and models that check_setup looks at, and how its findings are compared."""

import keras
import numpy as np
from keras import ops

NAMES = ["cat", "dog", "owl"]
IS_TENSORFLOW = keras.backend.backend() == "tensorflow"


def make_data(n=96, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5)).astype("float32")
    y = (x[:, :3] > [0.0, 0.3, 0.6]).astype("float32")
    return x, y


def rare_data(n=200):
    x, _ = make_data(n)
    y = np.zeros((n, 3), "float32")
    y[:4, 0] = y[2:8, 1] = y[1:5, 2] = 1
    return x, y


def make_model(
    activation="sigmoid", loss="binary_crossentropy", width=3, metrics=None, **dense
):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(width, activation=activation, **dense)]
    )
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=metrics)
    return model


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


def names_of(findings):
    return [finding.name for finding in findings]


def only(findings, name, severity="error"):
    """The one finding, and its text on one line."""
    assert [(f.name, f.severity) for f in findings] == [(name, severity)], str(findings)
    return " ".join(str(findings[0]).split())
