"""The files of a PASCAL VOC folder: annotations, image sets, pictures."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from keras_multilabel.readers.pictures import is_picture
from keras_multilabel.readers.table import is_text
from keras_multilabel.utils.arguments import listed


def find_voc_folder(root: Path) -> Path:
    """Return the folder that holds Annotations/: root, or the only one in it."""
    if not root.is_dir():
        raise FileNotFoundError(f"root must be a VOC folder; {root} is not a folder.")
    if (root / "Annotations").is_dir():
        return root
    found = [*root.glob("VOC*/Annotations"), *root.glob("VOC*/VOC*/Annotations")]
    if len(found) == 1:
        return found[0].parent
    if found:
        names = sorted(path.parent.relative_to(root).as_posix() for path in found)
        raise ValueError(
            f"root must be one VOC folder; {root} holds {len(names)}: "
            f"{listed(names)}. Pass one of these."
        )
    raise FileNotFoundError(
        "root must hold Annotations/ and JPEGImages/, or one VOC* folder that does; "
        f"{root} holds {listed(sorted(os.listdir(root))) or 'nothing'}."
    )


def list_annotations(folder: Path, image_set: str | None) -> list[str]:
    """Return the names of the annotations, without .xml, in their order."""
    annotations = folder / "Annotations"
    ids = {name[:-4] for name in os.listdir(annotations) if name.endswith(".xml")}
    if not ids:
        raise FileNotFoundError(f"{annotations} holds no *.xml annotation.")
    chosen = sorted(ids) if image_set is None else _read_set(folder, image_set, ids)
    if bad := [name for name in chosen if not is_text(name)]:
        raise ValueError(
            "File names must be UTF-8, as a table takes no other strings; "
            f"{len(bad)} in {annotations} are not: {listed(bad)}. Rename them, and "
            "their pictures."
        )
    return chosen


def _read_set(folder: Path, image_set: str, ids: set[str]) -> list[str]:
    sets = folder / "ImageSets"
    # "Segmentation/train" names its folder.
    path = sets / ("" if "/" in image_set else "Main") / f"{image_set}.txt"
    if not path.is_file():
        others = sorted(other.stem for other in path.parent.glob("*.txt"))
        raise FileNotFoundError(
            f"image_set {image_set!r} must be a list in {path.parent}; "
            f"there are: {listed(others) or 'none'}."
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


class Pictures:
    """The files of JPEGImages/, found by the name of their annotation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = set(os.listdir(folder)) if folder.is_dir() else set()
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(filter(is_picture, self._names)):
            self._by_stem[os.path.splitext(name)[0]].append(name)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def find(self, stem: str, written: str) -> str:
        """Return the picture of annotation ``stem``, whose XML says ``written``."""
        same_stem = self._by_stem.get(stem, [])
        if written in same_stem:
            return written
        # Labelling tools write whole paths, with the separator of their own system.
        named = re.split(r"[\\/]", written)[-1]
        if same_stem:
            return named if named in same_stem else same_stem[0]
        return named if named in self and is_text(named) else f"{stem}.jpg"
