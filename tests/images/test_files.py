"""Which files an image dataset reads: folders, names, repeats, and the largest."""

import os
import struct
import sys
import zlib

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import keras_multilabel as kml
from tests.images import reading
from tests.images.reading import UNREADABLE, batches

pytestmark = pytest.mark.usefixtures("each_format")

LABELS = [["cat"], ["dog"], ["cat", "dog"], []]


@pytest.fixture
def folder(tmp_path):
    for number in range(4):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{number}.png")
    return tmp_path


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return kml.datasets.digit_scenes(tmp_path_factory.mktemp("digits"), n_scenes=40)


def table_of(names, frame=pd.DataFrame):
    return frame({"filename": names, "labels": LABELS[: len(names)]})


def read(df, **options):
    return reading.read(df, **{"batch_size": 32, **options})


class TestRepeats:
    @pytest.mark.parametrize(
        "again",
        ["./0.png", "x/../0.png", ".//0.png", os.path.join("{folder}", "0.png")],
    )
    @pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
    def test_spellings_of_a_path_are_one_file(self, folder, again, frame):
        df = table_of(["0.png", "1.png", again.format(folder=folder)], frame)
        with pytest.raises(ValueError, match=r"1 have more: '.*0\.png'"):
            read(df, directory=folder)

    def test_relative_and_absolute_ones_too(self, folder, monkeypatch):
        monkeypatch.chdir(folder)
        with pytest.raises(ValueError, match=r"1 have more: '0\.png', '/.*/0\.png'"):
            read(table_of(["0.png", str(folder / "0.png")]))

    def test_links_are_files_of_their_own(self, folder):
        (folder / "link.png").symlink_to(folder / "0.png")
        dataset = read(table_of(["0.png", "link.png"]), directory=folder)
        assert [len(images) for images, _ in dataset] == [2]


class TestDirectoryOfTheTable:
    """The table of read_voc names its folder."""

    def test_it_is_the_default(self, root):
        table = kml.read_voc(root)
        found = [labels for _, labels in batches(read(table))]
        expected, _ = kml.encode_labels(table["labels"])
        np.testing.assert_array_equal(np.concatenate(found), expected)

    @pytest.mark.parametrize(
        "part",
        [
            lambda table: table[table["n_objects"] > 1],
            lambda table: table.sample(frac=0.5),
            lambda table: table.iloc[[3, 1]].reset_index(drop=True),
            lambda table: table.head(3).copy(),
            lambda table: table.query("n_objects > 0").sort_values("n_objects"),
            lambda table: table.assign(more=1).drop(columns="unknown"),
        ],
    )
    def test_parts_of_a_table_keep_it(self, root, part):
        part_of = part(kml.read_voc(root))
        (images, _), *_ = batches(read(part_of, classes=kml.datasets.DIGITS))
        assert len(images) > 0

    def test_a_split_keeps_it(self, root):
        table = kml.read_voc(root)
        y, classes = kml.encode_labels(table["labels"])
        for part in kml.multilabel_train_test_split(table, stratify=y):
            (images, _), *_ = batches(read(part, classes=classes))
            assert len(images) > 0

    def test_a_directory_given_wins(self, root, folder):
        table = kml.read_voc(root)
        with pytest.raises(FileNotFoundError, match=r"40 of 40.*directory= \("):
            read(table, directory=folder)

    def test_a_table_that_lost_it_says_what_to_pass(self, root, folder, monkeypatch):
        monkeypatch.chdir(folder)
        saved = pl.DataFrame(kml.read_voc(root).to_dict("list"))
        message = r"40 of 40 images.*current folder, .*pass directory=.*read_voc"
        with pytest.raises(FileNotFoundError, match=message):
            read(saved)

    def test_a_folder_that_was_moved_is_named(self, root):
        table = kml.read_voc(root)
        table.attrs["directory"] = "moved"
        message = r"40 of 40 images.*attrs\[\"directory\"\]='moved'.*pass directory="
        with pytest.raises(FileNotFoundError, match=message):
            read(table)


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
class TestNamesThatAreNotUtf8:
    NAME = os.fsdecode(b"caf\xe9.png")

    def frame(self):
        # As objects: the strings of pandas have to be Unicode.
        names = pd.Series([self.NAME], dtype=object)
        return pd.DataFrame({"filename": names, "labels": [["cat"]]})

    def test_they_are_read(self, tmp_path):
        Image.new("RGB", (4, 4), (9, 9, 9)).save(tmp_path / self.NAME)
        ((images, _),) = batches(read(self.frame(), directory=tmp_path))
        assert (images == 9).all()

    def test_errors_name_them(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"caf\\udce9\.png"):
            read(self.frame(), directory=tmp_path)
        (tmp_path / self.NAME).write_bytes(b"no image")
        dataset = read(self.frame(), directory=tmp_path)
        with pytest.raises(UNREADABLE, match=r"caf.*udce9\.png"):
            list(dataset)


def write_png_header(path, width, height):
    """A few bytes that say they are a large image."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    chunks = b"".join(chunk(*part) for part in parts)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
class TestLargestImages:
    @pytest.mark.parametrize("side", [13_000, 20_000])
    def test_above_pillows_limit_the_error_names_the_file(self, tmp_path, side):
        write_png_header(tmp_path / "map.png", side, side)
        dataset = read(table_of(["map.png"]), directory=tmp_path)
        with pytest.raises(UNREADABLE, match=r"map\.png.*limit"):
            list(dataset)

    def test_both_sides_and_the_limit_are_told(self, tmp_path):
        write_png_header(tmp_path / "map.png", 13_000, 12_000)
        dataset = read(table_of(["map.png"]), directory=tmp_path)
        message = r"13,000 x 12,000 pixels.*MAX_IMAGE_PIXELS = 89,478,485"
        with pytest.raises(UNREADABLE, match=message):
            list(dataset)

    @pytest.mark.parametrize("limit", [None, 25_000])
    def test_the_limit_is_pillows_own(self, tmp_path, monkeypatch, limit):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        Image.new("1", (200, 100)).save(tmp_path / "small.png")
        assert len(list(read(table_of(["small.png"]), directory=tmp_path))) == 1

    def test_what_is_decoded_counts(self, tmp_path, monkeypatch):
        """A big JPEG is decoded at a fraction of its size."""
        Image.new("RGB", (400, 300)).save(tmp_path / "big.jpg")
        Image.new("RGB", (400, 300)).save(tmp_path / "big.png")
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)
        assert len(list(read(table_of(["big.jpg"]), directory=tmp_path))) == 1
        with pytest.raises(UNREADABLE, match=r"big\.png.*limit"):
            list(read(table_of(["big.png"]), directory=tmp_path))


@pytest.mark.parametrize("missing", ["7/2311.png", "9/1009.png"])
def test_one_missing_file_among_many_is_found(tmp_path, missing):
    """Where a folder is listed once, and where it does not exist at all."""
    source = tmp_path / "source.png"
    Image.new("RGB", (3, 2)).save(source)
    names = [f"{n % 8}/{n}.png" for n in range(4000)]
    for folder in range(8):
        (tmp_path / str(folder)).mkdir()
    for name in names:
        os.link(source, tmp_path / name)
    if missing in names:
        (tmp_path / missing).unlink()
    else:
        names[1009] = missing
    df = pd.DataFrame({"filename": names, "labels": [["a"]] * len(names)})
    with pytest.raises(FileNotFoundError, match=f"1 of 4000 images .*{missing}'"):
        read(df, directory=tmp_path)
    dataset = read(df, directory=tmp_path, on_missing_file="drop", batch_size=1000)
    assert (dataset.steps, len(dataset.dropped)) == (4, 1)
    assert dataset.dropped["file"][0] == str(tmp_path / missing)
