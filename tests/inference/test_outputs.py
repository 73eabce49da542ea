"""Which output of a model is meant, in validation as in check_setup."""

import keras
import numpy as np
import pytest
import sklearn.metrics as sk

import keras_multilabel as kml
from tests.fits import N_LABELS, make_data

pytestmark = pytest.mark.keras


@pytest.fixture
def data():
    return make_data()


def validated(model, metrics):
    """The logs of a validation after an epoch, without the fit."""
    logs = {}
    metrics.set_model(model)
    metrics.on_train_begin()
    metrics.on_epoch_end(0, logs)
    return logs


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
    model.compile("sgd", losses if as_dict else list(losses.values()))
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
    logs = validated(model, metrics)
    assert logs["val_loss"] == pytest.approx(history["val_loss"][0], rel=1e-5)
    with pytest.raises(ValueError, match=r"outputs.*pass output_name"):
        validated(model, kml.MultiLabelMetrics((x, targets)))
    with pytest.raises(ValueError, match="must be one of"):
        validated(model, kml.MultiLabelMetrics((x, targets), output_name="colour"))


class Several(keras.Model):
    """Subclassed: its outputs have the names that its prediction shows."""

    def __init__(self, as_dict):
        super().__init__()
        self.tags = keras.layers.Dense(N_LABELS, "sigmoid")
        self.size = keras.layers.Dense(1)
        self.as_dict = as_dict

    def call(self, x):
        if self.as_dict:
            return {"tags": self.tags(x), "size": self.size(x)}
        return [self.size(x), self.tags(x)]


@pytest.mark.parametrize(("as_dict", "name"), [(True, "tags"), (False, "output_1")])
def test_one_output_of_a_subclassed_model(data, as_dict, name):
    """By the names that check_setup knows them by."""
    x, y = data
    targets = {"tags": y, "size": x[:, :1]} if as_dict else [x[:, :1], y]
    model = Several(as_dict)
    model.compile("sgd", "mse")
    assert isinstance(kml.check_setup(model, (x, targets), output_name=name), list)
    metrics = kml.MultiLabelMetrics((x, targets), output_name=name)
    model.fit(x, targets, verbose=0, callbacks=[metrics])
    np.testing.assert_array_equal(metrics.y_true, y)
    for given in (None, "colour"):
        metrics = kml.MultiLabelMetrics((x, targets), output_name=given)
        with pytest.raises(ValueError, match="output_name"):
            validated(model, metrics)
