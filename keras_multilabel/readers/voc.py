"""A PASCAL VOC folder -> a table with one row per picture."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from keras_multilabel.readers.voc_annotation import parse, read_object, read_size
from keras_multilabel.utils.arguments import listed
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import pandas

Difficult = Literal["positive", "unknown", "negative"]

_PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"}
)


def read_voc(
    root: str | os.PathLike[str],
    image_set: str | None = None,
    *,
    difficult: Difficult = "positive",
    unique: bool = True,
) -> pandas.DataFrame:
    """Read the annotations of a PASCAL VOC folder into a table.

    A picture belongs to the annotation of the same name, as in the VOC development
    kit: ``Annotations/000012.xml`` describes ``JPEGImages/000012.jpg`` (or ``.png``,
    ...). The XML's own ``<filename>`` is used where no such picture exists, since in
    data labelled by hand it is often stale.

    Args:
        root: The folder that holds ``Annotations/`` and ``JPEGImages/``, or a
            VOCdevkit folder that holds exactly one such folder.
        image_set: Name of a list in ``ImageSets/Main``; ``"train"`` reads
            ``train.txt``. Rows keep its order. A value after the id, as in
            ``car_train.txt``, is ignored: such a list names every picture of the
            split. None: every annotation, sorted by id.
        difficult: What an object marked difficult says about its label.
            ``"positive"``: the label is present, as for any other object.
            ``"unknown"``: a label seen only in difficult objects goes to the column
            ``unknown``, as in the official label files. ``"negative"``: difficult
            objects are ignored.
        unique: Whether ``labels`` holds each label once per picture, in order of first
            appearance. False: one entry per object, to count objects.

    Returns:
        A DataFrame with one row per picture: ``filename`` (in ``JPEGImages/``),
        ``labels`` and ``unknown`` (lists of str; empty where there are none), ``width``
        and ``height`` in pixels (from ``<size>``; where that is missing or not above
        zero, from the picture; ``<NA>`` without either) and ``n_objects``, difficult
        ones included. ``.attrs["directory"]`` is the folder of the pictures, which
        `image_dataset_from_dataframe` reads. pandas hands it on to parts of the table,
        but not through ``merge``, ``groupby`` or a file.

    Raises:
        FileNotFoundError: If a folder, an image set or an annotation is missing.
        ValueError: If an annotation is not well-formed VOC XML in an encoding that XML
            parsers know, its size is no number of pixels, a picture without one cannot
            be measured, the name of an annotation or the text of an image set is not
            UTF-8, two annotations describe one picture, ``root`` holds several VOC
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
    pandas = require("pandas", extra="images")
    if difficult not in get_args(Difficult):
        raise ValueError(
            f"difficult must be one of {get_args(Difficult)}; got {difficult!r}."
        )
    folder = _find_voc_folder(Path(root))
    pictures = _Pictures(folder / "JPEGImages")
    annotations = _list_annotations(folder, image_set)
    rows = [_read_row(path, pictures, difficult, unique) for path in annotations]
    _check_one_annotation_each(annotations, [row["filename"] for row in rows])
    table = pandas.DataFrame(rows).astype({"width": "Int64", "height": "Int64"})
    table.attrs["directory"] = str(folder / "JPEGImages")
    return table


def _find_voc_folder(root: Path) -> Path:
    if not root.is_dir():
        raise FileNotFoundError(f"root must be a VOC folder; {root} is not a folder.")
    if (root / "Annotations").is_dir():
        return root
    found = sorted(path.parent for path in root.glob("VOC*/Annotations"))
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"root must be one VOC folder; {root} holds {len(found)}: "
            f"{listed([path.name for path in found])}. Pass one of these."
        )
    raise FileNotFoundError(
        "root must hold Annotations/ and JPEGImages/, or one VOC* folder that does; "
        f"{root} holds {listed(sorted(os.listdir(root))) or 'nothing'}."
    )


def _list_annotations(folder: Path, image_set: str | None) -> list[Path]:
    annotations = folder / "Annotations"
    ids = {path.stem for path in annotations.glob("*.xml")}
    if not ids:
        raise FileNotFoundError(f"{annotations} holds no *.xml annotation.")
    chosen = sorted(ids) if image_set is None else _read_set(folder, image_set, ids)
    if bad := [name for name in chosen if not _is_unicode(name)]:
        raise ValueError(
            "File names must be UTF-8, as a table takes no other strings; "
            f"{len(bad)} in {annotations} are not: {listed(bad)}. Rename them, and "
            "their pictures."
        )
    return [annotations / f"{name}.xml" for name in chosen]


def _is_unicode(name: str) -> bool:
    """Whether a name is text, and not bytes that stand for no text."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _read_set(folder: Path, image_set: str, ids: set[str]) -> list[str]:
    path = folder / "ImageSets" / "Main" / f"{image_set}.txt"
    if not path.is_file():
        sets = sorted(other.stem for other in path.parent.glob("*.txt"))
        raise FileNotFoundError(
            f"image_set {image_set!r} must be a list in {path.parent}; "
            f"there are: {listed(sets) or 'none'}."
        )
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be text in UTF-8 ({error}); save it as UTF-8."
        ) from error
    chosen = [_id_of(line.strip(), ids) for line in lines if line.strip()]
    _check_chosen(path, chosen, ids)
    return chosen


def _id_of(line: str, ids: set[str]) -> str:
    """Drop a trailing value ("000012 -1"), unless the whole line is an id."""
    return line if line in ids else re.sub(r"\s+[-+]?\d+$", "", line)


def _check_chosen(path: Path, chosen: Sequence[str], ids: set[str]) -> None:
    if not chosen:
        raise ValueError(f"{path} must list image ids, one per line; it is empty.")
    if missing := [name for name in chosen if name not in ids]:
        raise FileNotFoundError(
            f"{len(missing)} of the {len(chosen)} ids in {path} have no annotation in "
            f"Annotations/: {listed(missing)}."
        )
    if repeated := [name for name, count in Counter(chosen).items() if count > 1]:
        raise ValueError(f"{path} lists ids more than once: {listed(repeated)}.")


class _Pictures:
    """The files of JPEGImages/, found by the name of their annotation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = set(os.listdir(folder)) if folder.is_dir() else set()
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            stem, suffix = os.path.splitext(name)
            if suffix.lower() in _PICTURE_SUFFIXES:
                self._by_stem[stem].append(name)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def find(self, annotation: Path, written: str) -> str:
        """Return the picture of ``annotation``, whose XML says it is ``written``."""
        # Labelling tools write whole paths, with the separator of their own system.
        named = re.split(r"[\\/]", written)[-1]
        same_stem = self._by_stem.get(annotation.stem, [])
        if same_stem and named not in same_stem:
            return same_stem[0]
        return named if named in self else f"{annotation.stem}.jpg"


def _read_row(
    path: Path, pictures: _Pictures, difficult: Difficult, unique: bool
) -> dict[str, object]:
    annotation = parse(path)
    objects = [read_object(path, item) for item in annotation.findall("object")]
    labels, unknown = _split_labels(objects, difficult)
    written = annotation.findtext("filename") or ""
    filename = pictures.find(path, written.strip())
    width, height = read_size(path, annotation) or _measure(pictures, filename)
    return {
        "filename": filename,
        "labels": list(dict.fromkeys(labels)) if unique else labels,
        "unknown": unknown,
        "width": width,
        "height": height,
        "n_objects": len(objects),
    }


def _split_labels(
    objects: Sequence[tuple[str, bool]], difficult: Difficult
) -> tuple[list[str], list[str]]:
    """Return the labels that are present, and those that are unknown."""
    kept = [name for name, hard in objects if not hard or difficult == "positive"]
    seen = dict.fromkeys(name for name, _ in objects)
    unknown = [name for name in seen if name not in kept]
    return kept, unknown if difficult == "unknown" else []


def _measure(pictures: _Pictures, filename: str) -> tuple[int | None, int | None]:
    """Return (width, height) of the picture itself, Nones where there is none."""
    if filename not in pictures:
        return None, None
    path = pictures.folder / filename
    pillow = require("PIL.Image", extra="images")
    try:
        with pillow.open(path) as image:
            width, height = image.size
    # Pillow raises errors of many types, and not all name the file.
    except Exception as error:
        raise ValueError(
            f"Cannot measure {path}, whose annotation has no <size> ({error}); fix the "
            "picture, or write its <size>."
        ) from error
    return width, height


def _check_one_annotation_each(
    annotations: Sequence[Path], filenames: Sequence[object]
) -> None:
    described_by: defaultdict[object, list[str]] = defaultdict(list)
    for annotation, filename in zip(annotations, filenames, strict=True):
        described_by[filename].append(annotation.name)
    for filename, names in described_by.items():
        if len(names) > 1:
            raise ValueError(
                f"One picture must have one annotation; {filename} is described by "
                f"{listed(names)}. Fix their <filename>, or name each annotation "
                "like its picture."
            )
