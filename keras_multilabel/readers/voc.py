"""A PASCAL VOC folder -> a table with one row per picture."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_multilabel.readers.pictures import measured
from keras_multilabel.readers.table import (
    NO_SIZE,
    Size,
    make_table,
    unique_labels,
)
from keras_multilabel.readers.voc_annotation import Annotation, read_annotation
from keras_multilabel.readers.voc_folder import (
    Pictures,
    find_voc_folder,
    list_annotations,
)
from keras_multilabel.utils.arguments import check_word, listed
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.options import Doubt

if TYPE_CHECKING:
    import pandas


def read_voc(
    root: str | os.PathLike[str],
    image_set: str | None = None,
    *,
    difficult: Doubt = "positive",
    unique: bool = True,
    boxes: bool = False,
) -> pandas.DataFrame:
    """Read the annotations of a PASCAL VOC folder into a table.

    A picture belongs to the annotation of the same name, as in the VOC development kit:
    ``Annotations/000012.xml`` describes ``JPEGImages/000012.jpg`` (or ``.png``, ...).
    The XML's own ``<filename>`` is used if no such picture exists, since in data
    labelled by hand it is often stale.

    Args:
        root: The folder that holds ``Annotations/`` and ``JPEGImages/``, as VOC2007
            and VOC2012 do, or a VOCdevkit folder that holds exactly one such folder.
        image_set: Name of a list in ``ImageSets/Main``; ``"train"`` reads
            ``train.txt``, and ``"Segmentation/train"`` a list in another folder of
            ``ImageSets``. Rows keep its order. A value after the id, as in
            ``car_train.txt``, is ignored: such a list names every picture of the split.
            None: every annotation, sorted by id.
        difficult: The meaning of an object marked difficult. ``"positive"``: the label
            is present, as for any other object. ``"unknown"``: a label seen only in
            difficult objects goes to the column ``unknown``, as in the official label
            files. ``"negative"``: difficult objects are ignored.
        unique: Whether ``labels`` holds each label once per picture, in order of first
            appearance. False: one entry per object, to count objects.
        boxes: Whether to add the column ``boxes``: per picture a list of ``(label,
            xmin, ymin, xmax, ymax)``, one per object, including difficult ones. The
            numbers are those of the file: VOC counts pixels from 1, and both corners
            belong to the box.

    Returns:
        A DataFrame with one row per picture: ``filename`` (in ``JPEGImages/``),
        ``labels`` and ``unknown`` (lists of str; empty if there are none), ``width``
        and ``height`` in pixels (from ``<size>``; if that is missing or not above zero,
        from the picture; ``<NA>`` without either) and ``n_objects``, including
        difficult ones; then ``boxes`` if requested. ``.attrs["directory"]`` is the
        folder of the pictures, which `image_dataset_from_dataframe` reads. pandas
        passes it on to parts of the table, but not through ``merge``, ``groupby`` or a
        file.

    Raises:
        FileNotFoundError: If a folder, an image set or an annotation is missing.
        ValueError: If an annotation is not well-formed VOC XML in an encoding that XML
            parsers know, or has a document type (``<!DOCTYPE>``, which can declare
            entities that fill the memory or name other files: it is not parsed), its
            size is not a number of pixels, an object has no name, an unclear
            ``<difficult>`` or, if boxes are read, no box, a picture without a size
            cannot be measured, the name of an annotation or the text of an image set is
            not UTF-8, two annotations describe one picture, ``root`` holds several VOC
            folders, or ``difficult`` is none of the three.
        ImportError: If pandas is not installed.

    Example:
        >>> import tempfile
        >>> from keras_multilabel import datasets, read_voc
        >>> root = datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=4)
        >>> table = read_voc(root)
        >>> list(table.columns)
        ['filename', 'labels', 'unknown', 'width', 'height', 'n_objects']
        >>> table["filename"].tolist()
        ['000000.jpg', '000001.jpg', '000002.jpg', '000003.jpg']
    """
    require("pandas", extra="images")
    check_word("difficult", difficult, Doubt)
    folder = find_voc_folder(Path(root))
    pictures = Pictures(folder / "JPEGImages")
    names = list_annotations(folder, image_set)
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for name in names:
        annotation = read_annotation(os.path.join(folder, "Annotations", f"{name}.xml"))
        filename = pictures.find(name, annotation.filename)
        objects = annotation.objects()
        labels, unknown = _split_labels(objects, difficult)
        columns["filename"].append(filename)
        columns["labels"].append(unique_labels(labels) if unique else labels)
        columns["unknown"].append(unknown)
        columns["size"].append(_size_of(annotation, pictures, filename))
        columns["n_objects"].append(len(objects))
        if boxes:
            columns["boxes"].append(annotation.boxes())
    _check_one_annotation_each(names, columns["filename"])
    return make_table(pictures.folder, **columns)


def _split_labels(
    objects: Sequence[tuple[str, bool]], difficult: Doubt
) -> tuple[list[str], list[str]]:
    """Return the labels that are present, and those that are unknown."""
    if difficult == "positive":
        return [name for name, _ in objects], []
    kept = [name for name, hard in objects if not hard]
    if difficult == "negative":
        return kept, []
    return kept, unique_labels(name for name, _ in objects if name not in kept)


def _size_of(annotation: Annotation, pictures: Pictures, filename: str) -> Size:
    size = annotation.size()
    if size is NO_SIZE and filename in pictures:
        return measured(
            os.path.join(pictures.folder, filename),
            "its annotation has no <size>: fix the picture, or write its <size>",
        )
    return size


def _check_one_annotation_each(names: Sequence[str], filenames: Sequence[str]) -> None:
    if len(set(filenames)) == len(filenames):
        return
    described_by: defaultdict[str, list[str]] = defaultdict(list)
    for name, filename in zip(names, filenames, strict=True):
        described_by[filename].append(f"{name}.xml")
    for filename, several in described_by.items():
        if len(several) > 1:
            raise ValueError(
                f"One picture must have one annotation; {filename} is described by "
                f"{listed(several)}. Fix their <filename>, or name each annotation "
                "like its picture."
            )
