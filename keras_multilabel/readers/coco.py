"""A COCO instances file -> a table with one row per image."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_multilabel.readers.coco_records import Category, Image, Instance
from keras_multilabel.readers.json_file import JsonFile
from keras_multilabel.readers.table import (
    check_files_once,
    make_table,
    unique_labels,
)
from keras_multilabel.utils.arguments import check_word, listed
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.options import Doubt

if TYPE_CHECKING:
    import pandas

_ARRAYS = ("images", "annotations", "categories")
_PREFIX = "instances_"


def read_coco(
    annotation_file: str | os.PathLike[str],
    *,
    directory: str | os.PathLike[str] | None = None,
    crowd: Doubt = "positive",
    min_area: float = 0.0,
    unique: bool = True,
) -> pandas.DataFrame:
    """Read a COCO instances file, as of 2014 and 2017, into a table.

    The file is read one annotation at a time: memory holds the table, not the polygons.

    Args:
        annotation_file: JSON with ``images``, ``annotations`` and ``categories``, such
            as ``annotations/instances_train2017.json``.
        directory: The folder that the file names start from. Default: where COCO puts
            it, ``train2017/`` beside ``annotations/``, if that is a folder; else the
            folder of the file.
        crowd: The meaning of an annotation with ``iscrowd`` 1, a group of uncounted
            objects. ``"positive"``: the label is present, as for any other annotation.
            ``"unknown"``: a label seen only in crowds goes to the column ``unknown``.
            ``"negative"``: crowds are ignored.
        min_area: Smallest ``area`` of an annotation, in square pixels, that makes its
            label present. A label seen only in smaller ones goes to the column
            ``unknown``; ignore that column to treat it as absent.
        unique: Whether ``labels`` holds each label once per image, in order of first
            appearance. False: one entry per annotation, to count objects.

    Returns:
        A DataFrame with one row per image, in the order of the file, including images
        without annotations: ``filename``, ``labels`` and ``unknown`` (lists of category
        names; empty if there are none), ``width`` and ``height`` in pixels (``<NA>`` if
        missing or not above zero), ``image_id`` and ``n_objects``, including crowds and
        small ones. ``.attrs["directory"]`` is the folder of the images, which
        `image_dataset_from_dataframe` reads, and ``.attrs["classes"]`` the names of all
        categories in the order of the file, for its ``classes=``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not UTF-8, not JSON, lacks these arrays, or has a key
            twice in one object; if a record lacks a field or has one of another type;
            if ids, file names or category names repeat; if annotations name images or
            categories that are not listed; or if an option is out of range.
        ImportError: If pandas is not installed.

    Example:
        >>> import json, pathlib, tempfile
        >>> import keras_multilabel as kml
        >>> file = pathlib.Path(tempfile.mkdtemp(), "instances.json")
        >>> _ = file.write_text(json.dumps({
        ...     "images": [{"id": 7, "file_name": "a.jpg", "width": 64, "height": 48}],
        ...     "annotations": [{"image_id": 7, "category_id": 3, "iscrowd": 0}],
        ...     "categories": [{"id": 3, "name": "cat"}, {"id": 9, "name": "dog"}],
        ... }))
        >>> table = kml.read_coco(file)
        >>> table[["filename", "labels", "width", "height"]]
          filename labels  width  height
        0    a.jpg  [cat]     64      48
        >>> table.attrs["classes"]
        ['cat', 'dog']
    """
    require("pandas", extra="images")
    check_word("crowd", crowd, Doubt)
    if isinstance(min_area, bool) or not 0 <= min_area < float("inf"):
        raise ValueError(
            f"min_area must be a number of square pixels, 0 or more; got {min_area!r}."
        )
    path = Path(annotation_file)
    found = _Instances(crowd, min_area)
    with path.open(encoding="utf-8-sig", newline="") as text:
        file = JsonFile(path, text, _ARRAYS)
        for key, index, record in file.elements():
            try:
                found.add(key, record)
            except (TypeError, ValueError) as error:
                raise ValueError(f"{file.where()}, {key}[{index}]: {error}") from None
    found.check(path)
    return found.table(_find_images(path) if directory is None else directory, unique)


def _find_images(path: Path) -> Path:
    """Return the folder of the images as COCO lays it out, or that of the file."""
    if path.stem.startswith(_PREFIX):
        folder = path.parent.parent / path.stem.removeprefix(_PREFIX)
        if folder.is_dir():
            return folder
    return path.parent


class _Instances:
    """The records, collected in whatever order they come."""

    def __init__(self, crowd: Doubt, min_area: float) -> None:
        self._crowd = crowd
        self._min_area = min_area
        self._images: list[Image] = []
        self._categories: list[Category] = []
        # Ids of categories, by the id of the image.
        self._present: defaultdict[Hashable, list[Hashable]] = defaultdict(list)
        self._unknown: defaultdict[Hashable, list[Hashable]] = defaultdict(list)
        self._n_objects: Counter[Hashable] = Counter()
        self._category_ids: set[Hashable] = set()

    def add(self, key: str, record: Any) -> None:
        """Add one record of an array."""
        if key == "images":
            self._images.append(Image.of(record))
        elif key == "categories":
            self._categories.append(Category.of(record))
        else:
            self._add_instance(Instance.of(record, area=self._min_area > 0))

    def _add_instance(self, instance: Instance) -> None:
        image, category = instance.image_id, instance.category_id
        self._n_objects[image] += 1
        self._category_ids.add(category)
        if instance.is_crowd and self._crowd == "negative":
            return
        doubtful = instance.is_crowd and self._crowd == "unknown"
        if doubtful or instance.area < self._min_area:
            self._unknown[image].append(category)
        else:
            self._present[image].append(category)

    def check(self, path: Path) -> None:
        """Raise if records contradict each other."""
        if not self._images:
            raise ValueError(f"{path} must list at least one image; it lists none.")
        images = [image.id for image in self._images]
        categories = [category.id for category in self._categories]
        names = [category.name for category in self._categories]
        for what, values in (
            ("ids of images", images),
            ("ids of categories", categories),
            ("names of categories", names),
        ):
            if twice := [value for value, n in Counter(values).items() if n > 1]:
                raise ValueError(
                    f"{path} must have different {what}; it repeats {listed(twice)}."
                )
        check_files_once([image.filename for image in self._images], path)
        for what, used, there in (
            ("images", self._n_objects.keys(), images),
            ("categories", self._category_ids, categories),
        ):
            if missing := used - set(there):
                ids = sorted(missing, key=lambda value: (str(type(value)), value))
                raise ValueError(
                    f"{path} has annotations of {what} that it does not list, with "
                    f"{len(ids)} ids: {listed(ids)}. List them, or take these "
                    "annotations out."
                )

    def table(self, directory: str | os.PathLike[str], unique: bool) -> Any:
        """Return the table."""
        name_of = {category.id: category.name for category in self._categories}
        labels, unknown = [], []
        for image in self._images:
            present = self._present.get(image.id, [])
            names = [name_of[category] for category in present]
            labels.append(unique_labels(names) if unique else names)
            doubtful = dict.fromkeys(self._unknown.get(image.id, []))
            for category in present:
                doubtful.pop(category, None)
            unknown.append([name_of[category] for category in doubtful])
        return make_table(
            directory,
            filename=[image.filename for image in self._images],
            labels=labels,
            unknown=unknown,
            size=[image.size for image in self._images],
            classes=name_of.values(),
            image_id=[image.id for image in self._images],
            n_objects=[self._n_objects[image.id] for image in self._images],
        )
