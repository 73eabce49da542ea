"""One folder of images per label -> a table with one row per image."""

from __future__ import annotations

import filecmp
import os
import stat
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keras_multilabel.readers.pictures import is_picture, read_sizes
from keras_multilabel.readers.table import is_text, make_table
from keras_multilabel.utils.arguments import listed
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import pandas

# Device and number of a file: the same for all links to it.
Identity = tuple[int, int]


def read_label_folders(
    root: str | os.PathLike[str], *, measure: bool = False
) -> pandas.DataFrame:
    """Read a folder that holds one folder of pictures per label.

    A picture in several of them has all their labels. Two files are the same picture if
    one links to the other, or if they have the same name and the same content; pictures
    that only share their name, ``cat/001.jpg`` and ``dog/001.jpg``, are kept apart.
    Links to files and folders are followed, except a link back to a folder above it.

    Args:
        root: The folder. Pictures may lie in subfolders of the label folders; one that
            lies in ``root`` itself has no label. Hidden files and folders (whose names
            start with a dot) are left out.
        measure: Whether to read width and height from the header of each image, after
            the rotation in its EXIF data.

    Returns:
        A DataFrame with one row per picture, sorted: ``filename`` (relative to
        ``root``, the first place it was found), ``labels`` (the names of the folders,
        sorted) and ``unknown`` (lists of str; the latter all empty), ``width`` and
        ``height`` in pixels (``<NA>`` unless measured). ``.attrs["directory"]`` is
        ``root``, which `image_dataset_from_dataframe` reads, and ``.attrs["classes"]``
        the names of all label folders, for its ``classes=``.

    Warns:
        UserWarning: If files are left out because their names are not those of
        pictures.

    Raises:
        FileNotFoundError: If ``root`` is not a folder or has no label folders, there
            are no pictures, or links lead nowhere.
        ValueError: If names are not UTF-8.
        ImportError: If pandas is not installed.

    Example:
        >>> import pathlib, tempfile
        >>> import keras_multilabel as kml
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("cat/a.jpg", "dog/a.jpg", "dog/b.jpg"):
        ...     (root / name).parent.mkdir(exist_ok=True)
        ...     _ = (root / name).write_bytes(b"of a" if name[4] == "a" else b"of b")
        >>> kml.read_label_folders(root)[["filename", "labels"]]
            filename      labels
        0  cat/a.jpg  [cat, dog]
        1  dog/b.jpg       [dog]
    """
    require("pandas", extra="images")
    root = os.fspath(root)
    if not os.path.isdir(root):
        raise FileNotFoundError(f"root must be a folder of folders; {root} is none.")
    found = _Found()
    classes = []
    for name in _visible(root):
        path = os.path.join(root, name)
        if os.path.isdir(path):
            classes.append(name)
            seen = _ancestors(path)
            for below in _walk(path, "", seen):
                found.add(root, name, below)
        else:
            found.add(root, "", name)
    _check(root, classes, found)
    pictures = sorted(found.pictures, key=lambda picture: picture.filename)
    names = [picture.filename for picture in pictures]
    return make_table(
        root,
        filename=names,
        labels=[sorted(picture.labels) for picture in pictures],
        unknown=[[] for _ in pictures],
        size=read_sizes(root, names, measure=measure),
        classes=classes,
    )


@dataclass
class _Picture:
    """A picture: where it was found first, and its labels."""

    filename: str
    labels: set[str] = field(default_factory=set)


class _Found:
    """Pictures found so far, by identity and by name, and other files."""

    def __init__(self) -> None:
        self.pictures: list[_Picture] = []
        self.lost: list[str] = []
        self.others: list[str] = []
        self._by_identity: dict[Identity, _Picture] = {}
        # By the name inside the folder of the label, and the size in bytes.
        self._by_name: defaultdict[tuple[str, int], list[_Picture]] = defaultdict(list)

    def add(self, root: str, label: str, name: str) -> None:
        """Add a file from the folder of a label; "" is root itself."""
        filename = f"{label}/{name}" if label else name
        path = os.path.join(root, filename)
        try:
            status = os.stat(path)
        # A link to nothing, or to itself.
        except OSError:
            self.lost.append(filename)
            return
        if not is_picture(name) or not stat.S_ISREG(status.st_mode):
            self.others.append(filename)
            return
        identity = status.st_dev, status.st_ino
        picture = self._by_identity.get(identity)
        if picture is None:
            same_name = self._by_name[name, status.st_size]
            picture = _copy_of(path, root, same_name)
            if picture is None:
                picture = _Picture(filename)
                self.pictures.append(picture)
                same_name.append(picture)
            self._by_identity[identity] = picture
        if label:
            picture.labels.add(label)


def _copy_of(path: str, root: str, others: list[_Picture]) -> _Picture | None:
    """Which of the others has the same content."""
    for other in others:
        if filecmp.cmp(path, os.path.join(root, other.filename), shallow=False):
            return other
    return None


def _walk(folder: str, below: str, seen: set[Identity]) -> Iterator[str]:
    """The files below a folder, visiting each folder once, so that loops end."""
    pending = [(folder, below)]
    while pending:
        path, prefix = pending.pop()
        status = os.stat(path)
        identity = status.st_dev, status.st_ino
        if prefix and identity in seen:
            continue
        seen.add(identity)
        for name in _visible(path):
            inner = os.path.join(path, name)
            if os.path.isdir(inner):
                pending.append((inner, f"{prefix}{name}/"))
            else:
                yield f"{prefix}{name}"


def _ancestors(path: str) -> set[Identity]:
    """The folders that contain a folder: a link to one of them is a loop."""
    found = set()
    folder = os.path.abspath(path)
    while (above := os.path.dirname(folder)) != folder:
        folder = above
        status = os.stat(folder)
        found.add((status.st_dev, status.st_ino))
    return found


def _visible(folder: str) -> list[str]:
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


def _check(root: str, classes: list[str], found: _Found) -> None:
    if found.lost:
        raise FileNotFoundError(
            f"{len(found.lost)} links in {root} lead nowhere: {listed(found.lost)}. "
            "Fix or remove them."
        )
    names = [picture.filename for picture in found.pictures]
    if bad := [name for name in [*classes, *names] if not is_text(name)]:
        raise ValueError(
            "File names must be UTF-8, as a table takes no other strings; "
            f"{len(bad)} in {root} are not: {listed(bad)}. Rename them."
        )
    if not classes or not names:
        raise FileNotFoundError(
            f"root must hold a folder of pictures per label; {root} holds "
            f"{len(classes)} folders and {len(names)} pictures."
        )
    if found.others:
        warnings.warn(
            f"Left out {len(found.others)} files that are not named like pictures: "
            f"{listed(found.others)}.",
            stacklevel=3,
        )
