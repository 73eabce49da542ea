"""Rows that cannot be used, weights, splits and augmentation, in each format."""

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from tests.images.reading import batches, numbers, read, ten_rows

pytestmark = pytest.mark.usefixtures("each_format")
FRAMES = [pd.DataFrame, pl.DataFrame, pa.table]


@pytest.fixture
def folder(tmp_path):
    for number in range(10):
        Image.new("RGB", (12, 8), (10 * number, 0, 0)).save(tmp_path / f"{number}.png")
    return tmp_path


def dropped(dataset):
    """Row, name of the file and reason of each row."""
    columns = dataset.dropped
    values = [list(map(plain, columns[name])) for name in columns_of(columns)]
    rows = zip(*values, strict=True)
    return [(row, file.rpartition("/")[2], reason) for row, file, reason in rows]


def columns_of(table):
    return getattr(table, "column_names", None) or list(table.columns)


def plain(value):
    return value.as_py() if hasattr(value, "as_py") else value


@pytest.mark.parametrize("frame", FRAMES)
class TestDropping:
    def test_missing_files(self, folder, frame):
        (folder / "3.png").unlink()
        dataset = read(ten_rows(frame), folder, on_missing_file="drop")
        assert numbers(dataset) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
        assert dropped(dataset) == [(3, "3.png", "the file is missing")]
        assert isinstance(dataset.dropped, type(ten_rows(frame)))

    def test_damaged_files(self, folder, frame):
        (folder / "0.png").write_bytes(b"")
        (folder / "7.png").write_text("no image")
        whole = (folder / "9.png").read_bytes()
        (folder / "9.png").write_bytes(whole[: len(whole) // 2])
        dataset = read(ten_rows(frame), folder, on_unreadable="drop")
        assert numbers(dataset) == [1, 2, 3, 4, 5, 6, 8]
        assert [row for row, *_ in dropped(dataset)] == [0, 7, 9]
        for row, file, reason in dropped(dataset):
            assert file == f"{row}.png"
            assert "cannot be read: " in reason

    def test_labels_that_are_no_classes(self, folder, frame):
        options = {"classes": ["odd"], "on_unseen_label": "drop"}
        dataset = read(ten_rows(frame), folder, **options)
        assert numbers(dataset) == [0, 1, 2, 3, 4]
        told = dropped(dataset)
        assert [row for row, *_ in told] == [5, 6, 7, 8, 9]
        assert told[0] == (5, "5.png", "labels outside classes: 'large'")

    def test_nothing_is_dropped_by_itself(self, folder, frame):
        dataset = read(ten_rows(frame), folder)
        assert dropped(dataset) == []
        assert columns_of(dataset.dropped) == ["row", "file", "reason"]


def test_classes_do_not_depend_on_what_is_dropped(folder):
    df = ten_rows()
    df["labels"] = [[name] for name in "aabbccddef"]
    (folder / "9.png").unlink()
    assert read(df, folder, on_missing_file="drop").class_names == list("abcdef")


def test_if_all_are_dropped_there_is_no_dataset(folder):
    df = pd.DataFrame({"filename": ["x.png"], "labels": [["a"]]})
    with pytest.raises(ValueError, match=r"No row is left of 1.*x\.png.*missing"):
        read(df, folder, on_missing_file="drop")


@pytest.mark.parametrize("rest", [0, 40])
def test_one_missing_file_among_many_is_named(folder, rest):
    for number in range(rest):
        (folder / f"more {number}.png").write_bytes(b"")
    names = [f"more {number}.png" for number in range(rest)] + ["1.png", "lost.png"]
    df = pd.DataFrame({"filename": names, "labels": [["a"]] * len(names)})
    with pytest.raises(FileNotFoundError, match=rf"1 of {rest + 2} images.*/lost\.png"):
        read(df, folder)


@pytest.mark.parametrize("row", [["odd"], ("odd",), {"odd"}, np.array(["odd"]), "odd"])
def test_labels_in_any_collection(folder, row):
    df = pd.DataFrame({"filename": ["1.png"], "labels": [row]})
    dataset = read(df, folder, sep="," if isinstance(row, str) else None)
    assert (dataset.class_names, type(dataset.class_names[0])) == (["odd"], str)


@pytest.mark.parametrize("frame", FRAMES)
def test_weights_are_the_third_part(folder, frame):
    columns = {"filename": ["2.png", "5.png"], "labels": [["a"], []], "w": [0.5, 2]}
    ((_, _, weights),) = batches(read(frame(columns), folder, sample_weight_col="w"))
    np.testing.assert_array_equal(weights, np.float32([0.5, 2]))
    assert weights.dtype == np.float32


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
def test_weights_that_are_none(folder, wrong):
    df = ten_rows().assign(w=[1.0] * 7 + [wrong] * 3)
    with pytest.raises(ValueError, match=r"'w' must hold weights.*row 7 .*\(3 such"):
        read(df, folder, sample_weight_col="w")
    with pytest.raises(TypeError, match=r"'w' must hold numbers"):
        read(df.assign(w="a"), folder, sample_weight_col="w")


class TestValidationSplit:
    def test_each_label_is_in_both_parts(self, folder):
        options = {"validation_split": 0.4, "seed": 0, "shuffle": True}
        train, val = read(ten_rows(), folder, **options)
        parts = numbers(train), numbers(val)
        assert [len(part) for part in parts] == [6, 4]
        assert sorted(parts[0] + parts[1]) == list(range(10))
        assert sum(number >= 5 for number in parts[1]) == 2
        assert sum(number % 2 for number in parts[1]) == 2
        assert parts[1] == sorted(parts[1])
        again = read(ten_rows(), folder, **options)
        assert [numbers(part) for part in again] == [*parts]

    @pytest.mark.parametrize("share", [0, 1.0, 1, -0.5, "a"])
    def test_a_share_that_is_none(self, folder, share):
        with pytest.raises(ValueError, match=r"validation_split must be a share"):
            read(ten_rows(), folder, validation_split=share)


class TestAugmentation:
    def test_layers_in_turn(self, folder):
        layers = [keras.layers.Rescaling(0.5), keras.layers.Rescaling(1, offset=3)]
        plain = np.concatenate([x for x, _ in batches(read(ten_rows(), folder))])
        both = np.concatenate(
            [x for x, _ in batches(read(ten_rows(), folder, augment=layers))]
        )
        np.testing.assert_allclose(both, plain / 2 + 3, atol=1e-4)

    @pytest.mark.parametrize("layer", ["RandomSaturation", "RandomContrast"])
    def test_those_that_fail_on_integers_get_none(self, folder, layer):
        layer = getattr(keras.layers, layer)(0.5)
        found = batches(read(ten_rows(), folder, augment=layer, dtype="uint8"))
        assert {images.dtype for images, _ in found} == {np.dtype("uint8")}

    @pytest.mark.parametrize("layer", ["MixUp", "CutMix"])
    def test_unknown_survives_mixing(self, folder, layer):
        labels = [["a"] if n % 2 else [] for n in range(10)]
        unknown = [["b"] if n < 5 else [] for n in range(10)]
        names = {"filename": [f"{n}.png" for n in range(10)]}
        df = pd.DataFrame({**names, "labels": labels, "unknown": unknown, "w": 2.0})
        if not hasattr(keras.layers, layer):
            pytest.skip(f"Keras {keras.__version__} has no {layer}")
        layer = getattr(keras.layers, layer)(seed=1)
        options = {"unknown_col": "unknown", "classes": ["a", "b"], "batch_size": 10}
        dataset = read(df, folder, augment=layer, sample_weight_col="w", **options)
        ((images, mixed, weights),) = batches(dataset)
        assert images.shape == (10, 4, 4, 3)
        assert set(mixed[:, 1]) <= {0, -1}
        assert (mixed[:5, 1] == -1).all()
        assert ((mixed[:, 0] >= 0) & (mixed[:, 0] <= 1)).all()
        assert ((mixed[:, 0] > 0) & (mixed[:, 0] < 1)).any()
        np.testing.assert_allclose(weights, 2, atol=1e-5)

    def test_what_is_no_layer(self, folder):
        with pytest.raises(TypeError, match=r"augment must be a Keras layer.*got 'a'"):
            read(ten_rows(), folder, augment="a")


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("on_missing_file", "ignore"),
        ("on_unreadable", "ignore"),
        ("on_unseen_label", "keep"),
        ("interpolation", "nearest"),
        ("color_mode", "rgba"),
        ("dtype", "float16"),
        ("format", "torch"),
        ("seed", -1),
        ("seed", 0.5),
    ],
)
def test_options_that_are_not_known(folder, option, word):
    with pytest.raises(ValueError, match=rf"{option} must be .*; got {word!r}"):
        read(ten_rows(), folder, **{option: word})
