"""Picture files: how to recognize them, and their sizes from their headers."""

from __future__ import annotations

import os
from collections.abc import Iterable

from keras_multilabel.readers.table import NO_SIZE, Size
from keras_multilabel.utils.image_headers import read_header
from keras_multilabel.utils.optional import require

PICTURE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)


def is_picture(name: str) -> bool:
    """Whether a file has the name of a picture."""
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES


def read_sizes(
    directory: str | os.PathLike[str], names: Iterable[str], *, measure: bool
) -> Iterable[Size]:
    """The size of each picture of a folder; unknown if not to be measured."""
    for name in names:
        path = os.path.join(directory, name)
        yield measured(path) if measure and os.path.exists(path) else NO_SIZE


def measured(path: str, remedy: str = "fix it, or leave it out") -> Size:
    """Return (width, height) of a picture, after the rotation in its EXIF data."""
    require("PIL.Image", extra="images")
    header = read_header(path)
    if isinstance(header, str):
        raise ValueError(f"Cannot measure {path} ({header}); {remedy}.")
    return header[:2]
