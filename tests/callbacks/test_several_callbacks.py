"""Several callbacks in one fit keep their values apart."""

import keras
import pytest

import keras_multilabel as kml
from tests.fits import fit, make_data, make_model

pytestmark = pytest.mark.keras


def test_a_name_is_put_before_the_scores(data):
    plain = kml.MultiLabelMetrics(data, per_label=True, label_names="abcd")
    named = kml.MultiLabelMetrics(
        data, per_label=True, label_names="abcd", name="hospital"
    )
    history = fit([plain, named], epochs=1)
    ours = [key for key in history if key.startswith("val_") and key != "val_loss"]
    plain_keys = [key for key in ours if "hospital" not in key]
    assert "val_f1_score/a" in plain_keys
    assert ours == plain_keys + [
        key.replace("val_", "val_hospital_", 1) for key in plain_keys
    ]
    for key in plain_keys:
        assert history[key.replace("val_", "val_hospital_", 1)] == history[key]


def test_each_output_has_a_callback():
    x, y = make_data(60)
    inputs = keras.Input((6,))
    outputs = {
        name: keras.layers.Dense(n, "sigmoid", name=name)(inputs)
        for name, n in (("tags", 4), ("moods", 2))
    }
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "binary_crossentropy")
    truth = {"tags": y, "moods": y[:, :2]}
    callbacks = [
        kml.MultiLabelMetrics((x, truth), output_name=name, name=name, metrics="recall")
        for name in truth
    ]
    history = model.fit(x, truth, verbose=0, callbacks=callbacks).history
    for name, callback in zip(truth, callbacks, strict=True):
        assert history[f"val_{name}_recall"] == [
            kml.recall_score(callback.counts, average="weighted")
        ]
    assert callbacks[1].counts.total.shape == (2,)


@pytest.mark.parametrize("first", ["a metric of Keras", "another callback"])
def test_a_value_that_replaces_another_warns_once(data, first):
    compiled = [keras.metrics.Precision(name="precision")]
    options = {} if first == "another callback" else {"validation_data": data}
    callbacks = [kml.MultiLabelMetrics(data, metrics="precision")]
    if first == "another callback":
        compiled, callbacks = None, [*callbacks, kml.MultiLabelMetrics(data)]
    with pytest.warns(
        UserWarning, match=r"val_precision is in logs .* val_tags_prec"
    ) as told:
        fit(callbacks, make_model(metrics=compiled), **options)
    assert len([each for each in told if "is in logs" in str(each.message)]) == 1


def test_the_loss_is_that_of_the_first(data):
    x, y = data
    flipped = x, 1 - y
    model = make_model()
    callbacks = [
        kml.MultiLabelMetrics(flipped, name="flipped"),
        kml.MultiLabelMetrics(data),
    ]
    (loss,) = fit(callbacks, model, epochs=1)["val_loss"]
    assert loss == pytest.approx(model.evaluate(*flipped, verbose=0), rel=1e-5)
    assert loss != pytest.approx(model.evaluate(*data, verbose=0), rel=1e-2)


def test_the_warning_of_a_replaced_value_names_its_label(data):
    callbacks = [
        kml.MultiLabelMetrics(data, average=None, label_names="abcd") for _ in range(2)
    ]
    with pytest.warns(UserWarning, match=r"val_f1_score/a is .* val_tags_f1_score/a"):
        fit(callbacks, epochs=1)


def test_a_name_is_text(data):
    with pytest.raises(TypeError, match="name must be text; got 1"):
        kml.MultiLabelMetrics(data, name=1)
