"""Labels and sample weights of rows, sparse in memory and dense in a batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Targets:
    """Labels, int8 CSR, and weights of the samples, if they have some."""

    matrix: Any
    weights: Array | None

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
