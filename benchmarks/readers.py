"""Readers of annotations, against parsing alone."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from table import Row, memory_share_row, overhead_row
from timing import interleaved, peak_megabytes, stopwatch

import keras_multilabel as kml

N_LABELS = 80


def rows(*, quick: bool) -> Iterator[Row]:
    scale, repeats = (100, 1) if quick else (1, 5)
    with tempfile.TemporaryDirectory() as folder:
        yield voc_row(Path(folder), 9_963 // scale, repeats)
    with tempfile.TemporaryDirectory() as folder:
        yield from coco_rows(Path(folder), 118_287 // scale, min(repeats, 3))


def voc_row(root: Path, n_images: int, repeats: int) -> Row:
    """As many annotations as VOC2007 has, of as many objects."""
    write_voc(root, n_images)
    paths = sorted((root / "Annotations").iterdir())

    def peer() -> None:
        for path in paths:
            ElementTree.parse(path)

    def ours() -> None:
        assert len(kml.read_voc(root)) == n_images

    return overhead_row(
        f"read_voc of {n_images:,} annotations",
        "xml.etree.ElementTree.parse of each file, and no more",
        interleaved(stopwatch(peer), stopwatch(ours), repeats),
        1.5,
    )


def coco_rows(folder: Path, n_images: int, repeats: int) -> Iterator[Row]:
    """As many images and annotations as COCO's train2017 has; polygons are shorter."""
    file = folder / "instances.json"
    write_coco(file, n_images, n_annotations=7 * n_images)

    def peer() -> None:
        with file.open() as text:
            json.load(text)

    def ours() -> None:
        assert len(kml.read_coco(file)) == n_images

    megabytes = file.stat().st_size / 1e6
    work = f"read_coco of {n_images:,} images, a file of {megabytes:.0f} MB"
    name = "json.load, and no more"
    yield overhead_row(
        work, name, interleaved(stopwatch(peer), stopwatch(ours), repeats), 3
    )
    peaks = peak_megabytes(peer), peak_megabytes(ours)
    yield memory_share_row(f"{work}: peak memory", name, *peaks, 0.25)


def write_voc(root: Path, n_images: int) -> None:
    rng = np.random.default_rng(0)
    (root / "Annotations").mkdir()
    for index in range(n_images):
        objects = "".join(
            f"<object>\n\t\t<name>label {label}</name>\n\t\t<pose>Rear</pose>\n\t\t"
            "<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n\t\t<bndbox>\n"
            "\t\t\t<xmin>156</xmin>\n\t\t\t<ymin>97</ymin>\n\t\t\t<xmax>351</xmax>\n"
            "\t\t\t<ymax>270</ymax>\n\t\t</bndbox>\n\t</object>\n"
            for label in rng.integers(0, 20, rng.poisson(2.1) + 1)
        )
        text = (
            f"<annotation>\n\t<folder>VOC2007</folder>\n\t<filename>{index:06d}.jpg"
            "</filename>\n\t<source>\n\t\t<database>The VOC2007 Database</database>\n"
            "\t\t<annotation>PASCAL VOC2007</annotation>\n\t\t<image>flickr</image>\n"
            "\t</source>\n\t<owner>\n\t\t<name>?</name>\n\t</owner>\n\t<size>\n\t\t"
            "<width>500</width>\n\t\t<height>375</height>\n\t\t<depth>3</depth>\n\t"
            f"</size>\n\t<segmented>0</segmented>\n\t{objects}</annotation>\n"
        )
        (root / "Annotations" / f"{index:06d}.xml").write_text(text)


def write_coco(file: Path, n_images: int, n_annotations: int) -> None:
    rng = np.random.default_rng(0)
    categories = [{"id": 2 * i, "name": f"label {i}"} for i in range(N_LABELS)]
    images = [
        {"id": i, "file_name": f"{i:012d}.jpg", "width": 640, "height": 480}
        for i in range(n_images)
    ]
    places = rng.integers(0, n_images, n_annotations).tolist()
    labels = (2 * rng.integers(0, N_LABELS, n_annotations)).tolist()
    corners = (rng.random((n_annotations, 12)) * 600).round(2).tolist()
    annotations = (
        {
            "segmentation": [corner],
            "area": corner[0],
            "iscrowd": 0,
            "image_id": image,
            "bbox": corner[:4],
            "category_id": label,
            "id": i,
        }
        for i, (image, label, corner) in enumerate(
            zip(places, labels, corners, strict=True)
        )
    )
    with file.open("w") as text:
        text.write(json.dumps({"images": images, "categories": categories})[:-1])
        text.write(', "annotations": [')
        for i, annotation in enumerate(annotations):
            text.write((", " if i else "") + json.dumps(annotation))
        text.write("]}")
