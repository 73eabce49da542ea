"""read_voc against files written here, and against real VOC2007 annotations."""

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from PIL import Image

import keras_multilabel as kml
from tests.paths import SHARED

VOC2007 = SHARED / "voc2007"


def an_object(name, difficult="0", parts=()):
    nested = "".join(f"<part><name>{part}</name></part>" for part in parts)
    told = f"{nested}<name>{name}</name><difficult>{difficult}</difficult>"
    return f"<object>{told}</object>"


def write_voc(root, annotations, pictures=None, sets=None, size="60x40"):
    """Write a VOC folder: {id: objects}, file names, and {set name: lines}."""
    width, height = size.split("x")
    for folder in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for name, objects in annotations.items():
        (root / "Annotations" / f"{name}.xml").write_text(
            f"<annotation><filename>{name}.jpg</filename><size><width>{width}</width>"
            f"<height>{height}</height></size>{''.join(objects)}</annotation>",
            encoding="utf-8",
            errors="replace",
        )
    for name in pictures or [f"{name}.jpg" for name in annotations]:
        Image.new("RGB", (30, 20)).save(root / "JPEGImages" / name)
    for name, lines in (sets or {}).items():
        (root / "ImageSets" / "Main" / f"{name}.txt").write_text("\n".join(lines))
    return root


def rewrite(root, name, old, new):
    path = root / "Annotations" / f"{name}.xml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_one_row_per_picture_sorted_by_id_with_leading_zeros(tmp_path):
    root = write_voc(tmp_path, {"000012": [an_object("car")], "000003": []})
    table = kml.read_voc(root)
    assert table["filename"].tolist() == ["000003.jpg", "000012.jpg"]
    assert table["labels"].tolist() == [[], ["car"]]
    assert table["unknown"].tolist() == [[], []]
    assert table["width"].tolist() == [60, 60]
    assert table["height"].tolist() == [40, 40]
    assert table["n_objects"].tolist() == [0, 1]


def test_labels_are_unique_in_order_of_appearance_or_one_per_object(tmp_path):
    objects = [an_object(name) for name in ("dog", "cat", "dog")]
    root = write_voc(tmp_path, {"a": objects})
    assert kml.read_voc(root)["labels"][0] == ["dog", "cat"]
    assert kml.read_voc(root, unique=False)["labels"][0] == ["dog", "cat", "dog"]


def test_names_of_parts_are_no_labels(tmp_path):
    root = write_voc(tmp_path, {"a": [an_object("person", parts=["head", "hand"])]})
    assert kml.read_voc(root, unique=False)["labels"][0] == ["person"]


@pytest.mark.parametrize(
    ("difficult", "labels", "unknown"),
    [
        ("positive", ["cat", "dog"], []),
        ("unknown", ["dog"], ["cat"]),
        ("negative", ["dog"], []),
    ],
)
def test_difficult_objects(tmp_path, difficult, labels, unknown):
    # "dog" is seen clearly too, so only "cat" is in doubt.
    objects = [an_object("cat", "1"), an_object("dog", "1"), an_object("dog")]
    row = kml.read_voc(write_voc(tmp_path, {"a": objects}), difficult=difficult).iloc[0]
    assert row["labels"] == labels
    assert row["unknown"] == unknown
    assert row["n_objects"] == 3


def test_difficult_is_optional_in_the_xml(tmp_path):
    root = write_voc(tmp_path, {"a": [an_object("cat")]})
    rewrite(root, "a", "<difficult>0</difficult>", "")
    assert kml.read_voc(root, difficult="negative")["labels"][0] == ["cat"]


def test_difficult_must_be_one_of_three(tmp_path):
    with pytest.raises(ValueError, match=r"difficult must be one of.*'unknown'.*'no'"):
        kml.read_voc(tmp_path, difficult="no")


class TestRoot:
    def test_a_devkit_with_one_voc_folder(self, tmp_path):
        write_voc(tmp_path / "VOC2012", {"a": []})
        assert len(kml.read_voc(str(tmp_path))) == 1

    def test_several_voc_folders_are_listed(self, tmp_path):
        write_voc(tmp_path / "VOC2007", {"a": []})
        write_voc(tmp_path / "VOC2012", {"a": []})
        with pytest.raises(
            ValueError, match=r"holds 2: 'VOC2007', 'VOC2012'. Pass one"
        ):
            kml.read_voc(tmp_path)

    def test_a_folder_of_something_else(self, tmp_path):
        (tmp_path / "train").mkdir()
        with pytest.raises(FileNotFoundError, match=r"Annotations/.*holds 'train'"):
            kml.read_voc(tmp_path)

    def test_no_folder(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"nowhere is not a folder"):
            kml.read_voc(tmp_path / "nowhere")

    def test_no_annotations(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"Annotations.*\.xml"):
            kml.read_voc(write_voc(tmp_path, {}))


class TestImageSet:
    def test_a_class_called_train_is_not_the_training_set(self, tmp_path):
        sets = {"train": ["b", "a"], "train_train": ["c  1", "b -1"]}
        root = write_voc(tmp_path, {"a": [], "b": [], "c": []}, sets=sets)
        assert kml.read_voc(root, "train")["filename"].tolist() == ["b.jpg", "a.jpg"]
        assert kml.read_voc(root, "train_train")["filename"].tolist() == [
            "c.jpg",
            "b.jpg",
        ]

    def test_ids_with_spaces_and_numbers_survive(self, tmp_path):
        root = write_voc(tmp_path, {"my 1": []}, sets={"all": ["my 1", ""]})
        assert kml.read_voc(root, "all")["filename"].tolist() == ["my 1.jpg"]

    def test_a_missing_set_lists_those_there_are(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, sets={"train": ["a"], "val": ["a"]})
        with pytest.raises(
            FileNotFoundError, match=r"'test'.*there are: 'train', 'val'"
        ):
            kml.read_voc(root, "test")

    def test_missing_annotations_are_named(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, sets={"train": ["a", "x", "y 1"]})
        with pytest.raises(FileNotFoundError, match=r"2 of the 3 ids.*'x', 'y'"):
            kml.read_voc(root, "train")

    def test_an_empty_set(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, sets={"train": ["", " "]})
        with pytest.raises(ValueError, match=r"train\.txt must list image ids"):
            kml.read_voc(root, "train")

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
    def test_a_set_that_is_not_utf8(self, tmp_path, encoding):
        root = write_voc(tmp_path, {"café": []}, sets={"train": []})
        path = root / "ImageSets" / "Main" / "train.txt"
        path.write_text("café\n", encoding=encoding)
        with pytest.raises(ValueError, match=r"train\.txt must be text in UTF-8"):
            kml.read_voc(root, "train")
        path.write_text("café\n", encoding="utf-8-sig")
        assert kml.read_voc(root, "train")["filename"].tolist() == ["café.jpg"]

    def test_an_id_listed_twice(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, sets={"train": ["a", "a"]})
        with pytest.raises(ValueError, match=r"more than once: 'a'"):
            kml.read_voc(root, "train")


class TestFilename:
    @pytest.mark.parametrize("stale", ["C:\\old\\b.jpg", "a", "", "b.jpg", "/x/a.jpg"])
    def test_the_picture_of_the_same_name_wins(self, tmp_path, stale):
        root = write_voc(tmp_path, {"a": []}, pictures=["a.png", "b.jpg"])
        rewrite(root, "a", "a.jpg</filename>", f"{stale}</filename>")
        assert kml.read_voc(root)["filename"].tolist() == ["a.png"]

    @pytest.mark.parametrize(
        "written", ["photo.png", "C:\\old\\photo.png", "x/photo.png"]
    )
    def test_without_one_the_filename_is_used(self, tmp_path, written):
        root = write_voc(tmp_path, {"a": []}, pictures=["photo.png"])
        rewrite(root, "a", "a.jpg</filename>", f"{written}</filename>")
        assert kml.read_voc(root)["filename"].tolist() == ["photo.png"]

    def test_it_chooses_between_pictures_of_one_name(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, pictures=["a.jpg", "a.png"])
        rewrite(root, "a", "a.jpg</filename>", "a.png</filename>")
        assert kml.read_voc(root)["filename"].tolist() == ["a.png"]

    def test_without_any_picture_it_is_the_devkit_name(self, tmp_path):
        root = write_voc(tmp_path, {"a": []}, pictures=["other.jpg"])
        rewrite(root, "a", "a.jpg</filename>", "gone.jpg</filename>")
        assert kml.read_voc(root)["filename"].tolist() == ["a.jpg"]

    def test_two_annotations_of_one_picture(self, tmp_path):
        root = write_voc(tmp_path, {"a": [], "b": []}, pictures=["photo.jpg"])
        rewrite(root, "a", "a.jpg</filename>", "photo.jpg</filename>")
        rewrite(root, "b", "b.jpg</filename>", "photo.jpg</filename>")
        with pytest.raises(ValueError, match=r"photo\.jpg.*'a\.xml', 'b\.xml'"):
            kml.read_voc(root)


class TestSize:
    @pytest.mark.parametrize("size", ["0x40", "60x0", "x", "-1x-1", "60x-40"])
    def test_what_is_not_above_zero_is_read_from_the_picture(self, tmp_path, size):
        table = kml.read_voc(write_voc(tmp_path, {"a": []}, size=size))
        assert (table["width"][0], table["height"][0]) == (30, 20)

    def test_no_size_and_no_picture_is_missing(self, tmp_path):
        root = write_voc(tmp_path, {"a": [], "b": []}, pictures=["b.jpg"])
        rewrite(root, "a", "size>", "no-size>")
        table = kml.read_voc(root)
        assert table["width"].isna().tolist() == [True, False]
        assert table["height"].isna().tolist() == [True, False]

    def test_sizes_are_integers_to_numpy(self, tmp_path):
        table = kml.read_voc(write_voc(tmp_path, {"a": []}))
        assert np.asarray(table["width"]).dtype.kind == "i"

    @pytest.mark.parametrize(
        "width", ["wide", "inf", "-inf", "nan", "1e300", "9" * 400, "2147483648"]
    )
    @pytest.mark.parametrize("swapped", [False, True])
    def test_what_is_no_size_is_named_with_the_file(self, tmp_path, width, swapped):
        sides = ["40", width] if swapped else [width, "40"]
        root = write_voc(tmp_path, {"a": []}, size="x".join(sides))
        message = rf"a\.xml must give <size>.*'{sides[0]}' x '{sides[1]}'\. Fix it"
        with pytest.raises(ValueError, match=message):
            kml.read_voc(root)

    def test_the_largest_size(self, tmp_path):
        table = kml.read_voc(write_voc(tmp_path, {"a": []}, size="2147483647x1e3"))
        assert (table["width"][0], table["height"][0]) == (2**31 - 1, 1000)

    @pytest.mark.parametrize("damage", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
    def test_a_picture_that_cannot_be_measured_is_named(self, tmp_path, damage):
        root = write_voc(tmp_path, {"a": []}, size="0x0")
        (root / "JPEGImages" / "a.jpg").write_bytes(damage)
        with pytest.raises(ValueError, match=r"Cannot measure .*a\.jpg.*its <size>"):
            kml.read_voc(root)

    def test_one_above_pillows_limit_too(self, tmp_path, monkeypatch):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
        with pytest.raises(ValueError, match=r"Cannot measure .*a\.jpg.*limit"):
            kml.read_voc(write_voc(tmp_path, {"a": []}, size="0x0"))


@pytest.mark.parametrize("corner", ["nan", "inf", "-7", "1e300", "left", ""])
def test_boxes_are_not_read(tmp_path, corner):
    box = f"<bndbox><xmin>{corner}</xmin><ymax>{corner}</ymax></bndbox></object>"
    objects = [an_object("cat").replace("</object>", box)]
    assert kml.read_voc(write_voc(tmp_path, {"a": objects}))["labels"][0] == ["cat"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
class TestNamesThatAreNotUtf8:
    NAME = os.fsdecode(b"caf\xe9")

    def test_annotations_are_named(self, tmp_path):
        root = write_voc(tmp_path, {"a": [], self.NAME: []}, sets={"train": ["a"]})
        with pytest.raises(ValueError, match=r"UTF-8.*1 in .* are not: 'caf\\udce9'"):
            kml.read_voc(root)
        assert kml.read_voc(root, "train")["filename"].tolist() == ["a.jpg"]

    def test_others_do_not_matter(self, tmp_path):
        root = write_voc(tmp_path / self.NAME, {"a": []}, size="0x0")
        (root / "JPEGImages" / f"{self.NAME}.jpg").write_bytes(b"")
        assert kml.read_voc(root)["width"].tolist() == [30]


class TestBadXml:
    def test_malformed_names_the_file(self, tmp_path):
        root = write_voc(tmp_path, {"a": [], "b": []})
        rewrite(root, "b", "</annotation>", "")
        with pytest.raises(ValueError, match=r"b\.xml is not well-formed XML"):
            kml.read_voc(root)

    @pytest.mark.parametrize(
        "encoding", ["klingon", "gb2312", "shift_jis", "utf-7", "base64", "idna"]
    )
    def test_an_encoding_that_cannot_be_read(self, tmp_path, encoding):
        root = write_voc(tmp_path, {"a": []})
        declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
        rewrite(root, "a", "<annotation>", f"{declaration}<annotation>")
        message = rf"a\.xml says that its encoding is '{encoding}'.*save it as UTF-8"
        with pytest.raises(ValueError, match=message):
            kml.read_voc(root)

    def test_an_encoding_of_one_byte(self, tmp_path):
        root = write_voc(tmp_path, {"a": [an_object("café")]})
        path = root / "Annotations" / "a.xml"
        declaration = '<?xml version="1.0" encoding="latin-1"?>'
        text = declaration + path.read_text(encoding="utf-8")
        path.write_text(text, encoding="latin-1")
        assert kml.read_voc(root)["labels"][0] == ["café"]

    def test_another_format_is_not_read_as_no_labels(self, tmp_path):
        root = write_voc(tmp_path, {"a": []})
        rewrite(root, "a", "annotation>", "annotations>")
        with pytest.raises(ValueError, match=r"a\.xml must hold.*got <annotations>"):
            kml.read_voc(root)

    def test_an_object_without_a_name(self, tmp_path):
        root = write_voc(tmp_path, {"a": [an_object(" ")]})
        with pytest.raises(
            ValueError, match=r"a\.xml, line 1, has an <object> without"
        ):
            kml.read_voc(root)


def test_its_module_loads_neither_pandas_nor_pillow():
    code = (
        "import sys, keras_multilabel as kml; kml.read_voc; "
        "print([name for name in ('pandas', 'PIL') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_without_pandas_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r'pip install "keras-multilabel\[images\]"'):
        kml.read_voc(tmp_path)


@pytest.mark.skipif(not VOC2007.is_dir(), reason=f"no real photographs in {VOC2007}")
def test_voc2007_gives_the_official_labels():
    import pandas as pd

    official = pd.read_csv(VOC2007 / "labels.csv", dtype={"image_id": str})
    official = official.set_index("image_id").drop(columns="split")
    table = kml.read_voc(VOC2007, difficult="unknown")
    read = pd.DataFrame(-1, index=official.index, columns=official.columns)
    for row in table.itertuples():
        image_id = row.filename.removesuffix(".jpg")
        read.loc[image_id, row.labels] = 1
        read.loc[image_id, row.unknown] = 0
    pd.testing.assert_frame_equal(read, official)
    # The comparison means little unless all three values are in it.
    assert min(Counter(official.to_numpy().ravel().tolist()).values()) > 5
    assert (table["width"] > 256).any()
