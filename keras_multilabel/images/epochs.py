"""Which rows are in which batch of which epoch, the same in every format."""

from dataclasses import dataclass

import numpy as np

from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Epochs:
    """The order of each epoch, which follows from its number and the seed."""

    n_rows: int
    batch_size: int
    shuffle: bool
    seed: int

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return -(-self.n_rows // self.batch_size)

    def batches(self, epoch: int) -> list[tuple[int, Array]]:
        """The shape and the rows of each batch."""
        order = np.arange(self.n_rows)
        if self.shuffle:
            order = self.generator(epoch).permutation(order)
        starts = range(0, self.n_rows, self.batch_size)
        return [(0, order[start : start + self.batch_size]) for start in starts]

    def generator(self, epoch: int) -> np.random.Generator:
        """The generator of random numbers of an epoch."""
        return np.random.default_rng([self.seed, epoch])
