"""The pictures of a data set: each by its row, fitted to a shape."""

from dataclasses import dataclass

import numpy as np

from keras_multilabel.images.decoding import (
    as_array,
    check_pixels,
    decode,
    naming,
    resized,
)
from keras_multilabel.images.fitting import Fit, Size, fit, reduction
from keras_multilabel.images.jpeg import plain_size
from keras_multilabel.utils.arguments import Array

MODES = {"rgb": "RGB", "grayscale": "L"}
# What reads a file: Pillow, or TensorFlow with its JPEGs reduced so much.
READERS = (0, 1, 2, 4, 8)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Files, and how their pictures become arrays of one of the shapes."""

    paths: list[str]
    shapes: list[Size]
    resize: str
    interpolation: str
    color_mode: str

    @property
    def channels(self) -> int:
        """3, or 1 of gray ones."""
        return len(MODES[self.color_mode])

    @property
    def static_shape(self) -> tuple[int | None, int | None, int]:
        """Height, width and channels, as far as all pictures share them."""
        size = self.shapes[0] if len(self.shapes) == 1 else (None, None)
        return (*size, self.channels)

    def read(self, row: int, shape: int) -> Array:
        """Return the picture of a row, uint8 of (height, width, channels)."""
        path, size = self.paths[row], self.shapes[shape]
        with naming(path):
            image = decode(path, MODES[self.color_mode], size)
            return resized(image, self.resize, self.interpolation, size)

    def check(self, path: str) -> None:
        """Raise ValueError if a file cannot be read."""
        with naming(path):
            decode(path, MODES[self.color_mode], self.shapes[0])

    def peek(self, rows: Array, shapes: Array) -> tuple[Array, Array, Array]:
        """Return the bytes of files, the READERS for each, and their fits.

        TensorFlow ignores the orientation in Exif, and reads some files wrong or not
        at all: it gets plain JPEGs only.
        """
        found = [
            self._peek(*pair)
            for pair in zip(rows.tolist(), shapes.tolist(), strict=True)
        ]
        data, readers, places = zip(*found, strict=True)
        # As objects: NumPy's own bytes would lose zeros at their end.
        return np.array(data, object), _ints(readers), _ints(places)

    def _peek(self, row: int, shape: int) -> tuple[bytes, int, tuple[int, ...]]:
        path, size = self.paths[row], self.shapes[shape]
        with naming(path):
            with open(path, "rb") as file:
                data = file.read()
            source = plain_size(data)
            if source is None:
                return b"", 0, Fit(*[0] * 8)
            step = reduction(source, size)
            height, width = -(-source[0] // step), -(-source[1] // step)
            check_pixels(height, width)
            return (
                data,
                READERS.index(step),
                fit(self.resize, (height, width), size),
            )

    def decode(self, row: int, shape: int) -> tuple[Array, Array]:
        """Return the pixels of a file as Pillow reads it, and their fit."""
        path, size = self.paths[row], self.shapes[shape]
        with naming(path):
            pixels = as_array(decode(path, MODES[self.color_mode], size))
        return pixels, _ints(fit(self.resize, pixels.shape[:2], size))


def _ints(values: object) -> Array:
    return np.array(values, np.int32)
