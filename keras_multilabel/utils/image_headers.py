"""Upright sizes and formats of image files, read from their headers."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.parallel import equal_parts, map_threads

if TYPE_CHECKING:
    import PIL.Image

# EXIF 5 to 8 turn by 90 degrees.
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 274
# Chunks that may hold an orientation after the pixels of a PNG.
_PNG_LATE = (b"eXIf", b"iTXt", b"zTXt", b"tEXt")
# Files that a thread reads at a time.
_PART = 256


@dataclass(frozen=True, eq=False)
class Headers:
    """The contents of image headers.

    Attributes:
        sizes: Upright ``(width, height)``, int64 (n_files, 2); 0 if unreadable.
        formats: The format of each file, such as ``"JPEG"``; None if unreadable.
        reasons: Why files cannot be read, by their position.
    """

    sizes: Array
    formats: list[str | None]
    reasons: dict[int, str]


def read_headers(paths: Sequence[str]) -> Headers:
    """Read sizes and formats of many image files, without decoding them.

    Sizes are those after the rotation in EXIF, as the images will be read.
    """
    slices = equal_parts(len(paths), _PART)
    parts = map_threads(lambda part: [*map(read_header, paths[part])], slices)
    found = [header for part in parts for header in part]
    sizes = np.zeros((len(paths), 2), np.int64)
    formats: list[str | None] = [None] * len(paths)
    reasons = {}
    for place, header in enumerate(found):
        if isinstance(header, str):
            reasons[place] = header
        else:
            sizes[place], formats[place] = header[:2], header[2]
    return Headers(sizes, formats, reasons)


def check_headers(paths: Sequence[str]) -> Headers:
    """As `read_headers`, but raise unless all files can be read."""
    headers = read_headers(paths)
    if headers.reasons:
        files = [f"{paths[place]} ({why})" for place, why in headers.reasons.items()]
        raise ValueError(
            f"{len(files)} of {len(paths)} images cannot be read: {listed(files)}. Fix "
            "them, or remove their rows."
        )
    return headers


def read_header(path: str) -> tuple[int, int, str] | str:
    """Width, height and format; or the reason why there are none."""
    import PIL.Image

    try:
        with PIL.Image.open(path) as image:
            width, height = image.size
            # Pillow turns the size of a TIFF by itself.
            if image.format != "TIFF" and _orientation(image, path) in _SIDEWAYS:
                width, height = height, width
            return width, height, str(image.format)
    # Pillow raises errors of many types on damaged files.
    except Exception as error:
        if isinstance(error, PIL.UnidentifiedImageError):
            return "no image of a known format"
        told = getattr(error, "strerror", None) or str(error)
        return told or type(error).__name__


def _orientation(image: PIL.Image.Image, path: str) -> int:
    import PIL.Image

    if image.format == "PNG" and not _has_late_text(path):
        # For PNG it decodes the pixels first, to see what comes after them.
        return PIL.Image.Image.getexif(image).get(_ORIENTATION, 1)
    return image.getexif().get(_ORIENTATION, 1)


def _has_late_text(path: str) -> bool:
    """Whether a PNG has chunks after its pixels that may hold an orientation."""
    with open(path, "rb") as file:
        file.seek(8)
        pixels = False
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if pixels and kind in _PNG_LATE:
                return True
            pixels = pixels or kind == b"IDAT"
            file.seek(length + 4, os.SEEK_CUR)
    return False
