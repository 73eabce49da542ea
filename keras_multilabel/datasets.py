"""Small multi-label data generated locally: nothing to download."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
from sklearn.datasets import load_digits

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import PIL.Image

DIGITS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
)
IMAGE_SIZE = 64

# Raise it whenever the images change: a folder of an older version is not reused.
_VERSION = 1
_PARAMETERS = "parameters.json"
# Digits per scene, 0 to 4: "no label" is data too.
_SCENE_SIZES = (0.05, 0.25, 0.30, 0.25, 0.15)
# Each digit is drawn 0.76 times as often as the one before: "zero" is in about 45 %
# of the scenes, "nine" in about 5 %.
_SHARES = 0.76 ** np.arange(10) / np.sum(0.76 ** np.arange(10))
_DIFFICULT_SHARE = 0.05
_VALIDATION_EVERY = 5
# Pixels by which the squares of two digits may overlap: their corners are empty.
_MAY_TOUCH = 3

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Object:
    """A digit in a scene; its box (left, top, right, bottom) excludes the last two."""

    label: str
    box: Box
    difficult: bool


def digit_scenes(
    directory: str | os.PathLike[str] | None = None,
    n_scenes: int = 4000,
    *,
    seed: int = 0,
) -> Path:
    """Write scenes of handwritten digits as a small PASCAL VOC folder.

    Each scene is a 64 x 64 image of 0 to 4 of scikit-learn's bundled handwritten
    digits on noisy ground, in various sizes, tilts and colours. The labels are
    words, "zero" to "nine", and imbalanced: "zero" is in about 45 % of the scenes,
    "nine" in about 5 %. One object in twenty is drawn faintly and marked difficult.

    ``ImageSets/Main`` holds ``train``, ``val`` (every fifth scene) and ``trainval``.
    The digits in ``val`` come from other handwritten images than those in ``train``; a
    random split of all scenes does not keep them apart.

    The folder appears once it is complete, and is reused after that.

    Args:
        directory: The folder to write. Default: one for these parameters under
            ``$XDG_CACHE_HOME/keras_multilabel`` or ``~/.cache/keras_multilabel``.
        n_scenes: Number of images. A scene does not depend on how many there are.
        seed: Seed of the scenes.

    Returns:
        The folder, which `keras_multilabel.read_voc` reads.

    Raises:
        ValueError: If ``n_scenes`` is below 1, or ``directory`` holds anything else.
        ImportError: If Pillow is not installed.

    Example:
        >>> import tempfile
        >>> from keras_multilabel import datasets, read_voc
        >>> root = datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=5)
        >>> read_voc(root, "train")["filename"].tolist()
        ['000000.jpg', '000001.jpg', '000002.jpg', '000003.jpg']
    """
    if n_scenes < 1:
        raise ValueError(f"n_scenes must be at least 1; got {n_scenes}.")
    parameters = {"n_scenes": int(n_scenes), "seed": int(seed), "version": _VERSION}
    target = _default_directory(parameters) if directory is None else Path(directory)
    if not _is_written(target, parameters):
        _write_atomically(target, parameters)
    return target


def _default_directory(parameters: dict[str, int]) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = "digit_scenes-{n_scenes}-seed{seed}-v{version}".format(**parameters)
    return cache / "keras_multilabel" / name


def _is_written(target: Path, parameters: dict[str, int]) -> bool:
    """Whether ``target`` holds these scenes; raise if it holds anything else."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return False
    found = target / _PARAMETERS
    written = json.loads(found.read_text()) if found.is_file() else "other files"
    if written == parameters:
        return True
    raise ValueError(
        f"directory must be new, empty, or hold the scenes of {parameters}; {target} "
        f"holds {written}. Choose another folder, or delete this one."
    )


def _write_atomically(target: Path, parameters: dict[str, int]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, since a rename is atomic only within one file system.
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=f".{target.name}-", ignore_cleanup_errors=True
    ) as scratch:
        root = Path(scratch) / target.name
        _write_scenes(root, parameters["n_scenes"], parameters["seed"])
        (root / _PARAMETERS).write_text(json.dumps(parameters))
        _move(root, target, parameters)


def _move(root: Path, target: Path, parameters: dict[str, int]) -> None:
    try:
        root.replace(target)
    except OSError:
        # Another process may have finished the same scenes first: those are fine.
        if not _is_written(target, parameters):
            raise


def _write_scenes(root: Path, n_scenes: int, seed: int) -> None:
    require("PIL.Image", extra="images")
    for folder in ("JPEGImages", "Annotations", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    train, val = _handwriting()
    for index in range(n_scenes):
        rng = np.random.default_rng([seed, index])
        image, objects = _draw_scene(val if _is_validation(index) else train, rng)
        image.save(root / "JPEGImages" / f"{index:06d}.jpg", quality=90)
        _write_annotation(root / "Annotations", f"{index:06d}", objects)
    _write_sets(root / "ImageSets" / "Main", n_scenes)


def _is_validation(index: int) -> bool:
    return index % _VALIDATION_EVERY == _VALIDATION_EVERY - 1


def _handwriting() -> tuple[list[Array], list[Array]]:
    """Return the images of each digit, for training and for validation scenes."""
    images, digits = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    per_digit = [images[digits == digit] for digit in range(10)]
    validation = slice(_VALIDATION_EVERY - 1, None, _VALIDATION_EVERY)
    train = [np.delete(group, validation, axis=0) for group in per_digit]
    return train, [group[validation] for group in per_digit]


def _draw_scene(
    handwriting: Sequence[Array], rng: np.random.Generator
) -> tuple[PIL.Image.Image, list[_Object]]:
    """Draw digits on a noisy ground; return the image and what is in it."""
    import PIL.Image

    ground = rng.uniform(0, 70, size=3)
    pixels = ground + rng.normal(0, 6, size=(IMAGE_SIZE, IMAGE_SIZE, 1))
    objects: list[_Object] = []
    for digit in rng.choice(10, size=rng.choice(5, p=_SCENE_SIZES), p=_SHARES):
        ink = _write_digit(handwriting[digit], rng)
        box = _find_place(ink.shape[0], [item.box for item in objects], rng)
        if box is not None:
            difficult = bool(rng.random() < _DIFFICULT_SHARE)
            _paint(pixels, ink, box, ground + _contrast(difficult, rng))
            objects.append(_Object(DIGITS[digit], box, difficult))
    return PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), objects


def _contrast(difficult: bool, rng: np.random.Generator) -> Array:
    """Return how much lighter than its ground a digit is, per colour channel."""
    return rng.uniform(15, 30, size=3) if difficult else rng.uniform(90, 180, size=3)


def _write_digit(images: Array, rng: np.random.Generator) -> Array:
    """Return one of the images, tilted and enlarged: a square of ink from 0 to 1."""
    import PIL.Image

    side = int(rng.integers(16, 29))
    glyph = PIL.Image.fromarray(images[rng.integers(len(images))])
    glyph = glyph.resize((side, side), PIL.Image.Resampling.BICUBIC)
    glyph = glyph.rotate(rng.uniform(-15, 15), PIL.Image.Resampling.BILINEAR)
    return np.asarray(glyph) / 255


def _find_place(
    side: int, taken: Sequence[Box], rng: np.random.Generator, tries: int = 30
) -> Box | None:
    """Return a free square in the scene, or None if none was found."""
    for left, top in rng.integers(0, IMAGE_SIZE - side + 1, size=(tries, 2)).tolist():
        box = (left, top, left + side, top + side)
        if not any(_overlap(box, other) for other in taken):
            return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return min(across, down) > _MAY_TOUCH


def _paint(pixels: Array, ink: Array, box: Box, colour: Array) -> None:
    left, top, right, bottom = box
    place = pixels[top:bottom, left:right]
    place += ink[..., None] * (colour - place)


def _write_annotation(folder: Path, name: str, objects: Sequence[_Object]) -> None:
    annotation = ElementTree.Element("annotation")
    _add(annotation, filename=f"{name}.jpg")
    size = ElementTree.SubElement(annotation, "size")
    _add(size, width=IMAGE_SIZE, height=IMAGE_SIZE, depth=3)
    for item in objects:
        _add_object(annotation, item)
    ElementTree.indent(annotation)
    ElementTree.ElementTree(annotation).write(folder / f"{name}.xml")


def _add_object(annotation: ElementTree.Element, item: _Object) -> None:
    element = ElementTree.SubElement(annotation, "object")
    _add(element, name=item.label, difficult=int(item.difficult))
    left, top, right, bottom = item.box
    # VOC counts pixels from 1, and the last one belongs to the box.
    box = ElementTree.SubElement(element, "bndbox")
    _add(box, xmin=left + 1, ymin=top + 1, xmax=right, ymax=bottom)


def _add(parent: ElementTree.Element, **children: object) -> None:
    for tag, value in children.items():
        ElementTree.SubElement(parent, tag).text = str(value)


def _write_sets(folder: Path, n_scenes: int) -> None:
    held_out = [_is_validation(index) for index in range(n_scenes)]
    members = {
        "train": [not held for held in held_out],
        "val": held_out,
        "trainval": [True] * n_scenes,
    }
    for name, chosen in members.items():
        lines = [f"{index:06d}\n" for index in range(n_scenes) if chosen[index]]
        (folder / f"{name}.txt").write_text("".join(lines))
