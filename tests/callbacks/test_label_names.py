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


@pytest.fixture(scope="module")
def model():
    return make_model()


def assert_named(metrics):
    assert metrics.counts.label_names == NAMES
    assert metrics.thresholds.label_names == NAMES


@pytest.mark.parametrize("threshold", [0.5, "tune"])
def test_names_given_once_are_those_of_counts_and_thresholds(data, model, threshold):
    x, y = data
    named = Loader(*data)
    named.class_names = NAMES
    all_metrics = [
        kml.MultiLabelMetrics(source, threshold=threshold, name=name, **options)
        for name, source, options in [
            ("list", data, {"label_names": NAMES}),
            ("iterator", data, {"label_names": iter(NAMES)}),
            ("loader", Loader(*data), {"label_names": NAMES}),
            ("columns", (x, pd.DataFrame(y, columns=NAMES)), {}),
            ("both", (x, pd.DataFrame(y).add_prefix("f")), {"label_names": NAMES}),
            ("class_names", named, {}),
        ]
    ]
    fit(all_metrics, model, epochs=1)
    for metrics in all_metrics:
        assert_named(metrics)
        assert_named(pickle.loads(pickle.dumps(metrics)))
        assert metrics.counts["owl"].support == y[:, 3].sum()


def test_thresholds_bring_theirs(data, model):
    given = [
        kml.Thresholds([0.5] * N_LABELS, NAMES),
        kml.ThresholdTuner(label_names=NAMES, shrinkage=0),
    ]
    all_metrics = [
        kml.MultiLabelMetrics(data, threshold=each, name=type(each).__name__)
        for each in given
    ]
    fit(all_metrics, model, epochs=1)
    for metrics in all_metrics:
        assert_named(metrics)
    metric = kml.MultiLabelScores(N_LABELS, given[0])
    assert metric.counts.label_names == NAMES


def test_names_of_columns_stand_in_the_logs(data, model):
    frame = pd.DataFrame(data[1], columns=NAMES)
    metrics = kml.MultiLabelMetrics((data[0], frame), per_label=True)
    assert "val_f1_score/owl" in fit([metrics], model, epochs=1)


def test_without_names_there_are_none(data, model):
    metrics = kml.MultiLabelMetrics(data, per_label=True)
    assert "val_f1_score/label 0" in fit([metrics], model, epochs=1)
    assert metrics.counts.label_names is None
    assert metrics.thresholds.label_names is None


def test_plots_and_models_take_them_from_there(data, model):
    pytest.importorskip("matplotlib").use("Agg")
    metrics = kml.MultiLabelMetrics(data, label_names=NAMES)
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
