"""Data that no model can take: texts and labels in lists, and widths that change."""

import keras
import numpy as np
import pytest

import keras_multilabel as kml
from tests.fits import Loader

pytestmark = pytest.mark.keras

IS_TENSORFLOW = keras.backend.backend() == "tensorflow"
N = 8
X = np.zeros((N, 3), "float32")
Y = np.tile(np.array([[1, 0], [0, 1]], "float32"), (N // 2, 1))
TEXTS = ["a b", "b"] * (N // 2)
LABELS = [["cat"], ["dog", "cat"], [], ["dog"]] * (N // 4)


def make_model(loss="binary_crossentropy", width=2, **options):
    model = keras.Sequential([keras.layers.Dense(width, "sigmoid")])
    model.compile("sgd", loss, **options)
    return model


READERS = {
    "MultiLabelMetrics": kml.MultiLabelMetrics,
    "check_setup": lambda data: kml.check_setup(make_model(), data),
}
each_reader = pytest.mark.parametrize("reader", READERS)


@each_reader
@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (TEXTS, "a list of strings"),
        ({"text": TEXTS, "more": X}, "a list of strings"),
        (np.array(TEXTS), "an array of <U3 of strings"),
        (np.array(TEXTS, dtype="S"), r"an array of \|S3 of strings"),
    ],
)
def test_texts_as_x(reader, texts, found):
    message = rf"x is {found}: pass np\.array\(x, dtype=object\)"
    with pytest.raises(TypeError, match=message):
        READERS[reader]((texts, Y))


@pytest.mark.skipif(not IS_TENSORFLOW, reason="only TensorFlow has strings")
def test_texts_as_objects_are_read():
    x = np.array(TEXTS, dtype=object)
    layer = keras.layers.TextVectorization(output_mode="multi_hot")
    layer.adapt(TEXTS)
    model = keras.Sequential(
        [keras.Input((), dtype="string"), layer, keras.layers.Dense(2, "sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy")
    metrics = kml.MultiLabelMetrics((x, Y))
    model.fit(x, Y, verbose=0, callbacks=[metrics])
    np.testing.assert_array_equal(metrics.y_true, Y)
    assert "final_bias" not in [f.name for f in kml.check_setup(model, (x, Y))]


@each_reader
@pytest.mark.parametrize("labels", [LABELS, ["cat"] * N, [("cat",), ()] * (N // 2)])
def test_labels_as_y(reader, labels):
    with pytest.raises(TypeError, match=r"y, classes = encode_labels\(y\)"):
        READERS[reader]((X, labels))


@each_reader
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X.tolist(), Y), r"; x holds plain float values: pass np\.asarray\(x\)\.$"),
        (
            (X, Y.tolist()),
            r"; y holds plain float values: pass .*asarray\(y\), or encode_labels",
        ),
        ((X, [[0], [0, 1]]), r"plain int values: pass .*, or encode_labels"),
        (
            (X, Y, [1.0] * N),
            r"; sample_weight holds .*asarray\(sample_weight",
        ),
    ],
)
def test_lists_of_numbers(reader, data, message):
    with pytest.raises(TypeError, match=message):
        READERS[reader](data)


# A number of labels that is another in each batch


class Batches(Loader):
    """Four labels, and another number of them in the second batch of three."""

    def __init__(self, width):
        keras.utils.PyDataset.__init__(self)
        self.batches = [
            (np.zeros((5, 6), "float32"), np.ones((5, n), "float32"))
            for n in (4, width, 4)
        ]


def both_numbers(width):
    """Ours where shapes are known, or that of TensorFlow's graph; Keras's own loss."""
    ours = rf"y_true \(5, {width}\) and y_pred \(5, 4\)"
    graph = rf"y_true_must_have_one_column_per_label.*\[5,{width}\] .* \[[5?],4\]"
    of_keras = rf"[\[(]5, ?{width}[\])].*[\[(]5, ?4[\])]"
    if IS_TENSORFLOW and width == 1:  # in whose graph Keras's own loss broadcasts
        return rf"(?s){ours}|{graph}"
    return rf"(?s){ours}|{graph}|{of_keras}"


RUNS = {
    "compiled": lambda data: make_model(
        width=4, metrics=[kml.MultiLabelScores(4)]
    ).evaluate(data, verbose=0),
    "own pass": lambda data: make_model(width=4).fit(
        np.zeros((5, 6)),
        np.ones((5, 4)),
        verbose=0,
        callbacks=[kml.MultiLabelMetrics(data)],
    ),
    "loss": lambda data: make_model(kml.ZLPRLoss(), width=4).fit(data, verbose=0),
}


@pytest.mark.parametrize("width", [1, 7])
@pytest.mark.parametrize("run", RUNS)
def test_a_width_that_changes_is_named(run, width):
    with pytest.raises(Exception, match=both_numbers(width)):
        RUNS[run](Batches(width))


def test_a_width_that_only_the_data_knows():
    tf = pytest.importorskip("tensorflow")
    spec = tf.TensorSpec((None, 6)), tf.TensorSpec((None, None))
    batches = Batches(4).batches
    data = tf.data.Dataset.from_generator(lambda: batches, output_signature=spec)
    metrics = kml.MultiLabelMetrics(data)
    model = make_model(width=4, metrics=[kml.MultiLabelScores(4)])
    model.fit(*batches[0], verbose=0, callbacks=[metrics])
    assert metrics.y_true.shape == (15, 4)
    assert len(model.evaluate(data, verbose=0)) == 4


def test_check_setup_names_widths_that_change():
    with pytest.raises(ValueError, match=r"batches of y.*\(5, 4\) and \(5, 7\)"):
        kml.check_setup(make_model(width=4), Batches(7))
