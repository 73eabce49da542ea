"""One image file -> upright 8-bit pixels, by Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from keras_multilabel.images.fitting import Fit, Size, fit, reduction
from keras_multilabel.utils.arguments import Array

if TYPE_CHECKING:
    import PIL.Image


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Name the file in errors: Pillow raises many types, none of which names it."""
    try:
        yield
    except Exception as error:
        # Names that are not UTF-8 would be lost on their way through TensorFlow.
        raise ValueError(
            f"Cannot read the image {path!r} ({error}); fix it, or remove its row."
        ) from error


def decode(path: str, mode: str, size: Size) -> PIL.Image.Image:
    """Return the picture, first frame, upright, in ``mode``, "RGB" or "L".

    Large JPEGs are decoded at a reduced size that is still enough for ``size``.
    """
    import PIL.Image
    import PIL.ImageOps

    with open(path, "rb") as file, PIL.Image.open(file) as image:
        step = reduction((image.height, image.width), size)
        image.draft(mode, (image.width // step, image.height // step))
        check_pixels(image.height, image.width)
        image.load()
        PIL.ImageOps.exif_transpose(image, in_place=True)
        # A copy: the image itself is closed with its file.
        return _convert(image, mode).copy()


def check_pixels(height: int, width: int) -> None:
    """Raise before decoding an image that Pillow only warns about."""
    import PIL.Image

    most = PIL.Image.MAX_IMAGE_PIXELS
    if most is not None and width * height > most:
        raise ValueError(
            f"{width:,} x {height:,} pixels are more than the limit, "
            f"PIL.Image.MAX_IMAGE_PIXELS = {most:,}"
        )


def _convert(image: PIL.Image.Image, mode: str) -> PIL.Image.Image:
    """Return an image of any mode in another, without clipping pixels above 8 bits."""
    import PIL.Image

    if image.mode.startswith("I;16"):
        image = PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("32-bit pixels have no known range; save 8-bit ones")
    # Transparency is dropped, not blended; gray with it cannot be converted directly.
    return image if image.mode == mode else image.convert(mode)


def as_array(image: PIL.Image.Image) -> Array:
    """Return the pixels, uint8 of shape (height, width, channels)."""
    pixels = np.asarray(image)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def resized(
    image: PIL.Image.Image, resize: str, interpolation: str, size: Size
) -> Array:
    """Return the picture fitted to a size, uint8 (height, width, channels)."""
    place = fit(resize, (image.height, image.width), size)
    return padded(as_array(_interpolate(image, place, interpolation)), place, size)


def padded(inner: Array, place: Fit, size: Size) -> Array:
    """Return a resized picture at its place in ``size``, on black."""
    if inner.shape[:2] == size:
        return inner
    pixels = np.zeros((*size, inner.shape[2]), np.uint8)
    rows = slice(place.pad_top, place.pad_top + place.height)
    columns = slice(place.pad_left, place.pad_left + place.width)
    pixels[rows, columns] = inner
    return pixels


def _interpolate(
    image: PIL.Image.Image, place: Fit, interpolation: str
) -> PIL.Image.Image:
    import PIL.Image

    size = (place.width, place.height)
    box = (
        place.left,
        place.top,
        place.left + place.box_width,
        place.top + place.box_height,
    )
    if interpolation == "bilinear":  # Pillow's resize always smooths
        return image.transform(
            size, PIL.Image.Transform.EXTENT, box, PIL.Image.Resampling.BILINEAR
        )
    method = PIL.Image.Resampling.BILINEAR
    if interpolation == "area" and place.shrinks:
        # Pillow's box takes whole pixels only; for others Hamming's window is closest.
        whole = place.box_height % place.height == place.box_width % place.width == 0
        filters = PIL.Image.Resampling
        method = filters.BOX if whole else filters.HAMMING
    return image.resize(size, method, box)
