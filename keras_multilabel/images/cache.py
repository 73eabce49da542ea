"""Decoded pictures, kept for the next epochs in memory or in a file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from keras_multilabel.images.pictures import Pictures
from keras_multilabel.utils.arguments import Array

# Kept free on a disk: a write into a mapped file beyond its end would end the process.
_SPARE = 2**28


class PictureCache:
    """Fitted uint8 pictures by row, each in the shape that it was last read in.

    Each row has space for the largest shape, which those of equal area nearly fill.
    """

    def __init__(self, pictures: Pictures, folder: Path | None):
        self._shapes = [(*size, pictures.channels) for size in pictures.shapes]
        slot = max(int(np.prod(shape)) for shape in self._shapes)
        shape = (len(pictures.paths), slot)
        if folder is None:
            self._pixels, self._stored = np.empty(shape, np.uint8), _nothing(shape[0])
        else:
            self._pixels, self._stored = _open(folder, shape, _key(pictures))

    def read_all(
        self, rows: Array, shape: int, decode: Callable[[Array, int], Array]
    ) -> Array:
        """Return a batch of uint8 images; ``decode`` reads the missing ones."""
        size = self._shapes[shape]
        images = self._pixels[rows, : int(np.prod(size))].reshape(-1, *size)
        missing = np.flatnonzero(self._stored[rows] != shape + 1)
        if len(missing):
            images[missing] = decode(rows[missing], shape)
            self._store(rows[missing], images[missing], shape)
        return images

    def _store(self, rows: Array, images: Array, shape: int) -> None:
        flat = images.reshape(len(images), -1)
        self._pixels[rows, : flat.shape[1]] = flat
        # Marked last, so that a marked picture is complete, whatever happens in
        # between.
        self._stored[rows] = shape + 1


def _nothing(n_rows: int) -> Array:
    """The number of each row's shape, from 1; 0 if there is no picture."""
    return np.zeros(n_rows, np.uint16)


def _key(pictures: Pictures) -> str:
    """A digest of the files in their present state, and of the reading options."""
    states = [os.stat(path) for path in pictures.paths]
    facts = [
        pictures.paths,
        [[state.st_size, state.st_mtime_ns] for state in states],
        pictures.shapes,
        [pictures.resize, pictures.interpolation, pictures.color_mode],
    ]
    return hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()


def _open(folder: Path, shape: Sequence[int], key: str) -> tuple[Array, Array]:
    """Map the arrays of a folder, which are created if it is empty."""
    # Written last: a folder without it is incomplete.
    written = folder / "key.txt"
    names = folder / "pixels.npy", folder / "stored.npy"
    if written.exists():
        if written.read_text(encoding="ascii") != key:
            raise ValueError(
                f"cache={str(folder)!r} holds other files, or other states of them, "
                "shapes or options. Pass another folder, or remove this one."
            )
        pixels, stored = (np.lib.format.open_memmap(name, "r+") for name in names)
        return pixels, stored
    if folder.is_file() or (folder.is_dir() and set(folder.iterdir()) - {*names}):
        raise ValueError(
            f"cache must be a folder of its own; {str(folder)!r} is a file, or holds "
            "other files."
        )
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = int(np.prod(shape)), shutil.disk_usage(folder).free
    if needed + _SPARE > free:
        raise ValueError(
            f"cache={str(folder)!r} needs {needed / 2**30:.1f} GiB for {shape[0]:,} "
            f"pictures; its disk has {free / 2**30:.1f} GiB left."
        )
    pixels = np.lib.format.open_memmap(names[0], "w+", np.uint8, tuple(shape))
    stored = np.lib.format.open_memmap(names[1], "w+", np.uint16, (shape[0],))
    written.write_text(key, encoding="ascii")
    return pixels, stored
