"""One image file -> upright 8-bit RGB of the size that is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from keras_multilabel.utils.arguments import Array, listed

if TYPE_CHECKING:
    import PIL.Image

Size = tuple[int, int]
Resize = Callable[["PIL.Image.Image", Size], "PIL.Image.Image"]


def check_size(image_size: Size) -> Size:
    """Return ``(height, width)`` as ints, if they are sizes."""
    sides = np.asarray(image_size)
    if sides.shape != (2,) or sides.dtype.kind not in "iu" or sides.min() < 1:
        raise ValueError(
            "image_size must be (height, width), two positive integers; "
            f"got {image_size!r}."
        )
    return int(sides[0]), int(sides[1])


def check_resize(resize: str) -> Resize:
    """Return the function that fits an image to a size."""
    if resize not in _RESIZE:
        raise ValueError(f"resize must be one of {listed([*_RESIZE])}; got {resize!r}.")
    return _RESIZE[resize]


def read_image(path: str | bytes, *, fit: Resize, size: Size) -> Array:
    """Return an image file as uint8 RGB, (height, width, 3)."""
    import PIL.ImageOps

    try:
        with PIL.Image.open(os.fsdecode(path)) as image:
            # Decodes big JPEGs at 1/2, 1/4 or 1/8 of their size: several times faster,
            # and twice the size wanted is left for the resize to smooth.
            image.draft("RGB", (2 * max(size), 2 * max(size)))
            _check_pixels(image)
            PIL.ImageOps.exif_transpose(image, in_place=True)
            return np.asarray(fit(_to_rgb(image), size))
    # Pillow raises errors of many types, and none names the file, on damaged files.
    except Exception as error:
        raise ValueError(
            f"Cannot read the image {os.fsdecode(path)!r} ({error}); fix it, or remove "
            "its row."
        ) from error


def _check_pixels(image: PIL.Image.Image) -> None:
    """Raise before an image is decoded that Pillow only warns about."""
    import PIL.Image

    most = PIL.Image.MAX_IMAGE_PIXELS
    if most is not None and image.width * image.height > most:
        raise ValueError(
            f"{image.width:,} x {image.height:,} pixels are more than the limit, "
            f"PIL.Image.MAX_IMAGE_PIXELS = {most:,}"
        )


def _to_rgb(image: PIL.Image.Image) -> PIL.Image.Image:
    """Return an image of any mode as RGB, without clipping pixels above 8 bits."""
    import PIL.Image

    if image.mode.startswith("I;16"):
        image = PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("32-bit pixels have no known range; save 8-bit ones")
    # convert() would copy what is RGB already.
    return image if image.mode == "RGB" else image.convert("RGB")


def _stretch(image: PIL.Image.Image, size: Size) -> PIL.Image.Image:
    import PIL.Image

    height, width = size
    return image.resize((width, height), PIL.Image.Resampling.BILINEAR)


_RESIZE = {"stretch": _stretch}
