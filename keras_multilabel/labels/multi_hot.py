"""Truth in any form -> multi-hot matrices of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.labels.forms import holds_labels
from keras_multilabel.utils import streams
from keras_multilabel.utils.arguments import Array, check_matrix
from keras_multilabel.utils.matrices import canonical_rows, check_positions
from keras_multilabel.utils.rows import flatten

# Sparse rows become dense this many entries at a time.
BLOCK = 2**22


def blocks(y: Any) -> Iterator[Array]:
    """The rows of ``y`` as one or more multi-hot matrices, in their order."""
    if streams.is_stream(y):
        for batch in _batches(y):
            yield flatten(check_positions(_truth(batch), "y"))
    elif holds_labels(y):
        yield encode_labels(y)[0]
    elif sparse.issparse(y):
        rows = canonical_rows(y)
        step = max(1, BLOCK // max(1, rows.shape[1]))
        for start in range(0, max(1, rows.shape[0]), step):
            yield check_matrix(rows[start : start + step], "y")
    else:
        yield flatten(check_positions(y, "y"))


def _batches(y: Any) -> Iterator[Any]:
    if streams.n_batches(y) == np.inf:
        raise ValueError(
            "y never ends, so it cannot be counted: pass a tf.data.Dataset before "
            "repeat(), or a PyDataset that has a length."
        )
    return streams.batches(y)


def _truth(batch: Any) -> Any:
    """The truth of a batch: (x, y), (x, y, sample_weight), or y alone."""
    if not isinstance(batch, (tuple, list)):
        truth = batch
    elif len(batch) in (2, 3):
        truth = batch[1]
    else:
        raise ValueError(
            "A batch must be (x, y) or (x, y, sample_weight); got "
            f"{len(batch)} elements."
        )
    if isinstance(truth, dict):
        raise TypeError(
            f"y must be one matrix; got a dict of {', '.join(map(str, truth))}. Map "
            "the dataset to the output that is meant."
        )
    return truth
