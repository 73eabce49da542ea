"""Names of labels: given to the callback once, or brought by y, and kept by results."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml
from tests.fits import N_LABELS, Loader, fit, make_model

pytestmark = pytest.mark.keras

NAMES = ["cat", "dog", "cow", "owl"]


@pytest.mark.parametrize("threshold", [0.5, "tune"])
def test_names_given_once_are_those_of_counts_and_thresholds(data, threshold):
    for source, options in [
        (data, {"label_names": NAMES}),
        (data, {"label_names": iter(NAMES)}),
        (Loader(*data), {"label_names": NAMES}),
        ((data[0], pd.DataFrame(data[1], columns=NAMES)), {}),
        ((data[0], pd.DataFrame(data[1]).add_prefix("f")), {"label_names": NAMES}),
    ]:
        metrics = kml.MultiLabelMetrics(source, threshold=threshold, **options)
        fit([metrics], epochs=1)
        for last in (metrics, pickle.loads(pickle.dumps(metrics))):
            assert last.counts.label_names == NAMES
            assert last.thresholds.label_names == NAMES
        assert metrics.counts["owl"].support == data[1][:, 3].sum()


@pytest.mark.parametrize(
    "threshold",
    [
        kml.Thresholds([0.5] * N_LABELS, NAMES),
        kml.ThresholdTuner(label_names=NAMES, shrinkage=0),
    ],
    ids=["thresholds", "tuner"],
)
def test_thresholds_bring_theirs(data, threshold):
    metrics = kml.MultiLabelMetrics(data, threshold=threshold)
    fit([metrics], epochs=1)
    assert metrics.counts.label_names == NAMES
    assert metrics.thresholds.label_names == NAMES
    if isinstance(threshold, kml.Thresholds):
        metric = kml.MultiLabelScores(N_LABELS, threshold)
        assert metric.counts.label_names == NAMES


def test_class_names_of_a_dataset_are_those_of_counts_and_thresholds(data):
    loader = Loader(*data)
    loader.class_names = NAMES
    for threshold in (0.5, "tune"):
        metrics = kml.MultiLabelMetrics(loader, threshold=threshold)
        fit([metrics], epochs=1)
        assert metrics.counts.label_names == NAMES
        assert metrics.thresholds.label_names == NAMES


def test_names_of_columns_stand_in_the_logs(data):
    frame = pd.DataFrame(data[1], columns=NAMES)
    metrics = kml.MultiLabelMetrics((data[0], frame), per_label=True)
    assert "val_f1_score/owl" in fit([metrics], epochs=1)


def test_without_names_there_are_none(data):
    metrics = kml.MultiLabelMetrics(data, per_label=True)
    assert "val_f1_score/label 0" in fit([metrics], epochs=1)
    assert metrics.counts.label_names is None
    assert metrics.thresholds.label_names is None


def test_plots_and_models_take_them_from_there(data):
    pytest.importorskip("matplotlib").use("Agg")
    metrics = kml.MultiLabelMetrics(data, label_names=NAMES)
    model = make_model()
    fit([metrics], model, epochs=1)
    (page,) = kml.plot_confusion_matrices(metrics.counts)
    # The last axes are the key of the colours.
    assert [ax.get_title() for ax in page.axes[:-1]] == NAMES
    served = kml.with_decisions(model, metrics.thresholds)
    assert kml.label_names(served) == NAMES


def test_the_compiled_metric_carries_names_and_saves_them(data, tmp_path):
    metric = kml.MultiLabelScores(
        N_LABELS, scores=["f1_score", "roc_auc"], label_names=NAMES
    )
    model = make_model(metrics=[metric])
    metrics = kml.MultiLabelMetrics()
    fit([metrics], model, epochs=1, validation_data=data)
    assert metrics.counts.label_names == NAMES
    assert metrics.histogram.label_names == NAMES
    again = kml.MultiLabelScores.from_config(metric.get_config())
    assert again.label_names == NAMES
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    loaded.evaluate(*data, verbose=0)
    (found,) = [
        inner
        for outer in loaded.metrics
        for inner in getattr(outer, "metrics", [outer])
        if isinstance(inner, kml.MultiLabelScores)
    ]
    assert found.counts.label_names == NAMES
    np.testing.assert_array_equal(found.counts.support, data[1].sum(0))


def test_the_compiled_metric_refuses_names_that_are_not_one_per_label():
    with pytest.raises(ValueError, match="got 3 names"):
        kml.MultiLabelScores(N_LABELS, label_names="abc")
