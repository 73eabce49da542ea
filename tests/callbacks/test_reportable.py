"""The report of the last validation: the numbers that are in the logs."""

import pickle

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import keras_multilabel as kml
from tests.fits import N_LABELS, fit, make_model

pytestmark = pytest.mark.keras
LOGGED = {"f1_score": "f1_score", "precision": "precision", "recall": "recall"}


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "0.5, not tuned"),
        ({"threshold": [0.3] * N_LABELS}, "given"),
        ({"threshold": "tune"}, "5-fold cross-fitted on these rows"),
        (
            {"threshold": kml.ThresholdTuner(cv=3), "zero_division": np.nan},
            "3-fold cross-fitted on these rows",
        ),
    ],
)
def test_the_numbers_are_those_in_the_logs(data, model, options, told):
    names = ["sun", "rain", "snow", "fog"]
    metrics = kml.MultiLabelMetrics(data, label_names=names, **options)
    history = fit([metrics], model, epochs=2)
    report = metrics.report(confidence=0.9)
    weighted = report.intervals.averages["weighted"]
    for name, interval in weighted.items():
        if name in LOGGED:
            logged = history[f"val_{name}"][-1]
            assert interval.value == pytest.approx(logged)
    np.testing.assert_array_equal(report.counts.tp, metrics.counts.tp)
    np.testing.assert_array_equal(report.y_score, metrics.y_score)
    assert report.tuned_on.startswith(told)
    assert report.label_names == names
    assert report.intervals.confidence == 0.9
    again = pickle.loads(pickle.dumps(metrics))
    assert again.report(confidence=0.9).to_dict() == report.to_dict()


def test_logits_weights_groups_and_images(data, model):
    x, y = data
    weight = np.linspace(0.5, 2, len(x))
    metrics = kml.MultiLabelMetrics((x, y, weight), use_sample_weight=True)
    fit([metrics], model, epochs=1)
    images = [f"{row}.jpg" for row in range(len(x))]
    report = metrics.report(groups=np.arange(len(x)) // 3, images=images)
    np.testing.assert_allclose(report.sample_weight, weight)
    assert report.intervals.n_groups == 50
    assert report.images == images
    with pytest.raises(ValueError, match=r"shape \(150,\); got \(2,\)"):
        metrics.report(groups=[1, 2])


def test_positions_of_a_sample_are_a_group_and_padding_is_left_out(rng):
    x = rng.normal(size=(40, 5, 6)).astype("float32")
    y = (x[..., :3] > 0.3).astype("float32")
    y[np.arange(5) >= rng.integers(1, 6, 40)[:, None]] = -1
    y[-1] = -1  # a sample without anything known
    model = keras.Sequential([keras.layers.Dense(3, "sigmoid")])
    model.compile("sgd", kml.WeightedBinaryCrossentropy())
    metrics = kml.MultiLabelMetrics((x, y), threshold="tune")
    history = model.fit(x, y, verbose=0, callbacks=[metrics]).history
    report = metrics.report(images=[f"{row}.jpg" for row in range(40)])
    assert report.intervals.n_groups == 39
    assert len(report.y_true) == len(report.images) == (y >= 0).any(2).sum()
    weighted = report.intervals.averages["weighted"]["f1_score"].value
    assert weighted == pytest.approx(history["val_f1_score"][0])
    assert metrics.report(groups=np.arange(40) // 2).intervals.n_groups == 20


def test_there_is_none_before_a_validation_nor_of_counts_alone(data):
    metrics = kml.MultiLabelMetrics(data)
    with pytest.raises(NotFittedError, match="no report yet"):
        metrics.report()
    metrics = kml.MultiLabelMetrics()
    model = make_model(metrics=[kml.MultiLabelScores(N_LABELS)])
    fit([metrics], model, epochs=1, validation_data=data)
    with pytest.raises(NotFittedError, match=r"keeps no report.*it has counts"):
        metrics.report()
