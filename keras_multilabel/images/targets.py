"""The targets of pictures: labels, weights, masks; dense in a batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.images.masks import PaddingMasks
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Targets:
    """Labels, int8 CSR; weights of the samples and masks of pictures, or None."""

    matrix: Any
    weights: Array | None
    masks: PaddingMasks | None = None

    @property
    def n_labels(self) -> int:
        """Labels of a sample."""
        return int(self.matrix.shape[1])

    def labels(self, rows: Array) -> Array:
        """Multi-hot labels of rows, float32: 1, 0 and -1 for unknown."""
        return np.asarray(self.matrix[rows].toarray(), np.float32)

    def weights_of(self, rows: Array) -> Array:
        """Weights of rows, float32."""
        assert self.weights is not None
        return self.weights[rows]

    def masks_of(self, rows: Array, height: int, width: int) -> Array:
        """Masks of rows in a batch of that size, float32."""
        assert self.masks is not None
        return self.masks.of(rows, (int(height), int(width)))
