"""image_dataset_from_dataframe with real image files, read by real TensorFlow."""

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

import keras_multilabel as kml
from tests.images.reading import batches, numbers, read, ten_rows

pytestmark = pytest.mark.usefixtures("each_format")

FRAMES = [pd.DataFrame, pl.DataFrame, pa.table]


@pytest.fixture
def folder(tmp_path):
    """Ten images; the red of each is ten times its number."""
    for number in range(10):
        colour = (10 * number, 0, 0)
        Image.new("RGB", (12, 8), colour).save(tmp_path / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("shuffle", [False, True])
def test_each_image_comes_with_its_labels(folder, frame, shuffle):
    dataset = read(ten_rows(frame), folder, shuffle=shuffle)
    assert dataset.class_names == ["large", "odd"]
    seen = []
    for images, labels in batches(dataset):
        batch = np.rint(images[:, 0, 0, 0] / 10)
        expected = np.stack([batch >= 5, batch % 2 == 1], axis=1)
        np.testing.assert_array_equal(labels, expected)
        seen.extend(batch.tolist())
    assert sorted(seen) == list(range(10))


def test_shapes_types_and_length_are_known(folder):
    dataset = read(ten_rows(), folder, image_size=(4, 6))
    assert dataset.steps == 3
    found = batches(dataset)
    assert [images.shape for images, _ in found] == [(n, 4, 6, 3) for n in (4, 4, 2)]
    assert [labels.shape for _, labels in found] == [(n, 2) for n in (4, 4, 2)]
    assert {part.dtype for batch in found for part in batch} == {np.dtype("float32")}


def test_tensorflow_knows_them_before(folder, each_format):
    dataset = read(ten_rows(), folder, image_size=(4, 6))
    if each_format != "tf":
        assert len(dataset) == dataset.num_batches == 3
        return
    images, labels = dataset.element_spec
    assert (images.shape.as_list(), images.dtype) == ([None, 4, 6, 3], "float32")
    assert (labels.shape.as_list(), labels.dtype) == ([None, 2], "float32")
    assert dataset.cardinality() == 3


def test_the_order_is_the_tables(folder):
    backwards = ten_rows().iloc[::-1]
    assert numbers(read(backwards, folder)) == list(range(9, -1, -1))


def test_shuffling_follows_the_seed_and_changes_each_epoch(folder):
    one, again = (read(ten_rows(), folder, shuffle=True, seed=1) for _ in range(2))
    epochs = [numbers(one) for _ in range(3)]
    assert epochs == [numbers(again) for _ in range(3)]
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert numbers(read(ten_rows(), folder, shuffle=True, seed=2)) != epochs[0]


def test_classes_fix_the_order_of_the_columns(folder):
    dataset = read(ten_rows(), folder, classes=["odd", "other", "large"])
    assert dataset.class_names == ["odd", "other", "large"]
    labels = np.concatenate([labels for _, labels in batches(dataset)])
    np.testing.assert_array_equal(labels[7], [1, 0, 1])
    assert not labels[:, 1].any()


def test_labels_outside_classes(folder):
    with pytest.raises(ValueError, match=r"outside classes: 'large'"):
        read(ten_rows(), folder, classes=["odd"])
    with pytest.warns(UserWarning, match=r"Left out 5 labels"):
        dataset = read(ten_rows(), folder, classes=["odd"], on_unseen_label="ignore")
    assert batches(dataset)[0][1].shape == (4, 1)


@pytest.mark.parametrize("frame", FRAMES)
def test_unknown_labels_are_minus_one(folder, frame):
    rows = {"f": ["1.png", "2.png"], "l": [["cat"], []], "u": [["dog"], ["cat"]]}
    names = {"filename_col": "f", "labels_col": "l", "unknown_col": "u"}
    ((_, labels),) = batches(read(frame(rows), folder, **names))
    np.testing.assert_array_equal(labels, [[1, -1], [-1, 0]])


@pytest.mark.parametrize("frame", FRAMES)
def test_without_labels_all_are_unknown(folder, frame):
    images = frame({"filename": ["1.png", "2.png"]})
    dataset = read(images, folder, labels_col=None, classes=iter(["cat", "dog"]))
    ((_, labels),) = batches(dataset)
    np.testing.assert_array_equal(labels, [[-1, -1], [-1, -1]])
    assert dataset.class_names == ["cat", "dog"]
    assert numbers(dataset) == [1, 2]


@pytest.mark.parametrize("options", [{}, {"classes": ["a"], "unknown_col": "labels"}])
def test_without_labels_classes_are_given_and_no_others_unknown(folder, options):
    with pytest.raises(ValueError, match=r"labels_col=None.* needs classes"):
        read(ten_rows(), folder, labels_col=None, **options)


@pytest.mark.parametrize("labels_col", ["labels", None])
def test_classes_are_no_string(folder, labels_col):
    with pytest.raises(TypeError, match="classes must be a list of labels; got 'odd'"):
        read(ten_rows(), folder, labels_col=labels_col, classes="odd")


def test_labels_as_strings_need_a_separator(folder):
    df = pd.DataFrame({"filename": ["1.png", "2.png"], "labels": ["cat,dog", ""]})
    with pytest.raises(TypeError, match=r"'cat,dog'. Pass sep="):
        read(df, folder)
    dataset = read(df, folder, sep=",")
    assert dataset.class_names == ["cat", "dog"]
    ((_, labels),) = batches(dataset)
    np.testing.assert_array_equal(labels, [[1, 1], [0, 0]])


def test_absolute_paths_need_no_directory(folder):
    df = ten_rows()
    df["filename"] = [folder / name for name in df["filename"]]
    assert numbers(read(df, None)) == list(range(10))


class TestBadTables:
    """Found before anything is read."""

    def test_missing_files_are_counted_and_named(self, folder):
        df = pd.DataFrame({"filename": ["1.png", *"abcdefg"], "labels": [["x"]] * 8})
        message = r"7 of 8 images are missing.*/a', .*/e' and 2 more.*directory="
        with pytest.raises(FileNotFoundError, match=message):
            read(df, folder)

    def test_a_folder_is_not_an_image(self, folder):
        df = pd.DataFrame({"filename": ["."], "labels": [["x"]]})
        with pytest.raises(FileNotFoundError, match=r"1 of 1 images are missing"):
            read(df, folder)

    @pytest.mark.parametrize("column", ["filename_col", "labels_col", "unknown_col"])
    def test_missing_columns(self, folder, column):
        message = r"must have the column 'x'; it has 'filename', 'labels'"
        with pytest.raises(ValueError, match=message):
            read(ten_rows(), folder, **{column: "x"})

    def test_one_row_per_label_should_be_gathered(self, folder):
        files = ["1.png", "1.png", "2.png"]
        df = pd.DataFrame({"filename": files, "labels": [["a"], ["b"], ["a"]]})
        with pytest.raises(ValueError, match=r"1 have more: .*/1\.png'.*groupby"):
            read(df, folder)

    def test_the_remedy_for_one_row_per_label_works(self, folder):
        files = ["1.png", "1.png", "2.png"]
        df = pd.DataFrame({"filename": files, "labels": ["a", "b", "a"]})
        df = df.groupby("filename", as_index=False)["labels"].agg(list)
        ((_, labels),) = batches(read(df, folder))
        np.testing.assert_array_equal(labels, [[1, 1], [1, 0]])

    @pytest.mark.parametrize("name", [None, float("nan"), "", 3])
    def test_rows_without_a_file_name(self, folder, name):
        df = pd.DataFrame({"filename": ["1.png", name], "labels": [["a"], ["b"]]})
        with pytest.raises(ValueError, match=r"name a file; row 1 has (None|nan|''|3)"):
            read(df, folder)

    @pytest.mark.parametrize("row", [None, float("nan")])
    def test_missing_labels_are_not_no_labels(self, folder, row):
        df = pd.DataFrame({"filename": ["1.png", "2.png"], "labels": [["a"], row]})
        with pytest.raises(TypeError, match=r"row 1 is (None|nan).*\[\] says"):
            read(df, folder)

    @pytest.mark.parametrize("frame", FRAMES)
    def test_an_empty_table(self, folder, frame):
        df = frame({"filename": [], "labels": []})
        with pytest.raises(ValueError, match=r"at least one row.*empty"):
            read(df, folder)

    @pytest.mark.parametrize("df", [{"filename": []}, ten_rows(pl.LazyFrame)])
    def test_no_dataframe(self, folder, df):
        message = (
            rf"pandas or polars DataFrame, or a pyarrow Table.*got {type(df).__name__}"
        )
        with pytest.raises(TypeError, match=message):
            read(df, folder)

    @pytest.mark.parametrize("size", [224, (224,), (4, 0), (4.5, 4), (4, 4, 3), "ab"])
    def test_image_size(self, folder, size):
        with pytest.raises(ValueError, match=r"image_size must be \(height, width\)"):
            read(ten_rows(), folder, image_size=size)

    def test_resize(self, folder):
        with pytest.raises(
            ValueError, match=r"one of 'stretch', 'crop', .*; got 'zoom'"
        ):
            read(ten_rows(), folder, resize="zoom")

    @pytest.mark.parametrize("batch_size", [0, -1, None, 2.0])
    def test_batch_size(self, folder, batch_size):
        with pytest.raises(ValueError, match=r"batch_size must be a positive integer"):
            read(ten_rows(), folder, batch_size=batch_size)


@pytest.mark.keras
def test_fit_takes_it(folder):
    import keras

    model = keras.Sequential(
        [keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer="sgd", loss=loss)
    data = read(ten_rows(), folder, shuffle=True)
    history = model.fit(data, validation_data=data, epochs=2, verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()


@pytest.mark.keras
@pytest.mark.parametrize(
    ("options", "names"),
    [({}, ["large", "odd"]), ({"label_names": "ab"}, ["a", "b"])],
)
def test_metrics_take_the_names_of_the_classes(folder, options, names):
    data = read(ten_rows(), folder)
    metrics = kml.MultiLabelMetrics(data, per_label=True, **options)
    history = fit_small(data, metrics)
    assert {f"val_recall/{name}" for name in names} <= set(history)
    assert metrics.thresholds.label_names == names


@pytest.mark.keras
@pytest.mark.parametrize("given", [None, ["c", "d"]])
def test_another_object_of_tensorflow_is_as_anothers_dataset(
    folder, each_format, given
):
    if each_format != "tf":
        pytest.skip("tf.data alone makes another object of a dataset")
    data = read(ten_rows(), folder)
    metrics = kml.MultiLabelMetrics(data.prefetch(1), per_label=True, label_names=given)
    history = fit_small(data, metrics)
    assert {f"val_recall/{name}" for name in given or ["label 0", "label 1"]} <= {
        *history
    }
    assert metrics.thresholds.label_names == given


@pytest.mark.keras
def test_class_names_for_another_number_of_labels_are_not_theirs(folder):
    data = read(ten_rows(), folder)
    data.class_names = ["one class per row"]
    metrics = kml.MultiLabelMetrics(data)
    fit_small(data, metrics)
    assert metrics.thresholds.label_names is None


def fit_small(data, metrics):
    import keras

    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    return model.fit(data, verbose=0, callbacks=[metrics]).history


@pytest.mark.parametrize("module", ["tensorflow", "PIL"])
def test_without_its_packages_the_error_names_the_extras(
    folder, each_format, module, monkeypatch
):
    monkeypatch.setitem(sys.modules, module, None)
    if (each_format, module) == ("pydataset", "tensorflow"):
        assert numbers(read(ten_rows(), folder)) == list(range(10))
        return
    extra = "images,tensorflow" if each_format == "tf" else "images"
    remedy = rf'pip install "keras-multilabel\[{extra}\]"'
    with pytest.raises(ImportError, match=rf"needs {module}.*{remedy}"):
        read(ten_rows(), folder)


def test_the_module_loads_neither_tensorflow_nor_pandas_nor_pillow():
    code = (
        "import sys, keras_multilabel as kml; kml.image_dataset_from_dataframe; "
        "heavy = ('tensorflow', 'keras', 'pandas', 'polars', 'PIL'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr
