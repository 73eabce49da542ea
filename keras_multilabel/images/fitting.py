"""How a picture of one size is fitted to another: whole numbers, no pixels."""

from typing import NamedTuple

import numpy as np

from keras_multilabel.utils.arguments import check_word
from keras_multilabel.utils.options import Interpolation, Resize

Size = tuple[int, int]


class Fit(NamedTuple):
    """A box of the picture, its new size, and its position in the target."""

    top: int
    left: int
    box_height: int
    box_width: int
    height: int
    width: int
    pad_top: int
    pad_left: int

    @property
    def shrinks(self) -> bool:
        """Whether the box grows in no direction."""
        return self.height <= self.box_height and self.width <= self.box_width


def fit(resize: str, source: Size, target: Size) -> Fit:
    """Fit a picture of ``source`` (height, width) to ``target``.

    ``"stretch"`` takes it all; ``"crop"`` the largest box in its centre with the
    target's aspect ratio; ``"pad"`` and ``"bucket"`` keep it whole and centre it.
    """
    height, width = source
    rows, columns = target
    if resize == "crop":
        box_height = max(1, min(height, round(width * rows / columns)))
        box_width = max(1, min(width, round(height * columns / rows)))
        top, left = (height - box_height) // 2, (width - box_width) // 2
        return Fit(top, left, box_height, box_width, rows, columns, 0, 0)
    if resize in ("pad", "bucket"):
        scale = min(rows / height, columns / width)
        inner = (
            min(rows, max(1, round(height * scale))),
            min(columns, max(1, round(width * scale))),
        )
        top, left = (rows - inner[0]) // 2, (columns - inner[1]) // 2
        return Fit(0, 0, height, width, *inner, top, left)
    return Fit(0, 0, height, width, rows, columns, 0, 0)


def reduction(source: Size, target: Size) -> int:
    """The factor by which libjpeg may shrink a JPEG while decoding: 1, 2, 4 or 8.

    Several times faster for large ones, and twice the wanted size remains to be
    resized.
    """
    scale = min(source) // (2 * max(target))
    return max(step for step in (1, 2, 4, 8) if step <= max(scale, 1))


def check_size(image_size: Size) -> Size:
    """Return ``(height, width)`` as ints, if they are sizes."""
    sides = np.asarray(image_size)
    if sides.shape != (2,) or sides.dtype.kind not in "iu" or sides.min() < 1:
        raise ValueError(
            "image_size must be (height, width), two positive integers; "
            f"got {image_size!r}."
        )
    return int(sides[0]), int(sides[1])


def check_resize(resize: str, interpolation: str) -> None:
    """Raise if one of them is not known."""
    check_word("resize", resize, Resize)
    check_word("interpolation", interpolation, Interpolation)
