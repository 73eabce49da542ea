"""Images described: sizes, formats, memory, what cannot be read."""

import os

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import keras_multilabel as kml
from tests.paths import SHARED

SIZES = {"a.jpg": (50, 40), "b.png": (20, 30), "c.jpg": (60, 20), "d.jpg": (50, 40)}


@pytest.fixture
def folder(tmp_path):
    for name, size in SIZES.items():
        Image.new("RGB", size).save(tmp_path / name)
    return tmp_path


def as_arrow(columns):
    return pytest.importorskip("pyarrow").table(columns)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, as_arrow])
def test_sizes_formats_and_memory(folder, frame):
    table = frame({"filename": [*SIZES]})
    summary = kml.describe_images(table, directory=folder)
    assert summary.filenames == [*SIZES]
    assert [*zip(summary.width, summary.height, strict=True)] == [*SIZES.values()]
    assert summary.formats == {"JPEG": 3, "PNG": 1}
    assert summary.unreadable == {}
    assert summary.image_size == (40, 60)
    assert summary.batch_bytes == np.zeros((32, 40, 60, 3), np.float32).nbytes
    assert (summary.smallest, summary.largest) == ("b.png", "a.jpg")
    np.testing.assert_allclose(summary.aspect_ratio, [1.25, 2 / 3, 3, 1.25])


def test_memory_of_the_size_and_batch_asked_for(folder):
    table = pd.DataFrame({"file": [*SIZES]})
    summary = kml.describe_images(
        table, (224, 100), 8, directory=folder, filename_col="file"
    )
    assert summary.batch_bytes == np.zeros((8, 224, 100, 3), np.float32).nbytes


def test_the_histogram_of_pixels(folder):
    table = pd.DataFrame({"filename": [*SIZES]})
    counts, edges = kml.describe_images(table, directory=folder).pixel_histogram(2)
    assert counts.tolist() == [2, 2]
    assert edges.tolist() == [600, 1300, 2000]


def test_the_files_are_believed_not_the_columns(folder):
    Image.new("RGB", (10, 90)).save(folder / "a.jpg", exif=turned())
    table = pd.DataFrame({"filename": ["a.jpg"], "width": [1], "height": [2]})
    summary = kml.describe_images(table, directory=folder)
    assert (summary.width[0], summary.height[0]) == (90, 10)


def turned():
    exif = Image.Exif()
    exif[274] = 6
    return exif


def test_files_that_cannot_be_read_are_named(folder):
    (folder / "text.jpg").write_text("no image")
    table = pd.DataFrame({"filename": ["gone.jpg", "a.jpg", "text.jpg"]})
    summary = kml.describe_images(table, directory=folder)
    assert summary.filenames == ["a.jpg"]
    assert [*summary.unreadable] == ["gone.jpg", "text.jpg"]
    last = repr(summary).splitlines()[4]
    assert last.startswith("Cannot be read, 2: 'gone.jpg (No such file or directory)'")
    assert len(summary.width) + len(summary.unreadable) == len(table)


def test_print_frame_and_notebook(folder):
    table = pd.DataFrame({"filename": [*SIZES]})
    summary = kml.describe_images(table, directory=folder)
    lines = repr(summary).splitlines()
    assert lines[:4] == [
        "ImageSummary of 4 images: 3 JPEG, 1 PNG",
        "A batch of 32 at 40 x 60 (height x width) needs 0.9 MiB as float32.",
        "Smallest: 'b.png', 30 x 20 pixels.",
        "Largest: 'a.jpg', 40 x 50 pixels.",
    ]
    assert [line.split("  ")[0] for line in lines[5:]] == [
        "width",
        "height",
        "aspect ratio",
        "pixels",
    ]
    frame = summary.to_frame()
    assert frame.index.name == "measure"
    assert frame.loc["width"].tolist()[::2] == [20, 50, 60]
    assert "4 images: 3 JPEG, 1 PNG<br>A batch" in summary._repr_html_()
    of_polars = kml.describe_images(pl.DataFrame(table), directory=folder)
    assert isinstance(of_polars.to_frame(), pl.DataFrame)


def test_the_directory_of_a_voc_table(tmp_path):
    table = kml.read_voc(kml.datasets.digit_scenes(tmp_path, n_scenes=5))
    summary = kml.describe_images(table)
    assert summary.width.tolist() == table["width"].tolist()
    assert summary.height.tolist() == table["height"].tolist()


@pytest.mark.skipif(not (SHARED / "voc2007").exists(), reason="no VOC2007 here")
def test_photographs():
    folder = SHARED / "voc2007" / "JPEGImages"
    summary = kml.describe_images(
        pd.DataFrame({"filename": sorted(os.listdir(folder))}), directory=folder
    )
    assert summary.formats == {"JPEG": 160}
    assert summary.image_size == (256, 256)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"table": pd.DataFrame({"filename": []})}, ValueError, "it is empty"),
        ({"table": pd.DataFrame({"a": [1]})}, ValueError, "the column 'filename'"),
        ({"table": pd.DataFrame({"filename": [None]})}, ValueError, "row 0 has None"),
        ({"table": ["a.jpg"]}, TypeError, "pandas or polars.*got list"),
        ({"table": pl.LazyFrame({"filename": ["a"]})}, TypeError, r"\.collect\(\)"),
        ({"image_size": 3}, ValueError, "image_size must be"),
        ({"batch_size": 0}, ValueError, "batch_size must be a positive integer"),
        ({"directory": "elsewhere"}, ValueError, r"None of the 1 .*a\.jpg.*directory="),
    ],
)
def test_what_is_refused(folder, change, error, message):
    table = pd.DataFrame({"filename": ["a.jpg"]})
    options = {"table": table, "directory": folder} | change
    with pytest.raises(error, match=message):
        kml.describe_images(options.pop("table"), **options)
