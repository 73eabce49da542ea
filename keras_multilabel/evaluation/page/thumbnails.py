"""The worst misses and worst false alarms of each label, as small pictures."""

import base64
import io
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require

SIZE = 96
QUALITY = 60
WHITE = 255.0
# Pictures in a page, about 2 kB each, and per label and kind.
MOST, MOST_OF_ONE = 600, 6


def worst(truth: Array, y_pred: Array, y_score: Array | None) -> list[list[list[int]]]:
    """Rows of the ``[misses, false alarms]`` of each label, the worst first.

    The worst miss has the lowest score, the worst false alarm the highest.
    """
    most = int(np.clip(MOST // (2 * truth.shape[1]), 1, MOST_OF_ONE))
    predicted = np.asarray(y_pred) == 1
    found = []
    for column in range(truth.shape[1]):
        kinds = []
        for side, predicted_as, sign in ((1, False, 1), (0, True, -1)):
            is_wrong = (truth[:, column] == side) & (
                predicted[:, column] == predicted_as
            )
            rows = np.flatnonzero(is_wrong)
            if y_score is not None:
                order = np.argsort(sign * y_score[rows, column], kind="stable")
                rows = rows[order]
            kinds.append(rows[:most].tolist())
        found.append(kinds)
    return found


def thumbnails(images: Any, rows: Iterator[int] | list[int]) -> dict[int, str]:
    """Each row's picture as WebP in base64, made once."""
    return {row: thumbnail(images[row], row) for row in sorted(set(rows))}


def thumbnail(image: Any, row: int) -> str:
    """One picture, at most 96 pixels wide and high."""
    pillow = require("PIL.Image", extra="images")
    ops = require("PIL.ImageOps", extra="images")
    try:
        if isinstance(image, (str, os.PathLike)):
            with pillow.open(image) as file:
                file.draft("RGB", (2 * SIZE, 2 * SIZE))
                picture = _colours(ops.exif_transpose(file), pillow)
        elif isinstance(image, pillow.Image):
            picture = _colours(image, pillow)
        else:
            picture = pillow.fromarray(_pixels(image)).convert("RGB")
    except Exception as error:
        raise ValueError(
            "images must hold for each row a path, a picture of Pillow or an array "
            f"(height, width[, channels]); that of row {row} cannot be read: {error}"
        ) from error
    picture.thumbnail((SIZE, SIZE))
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=QUALITY)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _colours(picture: Any, pillow: Any) -> Any:
    """A picture with 8 bits; Pillow would turn 16-bit grays white from 256 on."""
    if picture.mode.startswith(("I", "F")):
        picture = pillow.fromarray(_pixels(picture))
    return picture.convert("RGB")


def _pixels(image: Any) -> Array:
    """An array as uint8: floats up to 1 are shares of white, others are 0 to 255.

    Values above, as with 16 bits, are shares of the largest.
    """
    pixels = np.asarray(image)
    if pixels.dtype.kind not in "biuf" or pixels.ndim not in (2, 3):
        raise TypeError(f"got {type(image).__name__} of shape {pixels.shape}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype == bool or (pixels.dtype.kind == "f" and pixels.max() <= 1):
        pixels = pixels * WHITE
    elif pixels.size and pixels.max() > WHITE:
        pixels = pixels * (WHITE / pixels.max())
    return np.clip(np.rint(pixels), 0, WHITE).astype(np.uint8)
