"""`repr` of callback, losses and metrics: what makes them again."""

import keras
import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml
from tests.losses.cases import CASES

pytestmark = pytest.mark.keras


def test_a_loss_shows_what_differs_from_the_default():
    assert repr(kml.AsymmetricLoss()) == "AsymmetricLoss()"
    loss = kml.AsymmetricLoss(2, clip=0, from_logits=True, name="focal")
    assert repr(loss) == (
        "AsymmetricLoss(gamma_neg=2, clip=0, from_logits=True, name='focal')"
    )
    weighted = kml.WeightedBinaryCrossentropy(np.array([[1, 2], [1, 3]]))
    assert repr(weighted) == (
        "WeightedBinaryCrossentropy(class_weight=[[1.0, 2.0], [1.0, 3.0]])"
    )
    many = repr(kml.WeightedBinaryCrossentropy(np.ones((80, 2))))
    assert many.count("[1.0, 1.0]") == 8
    assert many.endswith(", ...])")


@pytest.mark.parametrize("name", CASES)
def test_a_loss_made_of_its_repr_is_the_same(name):
    loss = CASES[name][0]()
    again = eval(repr(loss), {type(loss).__name__: type(loss), "nan": np.nan})
    assert again.get_config() == loss.get_config()


def test_the_compiled_metric():
    assert repr(kml.MultiLabelScores(3)) == "MultiLabelScores(num_labels=3)"
    metric = kml.MultiLabelScores(
        2, [0.1, 0.2], "roc_auc", zero_division=np.nan, label_names=["a", "b"]
    )
    assert repr(metric) == (
        "MultiLabelScores(num_labels=2, threshold=[0.1, 0.2], scores=['roc_auc'], "
        "zero_division=nan, label_names=['a', 'b'])"
    )
    half = kml.MultiLabelScores(2, dtype="float16")
    assert repr(half) == "MultiLabelScores(num_labels=2, dtype='float16')"


def test_defaults_of_the_precision_that_is_set():
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        assert repr(kml.ZLPRLoss()) == "ZLPRLoss()"
        assert repr(kml.MultiLabelScores(2)) == "MultiLabelScores(num_labels=2)"
    finally:
        keras.config.set_floatx(before)


def mean(y_true, y_pred):
    return float(np.mean(y_pred))


def test_the_callback():
    assert repr(kml.MultiLabelMetrics()) == "MultiLabelMetrics()"
    x, y = np.zeros((9, 4), "float32"), np.ones((9, 2))
    callback = kml.MultiLabelMetrics(
        (x, pd.DataFrame(y)),
        metrics={"mean": mean},
        average="weighted",
        threshold=kml.ThresholdTuner(objective="jaccard"),
        frequency=2,
    )
    assert repr(callback) == (
        "MultiLabelMetrics(validation_data=(<ndarray of shape (9, 4)>, <DataFrame of "
        "shape (9, 2)>), metrics={'mean': mean}, "
        "threshold=ThresholdTuner(objective='jaccard'), frequency=2)"
    )
    assert repr(kml.MultiLabelMetrics(lambda: (x, y), threshold=[0.1, 0.2])) == (
        "MultiLabelMetrics(validation_data=<lambda>, threshold=[0.1, 0.2])"
    )
    single = kml.MultiLabelMetrics(iter([(x, y)]), 1, metrics=("recall",))
    assert repr(single) == (
        "MultiLabelMetrics(validation_data=<list_iterator>, validation_steps=1, "
        "metrics=('recall',))"
    )


class Unread:
    """Batches that nobody may ask for yet."""

    def __iter__(self):
        raise AssertionError("read")

    __getitem__ = __len__ = __array__ = __iter__


def test_the_callback_reads_no_data_for_it():
    callback = kml.MultiLabelMetrics(Unread())
    assert repr(callback) == "MultiLabelMetrics(validation_data=<Unread>)"
