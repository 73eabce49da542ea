"""Multi-hot targets from lists of labels, against MultiLabelBinarizer."""

from collections.abc import Iterator

import numpy as np
from sklearn.preprocessing import MultiLabelBinarizer
from table import Row, memory_share_row, named_version, speed_row
from timing import interleaved, peak_megabytes, stopwatch

import keras_multilabel as kml

N_LABELS = 80
PEER = f"{named_version('scikit-learn')} MultiLabelBinarizer.fit_transform"


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 20_000 if quick else 1_000_000
    lists = label_lists(n_samples)

    def peer() -> np.ndarray:
        return MultiLabelBinarizer().fit_transform(lists)

    def ours() -> np.ndarray:
        return kml.encode_labels(lists)[0]

    np.testing.assert_array_equal(ours(), peer())
    work = f"multi-hot from {n_samples:,} label lists, {N_LABELS} labels"
    pair = interleaved(stopwatch(peer), stopwatch(ours), 2 if quick else 5)
    yield speed_row(work, PEER, pair, 4)
    peaks = peak_megabytes(peer), peak_megabytes(ours)
    yield memory_share_row(f"{work}: peak memory", PEER, *peaks, 0.25)


def label_lists(n_samples: int) -> list[list[str]]:
    """0 to 6 labels a sample, 3 on average, as strings."""
    rng = np.random.default_rng(0)
    names = [f"label {index}" for index in range(N_LABELS)]
    drawn = rng.integers(0, N_LABELS, (n_samples, 6)).tolist()
    lengths = rng.integers(0, 7, n_samples).tolist()
    return [
        [names[column] for column in dict.fromkeys(columns[:length])]
        for columns, length in zip(drawn, lengths, strict=True)
    ]
