"""read_label_folders against folders made here."""

import os
import sys

import pytest
from PIL import Image

import keras_multilabel as kml


def make(root, *names, content=None):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((content or name).encode())
    return root


def read(root, **options):
    table = kml.read_label_folders(root, **options)
    return dict(zip(table["filename"], table["labels"], strict=True))


def test_one_row_per_picture(tmp_path):
    make(tmp_path, "dog/b.jpg", "cat/c.PNG", "cat/below/a.jpeg", "none.jpg")
    (tmp_path / "empty").mkdir()
    table = kml.read_label_folders(str(tmp_path))
    assert list(table.columns) == ["filename", "labels", "unknown", "width", "height"]
    assert table["filename"].tolist() == [
        *("cat/below/a.jpeg", "cat/c.PNG", "dog/b.jpg", "none.jpg")
    ]
    assert table["labels"].tolist() == [["cat"], ["cat"], ["dog"], []]
    assert table["unknown"].tolist() == [[], [], [], []]
    assert table.attrs["directory"] == str(tmp_path)
    assert table.attrs["classes"] == ["cat", "dog", "empty"]
    y, _ = kml.encode_labels(table["labels"], table.attrs["classes"])
    assert y.sum(0).tolist() == [2, 1, 0]


def test_copies_are_one_picture_and_namesakes_are_not(tmp_path):
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "cow/1.jpg", content="same")
    make(tmp_path, "cat/2.jpg", "dog/2.jpg")  # of one size, with other content
    for name in ("cat/2.jpg", "dog/2.jpg"):
        os.utime(tmp_path / name, (0, 0))
    make(tmp_path, "cat/3.jpg", content="same")
    assert read(tmp_path) == {
        "cat/1.jpg": ["cat", "cow", "dog"],
        "cat/2.jpg": ["cat"],
        "cat/3.jpg": ["cat"],
        "dog/2.jpg": ["dog"],
    }


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
class TestLinks:
    def test_to_files(self, tmp_path):
        make(tmp_path / "pool", "x.jpg")
        root = make(tmp_path / "root", "cat/y.jpg")
        (root / "dog").mkdir()
        (root / "cat/first.jpg").symlink_to(tmp_path / "pool/x.jpg")
        (root / "dog/second.jpg").symlink_to(root / "cat/first.jpg")
        os.link(root / "cat/y.jpg", root / "dog/z.jpg")
        assert read(root) == {
            "cat/first.jpg": ["cat", "dog"],
            "cat/y.jpg": ["cat", "dog"],
        }

    def test_to_folders(self, tmp_path):
        make(tmp_path / "pool", "x.jpg")
        root = make(tmp_path / "root", "cat/y.jpg")
        (root / "dog").symlink_to(tmp_path / "pool")
        (root / "cat/too").symlink_to(tmp_path / "pool")
        assert read(root) == {"cat/too/x.jpg": ["cat", "dog"], "cat/y.jpg": ["cat"]}

    @pytest.mark.parametrize("target", [".", "cat", "..", "dog/below/.."])
    def test_loops_add_nothing(self, tmp_path, target):
        root = make(tmp_path / "root", "cat/a.jpg", "dog/b.jpg", "dog/below/c.jpg")
        (root / "dog/below/loop").symlink_to(root / target, target_is_directory=True)
        labels = ["cat"] if target != "cat" else ["cat", "dog"]
        assert read(root) == {
            "cat/a.jpg": labels,
            "dog/b.jpg": ["dog"],
            "dog/below/c.jpg": ["dog"],
        }

    def test_links_that_lead_nowhere(self, tmp_path):
        make(tmp_path, "cat/a.jpg")
        (tmp_path / "cat/b.jpg").symlink_to("gone.jpg")
        (tmp_path / "cat/c.jpg").symlink_to("c.jpg")
        with pytest.raises(FileNotFoundError, match=r"2 links.*'cat/b.jpg', 'cat/c."):
            read(tmp_path)


def test_what_is_no_picture_is_told(tmp_path):
    make(tmp_path, "cat/a.jpg", "cat/notes.txt", "cat/.hidden", ".git/b.jpg")
    (tmp_path / "cat/folder.jpg").mkdir()
    with pytest.warns(UserWarning, match=r"Left out 1 files.*'cat/notes\.txt'"):
        assert read(tmp_path) == {"cat/a.jpg": ["cat"]}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_pipes_are_not_waited_for(tmp_path):
    make(tmp_path, "cat/a.jpg")
    os.mkfifo(tmp_path / "cat/b.jpg")
    with pytest.warns(UserWarning, match=r"'cat/b\.jpg'"):
        assert read(tmp_path, measure=False) == {"cat/a.jpg": ["cat"]}


@pytest.mark.parametrize("names", [[], ["a.jpg"], ["cat/.x"]])
def test_no_pictures_in_folders(tmp_path, names):
    make(tmp_path, *names)
    with pytest.raises(FileNotFoundError, match="root must hold a folder of pictures"):
        read(tmp_path)


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere is none"):
        read(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_names_that_are_not_utf8(tmp_path):
    make(tmp_path, os.fsdecode(b"cat/caf\xe9.jpg"), content="x")
    with pytest.raises(ValueError, match=r"UTF-8.*'cat/caf\\udce9\.jpg'"):
        read(tmp_path)


def test_sizes_are_measured_if_asked_for(tmp_path):
    make(tmp_path, "cat/x")
    (tmp_path / "cat/x").unlink()
    Image.new("RGB", (30, 20)).save(tmp_path / "cat/a.png")
    assert kml.read_label_folders(tmp_path)["width"].isna().all()
    table = kml.read_label_folders(tmp_path, measure=True)
    assert (table["width"][0], table["height"][0]) == (30, 20)


@pytest.mark.keras
def test_it_goes_on_to_images(tmp_path):
    pytest.importorskip("tensorflow")
    (tmp_path / "cat").mkdir()
    (tmp_path / "dog").mkdir()
    Image.new("RGB", (30, 20)).save(tmp_path / "cat/a.png")
    Image.new("RGB", (30, 20)).save(tmp_path / "dog/a.png")
    table = kml.read_label_folders(tmp_path)
    dataset = kml.image_dataset_from_dataframe(
        table, classes=table.attrs["classes"], unknown_col="unknown"
    )
    images, labels = next(iter(dataset))
    assert images.shape == (1, 224, 224, 3)
    assert labels.numpy().tolist() == [[1, 1]]
