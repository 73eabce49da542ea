"""Findings about data: weights, shapes, names, sides, unknown and other values."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.checks.setups import NAMES, make_model, names_of, only
from tests.fits import Loader

pytestmark = pytest.mark.keras


# Weights


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
    fixed = make_model(loss=kml.WeightedBinaryCrossentropy([[1, 1], [1, 10], [1, 9]]))
    assert kml.check_setup(fixed, data) == []


def test_class_weight_names_the_worst_of_the_labels_with_weights(data):
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

    for fixed in (kml.compute_sample_weight(y), np.ones((96, 1))):
        arguments = {"sample_weight": fixed, "batch_size": 3}
        assert kml.check_setup(make_model(), data, **arguments) == []
    short = kml.check_setup(make_model(), data, sample_weight=np.ones(3))
    assert "got (3,)" in only(short, "sample_weight_shape")


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
    fixed = make_model(loss=kml.WeightedBinaryCrossentropy())
    assert kml.check_setup(fixed, (x, y)) == []


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


@pytest.mark.parametrize(
    ("make_metric", "written"),
    [
        (lambda: keras.metrics.BinaryAccuracy(), "BinaryAccuracy"),
        (lambda: keras.metrics.Recall(), "Recall"),
        (lambda: kml.MultiLabelScores(3, scores=["recall"]), "MultiLabelScores"),
    ],
)
def test_soft_targets_are_a_warning_where_a_metric_needs_0_and_1(
    data, make_metric, written
):
    x, y = data
    soft, model = 0.8 * y + 0.1, make_model(metrics=[make_metric()])
    metric = make_metric()
    metric.update_state(soft, y)  # as the best of models predicts it
    result = metric.result()
    result = result["recall"] if isinstance(result, dict) else result
    assert float(result) != pytest.approx(1)
    text = only(kml.check_setup(model, (x, soft)), "soft_targets", "warning")
    assert f"metrics need 0 and 1: {written!r}" in text
    assert "288 of 288 entries are other numbers" in text
    assert kml.check_setup(model, (x, y)) == []


@pytest.mark.parametrize("loss", ["binary_crossentropy", "ours"])
@pytest.mark.parametrize("metrics", [None, ["mean_squared_error"]])
def test_soft_targets_are_no_finding_where_only_the_loss_reads_them(
    data, loss, metrics
):
    x, y = data
    loss = kml.WeightedBinaryCrossentropy() if loss == "ours" else loss
    model = make_model(loss=loss, metrics=metrics)
    assert kml.check_setup(model, (x, 0.8 * y + 0.1)) == []


def test_what_our_losses_do_with_other_values_is_said(data):
    x, y = data
    y[:4, 1] = 2
    model = make_model(loss=kml.WeightedBinaryCrossentropy())
    text = only(kml.check_setup(model, (x, y)), "targets_not_multi_hot")
    assert "counts what is above 1 as 1" in text
