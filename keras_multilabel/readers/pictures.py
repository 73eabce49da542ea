"""Files of pictures: which they are, and their sizes by their headers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from keras_multilabel.readers.table import NO_SIZE, Size
from keras_multilabel.utils.optional import require

PICTURE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
_ORIENTATION = 0x0112  # the tag of EXIF
_TURNED = (5, 6, 7, 8)  # by a quarter


def is_picture(name: str) -> bool:
    """Whether a file is named like a picture."""
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES


def read_sizes(
    directory: str | os.PathLike[str], names: Iterable[str], *, measure: bool
) -> Iterable[Size]:
    """The size of each picture of a folder, which are unknown if not to be measured."""
    for name in names:
        path = os.path.join(directory, name)
        yield measured(path) if measure and os.path.exists(path) else NO_SIZE


def measured(path: str, remedy: str = "fix it, or leave it out") -> Size:
    """Return (width, height) of a picture, turned upright as its EXIF says."""
    pillow = require("PIL.Image", extra="images")
    try:
        with pillow.open(path) as image:
            width, height = image.size
            if _orientation(image) in _TURNED:
                width, height = height, width
    # Pillow raises errors of many types, and not all name the file.
    except Exception as error:
        raise ValueError(f"Cannot measure {path} ({error}); {remedy}.") from error
    return width, height


def _orientation(image: Any) -> int:
    # Pillow would decode a PNG to look for an EXIF that stands after its pixels.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return image.getexif().get(_ORIENTATION, 1)
