"""Pictures and labels as a keras.utils.PyDataset, read by Pillow: no TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_multilabel.images.cache import PictureCache
from keras_multilabel.images.epochs import Epochs
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.images.targets import Targets

# With two workers or more Keras prefetches; the pictures of a batch have own threads.
WORKERS = 2


class ImagePyDataset(keras.utils.PyDataset):
    """Batches by number; `on_epoch_end` moves on to the next epoch's order."""

    def __init__(
        self,
        pictures: Pictures,
        targets: Targets,
        epochs: Epochs,
        dtype: str,
        augment: Callable[..., Any] | None,
        cache: PictureCache | None,
    ):
        super().__init__(workers=WORKERS, use_multiprocessing=False)
        self._pictures, self._targets, self._epochs = pictures, targets, epochs
        self._dtype, self._augment, self._cache = dtype, augment, cache
        self._epoch = 0
        self._batches = epochs.batches(0)

    @property
    def num_batches(self) -> int:
        """Batches of an epoch."""
        return self._epochs.steps

    def __len__(self) -> int:
        return self.num_batches

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """The batch with this number in the present epoch."""
        # Raises IndexError at the end, which ends a for loop.
        shape, rows = self._batches[index]
        decode = self._pictures.read_all
        images = (
            decode(rows, shape)
            if self._cache is None
            else self._cache.read_all(rows, shape, decode)
        )
        batch: list[Any] = [images, self._targets.labels(rows)]
        if self._targets.weights is not None:
            batch.append(self._targets.weights_of(rows))
        if self._augment is not None or self._dtype == "float32":
            batch[0] = images.astype(np.float32)
        if self._augment is not None:
            batch = list(self._augment(np, *batch))
        if self._dtype == "uint8":
            batch[0] = np.rint(batch[0]).clip(0, 255).astype(np.uint8)
        if self._targets.masks is not None:
            batch[0] = batch[0], self._targets.masks_of(rows, *images.shape[1:3])
        return tuple(batch)

    def on_epoch_end(self) -> None:
        """Move on to the order of the next epoch."""
        self._epoch += 1
        self._batches = self._epochs.batches(self._epoch)
