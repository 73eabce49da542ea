"""The pictures of a data set: each by its row, fitted to a shape."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from keras_multilabel.images.decoding import check_pixels, decode, naming, resized
from keras_multilabel.images.fitting import Fit, Size, fit, reduction
from keras_multilabel.images.jpeg import plain_size
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.parallel import map_threads

MODES = {"rgb": "RGB", "grayscale": "L"}


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
        """3, or 1 for gray ones."""
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

    def read_all(self, rows: Array, shape: int) -> Array:
        """Return the pictures of rows, uint8 of (n_rows, height, width, channels)."""
        read = partial(self.read, shape=shape)
        return np.stack(map_threads(read, rows.tolist()))

    def check(self, path: str) -> None:
        """Raise ValueError if a file cannot be read."""
        with naming(path):
            decode(path, MODES[self.color_mode], self.shapes[0])

    def peek(self, rows: Array, shapes: Array) -> tuple[Array, Array, Array]:
        """Return the bytes of files that TensorFlow reads, whether it does, their fits.

        TensorFlow only gets plain JPEGs: it ignores the orientation in Exif, and reads
        some files wrong or not at all. Pillow reads all others, and JPEGs where it is
        as fast: those reduced while decoding, or resized smoothly.
        """
        pairs = zip(rows.tolist(), shapes.tolist(), strict=True)
        found = [self.peek_at(*pair) for pair in pairs]
        data, places = zip(*found, strict=True)
        # As objects: NumPy's own bytes would lose zeros at their end.
        return (
            np.array(data, object),
            np.array([bool(part) for part in data]),
            np.array(places, np.int32),
        )

    def peek_at(self, row: int, shape: int) -> tuple[bytes, Fit]:
        """Return the bytes of a file, none if Pillow reads it, and its fit."""
        path, size = self.paths[row], self.shapes[shape]
        by_pillow = b"", Fit(*[0] * 8)
        if self.interpolation == "antialias":
            return by_pillow
        with naming(path):
            with open(path, "rb") as file:
                data = file.read()
            source = plain_size(data)
            if source is None or reduction(source, size) > 1:
                return by_pillow
            check_pixels(*source)
            place = fit(self.resize, source, size)
            if self.interpolation == "area" and not place.shrinks:
                return by_pillow
            return data, place
