"""Truth as users have it, and bad input, for weights of classes and of samples."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse


def forms(y):
    """The same truth as users have it."""
    dense = np.asarray(y)
    rows = [[f"label {j}" for j in np.flatnonzero(row == 1)] for row in dense]
    batches = [(None, dense[:7]), (None, dense[7:30], None), (None, dense[30:])]
    yield "sparse", sparse.csr_matrix(dense)
    yield "sparse array", sparse.coo_array(dense)
    yield "data frame", pd.DataFrame(dense)
    yield "stream", iter(batches)
    yield "lists", rows
    yield "sets", [set(row) for row in rows]
    yield "pandas", pd.Series(rows)
    yield "polars", pl.Series(rows)
    yield "repeated labels", [row * 2 for row in rows]


def counting_loader(y):
    """Batches of 10 for Keras, which count how often one is read."""
    import keras

    class Loader(keras.utils.PyDataset):
        reads = 0

        def __len__(self):
            return len(y) // 10

        def __getitem__(self, index):
            self.reads += 1
            return np.zeros((10, 1)), y[10 * index : 10 * index + 10]

    return Loader(workers=1)


bad_targets = pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([[2, 0], [0, 1]], ValueError, "got 2"),
        ([1, 0], TypeError, "collection of labels"),
        (np.array([1, 0]), ValueError, "n_labels"),
        (np.zeros((0, 3)), ValueError, "at least one sample"),
        ([], ValueError, "no label at all"),
        ("cat", TypeError, "numbers"),
    ],
)
bad_options = pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "cube"}, "scheme must be one of balanced, .*'cube'"),
        ({"scheme": "distribution_balanced"}, "DistributionBalancedLoss"),
        ({"beta": 0.9}, 'option of "effective"'),
        ({"scheme": "effective", "beta": 1}, "from 0 to below 1; got 1"),
        ({"clip": -1}, "clip must be"),
        ({"clip": (3, 2)}, "clip must be"),
        ({"clip": 0}, "clip must be"),
        ({"clip": float("nan")}, "clip must be"),
    ],
)
