"""Which pixels of a padded picture belong to the picture."""

from dataclasses import dataclass

import numpy as np

from keras_multilabel.images.fitting import Size, fit, reduction
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class PaddingMasks:
    """Masks by row, from the sizes of the files.

    ``sizes`` are upright ``(width, height)``, and ``are_jpegs`` says which files may be
    reduced while decoding, which rounds their sides up.
    """

    sizes: Array
    are_jpegs: Array
    resize: str

    def of(self, rows: Array, size: Size) -> Array:
        """Return 1 on the picture and 0 on its bars, float32 (n, *size, 1)."""
        masks = np.zeros((len(rows), *size, 1), np.float32)
        for mask, row in zip(masks, rows.tolist(), strict=True):
            width, height = self.sizes[row].tolist()
            step = reduction((height, width), size) if self.are_jpegs[row] else 1
            place = fit(self.resize, (-(-height // step), -(-width // step)), size)
            bottom, right = place.pad_top + place.height, place.pad_left + place.width
            mask[place.pad_top : bottom, place.pad_left : right] = 1
        return masks
