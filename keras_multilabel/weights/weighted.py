"""Sample weights as a column of a dataset, batch by batch."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.utils.arguments import Array, check_matrix
from keras_multilabel.utils.options import Reduce, Scheme
from keras_multilabel.weights.class_weight import compute_class_weight
from keras_multilabel.weights.sample_weight import check_reduce, weight_rows


def weighted(
    dataset: Any,
    scheme: Scheme = "balanced",
    reduce: Reduce = "mean",
    *,
    beta: float | None = None,
) -> Any:
    """Add sample weights to a dataset of batches (x, y), without loading its x.

    The dataset is read once, here, for its y, which are kept until their mean weight is
    known. Then each batch is weighted as it comes, so shuffling and augmentation do not
    matter. Existing weights of the dataset are multiplied.

    Args:
        dataset: A tf.data.Dataset or ``keras.utils.PyDataset`` of batches (x, y) or (x,
            y, sample_weight), of finite length; y is multi-hot.
        scheme: As in `compute_class_weight`.
        reduce: As in `compute_sample_weight`.
        beta: As in `compute_class_weight`.

    Returns:
        The same kind of dataset, with batches (x, y, sample_weight), float32. The
        weights have mean 1 over the dataset.

    Raises:
        TypeError: If ``dataset`` is of another kind.
        ValueError: If it is endless or empty, an option is unknown, or y is not
            multi-hot.

    Example:
        >>> import keras, numpy as np
        >>> import keras_multilabel as kml
        >>> class Data(keras.utils.PyDataset):
        ...     def __len__(self):
        ...         return 2
        ...     def __getitem__(self, index):
        ...         return np.zeros((2, 3)), np.array([[1, 0], [0, index]])
        >>> x, y, sample_weight = kml.weighted(Data())[1]
        >>> sample_weight.round(2)
        array([0.83, 1.66], dtype=float32)
    """
    check_reduce(reduce)
    is_tensorflow = hasattr(dataset, "element_spec") and hasattr(dataset, "map")
    if not is_tensorflow and not isinstance(dataset, keras.utils.PyDataset):
        raise TypeError(
            "dataset must be a tf.data.Dataset or a PyDataset; got "
            f"{type(dataset).__name__}. For arrays: compute_sample_weight(y)."
        )
    truth = [np.array(block) for block in blocks(dataset)]
    class_weight = compute_class_weight(iter(truth), scheme, beta=beta)
    rows = np.concatenate([weight_rows(y, class_weight, reduce) for y in truth])
    row_weight = _RowWeight(class_weight, reduce, 1 / rows.mean())
    if is_tensorflow:
        return _map_tensorflow(dataset, row_weight)
    return _Weighted(dataset, row_weight)


@dataclass(frozen=True, eq=False)
class _RowWeight:
    """The weight of each row of a batch; a value, so that datasets can be pickled."""

    class_weight: Array
    reduce: str
    scale: float

    def __call__(self, y: Any, given: Any = None) -> Array:
        rows = weight_rows(check_matrix(y, "y"), self.class_weight, self.reduce)
        weight = self.scale * rows
        if given is not None:
            weight = weight * np.reshape(given, len(weight))
        return weight.astype(np.float32)


def _map_tensorflow(dataset: Any, row_weight: _RowWeight) -> Any:
    import tensorflow as tf

    def add(x: Any, y: Any, *given: Any) -> Any:
        weight = tf.numpy_function(row_weight, (y, *given), tf.float32)
        # Weights of a batch of unknown size: numpy_function loses the shape.
        weight.set_shape(y.shape[:1])
        return x, y, weight

    return dataset.map(add, num_parallel_calls=tf.data.AUTOTUNE)


class _Weighted(keras.utils.PyDataset):
    """A PyDataset that adds weights to the batches of another."""

    def __init__(self, dataset: Any, row_weight: _RowWeight):
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self._dataset = dataset
        self._row_weight = row_weight

    @property
    def num_batches(self) -> Any:
        return self._dataset.num_batches

    def __getitem__(self, index: int) -> tuple[Any, Any, Array]:
        x, y, *given = self._dataset[index]
        return x, y, self._row_weight(y, *given)

    def on_epoch_begin(self) -> None:
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._dataset.on_epoch_end()
