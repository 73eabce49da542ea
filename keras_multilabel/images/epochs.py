"""Which rows are in which batch of which epoch, the same in every format."""

from dataclasses import dataclass

import numpy as np

from keras_multilabel.images.buckets import epoch_batches
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Epochs:
    """The order of each epoch, which follows from its number and the seed."""

    n_rows: int
    batch_size: int
    shuffle: bool
    seed: int
    # The best shape for each row, if there are several.
    assigned: Array | None = None

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return -(-self.n_rows // self.batch_size)

    def batches(self, epoch: int) -> list[tuple[int, Array]]:
        """The shape and the rows of each batch."""
        rng = np.random.default_rng([self.seed, epoch]) if self.shuffle else None
        if self.assigned is not None:
            return epoch_batches(self.assigned, self.batch_size, rng)
        order = np.arange(self.n_rows) if rng is None else rng.permutation(self.n_rows)
        starts = range(0, self.n_rows, self.batch_size)
        return [(0, order[start : start + self.batch_size]) for start in starts]
